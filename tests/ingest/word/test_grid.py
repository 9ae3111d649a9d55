"""Labels beside controls, headers above them, and the real grid of tables."""

from docx import Document

from docx_parts import cell, paragraph, read, row, states, table, text_control, tick
from gkanalysis.ingest.office import open_word_file
from gkanalysis.ingest.word.form import read_word_form


def test_labels_beside_controls():
    """Before it in the line, after it for ticks, before it in the cell, left of it in the row, above the table."""
    form = read(
        paragraph("Oben")
        + paragraph("Name: ", text_control("A"), " Ort: ", text_control("B"))
        + paragraph(text_control("C"))
        + paragraph(tick(True), " Ja  ", tick(False), " Nein, und zwar: ", text_control("D"))
        + paragraph("Davor")
        + table(
            row(cell(paragraph(text_control("E"))), cell("Vorname", paragraph(text_control("F")))),
            row("Links", "", cell(paragraph(text_control("G")))),
        )
    )
    assert {field.value: field.label for field in form.fields if field.kind == "text"} == {
        "A": "Name:", "B": "Ort:", "C": "Name: Ort:", "D": "Nein, und zwar:", "E": "Davor", "F": "Vorname",
        "G": "Links",
    }  # fmt: skip
    assert states(form, "checkbox") == [("Ja", "selected"), ("Nein, und zwar:", "not_selected")]


def test_text_beside_a_control_is_a_field_unless_it_is_its_label():
    """Whoever types next to a control is heard; a printed label is not taken for an answer."""
    form = read(table(row("Lage", cell(paragraph(tick(True)), "nur zum Teil"))))
    (field,) = [field for field in form.fields if "text_beside_control" in field.notes]
    assert (field.kind, field.value, field.state) == ("cell", "nur zum Teil", "answered")
    form = read(table(row("Lage", cell(paragraph("Ort: ", text_control("Essen"))))))
    assert [field.kind for field in form.fields] == ["cell", "text"]
    form = read(paragraph(text_control("Essen"), " (Ruhr)"))
    assert [(field.kind, field.value) for field in form.fields] == [("paragraph", "(Ruhr)"), ("text", "Essen")]


def test_merged_grid():
    """Spans and vertical merges are resolved: each grid cell of a merged one has its text."""
    form = read(
        table(
            row(
                cell("Akteur", look='<w:vMerge w:val="restart"/>'),
                cell("Zusammenarbeit", look='<w:gridSpan w:val="2"/>'),
                cell("Bemerkung", look='<w:vMerge w:val="restart"/>'),
            ),
            row(cell("", look="<w:vMerge/>"), "ja", "geplant", cell("", look="<w:vMerge/>")),
            row(cell("A Bildung", look='<w:gridSpan w:val="4"/>')),
            row("Schulamt", cell(paragraph(tick(True))), "x", "seit 2018"),
        )
    )
    grid = form.tables[0]
    assert (grid.n_rows, grid.n_columns) == (4, 4)
    assert [grid.texts[2, column] for column in range(1, 5)] == ["Akteur", "ja", "geplant", "Bemerkung"]
    assert [grid.texts[3, column] for column in range(1, 5)] == ["A Bildung"] * 4
    found = {(field.row, field.column): field.label for field in form.fields}
    assert found[4, 2] == found[4, 3] == "Schulamt"
    assert (2, 1) not in found


def test_rows_that_begin_later_on_the_grid():
    """gridBefore shifts a row; hMerge joins cells the old way."""
    form = read(
        table(
            row("a", "b", "c"),
            row("d", look='<w:gridBefore w:val="2"/>'),
            row(cell("e", look='<w:hMerge w:val="restart"/>'), cell("", look="<w:hMerge/>"), "f"),
        )
    )
    grid = form.tables[0]
    assert grid.texts[2, 3] == "d"
    assert [grid.texts[3, column] for column in range(1, 4)] == ["e", "e", "f"]
    assert (2, 1) not in grid.texts


def test_text_inside_a_merged_away_cell_is_reported():
    """Nobody sees it in Word, so nobody would miss it."""
    form = read(table(row(cell("a", look='<w:vMerge w:val="restart"/>')), row(cell("verdeckt", look="<w:vMerge/>"))))
    assert [(field.value, field.notes) for field in form.fields] == [("a", ()), ("verdeckt", ("merged_cell",))]


def test_empty_cells_are_fields():
    """Where an answer could stand, a field says that there is none."""
    fields = read(table(row("Jobcenter", "", cell("", "")))).fields
    assert [(field.kind, field.state, field.column) for field in fields[1:]] == [
        ("cell", "not_answered", 2),
        ("cell", "not_answered", 3),
    ]


def test_texts_agree_with_python_docx(tmp_path):
    """For ordinary tables both readers see the same, merged cells included."""
    document = Document()
    grid = document.add_table(rows=3, cols=3)
    for number, entry in enumerate(entry for line in grid.rows for entry in line.cells):
        entry.text = f"Zelle {number}\n mit\tTab"
    grid.cell(0, 0).merge(grid.cell(0, 1))
    grid.cell(1, 2).merge(grid.cell(2, 2))
    grid.cell(1, 0).paragraphs[0].add_run(" und fett").bold = True
    path = tmp_path / "a.docx"
    document.save(path)
    read_grid = read_word_form(open_word_file(path)).tables[0]
    expected = {
        (row, column): grid.cell(row - 1, column - 1).text.strip() for row in range(1, 4) for column in range(1, 4)
    }
    assert dict(read_grid.texts) == expected
