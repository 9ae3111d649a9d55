"""Printed figures against each other: small files whose contradictions a reader can see, and brute force."""

from functools import cache
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkanalysis.__main__ import main
from gkanalysis.verify.contradictions import check_consistency, report_lines
from gkanalysis.verify.solver import RULES, Claim, Relation, System

HIGHEST = 9
NAMES = ("a", "b", "c", "d")
GRID = dict(zip(NAMES, np.indices((HIGHEST + 1,) * len(NAMES)).reshape(len(NAMES), -1), strict=True))
SHARES = [(0, 0), (17, 0), (33, 0), (50, 0), (667, 1), (666, 1), (833, 1), (100, 0)]


@st.composite
def systems(draw):
    """Four quantities, some of them printed; sums and limits between them; shares in one or two columns."""
    claims = [Claim(q, draw(st.integers(0, 6))) for q in sorted(draw(st.sets(st.sampled_from(NAMES), min_size=2)))]  # fmt: skip
    for k in range(draw(st.integers(0, 2))):
        n, base = draw(st.permutations(NAMES))[:2]
        value, decimals = draw(st.sampled_from(SHARES))
        band = draw(st.sampled_from([None, None, (-2.5, 2.5), (-1, 0)]))
        claims.append(Claim(f"p{k}", value, decimals, n, base, draw(st.sampled_from(["one", "two"])), band))
    relations = []
    for k in range(draw(st.integers(1, 3))):
        total, *parts = draw(st.permutations(NAMES))[: draw(st.integers(2, 4))]
        terms = {total: 1, **dict.fromkeys(parts, -1)}
        if draw(st.booleans()):
            terms[parts[0]] = -2
        relations.append(Relation(f"Satz {k}.", terms, draw(st.sampled_from([0, np.inf]))))
    return System(claims, relations, HIGHEST)


def possible(system, kept):
    """Whether some numbers fulfil all relations and the kept claims."""
    right = np.ones(GRID["a"].shape, dtype=bool)
    for r in (system.statements[k] for k in system.fixed):
        total = sum(f * GRID[q] for q, f in r.terms.items())
        right &= (total >= 0) & (total <= r.high)
    claims = [system.claims[k] for k in kept]
    columns = sorted({c.column for c in claims if c.n and not c.band})
    for chosen in product(RULES, repeat=len(columns)):
        rules = dict(zip(columns, chosen, strict=True))
        if np.logical_and.reduce([right, *(_true(c, rules.get(c.column, "")) for c in claims)]).any():
            return True
    return False


@cache
def _true(claim, rule):
    """For each row of the grid whether a claim is true; in whole numbers, without the package's arithmetic."""
    if not claim.n:
        return GRID[claim.key] == claim.value
    n, base, step = GRID[claim.n], GRID[claim.base], 10**claim.decimals
    tenfold = 2000 * step * n  # ten times, so that bands with one decimal and halves are whole
    if claim.band:
        low, high = (20 * claim.value + round(20 * b) * step for b in claim.band)
        return (base > 0) & (low * base <= tenfold) & (tenfold <= high * base)
    low = 20 * claim.value - (10 if rule == "half_up" else 0)
    return (base > 0) & (low * base <= tenfold) & (tenfold < (low + 20) * base)


FAST = settings(max_examples=25, deadline=None)


def figure(printed="", n="", base="", *, kind="count", qualifier="", label="Bögen", section="5.1"):
    return {
        "section": section, "label": label, "subgroup": "", "kind": kind, "printed": printed or n,
        "qualifier": qualifier, "numerator": n, "base": base,
    }  # fmt: skip


def share(printed, n="", base="", **more):
    return figure(printed, n, base, kind="percent", **more)


def check(figures, problems=(), **declared):
    result = check_consistency(figures, declared, problems)
    return result, "\n".join(report_lines(result))


def implied(figures, **declared):
    """Number -> implied base in words."""
    rows = check(figures, **declared)[0].rows
    return {r["id"].removeprefix("basis:"): r["message"].rpartition(": ")[2].rstrip(".") for r in rows if r["verdict"] == "implied_base"}  # fmt: skip


