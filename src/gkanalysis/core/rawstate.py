"""Tell make what changed in a folder of received files; standard library only, it runs at every make.

File names with spaces and umlauts cannot be prerequisites of make, and a removed file leaves no trace there.
So make sees state files: each lists the files of one part of the folder with their SHA-256 and is rewritten
only when this list changed. A copied or touched file that says the same is the same: nothing is rebuilt.
"""

import os
import sys
import time

WHERE_FROM = "ordner.txt"
RECENT_NS = 2_000_000_000  # a file this young may change again without showing it in its times


class StateError(Exception):
    """The folder cannot be used; `str(error)` is the German sentence for the team."""


def claim_folder(work: str, data: str) -> None:
    """Let a folder of results belong to one data folder: two of the same name must not overwrite each other.

    Raises
    ------
    StateError
        If the results of another data folder lie there, or the data lie among the results.
    """
    data, note = os.path.realpath(data), os.path.join(work, WHERE_FROM)
    results = os.path.dirname(os.path.realpath(work))
    if os.path.basename(work) in ("", ".", "..") or (data + os.sep).startswith(results + os.sep):
        raise StateError(
            f"„{data}“ kann kein Ordner eingegangener Daten sein, denn in „{results}“ liegen Ergebnisse; "
            "bitte die Daten in einen eigenen Ordner außerhalb davon legen."
        )
    try:
        with open(note, encoding="utf-8") as file:
            owner = file.read().rstrip("\n")
    except FileNotFoundError:
        os.makedirs(work, exist_ok=True)
        _write(note, data + "\n")
        return
    if owner != data and not (os.path.isdir(owner) and os.path.samefile(owner, data)):
        raise StateError(
            f"In „{work}“ liegen Ergebnisse aus „{owner}“, nicht aus „{data}“; bitte einen der Ordner umbenennen "
            f"oder, wenn es derselbe und nur umgezogen ist, „{note}“ löschen."
        )


def update_states(data: str, target: str) -> None:
    """Bring the state files of a data folder up to date.

    `dataset` lists its loose files, `<folder>/forms` and `<folder>/lists` what lies in and beside the `forms`
    of each of its folders, `all` everything.

    Raises
    ------
    StateError
        If the folder is missing or is none of received data, or a file cannot be read.
    """
    if not os.path.isdir(data):
        raise StateError(f"Den Ordner „{data}“ gibt es nicht; bitte DATA prüfen.")
    if not os.path.isfile(os.path.join(data, "dataset.yml")):
        raise StateError(
            f"In „{data}“ fehlt „dataset.yml“; bitte DATA prüfen oder die Datei wie in data/raw anlegen."
        )
    cache = os.path.join(target, ".seen")
    seen, found, now = _read_cache(cache), _list_files(data), time.time_ns()
    fresh, known = {}, {}
    for name, status in found.items():
        times = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
        old = seen.get(name, ("", ""))
        known[name] = old[1] if old[0] == times else _sha256(os.path.join(data, name))
        if max(status.st_mtime_ns, status.st_ctime_ns) < now - RECENT_NS:
            fresh[name] = (times, known[name])
    os.makedirs(target, exist_ok=True)
    states = {"all": [], "dataset": []}
    for name in sorted(known):
        folder, _, rest = name.replace(os.sep, "/").partition("/")
        part = "dataset" if not rest else f"{folder}/{'forms' if rest.startswith('forms/') else 'lists'}"
        for state in ("all", part):
            states.setdefault(state, []).append(f"{known[name]}  {_escaped(name)}\n")
    for name in _list_files(target):
        if name != ".seen" and name.replace(os.sep, "/") not in states:
            os.remove(os.path.join(target, name))
    for name, lines in states.items():
        path = os.path.join(target, *name.split("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if _read(path) != "".join(lines):
            _write(path, "".join(lines))
    if fresh != seen:
        _write(
            cache,
            "".join(f"{times}\t{digest}\t{_escaped(name)}\n" for name, (times, digest) in fresh.items()),
        )


def _list_files(folder: str) -> dict:
    """Path below the folder -> status, of every file."""

    def fail(error: OSError) -> None:
        raise StateError(f"„{error.filename}“ ist nicht lesbar; bitte die Rechte prüfen.") from None

    found = {}
    for base, _, files in os.walk(folder, onerror=fail, followlinks=True):
        for name in files:
            path = os.path.join(base, name)
            try:
                found[os.path.relpath(path, folder)] = os.stat(path)
            except OSError as error:
                fail(error)
    return found


def _sha256(path: str) -> str:
    import hashlib

    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise StateError(f"„{path}“ ist nicht lesbar; bitte die Rechte prüfen.") from None


def _read_cache(path: str) -> dict:
    """Name -> (times, digest) of the last run."""
    seen = {}
    for line in _read(path).splitlines():
        times, digest, name = line.split("\t")
        seen[name.encode().decode("unicode_escape")] = (times, digest)
    return seen


def _escaped(name: str) -> str:
    """A name without line breaks and tabs, in ASCII."""
    return name.encode("unicode_escape").decode()


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return ""


def _write(path: str, text: str) -> None:
    with open(path + ".new", "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    os.replace(path + ".new", path)


def main(arguments: list) -> int:
    """Run for make: data folder, folder of states, and the folder of results unless it is the project itself."""
    data, target, *work = arguments
    try:
        for folder in work:
            claim_folder(folder, data)
        update_states(data, target)
    except StateError as error:
        print(str(error).rstrip("."))  # make adds one
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
