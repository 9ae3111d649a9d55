"""`make synthetic`: write the shipped raw data anew. The only code that ever writes below `data/raw`."""

from __future__ import annotations

import hashlib
import itertools
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from gkanalysis.codebook.instrument import Codebook, read_codebook
from gkanalysis.core.errors import GkError
from gkanalysis.core.writing import zip_parts
from tools.synthetic.answers import make_forms
from tools.synthetic.interviews import SOURCE, write_interviews
from tools.synthetic.register import make_register
from tools.synthetic.sheets import write_csv, write_tables
from tools.synthetic.waves import CATEGORY_COLUMNS, SEPARATOR, make_waves, published_figures
from tools.synthetic.wordwriter import write_form

SUMS = "SHA256SUMS"
DATASET = """\
# What this folder is. Data that say synthetic: true are marked as synthetic on every page made from them.
title: Synthetische Daten zu „Gemeinsam klappt’s“
synthetic: true
note: >-
  Alle Bündnisse, Orte und Angaben sind erfunden. Sie treffen die veröffentlichten Randsummen,
  soweit diese sich nicht widersprechen (data/synthetic/marginals.csv).
licence: CC BY 4.0
"""


def make_synthetic(root: Path) -> list[str]:
    """Write register, forms, lists, interviews and hashes below `root / "data"`.

    Returns sentences on what was written, and which printed figures could not be met.
    """
    spec = yaml.safe_load((root / "data/synthetic/strukturen-2018.yml").read_text(encoding="utf-8"))
    book = read_codebook(root / "data/codebook/strukturen.yml")
    figure = published_figures(root, book.source, spec["published"])
    rng = np.random.default_rng(spec["seed"])
    units, alliances, outcomes = make_register(spec, figure, rng)
    # the register's targets are named by quantity; the list of marginals names the published figure
    outcomes = [(spec["register"][name].rsplit(".", 1)[0], *rest) for name, *rest in outcomes]
    forms, contacts, more = make_forms(spec, book, alliances, figure, rng)
    outcomes += more

    raw = root / "data/raw"
    with tempfile.TemporaryDirectory(dir=root / "data") as scratch:
        new = Path(scratch) / "raw"
        (new / "register").mkdir(parents=True)
        units.to_csv(new / "register/gebiete.csv", index=False)
        alliances.to_csv(new / "register/buendnisse.csv", index=False)
        said = write_interviews(root, new / SOURCE, alliances, forms, figure)
        write_source(new / book.source, book, forms, contacts, coded_answers(spec, book.source, forms))
        waves = list(make_waves(root, alliances, {f.alliance_id for f in forms}))
        for wave in waves:
            write_source(new / wave.book.source, wave.book, wave.forms, wave.contacts, wave.categories)
            outcomes += wave.outcomes
        said_of_tables = write_tables(root, new, alliances)
        (new / "dataset.yml").write_text(DATASET, encoding="utf-8")
        if (raw / "README.md").exists():
            shutil.copy(raw / "README.md", new / "README.md")
        (new / SUMS).write_text(checksums(new), encoding="utf-8")
        shutil.rmtree(raw)
        new.rename(raw)
    rows = [(*o, "ja" if o[1] == o[2] else "nein") for o in outcomes]
    write_csv(root / "data/synthetic/marginals.csv", ["published_id", "printed", "solved", "met"], rows)
    missed = [f"{name}: gedruckt {printed}, erzeugt {solved}" for name, printed, solved, met in rows if met == "nein"]
    return [
        f"{len(forms)} Bögen, {len(alliances)} Bündnisse geschrieben; {len(outcomes) - len(missed)} von "
        f"{len(outcomes)} gedruckten Angaben getroffen.",
        *[f"Nicht zugleich erfüllbar: {m}" for m in missed],
        said,
        *[f"{w.book.source}: {len(w.forms)} Bögen, {len(w.categories)} kodierte Nennungen." for w in waves],
        *said_of_tables,
    ]


def coded_answers(spec: Mapping[str, Any], source: str, forms: Sequence[Any]) -> list[tuple]:
    """The mentions of open answers with their categories, as they are read from the last form of each alliance."""
    latest = {f.alliance_id: f for f in sorted(forms, key=lambda f: f.received)}
    rows = []
    for item, categories in spec["coded"].items():
        for alliance, form in sorted(latest.items()):
            answer = form.answers.get(item, "")
            answer = answer.replace("\n", "") if form.style == "libreoffice" else answer  # it loses line breaks
            for k, mention in enumerate(map(str.strip, answer.split(SEPARATOR.strip())), start=1):
                given = [c for c, words in categories.items() if any(w in mention for w in words)]
                rows += [(source, alliance, item, k, mention, c, spec["coder"]) for c in given]
    return rows


def checksums(folder: Path) -> str:
    """One line a file below the folder: SHA-256 and path, as `sha256sum` writes and checks them."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p != folder / SUMS)
    return "".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(folder).as_posix()}\n" for p in files)


def write_source(
    folder: Path,
    book: Codebook,
    forms: Sequence[Any],
    contacts: Iterable[Mapping[str, Any]],
    categories: Sequence[tuple] = (),
) -> None:
    """Write what came in of a wave: forms, list of receipts, contacts, and coded open answers if there are any."""
    (folder / "forms").mkdir(parents=True)
    _write_forms(book, forms, folder / "forms")
    receipts = [(f.file_name, f.received, f.alliance_id, "E-Mail", f.remark) for f in forms]
    write_csv(folder / "eingang.csv", ["file", "received", "alliance_id", "channel", "note"], receipts)
    calls = [(c["alliance_id"], c["date"], c["result"]) for c in contacts]
    write_csv(folder / "kontakte.csv", ["alliance_id", "date", "result"], calls)
    if categories:
        write_csv(folder / "kategorien.csv", CATEGORY_COLUMNS, categories, ";")


def _write_forms(book: Codebook, forms: Iterable[Any], folder: Path) -> None:
    to_convert = []
    for form in forms:
        style = "controls" if form.style == "libreoffice" else form.style
        path = folder / form.file_name
        path.write_bytes(write_form(book, form.version, form.answers, style))
        if form.style == "libreoffice":
            to_convert.append(path)
    if not to_convert:
        return
    office = shutil.which("soffice")
    if office is None:
        raise GkError("LibreOffice (soffice) fehlt; ein Teil der synthetischen Bögen wird damit gespeichert.")
    with tempfile.TemporaryDirectory() as scratch:
        command = [office, "--headless", f"-env:UserInstallation=file://{scratch}/profile", "--convert-to"]
        command += ["docx:Office Open XML Text", "--outdir", f"{scratch}/out", *map(str, to_convert)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        for path in to_convert:
            path.write_bytes(_settle(Path(scratch, "out", path.name)))


def _settle(path: Path) -> bytes:
    """The file with fixed times and control numbers: LibreOffice draws both anew at each saving."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in sorted(archive.namelist())}
    core = parts["docProps/core.xml"].decode("utf-8")
    core = re.sub(r"(<dcterms:(created|modified)[^>]*>)[^<]*", r"\g<1>2019-01-01T00:00:00Z", core)
    parts["docProps/core.xml"] = core.encode("utf-8")
    number = itertools.count(1)
    text = parts["word/document.xml"].decode("utf-8")
    text = re.sub(r'(<w:sdtPr>.{0,200}?<w:id w:val=")-?\d+', lambda m: f"{m[1]}{next(number)}", text)
    parts["word/document.xml"] = text.encode("utf-8")
    first = "[Content_Types].xml"
    return zip_parts({first: parts.pop(first), **parts})
