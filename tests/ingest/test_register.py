"""The register: what would be counted nowhere or twice is refused, every problem in one pass."""

import pandas as pd
import pytest

from forms import ROOT
from gkanalysis.codebook.register import read_register_codebook
from gkanalysis.core.errors import ValidationError
from gkanalysis.ingest.register import read_register, register_frames

BOOK = read_register_codebook(ROOT / "data/codebook/register.yml")
UNITS = """\
unit_id,name,type,municipalities_n,bezirk,landesteil,ruhr
S1,Amselstadt,kreisfreie_stadt,,bezirk_1,rheinland,ja
K1,Kreis Borretsch,kreis,10,bezirk_2,rheinland,nein
"""
ALLIANCES = """\
alliance_id,name,type,unit_id,bezirk,landesteil,ruhr,office,municipalities_n,joined_n,own_alliances_n
B1,Amselstadt,kreisfreie_stadt,S1,bezirk_1,rheinland,ja,ki,,,
B2,Kreis Borretsch,kreis,K1,bezirk_2,rheinland,nein,bildung,10,5,1
B3,Gemeinde Bläuling,kreisangehoerige_kommune,K1,bezirk_2,rheinland,nein,soziales,,,
"""


@pytest.fixture
def read(tmp_path):
    """Reads a register of the two tables above, with texts replaced."""

    def run(*changes, units=UNITS, alliances=ALLIANCES):
        for old, new in changes:
            assert old in units + alliances
            units, alliances = units.replace(old, new), alliances.replace(old, new)
        (tmp_path / "register").mkdir()
        (tmp_path / "register/gebiete.csv").write_text(units, encoding="utf-8")
        (tmp_path / "register/buendnisse.csv").write_text(alliances, encoding="utf-8")
        return read_register(tmp_path, BOOK)

    return run


def test_register_as_frames(read):
    """One row per unit and alliance, counts as integers that may be missing."""
    frames = read()
    assert frames["buendnisse"]["joined_n"].tolist() == [pd.NA, 5, pd.NA]
    assert frames["gebiete"]["municipalities_n"].dtype == "Int64"
    assert frames["buendnisse"]["aliases"].tolist() == ["", "", ""]
    assert "row" not in frames["buendnisse"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("B3,Gem", "B2,Gem"), "Zeile 4: alliance_id „B2“ steht schon in Zeile 3"),
        (("stadt,S1,", "stadt,S9,"), "Zeile 2: unit_id „S9“ steht nicht in „register/gebiete.csv“"),
        (("stadt,S1,", "stadt,K1,"), "Zeile 2: type „kreisfreie_stadt“ passt nicht zum Gebiet „K1“ (kreis)"),
        (("kommune,K1,", "kommune,S1,"), "Zeile 4: type „kreisangehoerige_kommune“ passt nicht zum Gebiet „S1“"),
        (("B3,Gemeinde Bläuling,kreisangehoerige_kommune,K1,bezirk_2,rheinland,nein,soziales,,,",
          "B3,Zweites,kreis,K1,bezirk_2,rheinland,nein,soziales,10,5,0"), "Zeile 4: das Gebiet „K1“ hat schon ein Bündnis in Zeile 3"),
        (("K1,bezirk_2,rheinland,nein,bildung,10", "K1,bezirk_2,rheinland,nein,bildung,11"), "municipalities_n „11“ ist im Gebiet „K1“ „10“"),
        (("S1,bezirk_1,rheinland,ja,ki", "S1,bezirk_1,rheinland,nein,ki"), "Zeile 2: ruhr „nein“ ist im Gebiet „S1“ „ja“"),
        (("10,5,1", "10,5,2"), "own_alliances_n ist 2, das Register enthält 1"),
        (("10,5,1", "10,10,1"), "zusammen mehr als municipalities_n (10)"),
        (("10,5,1", "10,11,1"), "joined_n (11) ist größer als municipalities_n (10)"),
    ],
)  # fmt: skip
def test_problems(read, change, sentence):
    """Repeated ids, unknown units, and whatever an alliance says that is not true of its unit."""
    with pytest.raises(ValidationError) as caught:
        read(change)
    assert sentence in str(caught.value)


