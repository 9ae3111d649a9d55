"""Which received form belongs to which alliance, and which one counts: the list of receipts against the folder."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from gkanalysis.core.findings import Log
from gkanalysis.core.numbers import format_date
from gkanalysis.ingest.received import file_of

YEARS = 2  # a form that comes in later after it was sent has a wrong date
IN_REGISTER = "bitte die Kennung berichtigen oder das Bündnis in „register/buendnisse.csv“ ergänzen"


def check_receipts(receipts: pd.DataFrame, log: Log) -> pd.DataFrame:
    """The list of receipts with composed file names and ISO dates; a file named twice, or a strange date, is V16.

    Excel turns 2019-07-03 into 03.07.2019 when it saves: both are read, so that the later form wins.

    >>> log = Log()
    >>> check_receipts(pd.DataFrame({"file": ["a"], "received": ["03.07.2019"], "row": ["2"]}), log)["received"].item()
    '2019-07-03'
    """
    receipts = receipts.assign(file=receipts["file"].map(nfc))
    days = receipts["received"].map(iso_date)
    for r in receipts[days == ""].itertuples():
        log.find("V16", no_date(f"Zeile {r.row} der Eingangsliste", r.received), file=r.file, raw=r.received)
    for r in receipts[receipts["file"].duplicated()].itertuples():
        message = f"Zeile {r.row} der Eingangsliste: „{r.file}“ steht dort schon; bitte eine Zeile löschen."
        log.find("V16", message, file=r.file)
    return receipts.assign(received=days)


def rows_of_tables(forms: pd.DataFrame, log: Log) -> pd.DataFrame:
    """What the rows of tables say themselves, as lines of a list of receipts; a day that is none is V16."""
    rows = forms[(forms["status"] == "read") & (forms["alliance"] != "")].rename(columns={"alliance": "alliance_id"})
    rows = rows.assign(path=rows["file"].map(file_of), row=rows["file"].str.extract(r"(\d+)$")[0])
    rows = rows.assign(file=rows["file"].map(nfc), received=rows["day"].map(iso_date))
    for r in rows[(rows["received"] == "") & (rows["day"] != "")].itertuples():
        log.find("V16", no_date(f"„{r.path}“, Zeile {r.row}", r.day), file=r.file, raw=r.day)
    return rows[["file", "received", "alliance_id", "row", "path"]]


def assign_forms(
    forms: pd.DataFrame, receipts: pd.DataFrame, alliances: pd.DataFrame, names: Mapping[str, str], log: Log,
    name_item: str = "K.1", path: str = "eingang.csv",
) -> pd.DataFrame:  # fmt: skip
    """The forms (one row per file) that belong to an alliance, with its `case_id` and the day `received`.

    The list `receipts`, as `check_receipts` gives it and `path` names it, decides before the name that a form gives
    itself (`names`, from the item `name_item`). Findings are V01 to V04, V19 and V35.
    """
    register, ids = alliances.set_index("alliance_id"), set(alliances["alliance_id"])
    called = dict(zip(alliances["alliance_id"], map(_words, alliances["name"]), strict=True))
    receipts = receipts if "path" in receipts else receipts.assign(path=path)
    by_file = {r.file: r for r in receipts.itertuples()}
    present, meant = {nfc(f) for f in forms["file"]}, {}
    for file, receipt in by_file.items():
        meant[file] = case_id = receipt.alliance_id
        if case_id not in ids:
            where = f"„{receipt.path}“, Zeile {receipt.row} („{file}“)"
            meant[file] = case_id = alliance_meant(case_id, alliances, where, log, file=file)
        if file not in present:
            message = f"„{file}“ steht in der Eingangsliste, liegt aber nicht im Ordner."
            log.find("V02", message, file=file, case_id=case_id)
    rows = []
    for form in forms.itertuples(index=False):
        file, own_name = nfc(form.file), names.get(form.file, "")
        receipt = by_file.get(file)
        if receipt is not None and (own_name in ("", meant[file]) or _words(own_name) == called.get(meant[file])):
            fits = [meant[file]]  # most say the name of the register, and to look for it in all of it takes long
        else:
            fits = alliances_named(own_name, alliances)
        if receipt is None and len(fits) != 1:
            several = f"mehreren Bündnissen ({', '.join(fits)})" if fits else "keinem Bündnis des Registers"
            named = f"der Name im Bogen („{own_name}“) passt zu {several}"
            leads = named if own_name else "der Bogen nennt keinen Namen"
            message = f"„{file}“ fehlt in „{path}“, und {leads}. Bitte dort eine Zeile für die Datei ergänzen."
            log.find("V01", message, file=file, raw=own_name)
            continue
        case_id = fits[0] if receipt is None else meant[file]
        where = {"file": file, "case_id": case_id}
        if receipt is None:
            message = f"„{file}“ fehlt in der Eingangsliste; nach dem Namen „{own_name}“ zugeordnet."
            log.find("V03", message, **where)
        elif case_id not in ids:
            continue
        elif own_name and set(fits) != {case_id}:
            where |= {"item_id": name_item, "raw": own_name}
            _log_other_name(register["name"], own_name, fits, where, log)
        received = "" if receipt is None else receipt.received
        rows.append({**form._asdict(), "case_id": case_id, "received": received})
    assigned = pd.DataFrame(rows, columns=[*forms.columns, "case_id", "received"])
    whole = assigned[assigned["file"].map(file_of) == assigned["file"]]  # rows of a table lie in one file
    for _, copies in whole[whole["sha256"] != ""].groupby("sha256") if "sha256" in whole else ():
        if copies["case_id"].nunique() > 1:
            files = ", ".join(f"„{f}“ ({c})" for f, c in zip(copies["file"], copies["case_id"], strict=True))
            message = f"Dieselbe Datei ist unter mehreren Bündnissen abgelegt: {files}."
            log.find("V19", message, file=copies["file"].iloc[0], case_id=copies["case_id"].iloc[0])
    return assigned


def check_days(assigned: pd.DataFrame, sent: Mapping[str, str], path: str, log: Log) -> None:
    """A form that came in before the month its version was sent, or years later (V16): the day decides which counts."""
    for form in assigned.itertuples():
        month, first = form.received[:7], sent.get(form.version, "")
        if month and first and (month < first or int(month[:4]) > int(first[:4]) + YEARS):
            came = f"„{form.file}“ ist nach „{path}“ am {format_date(form.received)} eingegangen"
            message = (
                f"{came}; verschickt wurde dieser Bogen im {format_date(first)}. Bitte das Datum in der Liste prüfen."
            )
            log.find("V16", message, file=form.file, case_id=form.case_id, raw=form.received)


def _log_other_name(
    register: pd.Series, own_name: str, fits: Sequence[str], where: Mapping[str, str], log: Log
) -> None:
    """A form that names another alliance than the list is an error (V19), one that names none or several is asked (V04)."""
    file, case_id, name = where["file"], where["case_id"], register[where["case_id"]]
    if case_id in fits:
        also = " und ".join(f"„{register[i]}“" for i in fits if i != case_id)
        question = f"Im Kopf des Bogens steht „{own_name}“. Gilt er auch für {also}?"
        message = f"Der Bogen nennt „{own_name}“, also mehrere Bündnisse; er zählt für „{name}“ und nicht für {also}."
        log.find("V04", message, question=question, **where)
    elif fits:
        other = f"der Bogen selbst nennt „{register[fits[0]]}“ ({fits[0]})"
        remedy = "Bitte die Liste berichtigen oder den Namen als weiteren im Register eintragen."
        log.find("V19", f"„{file}“ steht in der Eingangsliste bei „{name}“ ({case_id}), {other}. {remedy}", **where)
    else:
        question = f"Im Kopf des Bogens steht „{own_name}“. Ist damit Ihr Bündnis „{name}“ gemeint?"
        log.find("V04", f"Der Bogen nennt „{own_name}“, das Register „{name}“.", question=question, **where)


def alliance_meant(
    text: str, alliances: pd.DataFrame, where: str, log: Log, advice: str = IN_REGISTER, **at: str
) -> str:
    """The id of the alliance that a cell means: the name of one alone serves, too (V35); what is none is V01.

    >>> register = pd.DataFrame({"alliance_id": ["B1", "B2"], "name": ["Fulda", "Kreis Fulda"], "aliases": ""})
    >>> log = Log()
    >>> [alliance_meant(text, register, "Zeile 2", log) for text in ("B1", "Kreis Fulda", "Kassel")]
    ['B1', 'B2', 'Kassel']
    >>> log.findings[0]["message"]
    'Zeile 2: „Kreis Fulda“ ist nach dem Namen als B2 gelesen; bitte die Kennung eintragen.'
    """
    if (alliances["alliance_id"] == text).any():
        return text
    if len(fits := alliances_named(text, alliances)) != 1:
        log.find("V01", f"{where}: „{text}“ fehlt im Register; {advice}.", raw=text, **at)
        return text
    message = f"{where}: „{text}“ ist nach dem Namen als {fits[0]} gelesen; bitte die Kennung eintragen."
    lost = ("validate", "alliance", f"als {fits[0]} gelesen", "Name statt Kennung")
    log.find("V35", message, lost=lost, **{"case_id": fits[0], "raw": text, **at})
    return fits[0]


def no_date(where: str, text: str) -> str:
    """The sentence for what is no day: where it stands and how to write one."""
    if short := re.fullmatch(r"(\d{1,2}\.\d{1,2}\.)(\d\d)", text, re.ASCII):
        return f"{where}: „{text}“ hat eine zweistellige Jahreszahl; bitte vierstellig, etwa {short[1]}20{short[2]}."
    return f"{where}: „{text}“ ist kein Datum; bitte schreiben wie 2020-05-31 (etwa für den 31. Mai 2020)."


def choose_forms(assigned: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Of several forms of one alliance keep the one received last; each choice is reported (V06).

    Two forms of the same day, or one without a date, cannot be put in order: that is an error (V16).

    >>> log = Log()
    >>> forms = pd.DataFrame({"file": ["a", "b"], "case_id": ["B1", "B1"], "received": ["2019-05-01", "2019-05-09"]})
    >>> choose_forms(forms, log)["file"].tolist(), log.losses[0]["file"]
    (['b'], 'a')
    """
    assigned = assigned.sort_values(["case_id", "received"], kind="stable")
    for case_id, group in assigned[assigned["case_id"].duplicated(keep=False)].groupby("case_id", sort=True):
        last, n = group.iloc[-1], len(group)
        if (group["received"] == last["received"]).sum() > 1 or (group["received"] == "").any():
            remedy = "bitte die Eingangsliste ergänzen; eine Kopie mit denselben Antworten bitte löschen"
            if "sha256" in group and group["sha256"].nunique() == 1:
                remedy = "es ist dieselbe Datei (gleiche Prüfsumme), bitte alle bis auf eine löschen"
            names = ", ".join(f"„{f}“" for f in group["file"])
            message = f"Von {case_id} liegen {n} Bögen ohne eindeutiges Eingangsdatum vor ({names}); {remedy}."
            log.find("V16", message, case_id=str(case_id), file=last["file"])
        which = f"Gilt der Bogen vom {format_date(last['received'])}?" if last["received"] else "Welcher gilt?"
        question = f"Wir haben von Ihnen mehrere Bögen. {which}"
        reason = f"ersetzt durch „{last['file']}“ vom {last['received']}"
        for old in group.iloc[:-1].itertuples():
            where = {"file": old.file, "case_id": str(case_id)}
            told = f"{n} Bögen; es zählt der zuletzt eingegangene. „{old.file}“ vom {old.received} {reason}."
            remedy = f"bitte „{last['file']}“ mit seiner Zeile aus Ordner und Eingangsliste nehmen."
            message = f"{told} Wenn der ältere gelten soll, {remedy}"
            lost = ("validate", "form", "zurückgestellt", reason)
            log.find("V06", message, question=question, lost=lost, **where)
    return assigned.drop_duplicates("case_id", keep="last").reset_index(drop=True)


