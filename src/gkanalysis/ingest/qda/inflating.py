"""Inflate one member in small steps, so that a bomb is known long before it has grown, whatever its directory says."""

import zlib

from gkanalysis.ingest.refusal import UnsafeContentError
from gkanalysis.ingest.word.ziparchive import MAX_RATIO, RATIO_FREE_BYTES

_STEP = 2**20
_FREE_BYTES = 4 * RATIO_FREE_BYTES  # an honest file may begin with much white space


def is_bomb(size, packed, free=RATIO_FREE_BYTES):
    """Whether so many bytes are packed into so few as in nothing real.

    Examples
    --------
    >>> is_bomb(2**30, 2**20), is_bomb(10 * 2**20, 2**20), is_bomb(1000, 1)
    (True, False, False)
    """
    return size > free and size > MAX_RATIO * packed


def inflate_bounded(packed, member):
    """Inflate a stored or deflated member.

    Parameters
    ----------
    packed : bytes
        Its bytes in the archive.
    member : Member
        From the directory; sizes are proved, not believed.

    Returns
    -------
    bytes
        Exactly `member.size` bytes whose checksum is right.

    Raises
    ------
    UnsafeContentError
        `size` or `ratio` for what is made to grow, `damaged` or `method` for what cannot be read.
    """
    if member.method not in (0, 8):
        raise UnsafeContentError("method", member.name)
    damaged = UnsafeContentError("damaged", member.name)
    if len(packed) != member.packed:
        raise damaged
    content = packed if member.method == 0 else _inflate(packed, member)
    if len(content) != member.size or zlib.crc32(content) != member.crc:
        raise damaged
    return content


def _inflate(packed, member):
    """The inflated bytes of a deflated member."""
    stream, parts, size = zlib.decompressobj(-zlib.MAX_WBITS), [], 0
    view, position = memoryview(packed), 0
    while not stream.eof:
        waiting = stream.unconsumed_tail or view[position : position + _STEP]
        position += 0 if stream.unconsumed_tail else len(waiting)
        try:
            part = stream.decompress(waiting, _STEP)
        except zlib.error:
            raise UnsafeContentError("damaged", member.name) from None
        if not part and not waiting:
            break
        size += len(part)
        if is_bomb(size, position - len(stream.unconsumed_tail), _FREE_BYTES):
            raise UnsafeContentError("ratio", member.name)
        if size > member.size:
            raise UnsafeContentError("size", member.name)
        parts.append(part)
    if not stream.eof or stream.unused_data or position != len(packed):
        raise UnsafeContentError("damaged", member.name)
    return b"".join(parts)
