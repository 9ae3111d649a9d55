"""Mutants of forms: each ends in a sentence or is read, in bounded time and memory, and no tick changes silently.

`python -m pytest tests/ingest/word/test_fuzz.py --fuzz 3000` makes so many; a mutant that fails is named by its number.
"""

import random
import time
from copy import deepcopy
from pathlib import Path

import pytest
from lxml import etree

from forms import BOOK, MAIN, MATCHER, W, parts_of, typed
from fuzzing import MEGABYTES, SECONDS, damaged_zip
from gkanalysis.core.errors import IngestError
from gkanalysis.core.writing import zip_parts
from gkanalysis.ingest.office import WordPackage
from gkanalysis.ingest.word.form import read_word_form
from gkanalysis.ingest.word.model import TICK_KINDS
from tools.synthetic.wordwriter import STYLES, write_form

WRITTEN = {
    "2.1:ja": "x", "1.1.A03.4": "x", "1.1.A05.4": "x", "1.1.B02.6": "x", "2.4": "Kleine Runde", "1.2.1#3": "Beirat",
}  # fmt: skip
FORMS = {style: parts_of(write_form(BOOK, "kurz", WRITTEN, style)) for style in STYLES}
CERTAIN = {"selected", "not_selected", "answered", "not_answered"}
VALUES = ["", "0", "1", "on", "x", "-1", "999999999999", "2.1:nein", "1.1.A03.4", "Ü" * 3000, "{}", "%s"]
WORDS = [" nicht", "…", "1.", "\u202e", "A" * 5000, "doch, seit Mai"]
MARKS = ["x", "☒", "☐", "(x)", "\uf0fe", "_x_ ___", "☐ x ☒ Ja Nein [ ] ( X )", ""]
LOOKS = ["strike", "vanish", "dstrike", 'rFonts w:ascii="Wingdings"', 'highlight w:val="yellow"', 'rStyle w:val="Kopf"']
LOOKS += ['vertAlign w:val="superscript"', "vertAlign"]
WRAPS = [
    "ins", "del", "moveFrom", "smartTag", "customXml", "hyperlink", "sdt", "fldSimple", "r", "p", "tc", "tbl",
    "txbxContent",
]  # fmt: skip


def made(name):
    return etree.fromstring(f'<w:{name} xmlns:w="{W[1:-1]}"/>')


def carriers(root):
    """What carries a tick: controls, runs of legacy fields and typed marks, with all inside them; and what holds those."""
    runs = [e.getparent() for e in root.iter(W + "fldChar", W + "instrText")]
    runs += [t.getparent() for t in root.iter(W + "t") if (t.text or "").strip() in ("x", "☒", "☐")]
    found = [*root.iter(W + "sdt"), *runs]
    return {e for one in found for e in one.iter()}, {e for one in found for e in one.iterancestors()}


def mutate(rng, root):
    """Change one thing; gives whether that leaves alone what carries a tick, so that no tick may change."""
    inside, above = carriers(root)
    elements = list(root.iter())[2:]
    one, other = rng.choice(elements), rng.choice(elements)
    parent, change = one.getparent(), rng.randrange(12)
    is_beside = one not in inside
    if change <= 3:
        is_beside &= one not in above and other not in inside
    if change == 0:
        parent.remove(one)
    elif change == 1:
        one.addnext(deepcopy(one))
    elif change == 2 and other not in set(one.iter()):
        other.append(one)
    elif change == 3 and (nxt := one.getnext()) is not None:
        is_beside &= nxt not in inside | above
        nxt.addnext(one)
    elif change == 4 and one.attrib:
        one.set(rng.choice(list(one.attrib)), rng.choice(VALUES))
    elif change == 5 and one.attrib:
        del one.attrib[rng.choice(list(one.attrib))]
    elif change == 6:
        is_beside &= one not in above
        one.tag = rng.choice([W + rng.choice(WRAPS), other.tag])
    elif change <= 8:
        text = rng.choice(WORDS + MARKS)
        is_beside &= text in WORDS
        one.insert(rng.randint(0, len(one)), typed(text)[0])
    elif change == 9:
        is_beside &= one not in above
        wrap = made(rng.choice(WRAPS))
        parent.replace(one, wrap)
        (wrap if wrap.tag != W + "sdt" else etree.SubElement(wrap, W + "sdtContent")).append(one)
    elif change == 10 and one.tag == W + "t":
        text = rng.choice(WORDS + MARKS)
        is_beside &= text in WORDS
        one.text = text
    else:
        look = made("rPr")
        look.append(made(rng.choice(LOOKS)))
        one.insert(0, look)
    return is_beside


def read(data):
    form = read_word_form(WordPackage(Path("Bogen.docx"), data), placeholders=())
    tags = [f.tag for f in form.fields if f.tag]
    ticks = {f.tag: f.state for f in form.fields if f.kind in TICK_KINDS and tags.count(f.tag) == 1}
    return form, ticks


def answers(matched):
    return {
        (r.item_id, r.occurrence): (r.state, r.value)
        for r in matched.responses
        if BOOK.items[r.item_id].kind in ("tick", "single")
    }


def changed(old, new, doubted):
    """What is certain in a mutant and was otherwise before, and nobody is asked."""
    return {
        k: (old[k], v) for k, v in new.items() if k in old and v != old[k] and v[0] in CERTAIN and k[0] not in doubted
    }


@pytest.fixture(scope="module")
def originals():
    found = {}
    for style, parts in FORMS.items():
        form, ticks = read(zip_parts(parts))
        found[style] = ticks, answers(MATCHER.match(form, "Bogen.docx"))
    return found


def test_mutants(n_damaged, originals):
    """One XML change, or damage to the package; every fourth has three changes and may say anything but a traceback."""
    resource = pytest.importorskip("resource")  # not on Windows
    peak, n_checked = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 0
    for number in range(max(n_damaged, 100)):
        rng = random.Random(number)
        style = rng.choice(STYLES)
        parts, alone = FORMS[style], [False]
        if number % 4 == 1:
            data = damaged_zip(zip_parts(parts), rng)
        else:
            root = etree.fromstring(parts[MAIN])
            alone = [mutate(rng, root) for _ in range(3 if number % 4 == 3 else 1)]
            data = zip_parts(parts | {MAIN: etree.tostring(root)})
        start = time.process_time()
        try:
            form, ticks = read(data)
            matched = MATCHER.match(form, "Bogen.docx")
        except IngestError as error:
            assert "Bogen.docx" in str(error)  # noqa: PT017
            matched = None
        except Exception as error:
            raise AssertionError(f"mutant {number}: {style}") from error
        assert time.process_time() - start < SECONDS, number
        if matched is None:
            continue
        old_ticks, old_answers = originals[style]
        if all(alone) or (style == "controls" and alone == [False] and number % 4 != 1):
            silent = {t: s for t, s in ticks.items() if t in old_ticks and s not in (old_ticks[t], "unclear")}
            assert silent == {}, f"mutant {number}: {style}"
        if all(alone):
            n_checked += 1
            doubted = {r.item_id for r in matched.reviews}
            assert changed(old_answers, answers(matched), doubted) == {}, f"mutant {number}: {style}"
    assert n_checked > n_damaged / 5
    used = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024
    assert used < MEGABYTES, used
