"""Files as accidents make them: whole ones with something changed, and what a reader may cost with each."""

import io
import multiprocessing
import re
import resource
import signal
import traceback
import zipfile

from gkanalysis.core.errors import GkError

SECONDS, MEGABYTES = 5, 300
# What stands where something else was expected: numbers out of all bounds, other scripts, paths, markup, YAML.
STRANGE = (
    "", " ", "-1", "0", "1e999", "nan", "9" * 400, "A0", "I48", "XFE1", "true", "null", "~", "no", "2.10", "2019-02-31", "ä", "\u202e",
    "_xD83D_", "%00%ff", "../../x", "internal://", "relative://..", "a" * 5000, " > ".join("a" * 5000), "&amp;", "<a/>", "<a>", "</a>", "]]>",
    "[", "{", "- ", ": ", "? x", "*x", "&x ", "!!python/object:os.system {}", "!!binary x", "<<: *x", "|", "'", '"', ";", ",", "\t", "\r", "\\",
)  # fmt: skip
_PIECES = re.compile(r"<[^>]*>|\"[^\"]*\"|[^<>\"\s]+|\n *", re.DOTALL)


def damaged_text(text, rng):
    """A text with pieces of it (tags, quoted values, words, line ends) lost, doubled, swapped or replaced."""
    pieces = [match.span() for match in _PIECES.finditer(text)]
    for _ in range(rng.randint(1, 3)):
        start, end = rng.choice(pieces) if pieces else (0, 0)
        other = text[slice(*rng.choice(pieces))] if pieces else ""
        piece = text[start:end]
        new = rng.choice(
            [
                "", piece * 2, piece * 3000, other, rng.choice(STRANGE), f'"{rng.choice(STRANGE)}"',
                piece[: len(piece) // 2],
            ]
        )  # fmt: skip
        text = text[:start] + new + text[end:]
        pieces = [match.span() for match in _PIECES.finditer(text)] if len(text) < 200_000 else []
    return text


def damaged_bytes(data, rng):
    """Bytes changed, cut out or put in anywhere; or all behind some place lost."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        data[at : at + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 3))
    return bytes(data[: rng.randrange(len(data) + 1)] if rng.random() < 0.1 else data)


def damaged_zip(data, rng):
    """An archive with one member damaged, lost, emptied or swapped with another; sometimes its own bytes."""
    if rng.random() < 0.1:
        return damaged_bytes(data, rng)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name, other = rng.choice(list(members)), rng.choice(list(members))
    how = rng.random()
    if how < 0.75:
        members[name] = damaged_text(members[name].decode("utf-8", "replace"), rng).encode("utf-8", "replace")
    elif how < 0.85:
        members[name] = damaged_bytes(members[name], rng)
    elif how < 0.95:
        members[name] = rng.choice([b"", members[other]])
    else:
        del members[name]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return buffer.getvalue()


def damaged_csv(data, rng):
    """A text in UTF-8, damaged as text or as bytes."""
    if rng.random() < 0.3:
        return damaged_bytes(data, rng)
    return damaged_text(data.decode("utf-8", "replace"), rng).encode("utf-8", "replace")


def what_goes_wrong(read, path):
    """Run a reader in a process of its own: "" if it reads or refuses with a German sentence in bounds, else what happens."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=_run, args=(read, path, sender))
    child.start()
    sender.close()
    try:
        said = receiver.recv()
    except EOFError:  # it was ended by the alarm, or crashed
        said = "no answer"
    child.join()
    return said or ("" if child.exitcode == 0 else f"ended with {child.exitcode}")


def _run(read, path, sender):
    """In the child: within memory and time."""
    with open("/proc/self/statm", encoding="ascii") as status:
        used = int(status.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEGABYTES * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    signal.alarm(60)  # who waits uses no time
    try:
        read(path)
    except GkError as error:
        sender.send("" if len(str(error)) > 20 else f"no sentence: {error}")
    except BaseException:
        sender.send(traceback.format_exc())
    else:
        sender.send("")
