"""A sheet for each alliance, many at once; which are missing or stale follows from content alone."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import chdir
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from gkanalysis.codebook.reports import Report, read_report
from gkanalysis.core.errors import DisclosureError, GkError, NotebookError
from gkanalysis.core.numbers import format_count
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.core.writing import write_bytes, write_json
from gkanalysis.counts.data import Data
from gkanalysis.counts.sources import alliance_id, project_data
from gkanalysis.disclosure.check import weigh_known
from gkanalysis.disclosure.received import Forbidden, read_forbidden
from gkanalysis.disclosure.texts import texts_of
from gkanalysis.report.assemble import about, assemble
from gkanalysis.report.many import run_many
from gkanalysis.report.profile import Profile
from gkanalysis.report.render import prepare, render_as

DEFINITION, FOLDER = "profil", "profiles"
RECORD = "bogen.json"  # beside a sheet: what it was made from, and the sum of each of its files
PARTS = 8  # in which the readers are weighed, many at once
ONE = Lock()  # papermill changes the working folder while a notebook runs, and a worker may have threads


@dataclass(frozen=True)
class Order:
    """A sheet to be made: whose, from which project and data, in which state of both, in which formats."""

    root: str
    data: str
    state: str
    case: str
    formats: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A part of the numbers on all sheets, to be weighed for the readers of these."""

    order: Order
    cases: tuple[str, ...]
    number: int


def make_profiles(
    paths: ProjectPaths,
    data: str,
    alliances: Sequence[str] = (),
    *,
    scheduler: str = "",
    workers: int = 0,
    formats: Sequence[str] = (),
) -> Iterator[str]:
    """Make the sheets of these alliances, by default of all, as far as they are missing or stale.

    Parameters
    ----------
    paths, data : where everything lies; folder of what was received, as the notebooks are told
    alliances : ids or names
    scheduler, workers : see `report.many.run_many`
    formats : by default all that the definition names

    Yields
    ------
    str, sentences for the log

    Raises
    ------
    UsageError
        If an alliance is unknown, or the scheduler cannot be used.
    NotebookError
        After the last sheet, if any failed: what all of them say.
    DisclosureError
        If all sheets together give away an answer to a reader who knows those of one alliance; none appears then.
    """
    have, report = project_data(data), read_report(paths.root, DEFINITION, FOLDER)
    asked = [alliance_id(have, a) for a in alliances] or have.alliances["case_id"].tolist()
    target, state = paths.reports / "profile", state_of(paths, report)
    formats = tuple(formats) or report.formats
    stale = [c for c in asked if not _is_current(target / c, state, formats)]
    orders = {c: Order(str(paths.root), data, state, c, formats) for c in stale}
    parts = {f"Prüfung {k}": Part(o, tuple(orders), k) for o in [*orders.values()][:1] for k in range(PARTS)}
    failed, found, held, started = {}, {}, {}, time.monotonic()
    for done, (name, made) in enumerate(run_many(work, parts | orders, scheduler, workers), start=1):
        show_progress(done, len(parts | orders), time.monotonic() - started)
        if name in parts:
            if isinstance(made, GkError):
                raise made  # what is not weighed must not appear
            found[name] = made
        elif isinstance(made, GkError):
            failed[name] = made
        else:
            held[name] = made
        if len(found) < len(parts):  # no sheet appears before all are weighed
            continue
        if any(found.values()):
            listed = "\n".join(f"  {p}" for told in found.values() for p in dict.fromkeys(told))
            raise DisclosureError(
                f"Es entsteht kein Bogen, denn er verriete, was andere Bündnisse geantwortet haben:\n{listed}"
            )
        for case in [*held]:
            keep_sheet(target / case, state, held.pop(case))
    if failed:
        same: dict[str, list[str]] = {}
        for case in sorted(failed):
            same.setdefault(str(failed[case]), []).append(case)
        told = "\n".join(f"  {', '.join(cases)}: {error}" for error, cases in same.items())
        raise NotebookError(
            f"{len(failed)} von {len(asked)} Bögen fehlen, alle anderen sind fertig; ein neuer Aufruf macht nur diese:\n{told}"
        )
    where = target.relative_to(paths.root) if target.is_relative_to(paths.root) else target
    yield f"{len(orders)} Bögen gemacht, {len(asked) - len(orders)} waren aktuell: {where}/"


def work(piece: Order | Part) -> Any:
    """What a worker does: make a sheet, or weigh a part of what all sheets together give away."""
    if isinstance(piece, Order):
        return make_sheet(piece)
    with ONE, chdir(piece.order.root):
        _, data, _, _, profile = _prepared(piece.order.root, piece.order.data, piece.order.state)
        numbers = list(profile.together)
        counts = list(dict.fromkeys(n.counted.count for n in numbers))[piece.number :: PARTS]
        return weigh_known([n for n in numbers if n.counted.count in counts], piece.cases, data)


