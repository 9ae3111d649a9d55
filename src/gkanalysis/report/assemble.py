"""Bring the chapters of a report together: one document, its tables and figures, its values and losses."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.core.errors import RenderError, UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.core.writing import write_bytes, write_json
from gkanalysis.disclosure.check import check_exhibits
from gkanalysis.disclosure.printed import COUNTED_FILE, COUNTED_ROWS
from gkanalysis.report.definition import ChapterDefinition, Report
from gkanalysis.report.quotations import quotation_markdown
from gkanalysis.report.values import Place, Value, fill_references, value_from_record

COUNTED_LABELS = ("Tabelle", "Abbildung")  # numbered in the order of the report; other labels are given
REFERENCE = re.compile(r"\{eval\}`v\.([A-Za-z0-9]\w*)")  # the value that a text names
VERSIONED = ("pandas", "numpy", "scipy", "statsmodels", "matplotlib", "papermill", "pyarrow", "lxml", "typst")


def assemble_report(report: Report, paths: ProjectPaths) -> None:
    """Write `tables/`, `figures/`, `losses.csv`, `rueckfragen.csv` and, last, `values.json` of a report.

    Which rows the numbers of the text count, with cases and files, goes into the working paper `arbeit/werte.json`.
    The assembled document goes to `build/reports/<report>/document.json`, from which every format is set.

    Raises
    ------
    RenderError
        An unknown or unused value, an exhibit id used twice, chapters computed from other data.
    UsageError
        If a chapter or the data have not been made yet.
    DisclosureError
        If the numbers together, or a name in a table or figure, give away what is confidential; nothing is written then.
    """
    build, target = paths.build / "reports" / report.id, paths.reports / report.id
    document, used = assemble(report, build)
    for name in ("raw-files.csv", "dataset.json"):
        if not (paths.processed / name).exists():
            raise UsageError(f"„{paths.processed / name}“ fehlt; bitte zuerst „make data“ ausführen.")
    raw = pd.read_csv(paths.processed / "raw-files.csv", dtype=str)
    parts = raw.iloc[:, 0].str.split("/").str
    raw = raw[
        (parts.len() == 1) | parts[0].isin(["register", *report.sources])
    ]  # what this report is made from
    dataset = json.loads((paths.processed / "dataset.json").read_text(encoding="utf-8"))
    marks = {c.id: _chapter(build, c.id)["synthetic"] for c in report.chapters}
    other = [c for c, mark in marks.items() if mark not in (None, dataset["synthetic"])]
    if other:
        raise RenderError(
            f"Diese Kapitel sind mit anderen Daten gerechnet als der Bericht: {', '.join(other)}. "
            "Bitte „make clean“ ausführen und neu bauen."
        )
    document |= {
        "synthetic": dataset["synthetic"],
        "dataset": dataset["title"],
        "raw_files": raw.values.tolist(),
        # the locked packages; Python itself may differ from machine to machine and stands in the certificate
        "versions": [[name, version(name)] for name in ("gkanalysis", *VERSIONED)],
    }
    with tempfile.TemporaryDirectory(dir=build, prefix=".vorlage.") as scratch:
        _copy_exhibits(report, build, Path(scratch))
        _write_values(used, Path(scratch))
        check_exhibits(report, paths, Path(scratch))
    write_json(build / "document.json", document)
    _copy_exhibits(report, build, target)
    for name, file in (("losses", "losses.csv"), ("questions", "rueckfragen.csv")):
        frames = [
            pd.read_parquet(paths.processed / f"{s}-{name}.parquet").assign(source=s) for s in report.sources
        ]
        frame = pd.concat(frames, ignore_index=True)
        frame = frame[["source", *(c for c in frame.columns if c != "source")]]
        write_bytes(target / file, frame.to_csv(index=False, lineterminator="\n").encode("utf-8"))
    _write_values(used, target)


def assemble(report: Report, build: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The document (Markdown with places for exhibits, exhibits in order) and the values its text uses.

    Raises
    ------
    RenderError
        An unknown or unused value, an exhibit id used twice.
    """
    notebooks = [c.notebook for c in report.chapters]
    chapters = {
        c.id: placed(_chapter(build, c.id), c, shared=notebooks.count(c.notebook) > 1)
        for c in report.chapters
    }
    values: dict[str, Value] = {}
    for chapter_id, chapter in chapters.items():
        for record in chapter["values"]:
            if record["id"] in values:
                raise RenderError(
                    f"Der Wert „{record['id']}“ ist in zwei Kapiteln vergeben, zuletzt in „{chapter_id}“."
                )
            values[record["id"]] = value_from_record(record)
    places = {c.id: _place(c, report, shared=notebooks.count(c.notebook) > 1) for c in report.chapters}
    used: dict[str, dict[str, Any]] = {}
    exhibits: dict[str, dict[str, Any]] = {}
    text: list[str] = []
    counters = dict.fromkeys(COUNTED_LABELS, 0)
    for chapter_id, chapter in chapters.items():
        for block in chapter["blocks"]:
            if block["type"] == "markdown":
                text.append(fill_references(block["text"], values, used, places[chapter_id]))
                continue
            exhibit = chapter["exhibits"][block["id"]]
            if exhibit["id"] in exhibits:
                raise RenderError(f"Die Darstellung „{exhibit['id']}“ steht zweimal im Bericht.")
            if exhibit["label"] in counters:
                counters[exhibit["label"]] += 1
                exhibit["label"] = f"{exhibit['label']} {counters[exhibit['label']]}"
            if exhibit["kind"] == "quotation":
                text.append(quotation_markdown(exhibit))
                continue
            exhibits[exhibit["id"]] = exhibit | {"chapter": chapter_id}
            text.append(f"::: {{.exhibit #{exhibit['id']}}}\n:::")
    unused = sorted(set(values) - {u["id"] for u in used.values()})
    if unused:
        raise RenderError(
            f"Berechnet, aber im Text nicht verwendet: {', '.join(unused)}. Bitte verwenden oder streichen."
        )
    return {"markdown": "\n\n".join(text), "exhibits": exhibits}, used


