"""The PDF: accessible and archivable, and its lists tell the true pages."""

import json
import re

import pikepdf
import pytest

from gkanalysis.core.errors import RenderError
from gkanalysis.report.pdf import render_pdf
from tools.system import needs, run


def pdf(probe):
    return render_pdf(probe.prepared())


def layout(path):
    """The pages of a PDF as lines that stand as they are printed, with plain spaces."""
    text = run(["pdftotext", "-layout", "-enc", "UTF-8", path, "-"], strict=True)
    return [re.sub(r"[ \u00a0\u2002]+", " ", page) for page in text.replace("\u2060", "").split("\f")]


def squeeze(text):
    """Text without any space, so that it does not matter where lines break."""
    return re.sub(r"\s", "", text)


def test_missing_alternative_text_is_a_sentence(small):
    """What slips past every check of ours is refused by Typst, as an error of the report, not of the program."""
    probe = small()
    setting = probe.prepared()
    setting.exhibits["abb"]["alt"] = ""
    with pytest.raises(RenderError, match=r"Typst setzt den Bericht nicht: .*missing alt text"):
        render_pdf(setting)


def test_exhibit_named_like_a_file_of_the_document(small):
    """An exhibit with the id `info` or `report` does not replace the report's own data."""
    for name in ("info", "report"):
        probe = small(text=f"# A\n\n::: {{.exhibit #{name}}}\n:::")
        probe.document["exhibits"] = {name: probe.document["exhibits"]["tab"] | {"id": name}}
        assert pdf(probe).startswith(b"%PDF")


def test_properties_of_the_file(small, tmp_path):
    """Title, authors, keywords and language; the title is shown in the window."""
    (tmp_path / "a.pdf").write_bytes(pdf(small()))
    with pikepdf.open(tmp_path / "a.pdf") as document, document.open_metadata() as metadata:
        assert metadata["dc:title"] == "Ein „kleiner“ Bericht"
        assert metadata["dc:creator"] == ["Erste, Zweite"]
        assert str(document.Root.Lang) == "de-DE"
        assert "Bündnis" in metadata["pdf:Keywords"]
    assert set(re.findall(rb"D:(\d{8})", (tmp_path / "a.pdf").read_bytes())) == {b"20190901"}  # of the report


@needs("poppler")
def test_lists_of_exhibits_tell_the_true_pages(built):
    """On the page that a list names stands the exhibit, and the entry links there."""
    document = json.loads((built.paths.build / "reports" / built.report.id / "document.json").read_bytes())
    exhibits = {e["label"]: e for e in document["exhibits"].values() if e["label"]}
    pages = layout(built.file("pdf"))
    whole = "\f".join(pages)
    lists = whole[whole.rindex("\nTabellen\n") :]
    start = whole[: whole.rindex("\nTabellen\n")].count("\f") + 1  # the page on which they begin, at the end
    entries = re.findall(r"^ *((?:Übersicht|Tabelle|Abbildung) \d+) (.*?) (\d+)$", lists, re.MULTILINE | re.DOTALL)
    assert sorted(label for label, _, _ in entries) == sorted(exhibits)
    for label, title, page in entries:
        assert squeeze(title) == squeeze(exhibits[label]["title"])
        assert squeeze(label + title) in squeeze(pages[int(page) - 1])
        others = [k for k, text in enumerate(pages[: start - 1], start=1) if squeeze(label + title) in squeeze(text)]
        assert others == [int(page)]
    with pikepdf.open(built.file("pdf")) as file:
        numbers = {page.obj.objgen: k for k, page in enumerate(file.pages, start=1)}
        # the contents lead to named places, the lists of exhibits to points on pages
        marks = [a for page in file.pages[start - 1 :] for a in page.get("/Annots", ())]
        leads = [numbers[a.Dest[0].objgen] for a in marks if isinstance(a.Dest, pikepdf.Array)]
    # an entry at the head of a page has a second, empty link at the foot of the one before
    assert list(dict.fromkeys(leads)) == list(dict.fromkeys(int(page) for _, _, page in entries))


@needs("poppler")
def test_exhibits_stay_in_their_chapter(built):
    """One that does not fit moves to the head of the next page, but not out of its chapter, nor before another one."""
    document = json.loads((built.paths.build / "reports" / built.report.id / "document.json").read_bytes())
    _, *chapters = re.split(r"^# (?=[^{\n]+(?:\{#[\w-]+\})?$)", document["markdown"], flags=re.MULTILINE)
    whole = squeeze("".join(layout(built.file("pdf"))[3:]))
    begins = [whole.index(squeeze(f"{k} {c.partition('{')[0].splitlines()[0]}")) for k, c in enumerate(chapters, 1)]
    assert begins == sorted(begins)
    places = {"Tabelle": [], "Abbildung": [], "Übersicht": []}
    for chapter, begin, end in zip(chapters, begins, [*begins[1:], len(whole)], strict=True):
        for name in re.findall(r"\.exhibit #([\w-]+)", chapter):
            shown = document["exhibits"][name]
            place = whole.index(squeeze(shown["label"] + shown["title"]))
            assert begin < place < end, name
            places[shown["label"].split()[0]].append(place)
    assert all(order == sorted(order) for order in places.values())
    assert sum(map(len, places.values())) > 15