def show_progress(done: int, total: int, seconds: float) -> None:
    """A bar and how long it will still take, on a terminal only."""
    if sys.stderr.isatty():
        bar = "█" * (30 * done // total)
        left = f"noch etwa {format_count(round(seconds / done * (total - done)))} s"
        rest = left if done < total else "fertig     \n"
        print(f"\r{bar:░<30} {done} von {total}, {rest}   ", end="", file=sys.stderr, flush=True)


@cache
def _code() -> str:
    """The state of the library as this process has loaded it; asked for at once, so that a later change shows."""
    folder = Path(__file__).parents[1]
    return _sum([p for p in sorted(folder.rglob("*")) if p.is_file() and "__pycache__" not in p.parts], folder)


def state_of(paths: ProjectPaths, report: Report) -> str:
    """What a sheet depends on in one sum: library, definition, notebooks, codebooks, templates and processed tables."""
    notebooks = [paths.root / f"notebooks/{c.notebook}.ipynb" for c in report.chapters]
    files = [paths.root / FOLDER / f"{DEFINITION}.yml", *notebooks, *sorted(paths.codebooks.glob("*.yml"))]
    files.append(paths.root / "reports/reference.docx")
    tables = [*sorted(paths.processed.glob("*.parquet")), paths.processed / "dataset.json"]
    return sha256("".join([_code(), _sum(files, paths.root), _sum(tables, paths.processed)]).encode()).hexdigest()


def _sum(files: Sequence[Path], folder: Path) -> str:
    lines = [f"{sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n" for p in files if p.exists()]
    return sha256("".join(lines).encode()).hexdigest()


def _is_current(folder: Path, state: str, formats: Sequence[str]) -> bool:
    """Whether a sheet is there as it was made, in all formats, from what is there now."""
    if not (folder / RECORD).exists():
        return False
    kept = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    there = {n: sha256((folder / n).read_bytes()).hexdigest() for n in kept["files"] if (folder / n).exists()}
    return kept["state"] == state and there == kept["files"] and {Path(n).suffix[1:] for n in there} >= set(formats)


def keep_sheet(folder: Path, state: str, made: dict[str, bytes]) -> None:
    """Write the files of a sheet, and last the record that says so."""
    for name, content in made.items():
        write_bytes(folder / name, content)
    write_json(folder / RECORD, {"state": state, "files": {n: sha256(c).hexdigest() for n, c in made.items()}})


def make_sheet(order: Order) -> dict[str, bytes]:
    """The files of a sheet by name; in `arbeit/` the notebook as it ran and the numbers of its tables.

    Raises
    ------
    NotebookError, RenderError, DisclosureError
    """
    from gkanalysis.report.notebooks import run_chapter

    with ONE, chdir(order.root):
        paths, data, report, forbidden, _ = _prepared(order.root, order.data, order.state)
        alliance = data.alliances.set_index("case_id").loc[order.case]
        own = report.model_copy(update={"title": f"{report.title} für {alliance['name']}"})
        paths.build.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=paths.build, prefix=f".profil-{order.case}.") as scratch:
            build, made = Path(scratch), {}
            for chapter in report.chapters:
                given = {"report": report.id, "data": order.data, "alliance": order.case, **chapter.parameters}
                run_chapter(paths.root / f"notebooks/{chapter.notebook}.ipynb", build / chapter.id, given, report=own)
                made[f"arbeit/{chapter.id}.ipynb"] = (build / chapter.id / "executed.ipynb").read_bytes()
                tables = sorted((build / chapter.id / "tables").glob("*.csv"))
                made |= {f"arbeit/{p.name}": p.read_bytes() for p in tables}
            document, _ = assemble(own, build)
            for exhibit in document["exhibits"].values():
                exhibit["rows"] = [
                    row | {"numbers": []} for row in exhibit["rows"]
                ]  # the reader has no page of origins
            document |= about(data.dataset, [])
            setting = prepare(own, document, build)
            shown = {f"{order.case}.{f}": render_as(f, setting, paths) for f in order.formats}
    names = [alliance["name"], *filter(None, str(alliance["aliases"]).split("|"))]
    problems = []
    for name, content in shown.items():
        texts = [(place, _without(text, names)) for place, text in texts_of(name, content)]
        problems += forbidden.problems(name, texts)
    if problems:
        raise DisclosureError(f"Der Bogen verriete Vertrauliches: {'; '.join(problems)}")
    return made | shown


def _without(text: str, names: Sequence[str]) -> str:
    """A text without the names of the alliance that it is for."""
    for name in names:
        text = text.replace(name, "…")
    return text


@cache
def _prepared(root: str, data: str, state: str) -> tuple[ProjectPaths, Data, Report, Forbidden, Profile]:
    """What all sheets of a state share: read and counted once in a worker, so that their notebooks have it already."""
    paths = ProjectPaths.of(Path(root), Path(data))
    report = read_report(paths.root, DEFINITION, FOLDER)
    if state_of(paths, report) != state:
        raise NotebookError(
            "Auf diesem Arbeiter liegt ein anderer Stand des Projekts oder der Daten; bitte angleichen und ihn neu starten."
        )
    have, given = project_data(data), report.chapters[0].parameters
    profile = Profile(have, have.alliances["case_id"].iloc[0], given["stand"], given["named"])
    _ = profile.stand, profile.named, profile.questions
    return paths, have, report, read_forbidden(report, Data(paths)), profile  # it reads more than the sheet does
