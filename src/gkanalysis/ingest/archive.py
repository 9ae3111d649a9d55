"""Zip archives from strangers: the directory checked, single members inflated in memory, nothing on the disk.

Every docx, xlsx and qdpx comes through here. Python's `zipfile` reads the directory; before it may, and around each
member, stands what it does not look at: the length of the directory, the number and size of members, how strongly
they are packed, names that lead out, passwords, members that share bytes, sizes that lie. Archives inside are bytes.
"""

import io
import os
import posixpath
import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path

from gkanalysis.ingest.refusal import other_format

MAX_RATIO = 300  # long forms full of empty boxes reach 60; deflate cannot exceed 1,032
RATIO_FREE_BYTES = 2**20  # below this size any ratio is harmless

_END, _LOCAL = struct.Struct("<4s4H2LH"), struct.Struct("<4s5H3L2H")
_UTF8 = 0x0800
_ESCAPING = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|[\x00-\x1f\x7f]")
_ENCRYPTED_FLAGS = 0x0001 | 0x0040 | 0x2000
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DIRECTORY_BYTES = 250  # of one member: a name of some length, and what programs note beside it
_TEXTS = frozenset({"", ".qde", ".txt", ".xml", ".rtf"})  # of a project; its recordings may pack well
# What `zipfile` raises on a directory or member that is none.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError, OverflowError,
)  # fmt: skip


class _Bounded(io.BufferedReader):
    """A file of which no more is read at once than was allowed: `zipfile` reads a directory of any length."""

    most = None

    def read(self, size=-1):
        """Bytes from here; a larger number would be allocated before anything is read."""
        if self.most is not None and size is not None and size > self.most:
            raise zipfile.LargeZipFile
        return super().read(size)


def open_regular(path, family, name=None):
    """A regular file, open for reading, and its size; never follows a link, never waits on a device."""
    name = name or path.name
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise family("not_a_file", name)
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        file = _Bounded(io.FileIO(os.open(path, flags)))
    except FileNotFoundError:
        raise family("missing", name) from None
    except (OSError, ValueError):  # ValueError: a null character in the name
        raise family("unreadable", name) from None
    size = os.fstat(file.fileno()).st_size
    if not size or size > (family.limits.file or size):
        file.close()
        raise family("file_size" if size else "empty", name)
    return file, size


def read_regular(path, family, name=None):
    """The bytes of a regular file of bearable size, as `open_regular` opens it."""
    file, size = open_regular(path, family, name)
    with file:
        return file.read(size)


