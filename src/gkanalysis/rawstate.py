"""Tell make whether anything in a folder of received files changed; standard library only, it runs every time.

File names with spaces and umlauts cannot be prerequisites of make, and a removed file leaves no trace there.
So each source has a state file, rewritten only when name, size or time of any of its files changed.
"""

import os
import sys


def state_of(folder: str) -> str:
    """One line per file below a folder: name, size, modification time."""
    lines = []
    for base, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            status = os.stat(os.path.join(base, name))
            lines.append(
                f"{os.path.relpath(os.path.join(base, name), folder)}\t{status.st_size}\t{status.st_mtime_ns}"
            )
    return "\n".join(lines) + "\n"


def update_states(data: str, target: str) -> None:
    """Bring the state file of each source folder up to date; the loose files of the data folder are `dataset`."""
    if not os.path.isdir(data):
        raise SystemExit(f"Fehler: Den Ordner „{data}“ gibt es nicht; bitte DATA prüfen.")
    os.makedirs(target, exist_ok=True)
    states = {}
    for entry in sorted(os.scandir(data), key=lambda e: e.name):
        if entry.is_dir():
            states[entry.name] = state_of(entry.path)
    states["dataset"] = "\n".join(
        f"{e.name}\t{e.stat().st_size}\t{e.stat().st_mtime_ns}"
        for e in sorted(os.scandir(data), key=lambda e: e.name)
        if e.is_file()
    )
    for name, state in states.items():
        path = os.path.join(target, name)
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as old:
                same = old.read() == state
        except OSError:
            same = False
        if not same:
            with open(path + ".new", "w", encoding="utf-8", errors="surrogateescape") as new:
                new.write(state)
            os.replace(path + ".new", path)
    for gone in set(os.listdir(target)) - set(states):
        os.remove(os.path.join(target, gone))


if __name__ == "__main__":
    update_states(sys.argv[1], sys.argv[2])
