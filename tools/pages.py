"""Record on which pages headings and exhibits of the Word reports stand, as LibreOffice breaks them: `make pages`.

Word fills the contents of a document only when asked. `reports/<report>.seiten.csv` keeps the numbers, so that a build
needs no LibreOffice, and the checksum of the document that they hold for.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import docx
import pikepdf

from gkanalysis.report.docx import page_fields, unpaged

EXPORT = 'pdf:writer_pdf_Export:{"ExportBookmarksToPDFDestination":{"type":"boolean","value":"true"}}'


def page_numbers(file: Path) -> dict[str, int]:
    """Bookmark of each entry of the contents -> page; LibreOffice writes `_` and what is not ASCII as their codes."""
    with tempfile.TemporaryDirectory() as scratch:
        profile = f"-env:UserInstallation={(Path(scratch) / 'profile').as_uri()}"
        subprocess.run(
            ["soffice", "--headless", profile, "--convert-to", EXPORT, "--outdir", scratch, str(file)],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
        with pikepdf.open(Path(scratch) / f"{file.stem}.pdf") as pdf:
            numbers = {page.objgen: k for k, page in enumerate(pdf.pages, start=1)}
            places = {name[1:]: numbers[target[0].objgen] for name, target in pdf.Root.Dests.items()}
    wanted = [name for name, _ in page_fields(docx.Document(str(file)).element)]
    return {name: places[_mangled(name)] for name in wanted}


def _mangled(name: str) -> str:
    """A bookmark as LibreOffice names its place in a PDF."""
    return re.sub(r"[^A-Za-z0-9.-]", lambda m: "".join(f"{'25' * (b > 127)}{b:02X}" for b in m[0].encode()), name)


def main() -> None:
    """Write the record beside the definition of each finished report."""
    if not shutil.which("soffice"):
        raise SystemExit("Fehler: LibreOffice (soffice) fehlt; damit werden die Seiten der Word-Fassung gezählt.")
    for file in (folder / f"{folder.name}.docx" for folder in Path("reports").iterdir()):
        if not file.exists():
            continue
        lines = [f"sha256,{unpaged(docx.Document(str(file)).element)}"]
        lines += [f"{name},{page}" for name, page in page_numbers(file).items()]
        (file.parents[1] / f"{file.stem}.seiten.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
