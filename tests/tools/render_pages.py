"""Turn finished documents into text, to search them."""

import shutil
import tempfile
from pathlib import Path

from tools.system import ToolError, run


def pdf_text(pdf):
    """Return the text of a PDF file in reading order; a form feed ends each page."""
    return run(["pdftotext", "-enc", "UTF-8", pdf, "-"], strict=True)


def docx_to_pdf(docx, folder, *, timeout=120):
    """Convert a Word file with LibreOffice and return the path of the PDF file.

    The profile is a new one for each call: LibreOffice locks it, and a person's settings must not show.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        profile = (Path(scratch) / "profile").as_uri()
        results = Path(scratch) / "results"
        command = ["soffice", "--headless", f"-env:UserInstallation={profile}"]
        run([*command, "--convert-to", "pdf", "--outdir", results, docx], timeout=timeout)
        pdf = results / f"{Path(docx).stem}.pdf"
        # LibreOffice ends with status 0 also when it could not read the file.
        if not pdf.is_file():
            raise ToolError(f"soffice: no PDF came of {docx}")
        return Path(shutil.move(pdf, folder / pdf.name))
