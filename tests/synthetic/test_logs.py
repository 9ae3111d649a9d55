"""The invented log: every alliance has its days, headings are those of the codebook, ready tables are copied as they are."""

from collections import Counter

import pytest
from lxml import etree

from forms import ROOT, parts_of
from gkanalysis.codebook.declared import load_yaml
from gkanalysis.core.errors import GkError
from tools.synthetic.sheets import make_log, write_tables
from wavebook import alliances

PLAN = load_yaml((ROOT / "data/synthetic/prozessbegleitung-log.yml").read_text(encoding="utf-8"))
BOOK = load_yaml((ROOT / "data/codebook/prozessbegleitung-log.yml").read_text(encoding="utf-8"))


def figure(reference):
    return {"f0-02.numerator": 8}[reference]


def test_every_alliance_has_its_days():
    """The visits of an alliance add up to the planned days, on different workdays within the period."""
    _, *rows = make_log(PLAN, BOOK, alliances(), figure)
    days = Counter()
    for row in rows:
        days[row[0]] += row[2]
    assert set(days.values()) == {5}
    assert set(days) == set(alliances()["alliance_id"])
    assert len({(row[0], row[1]) for row in rows}) == len(rows)
    assert all(row[1].weekday() < 5 for row in rows)
    assert rows == sorted(rows, key=lambda row: row[1])
    assert f"{rows[0][1]:%Y-%m}" == "2019-04"  # printed: the advisers began in April


def test_published_number_of_sites():
    """As many alliances as printed have the one team, all others the other; a team never changes."""
    _, *rows = make_log(PLAN, BOOK, alliances(), figure)
    teams = {(row[0], row[3]) for row in rows}
    assert Counter(team for _, team in teams) == {"Team B": 8, "Team A": 22}


def test_columns_are_those_of_the_codebook():
    """A plan with other columns is refused with the columns that it needs."""
    columns = {k: v for k, v in PLAN["columns"].items() if k != "state"}
    with pytest.raises(GkError, match="case_id, date, days, team, form, topics, agreed, state"):
        make_log(PLAN | {"columns": columns}, BOOK, alliances(), figure)


def test_written_tables(tmp_path):
    """The sheet has its headings, days as days and the synthetic mark; ready tables are the same bytes."""
    said = write_tables(ROOT, tmp_path, alliances())
    assert [s.split(":")[0] for s in said] == ["prozessbegleitung-log", "ereignisse", "programm-monitoring"]
    parts = parts_of((tmp_path / "prozessbegleitung-log" / BOOK["file"]).read_bytes())
    first, second = etree.fromstring(parts["xl/worksheets/sheet1.xml"])[0][:2]
    assert ["".join(c.itertext()) for c in first] == [c["titles"][0] for c in BOOK["columns"]]
    assert second[1].get("s") == "1"  # formatted as a day
    assert f'name="{BOOK["sheet"]}"' in parts["xl/workbook.xml"].decode()
    assert "SYNTHETISCH" in parts["docProps/core.xml"].decode()
    for path in (ROOT / "data/synthetic/tables").rglob("*.csv"):
        assert (tmp_path / path.parent.name / path.name).read_bytes() == path.read_bytes()
