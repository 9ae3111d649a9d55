"""The command line: `gkanalysis COMMAND`, also `python -m gkanalysis COMMAND`. One function a command.

Messages for the team are German. Data errors end with one sentence and an exit status per stage, without
a traceback; `--debug` shows it. Imports stand inside the commands: a command loads only what it needs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from gkanalysis.core.arguments import Parser
from gkanalysis.core.errors import GkError, IngestError, NotebookError, UsageError, VerificationError, system_sentence


def _given(name: str, words: str = "", **settings: Any) -> tuple[str, dict[str, Any]]:
    """An argument of commands, with what its help says; several are none unless they are given."""
    return name, ({"default": []} if settings.get("nargs") == "*" else {}) | settings | {"help": words or None}


DATA = _given("--data", "Ordner der eingegangenen Daten", default="data/raw")
FILES = _given("files", nargs="+", metavar="DATEI")
JSON = _given("--json", "ein JSON-Objekt je Zeile", action="store_true")
CHAPTERS = _given("chapters", "diese, auch wenn sie nicht fehlen", nargs="*", metavar="KAPITEL")
CHANGED = _given("changed", "geänderte Datei, ab dem Ordner der Quelle", nargs="*", metavar="DATEI")
ALLIANCES = _given("alliances", "Kennung oder Name; ohne Angabe alle", nargs="*", metavar="BÜNDNIS")
DASK = "Dask-Scheduler, wie tcp://127.0.0.1:8786; ohne Angabe dieser Rechner"
SCHEDULER = _given("--scheduler", DASK, default="", metavar="ADRESSE")
PROCESSES = "Prozesse auf diesem Rechner; ohne Angabe einer je Kern"
WORKERS = _given("--workers", PROCESSES, default=0, type=int, metavar="N")
FORMATS = _given("--formats", "nur diese Ausgaben", nargs="+", default=[], choices=["html", "pdf", "docx"])
ENGINE = _given("--engine", default="fork", choices=["fork", "kernel"])
ACCEPT = _given("--accept", "bekannter Widerspruch", default=[], action="append", metavar="KENNUNG")
ONE_REPORT = _given("report", "dieser, mit allen Dateien; ohne Angabe alle nebeneinander", nargs="?")
IN_REPORT = _given("--report", "in diesem Bericht; ohne Angabe im ersten, der die Zahl hat")
NAME = "Name der Quelle, wie umfrage-2024; sonst der Ordner über „forms“"
SOURCE = _given("source", NAME, nargs="?", default="")
STRIP = _given("--strip", "Ausgaben entfernen", action="store_true")


class Call(argparse.Namespace):
    """What a command was called with, and the project that it works in."""

    @property
    def root(self) -> Path:
        """Folder of the project."""
        from gkanalysis.core.paths import project_root

        return project_root()

    @property
    def paths(self) -> Any:
        """Folders of the build."""
        from gkanalysis.core.paths import ProjectPaths

        return ProjectPaths.of(self.root, Path(self.data))

    @property
    def received(self) -> Path:
        """Folder of the received data."""
        return self.paths.data

    @property
    def definition(self) -> Any:
        """The report that was named."""
        from gkanalysis.codebook.reports import read_report

        return read_report(self.root, self.report)

    @property
    def reports(self) -> list[str]:
        """All reports that are defined, the oldest first."""
        return sorted((p.stem for p in (self.root / "reports").glob("*.yml")), key=lambda r: r.rpartition("-")[2])


def _print_each(files: Iterable[str], lines: Callable[[str], Iterable[str]]) -> None:
    """Print what each file holds; refusals come together at the end."""
    refused = []
    for file in files:
        try:
            print(*lines(file), sep="\n")
        except IngestError as error:
            refused.append(str(error))
    if refused:
        raise IngestError("\n".join(refused))


def _form(call: Call) -> None:
    from gkanalysis.ingest.office import open_word_file
    from gkanalysis.ingest.word.form import fields_as_json, read_word_form
    from gkanalysis.ingest.word.model import LEFT_OUT

    def lines(file: str) -> Iterable[str]:
        with open_word_file(file) as package:
            form = read_word_form(package)
        if call.json:
            return fields_as_json(form)
        rows = [f"{file}: {len(form.fields)} Felder, {len(form.tables)} Tabellen"]
        for f in form.fields:
            where = f"Tabelle {f.table}, Zeile {f.row}, Spalte {f.column}" if f.table else f.part
            value, label = (f.value or f.raw)[:40], f.label[:40]
            out = "".join(f", {LEFT_OUT[n]}: {f.raw!r}" for n in f.notes if n in LEFT_OUT)
            rows.append(f"  {f.kind:16} {f.state:13} {value!r:42} {label!r:42} {where}{out}")
        rows += [f"  nicht gelesen: {s.what} {s.text!r} {s.part} {s.place}" for s in form.skipped]
        return rows

    _print_each(call.files, lines)


def _interviews(call: Call) -> None:
    from gkanalysis.ingest.interviews import project_lines, project_summary, read_project

    def lines(file: str) -> Iterable[str]:
        project = read_project(Path(file))
        return project_lines(project) if call.json else project_summary(file, project)

    _print_each(call.files, lines)


def _check_published(call: Call) -> None:
    from gkanalysis.codebook.published import usable_relations
    from gkanalysis.verify.contradictions import check_consistency, report_lines
    from gkanalysis.verify.printed import read_figures

    problems: list[str] = []
    figures = read_figures(Path(call.figures))
    result = check_consistency(figures, usable_relations(Path(call.relations), problems), problems)
    print("\n".join(report_lines(result)))
    ids = {c.id for c in result.contradictions}
    new, gone = ids - set(call.accept), set(call.accept) - ids
    if new or gone or result.problems:
        told = (
            f"{len(new)} Widersprüche sind nicht als bekannt eingetragen, {len(gone)} eingetragene bestehen nicht mehr"
        )
        raise VerificationError(f"{told}, {len(result.problems)} Angaben oder Beziehungen waren nicht prüfbar.")


def _disclose(call: Call) -> str:
    from gkanalysis.codebook.reports import read_report
    from gkanalysis.disclosure.check import check_report, check_together

    if call.report:
        return str(check_report(call.definition, call.paths))
    return str(check_together([read_report(call.root, name) for name in call.reports], call.paths))


def _release(call: Call) -> str:
    import json

    from gkanalysis import __version__
    from gkanalysis.core.rawstate import misfit
    from gkanalysis.core.writing import write_json
    from gkanalysis.verify.rebuild import versions
    from gkanalysis.verify.release import make_manifest
    from gkanalysis.verify.run import release_files

    paths, report = call.paths, call.definition
    folder = paths.reports / report.id
    missing = [f for f in report.formats if not (folder / f"{report.id}.{f}").exists()]
    if missing:
        raise UsageError(f"Zu „{report.id}“ fehlt {', '.join(missing)}; bitte zuerst „make report“ ausführen.")
    path = release_files(paths, report.id)[0]
    write_json(path, make_manifest(folder, report.id, __version__, paths.root, paths.data, versions()))
    proof = folder / "verification.json"
    passed = proof.exists() and not misfit(str(folder)) and json.loads(proof.read_text(encoding="utf-8")).get("passed")
    more = f" Einen bestandenen Prüfbericht dazu gibt es nicht; „make verify REPORT={report.id}“ prüft ihn."
    return f"Der jetzige Stand steht in „{path.relative_to(paths.root)}“.{'' if passed else more}"


def _new_codebook(call: Call) -> Iterable[str]:
    from gkanalysis.core.writing import write_bytes
    from gkanalysis.ingest.draft import draft_codebook

    file = Path(call.file)
    source = call.source or (file.resolve().parent.parent.name if file.resolve().parent.name == "forms" else "")
    if not source:
        what = f"„{file}“ liegt in keinem Ordner „forms“ einer Quelle"
        raise UsageError(f"{what}; bitte den Namen der Quelle dahinter schreiben, wie „umfrage-2024“.")
    path = call.root / f"data/codebook/{source}.yml"
    if path.exists():
        what = f"„{path}“ gibt es schon und bleibt"
        raise UsageError(f"{what}; bitte umbenennen oder löschen, wenn ein neues entstehen soll.")
    text = draft_codebook(file, source)
    write_bytes(path, text.encode("utf-8"))
    yield f"Entwurf geschrieben: data/codebook/{path.name}. Bitte ergänzen:"
    for k, line in enumerate(text.splitlines(), 1):
        if "TODO" in line.partition("  #")[0]:
            yield f"  Zeile {k}: {line.strip()[:150]}"


def _trace(call: Call) -> str:
    from gkanalysis.verify.trace import origin_lines

    reports = [call.definition.id] if call.report else call.reports
    return "\n".join(origin_lines(call.paths, reports, call.number))


def _schema(call: Call) -> Iterable[str]:
    from gkanalysis.codebook.schema import schema_files
    from gkanalysis.core.writing import write_bytes

    for path, text in schema_files().items():
        write_bytes(call.root / path, text.encode("utf-8"))
        yield str(path)


def _notebooks(call: Call) -> None:
    from gkanalysis.codebook.reports import read_report
    from gkanalysis.report.notebooks import check_notebook, strip_notebook

    problems = []
    for path in sorted((call.root / "notebooks").glob("*.ipynb")):
        if call.strip:
            strip_notebook(path)
        problems += [f"  {path.name}: {p}" for p in check_notebook(path)]
    for name in sorted(call.reports):
        try:
            read_report(call.root, name)
        except GkError as error:
            problems.append(f"  {error}")
    if problems:
        head = "Notebooks oder Berichte sind nicht in Ordnung (Ausgaben und Metadaten nimmt `make fix` heraus):\n"
        raise NotebookError(head + "\n".join(problems))


def _step(where: str, *given: str, **named: str) -> Callable[[Call], Any]:
    """The command that calls one function of the package with these attributes of the call."""
    module, _, name = where.partition(":")

    def run(call: Call) -> Any:
        step = getattr(import_module(f"gkanalysis.{module}"), name)
        return step(*(getattr(call, g) for g in given), **{k: getattr(call, g) for k, g in named.items()})

    return run


# name, what it does, function, arguments
COMMANDS = (
    ("form", "zeigen, was in einem Word-Formular steht, auch ohne Codebuch", _form, FILES, JSON),
    ("interviews", "zeigen, was in einem Projekt eines QDA-Programms steht (.qdpx oder .xlsx von MAXQDA), auch ohne Codebuch", _interviews, FILES, JSON),
    ("register", "das Register der Bündnisse prüfen und bereitstellen", _step("pipeline:build_register", "paths"), DATA),
    ("ingest", "die Bögen oder Gespräche einer Quelle einlesen", _step("pipeline:build_interim", "paths", "source"), "source", DATA),
    ("process", "eine Quelle prüfen und zur Auswertung bereitstellen", _step("pipeline:build_processed", "paths", "source"), "source", DATA),
    ("receive", "neue Dateien einer Quelle mit ihrer Prüfsumme eintragen; geänderte nur, wenn sie genannt sind", _step("settle.checksums:receive", "received", "source", "changed"), "source", CHANGED, DATA),
    ("blank", "den leeren Bogen einer Quelle schreiben: als Word-Formular und als XLSForm", _step("pipeline:write_blanks", "paths", "source"), "source", DATA),
    ("new-codebook", "ein erstes Codebuch aus einer Tabelle mit Antworten, einem Fragebogen (.lss) oder einem leeren Word-Bogen schreiben", _new_codebook, "file", SOURCE),
    ("rules", "die Regeln für make ausgeben: woraus jeder Schritt entsteht", _step("report.rules:make_rules", "paths", "reports"), DATA),
    ("chapter", "die Kapitel eines Berichts rechnen, die noch fehlen", _step("report.chapters:run_chapters", "definition", "paths", "data", "chapters", engine="engine"), "report", CHAPTERS, ENGINE, DATA),
    ("profiles", "jedem Bündnis einen Bogen mit seinen Angaben machen, oder den genannten; nur was fehlt oder veraltet ist", _step("report.profiles:make_profiles", "paths", "data", "alliances", scheduler="scheduler", workers="workers", formats="formats"), ALLIANCES, SCHEDULER, WORKERS, FORMATS, DATA),
    ("finish", "die fehlenden Kapitel eines Berichts rechnen, alle zusammenführen, die Herkunft jeder Zahl zeigen und alle Formate setzen", _step("pipeline:finish_report", "paths", "definition", "data"), "report", DATA),
    ("check-published", "prüfen, ob gedruckte Angaben sich selbst widersprechen", _check_published, "figures", "relations", ACCEPT),
    ("disclose", "prüfen, ob fertige Berichte Vertrauliches verraten, einer oder alle zusammen", _disclose, ONE_REPORT, DATA),
    ("verify", "einen Bericht neu bauen und jede Zahl prüfen", _step("verify.run:verify_report", "definition", "paths"), "report", DATA),
    ("release", "den jetzigen Stand eines Berichts als Vergleich für verify festhalten", _release, "report", DATA),
    ("trace", "zeigen, woher eine Zahl kommt: Darstellung:Zeile:Gruppe oder Name eines Werts", _trace, "number", IN_REPORT, DATA),
    ("schema", "Schemata und Schlüsselverzeichnis von Codebüchern, Berichten und Regeln neu schreiben", _schema),
    ("notebooks", "Notebooks prüfen oder von Ausgaben befreien", _notebooks, STRIP),
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Run one command, print what it says, and return its exit status."""
    parser = Parser(
        prog="gkanalysis", description="Von eingegangenen Bögen zum fertigen Bericht. Meist genügt `make report`."
    )
    parser.add_argument("--debug", action="store_true", help="bei Fehlern den Ablauf zeigen")
    commands = parser.add_subparsers(required=True, metavar="BEFEHL")
    for name, text, run, *arguments_of in COMMANDS:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        for argument in arguments_of:
            flag, settings = (argument, {}) if isinstance(argument, str) else argument
            command.add_argument(flag, **settings)
    call = parser.parse_args(arguments, Call())
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        lines = call.run(call)
        for line in [lines] if isinstance(lines, str | Path) else lines or ():
            print(str(line).rstrip("\n"), flush=True)
    except GkError as error:
        if call.debug:
            raise
        print(f"Fehler: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        print("Abgebrochen; was schon fertig war, bleibt, und ein neuer Aufruf macht dort weiter.", file=sys.stderr)
        return 130
    except OSError as error:
        if call.debug:
            raise
        print(f"Fehler: {system_sentence(error)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