WHOLE = {"id": "ganz", "says": "Neue und alte ergeben alle.", "total": "alle.n", "parts": ["neu.n", "alt.n"]}
PARTS = {"neu": figure(n="13", label="neu gegründet"), "alt": figure(n="32"), "alle": figure(n="48")}


def test_parts_that_do_not_make_the_whole():
    """The numbers with label, place and id, the relation in words, and each single way to mend it."""
    _, text = check(PARTS, sum=[WHOLE])
    assert text.splitlines() == [
        "3 Angaben, 1 Beziehungen: 1 Widersprüche.", "",
        "Widerspruch 1 [widerspruch:neu.n+alt.n+alle.n]. Diese Angaben können nicht alle richtig sein:",
        "  – Anzahl 13 bei „neu gegründet“ (5.1; neu)", "  – Anzahl 32 bei „Bögen“ (5.1; alt)", "  – Anzahl 48 bei „Bögen“ (5.1; alle)",
        "  Denn: Neue und alte ergeben alle.",
        "  Mögliche Berichtigung: Anzahl 13 bei „neu gegründet“ (5.1; neu): statt 13 müsste 16 stehen.",
        "  Mögliche Berichtigung: Anzahl 32 bei „Bögen“ (5.1; alt): statt 32 müsste 35 stehen.",
        "  Mögliche Berichtigung: Anzahl 48 bei „Bögen“ (5.1; alle): statt 48 müsste 45 stehen.", "",
        "Wer eine Angabe ändert, beseitigt die Widersprüche dieser Gruppe; das geht auf 3 Weisen:",
        "  – neu.n: 13 → 16", "  – alt.n: 32 → 35", "  – alle.n: 48 → 45",
    ]  # fmt: skip
    assert not check(PARTS, sum=[WHOLE | {"rest": True}])[0].contradictions
    agreeing = PARTS | {"alle": figure(n="45")}
    assert check(agreeing, sum=[WHOLE])[1] == "3 Angaben, 1 Beziehungen: 0 Widersprüche."


SAME = {"says": "Beides ist dasselbe.", "terms": ["a.n", "b.n"]}
TWICE = {"id": "s", "says": "Doppelt.", "total": "alle.n", "parts": ["a.n", {"number": "b.n", "times": 2}]}
LOW = {"id": "u", "says": "u", "total": "a.n", "parts": ["low.n"], "rest": True}
HIGH = {"id": "o", "says": "o", "total": "high.n", "parts": ["a.n"], "rest": True}


@pytest.mark.parametrize(
    ("figures", "declared", "claims", "says", "mended"),
    [
        ({"a": figure(n="23", base="22")}, {}, "a.n+a.base", "Eine Anzahl ist nie größer als ihre Basis.", {"höchstens 22", "mindestens 23"}),
        ({"a": figure(n="58"), "b": figure(n="57")}, {"one_number": [SAME]}, "a.n+b.n", "Beides ist dasselbe.", {"57", "58"}),
        ({"a": figure(n="58"), "b": figure(n="57")}, {"equal": [SAME | {"id": "e"}]}, "a.n+b.n", "Beides ist dasselbe.", {"57", "58"}),
        ({"a": figure(n="3"), "b": figure(n="2"), "alle": figure(n="8")}, {"sum": [TWICE]}, "a.n+alle.n", "Doppelt.", {"4", "7"}),
        ({"b": share("84", "34")}, {}, "b.n+b.percent", "keine ganze Zahl ergibt zu dieser Anzahl", {"33 oder 36", "ein anderer Anteil"}),
        ({"a": share("54.4", "12", "22")}, {}, "a.n+a.percent", "Ein Anteil ist Anzahl durch Basis", {"54,55 % (12 von 22)"}),
        ({"a": figure(n="9"), "low": figure(n="3"), "high": figure(n="7")}, {"sum": [LOW, HIGH]}, "a.n+high.n", "o", {"3 bis 7", "mindestens 9"}),
        ({"a": share("41", "18"), "b": share("39", "18")}, {"one_number": [SAME | {"terms": ["a.base", "b.base"]}]}, "a.n+b.n+a.percent+b.percent", "Beides ist dasselbe. Ein Anteil", set()),
    ],
)  # fmt: skip
def test_what_clashes_why_and_what_would_mend_it(figures, declared, claims, says, mended):
    """Smallest set, the sentence that makes it clash, what must stand instead as far as the others fix it."""
    (c,) = check(figures, **declared)[0].contradictions
    assert c.id == f"widerspruch:{claims}"
    assert says in " ".join(c.sentences)
    assert {needed for repair in c.repairs for *_, needed in repair} >= mended


