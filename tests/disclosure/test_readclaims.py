"""Which reader gets a number, and what is said of one that none can read."""

import pytest

from gkanalysis.codebook.policy import Rule
from gkanalysis.disclosure.readclaims import read_claims
from gkanalysis.disclosure.world import Question
from populations import SOURCE, make_policy


@pytest.mark.parametrize(
    ("definition", "total_from", "reason"),
    [
        (f"magic?source={SOURCE}", 1, "die Rechenvorschrift „magic“ ist der Prüfung nicht bekannt"),
        ("offers?source=fremd", 1, "die Rechenvorschrift „offers“ ist der Prüfung nicht bekannt"),
        ("category?source=fremd&column=status", 1, "die Rechenvorschrift „category“ ist der Prüfung nicht bekannt"),
        (f"codings?source={SOURCE}", 1, f"'ja' gibt es in „{SOURCE}“ nicht"),
        (f"agreement?source={SOURCE}", None, "die Rechenvorschrift „agreement“ ist der Prüfung nicht bekannt"),
        (f"agreement?source={SOURCE}", 1, ""), ("nested?table=t", None, ""), ("category?frame=alliances&column=type", None, ""),
        (f"single_response?source={SOURCE}&item=r", None, ""),
    ],
)  # fmt: skip
def test_unread_and_public_numbers(population, definition, total_from, reason):
    """Unknown ways of counting, sources and codes have a reason; the register, wholes and public questions pass."""
    population.data.questions["r"] = Question("r", ("ja",))
    policy = make_policy(
        rules=(Rule("public", match="r", reason="gedruckt"), Rule("confidential")), total_from=total_from
    )
    cell = {"row": "ja", "subgroup": "alle", "n": 1, "base_n": 2, "definition": definition}
    claims = read_claims([("wert", cell)], {SOURCE: population.data}, policy, {})
    assert (claims.of, claims.public) == ({}, 0 if reason else 1)
    assert claims.unread == ([("wert", reason)] if reason else [])
