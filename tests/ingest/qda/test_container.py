"""The XML of a project: what is refused with a German sentence, and what a large one costs."""

import zipfile

import pytest

from gkanalysis.ingest.qda.qdpx import MAX_TAGS, iterate_objects, read_qdpx
from gkanalysis.ingest.refusal import QdaFileError, UnsafeContentError
from ingest.qda.drawn import PROJECT_NAMESPACE, project, text_source, written, zipped

MEGABYTE = 2**20


def refused(path):
    """The rule by which a project is refused."""
    with pytest.raises(QdaFileError) as caught:
        read_qdpx(path)
    return caught.value.rule


@pytest.mark.parametrize(
    ("data", "rule"),
    [(b"kein Archiv", "not_zip"), (zipped({"a.txt": "a"}), "no_project"), (zipped({"project.qde": "<A/>"}), "no_project")],
)  # fmt: skip
def test_files_that_are_no_project(tmp_path, data, rule):
    """Something else, an archive without a project, a project of another kind."""
    path = tmp_path / "projekt.qdpx"
    path.write_bytes(data)
    assert refused(path) == rule


def test_project_in_utf_16_is_read(tmp_path):
    """The encoding alone is no reason to refuse."""
    xml = project(text_source("Grüße"), head="")
    assert read_qdpx(written(tmp_path, xml.encode("utf-16"))).sources[0].text == "Grüße"


@pytest.mark.parametrize(
    ("xml", "rule"), [(project()[:-3], "xml"), ("", "xml"), ("a", "xml"), (project(text_source("Wort " * (2 * MEGABYTE + 1))), "size")]
)  # fmt: skip
def test_damaged_and_excessive_xml(tmp_path, xml, rule):
    """Cut off, empty, one text beyond all measure; what every archive refuses stands in test_archive."""
    path = tmp_path / "projekt.qdpx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("project.qde", xml)
    assert refused(path) == rule


def test_deep_trees_of_codes_are_read(tmp_path):
    """As deep as the parser allows; texts within texts are no more than unknown."""
    deep = "".join(f'<Code guid="D{n}" name="d">' for n in range(240)) + "</Code>" * 240
    inside = "<Transcript>" * 200 + "</Transcript>" * 200
    sources = f'<Sources><AudioSource guid="T1" name="a">{inside}</AudioSource></Sources>'
    found = read_qdpx(written(tmp_path, project(sources, codes=f"<CodeBook><Codes>{deep}</Codes></CodeBook>")))
    assert len(found.codes) == 240
    assert [loss.kind for loss in found.losses] == ["text_absent", "unknown_element"]


def test_too_many_tags():
    """They are counted before anything is parsed."""
    with pytest.raises(UnsafeContentError, match="elements"):
        list(iterate_objects(b"<" * (MAX_TAGS + 1)))


def test_memory_follows_the_largest_document():
    """Objects are freed one by one."""
    source = '<TextSource guid="T1">' + '<PlainTextSelection guid="S1" name="abc"/>' * 500 + "</TextSource>"
    many = f'<Project xmlns="{PROJECT_NAMESPACE}"><Sources>{source * 100}</Sources></Project>'.encode()
    left = [len(element.getparent()) for name, element in iterate_objects(many) if name == "TextSource"]
    assert len(left) == 100
    assert max(left) <= 4  # the parser is some bytes ahead
