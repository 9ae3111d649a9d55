"""A rebuild starts from nothing but the sources, without the network, and under other settings than usual."""

import contextlib
import json
import socket
import threading

import pytest

from gkanalysis.core.errors import VerificationError
from gkanalysis.verify import rebuild
from gkanalysis.verify.rebuild import PARTS, chosen_settings, rebuilt_report

# Stands for a report: one step of make that says what it was given, or does what a test wants.
STEP = """\
import json, locale, os, pathlib, socket, subprocess, sys
out = pathlib.Path("reports/r"); out.mkdir()
{}
names = ("TZ", "PYTHONHASHSEED", "LC_ALL", "LANG", "HOME", "MAKEFLAGS", "DATA", "PYTHONPATH", "LC_TIME")
seen = dict((n, os.environ.get(n)) for n in names)
files = sorted(str(p) for p in pathlib.Path(".").rglob("*") if p.is_file())
(out / "seen.json").write_text(json.dumps([seen, files, hash("a"), sys.path]))
"""
MAKEFILE = """\
export TZ := UTC
export PYTHONHASHSEED := 0
export LC_ALL := C.UTF-8
export PYTHONPATH := $(CURDIR)/src
report:
\t$(PYTHON) src/step.py $(REPORT)
"""


@pytest.fixture
def project(tmp_path):
    """A function that makes a project whose report is one step, which does `action` first."""

    def make(action=""):
        for part in ("src", "notebooks", "data/raw", "data/codebook", "data/processed", "build", "reports/r"):
            (tmp_path / part).mkdir(parents=True)
            (tmp_path / part / "file.txt").write_text(part)
        for name, text in (("Makefile", MAKEFILE), ("pyproject.toml", ""), ("reports/r.yml", "r"), ("src/step.py", STEP.format(action))):  # fmt: skip
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return make


def seen(root, **more):
    with rebuilt_report(root, "r", **more) as folder:
        return json.loads((folder / "seen.json").read_text()), folder


def test_only_sources_are_there_and_nothing_stays(project):
    """No file of an earlier build is in the folder, and the folder is gone afterwards."""
    (_, files, _, _), folder = seen(project())
    assert files == sorted([f"{p}/file.txt" for p in PARTS if "/" in p or p in ("src", "notebooks")] + ["Makefile", "pyproject.toml", "reports/r.yml", "src/step.py"])  # fmt: skip
    assert not folder.exists()
    assert not folder.parents[1].exists()


def test_settings_reach_the_processes(project, monkeypatch):
    """Time zone, hash seed and locale are other ones than the Makefile's own; what a calling make set does not."""
    for name, value in {"MAKEFLAGS": "-n", "DATA": "anders", "LC_TIME": "de_DE.UTF-8", "PYTHONPATH": "/gibt/es/nicht", "HOME": "/root"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    root = project()
    (environment, _, first, path), folder = seen(root)
    assert environment["TZ"] == "Pacific/Chatham"
    assert environment["PYTHONHASHSEED"] == "4711"
    assert environment["LANG"] == "tr_TR.UTF-8"
    assert environment["LC_ALL"] == chosen_settings()["LC_ALL"] != "C.UTF-8"
    assert environment["LC_TIME"] is environment["DATA"] is None
    assert environment["HOME"] not in (None, "/root")
    assert "/gibt/es/nicht" not in path
    assert str(folder.parents[1] / "src") in path
    monkeypatch.setitem(rebuild.SETTINGS, "PYTHONHASHSEED", "4712")
    assert seen(root)[0][2] != first


ASKS = [
    "socket.create_connection(('127.0.0.1', {port}), timeout=2)",
    "socket.getaddrinfo('example.org', 80)",
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))",
]


@pytest.fixture
def listening():
    """A server on this machine that would answer; gives its port and who came."""
    came = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def wait():
            with contextlib.suppress(OSError):
                came.append(server.accept()[1])

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        yield server.getsockname()[1], came
        server.close()


@pytest.mark.parametrize("cut_off", [True, False])
@pytest.mark.parametrize("ask", ASKS)
def test_a_step_that_asks_for_the_network_fails(ask, cut_off, project, listening, monkeypatch):
    """Nobody hears it, with and without help of the operating system, and the sentence says what was asked for."""
    if not cut_off:
        monkeypatch.setattr(rebuild, "no_network", tuple)
    port, came = listening
    with pytest.raises(VerificationError, match="Die Nachrechnung von „r“ hat nach dem Netz verlangt"):
        seen(project(ask.format(port=port)))
    assert came == []


def test_a_step_that_hides_its_question_is_found_too(project):
    """Who swallows the error and goes on with something else has asked all the same."""
    hidden = "try: socket.create_connection(('10.0.0.1', 80), timeout=1)\nexcept OSError: pass"
    with pytest.raises(VerificationError, match=r"'10\.0\.0\.1', 80"):
        seen(project(hidden))


@pytest.mark.skipif(not rebuild.no_network(), reason="needs unshare, as Linux has it")
def test_programs_that_are_not_python_have_no_network_either(project, listening):
    """The operating system cuts off everything that make starts."""
    port, came = listening
    asking = f"subprocess.run(['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/{port}'], check=True)"
    with pytest.raises(VerificationError, match="Die Nachrechnung von „r“ ist gescheitert"):
        seen(project(asking))
    assert came == []


def test_a_build_that_fails_ends_with_what_make_said(project):
    """The last lines, under a German sentence; the scratch folder is gone."""
    with pytest.raises(VerificationError) as error:
        seen(project("sys.exit('Fehler: Blatt 7 fehlt.')"))
    assert str(error.value).startswith("Die Nachrechnung von „r“ ist gescheitert:\n")
    assert "Fehler: Blatt 7 fehlt." in str(error.value)


def test_data_of_ones_own_take_the_place_of_the_shipped_ones(project, tmp_path):
    """The rebuild reads them where the shipped ones lie."""
    root = project("assert pathlib.Path('data/raw/eigene.txt').exists()")
    own = root / "eigene"
    own.mkdir()
    (own / "eigene.txt").write_text("x")
    (_, files, _, _), _ = seen(root, data=own)
    assert "data/raw/file.txt" not in files
