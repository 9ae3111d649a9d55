"""The command line: `gkanalysis COMMAND`, also `python -m gkanalysis COMMAND`. One function a command.

Messages for the team are German. Data errors end with one sentence and an exit status per stage, without
a traceback; `--debug` shows it. Imports stand inside the commands: a command loads only what it needs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from gkanalysis.core.arguments import Parser
from gkanalysis.core.errors import GkError, IngestError


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        options.run(options)
    except GkError as error:
        if options.debug:
            raise
        print(f"Fehler: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    return 0


def _parser() -> Parser:
    parser = Parser(
        prog="gkanalysis",
        description="Von eingegangenen Bögen zum fertigen Bericht. Meist genügt `make report`.",
    )
    parser.add_argument("--debug", action="store_true", help="bei Fehlern den Ablauf zeigen")
    commands = parser.add_subparsers(required=True, metavar="BEFEHL")

    def add(name: str, run, text: str, *positional: str) -> Parser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        for argument in positional:
            command.add_argument(argument)
        if name not in ("form", "interviews", "schema", "notebooks", "check-published"):
            command.add_argument("--data", default="data/raw", help="Ordner der eingegangenen Daten")
        return command

    form = add("form", _form, "zeigen, was in einem Word-Formular steht, auch ohne Codebuch")
    form.add_argument("files", nargs="+", metavar="DATEI")
    form.add_argument("--json", action="store_true", help="ein JSON-Objekt je Zeile")
    interviews = add(
        "interviews",
        _interviews,
        "zeigen, was in einem Projekt eines QDA-Programms steht, auch ohne Codebuch",
    )
    interviews.add_argument("files", nargs="+", metavar="DATEI", help=".qdpx (REFI-QDA) oder .xlsx (MAXQDA)")
    interviews.add_argument(
        "--json", action="store_true", help="ein JSON-Objekt je Zeile, zuletzt die Verluste"
    )
    add("register", _register, "das Register der Bündnisse prüfen und bereitstellen")
    add("ingest", _ingest, "die Bögen oder Gespräche einer Quelle einlesen", "source")
    add("process", _process, "eine Quelle prüfen und zur Auswertung bereitstellen", "source")
    add("rules", _rules, "die Make-Regeln eines Berichts ausgeben", "report")
    chapter = add("chapter", _chapter, "die Kapitel eines Berichts rechnen, die noch fehlen", "report")
    chapter.add_argument(
        "chapters", nargs="*", default=[], metavar="KAPITEL", help="diese, auch wenn sie nicht fehlen"
    )
    chapter.add_argument("--engine", default="fork", choices=["fork", "kernel"])
    add("assemble", _assemble, "Kapitel, Tabellen und Werte eines Berichts zusammenführen", "report")
    render = add("render", _render, "einen Bericht setzen", "report")
    render.add_argument("--format", required=True, choices=["html", "pdf", "docx", "pptx"])
    published = add(
        "check-published",
        _check_published,
        "prüfen, ob gedruckte Angaben sich selbst widersprechen",
        "figures",
        "relations",
    )
    published.add_argument(
        "--accept", default=[], action="append", metavar="KENNUNG", help="bekannter Widerspruch"
    )
    add("origins", _origins, "die Seite mit der Herkunft jeder Zahl eines Berichts schreiben", "report")
    disclose = add(
        "disclose", _disclose, "prüfen, ob fertige Berichte Vertrauliches verraten, einer oder alle zusammen"
    )
    disclose.add_argument(
        "report", nargs="?", help="dieser, mit allen Dateien; ohne Angabe alle nebeneinander"
    )
    add("verify", _verify, "einen Bericht neu bauen und jede Zahl prüfen", "report")
    add(
        "release", _release, "den jetzigen Stand eines Berichts als Vergleich für verify festhalten", "report"
    )
    trace = add(
        "trace",
        _trace,
        "zeigen, woher eine Zahl kommt: Darstellung:Zeile:Gruppe oder Name eines Werts",
        "number",
    )
    trace.add_argument("--report", help="in diesem Bericht; ohne Angabe im ersten, der die Zahl hat")
    add("schema", _schema, "Schemata und Schlüsselverzeichnis von Codebüchern, Berichten und Regeln neu schreiben")
    notebooks = add("notebooks", _notebooks, "Notebooks prüfen oder von Ausgaben befreien")
    notebooks.add_argument("--strip", action="store_true", help="Ausgaben entfernen")
    return parser


def _paths(options: argparse.Namespace):
    from gkanalysis.core.paths import ProjectPaths, project_root

    return ProjectPaths.of(project_root(), Path(options.data))


def _reports(paths) -> list[str]:
    """All reports that are defined, the oldest first."""
    return sorted(
        (p.stem for p in (paths.root / "reports").glob("*.yml")), key=lambda r: r.rpartition("-")[2]
    )


def _form(options: argparse.Namespace) -> None:
    from gkanalysis.ingest.office import open_word_file
    from gkanalysis.ingest.word.form import fields_as_json, read_word_form

    refused = []
    for file in options.files:
        try:
            with open_word_file(file) as package:
                form = read_word_form(package)
        except IngestError as error:
            refused.append(str(error))
            continue
        if options.json:
            for line in fields_as_json(form):
                print(line)
            continue
        print(f"{file}: {len(form.fields)} Felder, {len(form.tables)} Tabellen")
        for f in form.fields:
            where = f"Tabelle {f.table}, Zeile {f.row}, Spalte {f.column}" if f.table else f.part
            print(f"  {f.kind:16} {f.state:13} {(f.value or f.raw)[:40]!r:42} {f.label[:40]!r:42} {where}")
    if refused:
        raise IngestError("\n".join(refused))


def _interviews(options: argparse.Namespace) -> None:
    from gkanalysis.ingest.interviews import project_lines, project_summary, read_project

    refused = []
    for file in options.files:
        try:
            project = read_project(Path(file))
        except IngestError as error:
            refused.append(str(error))
            continue
        for line in project_lines(project) if options.json else project_summary(file, project):
            print(line)
    if refused:
        raise IngestError("\n".join(refused))


def _register(options: argparse.Namespace) -> None:
    from gkanalysis.pipeline import build_register

    build_register(_paths(options))


def _ingest(options: argparse.Namespace) -> None:
    from gkanalysis.pipeline import build_interim

    print(build_interim(_paths(options), options.source))


def _process(options: argparse.Namespace) -> None:
    from gkanalysis.pipeline import build_processed

    print(build_processed(_paths(options), options.source))


def _rules(options: argparse.Namespace) -> None:
    from gkanalysis.report.definition import make_rules, read_report

    paths = _paths(options)
    print(make_rules(read_report(paths.root, options.report), paths), end="")


def _chapter(options: argparse.Namespace) -> None:
    from gkanalysis.report.chapters import run_chapters
    from gkanalysis.report.definition import read_report

    paths = _paths(options)
    report = read_report(paths.root, options.report)
    for line in run_chapters(report, paths, options.data, options.chapters, engine=options.engine):
        print(line, flush=True)


def _assemble(options: argparse.Namespace) -> None:
    from gkanalysis.report.assemble import assemble_report
    from gkanalysis.report.definition import read_report

    paths = _paths(options)
    assemble_report(read_report(paths.root, options.report), paths)


def _render(options: argparse.Namespace) -> None:
    from gkanalysis.report.definition import read_report
    from gkanalysis.report.render import render_report

    paths = _paths(options)
    print(render_report(read_report(paths.root, options.report), paths, options.format))


def _check_published(options: argparse.Namespace) -> None:
    from gkanalysis.core.errors import VerificationError
    from gkanalysis.verify.consistency import check_consistency
    from gkanalysis.verify.relations import read_figures, read_relations
    from gkanalysis.verify.wording import report_lines

    problems: list[str] = []
    figures = read_figures(Path(options.figures), problems)
    found = check_consistency(figures, read_relations(Path(options.relations), problems), problems)
    print("\n".join(report_lines(found, figures)))
    ids = {c.id for c in found.contradictions}
    new, gone = ids - set(options.accept), set(options.accept) - ids
    if new or gone or found.problems:
        raise VerificationError(
            f"{len(new)} Widersprüche sind nicht als bekannt eingetragen, {len(gone)} eingetragene bestehen nicht mehr, "
            f"{len(found.problems)} Angaben oder Beziehungen waren nicht prüfbar."
        )


def _origins(options: argparse.Namespace) -> None:
    from gkanalysis.core.writing import write_bytes
    from gkanalysis.report.chapter import Chapter
    from gkanalysis.report.definition import read_report
    from gkanalysis.verify.tracepage import trace_page

    paths = _paths(options)
    report = read_report(paths.root, options.report)
    folder = paths.reports / report.id
    page = trace_page(Chapter("herkunft", paths, folder), folder, report.title)
    write_bytes(folder / "herkunft.html", page.encode("utf-8"))


def _disclose(options: argparse.Namespace) -> None:
    from gkanalysis.disclosure.check import check_report, check_together
    from gkanalysis.report.definition import read_report

    paths = _paths(options)
    if options.report:
        print(check_report(read_report(paths.root, options.report), paths))
        return
    print(check_together([read_report(paths.root, name) for name in _reports(paths)], paths))


def _verify(options: argparse.Namespace) -> None:
    from gkanalysis.report.definition import read_report
    from gkanalysis.verify.run import verify_report

    paths = _paths(options)
    print(verify_report(read_report(paths.root, options.report), paths))


def _release(options: argparse.Namespace) -> None:
    from gkanalysis import __version__
    from gkanalysis.core.errors import UsageError
    from gkanalysis.core.writing import write_json
    from gkanalysis.report.definition import read_report
    from gkanalysis.verify.manifest import make_manifest
    from gkanalysis.verify.run import release_files

    paths = _paths(options)
    report = read_report(paths.root, options.report)
    folder = paths.reports / report.id
    missing = [f for f in report.formats if not (folder / f"{report.id}.{f}").exists()]
    if missing:
        raise UsageError(
            f"Zu „{report.id}“ fehlt {', '.join(missing)}; bitte zuerst „make report“ ausführen."
        )
    path = release_files(paths, report.id)[0]
    write_json(path, make_manifest(folder, report.id, __version__, paths.root, paths.data))
    print(f"Der jetzige Stand steht in „{path.relative_to(paths.root)}“.")


def _trace(options: argparse.Namespace) -> None:
    from gkanalysis.report.definition import read_report
    from gkanalysis.verify.tracewords import origin_lines, report_of

    paths = _paths(options)
    asked = options.report or report_of(paths, _reports(paths), options.number)
    lines = origin_lines(paths, read_report(paths.root, asked).id, options.number)
    print("\n".join(lines if options.report else [f"Bericht: {asked}", *lines]))


def _schema(options: argparse.Namespace) -> None:
    from gkanalysis.codebook.schema import schema_files
    from gkanalysis.core.paths import project_root
    from gkanalysis.core.writing import write_bytes

    for path, text in schema_files().items():
        write_bytes(project_root() / path, text.encode("utf-8"))
        print(path)


def _notebooks(options: argparse.Namespace) -> None:
    from gkanalysis.core.errors import NotebookError
    from gkanalysis.core.paths import project_root
    from gkanalysis.report.definition import read_report
    from gkanalysis.report.notebooks import check_notebook, strip_notebook

    problems = []
    for path in sorted((project_root() / "notebooks").glob("*.ipynb")):
        if options.strip:
            strip_notebook(path)
        problems += [f"  {path.name}: {p}" for p in check_notebook(path)]
    for path in sorted((project_root() / "reports").glob("*.yml")):
        try:
            read_report(project_root(), path.stem)
        except GkError as error:
            problems.append(f"  {error}")
    if problems:
        head = "Notebooks oder Berichte sind nicht in Ordnung (Ausgaben und Metadaten nimmt `make fix` heraus):\n"
        raise NotebookError(head + "\n".join(problems))


if __name__ == "__main__":
    sys.exit(main())
