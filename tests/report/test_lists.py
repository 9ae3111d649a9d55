"""Lists in a chapter: totals keep the word that qualifies them, visits add up, events stand in the order of days."""

import pytest

from gkanalysis.core.errors import NotebookError
from gkanalysis.report.lists import Events, Totals, event_rows, total_rows
from gkanalysis.report.shown import VALUE
from gkanalysis.report.values import WORDINGS, value_from_record
from gkanalysis.report.visits import Visits, band_rows
from logfolder import LISTS, LogFolder


def plain(text):
    """Text with ordinary spaces."""
    return text.replace("\u00a0", " ")


def printed(rows):
    """Cells of printed rows."""
    return [[plain(c) for c in r.cells] for r in rows]


def test_totals_as_they_are_printed(tmp_path):
    """Word, number, unit, the total it is part of; a heading for each publication."""
    table = Totals(LogFolder(tmp_path).chapter(), "totals").table()
    assert printed(total_rows(table)) == [
        ["Seite"], ["erreichte Menschen", "30. Juni 2023", "etwa 23.600"], ["Skizzen", "30. Juni 2023", "93"],
        ["Projekte", "30. Juni 2023", "19 von 93"], ["Frauen", "30. Juni 2023", "rund 27 %"],
        ["Bericht"], ["Fonds", "31. Dezember 2019", "50 Mio. Euro"],
    ]  # fmt: skip
    assert table.set_index("row").loc["projects", ["n", "base_n"]].tolist() == [19, 93]


@pytest.mark.parametrize("wording", WORDINGS)
def test_no_wording_loses_the_qualifier(tmp_path, wording):
    """Whatever an author asks for, „etwa“ comes with the number, also after the value was stored and read."""
    chapter = LogFolder(tmp_path).chapter()
    Totals(chapter, "totals").value("reached", "reached")
    (record,) = chapter.values.records()
    assert value_from_record(record).wording(wording) == "etwa 23.600"


def test_total_in_the_text(tmp_path):
    """Alone, at the start of a sentence, as a part, as a share, as a word."""
    chapter = LogFolder(tmp_path).chapter()
    totals = Totals(chapter, "totals")
    for name in ("reached", "projects", "women"):
        totals.value(name, name)
    v = chapter.values
    worded = (v.reached, v.reached.capital, v.projects.of, v.projects.percent, v.women.word, v.projects.word)
    used = [w._repr_mimebundle_()[VALUE] for w in worded]
    assert [plain(u["text"]) for u in used] == [
        "etwa 23.600", "Etwa 23.600", "19 von 93", "20 %", "rund 27 %", "19"
    ]  # fmt: skip
    assert {u["definition"] for u in used} == {
        "list_total?source=totals&key=indicator&column=value&part=part_of"
    }
    assert totals.qualifiers() == "„etwa“ und „rund“"


@pytest.mark.parametrize(
    ("at", "value", "says"),
    [(2, 23600.5, "Zeile 2: „erreichte Menschen“ hat keine ganze Zahl"), (5, "nichts", "Zeile 2: „Teil von“ nennt „nichts“")],
)  # fmt: skip
def test_wrong_total(tmp_path, at, value, says):
    """Half a person and a part of nothing are sentences with the row."""
    rows = [list(r) for r in LISTS["totals"][1]]
    rows[0][at] = value
    with pytest.raises(NotebookError, match=says):
        Totals(LogFolder(tmp_path, totals=rows).chapter(), "totals").table()


def test_unknown_total_and_other_list(tmp_path):
    """The sentence names the totals that there are, or the column that the list lacks."""
    chapter = LogFolder(tmp_path).chapter()
    with pytest.raises(NotebookError, match="„men“ steht nicht in „totals“; es gibt reached, drafts"):
        Totals(chapter, "totals").value("men", "men")
    with pytest.raises(NotebookError, match="Der Liste „log“ fehlt die Spalte „indicator“"):
        Totals(chapter, "log")


def test_source_lines(tmp_path):
    """What is published says so, and that it is not invented where all else is; the log is counted."""
    real, invented = LogFolder(tmp_path / "a").chapter(), LogFolder(tmp_path / "b", synthetic=True).chapter()
    assert Totals(real, "totals").source == "Quelle: Liste totals; wie veröffentlicht."
    assert Totals(invented, "totals").source.endswith("; anders als die übrigen Daten nicht erfunden.")
    assert Visits(invented, "log").source == "Quelle: Liste log; eigene Berechnung; synthetische Daten."


def test_extent_of_visits(tmp_path):
    """Visits, days with their half, alliances of all; by form and team."""
    log = Visits(LogFolder(tmp_path).chapter(), "log")
    assert printed(log.extent_rows(log.extent(), {"form": "nach Form", "team": "nach Team"})) == [
        ["alle Besuche", "3", "4", "2 von 3"],
        ["nach Form"], ["Beratung", "2", "2,5", "2 von 3"], ["Telefon", "1", "1,5", "1 von 3"],
        ["nach Team"], ["Team X", "2", "2", "1 von 3"], ["Team Y", "1", "2", "1 von 3"],
    ]  # fmt: skip


def test_days_and_visits_of_each(tmp_path):
    """Who had exactly what was foreseen, who had none; every number of visits in between has a line."""
    log = Visits(LogFolder(tmp_path).chapter(), "log")
    assert printed(band_rows(log.used(2))) == [
        ["alle 2 Tage", "2 von 3", "67 %"], ["mehr als 2 Tage", "0 von 3", "0 %"],
        ["weniger als 2 Tage", "0 von 3", "0 %"], ["keinen Tag", "1 von 3", "33 %"],
    ]  # fmt: skip
    assert [r[0] for r in printed(band_rows(log.visits()))] == ["0 Besuche", "1 Besuch", "2 Besuche"]


def test_agreed_steps_only(tmp_path):
    """The state of a visit without an agreed step does not count."""
    log = Visits(LogFolder(tmp_path).chapter(), "log")
    table = log.by_type("state", given="agreed").query("subgroup == 'alle'")
    assert table[["row", "n", "base_n"]].values.tolist() == [["offen", 1, 2], ["fertig", 1, 2]]
    assert log.filled("agreed")[["n", "base_n"]].values.tolist() == [[2, 3]]


def test_events(tmp_path):
    """In the order of days under their year, whatever the order of the list; counted by place."""
    events = Events(LogFolder(tmp_path).chapter(), "events")
    assert printed(event_rows(events.table())) == [
        ["2018"], ["Auftakt: Auftakt", "digital", "27. November 2018"], ["2019"], ["Auftakt: Bedarf", "Sonnentau", "3. April 2019"],
        ["2020"], ["Abschluss: Rückblick", "Sonnentau", "9. Januar 2020"],
    ]  # fmt: skip
    assert events.count("location", "digital")[["n", "base_n"]].values.tolist() == [[1, 3]]


def test_event_without_a_place(tmp_path):
    """It is not printed half."""
    with pytest.raises(NotebookError, match="Zeile 2: Datum, Ort, Art oder Thema fehlt"):
        Events(LogFolder(tmp_path, events=[["2019-04-03", None, "start", "x"]]).chapter(), "events").table()
