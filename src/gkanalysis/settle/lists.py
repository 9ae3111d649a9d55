"""From a list as it was read to its table of the analysis: alliances are those of the register, nothing is dropped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from gkanalysis.codebook.lists import ALLIANCE, ListBook
from gkanalysis.core.findings import FINDING_COLUMNS, Log
from gkanalysis.ingest.spreadsheets import SheetFindings, check_keys, main_title, place_in_words
from gkanalysis.settle.process import read_files
from gkanalysis.settle.receipts import alliance_meant

# what stands in the list and not in the table -> what it is: cells without a value, values and columns without a name
SET_ASIDE = {"T06": "cell", "T12": "cell", "T08": "cell", "T09": "cell", "T14": "value", "T05": "column"}


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
        case_of[row] = alliance_meant(written, alliances, where, log, **at)
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
