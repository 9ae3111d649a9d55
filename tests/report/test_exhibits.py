"""Exhibits refuse to leave the notebook without what a reader needs."""

import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.core.errors import NotebookError
from gkanalysis.report.exhibits import (
    Figure,
    Row,
    Table,
    count_percent_rows,
    nested_rows,
    numbers_view,
    plain_rows,
    printed_blocks,
    subgroup_header,
)

ROOT = Path(__file__).parents[2]

NUMBERS = pd.DataFrame(
    {
        "row": ["a", "a", "b", "b"],
        "subgroup": ["alle", "kreis"] * 2,
        "n": [39, 20, 2, 1],
        "base_n": [45, 22] * 2,
        "mark": ["", "*"] * 2,
    }
)
TABLE = {
    "id": "tab", "label": "Tabelle", "title": "Titel", "base": "Basis", "source": "Quelle", "numbers": NUMBERS,
    "header": ("A", "B"), "rows": (Row(("x", "1")),),
}  # fmt: skip


@pytest.mark.parametrize("name", ["id", "label", "title", "base", "source"])
@pytest.mark.parametrize("blank", ["", "  "])
def test_missing_information_is_refused(name, blank):
    """Label, title, base and source are part of every exhibit; the message names what is missing."""
    with pytest.raises(NotebookError, match=f"fehlt die Angabe „{name}“"):
        Table(**TABLE | {name: blank})


@pytest.mark.parametrize(("alt", "draw"), [("", bytes), (" ", bytes), ("Text", None)])
def test_figure_without_alternative_text_or_drawing_is_refused(alt, draw):
    """A figure that a blind reader cannot read does not exist."""
    fields = {k: TABLE[k] for k in ("id", "label", "title", "base", "source", "numbers")}
    with pytest.raises(NotebookError, match="Alternativtext"):
        Figure(**fields, alt=alt, draw=draw)


@pytest.mark.parametrize("identifier", ["../x", "A", "a b", "a.b", "ä"])
def test_id_names_a_file_safely(identifier):
    """An id becomes a file name, an anchor and a bookmark."""
    with pytest.raises(NotebookError, match="keine Kennung"):
        Table(**TABLE | {"id": identifier})


@pytest.mark.parametrize("row", [Row(("x",)), Row(("x", "1", "2")), Row(("x", "1"), kind="block")])
def test_row_with_wrong_number_of_cells_is_refused(row):
    """A cell too few or too many would stand under the wrong heading."""
    with pytest.raises(NotebookError, match="„x“"):
        Table(**TABLE | {"rows": (row,)})


def test_heading_carries_mark_and_base():
    """Each subgroup has its label, the mark of a small base, and its base."""
    header = subgroup_header(NUMBERS, {"alle": "insgesamt", "kreis": "Kreise"})
    assert header == ["insgesamt (n\u00a0=\u00a045)", "Kreise* (n\u00a0=\u00a022)"]


def test_column_with_different_bases_is_refused():
    """One base in the head for rows that have several would be false."""
    with pytest.raises(NotebookError, match="„kreis“ hat 2 verschiedene Basen"):
        subgroup_header(NUMBERS.assign(base_n=[45, 22, 45, 21]), {})


def test_rows_come_in_the_order_of_blocks_with_count_first():
    """Headings stand before their rows; the order is that of the blocks, not of the table."""
    rows = count_percent_rows(NUMBERS, {"a": "Amt", "b": "Büro"}, {"2": ("Zwei", ["b"]), "1": ("", ["a"])})
    assert rows == (
        Row(("Zwei",), kind="block"),
        Row(("Büro", "2\u00a0(4,4\u00a0%)", "1\u00a0(4,5\u00a0%)"), numbers=("", "b:alle", "b:kreis")),
        Row(("Amt", "39\u00a0(86,7\u00a0%)", "20\u00a0(90,9\u00a0%)"), numbers=("", "a:alle", "a:kreis")),
    )


