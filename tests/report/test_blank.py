"""Blank forms: read as empty, filled in and read again in every layout, protected, accessible, never over an edited file.

`python -m pytest tests/report/test_blank.py --fuzz 500` draws so many forms, half of them saved by LibreOffice.
"""

import io
import random
import shutil
from pathlib import Path

import docx
import openpyxl
import pytest
import yaml
from lxml import etree

from forms import BOOK, ROOT, expected_answers, parts_of
from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.core.errors import RenderError, UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.ingest.matching import Matcher
from gkanalysis.ingest.office import WordPackage
from gkanalysis.ingest.word.form import read_word_form
from gkanalysis.ingest.word.xmlparts import NAMESPACES
from gkanalysis.pipeline import write_blanks
from gkanalysis.report.blank import blank_form
from gkanalysis.report.xlsform import xlsform
from tools.synthetic.wordwriter import MARK, TEMPLATE, fill_in
from tools.system import needs, run

SHIPPED = [
    read_codebook(p) for p in sorted((ROOT / "data/codebook").glob("*.yml")) if "\nversions:" in p.read_text("utf-8")
]
VERSIONS = [(book, version) for book in SHIPPED for version in book.versions]
NAMES = [f"{book.source}-{version}" for book, version in VERSIONS]
TYPES = ("kreisfreie_stadt", "kreis", "kreisangehoerige_kommune")
WORDS = ["Träger", "Angebot & Ziel", "„Bündnis“", "Übergang <neu>", "Amt", "Beirat/Gremium", "Plätze (gesamt)", "Café"]
LETTERS = "abcdeÄÖÜß &<>\"'–„“/,.;: 0123456789"