@FAST
@given(st.integers(0, 5), st.integers(0, 100), st.sampled_from([None, (-1, 0), (-2.5, 2.5)]))
def test_implied_base_is_what_trying_all_bases_gives(n, percent, band):
    """Lowest and highest base of a count and its share, under either rule; none if no whole number will do."""
    claim = Claim("p", percent, 0, "n", "b", "c", band)
    fits = [b for b in range(n, 1100) if any(claim.holds({"n": n, "b": b}, r) for r in RULES)]
    found = implied({"a": share(str(percent), str(n), qualifier="w" * bool(band))}, qualifiers={"w": list(band or (0, 0))})  # fmt: skip
    ends = None
    if fits:
        last = f"{fits[0]} bis {fits[-1]}" if fits[-1] < 1099 else f"mindestens {fits[0]}"
        ends = str(fits[0]) if fits[0] == fits[-1] else last
    assert found.get("a.percent") == ends


def test_rule_of_rounding_is_reported_for_each_column():
    """The rule that holds, how many figures show it, and the one that breaks it; a rule is that of a column."""
    columns = [{"id": x, "label": f"Spalte {x}", "figures": f"{x}*"} for x in "abcd"]
    figures = {"a1": share("86.6", "39", "45"), "a2": share("46.6", "21", "45"), "a3": share("20.0", "9", "45")}
    figures |= {"b1": share("86.7", "39", "45"), "b2": share("46.6", "21", "45"), "b3": share("17.8", "8", "45")}
    figures |= {"c1": share("20.0", "9", "45"), "d1": share("20.0")}
    result, _ = check(figures, percent_columns=columns)
    assert [r["message"] for r in result.rows if r["verdict"] == "rounding"] == [
        "Spalte a: abgeschnitten (3 Angaben, 2 Angaben sind nur so richtig); Ausnahmen: keine.",
        "Spalte b: kaufmännisch gerundet (3 Angaben, 2 Angaben sind nur so richtig); Ausnahmen: Anteil 46,6 % bei „Bögen“ (5.1; b2).",
        "Spalte c: kaufmännisch gerundet (1 Angaben, beide Regeln passen); Ausnahmen: keine.",
        "Spalte d: keine Angabe mit Anzahl und Basis, an der sich die Rundung zeigt.",
    ]  # fmt: skip
    assert [c.claims[-1] for c in result.contradictions] == ["b2.percent"]


def test_unconnected_groups_are_solved_apart():
    """Smaller contradictions come first, each group has its own corrections; what has no number is named."""
    figures = PARTS | {"x": figure(n="5", base="4"), "b": figure("ca. drei", kind="text")}
    result, text = check(figures, ["Zeile 9 zählt nicht."], sum=[WHOLE])
    assert [len(c.claims) for c in result.contradictions] == [2, 3]
    assert [len(ways) for ways in result.corrections] == [3, 2]
    assert "daher nicht verglichen: 1 Angaben (b).\nNicht geprüft: Zeile 9 zählt nicht." in text


def subsets(claims, size):
    return [frozenset(c) for c in combinations(sorted(claims), size)]


@FAST
@given(systems())
def test_corrections_and_contradictions_are_the_smallest(system):
    """All smallest corrections by trying; each contradiction with one of their numbers, none smaller, no sentence spare."""
    everything = frozenset(range(len(system.claims)))
    by_trying = next(
        fits
        for size in range(len(everything) + 1)
        if (fits := [out for out in subsets(everything, size) if possible(system, everything - out)])
    )
    corrections = system.smallest_corrections(40)
    assert sorted(map(sorted, corrections)) == sorted(sorted(out) for out in by_trying if out)
    dropped = corrections[0] if corrections else ()
    for wrong in dropped:
        core, relations = system.contradiction(wrong, everything - dropped)
        assert set(core) & dropped == {wrong}
        assert not possible(system, set(core))
        for size in range(len(core) - 1):
            assert all(possible(system, out | {wrong}) for out in subsets(everything - dropped, size))
        claims = [system.claims[k] for k in core]
        assert not possible(System(claims, relations, HIGHEST), range(len(claims)))
        for spare in relations:
            rest = [r for r in relations if r is not spare]
            assert possible(System(claims, rest, HIGHEST), range(len(claims)))


