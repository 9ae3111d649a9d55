"""From what was read to what is analysed: one call per source, everything accounted for."""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gkanalysis.codebook.categories import CategoryBook
from gkanalysis.codebook.instrument import STATES, Codebook
from gkanalysis.codebook.lists import ALLIANCE, ListBook
from gkanalysis.codebook.sources import read_dataset
from gkanalysis.core.errors import ValidationError
from gkanalysis.core.findings import FINDING_COLUMNS, Log
from gkanalysis.ingest.matching import EMPHASISED, SHADED
from gkanalysis.ingest.received import OF_THE_SYSTEM, file_of, is_of_the_system
from gkanalysis.ingest.spreadsheets import SheetFindings, check_keys, main_title, place_in_words
from gkanalysis.ingest.tables import read_rows
from gkanalysis.settle import receipts, validate
from gkanalysis.settle.checksums import digest, read_sums, received_files
from gkanalysis.settle.mentions import read_mentions
from gkanalysis.settle.receipts import iso_date, nfc

NAMED = 3  # files that a sentence names one by one
# what may lie beside the folder of forms
BESIDE_FORMS = frozenset({"forms", "eingang.csv", "kontakte.csv", "entscheidungen.csv", "kategorien.csv", "README.md"})
RECEIPT_COLUMNS = ("file", "received", "alliance_id", "channel", "note")

# what stands in the list and not in the table -> what it is: cells without a value, values and columns without a name
SET_ASIDE = {"T06": "cell", "T12": "cell", "T08": "cell", "T09": "cell", "T14": "value", "T05": "column"}


