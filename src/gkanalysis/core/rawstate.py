"""Tell make what changed in received files, code and definitions; standard library only, it runs at every make.

File names with spaces and umlauts cannot be prerequisites of make, and a removed file leaves no trace there.
So make sees state files: each lists some files with their SHA-256 and is rewritten only when this list changed.
A copied or touched file that says the same is the same: nothing is rebuilt.
"""

import errno
import hashlib
import os
import sys

WHERE_FROM = "ordner.txt"
SHIPPED = "data/raw"
UNSAFE = "#%'\"`$&;|<>()*?[]{}!=~\\"  # what make or a shell reads as more than a letter
PROJECT = {"data/codebook": (".yml",), "notebooks": (".ipynb",), "reports": (".yml", ".docx", ".pptx", ".csv")}


class StateError(Exception):
    """The folder cannot be used; `str(error)` is the German sentence for the team."""


def check_call(data: str, report: str, goals: str) -> None:
    """Refuse a path that make or the shell would take for something else, an unknown report, and goals that exclude
    each other."""
    if "clean" in goals.split():
        others = goals.replace("clean", "").strip()
        raise StateError(f"Bitte „make clean“ für sich allein aufrufen, danach „make {others}“.")
    if any(c.isspace() or c in UNSAFE for c in data):
        what = f"Der Pfad „{data}“ enthält Leer- oder Sonderzeichen"
        raise StateError(f"{what}; bitte einen Ordner ohne solche Zeichen angeben oder umbenennen.")
    if os.path.basename(data.rstrip("/") if data != "/" else "") in ("", ".", ".."):
        raise StateError(f"„{data}“ ist kein Ordner mit eingegangenen Daten; bitte einen Ordner mit Namen angeben.")
    reports = sorted(n[:-4] for n in os.listdir("reports") if n.endswith(".yml"))
    if {"report", "release"} & set(goals.split()) and report not in reports:
        raise StateError(f"Einen Bericht „{report}“ gibt es nicht; vorhanden sind: {' '.join(reports)}.")


def is_draft() -> bool:
    """Whether a draft for colleagues is made, in which the check of disclosure lists and does not stop."""
    return bool(os.environ.get("ENTWURF"))


def results_folder(data: str, root: str = ".") -> str:
    """Folder of the results of a data folder below the project: "" for the shipped data, else below `confidential`.

    A draft (`make report ENTWURF=1`) has a folder of its own there, whatever the data.
    """
    if is_draft():
        return f"confidential/entwurf-{os.path.basename(os.path.realpath(data))}"
    shipped = os.path.realpath(os.path.join(root, SHIPPED))
    is_shipped = os.path.realpath(os.path.join(root, data)) == shipped
    return "" if is_shipped else f"confidential/{os.path.basename(data.rstrip('/'))}"


def claim_folder(work: str, data: str) -> None:
    """Let a folder of results belong to one data folder: two of the same name must not overwrite each other."""
    data, note = os.path.realpath(data), os.path.join(work, WHERE_FROM)
    results = os.path.dirname(os.path.realpath(work))
    if os.path.basename(work) in ("", ".", "..") or (data + os.sep).startswith(results + os.sep):
        what = f"„{data}“ kann kein Ordner eingegangener Daten sein, denn in „{results}“ liegen Ergebnisse"
        raise StateError(f"{what}; bitte die Daten in einen eigenen Ordner außerhalb davon legen.")
    owner = _read(note).rstrip("\n")
    if not owner:
        _write(note, data + "\n")
    elif owner != data and not (os.path.isdir(owner) and os.path.samefile(owner, data)):
        raise StateError(
            f"In „{work}“ liegen Ergebnisse aus „{owner}“, nicht aus „{data}“; bitte einen der Ordner umbenennen "
            f"oder, wenn es derselbe und nur umgezogen ist, „{note}“ löschen."
        )


