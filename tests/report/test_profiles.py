"""Sheets for single alliances: what they say, what they keep to themselves, and many at once."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pandas as pd
import pikepdf
import pytest

from gkanalysis.codebook.reports import read_report
from gkanalysis.core.errors import GkError, NotebookError, UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import TOTAL
from gkanalysis.counts.sources import project_data
from gkanalysis.disclosure.exact import find_breaches
from gkanalysis.disclosure.world import NONE, Claim, Question, SourceData
from gkanalysis.report.many import run_many
from gkanalysis.report.profile import Profile
from gkanalysis.report.profiles import make_profiles
from populations import make_policy

ROOT = Path(__file__).parents[2]
PATHS = ProjectPaths.of(ROOT, Path("data/raw"))
GIVEN = read_report(ROOT, "profil", "profiles").chapters[0].parameters


def sheet(case):
    """What the sheet of an alliance of the shipped data says."""
    return Profile(project_data("data/raw"), case, GIVEN["stand"], GIVEN["named"])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The sheets of two alliances, one of which answered every wave, in a folder of their own."""
    paths = replace(PATHS, reports=tmp_path_factory.mktemp("reports"))
    told = list(make_profiles(paths, "data/raw", ["B24", "B02"]))
    return paths, told


# ---- what it says ----


def test_own_answers_stand_over_the_waves_beside_the_latest_of_others():
    """B24 held no regular meetings in 2020 and 2021 (`gk.alliance`); 39 of 43 did in 2021, and it is asked why."""
    own, line = sheet("B24"), "Regelmäßige Sitzungen der Kerngruppe"
    (cells,) = [c for lines in own.stand.values() for c in lines if c[0] == line]
    assert cells[1] == "nein (2020), nein (2021)"
    assert (cells[-1].n, cells[-1].base_n) == (39, 43)
    asked = {question: told for question, told, _ in own.questions}
    assert asked["Was würde regelmäßige Sitzungen der Kerngruppe möglich machen?"] == "nein (2020), nein (2021)"


def test_what_it_named_itself_is_not_told_as_something_of_others():
    """B24 names meetings and leisure (3.3 of 2022); both are the most frequent, and neither stands there."""
    named = {label for lines in sheet("B24").named.values() for label, _ in lines}
    assert {"Begegnung und Treffs", "Freizeit und Sport"}.isdisjoint(named)
    assert "Begleitung im Einzelfall" in named


def test_sheet_has_two_pages_and_says_for_whom_it_is(made):
    """One page of answers, one of others' ideas and questions; marked as synthetic; no other alliance is named."""
    paths, told = made
    assert told == [f"2 Bögen gemacht, 0 waren aktuell: {paths.reports / 'profile'}/"]
    others = set(project_data("data/raw").alliances["name"]) - {"Kreis Wollgras"}
    page = (paths.reports / "profile/B24/B24.html").read_text(encoding="utf-8")
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)
    assert "Rückmeldung für Kreis Wollgras" in text
    assert "Synthetische Daten" in text
    assert not [name for name in others if name in text]
    for case in ("B24", "B02"):
        with pikepdf.open(paths.reports / f"profile/{case}/{case}.pdf") as pdf:
            assert len(pdf.pages) <= 2
        assert (paths.reports / f"profile/{case}/{case}.docx").exists()


def test_only_what_is_missing_or_was_changed_is_made_again(made):
    """Nothing changed, nothing made; a sheet that somebody edited comes again, the other stays as it is."""
    paths, _ = made
    assert list(make_profiles(paths, "data/raw", ["B24", "B02"]))[-1].startswith("0 Bögen gemacht, 2 waren aktuell")
    page, other = (paths.reports / f"profile/{c}/{c}.html" for c in ("B24", "B02"))
    before, content = other.stat().st_mtime_ns, page.read_bytes()
    page.write_bytes(b"anders")
    assert list(make_profiles(paths, "data/raw", ["B24", "B02"]))[-1].startswith("1 Bögen gemacht, 1 waren aktuell")
    assert page.read_bytes() == content
    assert other.stat().st_mtime_ns == before


# ---- what it keeps to itself ----


