"""Kinds of sources: told by the codebook, and by what lies in a folder."""

from pathlib import Path

import pytest

from gkanalysis.codebook.sources import received_sources, source_kind
from gkanalysis.core.errors import CodebookError, UsageError
from gkanalysis.core.paths import ProjectPaths


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
    with pytest.raises(CodebookError, match="muss genau eines von „parts“ oder „codes“ oder „columns“ enthalten"):
        source_kind(path)
    with pytest.raises(CodebookError, match="nicht lesbar"):
        source_kind(tmp_path / "fehlt.yml")


def test_kind_of_a_source_is_seen_in_its_folder(tmp_path):
    """What its codebook describes must lie there; without one forms and projects are taken for what they look like."""
    data, books = tmp_path / "data/raw", tmp_path / "data/codebook"
    for name in (
        "register/liste.xlsx", "a-1/forms/b.docx", "a-1/liste.xlsx", "b-2/Projekt neu.QDPX", "b-2/zweites.qdpx", "c-3/segmente.xlsx",
        "d-4/alt/projekt.qdpx", "e-5/liste.csv", "lose.xlsx", "ereignisse/x.csv", "ereignisse-2023/x.xlsx", "welle-1/eingang.csv",
    ):  # fmt: skip
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).touch()
    books.mkdir()
    (books / "ereignisse.yml").write_text("columns:\n", encoding="utf-8")
    (books / "welle.yml").write_text("parts:\n", encoding="utf-8")
    paths = ProjectPaths.of(tmp_path, Path("data/raw"))
    kinds = {
        "a-1": "forms", "b-2": "interviews", "c-3": "interviews", "ereignisse": "lists", "ereignisse-2023": "lists",
    }  # fmt: skip
    assert {name: kind.id for name, kind in received_sources(paths).items()} == kinds
    (data / "Neue Welle/forms").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"„.*Neue Welle“ hat Leer- oder Sonderzeichen"):
        received_sources(paths)
    (data / "Neue Welle/forms").rmdir()
    (data / "a-1 - Kopie/forms").mkdir(parents=True)
    with pytest.raises(
        UsageError, match=r"a-1 - Kopie“ hat .*: ist der Ordner eine Kopie von „a-1“, bitte aus .* herausnehmen"
    ):
        received_sources(paths)
    with pytest.raises(UsageError, match=r"fehlt ein Codebuch in .*: ist der Ordner eine Kopie von „a-1“, bitte aus"):
        paths.codebook("a-1_alt")
    with pytest.raises(UsageError, match="gibt es nicht"):
        received_sources(ProjectPaths.of(tmp_path, Path("fehlt")))
