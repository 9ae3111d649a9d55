"""Rebuild a report from the received data in an empty folder, offline, under other settings than usual."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from gkanalysis.core.errors import VerificationError
from gkanalysis.core.rawstate import PROJECT

# What a rebuild needs; nothing that make has made before goes along.
PARTS = ("src", "notebooks", "data/raw", "data/codebook", "Makefile", "pyproject.toml")
# Given to make as words of the command, they win over what the Makefile itself exports.
VERSIONED = (
    "numpy", "scipy", "pandas", "statsmodels", "matplotlib", "seaborn", "papermill", "nbconvert", "pyarrow", "lxml", "typst",
)  # fmt: skip
SETTINGS = {"TZ": "Pacific/Chatham", "PYTHONHASHSEED": "4711", "LANG": "tr_TR.UTF-8", "LC_ALL": "C"}
JOBS = 2
LOCALES = ("tr_TR", "de_DE", "fr_FR", "pl_PL", "en_US")
# Loaded by every Python of the rebuild before anything else: whoever asks for the network gets an error, and is
# noted, because a notebook could swallow the error and go on with something else.
NO_NETWORK = """\
import os, sys
def _refuse(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        asked = arguments[1] if isinstance(arguments[1], tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        asked = arguments[:2]
    else:
        return
    if asked is not None:
        with open(os.environ["GK_NETWORK_NOTES"], "a", encoding="utf-8") as notes:
            notes.write(f"{event} {asked}\\n")
        raise PermissionError(f"Die Prüfung läuft ohne Netz; verlangt wurde {asked}.")
sys.addaudithook(_refuse)
"""


@contextmanager
def rebuilt_report(root: Path, report: str, *, jobs: int = JOBS, data: Path | None = None) -> Iterator[Path]:
    """Build a report anew, from `data/raw` or other received data, and give the folder of its outputs.

    A `VerificationError` if the build fails, or asks for the network; it ends with what make said last.
    """
    with tempfile.TemporaryDirectory(prefix="gkanalysis-verify-") as scratch:
        place = Path(scratch) / "neubau"
        for part in PARTS:
            _copy(data if data and part == "data/raw" else root / part, place / part)
        (place / "reports").mkdir()
        for path in (p for p in (root / "reports").glob("*") if p.suffix in PROJECT["reports"]):
            shutil.copy(path, place / "reports" / path.name)
        block, notes = Path(scratch) / "block", Path(scratch) / "netz.txt"
        block.mkdir()
        (block / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
        given = chosen_settings()
        given["PYTHONPATH"] = os.pathsep.join([str(block), str(place / "src")])
        inherited = ("MAKE", "MFLAGS", "PYTHON", "LC_", "LANG", "DATA", "REPORT", "SOURCE_DATE_EPOCH")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(inherited)}
        environment |= given | {"HOME": scratch, "no_proxy": "*", "GK_NETWORK_NOTES": str(notes)}
        words = ["make", f"-j{jobs}", "report", f"REPORT={report}", f"PYTHON={sys.executable}"]
        done = subprocess.run(
            [*no_network(), *words, *(f"{k}={v}" for k, v in given.items())],
            cwd=place, env=environment, capture_output=True, text=True, encoding="utf-8", errors="replace",
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        if notes.exists():
            asked = ", ".join(sorted(set(notes.read_text(encoding="utf-8").splitlines())))
            what = f"Die Nachrechnung von „{report}“ hat nach dem Netz verlangt ({asked})"
            raise VerificationError(f"{what}; ein Bericht entsteht nur aus den Daten.")
        if done.returncode:
            said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
            raise VerificationError(f"Die Nachrechnung von „{report}“ ist gescheitert:\n{said}")
        yield place / "reports" / report


def chosen_settings() -> dict[str, str]:
    """What make is told; C stands for an installed locale that is another one, if there is any."""
    return SETTINGS | ({"LC_ALL": other_locale()} if SETTINGS["LC_ALL"] == "C" else {})


def surroundings() -> dict[str, str]:
    """How a rebuild runs, in words for the certificate."""
    shown = ", ".join(f"{k}={v}" for k, v in chosen_settings().items())
    how = "vom Betriebssystem abgetrennt" if no_network() else "in Python gesperrt"
    return {"Einstellungen der Nachrechnung": f"{shown}, make -j{JOBS}", "Netz": how}


def versions() -> dict[str, str]:
    """What a report is computed and set with here, and on which machine: provenance, never content."""
    named = {name: version(name) for name in VERSIONED}
    package = Path(__file__).parents[1]
    files = {p.relative_to(package).as_posix(): sha256(p.read_bytes()).hexdigest() for p in package.rglob("*.py")}
    code = sha256("".join(sorted(f"{n} {digest}\n" for n, digest in files.items())).encode()).hexdigest()[:12]
    system = f"{platform.system()} {platform.machine()}"
    return {"Python": platform.python_version(), **named, "System": system, "Code": code}


def code_state(root: Path) -> str:
    """The commit that was verified, and whether files differ from it."""
    git = ("git", "-C", str(root))
    commit, changed = _said(*git, "rev-parse", "HEAD"), (_said(*git, "status", "--porcelain") or "").splitlines()
    more = f"; dazu {len(changed)} Dateien, die nicht so im Git stehen" if changed else ""
    return f"Commit {commit.strip()}{more}" if commit else "nicht aus einem Git"


@cache
def no_network() -> tuple[str, ...]:
    """Words before a command that cut it off from the network where the system can (Linux); else none."""
    words = ("unshare", "--user", "--map-root-user", "--net")
    return () if _said(*words, "true") is None else words


@cache
def other_locale() -> str:
    """An installed locale with other letters, numbers or order than the usual one; C if there is none."""
    listed = (_said("locale", "-a") or "").split()
    utf8 = [name for name in listed if name.lower().replace("-", "").endswith(".utf8")]
    return next((name for start in LOCALES for name in utf8 if name.startswith(start)), "C")


def _said(*words: str) -> str | None:
    """What a command of the system prints; None if there is none, or it fails."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return None if done.returncode else done.stdout


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise VerificationError(f"„{source}“ fehlt; ohne kann nichts neu gebaut werden.")
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    else:
        shutil.copy(source, target)