def nfc(name: str) -> str:
    """File names compare in composed form: macOS stores umlauts decomposed."""
    return unicodedata.normalize("NFC", name)


def iso_date(text: str) -> str:
    """A day as 2019-07-03 from that or from 3.7.2019; "" if it is neither.

    >>> iso_date("3.7.2019"), iso_date("2019-07-03"), iso_date("Juli")
    ('2019-07-03', '2019-07-03', '')
    """
    if german := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text, re.ASCII):
        text = f"{german[3]}-{german[2]:0>2}-{german[1]:0>2}"
    try:
        return date.fromisoformat(text).isoformat() if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else ""
    except ValueError:
        return ""


def alliances_named(text: str, alliances: pd.DataFrame) -> list[str]:
    """Ids of the alliances whose name or alias stands in a text as whole words.

    A name inside another one does not count: „Kreis Fulda“ is not „Fulda“.

    >>> register = pd.DataFrame({"alliance_id": ["B1", "B2"], "name": ["Fulda", "Kreis Fulda"], "aliases": ""})
    >>> alliances_named("Der Landrat, Kreis Fulda", register), alliances_named("Ostfulda", register)
    (['B2'], [])
    """
    text, hits = _words(text), []
    for a in alliances.fillna({"aliases": ""}).itertuples():
        names = filter(None, map(_words, [a.name, *a.aliases.split("|")]))
        hits += [(n, a.alliance_id) for n in names if re.search(rf"(?<!\w){re.escape(n)}(?!\w)", text)]
    return list(dict.fromkeys(i for n, i in hits if not any(n != m and n in m for m, _ in hits)))


def _words(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).replace("\u00ad", "").split()).casefold()