def test_who_knows_one_answer_subtracts_it():
    """Three of twenty say no: enough for a stranger. One of the three knows that two others do: too few."""
    cases = pd.DataFrame({"case_id": [f"c{k}" for k in range(20)], "type": "kreis"})
    data = SourceData("w", cases, ("full",), {"q": Question("q", ("ja", "nein", NONE))})
    printed = [Claim("w", f"t:{s}:alle", ("q",), ("alle",), (), (s,), n, n) for s, n in (("nein", 3), ("ja", 17))]
    own = Claim("w", "eigenes", ("q",), ("c1",), (), ("nein",), 1, 1)
    policy = make_policy()
    assert find_breaches(data, printed, policy) == []
    (breach,) = find_breaches(data, [*printed, own], policy)
    assert (breach.kind, breach.state, breach.low, breach.high) == ("few", "nein", 2, 2)


def test_nobody_learns_of_few_others_from_its_sheet_and_that_of_a_neighbour():
    """For any two alliances: of every group that sheets print, both taken away, none, or three or more are left."""
    printed = [n for n in sheet("B01").together if n.group != TOTAL]
    assert len(printed) > 20
    cases = project_data("data/raw").alliances["case_id"]
    for number in printed:
        count, of = number.counted.count, number.counted.data.group(number.counted.grouped).of
        rows = count.counted(number.counted.data).rows
        rows = rows[(rows["row"] == number.row) & rows["base"]].set_index("case_id")["n"]
        inside = [rows.get(c) if of[c] == number.group else None for c in cases]
        assert (sum(x is True for x in map(_plain, inside)), sum(x is not None for x in inside)) == (
            number.n,
            number.base_n,
        )
        for pair in set(combinations(sorted(map(str, map(_plain, inside))), 2)):
            left = number.n - pair.count("True"), number.base_n - number.n - pair.count("False")
            assert all(x == 0 or x >= 3 for x in left), (number.definition, pair)


def _plain(x):
    return None if x is None else bool(x)


# ---- many at once ----


def double(x):
    """A piece of work; some end otherwise."""
    match x:
        case "stirb":
            os.kill(os.getpid(), signal.SIGKILL)
        case Path() if not x.exists():  # dies once
            x.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        case "fehler":
            raise NotebookError("So nicht.")
        case "voll":
            raise MemoryError
        case "platte":
            raise OSError(28, "No space left on device", "bogen.html")
    return str(x) * 2


def test_each_piece_arrives_once_whoever_dies(tmp_path):
    """Two workers, twelve pieces: one kills its worker each time, one once; what fails is told, all else is done."""
    pieces = {f"n{k}": k for k in range(8)}
    pieces |= {"tot": "stirb", "einmal": tmp_path / "da", "fehler": "fehler", "voll": "voll", "platte": "platte"}
    arrived = list(run_many(double, pieces, workers=2))
    assert sorted(name for name, _ in arrived) == sorted(pieces)
    results = dict(arrived)
    assert {n: results[n] for n in pieces if n.startswith("n")} == {f"n{k}": f"{k}{k}" for k in range(8)}
    assert results["einmal"] == str(tmp_path / "da") * 2
    failed = {n: str(r) for n, r in results.items() if isinstance(r, GkError)}
    assert failed.keys() == {"tot", "fehler", "voll", "platte"}
    assert "zweimal abgebrochen" in failed["tot"]
    assert "Arbeitsspeicher reicht nicht" in failed["voll"]
    assert failed["platte"].startswith("„bogen.html“: auf dem Datenträger ist kein Platz mehr")


def test_unknown_alliance_is_answered():
    """One sentence, before anything is made."""
    with pytest.raises(GkError, match="Bündnis „B99“ gibt es im Register nicht"):
        list(make_profiles(PATHS, "data/raw", ["B99"]))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"ask": "prozess-2020:9.9"}, "„9.9“ gibt es in prozess-2020 nicht"),
        ({"ask": "prozess-2019:1.1"}, "Die Welle „prozess-2019“ gibt es nicht"),
        ({"ask": "prozess-2020:1.1", "answer": "jein"}, "Zeile „jein“ gibt es"),
        ({"ask": "prozess-2020:1.1", "answre": "ja"}, "„answre“ neben „prozess-2020:1.1“; erlaubt sind ask, answer"),
    ],
)
def test_definition_of_the_sheet_is_answered(line, said):
    """Questions, waves and answers that there are not, and a misspelt key: one sentence."""
    own = Profile(project_data("data/raw"), "B24", {"Stand": [line]}, [])
    with pytest.raises(GkError, match=said):
        _ = own.stand