def test_row_without_numbers_or_with_two_is_refused():
    """Neither a gap nor the last of two numbers is printed silently."""
    with pytest.raises(NotebookError, match="fehlen Zahlen: c"):
        count_percent_rows(NUMBERS, {}, {"1": ("", ["a", "c"])})
    with pytest.raises(NotebookError, match="fehlen Zahlen: b"):
        count_percent_rows(NUMBERS.iloc[:3], {}, {"1": ("", ["a", "b"])})
    with pytest.raises(NotebookError, match="zweimal"):
        count_percent_rows(pd.concat([NUMBERS, NUMBERS.iloc[:1].assign(n=1)]), {}, {"1": ("", ["a"])})


def test_nested_rows_name_their_base_and_keep_their_level():
    """„22 von 23“ with its share; a number without base stands alone."""
    table = pd.DataFrame(
        {
            "row": ["a", "b"],
            "label": ["Städte", "Gemeinden"],
            "n": [22, 288],
            "base_n": [23, None],
            "level": [0, 1],
        }
    )
    assert nested_rows(table) == (
        Row(("Städte", "22\u00a0von\u00a023", "95,7\u00a0%"), numbers=("", "a:alle", "")),
        Row(("Gemeinden", "288", ""), level=1, numbers=("", "b:alle", "")),
    )


def test_plain_rows_refuse_a_share():
    """A column of shares cannot be printed as counts by mistake."""
    assert plain_rows(pd.DataFrame({"a": ["x"], "n": [1200]})) == (Row(("x", "1.200")),)
    with pytest.raises(NotebookError, match="keine ganze Zahl"):
        plain_rows(pd.DataFrame({"a": ["x"], "n": [0.5]}))


def test_headings_of_blocks_come_from_the_codebook():
    """The printed headings of Übersicht 10 are those of the form."""
    blocks = printed_blocks(read_codebook(ROOT / "data/codebook/strukturen.yml"), {"A": ["1.1.A01.4"]})
    assert blocks == {"A": ("Migration und Integration", ["1.1.A01.4"])}


def test_csv_has_full_precision(tmp_path):
    """The file holds what was computed: nothing is rounded, decimals have a point, no index."""
    share = 39 / 45
    Table(**TABLE | {"numbers": pd.DataFrame({"row": ["ä"], "share": [share]})}).save(tmp_path)
    text = (tmp_path / "tables/tab.csv").read_bytes().decode("utf-8")
    assert text == f"row,share\nä,{share!r}\n"
    assert float(text.split(",")[-1]) == share


def test_figure_saves_what_it_draws_once(tmp_path):
    """SVG, PNG and CSV lie beside each other; showing the figure does not draw it again."""
    calls = []

    def draw():
        calls.append(1)
        return b"<svg/>", b"png"

    fields = {k: TABLE[k] for k in ("id", "label", "title", "base", "source")}
    numbers = pd.DataFrame({"label": ["x"], "group_label": ["y"], "n": [1], "base_n": [3]})
    figure = Figure(**fields, numbers=numbers, alt="Text", draw=draw)
    figure.save(tmp_path)
    assert "<svg/>" in figure._repr_html_()
    assert sorted(p.name for p in (tmp_path / "figures").iterdir()) == ["tab.csv", "tab.png", "tab.svg"]
    assert len(calls) == 1


def test_figure_has_a_table_of_its_numbers():
    """The numbers under a figure are label, group, count, base and share."""
    numbers = pd.DataFrame({"label": ["x"], "group_label": ["y"], "n": [1300], "base_n": [2600]})
    header, (row,) = numbers_view(numbers)
    assert header == ("Merkmal", "Gruppe", "n", "Basis", "Anteil")
    assert row["cells"] == ("x", "y", "1.300", "2.600", "50,0\u00a0%")


def test_notebook_page_escapes_text():
    """Text of an exhibit cannot become markup in JupyterLab."""
    page = Table(**TABLE | {"title": "<b>", "rows": (Row(("<i>", "1")),)})._repr_html_()
    assert "<b>" not in page
    assert "&lt;i&gt;" in page


def test_record_has_no_numbers():
    """What the renderer gets is text only: it cannot compute."""
    record = Table(**TABLE).record()
    assert set(record) == {"id", "label", "title", "base", "source", "notes", "kind", "header", "rows"}
    assert {f.name for f in dataclasses.fields(Row)} == set(record["rows"][0])