def placed(chapter: dict[str, Any], definition: ChapterDefinition, *, shared: bool) -> dict[str, Any]:
    """A chapter with the heading and text that its report gives it, its values under names of their own.

    Parameters
    ----------
    chapter : content of `chapter.json`
    shared : whether other chapters come from the same notebook; values are called `<chapter>_<id>` then

    Examples
    --------
    >>> made = {"blocks": [{"type": "markdown", "text": "# A\\n\\n## B {eval}`v.n`"}], "values": [{"id": "n"}]}
    >>> definition = ChapterDefinition("eins", "nb", (), {}, title="Neu", level=2)
    >>> new = placed(made, definition, shared=True)
    >>> new["blocks"][0]["text"], new["values"]
    ('## Neu\\n\\n### B {eval}`v.eins_n`', [{'id': 'eins_n'}])
    """
    own = _prefix(definition.id, shared=shared)
    texts = [b["text"] if b["type"] == "markdown" else "" for b in chapter["blocks"]]
    kept = chapter["values"]
    if definition.text is not None:
        heading, _, gone = texts[0].partition("\n")
        texts[0] = f"{heading}\n\n{definition.text.strip()}\n"
        told = "\n".join([definition.title, definition.intro, *texts])
        idle = set(REFERENCE.findall(gone)) - set(REFERENCE.findall(told))  # only the replaced text used them
        kept = [v for v in kept if v["id"] not in idle]
    if definition.title:
        deeper = "#" * (definition.level - 1)
        texts = [re.sub(r"(?m)^(?=#)", deeper, text) for text in texts]
        topic = f' {{#{definition.id} topic="{definition.topic}"}}' if definition.topic else ""
        texts[0] = re.sub(r"\A#+ .*", lambda _: f"{deeper}# {definition.title}{topic}", texts[0])
    if definition.intro:
        heading, _, rest = texts[0].partition("\n")
        texts[0] = f"{heading}\n\n{definition.intro.strip()}\n{rest}"
    mine = {v["id"] for v in kept}  # other names are values of other chapters, under their full name
    texts = [
        REFERENCE.sub(lambda m: f"{{eval}}`v.{own if m[1] in mine else ''}{m[1]}", text) for text in texts
    ]
    blocks = [
        b | {"text": text} if b["type"] == "markdown" else b
        for b, text in zip(chapter["blocks"], texts, strict=True)
    ]
    return chapter | {"blocks": blocks, "values": [v | {"id": own + v["id"]} for v in kept]}


def _prefix(chapter_id: str, *, shared: bool) -> str:
    """What precedes the names of a chapter's values in the report, if its notebook serves others as well."""
    return chapter_id.replace("-", "_") + "_" if shared else ""


def _place(definition: ChapterDefinition, report: Report, *, shared: bool) -> Place:
    """Where the text of a chapter stands, for messages."""
    written = "\n".join(filter(None, (definition.title, definition.intro, definition.text)))
    files = f"Notebook „{definition.notebook}.ipynb“", f"„reports/{report.id}.yml“"
    return Place(definition.id, *files, _prefix(definition.id, shared=shared), written)


def _chapter(build: Path, chapter_id: str) -> dict[str, Any]:
    path = build / chapter_id / "chapter.json"
    if not path.exists():
        raise UsageError(
            f"Das Kapitel „{chapter_id}“ ist noch nicht gerechnet; bitte „make report“ ausführen."
        )
    return json.loads(path.read_text(encoding="utf-8"))


def _write_values(used: dict[str, dict[str, Any]], folder: Path) -> None:
    """The numbers of the text as they may be passed on, and apart from them the rows that they count."""
    counted = {
        v["id"]: {k: v[k] for k in COUNTED_ROWS} for v in used.values() if v.get("definition") == "rows"
    }
    write_json(folder / COUNTED_FILE, counted)
    shown = [{k: x for k, x in v.items() if k not in COUNTED_ROWS} for v in used.values()]
    write_json(folder / "values.json", shown)


def _copy_exhibits(report: Report, build: Path, target: Path) -> None:
    """Tables and figures of all chapters into the report's folder; what no chapter makes any more goes."""
    for kind in ("tables", "figures", "arbeit"):
        made = {p.name: p for c in report.chapters for p in sorted((build / c.id / kind).glob("*.*"))}
        folder = target / kind
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in made.items():
            write_bytes(folder / name, path.read_bytes())
        for path in folder.iterdir():
            if path.name not in made and f"{kind}/{path.name}" != COUNTED_FILE:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
