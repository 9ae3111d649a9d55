"""The README says what the commands beside it have made."""

from pathlib import Path

from benchmarks.readme import embed, made_tables

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_tables_are_those_of_the_commands():
    """No table in the README is older than the file its command wrote."""
    assert embed(README, made_tables()) == README


def test_every_table_has_its_place():
    """A table that a command has made is shown, between its marks."""
    for name in made_tables():
        assert f"<!-- {name} -->" in README
