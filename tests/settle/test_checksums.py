"""What came in is written down once; whatever differs later is said with both remedies, and nothing is accepted unasked."""

import hashlib
import re
import shlex
import shutil

import pytest

from gkanalysis.core.errors import UsageError
from gkanalysis.settle.checksums import changed_files, receive


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def data(tmp_path):
    """Two received files, one of them in the list."""
    put(tmp_path / "welle/forms/Bögen A.docx", "a")
    put(tmp_path / "welle/eingang.csv", "b")
    put(tmp_path / "SHA256SUMS", f"{hashlib.sha256(b'b').hexdigest()} *welle/eingang.csv\n")
    return tmp_path


def test_new_files_are_added_changed_ones_only_when_named(data):
    """Each line says what was done; afterwards nothing differs."""
    assert list(receive(data, "welle")) == ["welle/forms/Bögen A.docx: neu, Prüfsumme eingetragen."]
    put(data / "welle/forms/Bögen A.docx", "x")
    assert [line.split(";")[0] for line in changed_files(data)] == [
        "„welle/forms/Bögen A.docx“ ist nicht mehr die Datei, die einging (Prüfsumme anders als in SHA256SUMS)"
    ]
    ((program, where),) = re.findall("ist, (.*) receive welle 'forms/Bögen A.docx' (.*)[.]", next(changed_files(data)))
    assert shutil.which(shlex.split(program)[0])
    assert shlex.split(where) == ["--data", str(data)]
    assert list(receive(data, "welle")) == [
        "welle/forms/Bögen A.docx: anders als eingetragen; bleibt so, bis die Datei im Aufruf genannt wird."
    ]
    assert list(receive(data, "welle", ["forms/Bögen A.docx"])) == [
        "welle/forms/Bögen A.docx: geändert, Prüfsumme eingetragen."
    ]
    assert not list(changed_files(data))


def test_what_is_gone_or_misspelt_is_named(data):
    """A file that vanished; a source and a file that are not there change nothing."""
    before = (data / "SHA256SUMS").read_bytes()
    (data / "welle/eingang.csv").unlink()
    assert [line.partition(";")[0] for line in changed_files(data)] == [
        "„welle/eingang.csv“ steht in SHA256SUMS und ist nicht mehr da"
    ]
    for asked, said in (
        (("well",), "gemeint ist wohl „welle“"),
        (("welle", ["fehlt.docx"]), "„welle/fehlt.docx“ gibt es nicht"),
    ):
        with pytest.raises(UsageError, match=said):
            list(receive(data, *asked))
    assert (data / "SHA256SUMS").read_bytes() == before
