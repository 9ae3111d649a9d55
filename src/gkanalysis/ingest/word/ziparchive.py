"""Read the members of a zip file sent by a stranger, with its directory checked and never trusted.

Python's `zipfile` reads a directory of any length before one can count it, follows Zip64 records that contradict
the rest, and takes the first bytes of a member whose size is understated. A form needs none of these, so each of
them is a refusal here. Nothing is ever unpacked to disk.
"""

import re
import struct
import zlib
from typing import NamedTuple

from gkanalysis.ingest.refusal import UnsafeContentError

MAX_MEMBERS = 2_000  # Word writes 10 to 60
MAX_PART_BYTES = 32 * 2**20
MAX_TOTAL_BYTES = 64 * 2**20
MAX_RATIO = 300  # long forms full of empty boxes reach 60; deflate cannot exceed 1,032
RATIO_FREE_BYTES = 2**20  # below this size any ratio is harmless

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ESCAPING = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.\.(/|$)|[\x00-\x1f\x7f]")
_ENCRYPTED_FLAGS = 0x0001 | 0x0040 | 0x2000
_UTF8_FLAG = 0x0800


class Member(NamedTuple):
    """One entry of the directory; sizes in bytes as declared, to be proved by `inflate`."""

    name: str
    stored_name: bytes
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def list_members(data):
    """List the members of a zip file, after every check that needs no inflating.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    dict of str to Member
        In the order of the directory, folders left out; sizes in bytes.

    Raises
    ------
    UnsafeContentError
        `damaged`, `members`, `size`, `ratio`, `password`, `path`, `duplicate` or `method`.

    Examples
    --------
    >>> list_members(b"no zip")
    Traceback (most recent call last):
    gkanalysis.ingest.refusal.UnsafeContentError: damaged
    """
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - _END.size - 0xFFFF))
    if end < 0 or end + _END.size > len(data):
        raise UnsafeContentError("damaged")
    _, disk, first_disk, count_here, count, length, start, comment = _END.unpack_from(data, end)
    if count > MAX_MEMBERS and count != 0xFFFF:
        raise UnsafeContentError("members")
    whole = end + _END.size + comment == len(data) and start + length == end
    if disk or first_disk or count_here != count or not whole:
        raise UnsafeContentError("damaged")
    members, seen, total, position = {}, set(), 0, start
    for _ in range(count):
        member, position = _read_entry(data, position, end)
        if member.name.lower() in seen:
            raise UnsafeContentError("duplicate", member.name)
        seen.add(member.name.lower())
        total += member.size
        if member.size > MAX_PART_BYTES or total > MAX_TOTAL_BYTES:
            raise UnsafeContentError("size", member.name)
        if member.size > RATIO_FREE_BYTES and member.size > MAX_RATIO * member.packed:
            raise UnsafeContentError("ratio", member.name)
        if not member.name.endswith("/"):
            members[member.name] = member
    if position != end:
        raise UnsafeContentError("damaged")
    _refuse_overlaps(members.values(), start)
    return members


def _read_entry(data, position, end):
    """One Member and the position after it."""
    if position + _ENTRY.size > end:
        raise UnsafeContentError("damaged")
    fields = _ENTRY.unpack_from(data, position)
    signature, _, _, flags, method, _, _, crc, packed, size, name_n, extra_n, comment_n, disk, *_, offset = (
        fields
    )
    after = position + _ENTRY.size + name_n + extra_n + comment_n
    if signature != b"PK\x01\x02" or after > end or disk:
        raise UnsafeContentError("damaged")
    stored_name = data[position + _ENTRY.size : position + _ENTRY.size + name_n]
    try:
        name = stored_name.decode("utf-8" if flags & _UTF8_FLAG else "cp437")
    except UnicodeDecodeError:
        raise UnsafeContentError("damaged") from None
    if _ESCAPING.search(name) or not name:
        raise UnsafeContentError("path", name)
    if flags & _ENCRYPTED_FLAGS:
        raise UnsafeContentError("password", name)
    if method not in (0, 8):
        raise UnsafeContentError("method", name)
    return Member(name, stored_name, method, crc, packed, size, offset), after


def _refuse_overlaps(members, directory_start):
    """Members that share bytes multiply a small file; each must end before the next begins."""
    ordered = sorted(members, key=lambda member: member.offset)
    starts = [member.offset for member in ordered[1:]] + [directory_start]
    for member, next_start in zip(ordered, starts, strict=True):
        if member.offset + _LOCAL.size + len(member.stored_name) + member.packed > next_start:
            raise UnsafeContentError("damaged", member.name)


def inflate(data, member):
    """Inflate one member, never beyond its declared size.

    Parameters
    ----------
    data : bytes
        The whole file.
    member : Member
        From `list_members`.

    Returns
    -------
    bytes
        Exactly `member.size` bytes whose checksum is right.

    Raises
    ------
    UnsafeContentError
        `damaged` if bytes are missing or wrong, `size` if there is more than was declared.
    """
    damaged = UnsafeContentError("damaged", member.name)
    if member.offset + _LOCAL.size > len(data):
        raise damaged
    signature, *_, name_n, extra_n = _LOCAL.unpack_from(data, member.offset)
    name_start = member.offset + _LOCAL.size
    start = name_start + name_n + extra_n
    packed = data[start : start + member.packed]
    same_name = data[name_start : name_start + name_n] == member.stored_name
    if signature != b"PK\x03\x04" or not same_name or len(packed) != member.packed:
        raise damaged
    content = packed if member.method == 0 else _inflate_stream(packed, member)
    if len(content) != member.size or zlib.crc32(content) != member.crc:
        raise damaged
    return content


def _inflate_stream(packed, member):
    """The inflated bytes; one byte above the declared size is enough to stop."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = stream.decompress(packed, member.size + 1)
    except zlib.error:
        raise UnsafeContentError("damaged", member.name) from None
    if len(content) > member.size:
        raise UnsafeContentError("size", member.name)
    if not stream.eof or stream.unused_data:
        raise UnsafeContentError("damaged", member.name)
    return content
