"""Declared rows "x of y" and how they are read from YAML."""

import pytest
import yaml

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate import Condition, Count, CountRow, count_row_from_mapping

FULL = """
id: large
label: Kreise mit mehr als zehn Kommunen
level: 1
count:
  frame: districts
  where:
    - {column: type, operator: in, value: [kreis, region]}
    - {column: members, operator: ">", value: 10}
  sum_of: members
of: {frame: districts}
"""


def test_row_is_read_from_yaml():
    """All parts of a row survive, lists become tuples."""
    assert count_row_from_mapping(yaml.safe_load(FULL)) == CountRow(
        id="large",
        label="Kreise mit mehr als zehn Kommunen",
        level=1,
        count=Count(
            "districts",
            (Condition("type", "in", ("kreis", "region")), Condition("members", ">", 10)),
            sum_of="members",
        ),
        of=Count("districts"),
    )


def test_short_row_has_no_base_and_no_conditions():
    """What is left out, or left empty in YAML, has its default."""
    row = count_row_from_mapping(yaml.safe_load("{id: a, label: A, count: {frame: x, where: }, of: }"))
    assert row == CountRow("a", "A", Count("x"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # not a mapping
        ("- a", r"Zähltabelle: „\['a'\]“ ist kein Abschnitt mit Angaben"),
        # unknown key
        (
            "{id: a, label: A, count: {frame: x}, from: {frame: x}}",
            "Zeile „a“: Die Angabe „from“ ist unbekannt",
        ),
        # lacking key
        ("{id: a, label: A}", "Zeile „a“: Die Angabe „count“ ist nötig und fehlt, erlaubt sind „id“"),
        # wrong kind
        ("{id: 1, label: A, count: {frame: x}}", "Zeile „1“: Die Angabe „id“ ist von der falschen Art"),
        # count is not a mapping
        ("{id: a, label: A, count: x}", "Die Angabe „count“ ist von der falschen Art"),
        # no frame
        ("{id: a, label: A, count: {sum_of: m}}", "Zeile „a“, count: Die Angabe „frame“ ist nötig und fehlt"),
        # a condition without value
        (
            "{id: a, label: A, count: {frame: x, where: [{column: c, operator: '='}]}}",
            "Zeile „a“, count, where: Die Angabe „value“ ist nötig und fehlt",
        ),
        # a condition that is a text
        ("{id: a, label: A, count: {frame: x, where: [c]}}", "count, where: „c“ ist kein Abschnitt"),
        # the base is checked as well
        (
            "{id: a, label: A, count: {frame: x}, of: {frames: x}}",
            "Zeile „a“, of: Die Angabe „frames“ ist unbe",
        ),
    ],
)
def test_malformed_rows_are_refused_with_place_and_remedy(text, message):
    """The message says which row, which part and what is allowed there."""
    with pytest.raises(TabulationError, match=message):
        count_row_from_mapping(yaml.safe_load(text))


def test_unknown_operator_is_refused_with_all_that_exist():
    """The list of operators in the message is complete."""
    with pytest.raises(TabulationError) as error:
        Condition("members", "==", 3)
    assert str(error.value) == (
        "Bedingung zu „members“: Der Vergleich „==“ ist unbekannt, erlaubt sind „=“, „!=“, „<“, „<=“, „>“, „>=“, "
        "„in“; bitte einen davon angeben, in YAML in Anführungszeichen."
    )


@pytest.mark.parametrize(("sign", "value"), [("in", "kreis"), ("=", ["kreis"])])
def test_only_in_takes_a_list(sign, value):
    """A text is not taken for a list of letters, nor a list for a value."""
    with pytest.raises(TabulationError, match="erlaubt ist bei „in“ eine Liste und sonst ein einzelner Wert"):
        Condition("type", sign, value)
