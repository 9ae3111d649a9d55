"""A table is declared in YAML; every mistake in the declaration is named at once."""

import pytest

from gkanalysis.codebook.declared import Document
from gkanalysis.codebook.lists import table_spec
from gkanalysis.core.errors import CodebookError

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
    spec = table_spec(Document.load(LOG).content)
    assert spec.sheets == ("Protokoll", "Log")
    assert spec.key == ("case_id", "day")
    case_id, day, days, form, state = spec.columns
    assert (case_id.kind, case_id.titles, case_id.required) == ("text", ("Kennung",), True)
    assert (day.low, days.high) == ("2019-01-01", 5)
    assert form.options == {"beratung": ("Beratung", "1"), "telefon": ()}
    assert state.options == {"offen": (), "fertig": ()}
    assert (state.required, state.may_be_absent) == (False, True)


@pytest.mark.parametrize(
    ("declaration", "sentence"),
    [
        ("{}", "es fehlt „columns“"),
        ("columns: [{name: a, kind: option}]", "Spalte „a“: Vorgaben .options. gehören zur Art „option“"),
        ("columns: [{name: a, options: [x]}]", "Vorgaben .options. gehören zur Art „option“"),
        ("columns: [{name: a, titles: Tag}, {name: TAG}]", "die Überschrift „tag“ gehört zu zwei Spalten"),
        ("columns: [{name: a, low: viel, kind: int}]", "Spalte „a“: „viel“ passt nicht zur Art „int“"),
        ("columns: [{name: a, low: 5.3.2020, kind: date}]", "„5.3.2020“ passt nicht zur Art „date“ .Tage wie 2019-01-31"),
        ("columns: [{name: a, low: [1]}]", "low: eine Liste ist keine Zahl und kein Tag"),
        ("columns: [{name: a, options: 3}]", "gehören zur Art „option“"),
        ("{columns: [{name: a}], key: [b]}", "key: Spalte „b“ gibt es nicht .erlaubt: a"),
        ("{columns: [{name: a, title: x}], key: b}", r"(?s)^Tabelle „Logbuch“ ist nicht stimmig:.*„title“.*„b“"),
    ],
)  # fmt: skip
def test_mistakes_are_named(declaration, sentence):
    """Each mistake has its sentence, with the name of what is declared; two come in one pass."""
    with pytest.raises(CodebookError, match=sentence):
        table_spec(Document.load(declaration).content, "Logbuch")
