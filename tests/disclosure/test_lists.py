"""What lists give away: options are answers of alliances, and a place may stand in the row of a public list only."""

import pandas as pd
import pytest

from gkanalysis.codebook.policy import Attribute, NameRules, Policy, Rule, SourceRules, read_policy
from gkanalysis.core.errors import CodebookError
from gkanalysis.disclosure.data import read_sources
from gkanalysis.disclosure.exact import find_breaches
from gkanalysis.disclosure.matching import Index, ListedNames, Name
from gkanalysis.disclosure.readclaims import read_claims
from gkanalysis.disclosure.received import Forbidden, read_listed
from gkanalysis.disclosure.verbatim import Spoken
from gkanalysis.report.lists import Events
from gkanalysis.report.visits import Visits
from logfolder import TYPES, LogFolder

PUBLIC = SourceRules(kind="public", reason="veröffentlicht")


def policy(threshold=2, **log):
    """The events are public, the log is confidential."""
    sources = {
        "events": PUBLIC,
        "log": SourceRules(variables=(Rule("confidential", ("present",), "*"),), **log),
    }
    return Policy(threshold, {"type": Attribute("Typ", "", TYPES)}, sources, {}, (), (), (), NameRules())


def claims(drawn, table, rules):
    """What a table says, and the data it is about."""
    data = read_sources(drawn.paths, rules)
    numbers = [(f"t:{c['row']}:{c['subgroup']}", c) for c in table.to_dict("records")]
    return data, read_claims(numbers, data, rules, {})


def test_answers_of_an_alliance(tmp_path):
    """Options, options with a filled column, filled columns, sums and number of rows."""
    data = read_sources(LogFolder(tmp_path).paths, policy())["log"]
    told = {q: data.answers[q].tolist() for q in ("any", "form/tel", "state/fertig", "state/fertig+agreed", "filled/agreed", "days", "rows")}  # fmt: skip
    assert told == {
        "any": ["present", "present", "absent"], "form/tel": ["present", "absent", "absent"],
        "state/fertig": ["present", "present", "absent"], "state/fertig+agreed": ["absent", "present", "absent"],
        "filled/agreed": ["present", "present", "absent"], "days": ["2", "2", "0"], "rows": ["2", "1", "0"],
    }  # fmt: skip


def test_single_alliance_in_a_group(tmp_path):
    """One telephone call in a type of one alliance leads to it; over all it is allowed where the policy says so."""
    drawn = LogFolder(tmp_path)
    rules = policy(total_from=1)
    data, said = claims(drawn, Visits(drawn.chapter(), "log").by_type("form"), rules)
    found = find_breaches(data["log"], said.of["log"], rules)
    assert {(b.question, b.groups) for b in found} >= {("form/tel", ("kreis",))}
    total = Visits(drawn.chapter(), "log").by_type("form").query("subgroup == 'alle'")
    data, said = claims(drawn, total, rules)
    assert find_breaches(data["log"], said.of["log"], rules) == []


def test_every_number_of_the_log_is_read(tmp_path):
    """Nothing that a chapter can print of the log stays unread, and all of it fits the data."""
    drawn = LogFolder(tmp_path)
    log = Visits(drawn.chapter(), "log")
    for table in (
        log.extent(),
        log.by_type("state", given="agreed"),
        log.used(2),
        log.visits(),
        log.filled("agreed"),
    ):
        data, said = claims(drawn, table, policy(total_from=1))
        assert said.unread == []
        assert said.of["log"]
        assert not any(
            b.kind == "contradiction"
            for b in find_breaches(data["log"], said.of["log"], policy(total_from=1))
        )


def test_public_list_and_undeclared_one(tmp_path):
    """Events say nothing of anybody; a list that is neither public nor of alliances is not read."""
    drawn = LogFolder(tmp_path)
    table = Events(drawn.chapter(), "events").table()
    _, said = claims(drawn, table, policy())
    assert (said.public, said.of, said.unread) == (3, {}, [])
    _, said = claims(drawn, table, Policy(2, {}, {}, {}, (), (), (), NameRules()))
    assert len(said.unread) == 3


ROWS = pd.DataFrame({"topic": ["Bedarf"], "location": ["Sonnentau"], "date": ["2019-04-03"]})
CELLS = ["Auftakt: Bedarf", "Sonnentau", "3.\u00a0April 2019"]


def problems(*texts, rows=ROWS, suffix="Absatz"):
    """How often the name is found in a file with these texts."""
    listed = ListedNames.of(rows, "topic", "location", "date")
    names = Index.of([Name("Sonnentau", "Ort", "Register")])
    forbidden = Forbidden(names, Spoken.of([], [], quoted=5), listed)
    return len(list(forbidden.problems("x.docx", [(f"{suffix} {k}", t) for k, t in enumerate(texts)])))


def test_place_in_its_row():
    """Cell by cell, or all in one text as a PDF has them, with attributes between the cells."""
    assert problems(*CELLS) == 0
    assert problems("Kopf\n" + "\n".join(CELLS) + "\n2020") == 0
    assert problems(*CELLS, rows=ROWS.assign(location="Mond")) == 1


@pytest.mark.parametrize(
    "texts",
    [
        (*CELLS, "Rücklauf", "Sonnentau", "3. April 2019"), (CELLS[0], CELLS[1], "4. April 2019"), ("Thema", *CELLS[1:]),
        (*CELLS, "in Sonnentau"), ("\n".join(CELLS) + " und Sonnentau",), ("\n".join(CELLS) + "\nSonnen-\ntau",),
        ("Sonnentau",), ("Bedarf Sonnentaus 3. April 2019",),
    ],
)  # fmt: skip
def test_the_same_name_elsewhere(texts):
    """Another row, another day, prose, the same page, a hyphen: the name is found."""
    assert problems(*texts) == 1


def test_attributes_are_no_cells():
    """An alternative text is no row of a table."""
    assert problems(*CELLS, suffix="<w:t>, Attribut") == 1


def test_rule_needs_the_exhibit_and_a_public_list(tmp_path):
    """Without the printed table nothing is permitted; a list that is not public cannot be declared."""
    drawn = LogFolder(tmp_path)
    text = (
        "threshold: 2\nattributes: {}\nsources: {events: {kind: public, reason: veröffentlicht}}\nnames:\n  lists:\n"
        "    - {source: events, exhibit: liste, before: topic, name: location, behind: date, reason: Projektseite}\n"
    )
    path = tmp_path / "disclosure.yml"
    path.write_text(text, encoding="utf-8")
    assert read_listed(drawn.paths, read_policy(path), "bericht").rows == {}
    (drawn.paths.reports / "bericht/tables").mkdir(parents=True)
    (drawn.paths.reports / "bericht/tables/liste.csv").write_text("row\n", encoding="utf-8")
    assert set(read_listed(drawn.paths, read_policy(path), "bericht").rows) == {("sonnentau",), ("digital",)}
    path.write_text(text.replace("kind: public", "kind: confidential"), encoding="utf-8")
    with pytest.raises(CodebookError, match="keine öffentliche Quelle ist „events“"):
        read_policy(path)
    path.write_text(text.replace(", reason: Projektseite", ""), encoding="utf-8")
    with pytest.raises(CodebookError, match="names › lists › location: es fehlt „reason“"):
        read_policy(path)