def test_every_problem_in_one_pass(read):
    """An unreadable table does not hide the problems of the other one."""
    with pytest.raises(ValidationError) as caught:
        read(("ja,ki", "vielleicht,rathaus"), units=UNITS + "K2,zu kurz\n")
    lines = str(caught.value).splitlines()
    assert len(lines) == 4
    assert [part in line for part, line in zip(("hat 2 statt 7", "ruhr", "office"), lines[1:], strict=True)] == [
        True
    ] * 3


TABLE = {
    "file": "t.csv", "key": "id",
    "columns": [
        {"name": "id", "kind": "id", "label": "Kennung"},
        {"name": "type", "kind": "enum", "label": "Typ", "options": {"a": "A", "b": "B"}},
        {"name": "n", "kind": "count", "label": "Anzahl", "only_if": {"type": "a"}, "at_most": "limit"},
        {"name": "limit", "kind": "count", "label": "Grenze", "optional": True},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("1;a;3;3", ""),
        ("1;a;0;", ""),
        ("1;b;;", ""),
        ("1;a;4;3", "n (4) ist größer als limit (3)"),
        ("1;b;3;", "n „3“ ist nur bei type „a“ vorgesehen; bitte leeren oder type berichtigen"),
        ("1;a;;", "n fehlt (Anzahl)"),
        ("1;c;;", "type „c“ ist unbekannt; erlaubt sind a, b"),
        ("1;a;-1;", "n „-1“ ist keine ganze Zahl"),
        ("1;a;²;", "n „²“ ist keine ganze Zahl"),
        (f"1;a;{'9' * 5000};", "ist keine ganze Zahl"),
        (";b;;", "id fehlt (Kennung)"),
        ("1;b;;\n1;b;;", "id „1“ steht schon in Zeile 2"),
    ],
)
def test_values_of_a_table(tmp_path, row, problem):
    """Each is held against the codebook of its table; the sentence names the line."""
    (tmp_path / "t.csv").write_text(f"id;type;n;limit\n{row}\n", encoding="utf-8")
    if not problem:
        assert len(read_register(tmp_path, {"tables": {"t": TABLE}})["t"]) == 1
        return
    with pytest.raises(ValidationError) as caught:
        read_register(tmp_path, {"tables": {"t": TABLE}})
    assert problem in str(caught.value)
    assert f"t.csv“, Zeile {row.count(chr(10)) + 2}: " in str(caught.value)


@pytest.mark.parametrize(
    ("row", "names"), [("1;c;3;", ["type"]), ("1;;3;", ["type"]), ("1;c;;", ["type"]), ("1;c;x;", ["type", "n"])]
)
def test_condition_that_is_itself_wrong(tmp_path, row, names):
    """Nobody is told to empty a right cell because another one is misspelt; what is wrong in any case is told."""
    (tmp_path / "t.csv").write_text(f"id;type;n;limit\n{row}\n", encoding="utf-8")
    with pytest.raises(ValidationError) as caught:
        read_register(tmp_path, {"tables": {"t": TABLE}})
    assert [line.split(": ")[1].split()[0] for line in str(caught.value).splitlines()[1:]] == names


@pytest.mark.parametrize(
    ("joined", "joined_class"),
    [(10, "alle"), (9, "haelfte"), (5, "haelfte"), (4, "wenige"), (0, "wenige"), (None, "keine")],
)
def test_joined_class(joined, joined_class):
    """All, at least half, fewer: each limit on both sides; without an alliance of the county none."""
    units = pd.DataFrame({"unit_id": ["K1"], "type": ["kreis"], "municipalities_n": [10]})
    alliances = pd.DataFrame({"unit_id": ["K1"], "type": ["kreis"], "joined_n": [joined]})
    frames = register_frames(units, alliances if joined is not None else alliances[:0])
    assert frames["kreise"][["joined_class", "outside_n"]].values.tolist() == [[joined_class, 10 - (joined or 0)]]
