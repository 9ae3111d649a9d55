"""A zip archive of a QDA program: its directory checked, single members inflated in memory, nothing on the disk.

Projects may hold recordings of many gigabytes. They are never inflated, so limits apply only to what is: the file
stays on the disk, and only the bytes of a member that is asked for are read. Zip64 is understood.
"""

import io
import os
import posixpath
import re
import stat
import struct
from pathlib import Path

from gkanalysis.ingest.qda.inflating import inflate_bounded, is_bomb
from gkanalysis.ingest.qda.refusal import QdaFileError
from gkanalysis.ingest.refusal import UnsafeContentError, rule_for_other_format
from gkanalysis.ingest.word.ziparchive import MAX_PART_BYTES, Member

MAX_MEMBERS = 20_000
MAX_DIRECTORY_BYTES = 16 * 2**20
MAX_PROJECT_BYTES = 512 * 2**20  # 100,000 codings take 60 MB
MAX_TEXT_BYTES = MAX_PART_BYTES
MAX_TOTAL_BYTES = 2**30

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ESCAPING = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.(/|$)|[\x00-\x1f\x7f]")
_ENCRYPTED_FLAGS = 0x0001 | 0x0040 | 0x2000
_UTF8_FLAG = 0x0800
_TEXT_SUFFIXES = (
    "",
    ".qde",
    ".txt",
    ".xml",
    ".rtf",
)  # checked before they are asked for; recordings may pack well


def open_regular(path):
    """Open a regular file for reading; never follows a link, never waits on a device.

    Parameters
    ----------
    path : Path

    Returns
    -------
    binary file, int
        The open file and its size in bytes.

    Raises
    ------
    QdaFileError
        `missing`, `not_a_file`, `unreadable` or `empty`.
    """
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise QdaFileError("not_a_file", path.name)
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        file = io.BufferedReader(io.FileIO(os.open(path, flags)))
    except FileNotFoundError:
        raise QdaFileError("missing", path.name) from None
    except (OSError, ValueError):  # ValueError: a null character in the name
        raise QdaFileError("unreadable", path.name) from None
    size = os.fstat(file.fileno()).st_size
    if not size:
        file.close()
        raise QdaFileError("empty", path.name)
    return file, size


class Container:
    """The members of one archive, read one by one; use it in a `with` statement.

    Parameters
    ----------
    path : str or Path

    Attributes
    ----------
    name : str
        The file's name, for sentences.
    members : dict of str to Member
        By their path in the archive, folders left out.
    duplicates : list of str
        Paths that stand more than once; the first is in `members`.

    Raises
    ------
    QdaFileError
        `not_zip`, `damaged`, `members`, `path`, `password` or `ratio`, besides those of `open_regular`.
    """

    def __init__(self, path):
        path = Path(path)
        self.name = path.name
        self._file, self._size = open_regular(path)
        self._left = MAX_TOTAL_BYTES
        try:
            self.members, self.duplicates = self._list()
        except UnsafeContentError as error:
            self._file.close()
            raise QdaFileError(error.rule, self.name, error.detail) from None
        self._by_lower_name = {}
        for name in self.members:
            self._by_lower_name.setdefault(name.lower(), name)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._file.close()

    def refusal(self, rule, detail=""):
        """Make the error that refuses this file, to be raised by the caller."""
        return QdaFileError(rule, self.name, detail)

    def find(self, *names):
        """Return the first member with one of these paths, or None; small and capital letters count alike at last."""
        exact = (name for name in names if name in self.members)
        alike = (self._by_lower_name[n.lower()] for n in names if n.lower() in self._by_lower_name)
        return next(exact, None) or next(alike, None)

    def read(self, name, limit=MAX_TEXT_BYTES):
        """Inflate one member.

        Parameters
        ----------
        name : str
            A key of `members`.
        limit : int
            Most bytes the member may have.

        Returns
        -------
        bytes

        Raises
        ------
        UnsafeContentError
            `damaged` or `method`: this member cannot be read, others may.
        QdaFileError
            `size` or `ratio`: the file is refused.
        """
        member = self.members[name]
        self._left -= member.size
        if member.size > limit or self._left < 0:
            raise self.refusal("size", name)
        header = self._at(member.offset, _LOCAL.size)
        if len(header) < _LOCAL.size:
            raise UnsafeContentError("damaged", name)
        signature, *_, name_n, extra_n = _LOCAL.unpack(header)
        stored = self._at(member.offset + _LOCAL.size, name_n + extra_n + member.packed)
        if signature != b"PK\x03\x04" or stored[:name_n] != member.stored_name:
            raise UnsafeContentError("damaged", name)
        try:
            return inflate_bounded(stored[name_n + extra_n :], member)
        except UnsafeContentError as error:
            if error.rule in ("size", "ratio"):  # made on purpose
                raise self.refusal(error.rule, name) from None
            raise

    def _at(self, offset, length):
        """Bytes of the file."""
        self._file.seek(offset)
        return self._file.read(min(length, self._size))

    def _list(self):
        """Members by path, and the paths that stand twice."""
        start, length, count = self._find_directory()
        if count > MAX_MEMBERS or length > MAX_DIRECTORY_BYTES:
            raise UnsafeContentError("members")
        data = self._at(start, length)
        if len(data) != length:
            raise UnsafeContentError("damaged")
        members, duplicates, position = {}, [], 0
        for _ in range(count):
            member, position = _read_entry(data, position)
            if member.name in members:
                duplicates.append(member.name)
            elif not member.name.endswith("/"):
                if posixpath.splitext(member.name)[1].lower() in _TEXT_SUFFIXES and is_bomb(
                    member.size, member.packed
                ):
                    raise UnsafeContentError("ratio", member.name)
                members[member.name] = member
        _refuse_overlaps(members.values(), start)
        return members, duplicates

    def _find_directory(self):
        """Offset, length and number of entries of the directory."""
        tail_start = max(0, self._size - _END.size - 0xFFFF)
        tail = self._at(tail_start, self._size - tail_start)
        end = tail.rfind(b"PK\x05\x06")
        if end < 0 or end + _END.size > len(tail):
            raise UnsafeContentError(self._other())
        _, disk, _, _, count, length, start, _ = _END.unpack_from(tail, end)
        if 0xFFFF in (disk, count) or 0xFFFFFFFF in (length, start):
            return self._find_directory64(tail_start + end)
        if disk or start + length > tail_start + end:
            raise UnsafeContentError("damaged")
        return start, length, count

    def _other(self):
        """The rule for a file without the end of a zip archive; Office wraps what has a password."""
        begin = self._at(0, 4)
        if begin == b"PK\x03\x04":
            return "damaged"
        is_wrapped = begin == b"\xd0\xcf\x11\xe0"
        locked = is_wrapped and rule_for_other_format(self._at(0, MAX_TEXT_BYTES), self.name) == "password"
        return "password" if locked else "not_zip"

    def _find_directory64(self, end):
        """The same from the records of Zip64 before the usual end."""
        locator = self._at(max(0, end - _LOCATOR64.size), _LOCATOR64.size)
        if locator[:4] != b"PK\x06\x07" or len(locator) < _LOCATOR64.size:
            raise UnsafeContentError("damaged")
        record = self._at(min(_LOCATOR64.unpack(locator)[2], self._size), _END64.size)
        if record[:4] != b"PK\x06\x06" or len(record) < _END64.size:
            raise UnsafeContentError("damaged")
        *_, count, length, start = _END64.unpack(record)
        if start + length > end:
            raise UnsafeContentError("damaged")
        return start, length, count


