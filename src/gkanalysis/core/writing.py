"""Files appear whole or not at all, each written beside its place and moved there; equal content gives equal bytes."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from gkanalysis.core.rawstate import BY_HAND, edited


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file beside its place, then move it there; its folder is made if it is missing.

    The name beside it carries the number of the process, so that steps running at once never meet.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def put_aside(path: Path) -> str:
    """Move a file that is not to be overwritten, beside its place; the name that it has now."""
    names = (path.with_name(f"{path.stem}{BY_HAND}{k or ''}{path.suffix}") for k in count())
    aside = next(p for p in names if not p.exists())
    path.replace(aside)
    return aside.name


def write_for_people(build: Path, name: str, made: Mapping[Path, tuple[bytes, str]]) -> list[str]:
    """Write files of a source or report, each with the list that entries belong into; says what is put aside.

    What somebody changed since it was written is kept beside its place; see `core.rawstate.edited`.
    """
    lines = [
        f"Hinweis: {told}; die geänderte Fassung liegt jetzt als „{put_aside(Path(path))}“ daneben."
        for path, told in edited(str(build), name)
    ]
    record = build / f"written/{name}.json"
    before = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    record.unlink(missing_ok=True)  # a step that is killed here must not take its own files for changed ones
    for path, (content, _) in made.items():
        write_bytes(path, content)
    now = {os.path.relpath(p, build): (sha256(c).hexdigest(), place) for p, (c, place) in made.items()}
    write_json(record, before | now)
    return lines


def write_json(path: Path, content: Any) -> None:
    """Write JSON as `write_bytes` does; the same content gives the same bytes."""
    write_bytes(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))


def zip_parts(parts: Mapping[str, bytes]) -> bytes:
    """A zip file with the parts in the given order and a fixed time: equal parts give equal bytes.

    >>> zip_parts({"a": b"1"}) == zip_parts({"a": b"1"})
    True
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, date_time=(2019, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data)
    return buffer.getvalue()


def settled(content: bytes, moment: str = "2019-01-01T00:00:00Z") -> bytes:
    """An Office file whose only time is `moment`, also in the workbooks inside it: equal content gives equal bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, part in parts.items():
        if name.endswith(".xlsx"):
            parts[name] = settled(part, moment)
        elif name == "docProps/core.xml":
            parts[name] = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", moment.encode(), part)
    return zip_parts(parts)
