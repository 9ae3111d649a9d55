"""The environments `.venv` and `.venv-lab`: `python tools/environment.py run|test|lab|lock`; standard library only.

Locked versions: uv installs them in seconds and checks every hash. Each list is copied into the environment when its
installation is complete: one that was killed on the way starts again from nothing, one that found no network goes on
where it was.
"""

import shutil
import subprocess
import sys
from pathlib import Path

LOCKS, MAIN = Path("requirements"), Path(".venv")
BIN = "Scripts" if sys.platform == "win32" else "bin"
UV = (str(MAIN / BIN / "python"), "-m", "uv", "pip")
UNFINISHED = MAIN / "unfinished"
LOCK = (
    "-q", "--upgrade", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate", "--no-header",
    "--no-emit-index-url", "--no-emit-find-links", "pyproject.toml", "--group", "build",
)  # fmt: skip
NO_VENV = "{} kann keine Umgebung anlegen; unter Debian oder Ubuntu bitte das Paket python3-venv installieren."
NO_NETWORK = (
    "Die Umgebung ließ sich nicht einrichten; bitte die Internetverbindung prüfen und make noch einmal starten."
)


def call(*words: str, otherwise: str = NO_NETWORK) -> None:
    """Run a command; one that fails ends the program with a sentence."""
    if subprocess.run(words, check=False).returncode:
        UNFINISHED.unlink(missing_ok=True)
        sys.exit(f"Fehler: {otherwise}")


def begin(folder: Path, python: str = sys.executable) -> None:
    """An empty environment."""
    print(f"Die Umgebung {folder} wird eingerichtet; das dauert ein bis zwei Minuten.", flush=True)
    call(python, "-m", "venv", "--clear", str(folder), otherwise=NO_VENV.format(python))


def install(group: str, folder: Path = MAIN) -> None:
    """The packages of a list, and for all but the tests the project itself."""
    UNFINISHED.touch()
    call(*UV, "install", "--python", str(folder), "--require-hashes", "-r", str(LOCKS / f"{group}.txt"))
    if group != "test":
        call(*UV, "install", "--quiet", "--python", str(folder), "--no-build-isolation", "--no-deps", "-e", ".")
    shutil.copyfile(LOCKS / f"{group}.txt", folder / f"{group}.txt")
    UNFINISHED.unlink()


def bring(group: str) -> None:
    """An environment with the packages of one list, made or brought up to date."""
    uv, mine = LOCKS / "uv.txt", MAIN / "uv.txt"
    if UNFINISHED.exists() or not mine.exists() or mine.read_bytes() != uv.read_bytes():
        begin(MAIN)
        pip = (UV[0], "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes")
        call(*pip, "-r", str(uv))
        shutil.copyfile(uv, mine)
    folder = Path(".venv-lab") if group == "lab" else MAIN
    if group == "lab":
        begin(folder, UV[0])
    install(group, folder)


def hook() -> None:
    """Let git look at every commit (`tools/hooks`), unless somebody has hooks of their own."""
    git = shutil.which("git")
    own = git and subprocess.run([git, "config", "core.hooksPath"], capture_output=True, check=False).stdout
    if git and Path(".git").is_dir() and not own and not Path(".git/hooks/pre-commit").exists():
        subprocess.run([git, "config", "core.hooksPath", "tools/hooks"], check=False)


def lock() -> None:
    """Renew the locked versions; tests and lab have those of the run."""
    for group in ("run", "test", "lab"):
        more = () if group == "run" else ("--group", group, "-c", str(LOCKS / "run.txt"))
        call(sys.executable, "-m", "uv", "pip", "compile", *LOCK, *more, "-o", str(LOCKS / f"{group}.txt"))


if __name__ == "__main__":
    if sys.argv[1] in ("lock", "hook"):
        {"lock": lock, "hook": hook}[sys.argv[1]]()
    else:
        bring(sys.argv[1])
        hook()
