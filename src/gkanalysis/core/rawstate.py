"""Tell make what changed in received files, code and definitions; standard library only, it runs at every make.

File names with spaces and umlauts cannot be prerequisites of make, and a removed file leaves no trace there.
So make sees state files: each lists some files with their SHA-256 and is rewritten only when this list changed.
A copied or touched file that says the same is the same: nothing is rebuilt.
"""

import os
import sys
import time

WHERE_FROM = "ordner.txt"
SHIPPED = "data/raw"
UNSAFE = "#%'\"`$&;|<>()*?[]{}!=~\\"  # what make or a shell reads as more than a letter
RECENT_NS = 2_000_000_000  # a file this young may change again without showing it in its times


class StateError(Exception):
    """The folder cannot be used; `str(error)` is the German sentence for the team."""


def check_call(data: str, report: str, goals: str) -> None:
    """Refuse a path that make or the shell would take for something else, an unknown report, and goals that exclude
    each other."""
    if "clean" in goals.split():
        raise StateError(
            f"Bitte „make clean“ für sich allein aufrufen, danach „make {goals.replace('clean', '').strip()}“."
        )
    if any(c.isspace() or c in UNSAFE for c in data):
        raise StateError(
            f"Der Pfad „{data}“ enthält Leer- oder Sonderzeichen; bitte einen Ordner ohne solche Zeichen angeben oder umbenennen."
        )
    if os.path.basename(data.rstrip("/") if data != "/" else "") in ("", ".", ".."):
        raise StateError(f"„{data}“ ist kein Ordner mit eingegangenen Daten; bitte einen Ordner mit Namen angeben.")
    reports = sorted(n[:-4] for n in os.listdir("reports") if n.endswith(".yml"))
    if {"report", "release"} & set(goals.split()) and report not in reports:
        raise StateError(f"Einen Bericht „{report}“ gibt es nicht; vorhanden sind: {' '.join(reports)}.")


def results_folder(data: str, root: str = ".") -> str:
    """Folder of the results of a data folder below the project: "" for the shipped data, else below `confidential`."""
    shipped = os.path.realpath(os.path.join(root, SHIPPED))
    is_shipped = os.path.realpath(os.path.join(root, data)) == shipped
    return "" if is_shipped else f"confidential/{os.path.basename(data.rstrip('/'))}"


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
    owner = _read(note).rstrip("\n")
    if not owner:
        _write(note, data + "\n")
    elif owner != data and not (os.path.isdir(owner) and os.path.samefile(owner, data)):
        raise StateError(
            f"In „{work}“ liegen Ergebnisse aus „{owner}“, nicht aus „{data}“; bitte einen der Ordner umbenennen "
            f"oder, wenn es derselbe und nur umgezogen ist, „{note}“ löschen."
        )