def drawn_book(rng, folder):
    """A codebook with random parts of every kind, columns, rows, options and filters."""
    numbers = iter(range(1, 10_000))

    def words():
        return f"{rng.choice(WORDS)} {next(numbers)}"

    def options():
        return [{"id": f"o{k}", "label": words()} for k in range(rng.randint(2, 4))]

    def asked(kinds):
        kind, made = rng.choice(kinds), {"label": words()}
        if kind in ("single", "dropdown"):
            made |= {"options": options()} | ({"control": "dropdown"} if kind == "dropdown" else {})
            kind = "single"
        elif kind == "number":
            made |= {k: v for k, v in (("min", 0), ("max", 99)) if rng.random() < 0.5}
        return made | {"kind": kind}

    kinds = ["text", "number", "tick", "single", "dropdown"]
    lage = {
        "id": "K.2",
        "label": "Lage",
        "kind": "single",
        "options": [{"id": t, "label": t, "type": t} for t in TYPES],
    }
    head = [{"id": "K.1", "label": "Name", "kind": "text"}, lage]
    parts = [{"id": "kopf", "kind": "sheet", "heading": "Angaben", "items": head}]
    for k in range(1, rng.randint(2, 5)):
        part = {"id": f"teil{k}", "kind": rng.choice(["sheet", "grid", "roster"]), "number": str(k), "heading": words()}
        if part["kind"] == "sheet":
            part["items"] = [{"id": f"{k}.{n}", **asked(kinds)} for n in range(1, rng.randint(2, 6))]
            choices = [i for i in part["items"] if i["kind"] == "single"]
            if choices and part["items"][-1] is not choices[0]:
                part["items"][-1]["asked_if"] = {"item": choices[0]["id"], "value": "o1"}
        else:
            part["columns"] = [{"id": n, **asked(kinds)} for n in range(2, rng.randint(3, 8))]
        if part["kind"] == "grid":
            part["columns"].insert(0, {"id": 1, "label": words(), "kind": "row_label"})
            part["blocks"] = [
                {
                    "id": b, "label": words(), "extra_rows": rng.randint(0, 2),
                    "rows": [{"id": f"{b}{n}", "label": words()} for n in range(1, rng.randint(2, 5))],
                }
                for b in "AB"[: rng.randint(1, 2)]
            ]  # fmt: skip
        elif part["kind"] == "roster":
            part["printed_rows"] = rng.randint(1, 4)
        parts.append(part)
    book = {
        "instrument": "probe", "wave": "2024", "title": "Bogen „Probe“",
        "versions": {"bogen": {"title": "Fassung", "sent": "2024-01", "parts": [p["id"] for p in parts]}},
        "parts": parts, "completeness": [{"id": "full", "label": "alle", "needs": []}],
        "identity": {"name": "K.1", "type": "K.2"}, "printed": [MARK, "Rücksendung bis Ende Mai"],
    }  # fmt: skip
    (folder / "probe.yml").write_text(yaml.safe_dump(book, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return read_codebook(folder / "probe.yml")


def drawn_answers(rng, book, version):
    """Some slots with what is written into them."""
    share, written = rng.choice([0.1, 0.5, 0.9]), {}
    for slot in (s for t in book.tables(version) for s in t.slots if rng.random() < share):
        lines = (
            "".join(rng.choices(LETTERS, k=rng.randint(1, 30))).strip() or "a" for _ in range(rng.choice([1, 1, 3]))
        )
        if slot.choices:
            written[slot.tag] = rng.choice(slot.choices)[0]
        else:
            box = slot.option or slot.kind == "tick"
            written[slot.tag] = "x" if box else str(rng.randint(0, 99)) if slot.kind == "number" else "\n".join(lines)
    return written


def read(book, data):
    """Item -> (state, value), the items on the list of questions, and how the answers were found."""
    matched = Matcher(book).match(read_word_form(WordPackage(Path("Bogen.docx"), data), placeholders=()), "Bogen.docx")
    found = {
        r.item_id + (f"#{r.occurrence}" if r.occurrence > 1 else ""): (r.state, r.value) for r in matched.responses
    }
    return found, [(r.item_id, r.reason) for r in matched.reviews], {r.matched_by for r in matched.responses}


@pytest.mark.parametrize(("book", "version"), VERSIONS, ids=NAMES)
def test_it_is_read_as_an_empty_form(book, version):
    """Nothing is answered, nothing is doubtful, every field is known by its tag; equal codebooks give equal bytes."""
    form = blank_form(book, version, TEMPLATE)
    found, reviews, how = read(book, form)
    assert {state for state, _ in found.values()} <= {"not_selected", "not_answered"}
    assert found == expected_answers(book, version, {})
    assert (reviews, how) == ([], {"tag"})
    assert form == blank_form(book, version, TEMPLATE)


def drawn_forms(n_drawn, folder, first):
    """So many filled forms, of shipped and drawn codebooks: book, version, answers, bytes."""
    for number in range(first, first + n_drawn):
        rng = random.Random(number)
        book, version = rng.choice(VERSIONS) if number % 4 == 0 else (drawn_book(rng, folder), "bogen")
        written = drawn_answers(rng, book, version)
        yield book, version, written, fill_in(blank_form(book, version, TEMPLATE), written)


def test_what_is_filled_in_is_read(n_damaged, tmp_path):
    """Random answers in random layouts come back as they were written, each found by its tag."""
    for number, (book, version, written, data) in enumerate(drawn_forms(max(n_damaged // 2, 20), tmp_path, 0)):
        found, reviews, how = read(book, data)
        assert found == expected_answers(book, version, written), number
        assert (reviews, how) == ([], {"tag"}), number


@needs("soffice")
def test_saved_by_libreoffice(n_damaged, tmp_path):
    """All tags are gone then; the bookmarks tell the items: answers are equal, or a person is asked."""
    drawn = list(drawn_forms(max(n_damaged // 2, 10), tmp_path, 100_000))
    for k, (*_, data) in enumerate(drawn):
        (tmp_path / f"{k}.docx").write_bytes(data)
    soffice = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to"]
    soffice += ["docx:Office Open XML Text", "--outdir", tmp_path / "out"]
    for start in range(0, len(drawn), 100):  # of many more files it leaves some out
        run([*soffice, *(tmp_path / f"{k}.docx" for k in range(len(drawn))[start : start + 100])], timeout=600)
    n_listed = n_answers = 0
    for k, (book, version, written, _) in enumerate(drawn):
        found, reviews, how = read(book, (tmp_path / f"out/{k}.docx").read_bytes())
        expected = expected_answers(book, version, written)
        listed = {item for item, _ in reviews}
        wrong = {
            i: (v, found.get(i)) for i, v in expected.items() if found.get(i) != v and i.partition("#")[0] not in listed
        }
        assert wrong == {}, k
        assert how <= {"tag", "none"}, k
        n_listed, n_answers = n_listed + len(reviews), n_answers + len(expected)
    print(f"{len(drawn)} Bögen, {n_answers} Angaben, {n_listed} auf der Liste")


def bookmarks_of(data):
    """Name of the bookmark around each control, in the order of the document, and the whole body."""
    root = etree.fromstring(parts_of(data)["word/document.xml"])
    controls = root.xpath("//w:sdt", namespaces=NAMESPACES)
    return [
        c.xpath("string(preceding-sibling::w:bookmarkStart[1]/@w:name)", namespaces=NAMESPACES) for c in controls
    ], root


def test_fields_follow_the_form_and_nothing_else_can_be_changed():
    """The tabulator goes through the slots in their order; the document takes entries in its fields only."""
    form = blank_form(BOOK, "lang", TEMPLATE)
    names, root = bookmarks_of(form)
    slots = sorted((s for t in BOOK.tables("lang") for s in t.slots), key=lambda s: (s.table, s.row, s.column))
    assert names == [s.bookmark for s in slots]
    settings = etree.fromstring(parts_of(form)["word/settings.xml"])
    assert settings.xpath("//w:documentProtection/@w:edit", namespaces=NAMESPACES) == ["forms"]
    assert root.xpath("count(//w:sdtPr[not(w:lock/@w:val='sdtLocked')])", namespaces=NAMESPACES) == 0


def test_screen_readers_find_their_way():
    """Language, title, real headings, a heading row and a description a table, and every field says its question."""
    form = blank_form(BOOK, "lang", TEMPLATE)
    document, root = docx.Document(io.BytesIO(form)), bookmarks_of(form)[1]
    assert (document.core_properties.language, document.core_properties.title) == ("de-DE", BOOK.title)
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"] == [
        "Angaben zum Bündnis", "1.1 Akteure vor Ort", "1.2 Vorhandene Gremien und Vereinbarungen",
        "2 Einrichtung der Bündnis-Kerngruppe",
    ]  # fmt: skip
    assert root.xpath("count(//w:tbl[not(w:tr[1]/w:trPr/w:tblHeader)])", namespaces=NAMESPACES) == 0
    assert (
        root.xpath("//w:tblCaption/@w:val", namespaces=NAMESPACES)[1]
        == "1.1 Akteure vor Ort: Migration und Integration"
    )
    title = "string(//w:sdtPr[w:tag/@w:val='{}']/w:alias/@w:val)"
    assert (
        root.xpath(title.format("1.1.A02.4"), namespaces=NAMESPACES) == "1.1 Außenstelle BAMF: Mitglied der Kerngruppe"
    )
    assert root.xpath(title.format("1.2.2#2"), namespaces=NAMESPACES) == "1.2.2 Aufgabe"
    assert root.xpath(title.format("2.1:nein"), namespaces=NAMESPACES).startswith(
        "2.1 Kerngruppe an vorhandene Struktur"
    )


def test_it_says_which_questions_depend_on_others():
    """Above the table stands which answers a question is asked after."""
    shown = [p.text for p in docx.Document(io.BytesIO(blank_form(BOOK, "kurz", TEMPLATE))).paragraphs]
    assert "Frage 2.2.1 bitte nur beantworten, wenn Sie bei 2.1 „Ja“ angegeben haben." in shown
    assert MARK not in shown  # a blank form is no invented one
    assert all("2.2.2a" not in text for text in shown)  # this version does not ask it


@pytest.fixture
def project(tmp_path):
    """A folder with the codebooks and the template."""
    shutil.copytree(ROOT / "data/codebook", tmp_path / "data/codebook")
    (tmp_path / "reports").mkdir()
    shutil.copy(TEMPLATE, tmp_path / "reports")
    return ProjectPaths.of(tmp_path, Path("data/raw"))


def test_edited_form_is_kept(project):
    """Both files of each version are written; one that somebody changed is put aside and named, others stay as they are."""
    assert len(list(write_blanks(project, "strukturen-2018"))) == 4
    form = project.root / "erkunden/strukturen-2018-kurz.docx"
    form.write_bytes(b"mit Briefkopf")
    (hint, *_) = [line for line in write_blanks(project, "strukturen-2018") if "Hinweis" in line]
    assert "„strukturen-2018-kurz-von-hand.docx“" in hint
    assert form.with_name("strukturen-2018-kurz-von-hand.docx").read_bytes() == b"mit Briefkopf"
    assert len(list(form.parent.iterdir())) == 5


@pytest.mark.parametrize("source", ["register", "reflexionsgespraeche-2019", "ereignisse", "prozes-2020"])
def test_source_without_a_form(project, source):
    """A sentence says which sources have one, and nothing is written."""
    with pytest.raises(UsageError, match=r"hat keinen Bogen.*; einen Bogen haben bedarf-2019, .*prozess-2020"):
        list(write_blanks(project, source))
    assert not (project.root / "erkunden").exists()


def test_xlsform(tmp_path):
    """Groups, filters, bounds, boxes as one question of a block, and equal lists of choices once."""
    (book,) = [b for b in SHIPPED if b.instrument == "prozess"]
    made = openpyxl.load_workbook(io.BytesIO(xlsform(book, "bogen")))
    sheets = {s.title: [[c.value for c in row] for row in s.rows] for s in made}
    survey = {row[1]: dict(zip(sheets["survey"][0], row, strict=True)) for row in sheets["survey"]}
    assert survey["q_1.2"]["relevant"] == "${q_1.1} = 'ja'"
    assert survey["q_1.4"]["constraint"] == ". >= 0 and . <= 52"
    assert survey["q_1.5"]["appearance"] == "minimal"
    assert survey["q_2.T.2"]["type"] == "select_multiple liste_q_2.T.2"
    assert survey["q_1.1"]["type"] == survey["q_1.3"]["type"] == "select_one liste_q_1.1"
    assert [row[1] for row in sheets["choices"] if row[0] == "liste_q_1.1"] == ["ja", "nein"]
    assert sheets["settings"][1] == [
        f"{book.title} – Checkliste zur lokalen Planung", "prozess-2020-bogen", "2020-05", "Deutsch (de)",
    ]  # fmt: skip
    assert xlsform(book, "bogen") == xlsform(book, "bogen")


def test_template_saved_by_a_german_word(tmp_path):
    """Word names its own styles in its language then; what a template lacks is said."""
    german = docx.Document(str(TEMPLATE))
    for name, style_id in (("Title", "Titel"), ("Heading 1", "berschrift1"), ("Subtitle", "Untertitel")):
        german.styles[name]._element.styleId = style_id
    german.save(tmp_path / "vorlage.docx")
    form = docx.Document(io.BytesIO(blank_form(BOOK, "kurz", tmp_path / "vorlage.docx")))
    assert [p.style.name for p in form.paragraphs[:4]] == ["Title", "Subtitle", "Body Text", "Heading 1"]
    german.styles["Compact"].delete()
    german.save(tmp_path / "vorlage.docx")
    with pytest.raises(RenderError, match=r"„vorlage\.docx“ fehlt die Formatvorlage „Compact“"):
        blank_form(BOOK, "kurz", tmp_path / "vorlage.docx")
