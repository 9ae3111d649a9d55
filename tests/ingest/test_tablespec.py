"""A table is declared in YAML; every mistake in the declaration is named at once."""

import pytest
import yaml

from gkanalysis.core.errors import CodebookError
from gkanalysis.ingest.tablespec import table_spec

LOG = """
sheet: [Protokoll, Log]
key: [case_id, day]
columns:
  - {name: case_id, titles: Kennung}
  - {name: day, kind: date, titles: [Datum, Tag], low: 2019-01-01}
  - {name: days, kind: number, low: 0, high: 5}
  - {name: form, kind: option, options: {beratung: [Beratung, 1], telefon: }}
  - {name: state, kind: option, options: [offen, fertig], required: false, may_be_absent: true}
"""


def test_declaration_is_read():
    """Sheets, key, headings, options and bounds; single words are lists of one, YAML's own types become text."""
    spec = table_spec(yaml.safe_load(LOG))
    assert spec.sheets == ("Protokoll", "Log")
    assert spec.key == ("case_id", "day")
    case_id, day, days, form, state = spec.columns
    assert (case_id.kind, case_id.titles, case_id.required) == ("text", ("Kennung",), True)
    assert (day.low, days.high) == ("2019-01-01", 5)
    assert form.options == {"beratung": ("Beratung", "1"), "telefon": ()}
    assert state.options == {"offen": (), "fertig": ()}
    assert (state.required, state.may_be_absent) == (False, True)


@pytest.mark.parametrize(
    ("declaration", "said"),
    [
        ("{}", "es ist keine Spalte angegeben"),
        ("columns: [{kind: text}]", "Spalte 1 braucht einen Namen"),
        (
            "columns: [{name: a, kind: float}]",
            "Spalte „a“: Art „float“ ist unbekannt.*int, number, date, text, option",
        ),
        ("columns: [{name: a, kind: option}]", "passt nicht zu den Vorgaben"),
        ("columns: [{name: a, options: [x]}]", "passt nicht zu den Vorgaben"),
        ("columns: [{name: a, title: x}]", "Spalte „a“: „title“ ist keine Angabe zu einer Spalte"),
        ("columns: [{name: a, titles: Tag}, {name: TAG}]", "die Überschrift „tag“ gehört zu zwei Spalten"),
        ("{columns: [{name: a}], key: [b]}", "der Schlüssel nennt die unbekannte Spalte „b“"),
    ],
)
def test_mistakes_are_named(declaration, said):
    """Each mistake has its sentence."""
    with pytest.raises(CodebookError, match=said):
        table_spec(yaml.safe_load(declaration), "Logbuch")


def test_all_mistakes_in_one_pass():
    """Two mistakes, one message with the name of what is declared."""
    with pytest.raises(CodebookError, match=r"^Logbuch: .*„title“.*„b“.*bitte die Angaben berichtigen\.$"):
        table_spec({"columns": [{"name": "a", "title": "x"}], "key": "b"}, "Logbuch")


def test_own_headings_may_repeat_the_name():
    """A heading that is the name of its column is no conflict."""
    assert table_spec({"columns": [{"name": "tag", "titles": ["Tag", "TAG"]}]}).columns[0].titles == (
        "Tag",
        "TAG",
    )