def process_source(
    data: Path, interim: Path, book: Codebook, register: Mapping[str, pd.DataFrame],
    categories: CategoryBook | None = None,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Validate one source and build its analysis tables.

    The source's own folder in `data` holds `eingang.csv`, `kontakte.csv` and, if the team has decided on unclear
    entries, `entscheidungen.csv`, and if it has coded open answers, `kategorien.csv`; `interim` is the folder with
    what `ingest_forms` wrote, `categories` those of open answers of any source.

    `cases` has one row per alliance of the register: `status` (full, partial, unusable, missing), its form;
    `responses` one row per case, item and occurrence, with final states and the place of each; `mentions` are as
    `read_mentions` gives them, findings and losses as a `Log`; `forms` has one row per received file.
    """
    folder, log, alliances = data / book.source, Log(), register["buendnisse"]
    responses, path = read_responses(interim / "responses.parquet"), folder / "eingang.csv"
    lines = read_rows(path, RECEIPT_COLUMNS, optional=["note"]) if path.exists() or not book.table else []
    listed = receipts.check_receipts(pd.DataFrame(lines, columns=[*RECEIPT_COLUMNS, "row"]), log)
    responses, decided = validate.apply_decisions(folder, responses, book, log)
    forms = read_files(data, folder / "forms", interim / "forms.csv", "form", log)
    listed = pd.concat([listed.assign(path=str(path)), receipts.rows_of_tables(forms, log)], ignore_index=True)
    listed, forms = listed.drop_duplicates("file") if book.table else listed, forms.drop(columns=["alliance", "day"])
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name not in BESIDE_FORMS and not is_of_the_system(path.name):
            why, lists = "neben dem Ordner der Bögen werden nur Listen gelesen", sorted(BESIDE_FORMS)
            meant = next((n for n in lists if n.endswith(".csv") and n[:-4] in path.name.casefold()), "")
            lose_file(path.name, why, book.source, "file", log, meant)  # „Entscheidungen (1).xlsx“: entscheidungen.csv

    name_item = book.identity.get("name", "")
    named = responses[(responses["item_id"] == name_item) & (responses["state"] == "answered")]
    names = dict(zip(named["file"], named["value"], strict=True))
    was_read, path = forms[forms["status"] == "read"], str(folder / "eingang.csv")
    assigned = receipts.assign_forms(was_read, listed, alliances, names, log, name_item, path)
    receipts.check_days(assigned, {v: version.sent for v, version in book.versions.items()}, path, log)
    chosen = receipts.choose_forms(assigned, log)
    case_of = dict(zip(chosen["file"], chosen["case_id"], strict=True))
    version_of = dict(zip(chosen["file"], chosen["version"], strict=True))
    validate.tell_void(decided, case_of, log)
    reviews = text_csv(interim / "reviews.csv")
    for r in reviews[~reviews["file"].isin(forms["file"])].itertuples():  # of a table no alliance is asked
        where = {"file": r.file, "item_id": r.item_id, "place": r.place, "raw": r.raw}
        log.find("V37", f"„{r.file}“: {r.reason}", **where)
    reviews = reviews[reviews["file"].isin(case_of)]
    reviews, unprinted = validate.set_aside_unprinted(reviews, version_of, book, log)
    validate.log_reviews(reviews, case_of, book, log, decided)

    kept = responses[responses["file"].isin(case_of)]
    kept = kept.assign(case_id=kept["file"].map(case_of), version=kept["file"].map(version_of))
    lifted = reviews[reviews["reason"].isin((EMPHASISED, SHADED))]
    # an option that is only printed in bold is no answer, but may be meant as one
    if unclear := set(zip(lifted["file"], lifted["item_id"], strict=True)) - decided:
        is_unclear = [key in unclear for key in zip(kept["file"], kept["item_id"], strict=True)]
        kept.loc[is_unclear, "state"] = "illegible"
    kept = validate.settle_responses(kept, book, log, unprinted)
    validate.check_locations(kept, dict(zip(alliances["alliance_id"], alliances["type"], strict=True)), book, log)
    cases = _cases(alliances, chosen, validate.completeness(kept, book), folder, book, log)
    items, ids = _order(kept["item_id"], book.items), _order(kept["case_id"], sorted(chosen["case_id"]))
    kept = kept.iloc[np.lexsort((kept["occurrence"], items, ids))]
    first = ["case_id", "item_id", "occurrence", "state", "value"]
    kept = kept[[*first, *(c for c in kept.columns if c not in first)]].reset_index(drop=True)
    mentions = read_mentions(folder, kept, book, categories, log)
    for finding in log.findings:  # what the team decided is nothing that an alliance wrote
        if (finding["file"], finding["item_id"]) in decided:
            finding["question"] = ""
    for loss in log.losses:
        loss["case_id"] = loss["case_id"] or case_of.get(loss["file"], "")
    logged = {"findings": log.finding_table(), "losses": log.loss_table(), "forms": forms}
    return {"cases": cases, "responses": kept, "mentions": mentions, **logged}


def process_list(
    data: Path, interim: Path, book: ListBook, register: Mapping[str, pd.DataFrame]
) -> dict[str, pd.DataFrame]:
    """Check a list, as `ingest_list` wrote it into `interim`, against the register and build its tables.

    `rows` has one row per filled row of the list: the declared columns, `file`, `row` (number as the program shows
    it), `place`. Findings, losses and files are as for forms; in losses `item_id` is the name of the column.
    """
    log = Log()
    files = read_files(data, data / book.source, interim / "files.csv", "file", log)
    rows, findings = (pd.read_parquet(interim / f"{name}.parquet") for name in ("rows", "found"))
    case_of = {row: i for row, i in zip(rows["row"], rows.get(ALLIANCE, ()), strict=False) if isinstance(i, str)}
    alliances = register["buendnisse"]
    for row, written in case_of.items():
        where, at = f"„{book.file}“, Zeile {row}", {"file": book.file, "place": f"Zeile {row}"}
        case_of[row] = receipts.alliance_meant(written, alliances, where, log, **at)
    if any(f["rule"] == "V35" for f in log.findings):  # the reader compared what was written, in which a name is no id
        rows[ALLIANCE] = rows["row"].map(case_of)
        again = SheetFindings(book.file, rows["sheet"].iloc[0])
        check_keys(rows.astype(object).where(rows.notna(), None).to_dict("records"), book.spec, again)
        findings = pd.concat([findings[findings["rule"] != "T11"], again.table()])
    log.findings += findings[FINDING_COLUMNS].to_dict("records")
    names = {main_title(c): c.name for c in book.spec.columns}
    for f in findings[findings["rule"].isin(SET_ASIDE)].itertuples():
        title = re.search("„(.+)“$", f.column)
        log.lose(
            "ingest", SET_ASIDE[f.rule], "nicht übernommen", f.message, file=f.file, raw=f.raw, rule=f.rule,
            case_id="" if pd.isna(f.row) else case_of.get(int(f.row), ""),
            place=place_in_words("", f.row, f.column), item_id=names.get(title[1], "") if title else "",
        )  # fmt: skip
    places = [place_in_words(s, r, "") for s, r in zip(rows["sheet"], rows["row"], strict=True)]
    rows = rows.drop(columns=["sheet", "row"]).assign(file=book.file, row=rows["row"], place=places)
    return {"rows": rows, "findings": log.finding_table(), "losses": log.loss_table(), "files": files}


def read_responses(path: Path) -> pd.DataFrame:
    """Responses as they were read, texts as categories: of a large survey they would take ten times the room."""
    texts = [f.name for f in pq.read_schema(path) if pa.types.is_string(f.type)]
    responses = pq.read_table(path, read_dictionary=texts).to_pandas()
    return responses.assign(state=responses["state"].cat.set_categories(STATES))


def _order(ids: pd.Series, ordered: Iterable[str]) -> np.ndarray:
    """Where each id stands in an order."""
    return ids.astype(pd.CategoricalDtype(list(ordered))).cat.codes.to_numpy()


def raise_errors(findings: pd.DataFrame) -> None:
    """Stop the build if any finding is an error; all of them stand in the message."""
    if len(errors := findings[findings["severity"] == "error"]):
        lines = [f"  {e.rule} {e.title}: {e.message}" for e in errors.itertuples()]
        raise ValidationError("Die Daten sind so nicht auswertbar:\n" + "\n".join(lines))


def questions(findings: pd.DataFrame, alliances: pd.DataFrame) -> pd.DataFrame:
    """The questions to send back, by alliance: alliance_id, alliance, file, item_id, rule, raw, question."""
    names = alliances.set_index("alliance_id")["name"]
    asked = findings[findings["question"] != ""].rename(columns={"case_id": "alliance_id"})
    asked = asked.assign(alliance=asked["alliance_id"].map(names).fillna(""))
    asked = asked.sort_values(["alliance_id", "item_id", "rule"], kind="stable")
    asked = asked.drop_duplicates(["alliance_id", "file", "question"]).reset_index(drop=True)
    return asked[["alliance_id", "alliance", "file", "item_id", "rule", "raw", "question"]]


def _cases(
    alliances: pd.DataFrame, chosen: pd.DataFrame, status: pd.Series, folder: Path, book: Codebook, log: Log
) -> pd.DataFrame:
    """One row per alliance, with the form that counts and what became of it."""
    of_form = ["file", "sha256", "version", "received"]
    cases = alliances.rename(columns={"alliance_id": "case_id"})
    for frame in (chosen[["case_id", *of_form]], status.reset_index()):
        cases = cases.merge(frame, on="case_id", how="left", validate="1:1")
    cases = cases.fillna(dict.fromkeys(of_form, "") | {"status": "missing"})
    contacts = _contacts(folder, alliances, book, log)
    cases["contact"] = [contacts.get(case_id, "") for case_id in cases["case_id"]]
    labels = {r["id"]: r["label"] for r in book.completeness}
    question = "Ihr Bogen ist nur zum Teil ausgefüllt. Können Sie die fehlenden Angaben nachreichen?"
    reason = "Regel zur Vollständigkeit im Codebuch"
    misread = {loss["file"] for loss in log.losses if loss["rule"] == "V33"}  # by a slip of ours: nobody is asked
    for case in cases[cases["status"].isin(["partial", "unusable"])].itertuples():
        lost = ("validate", "form", label := labels[case.status], reason)
        message, where = f"Der Bogen ist {label}.", {"file": case.file, "case_id": case.case_id}
        log.find("V15", message, question="" if case.file in misread else question, lost=lost, **where)
    return cases


def _contacts(folder: Path, alliances: pd.DataFrame, book: Codebook, log: Log) -> dict[str, str]:
    """Result of the last contact with each alliance; what does not fit register or codebook is a finding."""
    path, results = folder / "kontakte.csv", {}
    for row in read_rows(path, ["alliance_id", "date", "result"]) if path.exists() else ():
        where, day, result = f"„{path}“, Zeile {row['row']}", iso_date(row["date"]), row["result"]
        case_id = receipts.alliance_meant(row["alliance_id"], alliances, where, log, file=path.name)
        at = {"file": path.name, "case_id": case_id}
        if not (alliances["alliance_id"] == case_id).any():
            continue
        if result not in book.contacts:
            allowed = ", ".join(book.contacts)
            message = f"{where}: „{result}“ ist nicht vorgesehen (erlaubt: {allowed}) und zählt nicht."
            log.find("V11", message, raw=result, **at)
        elif not day:
            log.find("V11", f"{receipts.no_date(where, row['date'])} Die Zeile zählt nicht.", raw=row["date"], **at)
        elif day >= results.get(case_id, ("", ""))[0]:
            results[case_id] = (day, result)
    return {case_id: result for case_id, (_, result) in results.items()}


def read_files(
    data: Path, folder: Path, listing: Path, unit: str, log: Log, read: Collection[str] = ()
) -> pd.DataFrame:
    """What was received (also `read` for the sake of others), one row per file; those left out are losses."""
    files = text_csv(listing)
    was_read = files[(files["status"] == "read") & (files["synthetic"] != "")]
    check_mixing(read_dataset(data)["synthetic"], was_read, log)
    names, sums = files.loc[files["status"] == "read", "file"].map(file_of), read_sums(data)
    for name, sha256 in dict(zip(names, files["sha256"][names.index], strict=True)).items():
        expected = sums.get(nfc((folder / name).relative_to(data).as_posix()))
        if expected and expected != sha256:  # a file that came in later has no sum yet
            log.find("V14", f"„{name}“ steht so nicht in SHA256SUMS.", file=name, raw=sha256[:12])
    for file in files[files["status"] == "left_out"].itertuples():
        if file.message == OF_THE_SYSTEM or nfc(file.file) in {"README.md", *read}:
            log.lose("ingest", unit, "ausgelassen", file.message, file=file.file)
        else:
            lose_file(file.file, file.message, folder.relative_to(data).as_posix(), unit, log)
    return files


def lose_file(file: str, why: str, folder: str, unit: str, log: Log, meant: str = "") -> None:
    """A file of a source's folder that nothing reads: a loss, and a finding, since somebody put it there (V34)."""
    advice = "Wenn darin Antworten stehen, bitte in einem der erwarteten Formate ablegen, sonst aus dem Ordner nehmen."
    if meant:
        how = "bitte als CSV speichern und genau so nennen, sonst aus dem Ordner nehmen"
        advice = f"Gemeint ist wohl „{meant}“: {how}."
    message = f"„{file}“ in „{folder}“ wird nicht gelesen: {why}. {advice}"
    log.find("V34", message, lost=("ingest", unit, "ausgelassen", why), file=file)


def check_mixing(synthetic: bool, files: pd.DataFrame, log: Log) -> None:
    """Invented and real files never go into one analysis: one finding for all that were read (V18)."""
    if not (wrong := files.loc[(files["synthetic"] == "True") != synthetic, "file"].tolist()):
        return
    one = len(wrong) == 1
    these = "1 Datei trägt" if one else f"{len(wrong)} Dateien tragen"
    more = f" und {len(wrong) - NAMED} weitere" if len(wrong) > NAMED else ""
    named = ", ".join(f"„{name}“" for name in wrong[:NAMED]) + more
    mark = "das Kennzeichen erfundener Daten („SYNTHETISCH“ in den Eigenschaften oder im Namen)"
    advice = "Bitte die echten Dateien in einen eigenen Ordner mit „synthetic: false“ legen."
    if not synthetic:
        invented = "die erfundene Datei" if one else "die erfundenen Dateien"
        advice = f"Bitte in dataset.yml „synthetic: true“ setzen oder {invented} herausnehmen."
    here, lack = ("true", " nicht") if synthetic else ("false", "")
    message = f"{these} {mark}{lack}, aber dataset.yml sagt „synthetic: {here}“: {named}. {advice}"
    log.find("V18", message, file=wrong[0] if one else "")


def raw_hashes(data: Path) -> pd.DataFrame:
    """File and SHA-256 of everything in the data folder, for the last page of a report."""
    rows = [(name, digest(path)) for name, path in received_files(data).items() if path.name != "README.md"]
    return pd.DataFrame(rows, columns=["file", "sha256"])


def text_csv(path: Path) -> pd.DataFrame:
    """A CSV file of our own as text; nothing is taken for a number or for missing."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)
