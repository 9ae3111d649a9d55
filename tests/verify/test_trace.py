"""Where a number comes from: cells of tables, points of figures, numbers in the text; counted a second time."""

import json

import pandas as pd
import pytest

from gkanalysis.core.errors import UsageError, VerificationError
from gkanalysis.disclosure.printed import find_numbers
from gkanalysis.verify.trace import find_untraced, trace_cell, trace_number
from gkanalysis.verify.tracewords import check_printed, origin_lines, report_of
from tools.project import REPORT

# Ways of counting in which a row is one; in the others a row says how many it adds.
EACH_IS_ONE = {"multiple_response", "single_response", "category", "findings", "rows"}


@pytest.fixture(scope="module")
def numbers(rebuilt):
    """Every number of the report by id."""
    return dict(find_numbers(rebuilt.folder))


def traced(rebuilt, numbers, number_id):
    return trace_cell(rebuilt.chapter, numbers[number_id])


def printed(rebuilt, kind, exhibit, row, subgroup):
    """n and base of one cell as it stands in the CSV of the report."""
    table = pd.read_csv(rebuilt.folder / kind / f"{exhibit}.csv", dtype={"row": str})
    (cell,) = table[(table["row"] == row) & (table["subgroup"] == subgroup)].itertuples()
    return int(cell.n), int(cell.base_n)


def test_as_many_rows_as_the_number_says(rebuilt, numbers):
    """In ways of counting where a row is one, n and base are the rows shown; ids are unique."""
    assert len(numbers) == sum(1 for _ in find_numbers(rebuilt.folder)) > 400
    for number_id in list(numbers)[::12]:
        trace = traced(rebuilt, numbers, number_id)
        check_printed(trace, numbers[number_id], number_id)
        if trace.definition.partition("?")[0] in EACH_IS_ONE:
            assert len(trace.counted) == trace.n
            assert trace.base_n is None or len(trace.counted) + len(trace.rest) == trace.base_n


def test_cell_of_a_multiple_response(rebuilt, numbers):
    """Each alliance of the base stands once, in n or in the rest, with the place in its form."""
    trace = traced(rebuilt, numbers, "uebersicht-10:1.1.A01.4:kreis")
    assert (trace.n, trace.base_n) == printed(rebuilt, "tables", "uebersicht-10", "1.1.A01.4", "kreis")
    assert set(trace.counted["state"]) == {"selected"}
    assert set(trace.rest["state"]) <= {"not_selected", "not_answered"}
    assert not set(trace.counted["case_id"]) & set(trace.rest["case_id"])
    assert trace.counted["file"].str.endswith(".docx").all()
    assert trace.counted["place"].str.startswith("/w:document[1]/").all()
    assert (trace.counted["part"] == "word/document.xml").all()


def test_point_of_a_figure(rebuilt, numbers):
    """A bar is traced like a cell."""
    trace = traced(rebuilt, numbers, "kerngruppe-typ:ja:kreisfreie_stadt")
    assert (trace.n, trace.base_n) == printed(rebuilt, "figures", "kerngruppe-typ", "ja", "kreisfreie_stadt")
    assert set(trace.counted["value"]) == {"ja"}
    assert set(trace.rest["value"]) == {"nein"}


def test_rows_of_the_register(rebuilt, numbers):
    """„x von y“ of the register names its rows; what a row adds is its value."""
    trace = traced(rebuilt, numbers, "uebersicht-01:u1-01:alle")
    assert set(trace.counted["file"]) <= {"register/buendnisse.csv", "register/gebiete.csv"}
    assert trace.counted["place"].str.startswith("Kennung ").all()
    assert trace.counted["value"].astype(int).sum() == trace.n
    assert len(trace.rest) == trace.base_n - trace.n


def test_number_in_the_text(rebuilt, numbers):
    """A number that counts rows of a notebook names each of them and looks it up in the data."""
    trace = traced(rebuilt, numbers, "eingegangen")
    values = {v["id"]: v for v in json.loads((rebuilt.folder / "values.json").read_text(encoding="utf-8"))}
    assert (trace.n, trace.base_n) == (values["eingegangen"]["n"], values["eingegangen"]["base_n"])
    assert len(set(trace.counted["case_id"])) == trace.n
    assert not set(trace.counted["case_id"]) & set(trace.rest["case_id"])


def test_a_stored_row_that_is_not_in_the_data_is_an_error(rebuilt, numbers):
    """A number in the text counts nothing that nobody received."""
    value = dict(numbers["eingegangen"])
    value["rows"] = [["B99", *value["rows"][0][1:]], *value["rows"][1:]]
    with pytest.raises(VerificationError, match=r"Die gezählte Zeile „B99, .*“ steht nicht in den Daten"):
        trace_cell(rebuilt.chapter, value)


def test_counted_rows_must_lie_in_their_base(rebuilt, numbers):
    """A count of other things than the base holds is an error."""
    value = dict(numbers["eingegangen"])
    value["base_rows"] = value["base_rows"][1:]
    with pytest.raises(VerificationError, match="„eingegangen“: das Gezählte liegt nicht in seiner Basis"):
        trace_cell(rebuilt.chapter, value)


@pytest.mark.parametrize(("part", "printed"), [("n", 1), ("base_n", 1), ("base_n", None)])
def test_a_number_that_its_rows_do_not_add_up_to_is_an_error(part, printed, rebuilt, numbers):
    """A wrong count, a wrong base, a base that is missing; both numbers are named."""
    cell = dict(numbers["uebersicht-10:1.1.A01.4:kreis"])
    trace = trace_cell(rebuilt.chapter, cell)
    check_printed(trace, cell, "x")
    cell[part] = printed
    words = f"x: im Bericht {cell['n']} von {cell['base_n']}, nachgezählt {trace.n} von {trace.base_n}"
    with pytest.raises(VerificationError, match=words):
        check_printed(trace, cell, "x")


