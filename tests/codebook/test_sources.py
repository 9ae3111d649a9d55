"""Kinds of sources: told by the codebook, with the files and tables that the Makefile expects of each."""

import re

import pytest

from forms import ROOT
from gkanalysis.codebook.sources import KINDS, source_kind
from gkanalysis.core.errors import CodebookError


@pytest.mark.parametrize(
    ("text", "kind"),
    [("parts:\n  - a\n", "forms"), ("title: x\ncodes: {}\n", "interviews"), ("columns:\n  - a\n", "lists")],
)
def test_codebook_says_its_kind(tmp_path, text, kind):
    """A codebook with parts describes a form, one with codes interviews, one with columns a list, whatever it is called."""
    path = tmp_path / "egal.yml"
    path.write_text(f"# codes: parts:\n{text}  codes: x\n  parts: y\n", encoding="utf-8")
    assert source_kind(path).id == kind


@pytest.mark.parametrize("text", ["parts: []\ncodes: {}\n", "title: x\n", ""])
def test_codebook_of_no_kind_is_refused(tmp_path, text):
    """Neither or both is a sentence with what is allowed."""
    path = tmp_path / "egal.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(
        CodebookError, match="muss genau eines von „parts“ oder „codes“ oder „columns“ enthalten"
    ):
        source_kind(path)
    with pytest.raises(CodebookError, match="nicht lesbar"):
        source_kind(tmp_path / "fehlt.yml")


def test_makefile_knows_the_files_of_each_kind():
    """What a step leaves and what make expects of it are the same lists."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for kind, name in zip(KINDS, ("FORM", "INTERVIEW", "LIST"), strict=True):
        tables = re.search(rf"^{name}_TABLES := (.*)$", makefile, re.MULTILINE)[1].split()
        assert tables == list(kind.tables)
        *others, last = kind.interim
        assert f",{last},{' '.join(others)},$({name}_TABLES)" in makefile