def claim_build(build: str, process: str) -> None:
    """Let one make at a time work in a folder; what a make that ended left there binds nobody."""
    if os.name == "nt":  # there is no harmless way to ask whether a process lives
        return
    import fcntl

    os.makedirs(build, exist_ok=True)
    with open(f"{build}/make.pid", "a+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two that start at once ask one after the other
        file.seek(0)
        other = file.read().strip()
        if other not in ("", process) and _is_make(other):
            what = f"Hier arbeitet schon ein anderes make (Prozess {other})"
            raise StateError(f"{what}; bitte warten, bis es fertig ist, oder es beenden.")
        file.truncate(0)
        file.write(process)


def _is_make(process: str) -> bool:
    """Whether a process lives and, where the system tells, is a make: numbers of processes are given again."""
    try:
        os.kill(int(process), 0)
    except PermissionError:
        pass
    except (OSError, ValueError):
        return False
    name = _read(f"/proc/{process}/comm")
    return not name or "make" in name


def drop_damaged(*folders: str) -> None:
    """Remove tables that were cut off, by a full disk, say: make brings back what is gone."""
    for path in (p for folder in folders for p in _list_files(folder) if p.endswith(".parquet")):
        with open(path, "rb") as file:
            file.seek(max(0, os.path.getsize(path) - 4))
            is_whole = file.read() == b"PAR1"
        if not is_whole:
            os.remove(path)


def update_states(data: str, target: str) -> None:
    """Bring the state files of a data folder, and of the project that is the working folder, up to date.

    `dataset` lists the loose files of the data folder, `<folder>/forms` and `<folder>/lists` what lies in and beside
    the `forms` of each of its folders, `all` everything; `code` lists the library, `project/<path>` is one codebook,
    notebook, definition or template. `layout` names what the rules for make depend on: folders and what lies in them,
    notebooks, codebooks and reports with their content; `python` is the program that runs this.
    """
    if not os.path.isdir(data):
        raise StateError(f"Den Ordner „{data}“ gibt es nicht; bitte DATA prüfen.")
    if not os.path.isfile(os.path.join(data, "dataset.yml")):
        raise StateError(f"In „{data}“ fehlt „dataset.yml“; bitte DATA prüfen oder die Datei wie in data/raw anlegen.")
    states = {name: [] for name in ("all", "dataset", "code", "layout")}
    states["python"] = [f"{sys.executable} {sys.version}\n"]
    received = {os.path.relpath(path, data).replace(os.sep, "/"): path for path in _list_files(data)}
    for name in sorted(received):
        folder, _, rest = name.partition("/")
        part = "dataset" if not rest else f"{folder}/{'forms' if rest.startswith('forms/') else 'lists'}"
        for state in ("all", part):
            states.setdefault(state, []).append(_line(received[name], name))
    for folder in [name.removesuffix("/forms") for name in states if name.endswith("/forms")]:
        states.setdefault(f"{folder}/lists", ["\n"])  # beside a table of answers there need not be any
    shallow = {"/".join(name.split("/")[:2]) for name in received}
    project = {p: _line(p) for f in PROJECT for p in _list_files(f, deep=False) if p.endswith(PROJECT[f])}
    states["layout"] += [f"{_escaped(name)}\n" for name in sorted({*shallow, *project})]
    states["layout"] += [project[p] for p in sorted(project) if p.endswith(".yml")]
    states["code"] += [_line(p) for p in sorted(_list_files("src/gkanalysis")) if "__pycache__" not in p]
    states |= {f"project/{p}": [line] for p, line in project.items()}
    kept = {os.path.join(target, *name.split("/")) for name in states}
    for path in set(_list_files(target)) - kept:
        os.remove(path)
    for name, lines in states.items():
        if _read(os.path.join(target, name)) != "".join(lines):
            _write(os.path.join(target, name), "".join(lines))


def _list_files(folder: str, deep: bool = True) -> list:
    """Every file in a folder, and with `deep` below it; none if there is no such folder."""

    def fail(error: OSError) -> None:
        raise StateError(f"„{error.filename}“ ist nicht lesbar; bitte die Rechte prüfen.") from None

    files = []
    for base, folders, names in os.walk(folder, onerror=fail, followlinks=True) if os.path.isdir(folder) else ():
        if not deep:
            folders.clear()
        files += [os.path.join(base, name) for name in names]
    return files


def _line(path: str, name: str = "") -> str:
    """The line of a file: its SHA-256, and its path or another name."""
    try:
        with open(path, "rb") as file:
            return f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {_escaped(name or path)}\n"
    except OSError:
        raise StateError(f"„{path}“ ist nicht lesbar; bitte die Rechte prüfen.") from None


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


def misfit(folder: str) -> str:
    """A sentence if the certificate in a folder is not about the files beside it; "" if it is, or without one."""
    import json

    try:
        checked = json.loads(_read(os.path.join(folder, "verification.json")) or '{"files": {}}')["files"]
        found = {os.path.relpath(p, folder).replace(os.sep, "/"): p for p in _list_files(folder)}
        wrong = [n for n in checked if n not in found or not _line(found[n]).startswith(f"{checked[n]} ")]
    except (ValueError, LookupError, TypeError, StateError):
        wrong = ["verification.json"]
    more = f" und {len(wrong) - 3} weitere" if len(wrong) > 3 else ""
    name = os.path.basename(folder)
    return bool(wrong) * (
        f"Hinweis: Der Prüfbericht zu „{name}“ gilt nicht für das, was neben ihm liegt; anders sind: "
        f"{', '.join(wrong[:3])}{more}. „make verify REPORT={name}“ prüft neu.\n"
    )


def edited(build: str, source: str = "*") -> list:
    """Files that a build wrote for people and somebody changed since: the path of each, and what to know of it.

    `written/<name>.json` has those of a source or report, seen from the build, each with its SHA-256 and the list that
    what is typed there belongs into; empty for a report.
    """
    import json

    records = sorted(_list_files(os.path.join(build, "written")))
    found = []
    for record in (r for r in records if source in ("*", os.path.basename(r)[:-5])):
        for name, (digest, place) in json.loads(_read(record)).items():
            path = os.path.join(build, name)
            if os.path.isfile(path) and not _line(path).startswith(f"{digest} "):
                told = f"„{os.path.basename(path)}“ war von Hand geändert"
                if place:
                    told = f"„{os.path.relpath(path)}“ ist von Hand geändert; was dort eingetragen ist, wird nicht gelesen und gehört in „{place}“"
                found.append((path, told))
    return found


BY_HAND = "-von-hand"  # in the name of a file that was put aside because somebody had changed it


def by_hand(folders: list) -> str:
    """A sentence if people changed something below folders that are to go; "" if not."""
    found = {os.path.relpath(path) for folder in folders for path, _ in edited(folder)}
    found |= {os.path.relpath(p) for f in folders for p in _list_files(f) if BY_HAND in os.path.basename(p)}
    return bool(found) * (
        f"Fehler: Von Hand geändert ist: {', '.join(sorted(found))}. „make clean“ würde es entfernen; bitte an einen anderen Ort legen oder selbst löschen."
    )


def main(data: str, report: str, goals: str, process: str) -> str:
    """Run for make in the folder of the project; says `ok` and the folder of the build, or what is wrong."""
    try:
        check_call(data, report, goals)
        work = results_folder(data)
        build = f"{work}/build" if work else "build"
        if os.path.isfile(os.path.join(data, "dataset.yml")):
            if work:
                claim_folder(work, data)
            claim_build(build, process)
        drop_damaged(f"{work}/processed" if work else "data/processed", f"{build}/interim")
        update_states(data, f"{build}/state")
    except StateError as error:
        return str(error).rstrip(".")  # make adds one
    except OSError as error:
        if error.errno == errno.ENOSPC:
            return "Auf dem Datenträger ist kein Platz mehr; bitte Platz schaffen und neu aufrufen"
        return f"„{error.filename or build}“ lässt sich nicht lesen oder schreiben; bitte die Rechte prüfen"
    return f"ok {build}"


if __name__ == "__main__" and sys.version_info >= (3, 11):
    if sys.argv[1] == "--fits":
        for folder in sys.argv[2:]:
            sys.stdout.write(misfit(folder.rstrip("/")))
            sys.stdout.writelines(f"Hinweis: {told}.\n" for _, told in edited(folder))
    elif sys.argv[1] == "--clean":
        sys.exit(by_hand(sys.argv[2:]) or None)
    else:
        print(main(*sys.argv[1:]))
