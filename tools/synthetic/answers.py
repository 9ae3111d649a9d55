"""Invented answers to the form „Strukturen“ that meet the printed marginals, with the mess of real returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from gkanalysis.codebook.instrument import Codebook
from tools.synthetic.register import CITY, COUNTY, TOWN, Figure
from tools.synthetic.solve import Program, total
from tools.synthetic.waves import TICK, Return

TYPES = (CITY, COUNTY, TOWN)


def make_forms(
    spec: Mapping[str, Any], book: Codebook, alliances: pd.DataFrame, figure: Figure, rng: np.random.Generator
) -> tuple[list[Return], list[dict], list[tuple[str, int, int]]]:
    """Invent the returned forms of the wave.

    Returns the forms as they came, one dict per alliance that declined, and (published id, printed, solved) of figures.
    """
    counts, outcomes = _solve_returns(spec["returns"], alliances, figure)
    forms, contacts = _choose_senders(spec, alliances, counts, figure, rng)
    full = [f for f in forms if f.status == "full"]
    mess = _cast_mess(spec["mess"], forms)
    _answer_core_group(forms, counts, mess, rng)
    outcomes += _tick_members(spec["members"], book, full, figure, rng)
    for form in forms:
        _fill_rest(form, book, spec["texts"], rng)
    _make_mess(mess, forms, spec["texts"], book)
    return sorted(forms, key=lambda f: (f.received, f.alliance_id)), contacts, outcomes


def _solve_returns(
    returns: Mapping[str, Mapping[str, str]], alliances: pd.DataFrame, figure: Figure
) -> tuple[dict[str, int], list[tuple[str, int, int]]]:
    """Counts by status and type that come closest to all printed figures at once."""
    p = Program()
    sizes = alliances["type"].value_counts()
    for kind in TYPES:
        for status in ("full", "partial", "missing", "new", "attached"):
            p.variable(f"{status}:{kind}", 0, int(sizes[kind]))
        p.constrain(total(f"{s}:{kind}" for s in ("full", "partial", "missing")), sizes[kind], sizes[kind])
        # 2.1 can be counted wherever a form came back, so partly usable forms may contribute to it
        terms = {f"new:{kind}": 1, f"attached:{kind}": 1, f"full:{kind}": -1, f"partial:{kind}": -1}
        p.constrain(terms, high=0)
    for status, figures in returns.items():
        if status == "declined":
            continue
        parts = ("full", "partial") if status == "returned" else (status,)
        for kind, published_id in figures.items():
            kinds = TYPES if kind == "alle" else (kind,)
            terms = total(f"{s}:{k}" for s in parts for k in kinds)
            p.target(published_id, terms, figure(f"{published_id}.numerator"))
    return p.solve(), p.outcomes()


def _choose_senders(
    spec: Mapping[str, Any], alliances: pd.DataFrame, counts: Mapping[str, int], figure: Figure, rng
) -> tuple[list[Return], list[dict]]:
    """Draw who sent what, in which version, style and when; and who declined by telephone."""
    forms, contacts = [], []
    for kind in TYPES:
        rows = alliances[alliances["type"] == kind].sample(frac=1, random_state=rng)
        statuses = [s for s in ("full", "partial", "missing") for _ in range(counts[f"{s}:{kind}"])]
        declined = spec["returns"]["declined"].get(kind)
        n_declined = figure(f"{declined}.numerator") if declined else 0
        for row, status in zip(rows.itertuples(), statuses, strict=True):
            if status != "missing":
                short = rng.random() < spec["short_form_share"] or status == "partial"
                version = "kurz" if short else "lang"
                style = str(rng.choice(list(spec["styles"]), p=list(spec["styles"].values())))
                received = date(2019, 5 if short else 1, 6) + timedelta(days=int(rng.integers(0, 95)))
                title = f"{'Kurzfassung' if short else 'Arbeitshilfe Strukturen'} {row.name}"
                forms.append(Return(row.alliance_id, row.name, kind, version, style, received, status, title))
            elif n_declined:
                n_declined -= 1
                when = date(2019, 6, 20) + timedelta(days=int(rng.integers(0, 30)))
                contacts.append({"alliance_id": row.alliance_id, "date": when, "result": "keine_kerngruppe"})
    return forms, contacts


def _cast_mess(mess: Mapping[str, str], forms: Sequence[Return]) -> dict[str, Return]:
    """Give each kind of mess a form of the asked type; no form gets two, so each can be told apart."""
    cast: dict[str, Return] = {}
    for name, kind in mess.items():
        fits = [
            f for f in forms
            if f.type == kind and f.status == "full" and f not in cast.values()
            and (f.version == "lang" or name not in ("added_actor", "unclear_mark", "words_for_number"))
        ]  # fmt: skip
        form = cast[name] = fits[0]
        form.mess = name
        if name in ("placeholder_left", "unclear_mark"):
            form.style = "typed_x"  # in a control Word itself flags a placeholder, and a box has no brackets
    return cast


def _answer_core_group(forms: Sequence[Return], counts: Mapping[str, int], mess: Mapping[str, Return], rng) -> None:
    """Answer 2.1 so that new and attached meet their counts; forms beyond them leave it open or tick both."""
    for kind in TYPES:
        group = [f for f in forms if f.type == kind]
        able = [f for f in group if f.status == "full" and f is not mess["both_answers"]]
        able += [f for f in group if f.status == "partial"]
        answers = ["ja"] * counts[f"attached:{kind}"] + ["nein"] * counts[f"new:{kind}"]
        rng.shuffle(answers)
        for form, answer in zip(able, answers, strict=False):
            form.answers[f"2.1:{answer}"] = TICK
    broken = mess["filter_broken"]
    if "2.1:ja" not in broken.answers:
        other = next(f for f in forms if f.type == broken.type and "2.1:ja" in f.answers and f is not broken)
        broken.answers, other.answers = other.answers, broken.answers


def _tick_members(
    members: Mapping[str, Any], book: Codebook, full: Sequence[Return], figure: Figure, rng
) -> list[tuple[str, int, int]]:
    """Tick column 4 in the fully usable forms: printed counts by actor and type, invented below them."""
    p = Program()
    printed = list(members["rows"])
    rows = [i.row for i in (book.items[x] for x in book.set_items("kerngruppe"))]
    column = book.sets["kerngruppe"]["column"]
    for row in rows:
        for k in range(len(full)):
            p.variable(f"{row}:{k}", 0, 1, float(rng.random()))
    last_printed: dict[str, int] = {}
    for number, row in enumerate(printed, start=1):
        for kind, letter in members["groups"].items():
            published_id = members["pattern"].format(row=number, group=letter)
            terms = total(f"{row}:{k}" for k, f in enumerate(full) if kind in ("alle", f.type))
            p.target(published_id, terms, figure(f"{published_id}.numerator"))
            if kind == "alle":
                n = figure(f"{published_id}.numerator")
                last_printed[row[0]] = min(n, last_printed.get(row[0], n))
    for row in rows:
        if row not in printed:  # an actor that is not printed has fewer mentions than the last printed one
            wanted = int(last_printed[row[0]] * rng.random() ** 2)
            p.target(row, total(f"{row}:{k}" for k in range(len(full))), wanted, weight=50)
            p.constrain(total(f"{row}:{k}" for k in range(len(full))), high=last_printed[row[0]] - 1)
    for k in range(len(full)):
        size = total(f"{row}:{k}" for row in rows)
        p.constrain(size, low=5)
        p.target(f"size{k}", size, int(rng.integers(7, 19)), weight=3)
    found = p.solve()
    for name, value in found.items():
        row, _, k = name.partition(":")
        if value and k.isdigit():
            full[int(k)].answers[f"1.1.{row}.{column}"] = TICK
    return p.outcomes()


def _fill_rest(form: Return, book: Codebook, texts: Mapping[str, Any], rng: np.random.Generator) -> None:
    """Everything that is not counted in print: head, other columns, committees, open answers."""
    a, pick = form.answers, lambda key: str(rng.choice(texts[key]))
    slug = form.name.split()[-1].lower().translate(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}))
    location = {CITY: "kreisfrei", COUNTY: "kreis_mit", TOWN: "kommune_allein"}[form.type]
    a |= {
        "K.1": form.name, "K.2": f"Beigeordnete, Dezernat {rng.integers(2, 7)}", "K.3": pick("office"),
        "K.4": f"Rathausplatz {rng.integers(1, 30)}\n00000 {form.name}",
        "K.5": f"00000 {rng.integers(1000, 9999)}-0", "K.6": f"gfs@{slug}.example", f"K.7:{location}": TICK,
    }  # fmt: skip
    if form.type == COUNTY:
        a["K.8"] = "alle beigetretenen Kommunen laut Anlage"
    if "2.1:ja" in a or "2.1:nein" in a:
        number, what = ("2", "attached_to") if "2.1:ja" in a else ("3", "new_frame")
        slots = {"1": what, "2a": "how", "2b": "when", "2c": "by_whom"}
        a |= {f"2.{number}.{slot}": pick(key) for slot, key in slots.items()}
    if form.status == "partial" and "2.1:ja" not in a and "2.1:nein" not in a:
        a["2.4"] = "Die Kerngruppe ist noch in Klärung; wir melden uns nach der Sommerpause."
    elif form.status == "full":
        a["2.4"] = pick("reason")
    if form.version == "lang":
        for item_id in book.set_items("kerngruppe"):
            stem, member = item_id.rsplit(".", 1)[0], item_id in a
            if rng.random() < (0.85 if member else 0.25):
                a[f"{stem}.3"] = TICK
            if not member and rng.random() < 0.2:
                a[f"{stem}.5"] = TICK
            if rng.random() < (0.5 if member else 0.15):
                a[f"{stem}.6"] = TICK
            if member and rng.random() < 0.6:
                a[f"{stem}.2"] = f"{book.items[item_id].short} {form.name}"
            if member and rng.random() < 0.25:
                a[f"{stem}.7"] = f"Frau {chr(65 + rng.integers(0, 26))}., Durchwahl {rng.integers(100, 999)}"
            if member and rng.random() < 0.2:
                a[f"{stem}.8"] = pick("notes")
        for k in range(1, int(rng.integers(1, 5)) + 1):
            row = [pick("committee"), pick("committee_task"), pick("relevance"), "Ämter, Träger, Ehrenamt"]
            row += [pick("office"), str(rng.choice([1, 2, 4, 6, 10, 12])), pick("use")]
            a |= {f"1.2.{c}" + ("" if k == 1 else f"#{k}"): text for c, text in enumerate(row, start=1)}
    printed = {s.tag for table in book.tables(form.version) for s in table.slots}
    form.answers = {tag: text for tag, text in a.items() if tag in printed}


def _make_mess(mess: Mapping[str, Return], forms: list[Return], texts: Mapping[str, Any], book: Codebook) -> None:
    """What real returns have: contradictions, leftovers, second thoughts. Counted answers stay as solved."""
    mess["both_answers"].answers |= {"2.1:ja": TICK, "2.1:nein": TICK}
    mess["filter_broken"].answers["2.3.1"] = texts["new_frame"][0]
    mess["placeholder_left"].answers["2.4"] = book.placeholders[0]
    mess["added_actor"].answers |= {"1.1.A14.1": texts["added_actor"], "1.1.A14.3": TICK, "1.1.A14.4": TICK}
    other = mess["other_name"]
    other.answers["K.1"] = f"Oberbürgermeister der {other.name.removesuffix('stadt')}-Stadt"
    free = next(i for i in book.set_items("kerngruppe") if i not in mess["unclear_mark"].answers)
    mess["unclear_mark"].answers[free.rsplit(".", 1)[0] + ".5"] = "(x)"
    mess["words_for_number"].answers["1.2.6"] = "monatlich"
    twice = mess["twice"]
    draft = replace(twice, answers=dict(twice.answers))
    ticked = [t for t in draft.answers if t in book.set_items("kerngruppe")]
    for tag in ticked[::3]:
        del draft.answers[tag]
    draft.received = twice.received - timedelta(days=16)
    twice.remark = "korrigiert"
    forms.append(draft)