@pytest.mark.parametrize(
    ("definition", "row", "sentence"),
    [
        ("magic?source=strukturen-2018", "a", "ist keine bekannte Rechenvorschrift"),
        ("multiple_response?set=kerngruppe&base=asked&status=full", "1.1.A01.4", "fehlt 'source'"),
        ("multiple_response?source=strukturen-2018&set=nichts&base=asked&status=full", "1.1.A01.4", "nichts"),
        ("nested?table=uebersicht-01", "u1-99", "die Zeile"),
        ("category?frame=alliances&column=nichts", "ki", "fehlt 'nichts'"),
    ],
)
def test_definitions_that_lead_nowhere(definition, row, sentence, rebuilt):
    """An unknown way of counting, or one that names what does not exist, is a sentence."""
    with pytest.raises(VerificationError) as error:
        trace_number(rebuilt.chapter, definition, row)
    assert sentence in str(error.value)
    assert "die Zahl lässt sich nicht verfolgen" in str(error.value)


@pytest.mark.parametrize(
    "number_id", ["uebersicht-10:1.1.A01.4:kreis", "kerngruppe-typ:ja:kreis", "eingegangen"]
)
def test_lines_for_the_terminal(number_id, rebuilt, numbers):
    """Number, definition in words, then a line per row in n and per row in the base only."""
    trace = traced(rebuilt, numbers, number_id)
    lines = origin_lines(rebuilt.paths, REPORT, number_id)
    assert lines[0] == f"{number_id}: {trace.n} von {trace.base_n}"
    assert lines[1].startswith("Gezählt ")
    assert f"Gezählt ({trace.n}):" in lines
    assert f"In der Basis, aber nicht gezählt ({trace.base_n - trace.n}):" in lines
    shown = [line for line in lines if line.startswith("  ")]
    assert len(shown) == trace.base_n
    assert all(case in " ".join(shown) for case in trace.counted["case_id"])
    assert all(" /w:" in line or "register/" in line or ".docx" in line for line in shown)


def test_lines_say_what_the_form_shows(rebuilt, numbers):
    """State, raw value, file, part and place of each response."""
    trace = traced(rebuilt, numbers, "uebersicht-10:1.1.A01.4:kreis")
    first = trace.counted.iloc[0]
    line = next(
        x for x in origin_lines(rebuilt.paths, REPORT, "uebersicht-10:1.1.A01.4:kreis") if x.startswith("  ")
    )
    assert line.startswith(f"  {first['case_id']}  angekreuzt; im Bogen: ")
    assert line.endswith(f"; {first['file']} word/document.xml {first['place']}")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("kerngruppe:ja:kreise", "kerngruppe:ja:kreis"),
        ("uebersicht-10:1.1.A1.4:kreis", "uebersicht-10:1.1.A01.4:kreis"),
        ("eingegangn", "eingegangen"),
        ("p_kerngrupe", "p_kerngruppe"),
    ],
)
def test_an_unknown_number_is_a_sentence_with_what_may_be_meant(asked, meant, rebuilt):
    """The nearest ids are named, of tables, figures and the text."""
    with pytest.raises(UsageError) as error:
        origin_lines(rebuilt.paths, REPORT, asked)
    said = str(error.value)
    assert said.startswith(f"„{asked}“ ist keine Zahl von „{REPORT}“; gemeint sein könnte: ")
    assert meant in said.rpartition(": ")[2].rstrip(".").split(", ")


def test_an_id_that_resembles_nothing_still_gets_examples(rebuilt):
    """Whoever knows no id at all sees how they look."""
    with pytest.raises(UsageError) as error:
        origin_lines(rebuilt.paths, REPORT, "§§§")
    named = str(error.value).rpartition(": ")[2].rstrip(".").split(", ")
    assert set(named) <= dict(find_numbers(rebuilt.folder)).keys()


def test_derived_numbers_say_what_they_are_derived_from(rebuilt):
    """A p value has no rows; a sentence names the exhibits of its chapter."""
    derived = dict(find_untraced(rebuilt.folder, rebuilt.paths))
    (line,) = origin_lines(rebuilt.paths, REPORT, "p_kerngruppe")
    assert line == f"p_kerngruppe: {derived['p_kerngruppe']}"
    assert "ist abgeleitet" in line
    assert "„kerngruppe-typ“" in line
    assert not set(derived) & dict(find_numbers(rebuilt.folder)).keys()


def test_a_report_that_was_not_built_is_said(rebuilt):
    """The sentence names the command that makes it."""
    with pytest.raises(
        UsageError, match="Den Bericht „anders“ gibt es noch nicht; bitte zuerst „make report“ ausführen"
    ):
        origin_lines(rebuilt.paths, "anders", "eingegangen")


def test_report_of_a_number_is_found(rebuilt):
    """Without a name of a report the first finished one that has the number is taken; what is derived counts, too."""
    reports = ["noch-nicht-gebaut", REPORT]
    for number_id in ("uebersicht-10:1.1.A01.4:kreis", "eingegangen", "p_kerngruppe"):
        assert report_of(rebuilt.paths, reports, number_id) == REPORT
    with pytest.raises(UsageError, match=rf"„eingegangn“ ist keine Zahl.*eingegangen \({REPORT}\)"):
        report_of(rebuilt.paths, reports, "eingegangn")
    with pytest.raises(UsageError, match="noch keinen fertigen Bericht"):
        report_of(rebuilt.paths, ["noch-nicht-gebaut"], "eingegangen")
