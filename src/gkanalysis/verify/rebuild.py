"""Rebuild a report from the received data in an empty folder, offline, under other settings than usual."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gkanalysis.errors import VerificationError

# Folders that a rebuild needs; nothing that make has made before goes along.
PARTS = (
    "src",
    "notebooks",
    "data/raw",
    "data/codebook",
    "data/processed/README.md",
    "Makefile",
    "pyproject.toml",
)
SETTINGS = {
    "TZ": "Pacific/Chatham",
    "PYTHONHASHSEED": "4711",
    "LANG": "tr_TR.UTF-8",  # a locale whose lower case differs: i and ı
    "LC_ALL": "C.UTF-8",
}
# Loaded by every Python of the rebuild before anything else: connecting anywhere is an error.
NO_NETWORK = """\
import sys
def _refuse(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        raise PermissionError(f"Die Prüfung läuft ohne Netz; verlangt wurde {arguments[1]}.")
sys.addaudithook(_refuse)
"""


@contextmanager
def rebuilt_report(root: Path, report: str, *, jobs: int = 2) -> Iterator[Path]:
    """Build a report anew and give the folder of its outputs; everything is gone afterwards.

    Raises
    ------
    VerificationError
        If the build fails; the message ends with what make said last.
    """
    with tempfile.TemporaryDirectory(prefix="gkanalysis-verify-") as scratch:
        place = Path(scratch) / "neubau"
        for part in PARTS:
            _copy(root / part, place / part)
        (place / "reports").mkdir()
        for path in [*(root / "reports").glob("*.yml"), *(root / "reports").glob("*.docx")]:
            shutil.copy(path, place / "reports" / path.name)
        block = Path(scratch) / "block"
        block.mkdir()
        (block / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS", "PYTHON"))}
        environment |= SETTINGS | {"HOME": scratch, "no_proxy": "*"}
        settings = [f"{k}={v}" for k, v in SETTINGS.items()]
        paths = os.pathsep.join([str(block), str(place / "src")])
        command = [
            "make",
            f"-j{jobs}",
            "report",
            f"REPORT={report}",
            f"PYTHON={sys.executable}",
            f"PYTHONPATH={paths}",
        ]
        done = subprocess.run(
            [*command, *settings], cwd=place, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
            raise VerificationError(f"Der Neubau von „{report}“ ist gescheitert:\n{said}")
        yield place / "reports" / report


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    else:
        shutil.copy(source, target)
