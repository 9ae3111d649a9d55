"""The policy file: what it must say, and what it says of an item, a number or a file."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from gkanalysis.codebook.policy import read_policy
from gkanalysis.core.errors import CodebookError

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "data/codebook/disclosure.yml"
WAVE, TALKS = "strukturen-2018", "reflexionsgespraeche-2019"


def test_shipped_policy_classifies_every_item_of_the_forms():
    """Names of codebook items are public only where a reason is given; texts of alliances are free text."""
    policy = read_policy(SHIPPED)
    kinds = {i: policy.rule(WAVE, i).kind for i in ("2.1", "2.2.1", "1.1.A01.4", "1.1.A01.3", "contact")}
    assert kinds == {
        "2.1": "confidential", "2.2.1": "free_text", "1.1.A01.4": "public", "1.1.A01.3": "confidential", "contact": "confidential",
    }  # fmt: skip
    assert policy.rule(WAVE, "1.2.1", text=True).kind == "free_text"
    assert policy.rule("neue-welle-2020", "1").kind == "confidential"
    assert (policy.threshold, policy.least_quoted(TALKS), policy.least_quoted("neue-gespraeche-2020")) == (3, 2, 3)


def test_signed_exceptions_are_the_published_numbers():
    """Each exception names a printed number, and the number is the one that was printed."""
    published = pd.read_csv(ROOT / "data/published/zwischenbericht-2019.csv", dtype=str).set_index("id")
    for e in read_policy(SHIPPED).exceptions:
        printed, subgroup = published.loc[e.published, ["printed", "subgroup"]]
        assert (printed, subgroup.replace("befragte Kommunen", "alle")) == (str(e.n), e.groups[0])


@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        (("exceptions", 0, "reason"), None, "exceptions › 2.1: es fehlt „reason“"),
        (("sources", WAVE, "variables", 0), {"match": "x", "kind": "public"}, "„x“ ist ohne Grund öffentlich"),
        (("sources", WAVE, "variables", 0, "kind"), "geheim", "kind: „geheim“ gibt es nicht (erlaubt: public, confidential, free_text"),
        (("threshold",), 1, "threshold: „1“ ist zu klein; erlaubt sind ganze Zahlen ab 2"),
        (("sources", "neu"), {"kind": "public"}, "Quelle „neu“ ist ohne Grund öffentlich"),
        (("sources", TALKS, "links", 0, "reason"), None, f"sources › {TALKS} › links › aufbau.gesellschaft: es fehlt „reason“"),
        (("sources", TALKS, "links", 0, "attribute"), "ofice", "› attribute: Merkmal „ofice“ gibt es nicht (erlaubt: type, bezirk, landesteil, ruhr, office; gemeint ist wohl „office“)"),
        (("sources", TALKS, "quotations", "least_cases"), 0, "least_cases: „0“ ist zu klein; erlaubt sind ganze Zahlen ab 1"),
        (("names", "lists", 0, "source"), "x", "source: öffentliche Quelle „x“ gibt es nicht (erlaubt: register, "),
    ],
)  # fmt: skip
def test_incomplete_policy_is_refused(answer, place, value, sentence):
    """Nothing is public or allowed by mistake; the sentence says what is wrong. None stands for a key that is not there."""
    content = here = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    for key in place[:-1]:
        here = here[key]
    here[place[-1]] = value
    if value is None:
        del here[place[-1]]
    assert sentence in answer(read_policy, yaml.safe_dump(content, allow_unicode=True, sort_keys=False))


def test_missing_policy_stops_everything(tmp_path):
    """Without rules no report appears."""
    with pytest.raises(CodebookError, match="Ohne sie erscheint kein Bericht"):
        read_policy(tmp_path / "fehlt.yml")