def test_numbers_may_be_larger_than_any_printed_one():
    """An unprinted base is as large as its share needs, a whole as large as its parts, and what equals it, too."""
    least = Relation("", {"b": 1, "n": -1}, np.inf)
    claims = [Claim("n", 3), Claim("p", 1, 1, "n", "b", "c")]
    assert System(claims, [least, Relation("", {"b": 1, "other": -1}, 0)]).solve({}, range(4))
    whole = Relation("", {"all": 1, **dict.fromkeys("abcd", -1)}, 0)
    system = System([*(Claim(q, 100) for q in "abcd"), Claim("all", 3)], [whole])
    assert system.smallest_corrections(40) == [{4}]
    assert system.value_range({0, 1, 2, 3, 5}, "all") == (400, 400)


HEAD = "id,section,label,subgroup,kind,printed,qualifier,numerator,base\n"
LINES = "neu,5,x,,count,13,,13,\nalt,5,x,,count,32,,32,\nalle,5,x,,count,48,,48,\n"
SUM = "sum: [{id: ganz, says: Alle., total: alle.n, parts: [neu.n, alt.n]}]\n"
KNOWN = "widerspruch:neu.n+alt.n+alle.n"


@pytest.mark.parametrize(
    ("lines", "relations", "accept", "status", "says"),
    [
        (LINES, SUM, (), 15, "1 Widersprüche sind nicht als bekannt eingetragen, 0 eingetragene bestehen nicht mehr, 0 Angaben"),
        (LINES, SUM, (KNOWN,), 0, ""),
        (LINES.replace("48", "45"), SUM, (KNOWN,), 15, "0 Widersprüche sind nicht als bekannt eingetragen, 1 eingetragene bestehen"),
        (LINES.replace("13,\n", "dreizehn,\n"), SUM, (), 15, "2 Angaben oder Beziehungen waren nicht prüfbar"),
        (LINES, "sum: [", (KNOWN,), 15, "Fehler: "),
    ],
)  # fmt: skip
def test_check_published_by_the_command(lines, relations, accept, status, says, tmp_path, capsys):
    """New, known, gone, unreadable: the exit status and one sentence, never a traceback."""
    (tmp_path / "f.csv").write_text(HEAD + lines, encoding="utf-8")
    (tmp_path / "r.yml").write_text(relations, encoding="utf-8")
    words = [word for known in accept for word in ("--accept", known)]
    assert main(["check-published", str(tmp_path / "f.csv"), str(tmp_path / "r.yml"), *words]) == status
    printed = capsys.readouterr()
    if lines.count("\n") != 4:
        assert says in printed.err
    assert "Traceback" not in printed.err


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("April 2019", "Mai 2019", ["a.from+b.from", "a.to+b.to"]),
        ("Juli 2019", "04.07.-15.08.2019", ["a.to+b.to"]),
        ("Feb.-März 2022", "01.02.2022-31.03.2022", []),
        ("Ende 2022", "Mai 2019", []),
    ],
)
def test_dates_and_periods_are_figures(one, other, clash):
    """Months of their beginning and end clash, and the correction is a month; without a month nothing is claimed."""
    row = dict.fromkeys(("qualifier", "numerator", "base", "subgroup"), "") | {
        "kind": "date",
        "label": "Versand",
        "section": "3",
    }
    relations = [{"id": e, "says": "Gleich.", "terms": [f"a.{e}", f"b.{e}"]} for e in ("from", "to")]
    result = check_consistency({"a": row | {"printed": one}, "b": row | {"printed": other}}, {"equal": relations})
    assert sorted(c.id.removeprefix("widerspruch:") for c in result.contradictions) == clash
    if one == "April 2019":
        assert (
            "Beginn „April 2019“ bei „Versand“ (3; a): statt „April 2019“ müsste Mai 2019 stehen."
            in result.rows[0]["message"]
        )
    assert bool(result.problems) == (one == "Ende 2022")