class Archive:
    """The members of one archive, read one by one; use it in a `with` statement.

    `path` is where it came from, of which only the name is shown; `data` is the whole file, without which the file is
    opened and only what is asked for is read. Sentences and limits are those of the `family` (a `RefusedError`): forms
    and spreadsheets are strict, so their whole content has a limit, no member is packed too strongly, no name stands
    twice, nothing stands before or after, no Zip64. `members` are by path, folders left out, with sizes that `read`
    proves; of the `duplicates`, paths that stand more than once, they have the first.
    """

    def __init__(self, path, family, data=None):
        path = Path(path)
        self.name, self.family, self.limits = path.name, family, family.limits
        self._is_strict, self._left = family.limits.file is not None, family.limits.total
        self.members, self.duplicates, self._by_lower_name = {}, [], {}
        file, self._size = open_regular(path, family) if data is None else (io.BytesIO(data), len(data))
        self._file = file if data is None else _Bounded(file)
        try:
            if not self._size:
                raise self.refusal("empty")
            self._zip = self._open()
            for info in self._zip.infolist():
                self._add(info)
            self._refuse_overlaps()
            if not self.members:
                raise self.refusal("damaged")
        except BaseException:
            self._file.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._file.close()

    def refusal(self, rule, detail=""):
        """Make the error that refuses this file, to be raised by the caller."""
        return self.family(rule, self.name, detail)

    def find(self, *names):
        """Return the first member with one of these paths, or None; small and capital letters count alike at last."""
        exact = (name for name in names if name in self.members)
        alike = (self._by_lower_name[n.lower()] for n in names if n.lower() in self._by_lower_name)
        return next(exact, None) or next(alike, None)

    def read(self, name, limit=None):
        """Inflate one member, `limit` or the family's most bytes: as many as declared, with the right checksum.

        Refused as `damaged` or `method`, this member alone cannot be read; `size` or `ratio`: it was made to grow.
        """
        info = self.members[name]
        self._left -= 0 if self._is_strict else info.file_size
        is_large = info.file_size > (limit or self.limits.part) or self._left < 0
        self._refuse(name, size=is_large, ratio=_is_bomb(info), method=info.compress_type not in _METHODS)
        try:
            content, is_whole = self._inflate(info)
        except _DAMAGE:
            raise self.refusal("damaged", name) from None
        is_damaged = not is_whole or len(content) < info.file_size or zlib.crc32(content) != info.CRC
        self._refuse(name, size=len(content) > info.file_size, damaged=is_damaged)
        return content

    def _refuse(self, name, **broken):
        """Refuse the file for the first of the rules that a member breaks."""
        for rule in (rule for rule, is_broken in broken.items() if is_broken):
            raise self.refusal(rule, name)

    def _inflate(self, info):
        """Content of a member, at most one byte too long, and whether its packed bytes end with it."""
        self._file.most = None
        self._file.seek(info.header_offset)
        signature, _, flags, *_, name_length, extra_length = _LOCAL.unpack(self._file.read(_LOCAL.size))
        name = self._file.read(name_length).decode("utf-8" if flags & _UTF8 else "cp437")
        if signature != b"PK\x03\x04" or name != info.orig_filename:
            raise zipfile.BadZipFile
        self._file.seek(extra_length, os.SEEK_CUR)
        packed = self._file.read(info.compress_size)
        if info.compress_type == zipfile.ZIP_STORED:
            return packed, True
        stream = zlib.decompressobj(-zlib.MAX_WBITS)
        content = stream.decompress(packed, info.file_size + 1)
        return content, stream.eof and not stream.unused_data

    def _end(self):
        """Start of the directory and number of members, as the end of the archive says; None for Zip64."""
        tail_start = max(0, self._size - _END.size - 0xFFFF)
        self._file.seek(tail_start)
        tail = self._file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or at + _END.size > len(tail):
            self._file.seek(0)
            raise self.refusal(other_format(self._file.read(self.limits.part), self.name, self.family))
        _, disk, first_disk, here, count, length, start, comment = _END.unpack_from(tail, at)
        is_zip64 = 0xFFFF in (disk, count) or 0xFFFFFFFF in (length, start)
        if count > self.limits.members and not is_zip64:
            raise self.refusal("members")
        end = tail_start + at
        whole = end + _END.size + comment == self._size and start + length == end
        if self._is_strict and (is_zip64 or disk or first_disk or here != count or not whole):
            raise self.refusal("damaged")
        self._file.seek(start)
        if self._is_strict and not _is_filled(self._file.read(length), count):
            raise self.refusal("damaged")
        return None if is_zip64 else (start, count)

    def _open(self):
        """The archive for `zipfile`, whose directory must be what the end says."""
        end = self._end()
        self._file.most = self.limits.members * _DIRECTORY_BYTES
        try:
            archive = zipfile.ZipFile(self._file)
        except zipfile.LargeZipFile:
            raise self.refusal("members") from None
        except _DAMAGE:
            raise self.refusal("damaged") from None
        entries = archive.infolist()
        if len(entries) > self.limits.members:
            raise self.refusal("members")
        if end and end != (archive.start_dir, len(entries)):
            raise self.refusal("damaged")
        return archive

    def _add(self, info):
        """Check one member of the directory and take it."""
        name = info.orig_filename  # `filename` ends at a null character
        if not self._is_strict:  # older Windows programs; nothing is unpacked, so it cannot lead anywhere
            name = name.replace("\\", "/")
        name = name.removeprefix("./")
        is_bomb = _is_bomb(info) and (self._is_strict or posixpath.splitext(name)[1].lower() in _TEXTS)
        leads_out, is_locked = not name or _ESCAPING.search(name), info.flag_bits & _ENCRYPTED_FLAGS
        self._refuse(name, path=leads_out, password=is_locked, ratio=is_bomb)
        if self._is_strict:
            self._left -= info.file_size
            is_large, is_odd = info.file_size > self.limits.part or self._left < 0, info.compress_type not in _METHODS
            is_double = name.lower() in self._by_lower_name
            self._refuse(name, damaged=info.volume, duplicate=is_double, size=is_large, method=is_odd)
        if name in self.members:
            self.duplicates.append(name)
        elif not name.endswith("/"):
            self.members[name] = info
            self._by_lower_name.setdefault(name.lower(), name)

    def _refuse_overlaps(self):
        """Members that share bytes multiply a small file; each must end before the next begins."""
        ordered = sorted(self.members.values(), key=lambda info: info.header_offset)
        starts = [info.header_offset for info in ordered[1:]] + [self._zip.start_dir]
        for info, next_start in zip(ordered, starts, strict=False):  # a directory may have no members
            if info.header_offset + zipfile.sizeFileHeader + info.compress_size > next_start:
                raise self.refusal("damaged", info.filename)


def _is_filled(directory, count):
    """Whether so many entries fill a directory to its end; `zipfile` accepts a last one that is cut short."""
    end = 0
    for _ in range(count):
        lengths = directory[end + 28 : end + 34]  # of name, extra field and comment
        end += zipfile.sizeCentralDir + sum(struct.unpack("<3H", lengths.ljust(6, b"\0")))
    return end == len(directory)


def _is_bomb(info):
    """Whether so many bytes are packed into so few as in nothing real."""
    return info.file_size > RATIO_FREE_BYTES and info.file_size > MAX_RATIO * info.compress_size
