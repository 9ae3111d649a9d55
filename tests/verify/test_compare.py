"""Tables cell by cell, numbers in the text one by one, pages by what a reader sees of them."""

import json
import zipfile

import pytest

from gkanalysis.verify.compare import compare_tables, compare_values, seen_content

TABLE = "row,subgroup,n,base_n,share,ci_low\n1.1,alle,39,45,0.8666666666666667,0.75\n1.10,alle,9,45,0.2,\n"


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("39,45", "39.0,45", "same_values"),
        ("0.75", "0.7500", "same_values"),
        ("\n", "\r\n", "same_values"),
        ("0.8666666666666667", "0.8666666666666670", "within_tolerance"),
        ("0.75", "0.7500000009", "within_tolerance"),
        ("0.75", "0.7500000011", "differs"),
        ("39,45", "39.0000000001,45", "differs"),
        ("1.10", "1.1", "differs"),
        ("0.75", "", "differs"),
        ("0.75", "nan", "differs"),
        ("n,base_n", "base_n,n", "differs"),
    ],
)
def test_verdict_on_tables(old, new, verdict):
    """Only measures have a tolerance, counts have none, ids that look like numbers are text."""
    assert compare_tables(TABLE, TABLE.replace(old, new))["verdict"] == verdict
    assert compare_tables(TABLE.replace(old, new), TABLE)["verdict"] == verdict


def test_first_cell_that_differs_is_named():
    """Line, key, column, old and new of the first one; later ones are not shown."""
    found = compare_tables(TABLE, TABLE.replace("9,45,0.2", "10,46,0.3"))
    assert found == {
        "verdict": "differs",
        "message": "Zeile 3 (1.10, alle, 9), Spalte n",
        "old": "9",
        "new": "10",
    }


def test_rows_and_cells_that_only_one_side_has():
    """A lost row, a new row, a longer row: what is missing is said."""
    shorter = "\n".join(TABLE.splitlines()[:2]) + "\n"
    lost = compare_tables(TABLE, shorter)
    assert lost["message"] == "Zeile 3 gibt es nur einmal; bisher 3 Zeilen, jetzt 2"
    assert (lost["old"], lost["new"]) == ("1.10, alle, 9", "fehlt")
    assert compare_tables(shorter, TABLE)["old"] == "fehlt"
    longer = compare_tables(TABLE, TABLE.replace("0.75", "0.75,x"))
    assert (longer["verdict"], longer["old"], longer["new"]) == ("differs", "fehlt", "x")
    assert compare_tables("", TABLE)["verdict"] == compare_tables(TABLE, "")["verdict"] == "differs"


def value(name, text, wording="n", **more):
    return {"id": name, "wording": wording, "text": text} | more


def compared(old, new):
    return [(r["id"].partition("#")[2], r["verdict"], r["old"], r["new"]) for r in compare_values(json.dumps(old), json.dumps(new))]  # fmt: skip


def test_one_row_for_each_number_in_the_text():
    """The same, changed, gone and new; what stands there is shown, or the part that differs."""
    old = [
        value("a", "58"),
        value("b", "48 von 58", "of", n=48),
        value("weg", "3"),
        value("c", "x", rows=[1]),
    ]
    new = [
        value("a", "58"),
        value("b", "47 von 58", "of", n=47),
        value("c", "x", rows=[2]),
        value("neu", "1"),
    ]
    assert compared(old, new) == [
        ("a.n", "identical", "", "58"),
        ("b.of", "differs", "48 von 58", "47 von 58"),
        ("weg.n", "not_rebuilt", "", ""),
        ("c.n", "differs", "[1]", "[2]"),
        ("neu.n", "not_checked", "", ""),
    ]


@pytest.mark.parametrize("name", ["a", "kern-gruppe", "a-b-c"])
def test_a_wording_used_twice_is_two_rows(name):
    """A change of the first or of the second use is found, whatever the id looks like."""
    old = [value(name, "1"), value(name, "2"), value(name, "3")]
    for k in range(3):
        new = [v | {"text": "9"} if i == k else v for i, v in enumerate(old)]
        rows = compared(old, new)
        assert [r[1] for r in rows] == ["differs" if i == k else "identical" for i in range(3)]
        assert len({r[0] for r in rows}) == 3


@pytest.mark.parametrize("broken", ["", "{", '{"a": 1}', "[1]"])
def test_values_that_cannot_be_read_are_never_the_same(broken):
    """Neither side gives a green row when its list is broken, not even if both are."""
    for pair in ((broken, "[]"), ("[]", broken), (broken, broken)):
        (row,) = compare_values(*pair)
        assert row["verdict"] == "not_checked"
        assert "ist die Liste der Zahlen nicht lesbar." in row["message"]


def page(tmp_path, body, head=""):
    path = tmp_path / "p.html"
    path.write_text(f"<html><head>{head}</head><body>{body}</body></html>", encoding="utf-8")
    return seen_content(path)


BODY = "<p id='x' class='a'>39 von <a href=\"#b\">45</a></p><img src='data:1' alt='Balken'>"


@pytest.mark.parametrize(
    ("old", "new"),
    [("39", "40"), ("#b", "#c"), ("id='x'", "id='y'"), ("data:1", "data:2"), ("Balken", "Torten"), ("<p", "<p>x</p><p")],
)  # fmt: skip
def test_what_a_reader_sees_of_a_page(old, new, tmp_path):
    """Words, targets of links, anchors, pictures and their descriptions, in either quotation marks."""
    assert page(tmp_path, BODY) != page(tmp_path, BODY.replace(old, new))


@pytest.mark.parametrize(("old", "new"), [("class='a'", "class='b'"), ("<p ", "<p  "), ("<p id", "<p\nid")])
def test_what_a_reader_does_not_see_of_a_page(old, new, tmp_path):
    """Classes, spaces in tags, styles and scripts."""
    assert page(tmp_path, BODY) == page(
        tmp_path, BODY.replace(old, new), "<style>p{}</style><script>1<2</script>"
    )


def word_file(tmp_path, **changed):
    path = tmp_path / "w.docx"
    parts = {
        "word/document.xml": "<w:t>39 von 45</w:t><wp:docPr descr=\"Balken\"/>", "word/footnotes.xml": "<w:t>Fuß</w:t>",
        "word/_rels/document.xml.rels": "<R Target='x'/>", "word/media/image1.png": "png", "docProps/core.xml": "2019",
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (parts | changed).items():
            archive.writestr(name, text)
    return seen_content(path)


@pytest.mark.parametrize(
    ("part", "text", "seen"),
    [
        ("word/document.xml", "<w:t>40 von 45</w:t>", True),
        ("word/document.xml", '<w:t>39 von 45</w:t><wp:docPr descr="Torten"/>', True),
        ("word/footnotes.xml", "<w:t>Fuss</w:t>", True),
        ("word/_rels/document.xml.rels", "<R Target='y'/>", True),
        ("word/media/image1.png", "gnp", True),
        ("word/media/image2.png", "png", True),
        ("docProps/core.xml", "2020", False),
        ("word/document.xml", "<w:t w:rsid='1'>39 von 45</w:t><wp:docPr descr=\"Balken\"/>", False),
    ],
)
def test_what_a_reader_sees_of_a_word_file(part, text, seen, tmp_path):
    """Words, notes, links, pictures and descriptions; not properties and ids of editing."""
    assert (word_file(tmp_path) != word_file(tmp_path, **{part: text})) == seen
