"""Tracked changes, struck-out and hidden text."""

import pytest

from docx_parts import (
    cell,
    control,
    in_cell,
    only,
    paragraph,
    part,
    read,
    row,
    run,
    table,
    text_control,
    tick,
)


def test_tracked_changes_are_read_as_accepted():
    """Insertions are in, deletions and moved-away text are out, both are noted."""
    content = (
        run("neun ")
        + '<w:del w:id="1"><w:r><w:delText>zwölf </w:delText></w:r></w:del>'
        + f'<w:ins w:id="2">{run("zehn ")}</w:ins>'
        + f'<w:moveFrom w:id="3">{run("weg ")}</w:moveFrom><w:moveTo w:id="4">{run("da")}</w:moveTo>'
    )
    field = only(read(in_cell(control("<w:text/>", content))), "text")
    assert field.value == "neun zehn da"
    assert field.raw == "neun zwölf zehn weg da"
    assert field.notes == ("tracked_deletion", "tracked_insertion")


def test_tick_changed_under_tracking():
    """Word stores both glyphs; the inserted one goes with the state."""
    content = (
        '<w:del w:id="1"><w:r><w:delText>☐</w:delText></w:r></w:del>' + f'<w:ins w:id="2">{run("☒")}</w:ins>'
    )
    field = only(
        read(in_cell(control('<w14:checkbox><w14:checked w14:val="1"/></w14:checkbox>', content))), "checkbox"
    )
    assert (field.state, field.notes) == ("selected", ("tracked_deletion", "tracked_insertion"))


def test_deletion_beside_a_control_is_kept_in_the_raw_value():
    """A tick typed beside the box and taken back leaves a trace."""
    form = read(
        table(
            row(
                "Lage",
                cell(paragraph(tick(False), '<w:del w:id="1"><w:r><w:delText>x</w:delText></w:r></w:del>')),
            )
        )
    )
    (field,) = [field for field in form.fields if field.notes]
    assert (field.kind, field.state, field.value, field.raw) == ("cell", "not_answered", "", "x")
    assert field.notes == ("tracked_deletion", "text_beside_control")


def test_inserted_and_deleted_controls():
    """A control put in by a tracked change is noted, one taken out is listed."""
    form = read(paragraph("a: ", f'<w:ins w:id="1">{text_control("neu", "t")}</w:ins>'))
    assert only(form, "text").notes == ("tracked_insertion",)
    form = read(paragraph("a: ", f'<w:del w:id="1">{text_control("alt", "t")}</w:del>'))
    assert [field.kind for field in form.fields] == ["paragraph"]
    assert [(entry.what, entry.text) for entry in form.skipped] == [("tracked_deletion", "alt")]


def test_rows_and_paragraph_marks_of_tracked_changes():
    """A deleted row is no row; paragraphs whose mark is deleted run together."""
    form = read(
        table(row("a", "b"), row("c", "d", look='<w:del w:id="1"/>'), row("e", "f", look='<w:ins w:id="2"/>'))
    )
    assert form.tables[0].texts == {(1, 1): "a", (1, 2): "b", (2, 1): "e", (2, 2): "f"}
    assert [entry.what for entry in form.skipped] == ["tracked_deletion"]
    assert [field.notes for field in form.fields if field.row == 2] == [("tracked_insertion",)] * 2
    joined = f'<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr>{run("Sozial")}</w:p>{paragraph("amt")}'
    assert [field.value for field in read(joined).fields] == ["Sozialamt"]


@pytest.mark.parametrize("look", ["<w:strike/>", '<w:dstrike w:val="1"/>', "<w:vanish/>"])
def test_struck_and_hidden_text_does_not_count(look):
    """It is not part of the value, stays in the raw value, and is noted."""
    field = only(read(in_cell(control("<w:text/>", run("alt ", look) + run("neu")))), "text")
    assert (field.value, field.raw) == ("neu", "alt neu")
    assert field.notes == (("hidden",) if "vanish" in look else ("struck",))


def test_looks_come_from_styles_too():
    """A style may strike out, a style based on it does so, and a run may switch it off."""
    styles = part(
        "styles",
        '<w:style w:styleId="Weg"><w:rPr><w:strike/></w:rPr></w:style>'
        '<w:style w:styleId="Auch"><w:basedOn w:val="Weg"/></w:style>'
        '<w:style w:styleId="Kreis"><w:basedOn w:val="Kreis"/></w:style>',
    )
    text = (
        run("a", '<w:rStyle w:val="Auch"/>')
        + run("b", '<w:rStyle w:val="Auch"/><w:strike w:val="0"/>')
        + run("c")
    )
    assert only(read(in_cell(control("<w:text/>", text)), styles=styles), "text").value == "bc"
    styled = f'<w:p><w:pPr><w:pStyle w:val="Weg"/></w:pPr>{run("weg")}</w:p>{paragraph("da")}'
    values = [(field.value, field.state) for field in read(styled, styles=styles).fields]
    assert values == [("", "not_answered"), ("da", "answered")]
