"""Which received form belongs to which alliance, and which one counts: the list of receipts against the folder.

Pure functions: frames in, frames out; findings and losses go to a `gkanalysis.core.findings.Log`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

import pandas as pd

from gkanalysis.core.findings import Log


def check_receipts(receipts: pd.DataFrame, log: Log) -> pd.DataFrame:
    """The list of receipts with composed file names and ISO dates; a file named twice, or a strange date, is V16.

    Excel turns 2019-07-03 into 03.07.2019 when it saves: both are read, so that the later form wins.

    Examples
    --------
    >>> log = Log()
    >>> check_receipts(pd.DataFrame({"file": ["a"], "received": ["03.07.2019"], "row": ["2"]}), log)["received"].item()
    '2019-07-03'
    """
    receipts = receipts.assign(file=receipts["file"].map(nfc))
    days = {text: iso_date(text) for text in receipts["received"]}
    for r in receipts.itertuples():
        if not days[r.received]:
            log.find(
                "V16",
                f"Zeile {r.row} der Eingangsliste: „{r.received}“ ist kein Datum; bitte als 2019-07-03 schreiben.",
                file=r.file,
                raw=r.received,
            )
    for r in receipts[receipts["file"].duplicated()].itertuples():
        log.find(
            "V16",
            f"Zeile {r.row} der Eingangsliste: „{r.file}“ steht dort schon; bitte eine Zeile löschen.",
            file=r.file,
        )
    return receipts.assign(received=receipts["received"].map(days))


def assign_forms(
    forms: pd.DataFrame,
    receipts: pd.DataFrame,
    alliances: pd.DataFrame,
    names: Mapping[str, str],
    log: Log,
    name_item: str = "K.1",
    path: str = "eingang.csv",
) -> pd.DataFrame:
    """Give every form that was read its alliance and the day it came in.

    Parameters
    ----------
    forms : one row per file (file, status)
    receipts : the team's list as `check_receipts` gives it (file, received, alliance_id)
    alliances : the register
    names : file -> the name that the form itself gives
    log : takes findings V01 to V04 and V19
    name_item : the item in which the form names itself
    path : the file of the list, for the findings

    Returns
    -------
    DataFrame, one row per form with an alliance: the columns of `forms`, `case_id`, `received`
    """
    known = alliances.set_index("alliance_id")
    by_file = {r.file: r for r in receipts.itertuples()}
    present = {nfc(f) for f in forms["file"]}
    for file, receipt in by_file.items():
        if receipt.alliance_id not in known.index:
            log.find(
                "V01",
                unknown_alliance(f"„{path}“, Zeile {receipt.row} („{file}“)", receipt.alliance_id),
                file=file,
                raw=receipt.alliance_id,
            )
        if file not in present:
            log.find(
                "V02",
                f"„{file}“ steht in der Eingangsliste, liegt aber nicht im Ordner.",
                file=file,
                case_id=receipt.alliance_id,
            )
    rows = []
    for form in forms.itertuples(index=False):
        file, said = nfc(form.file), names.get(form.file, "")
        receipt = by_file.get(file)
        fits = alliances_named(said, alliances)
        if receipt is None and len(fits) != 1:
            log.find(
                "V01",
                f"„{file}“ fehlt in „{path}“, und {_leads(said, fits)}. Bitte dort eine Zeile für die Datei ergänzen.",
                file=file,
                raw=said,
            )
        elif receipt is None:
            rows.append({**form._asdict(), "case_id": fits[0], "received": ""})
            log.find(
                "V03",
                f"„{file}“ fehlt in der Eingangsliste; nach dem Namen „{said}“ zugeordnet.",
                file=file,
                case_id=fits[0],
            )
        elif receipt.alliance_id in known.index:
            rows.append({**form._asdict(), "case_id": receipt.alliance_id, "received": receipt.received})
            name = known.loc[receipt.alliance_id, "name"]
            if said and fits and receipt.alliance_id not in fits:
                other = known.loc[fits[0], "name"]
                log.find(
                    "V19",
                    f"„{file}“ steht in der Eingangsliste bei „{name}“ ({receipt.alliance_id}), der Bogen selbst nennt "
                    f"„{other}“ ({fits[0]}). Bitte die Liste berichtigen oder den Namen als weiteren im Register eintragen.",
                    file=file,
                    case_id=receipt.alliance_id,
                    item_id=name_item,
                    raw=said,
                )
            elif said and receipt.alliance_id not in fits:
                log.find(
                    "V04",
                    f"Der Bogen nennt „{said}“, das Register „{name}“.",
                    file=file,
                    case_id=receipt.alliance_id,
                    item_id=name_item,
                    raw=said,
                    question=f"Im Kopf des Bogens steht „{said}“. Ist damit Ihr Bündnis „{name}“ gemeint?",
                )
    assigned = pd.DataFrame(rows, columns=[*forms.columns, "case_id", "received"])
    for _, copies in assigned[assigned["sha256"] != ""].groupby("sha256") if "sha256" in assigned else ():
        if copies["case_id"].nunique() > 1:
            files = ", ".join(f"„{f}“ ({c})" for f, c in zip(copies["file"], copies["case_id"], strict=True))
            message = f"Dieselbe Datei ist unter mehreren Bündnissen abgelegt: {files}."
            log.find("V19", message, file=copies["file"].iloc[0], case_id=copies["case_id"].iloc[0])
    return assigned


def unknown_alliance(where: str, alliance_id: str) -> str:
    """The sentence for an alliance that the register lacks (V01): where it stands and what to do.

    Examples
    --------
    >>> unknown_alliance("„eingang.csv“, Zeile 7", "B99")
    '„eingang.csv“, Zeile 7: „B99“ fehlt im Register; bitte die Kennung berichtigen oder das Bündnis in „register/buendnisse.csv“ ergänzen.'
    """
    return (
        f"{where}: „{alliance_id}“ fehlt im Register; bitte die Kennung berichtigen oder das Bündnis in "
        "„register/buendnisse.csv“ ergänzen."
    )


def _leads(said: str, fits: list[str]) -> str:
    """What the name that a form gives itself tells about its alliance."""
    if not said:
        return "der Bogen nennt keinen Namen"
    if not fits:
        return f"der Name im Bogen („{said}“) passt zu keinem Bündnis des Registers"
    return f"der Name im Bogen („{said}“) passt zu mehreren Bündnissen ({', '.join(fits)})"


def choose_forms(assigned: pd.DataFrame, log: Log) -> pd.DataFrame:
    """Of several forms of one alliance keep the one received last; each choice is reported (V06).

    Two forms of the same day, or one without a date, cannot be put in order: that is an error (V16).

    Examples
    --------
    >>> log = Log()
    >>> forms = pd.DataFrame({"file": ["a", "b"], "case_id": ["B1", "B1"], "received": ["2019-05-01", "2019-05-09"]})
    >>> choose_forms(forms, log)["file"].tolist(), log.losses[0]["file"]
    (['b'], 'a')
    """
    chosen = []
    for case_id, group in assigned.groupby("case_id", sort=True):
        group = group.sort_values("received", kind="stable")
        last = group.iloc[-1]
        chosen.append(last)
        if len(group) == 1:
            continue
        if (group["received"] == last["received"]).sum() > 1 or (group["received"] == "").any():
            log.find(
                "V16",
                f"Von {case_id} liegen {len(group)} Bögen ohne eindeutiges Eingangsdatum vor; bitte die Eingangsliste ergänzen.",
                case_id=str(case_id),
                file=last["file"],
            )
        for old in group.iloc[:-1].itertuples():
            reason = f"ersetzt durch „{last['file']}“ vom {last['received']}"
            log.find(
                "V06",
                f"{len(group)} Bögen; es zählt der zuletzt eingegangene. „{old.file}“ vom {old.received} {reason}.",
                file=old.file,
                case_id=str(case_id),
                question=f"Wir haben von Ihnen mehrere Bögen. Gilt der Bogen vom {last['received']}?",
            )
            log.lose(
                "validate", "form", "zurückgestellt", reason, file=old.file, case_id=str(case_id), rule="V06"
            )
    return pd.DataFrame(chosen, columns=assigned.columns).reset_index(drop=True)


def nfc(name: str) -> str:
    """File names compare in composed form: macOS stores umlauts decomposed."""
    return unicodedata.normalize("NFC", name)


def iso_date(text: str) -> str:
    """A day as 2019-07-03 from that or from 3.7.2019; "" if it is neither.

    Examples
    --------
    >>> iso_date("3.7.2019"), iso_date("2019-07-03"), iso_date("Juli")
    ('2019-07-03', '2019-07-03', '')
    """
    german = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text, re.ASCII)
    if german:
        text = f"{german[3]}-{german[2]:0>2}-{german[1]:0>2}"
    try:
        return date.fromisoformat(text).isoformat() if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else ""
    except ValueError:
        return ""


def alliances_named(said: str, alliances: pd.DataFrame) -> list[str]:
    """Ids of the alliances whose name or alias stands in a text as whole words.

    A name inside another one does not count: „Kreis Fulda“ is not „Fulda“.

    Examples
    --------
    >>> register = pd.DataFrame({"alliance_id": ["B1", "B2"], "name": ["Fulda", "Kreis Fulda"], "aliases": ""})
    >>> alliances_named("Der Landrat, Kreis Fulda", register), alliances_named("Ostfulda", register)
    (['B2'], [])
    """
    text = _words(said)
    found = []
    for a in alliances.fillna({"aliases": ""}).itertuples():
        names = filter(None, map(_words, [a.name, *a.aliases.split("|")]))
        found += [(n, a.alliance_id) for n in names if re.search(rf"(?<!\w){re.escape(n)}(?!\w)", text)]
    return list(dict.fromkeys(i for n, i in found if not any(n != m and n in m for m, _ in found)))


def _words(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).replace("\u00ad", "").split()).casefold()
