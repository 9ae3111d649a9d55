"""Final states, decisions, completeness, a finding for every doubt: what the forms say against the codebook.

Frames in, frames out; whatever is counted otherwise than it stands in the form has a row in the losses.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gkanalysis.codebook.instrument import STATES, Codebook, Item
from gkanalysis.core.findings import Log, place_words
from gkanalysis.core.lookup import enumeration
from gkanalysis.ingest import matching
from gkanalysis.ingest.matching import MARK_CHARACTERS, normalise
from gkanalysis.ingest.surveys import NOT_SHOWN
from gkanalysis.ingest.tables import read_rows
from gkanalysis.ingest.word.model import LEFT_OUT
from gkanalysis.settle.receipts import nfc

GIVEN = frozenset({"selected", "answered", "contradictory", "illegible"})
_NUMBER = re.compile(r"-?\d+(?:,\d+|\.\d{1,2})?", re.ASCII)  # „1.000“ may be one or a thousand
MIN_FORMS = 3  # fewer forms that lack a question do not show that it was never printed
# Doubts for which the form itself may be the cause, with what is to be done then.
_PLACEHOLDER = "bis dahin gilt die Antwort dort als unlesbar; bitte im Codebuch unter „placeholders“ eintragen"
OF_THE_FORM = {
    matching.BESIDE_BOX: "bis dahin gilt die Antwort dort als unlesbar; bitte die Vorgaben im Codebuch so schreiben, wie sie gedruckt sind",
    **dict.fromkeys((matching.BESIDE_FIELD, matching.UNKNOWN_PROMPT), _PLACEHOLDER),
    **dict.fromkeys((matching.MARKED, matching.UNKNOWN), "niemand wird danach gefragt"),
    **dict.fromkeys((matching.OUTSIDE, matching.EMPHASISED, matching.PICTURE, matching.SHADED), ""),
}
ALIKE = 0.7  # how much two spellings of one label have in common
_CELL = r"(.*)/w:tr\[(\d+)\]/.*?w:tc\[(\d+)\]"
_AT = r"(?:w:tbl\[(\d+)\])?/w:tr\[(\d+)\]/.*?w:tc\[(\d+)\]"  # table, row and cell as they are stored
NAMED = 3  # questions that a sentence names one by one
OTHER_VERSION = (
    "Wenn erst später danach gefragt wurde: im Codebuch unter „versions“ eine eigene Fassung anlegen; sonst Nummer "
    "und Überschrift im Codebuch mit dem Bogen vergleichen."
)
OTHER_OPTION = (
    "solange sie im Codebuch steht, gelten die Antworten dort als unlesbar. Wenn sie erst später dazukam: hier "
    "streichen und die Frage mit allen Vorgaben unter einer neuen Nummer in einer eigenen Fassung unter „versions“ "
    "anlegen; sonst die Vorgabe schreiben, wie sie im Bogen steht."
)
DECISION_COLUMNS = ("file", "item_id", "occurrence", "decision", "reason", "decided_by")
# what a person may write in place of the name of a state
GERMAN = {
    "angekreuzt": "selected", "nicht angekreuzt": "not_selected", "keine angabe": "not_answered",
    "unlesbar": "illegible",
}  # fmt: skip
WORDS = {state: word for word, state in GERMAN.items()} | {"not_answered": "keine Angabe"}


def set_aside_unprinted(
    reviews: pd.DataFrame, version_of: Mapping[str, str], book: Codebook, log: Log
) -> tuple[pd.DataFrame, set[tuple[str, str]]]:
    """Tell questions that a version never printed from those that single forms lack (V33).

    A question that stands in none of at least three forms of a version was added to the codebook later, or its
    label there is another one: the team hears of it once, and no alliance is asked. The same holds for an option of
    a choice; the answers stay illegible then, because a form without the option did not ask the same. And for words
    that more than half of the forms share outside the known fields or beside a box. Where such a word is like a label
    that is not found, the codebook is misspelt: what was looked for by it is illegible, and stands in the losses.

    `reviews` has a row per doubt (file, item_id, reason, raw, place), `version_of` the version of each file that counts.
    Gives the rows that are left for the alliances, and version and item of each question that no form has whole.

    >>> from gkanalysis.codebook.instrument import read_codebook
    >>> book, log = read_codebook("data/codebook/prozess.yml"), Log()
    >>> forms = ["a.docx", "b.docx", "c.docx"]
    >>> doubts = pd.DataFrame({"file": forms, "item_id": "1.7", "reason": matching.NOT_FOUND, "raw": "", "place": ""})
    >>> rest, unprinted = set_aside_unprinted(doubts, dict.fromkeys(forms, "bogen"), book, log)
    >>> len(rest), sorted(unprinted), log.findings[0]["rule"]
    (0, [('bogen', '1.7')], 'V33')
    """
    n_forms = {version: n for version, n in Counter(version_of.values()).items() if n >= MIN_FORMS}
    reviews = reviews.reset_index(drop=True)
    versions = reviews["file"].map(version_of)
    reviews, misspelt = _set_aside_misspelt(reviews, versions, n_forms, book, log)
    versions = versions[reviews.index]
    missed = reviews[reviews["reason"].eq(matching.NOT_FOUND) & reviews["raw"].eq("") & versions.notna()]
    n_missed = Counter(zip(missed["file"], missed["item_id"], strict=True))  # each box is a doubt of its own
    # the boxes of a choice are places of their own, else an item has one
    n_places = {i.id: 1 if i.control else max(1, len(i.options)) for i in book.items.values()}
    lacked = Counter((version_of[f], i) for (f, i), n in n_missed.items() if n == n_places[i])
    unprinted = {key for key, n in lacked.items() if n == n_forms.get(key[0])} - misspelt
    doubts = list(zip(versions, reviews["item_id"], reviews["reason"], strict=True))
    n_doubts = Counter(doubts)
    boxes = set()
    for version, n in n_forms.items():
        where = f"in keinem der {n} gezählten Bögen der Fassung „{version}“"
        asked = [i for i in book.items.values() if (version, i.id) in unprinted]
        for _, of_part in groupby(asked, lambda item: item.part):
            ids, labels = zip(*((i.id, item_label(i)) for i in of_part), strict=True)
            which = _listed(labels) if len(ids) <= NAMED else f"{len(ids)} Fragen, {_listed(labels)},"
            stand, count = ("steht", "sie gilt") if len(ids) == 1 else ("stehen", "sie gelten")
            lost = ("validate", "item", "als nicht gefragt behandelt", f"steht {where}")
            message = f"{which} {stand} {where}; {count} dort als nicht gefragt. {OTHER_VERSION}"
            log.find("V33", message, lost=lost, item_id=" ".join(ids))
        printed = [i for i in book.items.values() if book.in_version(i, version)]
        for item, option in ((i, o) for i in printed for o in i.options):
            key = (version, item.id, matching.BOX_NOT_FOUND.format(option.label))
            if n_doubts[key] == n:
                boxes.add(key)
                message = f"Die Vorgabe „{option.label}“ von {item_label(item)} steht {where}; {OTHER_OPTION}"
                log.find("V33", message, item_id=item.id)
    shared = _log_shared(reviews, versions, n_forms, book, log)
    left = [k[:2] not in unprinted and k not in boxes and not s for k, s in zip(doubts, shared, strict=True)]
    return reviews[pd.Series(left, reviews.index, dtype=bool)], unprinted | {key[:2] for key in boxes}


def _set_aside_misspelt(
    reviews: pd.DataFrame, versions: pd.Series, n_forms: Mapping[str, int], book: Codebook, log: Log
) -> tuple[pd.DataFrame, set[tuple[str, str]]]:
    """What is left without the doubts about labels that most forms spell otherwise (V33); version and item of these."""
    unknown = reviews[reviews["reason"].eq(matching.UNKNOWN) & reviews["place"].str.contains("/w:tc")]
    cells = unknown["place"].str.extract(_CELL)
    gone, misspelt = set(), set()
    for (version, word), there in unknown.groupby([versions[unknown.index], unknown["raw"].map(normalise)]):
        files = set(there["file"])
        missed = reviews[reviews["reason"].eq(matching.NOT_FOUND) & reviews["raw"].eq("") & versions.eq(version)]
        if 2 * len(files) <= n_forms.get(version, 2 * len(files)):
            continue
        where = Counter(re.search(_AT, place).groups("0") for place in there["place"])
        at, n = max(where.items(), key=lambda k: k[1])
        at = tuple(map(int, at)) if 2 * n > n_forms[version] else ()
        if (meant := _meant(word, at, version, set(missed["item_id"]), book)) is None:
            continue
        label, axis, items = meant
        lacking = missed[missed["item_id"].isin(items) & missed["file"].isin(files)]
        lines = set(zip(there["file"], *(cells.loc[there.index, k] for k in (0, axis)), strict=True))
        in_line = [k in lines for k in zip(unknown["file"], cells[0], cells[axis], strict=True)]
        entries = unknown[in_line].drop(there.index)
        raw, ids, n = there["raw"].iloc[0], [i for i in book.items if i in items], lacking["file"].nunique()
        message = (
            f"„{raw}“ steht in {len(files)} von {n_forms[version]} gezählten Bögen der Fassung „{version}“, „{label}“ "
            f"({_listed(ids)}) steht dort nicht; gemeint ist wohl „{raw}“, bitte im Codebuch berichtigen. Bis dahin gilt "
            f"dort die Antwort in {n} {'Bogen' if n == 1 else 'Bögen'} als unlesbar; niemand wird danach gefragt."
        )
        log.find("V33", message, item_id=" ".join(ids), raw=raw)
        for r in entries.itertuples():
            where = {"file": r.file, "place": r.place, "raw": r.raw}
            log.lose("ingest", "response", "nicht zugeordnet", f"„{raw}“ fehlt im Codebuch", rule="V33", **where)
        gone |= {*there.index, *lacking.index, *entries.index}
        misspelt |= {(version, i) for i in items}
    return reviews.drop(sorted(gone)), misspelt


def _meant(
    word: str, at: tuple[int, ...], version: str, missed: Collection[str], book: Codebook
) -> tuple[str, int, set[str]] | None:
    """The label like a word, or else printed where it stands in most forms, whose items all were missed.

    With it whether it is of a row (1) or column (2), and these items.
    """
    found: dict[str, tuple[str, int, set[str]]] = {}
    spots: dict[tuple[int, ...], str] = {}
    for table in book.tables(version) if missed else ():
        for (row, column), label in table.printed.items():
            of_row = row > table.n_header_rows
            slots = [s for s in table.slots if not s.extra and (s.row == row if of_row else s.column == column)]
            items = {s.item_id for s in slots}
            if items and items <= missed:  # a heading stands in several tables
                spots[table.number, row, column] = normalise(label)
                items |= found.get(normalise(label), ("", 0, set()))[2]
                found[normalise(label)] = label, 1 if of_row else 2, items
    near = get_close_matches(word, found, n=1, cutoff=ALIKE)
    return found[near[0]] if near else found.get(spots.get(at, ""))


def _log_shared(
    reviews: pd.DataFrame, versions: pd.Series, n_forms: Mapping[str, int], book: Codebook, log: Log
) -> list[bool]:
    """Which doubts are about words that most forms of a version share: the form says so, not those who filled it in.

    The team hears of each once (V33, of a link V36), and no alliance is asked; nor anybody of a logo or an emphasis that
    is printed, for which those that stand beside a tick count, too.
    """
    is_ticked = reviews["reason"].eq(matching.EMPHASISED_BESIDE_TICK)
    reviews = reviews.assign(reason=reviews["reason"].where(~is_ticked, matching.EMPHASISED))
    words = ["".join(c for c in normalise(raw) if c not in MARK_CHARACTERS) for raw in reviews["raw"]]
    keys = list(zip(versions, reviews["item_id"], reviews["reason"], words, strict=True))
    each = set(zip(reviews["file"], keys, strict=True))
    n_files = Counter(key for _, key in each if key[2] in OF_THE_FORM and (key[3] or key[2] == matching.SHADED))
    shared = {key for key, n in n_files.items() if 2 * n > n_forms.get(key[0], 2 * n)}
    raw_of = dict(zip(reversed(keys), reversed(reviews["raw"].tolist()), strict=True))
    for key in dict.fromkeys(k for k in keys if k in shared):
        version, item_id, reason, _ = key
        if reason in (matching.EMPHASISED, matching.PICTURE, matching.SHADED):
            continue
        raw, of = raw_of[key], f"in {n_files[key]} von {n_forms[version]} gezählten Bögen der Fassung „{version}“"
        if reason == matching.OUTSIDE:
            log.find("V36", f"„{raw[:80]}“ {of}: {reason}.", raw=raw)
            continue
        place = f"bei {item_label(book.items[item_id])}" if item_id else "außerhalb der bekannten Felder"
        message = f"„{raw[:80]}“ steht {of} {place}, ist also wohl gedruckt; {OF_THE_FORM[reason]}."
        lost = () if item_id else ("ingest", "response", "nicht zugeordnet", f"steht {of}")
        log.find("V33", message, lost=lost, item_id=item_id, raw=raw)
    return [key in shared or ticked for key, ticked in zip(keys, is_ticked, strict=True)]


def settle_responses(
    responses: pd.DataFrame, book: Codebook, log: Log, unprinted: Collection[tuple[str, str]] = ()
) -> pd.DataFrame:
    """Give every response its final state and name every kind of missing (V07 to V12).

    `responses` has one row per case, item and occurrence, as read, with `case_id` and `version`; `unprinted` is
    what `set_aside_unprinted` gives. Items that a version leaves out get rows in state `not_asked`. Questions of
    `unprinted` without a place are `not_asked` with the note `unprinted`; none of them filters others.
    """
    responses = responses.reset_index(drop=True).assign(state=lambda r: pd.Categorical(r["state"], STATES))
    given, asked = responses["state"].isin(GIVEN).to_numpy(), _asked(responses, book, unprinted)
    is_unclear = responses["state"].isin(["illegible", "contradictory"]).to_numpy()
    is_decided = responses["note"].eq("decided").to_numpy()
    ours = {}  # answers that no alliance is told it has given -> what to say of them
    for rows, why in ((is_unclear, "ist nicht eindeutig"), (is_decided, "ist so entschieden")):
        ours |= dict.fromkeys(responses.loc[rows, ["case_id", "item_id"]].itertuples(index=False, name=None), why)
    notes = {note: set(note.split()) for note in responses["note"].unique()}
    told = [note for note, words in notes.items() if words & {"placeholder", *LEFT_OUT}]
    own = [i.id for i in book.items.values() if i.row and not i.label]
    # few rows need more than a look at their state
    single = is_unclear | given & ~asked | responses["note"].isin(told).to_numpy()
    single |= given & responses["item_id"].isin(own).to_numpy() | _impossible_numbers(responses, book)
    states = np.where(asked, responses["state"].cat.codes, STATES.index("not_asked"))
    noted, placeholders, own_rows = [], defaultdict(list), defaultdict(list)
    for r in responses[single].itertuples():
        item, k = book.items[r.item_id], r.Index
        if r.state in GIVEN and item.row and not item.label:
            own_rows[r.case_id, item.row, r.occurrence].append(r)
        if r.state == "illegible" and not r.place and (r.version, r.item_id) in unprinted:
            states[k] = STATES.index("not_asked")
            noted.append(k)
            continue
        if asked[k] and r.state == "not_answered" and "placeholder" in notes[r.note]:
            placeholders[r.file, r.case_id, r.raw or r.value].append(r.item_id)
        why = ours.get((r.case_id, item.asked_if[0]), "") if item.asked_if else ""
        state = _settle(r, item, book, log) if asked[k] else _set_aside_not_asked(r, item, why, book, log)
        states[k] = STATES.index(state)
        if words := [LEFT_OUT[n] for n in r.note.split() if n in LEFT_OUT and r.state != "illegible"]:
            log.lose("ingest", "response", "ausgelassen", f"im Bogen {' und '.join(words)}", **_where(r))
    _log_not_shown(responses[asked & responses["note"].eq(NOT_SHOWN).to_numpy()], book, log)
    responses["state"] = pd.Categorical.from_codes(states, STATES)
    if noted:
        responses["note"] = responses["note"].astype("str")
        responses.loc[noted, "note"] = "unprinted"
    for (_, row, _), cells in own_rows.items():
        _log_own_actor(row, cells, book, log)
    for (file, case_id, text), item_ids in placeholders.items():  # one row a form, not one a field
        message, lost = f"{len(item_ids)} Felder zeigen nur den Platzhaltertext „{text}“.", "als keine Angabe gezählt"
        where = {"file": file, "case_id": case_id, "item_id": " ".join(item_ids), "raw": text}
        log.find("V09", message, lost=("ingest", "response", lost, "Platzhaltertext"), **where)
    return _with_left_out(responses, book)


def _asked(responses: pd.DataFrame, book: Codebook, unprinted: Collection[tuple[str, str]]) -> np.ndarray:
    """Whether each question was asked, by the answer that it depends on; one that was never printed filters none."""
    asked, at = np.ones(len(responses), bool), responses.groupby("item_id", observed=True).indices
    for item in (i for i in book.items.values() if i.asked_if and i.id in at):
        parent, option = item.asked_if
        of_parent = responses.iloc[at.get(parent, [])]
        of_parent = of_parent[of_parent["state"].isin(["answered", "selected"])]
        answer = dict(zip(of_parent["case_id"], of_parent["value"], strict=True))
        rows = responses.iloc[at[item.id]]
        given = rows["case_id"].astype("object").map(answer)
        asked[at[item.id]] = given.eq(option)
        if free := [version for version, name in unprinted if name == parent]:
            asked[at[item.id]] |= (given.isna() & rows["version"].isin(free)).to_numpy()
    return asked


def _log_not_shown(responses: pd.DataFrame, book: Codebook, log: Log) -> None:
    """Questions that a survey did not show though their filter holds (V37): its condition is another one."""
    for item_id, rows in responses.groupby("item_id", observed=True):
        if asked_if := book.items[str(item_id)].asked_if:
            shown = ", ".join(f"„{f}“" for f in rows["file"].head(NAMED))
            told = f"{item_label(book.items[str(item_id)])} wurde {len(rows)}-mal nicht gezeigt"
            although = f"obwohl {asked_if[0]} „{asked_if[1]}“ lautet ({shown}); es gilt dort als nicht gefragt"
            remedy = "Bitte „asked_if“ mit der Bedingung der Befragung vergleichen."
            log.find("V37", f"{told}, {although}. {remedy}", item_id=str(item_id))


def _impossible_numbers(responses: pd.DataFrame, book: Codebook) -> np.ndarray:
    """Which responses give a number that cannot be."""
    hit, numbers = np.zeros(len(responses), bool), [i.id for i in book.items.values() if i.kind == "number"]
    given = responses[responses["item_id"].isin(numbers) & responses["state"].eq("answered")]
    for item_id, values in given.groupby("item_id", observed=True)["value"]:
        wrong = [v for v in values.unique() if number_problem(v, book.items[str(item_id)])]
        hit[values.index] = values.isin(wrong)
    return hit


def _where(r: Any) -> dict[str, str]:
    """Where a response stands, for the log."""
    return {c: getattr(r, c) for c in ("file", "case_id", "item_id", "place")} | {"raw": r.raw or r.value}


def _set_aside_not_asked(r: Any, item: Item, why: str, book: Codebook, log: Log) -> str:
    """Set aside what stands at a question that was not asked (V10); `why` its filter is unclear or decided."""
    if r.state in GIVEN and why and (r.raw or r.value):
        reason = f"Filter: {item.asked_if[0]} {why}"
        log.lose("validate", "response", "als nicht gefragt behandelt", reason, rule="V10", **_where(r))
    elif r.state in GIVEN and (r.raw or r.value):
        (parent, option), label = item.asked_if, item_label(item)
        asked = book.items[parent]
        printed = asked.option_label(option)
        question = f"Sie haben {printed_place(item, book)} ausgefüllt, bei {printed_place(asked, book)} aber nicht „{printed}“ angekreuzt. Was gilt?"
        message = f"{label} ist ausgefüllt, obwohl {parent} nicht „{printed}“ lautet."
        lost = ("validate", "response", "als nicht gefragt behandelt", f"Filter: {parent} = {option}")
        log.find("V10", message, question=question, lost=lost, **_where(r))
        _impossible_number(r, item, book, log)
    return "not_asked"


def _settle(r: Any, item: Item, book: Codebook, log: Log) -> str:
    """Final state of a response to a question that was asked (V07, V08, V11)."""
    where = _where(r)
    if r.state == "contradictory":
        question = f"Bei {printed_place(item, book)} sind mehrere Kästchen angekreuzt. Welches gilt?"
        ticked = enumeration(f"„{item.option_label(o)}“" for o in r.value.split("|"))
        message = f"{item_label(item)}: {ticked} zugleich angekreuzt."
        lost = ("validate", "response", "als widersprüchlich gezählt", "mehrere Vorgaben angekreuzt")
        log.find("V07", message, question=question, lost=lost, **where)
    elif r.state == "illegible":
        log.lose("ingest", "response", "als unlesbar gezählt", "Eintrag nicht eindeutig", rule="V08", **where)
    elif problem := _impossible_number(r, item, book, log):
        log.lose("validate", "response", "als unlesbar gezählt", problem, rule="V11", **where)
        return "illegible"
    return r.state


def _impossible_number(r: Any, item: Item, book: Codebook, log: Log) -> str:
    """What is wrong with the number that a form gives (V11); "" if it gives none or a possible one."""
    if item.kind != "number" or r.state != "answered":
        return ""
    if problem := number_problem(r.value, item):
        question = f"Bei {printed_place(item, book)} steht „{r.value}“. Welche Zahl ist gemeint?"
        log.find("V11", f"{item_label(item)}: „{r.value}“ {problem}.", question=question, **_where(r))
    return problem


def number_problem(text: str, item: Item) -> str:
    """What is wrong with a number that was written, as the end of a sentence; "" if nothing is."""
    value = float(text.strip().replace(",", ".")) if _NUMBER.fullmatch(text.strip()) else None
    if value is None:
        return "ist keine eindeutige Zahl"
    if item.min is not None and value < item.min:
        return f"ist kleiner als {item.min}"
    return f"ist größer als {item.max}" if item.max is not None and value > item.max else ""


def _log_own_actor(row: str, cells: Sequence[Any], book: Codebook, log: Log) -> None:
    """An actor that a form adds in an empty row is a hint (V12); sets count printed rows only, so its ticks are lost."""
    name = next((r.value for r in cells if book.items[r.item_id].kind == "text" and r.value), "ohne Namen")
    log.find("V12", f"Zusätzlicher Akteur in der Leerzeile {row}: „{name}“.", **_where(cells[0]))
    columns = {(s["part"], s["column"]): s["label"] for s in book.sets.values()}
    for r in cells:
        item = book.items[r.item_id]
        if r.state == "selected" and (label := columns.get((item.part, item.column))):
            reason = f"„{label}“ zählt nur gedruckte Zeilen; eigener Akteur: {name}"
            log.lose("validate", "response", "nicht in der Mehrfachantwort", reason, rule="V12", **_where(r))


def _with_left_out(responses: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """The responses, and rows in state `not_asked` for the items that the version of each form does not print."""
    every = [i for i in book.items.values() if i.label]
    lacking = {v: [i.id for i in every if not book.in_version(i, v)] for v in responses["version"].unique()}
    forms = responses[["case_id", "version"]].drop_duplicates()
    forms["item_id"] = forms["version"].astype("object").map(lacking)
    if (left_out := forms.explode("item_id").dropna(subset="item_id")).empty:
        return responses
    told = dict.fromkeys(responses.columns, "") | {"occurrence": 1, "state": "not_asked", "note": "version"}
    more = left_out.astype("object").assign(**{c: v for c, v in told.items() if c not in left_out})
    for c in (c for c in responses if isinstance(responses[c].dtype, pd.CategoricalDtype)):
        new = set(more[c]) - set(responses[c].cat.categories)
        responses[c] = responses[c].cat.add_categories(sorted(new))
    return pd.concat([responses, more[responses.columns].astype(responses.dtypes.to_dict())], ignore_index=True)


def check_locations(responses: pd.DataFrame, types: Mapping[str, str], book: Codebook, log: Log) -> None:
    """Compare the location ticked in the head of the form with the type of each case in the register (V05)."""
    if not (item := book.items.get(book.identity.get("type", ""))):
        return
    possible = {o.id: o.get("type") for o in item.options}
    rows = responses[(responses["item_id"] == item.id) & (responses["state"] == "answered")]
    for r in rows.itertuples():
        if possible.get(r.value) != types.get(r.case_id):
            ticked, known = item.option_label(r.value), types.get(r.case_id, "")
            right = enumeration(f"„{o.label}“" for o in item.options if o.get("type") == known)
            message = f"Angekreuzt ist „{ticked}“; zum Register („{known}“) passt {right or 'keine Vorgabe'}."
            question = f"Zur Lage Ihres Bündnisses ist „{ticked}“ angekreuzt. Stimmt das?"
            log.find("V05", message, question=question, **_where(r) | {"raw": r.value})


def completeness(responses: pd.DataFrame, book: Codebook) -> pd.Series:
    """Status of each case (index `case_id`) by the rule of the codebook: the first whose needs are all met."""
    given = responses["state"].isin(GIVEN) & (responses["state"].ne("illegible") | responses["raw"].ne(""))
    items, selected = responses["item_id"], responses["state"] == "selected"

    def met(need: Mapping[str, Any]) -> Any:
        """The cases that meet a need."""
        rows = given & (items == need.get("item"))
        if "set" in need:
            rows = selected & items.isin(book.set_items(need["set"]))
        elif "answer_outside" in need:
            rows = given & items.isin([i.id for i in book.items.values() if i.part != need["answer_outside"]])
        return set(responses.loc[rows, "case_id"].unique())

    cases = pd.Index(responses["case_id"].unique().astype("str"), name="case_id")
    status = pd.Series(book.completeness[-1].id, index=cases, name="status", dtype="str")
    for rule in reversed(book.completeness):
        status[np.logical_and.reduce([np.ones(len(cases), bool), *(cases.isin(met(n)) for n in rule.needs)])] = rule.id
    return status


def log_reviews(
    reviews: pd.DataFrame, case_of: Mapping[str, str], book: Codebook, log: Log,
    decided: Collection[tuple[str, str]] = (),
) -> None:  # fmt: skip
    """Turn what the reader could not tie or read into findings (V08, V13) with a question each.

    `reviews` has a row per doubt (file, item_id, reason, raw, place), `case_of` the alliance of each file; nobody
    is asked about what the team has decided (file and item in `decided`).
    """
    missing, alike = defaultdict(list), defaultdict(list)  # one question on what stands in several places
    for r in reviews.itertuples():
        alike[r.file, r.raw, r.reason].append(place_words(r.place))
    for r in reviews.itertuples():
        item = book.items.get(r.item_id)
        if (r.file, r.item_id) in decided:
            continue
        of_form = {"file": r.file, "case_id": case_of.get(r.file, ""), "raw": r.raw}
        where = of_form | {"item_id": r.item_id, "place": r.place}
        lost = ("ingest", "response", "nicht zugeordnet", r.reason)
        told = f"{item_label(item) if item else place_words(r.place)}: {r.reason} („{r.raw[:80]}“)."
        if item and not r.raw:
            missing[r.file, r.reason].append(r.item_id)
        elif r.reason == matching.REPRINTED:  # nobody is asked about our own words
            log.lose(*lost, rule="V13", file=r.file, place=r.place, raw=r.raw)
        elif r.reason == matching.OUTSIDE:
            log.find("V36", f"Der Bogen verweist auf „{r.raw[:120]}“; nichts davon wurde geöffnet.", **of_form)
        elif item:
            log.find("V08", told, question=_question(r, item, book), **where)
        else:
            question = _question_outside(r, alike[r.file, r.raw, r.reason])
            log.find("V13", told, question=question, lost=lost, **where)
    for (file, reason), places in missing.items():  # one row a form, not one a cell
        items = [book.items[i] for i in dict.fromkeys(places)]  # each box of a choice is a place of its own
        ids, n = [i.id for i in items], len(items)
        numbers = [f"{'Tabelle' if i.row else 'Frage'} {i.number}" if i.number else "Kopf des Bogens" for i in items]
        lack = f"fehlt uns 1 Antwort ({printed_place(items[0], book)})"
        if n > 1:
            lack = f"fehlen uns {n} Antworten ({_listed(list(dict.fromkeys(numbers)))})"
        message = f"{n} {'Frage' if n == 1 else 'Fragen'} ({_listed(ids)}) ohne lesbare Stelle: {reason}."
        question = f"In Ihrem Bogen {lack}, weil die Tabelle verändert wurde. Können Sie sie nachreichen?"
        where = {"file": file, "case_id": case_of.get(file, ""), "item_id": " ".join(ids)}
        log.find("V08", message, question=question, **where)


def _question(r: Any, item: Item, book: Codebook) -> str:
    """What an alliance is asked about a doubt at a question of its form."""
    at, (quoted, _, word) = f"Bei {printed_place(item, book)}", r.reason.rpartition(" ist ")
    if word in LEFT_OUT.values():
        return f"{at} ist {quoted} {word}. Was gilt?"
    if r.reason == matching.SHADED:
        return f"{at} ist das leere Kästchen farbig. Ist es als angekreuzt gemeint?"
    if r.reason.endswith(matching.MARKED_BOX):
        return f"{at} ist Gedrucktes hervorgehoben („{r.raw[:80]}“). Ist es als angekreuzt gemeint?"
    if r.reason == matching.UNREAD:
        parts = r.raw.split(" | ")  # what the cell says itself comes first
        inside = enumeration(f"„{part[:80]}“" for part in parts[1:] or parts)
        return f"{at} ist etwas eingefügt, das wir nicht lesen können ({inside}). Was ist gemeint?"
    return f"{at} steht „{r.raw[:80]}“. Was ist gemeint?"


def _question_outside(r: Any, places: Sequence[str]) -> str:
    """The same of what stands at no question; `places` are all places of the form with this doubt."""
    at = _listed(list(dict.fromkeys(p for p in places if not p.startswith("/"))))
    at = at and f" ({at})"
    if r.reason == matching.PICTURE:
        which = "ein Bild, das" if r.raw == "1 Bild" else f"{r.raw}, die"
        return f"In Ihrem Bogen steht {which} wir nicht lesen können{at}. Gehört es zu einer Antwort?"
    if r.raw in matching.UNREAD_THINGS.values():
        return f"In Ihrem Bogen ist etwas eingefügt, das wir nicht lesen können: {r.raw}{at}. Was ist gemeint?"
    if r.reason in (matching.MARKED, matching.EMPHASISED):
        return f"In Ihrem Bogen ist „{r.raw[:80]}“ hervorgehoben{at}. Ist das als Kreuz gemeint?"
    return f"In Ihrem Bogen steht „{r.raw[:80]}“ an einer Stelle, die wir nicht zuordnen können{at}. Was ist gemeint?"


def printed_place(item: Item, book: Codebook) -> str:
    """Where an item stands, for those who filled in the form: in its words, without our ids."""
    name = f"„{item.label}“" if item.label else "einer eigenen Zeile"
    if not item.row:
        return f"Frage {item.number} ({name})" if item.number else f"{name} im Kopf des Bogens"
    labels = (s["label"] for s in book.sets.values() if (s["part"], s["column"]) == (item.part, item.column))
    column = next((f", Spalte „{label}“" for label in labels), "")
    return f"Tabelle {item.number}, {'Zeile ' if item.label else 'in '}{name}{column}"


def item_label(item: Item) -> str:
    """An item as people find it on the form: number and label."""
    return f"{item.id} ({item.label or 'Leerzeile'})"


def _listed(names: Sequence[str]) -> str:
    """Names one by one if they are few, else the first and the last."""
    return f"{names[0]} bis {names[-1]}" if len(names) > NAMED else enumeration(names)


def apply_decisions(
    folder: Path, responses: pd.DataFrame, book: Codebook, log: Log
) -> tuple[pd.DataFrame, set[tuple[str, str]]]:
    """Enter the decisions of `entscheidungen.csv`; each leaves a row in the losses, an impossible one is V17.

    Gives the responses as read with the decided states and values, and file and item of each decision: nobody is
    asked about these again. Without the file nothing is decided.
    """
    path, decided, done = folder / "entscheidungen.csv", set(), set()
    for row in read_rows(path, DECISION_COLUMNS) if path.exists() else ():
        row["decision"] = GERMAN.get(row["decision"].casefold(), row["decision"])
        index = decided_rows(row, responses)
        if problem := decision_problem(row, responses, index, done, book):
            where = {"file": row["file"], "item_id": row["item_id"]}
            log.find("V17", f"„{path}“, Zeile {row['row']}: {problem}.", **where)
            continue
        decision, old = row["decision"], responses.loc[index[0]]
        responses = responses.astype({"value": "object", "note": "object"})
        now = (decision, "", "decided") if decision in STATES else ("answered", decision, "decided")
        responses.loc[index, ["state", "value", "note"]] = now
        action = f"als {WORDS[decision] if decision in STATES else f'„{decision}“'} gezählt"
        where = {c: old[c] for c in ("file", "item_id", "place", "raw")}
        log.lose("validate", "response", action, f"entschieden von {row['decided_by']}: {row['reason']}", **where)
        done.add(index[0])
        decided.add((old["file"], old["item_id"]))
    return responses.astype(dict.fromkeys(("value", "note"), "str")) if done else responses, decided


def tell_void(decided: Collection[tuple[str, str]], counted: Collection[str], log: Log) -> None:
    """Decisions on forms that do not count have no effect: their losses say so, and a finding does (V06)."""
    for loss in [x for x in log.losses if (x["file"], x["item_id"]) in decided and x["file"] not in counted]:
        loss |= {"action": "ohne Wirkung", "reason": f"der Bogen zählt nicht; {loss['reason']}"}
        message = f"Die Entscheidung zu {loss['item_id']} in „{loss['file']}“ hat keine Wirkung: der Bogen zählt nicht."
        log.find("V06", message, file=loss["file"], item_id=loss["item_id"])


def decided_rows(row: Mapping[str, str], responses: pd.DataFrame) -> pd.Index:
    """Where the response stands that a decision names."""
    hit = (responses["file"].map(nfc) == nfc(row["file"])) & (responses["item_id"] == row["item_id"])
    return responses.index[hit & (responses["occurrence"].astype(str) == (row["occurrence"] or "1"))]


def decision_problem(
    row: Mapping[str, str], responses: pd.DataFrame, index: pd.Index, done: set[Any], book: Codebook
) -> str:
    """Why a decision cannot be applied, as the rest of a sentence; "" if it can."""
    if len(index) != 1:
        return _not_there(row, responses)
    if index[0] in done:
        return "die Antwort ist schon entschieden"
    if empty := [c for c in DECISION_COLUMNS[3:] if not row[c]]:
        return f"die Spalte „{empty[0]}“ ist leer"
    return _impossible(book.items[row["item_id"]], row["decision"])


def _not_there(row: Mapping[str, str], responses: pd.DataFrame) -> str:
    """What of a decision names nothing that was read, as the team wrote it, and what comes closest."""
    if (ours := responses[responses["file"].map(nfc) == nfc(row["file"])]).empty:
        near = _closest(row["file"], responses["file"].unique())
        return f"ein Bogen „{row['file']}“ wurde nicht gelesen{near}"
    items, lacking = ours["item_id"].unique(), f"die Frage „{row['item_id']}“ gibt es in diesem Bogen nicht"
    if row["item_id"] not in items:
        return lacking + _closest(row["item_id"], items)
    return f"{lacking} zum {row['occurrence'] or 1}. Mal (Spalte „occurrence“)"


def _closest(name: str, names: Iterable[str]) -> str:
    """The name that comes closest, as the end of a sentence; a request to check if none is similar."""
    near = get_close_matches(name, names, n=1)
    return f"; ähnlich ist „{near[0]}“, bitte berichtigen" if near else "; bitte die Schreibweise prüfen"


def _impossible(item: Item, decision: str) -> str:
    """Why an item cannot have an answer; "" if it can."""
    if item.kind in ("tick", "single"):
        ticks, options = ["selected", "not_selected"], [*(o.id for o in item.options), "not_answered"]
        allowed = [*(ticks if item.kind == "tick" else options), "illegible"]
        words = ", ".join(WORDS.get(a, a) for a in allowed)
        return "" if decision in allowed else f"„{decision}“ ist hier nicht möglich; erlaubt sind {words}"
    if item.kind == "number" and decision not in STATES:
        problem = number_problem(decision, item)
        return f"„{decision}“ {problem}; bitte nur die Zahl eintragen" if problem else ""
    only_boxes = decision in STATES and decision not in ("not_answered", "illegible")
    return f"„{decision}“ gibt es nur bei Kästchen" if only_boxes else ""
