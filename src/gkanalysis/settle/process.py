"""From what was read to what is analysed: one call per source, everything accounted for."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from gkanalysis.codebook.codebookcheck import load_yaml
from gkanalysis.codebook.instrument import Codebook
from gkanalysis.core.errors import IngestError, ValidationError
from gkanalysis.core.findings import Log
from gkanalysis.core.yamlproblem import why_unreadable
from gkanalysis.ingest.categorybook import CategoryBook
from gkanalysis.ingest.tables import read_rows
from gkanalysis.settle.decisions import STATES, apply_decisions
from gkanalysis.settle.mentions import read_mentions
from gkanalysis.settle.receipts import (
    assign_forms,
    check_receipts,
    choose_forms,
    iso_date,
    nfc,
    unknown_alliance,
)
from gkanalysis.settle.validate import (
    check_locations,
    completeness,
    log_reviews,
    set_aside_unprinted,
    settle_responses,
)

NAMED = 3  # files that a sentence names one by one


def read_dataset(data: Path) -> dict[str, Any]:
    """What the data folder says of itself: title, and whether its data are synthetic.

    Raises
    ------
    IngestError
        If `dataset.yml` is missing or does not say so; nothing is assumed.
    """
    try:
        dataset = load_yaml((data / "dataset.yml").read_text(encoding="utf-8"))
        if not isinstance(dataset["synthetic"], bool) or not dataset["title"]:
            raise ValueError("title, synthetic")
    except yaml.YAMLError as error:
        raise IngestError(f"„{data / 'dataset.yml'}“ ist nicht lesbar: {why_unreadable(error)}.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise IngestError(
            f"„{data / 'dataset.yml'}“ fehlt oder ist unvollständig; nötig sind „title: …“ und „synthetic: true“ oder „synthetic: false“."
        ) from None
    return dataset


def process_source(
    data: Path,
    interim: Path,
    book: Codebook,
    register: Mapping[str, pd.DataFrame],
    categories: CategoryBook | None = None,
) -> dict[str, pd.DataFrame]:
    """Validate one source and build its analysis tables.

    Parameters
    ----------
    data : the data folder; the source's own folder holds `eingang.csv`, `kontakte.csv` and, if the team
        has decided on unclear entries, `entscheidungen.csv`, and if it has coded open answers, `kategorien.csv`
    interim : folder with what `ingest_forms` wrote
    book : the codebook of the source
    register : the frames of the register
    categories : the categories of open answers, of any source

    Returns
    -------
    cases : one row per alliance of the register: `status` (full, partial, unusable, missing), its form
    responses : one row per case, item and occurrence, with final states and the place of each
    mentions : one row per mention of an open answer, coder and category; see `gkanalysis.settle.mentions`
    findings, losses, forms : as described in `gkanalysis.settle.validate`; one row per received file
    """
    folder, log = data / book.source, Log()
    forms = text_csv(interim / "forms.csv")
    responses = pd.read_parquet(interim / "responses.parquet")
    columns = ["file", "received", "alliance_id", "channel", "note"]
    receipts = pd.DataFrame(
        read_rows(folder / "eingang.csv", columns, optional=["note"]), columns=[*columns, "row"]
    )
    alliances = register["buendnisse"]
    responses, decided = apply_decisions(folder, responses, book, log)

    check_mixing(read_dataset(data), forms, log)
    check_sums(data, folder / "forms", forms, log)
    for form in forms[forms["status"] == "left_out"].itertuples():
        log.lose("ingest", "form", "ausgelassen", form.message, file=form.file)
    name_item = book.identity["name"]
    named = responses[(responses["item_id"] == name_item) & (responses["state"] == "answered")]
    names = dict(zip(named["file"], named["value"], strict=True))
    read = forms[forms["status"] == "read"]
    assigned = assign_forms(
        read,
        check_receipts(receipts, log),
        alliances,
        names,
        log,
        name_item,
        path=str(folder / "eingang.csv"),
    )
    chosen = choose_forms(assigned, log)
    case_of = dict(zip(chosen["file"], chosen["case_id"], strict=True))
    version_of = dict(zip(chosen["file"], chosen["version"], strict=True))
    reviews = text_csv(interim / "reviews.csv").query("file in @case_of")
    reviews, unprinted = set_aside_unprinted(reviews, version_of, book, log)
    log_reviews(reviews, case_of, book, log, decided)

    kept = responses[responses["file"].isin(case_of)].copy()
    kept["case_id"] = kept["file"].map(case_of)
    kept["version"] = kept["file"].map(version_of)
    kept = settle_responses(kept, book, log, unprinted)
    check_locations(kept, dict(zip(alliances["alliance_id"], alliances["type"], strict=True)), book, log)
    cases = _cases(alliances, chosen, completeness(kept, book), folder, book, log)
    order = {item_id: k for k, item_id in enumerate(book.items)}
    kept = kept.assign(order=kept["item_id"].map(order)).sort_values(["case_id", "order", "occurrence"])
    first = ["case_id", "item_id", "occurrence", "state", "value"]
    kept = kept[[*first, *(c for c in kept.columns if c not in (*first, "order"))]].reset_index(drop=True)
    mentions = read_mentions(folder, kept, book, categories, log)
    kept["state"] = pd.Categorical(kept["state"], categories=STATES)
    for loss in log.losses:
        loss["case_id"] = loss["case_id"] or case_of.get(loss["file"], "")
    return {
        "cases": cases,
        "responses": kept,
        "mentions": mentions,
        "findings": log.finding_table(),
        "losses": log.loss_table(),
        "forms": forms,
    }


def raise_errors(findings: pd.DataFrame) -> None:
    """Stop the build if any finding is an error; all of them stand in the message."""
    errors = findings[findings["severity"] == "error"]
    if len(errors):
        lines = [f"  {e.rule} {e.title}: {e.message}" for e in errors.itertuples()]
        raise ValidationError("Die Daten sind so nicht auswertbar:\n" + "\n".join(lines))


def questions(findings: pd.DataFrame, alliances: pd.DataFrame) -> pd.DataFrame:
    """The questions to send back: one row per question, ordered by alliance.

    Returns
    -------
    alliance_id, alliance, file, item_id, rule, raw, question
    """
    names = alliances.set_index("alliance_id")["name"]
    asked = findings[findings["question"] != ""].rename(columns={"case_id": "alliance_id"})
    asked = asked.assign(alliance=asked["alliance_id"].map(names).fillna(""))
    columns = ["alliance_id", "alliance", "file", "item_id", "rule", "raw", "question"]
    return asked.sort_values(["alliance_id", "item_id", "rule"], kind="stable")[columns].reset_index(
        drop=True
    )


def _cases(
    alliances: pd.DataFrame, chosen: pd.DataFrame, status: pd.Series, folder: Path, book: Codebook, log: Log
) -> pd.DataFrame:
    """One row per alliance, with the form that counts and what became of it."""
    cases = alliances.rename(columns={"alliance_id": "case_id"})
    columns = ["case_id", "file", "sha256", "version", "received"]
    cases = cases.merge(chosen[columns], on="case_id", how="left", validate="1:1").merge(
        status.reset_index(), on="case_id", how="left", validate="1:1"
    )
    for column in ("file", "sha256", "version", "received"):
        cases[column] = cases[column].fillna("")
    cases["status"] = cases["status"].fillna("missing")
    contacts = _contacts(folder, set(cases["case_id"]), book, log)
    cases["contact"] = [contacts.get(case_id, "") for case_id in cases["case_id"]]
    labels = {r["id"]: r["label"] for r in book.completeness}
    for case in cases[cases["status"].isin(["partial", "unusable"])].itertuples():
        log.find(
            "V15",
            f"Der Bogen ist {labels[case.status]}.",
            file=case.file,
            case_id=case.case_id,
            question="Ihr Bogen ist nur zum Teil ausgefüllt. Können Sie die fehlenden Angaben nachreichen?",
        )
        log.lose(
            "validate",
            "form",
            labels[case.status],
            "Regel zur Vollständigkeit im Codebuch",
            rule="V15",
            file=case.file,
            case_id=case.case_id,
        )
    return cases


def _contacts(folder: Path, known: Collection[str], book: Codebook, log: Log) -> dict[str, str]:
    """Result of the last contact with each alliance; what does not fit register or codebook is a finding."""
    path = folder / "kontakte.csv"
    if not path.exists():
        return {}
    results: dict[str, tuple[str, str]] = {}
    for row in read_rows(path, ["alliance_id", "date", "result"]):
        case_id, day, result = row["alliance_id"], iso_date(row["date"]), row["result"]
        where = f"„{path}“, Zeile {row['row']}"
        if case_id not in known:
            log.find("V01", unknown_alliance(where, case_id), file=path.name, raw=case_id)
        elif result not in book.contacts:
            allowed = ", ".join(book.contacts)
            message = f"{where}: „{result}“ ist nicht vorgesehen (erlaubt: {allowed}) und zählt nicht."
            log.find("V11", message, file=path.name, case_id=case_id, raw=result)
        elif not day:
            message = f"{where}: „{row['date']}“ ist kein Datum; bitte als 2019-07-03 schreiben. Die Zeile zählt nicht."
            log.find("V11", message, file=path.name, case_id=case_id, raw=row["date"])
        elif day >= results.get(case_id, ("", ""))[0]:
            results[case_id] = (day, result)
    return {case_id: result for case_id, (_, result) in results.items()}


def check_mixing(dataset: Mapping[str, Any], files: pd.DataFrame, log: Log) -> None:
    """Invented and real files never go into one analysis: one finding for all (V18).

    `files` has one row per received file.
    """
    read = files[files["status"] == "read"]
    wrong = read.loc[(read["synthetic"] == "True") != dataset["synthetic"], "file"].tolist()
    if not wrong:
        return
    one = len(wrong) == 1
    these = "1 Datei trägt" if one else f"{len(wrong)} Dateien tragen"
    named = ", ".join(f"„{name}“" for name in wrong[:NAMED])
    named += f" und {len(wrong) - NAMED} weitere" if len(wrong) > NAMED else ""
    mark = "das Kennzeichen erfundener Daten („SYNTHETISCH“ in den Eigenschaften oder im Namen)"
    if dataset["synthetic"]:
        message = (
            f"{these} {mark} nicht, aber dataset.yml sagt „synthetic: true“: {named}. Bitte die echten Dateien in "
            "einen eigenen Ordner mit „synthetic: false“ legen."
        )
    else:
        message = (
            f"{these} {mark}, aber dataset.yml sagt „synthetic: false“: {named}. Bitte in dataset.yml "
            f"„synthetic: true“ setzen oder die {'erfundene Datei' if one else 'erfundenen Dateien'} herausnehmen."
        )
    log.find("V18", message, file=wrong[0] if one else "")


def check_sums(data: Path, folder: Path, files: pd.DataFrame, log: Log) -> None:
    """Compare the files of a folder with `SHA256SUMS`, if the data folder has one (V14)."""
    path = data / "SHA256SUMS"
    if not path.exists():
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    # a star before the name says that sha256sum read the file as binary
    sums = {nfc(name.lstrip(" *")): digest for digest, _, name in (line.partition(" ") for line in lines)}
    for file in files[files["status"] == "read"].itertuples():
        expected = sums.get(nfc((folder / file.file).relative_to(data).as_posix()))
        if expected and expected != file.sha256:  # a file that came in later has no sum yet
            log.find(
                "V14", f"„{file.file}“ steht so nicht in SHA256SUMS.", file=file.file, raw=file.sha256[:12]
            )


def raw_hashes(data: Path) -> pd.DataFrame:
    """File and SHA-256 of everything in the data folder, for the last page of a report."""
    files = sorted(p for p in data.rglob("*") if p.is_file() and p.name not in ("SHA256SUMS", "README.md"))
    rows = [(p.relative_to(data).as_posix(), hashlib.sha256(p.read_bytes()).hexdigest()) for p in files]
    return pd.DataFrame(rows, columns=["file", "sha256"])


def text_csv(path: Path) -> pd.DataFrame:
    """A CSV file of our own as text; nothing is taken for a number or for missing."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)
