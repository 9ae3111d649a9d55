"""The shipped raw data can be made again, byte for byte, from their declaration."""

import hashlib
import shutil

from forms import ROOT
from tools.synthetic.make import make_synthetic
from tools.system import needs


def copy_of_the_project(target):
    for name in ("codebook", "published", "synthetic", "raw"):
        shutil.copytree(ROOT / "data" / name, target / "data" / name)
    return target


def sums_of(raw):
    return (raw / "SHA256SUMS").read_text(encoding="utf-8")


@needs("soffice")
def test_shipped_data_are_reproducible(tmp_path):
    """Made anew in a copy, register, forms, lists, interviews, waves, tables and marginals have the bytes that are committed."""
    root = copy_of_the_project(tmp_path)
    said = make_synthetic(root)
    assert sums_of(root / "data/raw") == sums_of(ROOT / "data/raw")
    marginals = "data/synthetic/marginals.csv"
    assert (root / marginals).read_bytes() == (ROOT / marginals).read_bytes()
    assert said[0] == "49 Bögen, 58 Bündnisse geschrieben; 144 von 146 gedruckten Angaben getroffen."
    assert [s.split(":")[1].strip() for s in said[1:3]] == ["r1-5-04", "r1-5-05a"]
    assert said[3].startswith("10 Gespräche mit ")
    assert [s.split(":")[0] for s in said[4:]] == [
        *("bedarf-2019", "prozess-2020", "entwicklungsstand-2021", "nachhaltigkeit-2022"),
        *("prozessbegleitung-log", "ereignisse", "programm-monitoring"),
    ]  # fmt: skip


def test_checksums_are_those_of_the_files():
    """SHA256SUMS names every shipped file but itself, with its digest."""
    raw = ROOT / "data/raw"
    files = {p.relative_to(raw).as_posix(): p for p in raw.rglob("*") if p.is_file() and p.name != "SHA256SUMS"}
    listed = dict(reversed(line.split("  ", 1)) for line in sums_of(raw).splitlines())
    assert listed == {name: hashlib.sha256(p.read_bytes()).hexdigest() for name, p in files.items()}