def slowly(order):
    """A piece of work that takes its time and says which process did it."""
    number, folder = order
    time.sleep(0.3)
    (folder / f"{number}-{os.getpid()}").touch()
    return number, os.getpid()


@pytest.fixture
def cluster(tmp_path):
    """A function that starts a Dask scheduler on loopback with so many workers; their processes by name."""
    pytest.importorskip(
        "distributed", reason="Für Läufe auf mehreren Rechnern fehlt das Paket distributed (make test bringt es mit)."
    )
    started, address = {}, tmp_path / "scheduler.json"

    def start(workers, *first):
        more = {"PYTHONPATH": os.pathsep.join(map(str, [*first, ROOT / "src", ROOT / "tests", ROOT]))}
        for name in ["scheduler", *(f"worker{k}" for k in range(workers))]:
            role, file = name.rstrip("0123456789"), ["--scheduler-file", str(address)]
            place = [
                "--host",
                "127.0.0.1",
                "--no-dashboard",
                *(
                    ["--port", "0"]
                    if role == "scheduler"
                    else ["--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path / name)]
                ),
            ]
            started[name] = subprocess.Popen(
                [sys.executable, "-m", "dask", role, *file, *place], env=os.environ | more, cwd=tmp_path,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        wait_for(address.exists)
        found = json.loads(address.read_text())["address"]
        from distributed import Client

        with Client(found) as client:
            client.wait_for_workers(workers, timeout=60) if workers else None
        return found, started

    yield start
    for process in started.values():
        process.kill()
        process.wait()


def wait_for(condition, seconds=60):
    """Until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_cluster_whose_workers_are_killed(cluster, made, tmp_path):
    """One of two midway: the other does what it left, and its sheet is that of this machine; then all: it is told."""
    address, processes = cluster(2)
    (folder := tmp_path / "spur").mkdir()
    first, second, arrived = processes["worker0"], processes["worker1"], []
    for name, _ in run_many(slowly, {f"n{k}": (k, folder) for k in range(20)}, address):
        arrived.append(name)
        if list(folder.glob(f"*-{first.pid}")):
            first.kill()  # it has done something, and something else is begun
    assert first.wait() == -signal.SIGKILL
    assert sorted(arrived) == sorted(f"n{k}" for k in range(20))
    assert {int(p.name.partition("-")[2]) for p in folder.iterdir()} == {first.pid, second.pid}

    paths = replace(PATHS, reports=tmp_path / "reports")
    assert list(make_profiles(paths, "data/raw", ["B24"], scheduler=address))[-1].startswith("1 Bögen gemacht")
    here, there = (sorted((p.reports / "profile/B24").rglob("*.*")) for p in (made[0], paths))
    assert [p.read_bytes() for p in here] == [p.read_bytes() for p in there]

    results = {}
    for name, result in run_many(slowly, {f"n{k}": (k, folder) for k in range(6)}, address):
        results[name] = result
        second.kill()
    assert len(results) == 6
    assert {str(r) for r in results.values() if isinstance(r, GkError)} == {
        "Scheduler oder Arbeiter sind nicht mehr da; bitte neu starten und noch einmal aufrufen."
    }
    with pytest.raises(UsageError, match="hat keinen Arbeiter"):
        list(run_many(double, {"a": 1}, address))
    with pytest.raises(UsageError, match="antwortet kein Scheduler"):
        list(run_many(double, {"a": 1}, "tcp://127.0.0.1:9"))


def test_worker_of_another_version_is_told(cluster, tmp_path):
    """A worker that has another release of what carries the work is named, and gets none."""
    about = tmp_path / "andere/cloudpickle-0.0.1.dist-info/METADATA"
    about.parent.mkdir(parents=True)
    about.write_text("Metadata-Version: 2.1\nName: cloudpickle\nVersion: 0.0.1\n", encoding="utf-8")
    address, _ = cluster(1, about.parents[1])
    with pytest.raises(UsageError, match=r"andere Versionen als hier.*cloudpickle.*0\.0\.1"):
        list(run_many(double, {"a": 1}, address))
