"""The rules for make: what each step from received files to finished reports is made from.

A state file (`core.rawstate`) stands for received files, for the code as a whole, and for each codebook, notebook,
definition and template: content decides, not the time of a file. A record (`.ok`) is written by
its step; what lies beside it keeps its time when its content did not change, so that only what really changed goes on
being built. What somebody deleted brings its step back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from gkanalysis.codebook.reports import Report, read_report
from gkanalysis.codebook.sources import SourceKind, is_source_codebook, received_sources
from gkanalysis.core.errors import GkError, UsageError
from gkanalysis.core.paths import ProjectPaths

REGISTER = ("gebiete.parquet", "buendnisse.parquet", "raw-files.csv", "dataset.json")
HEAD = """\
# What each step is made from; written by `gkanalysis rules`. CODE is the library with its packages.
gone = $(if $(filter-out $(wildcard $(1)),$(1)),FORCE)
copies = $(foreach k,tables figures,$(addprefix $(1)/$(k)/,$(notdir $(wildcard $(2:%=%/$(k)/*.*)))))
"""


def make_rules(paths: ProjectPaths, reports: Iterable[str]) -> Iterator[str]:
    """The rules for a data folder and for these reports.

    A report whose definition is wrong, or whose sources did not come in, has one rule that says so: it stops nobody
    who builds another one.
    """

    def short(path: Path) -> str:
        return path.relative_to(paths.root).as_posix()

    folders = {
        "processed": short(paths.processed),
        "build": short(paths.build),
        "reports": short(paths.reports),
        "project": f"{short(paths.build)}/state/project",
    }
    sources = received_sources(paths)
    books = _Codebooks(paths, folders["project"], sources)
    yield HEAD + f"BOOKS := {books.common}\n"
    yield from _source_rules(folders, sources, books)
    values, files = [], []
    for name in reports:
        try:
            report = read_report(paths.root, name)
        except GkError:  # the step that reads it says what is wrong
            rules, made = _refusal(folders, name, f"$(GK) chapter {name} $(AT); exit 2")
        else:
            absent = [s for s in report.sources if s not in sources]
            unread = [s for s in report.sources if s in sources and not books.of(s, alone=True)]
            lacks = [f"in „$(DATA)“: {_needed(absent, report)}"] if absent else []
            lacks += [f"in „data/codebook“ das Codebuch von {_needed(unread, report)}"] if unread else []
            remedy = f"bitte dort ergänzen oder in reports/{name}.yml Quelle und Kapitel streichen"
            said = f'echo "Fehler: Dem Bericht „{name}“ fehlt {" und ".join(lacks)}; {remedy}." >&2; exit 2'
            rules, made = _refusal(folders, name, said) if lacks else _report_rules(folders, report, sources, books)
        yield from rules
        yield f"FILES_{name} := {' '.join(made)}\n"
        values.append(f"{folders['reports']}/{name}/values.json")
        files.append(f"$(FILES_{name})")
    together = f"{folders['build']}/together.ok"
    yield _rule(together, f"{' '.join(values)} {books.all} $(CODE)", "$(GK) disclose $(AT)", "@touch $@")
    yield f"REPORT_FILES := {' '.join(files)}\n"


def _needed(sources: Iterable[str], report: Report) -> str:
    """Sources with the chapters of a report that name them."""
    told = []
    for source in sources:
        chapters = [c.id for c in report.chapters if source in re.findall(r"[\w.-]+", str(c.parameters))]
        told.append(f"{source} (für {', '.join(chapters)})" if chapters else source)
    return ", ".join(told)


def _rule(targets: str, needs: str, *recipe: str) -> str:
    """A rule; with the recipe ";" what another step leaves."""
    if recipe == (";",):
        return f"{targets}: {needs} ;\n"
    return f"{targets}: {needs}\n" + "".join(f"\t{line}\n" for line in recipe)


class _Codebooks:
    """The states of the codebooks: `common` concern every source, `all` any, `of` some sources with the common ones."""

    def __init__(self, paths: ProjectPaths, project: str, sources: Iterable[str]) -> None:
        def state(path: Path) -> str:
            return f"{project}/{path.relative_to(paths.root).as_posix()}"

        self._own: dict[str, str] = {}
        for source in sources:
            with suppress(UsageError):  # a source without codebook; the step that reads it says so
                self._own[source] = state(paths.codebook(source))
        every = {state(p): p for p in sorted(paths.codebooks.glob("*.yml"))}
        self.all = " ".join(every)
        self.common = " ".join(s for s, p in every.items() if not is_source_codebook(p))

    def of(self, *sources: str, alone: bool = False) -> str:
        own = [self._own[s] for s in sources if s in self._own]
        return " ".join(dict.fromkeys([*own, *([] if alone else ["$(BOOKS)"])]))


def _source_rules(folders: Mapping[str, str], sources: Mapping[str, SourceKind], books: _Codebooks) -> Iterator[str]:
    """Register and sources: one step reads (`build/interim`), if that is not done, and judges (`processed`)."""
    processed, build = folders["processed"], folders["build"]
    state = f"{build}/state"
    made = " ".join(f"{processed}/{name}" for name in REGISTER)
    yield _rule(
        f"{processed}/register.ok", f"{state}/register/lists {state}/all $(BOOKS) $(CODE) $(call gone,{made})",
        "@mkdir -p $(@D) && rm -rf $(@D)/.register.*", "$(GK) register $(AT)", "@touch $@",
    )  # fmt: skip
    yield _rule(made, f"{processed}/register.ok", ";")
    for source, kind in sources.items():
        interim = f"{build}/interim/{source}"
        yield _rule(  # what is to be read anew goes: the step below reads what is not there
            f"{interim}.ok", f"{state}/{source}/{kind.part} {books.of(source)}{'' if books.of(source, alone=True) else ' FORCE'} $(CODE)",
            f"@rm -rf {interim} && mkdir -p $(@D) && touch $@",
        )  # fmt: skip
        made = _tables(folders, source, kind)
        yield _rule(
            f"{processed}/{source}.ok",
            f"{interim}.ok {processed}/buendnisse.parquet {state}/{source}/lists {state}/dataset {books.of(source)} $(CODE) "
            f"$(call gone,{made} {build}/{source}-findings.csv {build}/{source}-rueckfragen.csv {' '.join(f'{interim}/{name}' for name in kind.interim)})",
            f"@rm -rf {processed}/.{source}.* {build}/interim/.{source}.*", f"$(GK) process {source} $(AT)", "@touch $@",
        )  # fmt: skip
        yield _rule(made, f"{processed}/{source}.ok", ";")
    tables = [f"{processed}/{s}-questions.parquet" for s in sources]
    yield f"DATA_TABLES := {' '.join([f'{processed}/buendnisse.parquet', *tables])}\n"
    # What the data folder does not hold must end in a sentence, even if an old table still lies there.
    yield _rule(
        f"{state}/%", "",
        '@echo "Fehler: In „$(DATA)/$(*D)“ fehlen die eingegangenen Dateien ($(*F)); bitte ergänzen, wie in data/raw." >&2; exit 2',
    )  # fmt: skip
    yield _rule(
        f"{processed}/%.parquet", "FORCE",
        '@echo "Fehler: Die Tabelle „$*“ entsteht nicht aus „$(DATA)“; bitte dort den Ordner der Quelle ergänzen." >&2; exit 2',
    )  # fmt: skip


def _tables(folders: Mapping[str, str], source: str, kind: SourceKind) -> str:
    """The processed tables of a source."""
    return " ".join(f"{folders['processed']}/{source}-{name}.parquet" for name in kind.tables)


def _refusal(folders: Mapping[str, str], name: str, recipe: str) -> tuple[list[str], list[str]]:
    """Rules of a report that cannot be made, and the one file that is asked for in its place."""
    build, folder = f"{folders['build']}/reports/{name}", f"{folders['reports']}/{name}"
    return [_rule(f"{folder}/% {build}/%", "FORCE", f"@{recipe}")], [f"{folder}/values.json"]


def _report_rules(
    folders: Mapping[str, str], report: Report, sources: Mapping[str, SourceKind], books: _Codebooks
) -> tuple[list[str], list[str]]:
    """Rules of a report, and the files that it is.

    What concerns all chapters takes their records of what they read; the one step computes those without one and those
    whose notebook or tables changed, and finishes the report: loading the libraries takes longer than most chapters.
    """
    name, processed = report.id, folders["processed"]
    build, folder = f"{folders['build']}/reports/{name}", f"{folders['reports']}/{name}"
    project, own_books = folders["project"], books.of(*report.sources)
    definition = f"{project}/reports/{name}.yml"
    register = [f"{processed}/{t}" for t in REGISTER[:2]]
    tables = " ".join([*register, *(_tables(folders, s, sources[s]) for s in report.sources)])
    notebooks = " ".join(dict.fromkeys(f"{project}/notebooks/{c.notebook}.ipynb" for c in report.chapters))
    chapters = [f"{build}/{c.id}" for c in report.chapters]
    records = " ".join(f"{c}/chapter.json" for c in chapters)
    files = [f"{folder}/{name}.{suffix}" for suffix in report.formats]
    beside = [f"{name}.seiten.csv", *(f"reference.{suffix}" for suffix in report.formats)]
    templates = " ".join(f"$(wildcard {project}/reports/{file})" for file in beside)
    left = f"{build}/document.json {folder}/losses.csv {folder}/rueckfragen.csv {folder}/values.json {folder}/herkunft.html {folder}/weitergabe/{name}.html"
    rules = [
        _rule(
            f"{build}/common.ok", f"{definition} {processed}/dataset.json {own_books} $(CODE)",
            f"@mkdir -p $(@D) && rm -f {build}/*/inputs.json && touch $@",
        ),
        _rule(
            f"{build}/finished.ok",
            f"{build}/common.ok {notebooks} {tables} {processed}/raw-files.csv {templates} "
            f"$(call gone,{records} {left} {' '.join(files)} $(call copies,{folder},{' '.join(chapters)}))",
            f"@rm -rf {folder}/.[a-z]*.* {build}/.document.json.* {build}/.vorlage.* {build}/.satz.*", f"$(GK) finish {name} $(AT)", "@touch $@",
        ),
        _rule(f"{records} {left} {' '.join(files)}", f"{build}/finished.ok", ";"),
    ]  # fmt: skip
    return rules, files
