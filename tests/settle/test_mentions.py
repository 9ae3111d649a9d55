"""Open answers are taken apart into mentions, and the team's codings are laid beside them; nothing is dropped."""

import pandas as pd
import pytest
import yaml

from gkanalysis.codebook.categories import read_category_book
from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.core.errors import CodebookError
from gkanalysis.core.findings import Log
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.settle.mentions import MENTION_COLUMNS, coding_template, read_mentions
from wavebook import BOOK, TYPES

SOURCE, ITEM = "probe-2023", "1.4"
HEADING = "source;case_id;item_id;mention;text;category;coder"
CATEGORIES = {
    "coders": ["A", "B"],
    "items": [
        {
            "source": SOURCE, "item": ITEM, "label": "Vorhaben",
            "categories": [
                {"id": c, "label": c.title(), "definition": f"Alles mit {c}."} for c in ("sport", "kochen", "sonstiges")
            ],
        },
        {"source": "andere-2020", "item": "9", "label": "X", "categories": [{"id": "x", "label": "X", "definition": "X."}]},
    ],
}  # fmt: skip
# case, type, state and text of the open item
ANSWERS = (
    ("B1", TYPES[0], "answered", "Fußball; Kochen am Abend;"),
    ("B2", TYPES[0], "answered", "Schwimmen;Laufen"),
    ("B3", TYPES[1], "answered", "Grillen"),
    ("B4", TYPES[1], "not_answered", ""),
    ("B5", TYPES[2], "not_asked", "Kochen"),
)
CODED = (
    "B1;1.4;1;Fußball;sport;A", "B1;1.4;2;Kochen am Abend;kochen;A", "B1;1.4;2;Kochen am Abend;sonstiges;B",
    "B2;1.4;1;Schwimmen;sport;A", "B2;1.4;2;Laufen;sport;A", "B3;1.4;1;Grillen;kochen, sonstiges;A",
)  # fmt: skip