def _read_entry(data, position):
    """One Member and the position after it."""
    if position + _ENTRY.size > len(data):
        raise UnsafeContentError("damaged")
    entry = _ENTRY.unpack_from(data, position)
    signature, _, _, flags, method, _, _, crc, packed, size, name_n, extra_n, comment_n, *_, offset = entry
    name_end = position + _ENTRY.size + name_n
    after = name_end + extra_n + comment_n
    if signature != b"PK\x01\x02" or after > len(data):
        raise UnsafeContentError("damaged")
    stored_name = data[position + _ENTRY.size : name_end]
    try:
        name = stored_name.decode("utf-8" if flags & _UTF8_FLAG else "cp437")
    except UnicodeDecodeError:
        raise UnsafeContentError("damaged") from None
    name = name.replace("\\", "/")  # older Windows programs; nothing is unpacked, so it cannot lead anywhere
    if _ESCAPING.search(name) or not name:
        raise UnsafeContentError("path", name)
    if flags & _ENCRYPTED_FLAGS:
        raise UnsafeContentError("password", name)
    size, packed, offset = _sizes64(size, packed, offset, data[name_end : name_end + extra_n])
    return Member(name.removeprefix("./"), stored_name, method, crc, packed, size, offset), after


def _sizes64(size, packed, offset, extra):
    """Size, packed size and offset, with those that do not fit in 32 bits taken from the extra field."""
    values = [size, packed, offset]
    large = [index for index, value in enumerate(values) if value == 0xFFFFFFFF]
    while large and len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        if kind == 1 and length >= 8 * len(large) and len(extra) >= 4 + 8 * len(large):
            for index, value in zip(large, struct.unpack_from(f"<{len(large)}Q", extra, 4), strict=True):
                values[index] = value
            break
        extra = extra[4 + length :]
    return values


def _refuse_overlaps(members, directory_start):
    """Members that share bytes multiply a small file; each must end before the next begins."""
    ordered = sorted(members, key=lambda member: member.offset)
    starts = [member.offset for member in ordered[1:]] + [directory_start]
    for member, next_start in zip(ordered, starts, strict=True):
        if member.offset + _LOCAL.size + len(member.stored_name) + member.packed > next_start:
            raise UnsafeContentError("damaged", member.name)