def update_states(data: str, target: str) -> None:
    """Bring the state files of a data folder, and of the project that is the working folder, up to date.

    `dataset` lists the loose files of the data folder, `<folder>/forms` and `<folder>/lists` what lies in and beside
    the `forms` of each of its folders, `all` everything; `code` lists the library and the codebooks. `layout` names
    what the rules for make depend on: folders and what lies in them, notebooks, reports with their content; `python`
    is the program that runs this.

    Raises
    ------
    StateError
        If the folder is missing or is none of received data, or a file cannot be read.
    """
    if not os.path.isdir(data):
        raise StateError(f"Den Ordner „{data}“ gibt es nicht; bitte DATA prüfen.")
    if not os.path.isfile(os.path.join(data, "dataset.yml")):
        raise StateError(f"In „{data}“ fehlt „dataset.yml“; bitte DATA prüfen oder die Datei wie in data/raw anlegen.")
    states = {
        "all": [],
        "dataset": [],
        "code": [],
        "layout": [],
        "python": [f"{sys.executable} {sys.version}\n"],
    }
    received = {os.path.relpath(p, data).replace(os.sep, "/"): s for p, s in _list_files(data).items()}
    code = {p: s for p, s in _list_files("src/gkanalysis").items() if "__pycache__" not in p}
    code |= {p: s for p, s in _list_files("data/codebook").items() if p.endswith(".yml")}
    reports = {p: s for p, s in _list_files("reports", deep=False).items() if p.endswith(".yml")}
    digests = _digests({os.path.join(data, n): s for n, s in received.items()} | code | reports, target)
    for name in sorted(received):
        folder, _, rest = name.partition("/")
        part = "dataset" if not rest else f"{folder}/{'forms' if rest.startswith('forms/') else 'lists'}"
        for state in ("all", part):
            states.setdefault(state, []).append(f"{digests[os.path.join(data, name)]}  {_escaped(name)}\n")
    shallow = {"/".join(name.split("/")[:2]) for name in received}
    shallow |= {p for p in _list_files("notebooks", deep=False) if p.endswith(".ipynb")}
    states["layout"] += [f"{_escaped(n)}\n" for n in sorted(shallow)]
    for state, paths in (("layout", reports), ("code", code)):
        states[state] += [f"{digests[p]}  {_escaped(p)}\n" for p in sorted(paths)]
    kept = {os.path.join(target, *name.split("/")) for name in (*states, ".seen")}
    for path in _list_files(target).keys() - kept:
        os.remove(path)
    for name, lines in states.items():
        if _read(os.path.join(target, name)) != "".join(lines):
            _write(os.path.join(target, name), "".join(lines))


def _digests(files: dict, target: str) -> dict:
    """Path -> SHA-256 of files with their status; those whose times are what they were are not read again."""
    cache, now = os.path.join(target, ".seen"), time.time_ns()
    seen, fresh, digests = _read_cache(cache), {}, {}
    for path, status in files.items():
        times = f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
        old = seen.get(path, ("", ""))
        digests[path] = old[1] if old[0] == times else _sha256(path)
        if max(status.st_mtime_ns, status.st_ctime_ns) < now - RECENT_NS:
            fresh[path] = (times, digests[path])
    if fresh != seen:
        lines = (f"{times}\t{digest}\t{_escaped(path)}\n" for path, (times, digest) in fresh.items())
        _write(cache, "".join(lines))
    return digests


def _list_files(folder: str, deep: bool = True) -> dict:
    """Path -> status of every file in a folder, and with `deep` below it; none if there is no such folder."""

    def fail(error: OSError) -> None:
        raise StateError(f"„{error.filename}“ ist nicht lesbar; bitte die Rechte prüfen.") from None

    files = {}
    for base, folders, names in os.walk(folder, onerror=fail, followlinks=True) if os.path.isdir(folder) else ():
        if not deep:
            folders.clear()
        for name in names:
            path = os.path.join(base, name)
            try:
                files[path] = os.stat(path)
            except OSError as error:
                fail(error)
    return files


def _sha256(path: str) -> str:
    import hashlib

    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise StateError(f"„{path}“ ist nicht lesbar; bitte die Rechte prüfen.") from None


def _read_cache(path: str) -> dict:
    """Path -> (times, digest) of the last run."""
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
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    os.replace(path + ".new", path)


def main(data: str, report: str, goals: str) -> str:
    """Run for make in the folder of the project; says `ok` and the folder of the build, or what is wrong."""
    try:
        check_call(data, report, goals)
        work = results_folder(data)
        if work and os.path.isfile(os.path.join(data, "dataset.yml")):
            claim_folder(work, data)
        build = f"{work}/build" if work else "build"
        update_states(data, f"{build}/state")
    except StateError as error:
        return str(error).rstrip(".")  # make adds one
    except OSError as error:
        return f"„{error.filename}“ lässt sich nicht lesen oder schreiben; bitte die Rechte prüfen"
    return f"ok {build}"


if __name__ == "__main__" and sys.version_info >= (3, 11):
    print(main(*sys.argv[1:]))