class OpenFolder:
    """The folders of the wave; `coded` are lines of `kategorien.csv` without the source, None: no such file."""

    def __init__(self, root, coded=CODED, categories=CATEGORIES):
        self.paths = ProjectPaths.of(root, root / "data/raw")
        self.folder = self.paths.data / SOURCE
        for made in (self.folder, self.paths.codebooks, self.paths.processed):
            made.mkdir(parents=True)
        for name, content in (("probe", BOOK), ("kategorien", categories)):
            text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
            (self.paths.codebooks / f"{name}.yml").write_text(text, encoding="utf-8")
        if coded is not None:
            lines = [HEADING, *(f"{SOURCE};{line}" for line in coded)]
            (self.folder / "kategorien.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.book = read_codebook(self.paths.codebooks / "probe.yml")
        rows = [
            {"case_id": c, "item_id": ITEM, "occurrence": 1, "state": s, "value": v, "raw": v, "file": f"{c}.docx"}
            for c, _, s, v in ANSWERS
        ]  # fmt: skip
        self.responses = pd.DataFrame(rows).assign(part="word/document.xml", place="/w:p[1]")
        self.cases = pd.DataFrame({"case_id": [a[0] for a in ANSWERS], "type": [a[1] for a in ANSWERS]})
        self.cases = self.cases.assign(status="full", file=self.cases["case_id"] + ".docx")

    def read(self):
        """Mentions, and the findings that reading them left."""
        log = Log()
        book = read_category_book(self.paths.codebooks / "kategorien.yml")
        mentions = read_mentions(self.folder, self.responses, self.book, book, log)
        return mentions, log.finding_table()


def told(mentions):
    """Case, number, text, category and coder of each row."""
    return list(mentions[["case_id", "mention", "text", "category", "coder"]].itertuples(index=False, name=None))


def test_mentions_with_their_categories(tmp_path):
    """One row per mention, coder and category, coders and categories in the order of the codebook."""
    mentions, findings = OpenFolder(tmp_path).read()
    assert told(mentions) == [
        ("B1", 1, "Fußball", "sport", "A"), ("B1", 2, "Kochen am Abend", "kochen", "A"),
        ("B1", 2, "Kochen am Abend", "sonstiges", "B"), ("B2", 1, "Schwimmen", "sport", "A"),
        ("B2", 2, "Laufen", "sport", "A"), ("B3", 1, "Grillen", "kochen", "A"),
        ("B3", 1, "Grillen", "sonstiges", "A"),
    ]  # fmt: skip
    assert mentions[["file", "place"]].drop_duplicates().values.tolist()[0] == ["B1.docx", "/w:p[1]"]
    assert findings["rule"].unique().tolist() == ["K09"]  # B has begun and not finished


@pytest.mark.parametrize(
    ("state", "value", "note", "why"),
    [
        ("answered", "nein", "", "Filter: 1.1 lautet „Nein“, gefragt ist nur nach „Ja“"),
        ("answered", "nein", "decided", "Filter: 1.1 lautet „Nein“ (so entschieden), gefragt ist nur nach „Ja“"),
        ("illegible", "", "", "Filter: 1.1 ist nicht lesbar, gefragt ist nur nach „Ja“"),
    ],
)
def test_category_of_an_answer_that_does_not_count(tmp_path, state, value, note, why):
    """The answer stands in the form, its filter does not hold: the category is set aside, and nothing stops."""
    drawn, log = OpenFolder(tmp_path, coded=[*CODED, "B5;1.4;1;Kochen;kochen;A"]), Log()
    row = {
        "case_id": "B5", "item_id": "1.1", "occurrence": 1, "state": state, "value": value, "raw": "",
        "file": "B5.docx",
    }  # fmt: skip
    responses = pd.concat([drawn.responses.assign(note=""), pd.DataFrame([row | {"note": note}])])
    categories = read_category_book(drawn.paths.codebooks / "kategorien.yml")
    mentions = read_mentions(drawn.folder, responses, drawn.book, categories, log)
    assert "B5" not in set(mentions["case_id"])
    (finding,) = [f for f in log.findings if f["rule"] == "K10"]
    assert (finding["severity"], why in finding["message"]) == ("finding", True)
    assert [(x["case_id"], x["item_id"], x["rule"], x["reason"]) for x in log.losses] == [("B5", "1.4", "K10", why)]


def test_spreadsheet_that_is_missing(tmp_path):
    """With categories and without codings all mentions are uncoded, said once."""
    mentions, findings = OpenFolder(tmp_path, coded=None).read()
    assert set(mentions["category"]) == {""}
    assert len(mentions) == 5
    assert findings["rule"].tolist() == ["K01"]
    assert "5 Nennungen" in findings["message"].item()


def test_source_without_categories(tmp_path):
    """There is an empty table with the same columns; codings without any category are refused."""
    drawn = OpenFolder(tmp_path, coded=None, categories=CATEGORIES | {"items": CATEGORIES["items"][1:]})
    mentions, findings = drawn.read()
    assert list(mentions.columns) == MENTION_COLUMNS
    assert (len(mentions), len(findings)) == (0, 0)
    assert read_mentions(drawn.folder, drawn.responses, drawn.book, None, Log()).empty
    (drawn.folder / "kategorien.csv").write_text("source\n")
    with pytest.raises(CodebookError, match="fehlen die Kategorien"):
        read_mentions(drawn.folder, drawn.responses, drawn.book, None, Log())


@pytest.mark.parametrize("item", ["1.1", "7.7"])
def test_categories_of_no_open_item(tmp_path, item):
    """A single choice has options, and what the form does not ask has no answers."""
    items = [CATEGORIES["items"][0] | {"item": item}]
    with pytest.raises(CodebookError, match=f"„{item}“ ist keine offene Frage von „probe-2023“"):
        OpenFolder(tmp_path, categories=CATEGORIES | {"items": items}).read()


@pytest.mark.parametrize("coded", [CODED, CODED[:3], None])
def test_template_keeps_codings(tmp_path, coded):
    """The sheet for the team holds every mention for every coder; put back unchanged it changes nothing."""
    drawn = OpenFolder(tmp_path, coded=coded)
    before, _ = drawn.read()
    book = read_category_book(drawn.paths.codebooks / "kategorien.yml")
    sheet = coding_template(before, book, SOURCE)
    assert len(sheet.splitlines()) == 1 + 5 * 2
    (drawn.folder / "kategorien.csv").write_text(sheet, encoding="utf-8", newline="")
    assert drawn.read()[0].equals(before)
