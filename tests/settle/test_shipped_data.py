"""The shipped forms: all are read, the printed figures come out, and each kind of mess is found by its own rule."""

import csv
import re
from collections import Counter

import pandas as pd
import pytest
import yaml

from forms import BOOK, ROOT
from gkanalysis.ingest.forms import ingest_forms
from gkanalysis.ingest.register import read_register, read_register_codebook, register_frames
from gkanalysis.settle.process import process_source

TYPES = {"f": "kreisfreie_stadt", "k": "kreis", "g": "kreisangehoerige_kommune"}
SPEC = yaml.safe_load((ROOT / "data/synthetic/strukturen-2018.yml").read_text(encoding="utf-8"))


def rows_of(path):
    with (ROOT / path).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


PUBLISHED = {row["id"]: row for row in rows_of("data/published/zwischenbericht-2019.csv")}
MISSED = {row["published_id"] for row in rows_of("data/synthetic/marginals.csv") if row["met"] == "nein"}


@pytest.fixture(scope="module")
def register():
    return read_register(ROOT / "data/raw", read_register_codebook(ROOT / "data/codebook/register.yml"))


@pytest.fixture(scope="module")
def tables(tmp_path_factory, register):
    """What is made of the shipped forms, read anew."""
    interim = tmp_path_factory.mktemp("interim")
    n_read, refused = ingest_forms(ROOT / "data/raw/strukturen-2018/forms", BOOK, interim)
    assert (n_read, refused) == (49, [])
    return process_source(ROOT / "data/raw", interim, BOOK, register)


@pytest.fixture(scope="module")
def counted(tables, register):
    """Published id -> count from the data, each by plain counting, without the package's own tables."""
    cases, responses = tables["cases"], tables["responses"]
    full = cases[cases["status"] == "full"]
    by_type = {"t": full, **{letter: full[full["type"] == kind] for letter, kind in TYPES.items()}}
    ticked = responses[responses["state"] == "selected"]
    found = {f"r1-u10-n{k}": len(frame) for k, frame in enumerate(by_type.values())}
    for row, actor in enumerate(SPEC["members"]["rows"], start=1):
        members = set(ticked.loc[ticked["item_id"] == f"1.1.{actor}.4", "case_id"])
        found |= {
            f"r1-u10-{row:02}{letter}": len(members & set(f["case_id"])) for letter, f in by_type.items()
        }

    office = register["buendnisse"].query("type != 'kreisangehoerige_kommune'")
    seats = office.groupby(["type", "office"]).size()
    at_ki = office["office"] == "ki"
    found |= {"r1-2-08a": seats["kreisfreie_stadt", "ki"], "r1-2-08b": seats["kreis", "ki"]}
    found |= {
        f"r1-2-09{x}": ((office["type"] == t) & ~at_ki).sum()
        for x, t in (("a", "kreisfreie_stadt"), ("b", "kreis"))
    }
    for seat, published_id in SPEC["office"]["elsewhere"].items():
        found[published_id] = (office["office"] == seat).sum()

    status = cases["status"]
    found |= {"r1-5-01": status.isin(["full", "partial"]).sum(), "r1-5-02": (status == "full").sum()}
    found |= {"r1-5-03": (status == "partial").sum(), "r1-5-04": (status == "missing").sum()}
    for x, kind in zip("abc", TYPES.values(), strict=True):
        found[f"r1-5-05{x}"] = ((status == "missing") & (cases["type"] == kind)).sum()
    found["r1-5-06"] = ((cases["contact"] == "keine_kerngruppe") & (cases["type"] == TYPES["g"])).sum()

    core = responses[(responses["item_id"] == "2.1") & (responses["state"] == "answered")].set_index(
        "case_id"
    )["value"]
    core = core.to_frame().join(cases.set_index("case_id")["type"])
    for option, total, part in (("nein", "r1-51-01", "r1-51-03"), ("ja", "r1-51-02", "r1-51-04")):
        chosen = core[core["value"] == option]
        found[total] = len(chosen)
        found |= {
            f"{part}{x}": (chosen["type"] == kind).sum()
            for x, kind in zip("abc", TYPES.values(), strict=True)
        }
    return {k: int(v) for k, v in (found | nested_counts(register)).items()}


def nested_counts(register):
    """Übersicht 1, counted row by row as it is printed."""
    frames = register_frames(register["gebiete"], register["buendnisse"])
    cities, counties = frames["kreisfreie_staedte"], frames["kreise"]
    inside, outside = counties[counties["has_alliance"] == "ja"], counties[counties["has_alliance"] == "nein"]
    own_in, own_out = inside["own_n"], outside["own_n"]
    counts = [
        (cities["has_alliance"] == "ja").sum(), len(inside),
        *((inside["joined_class"] == c).sum() for c in ("alle", "haelfte", "wenige")),
        inside["municipalities_n"].sum(), inside["joined_n"].sum(), own_in.sum(),
        (own_in == 0).sum(), (own_in > 0).sum(), (own_in == 1).sum(), (own_in == 2).sum(),
        counties["own_n"].sum(), (own_out > 0).sum(), (own_out == 1).sum(), (own_out == 2).sum(), own_out.sum(),
        inside["joined_n"].sum() + counties["own_n"].sum(), (own_out == 0).sum(),
    ]  # fmt: skip
    return {f"r1-u1-{k:02}": n for k, n in enumerate(counts, start=1)}


def test_published_figures(counted):
    """All printed counts by type come out, except exactly those that marginals.csv says cannot be met."""
    wanted = re.compile(r"r1-(u10-|u1-|2-(08|09|10)|5-0[1-6]|51-0[1-4])")
    printed = {
        i: int(row["numerator"]) for i, row in PUBLISHED.items() if wanted.match(i) and row["numerator"]
    }
    assert set(counted) == set(printed)
    assert len(printed) == 88 + 19 + 11 + 8 + 8
    assert {i for i in printed if counted[i] != printed[i]} == MISSED == {"r1-5-04", "r1-5-05a"}


def test_bases_of_uebersicht_10(tables):
    """The printed bases are the fully usable forms by type."""
    full = tables["cases"].query("status == 'full'")["type"].value_counts()
    assert [full[kind] for kind in TYPES.values()] == [int(PUBLISHED[f"r1-u10-01{x}"]["base"]) for x in TYPES]


MESS_RULES = {
    "twice": "V06", "both_answers": "V07", "filter_broken": "V10", "placeholder_left": "V09", "added_actor": "V12",
    "other_name": "V04", "unclear_mark": "V08", "words_for_number": "V11",
}  # fmt: skip


def test_each_kind_of_mess_is_found_by_its_rule(tables):
    """Every declared mess is one finding of its own rule, at an alliance of the declared type, and nothing else is found."""
    assert set(MESS_RULES) == set(SPEC["mess"])
    findings, cases = tables["findings"], tables["cases"].set_index("case_id")
    # LibreOffice saves the mark of an empty field as text: placeholders that are not part of the declared mess
    findings = findings[findings["raw"] != "…"]
    expected = {rule: SPEC["mess"][name] for name, rule in MESS_RULES.items()}
    found = findings[findings["rule"] != "V15"]
    assert dict(zip(found["rule"], found["case_id"].map(cases["type"]), strict=True)) == expected
    assert len(found) == len(expected)
    assert set(findings.loc[findings["rule"] == "V15", "case_id"]) == set(
        cases.index[cases["status"] == "partial"]
    )


def test_all_forms_are_accounted_for(tables):
    """49 files: 48 counted, one replaced; every style of writing is among them."""
    forms, cases = tables["forms"], tables["cases"]
    replaced = tables["losses"].query("rule == 'V06'")
    assert len(forms) == (cases["file"] != "").sum() + len(replaced) == 49
    assert set(forms["synthetic"]) == {"True"}
    ways = Counter(tables["responses"]["matched_by"])
    assert set(ways) == {"", "tag", "position"}


def test_every_loss_names_its_form(tables):
    """No row of the losses is without file, alliance, action and reason."""
    assert not (tables["losses"][["file", "case_id", "action", "reason"]] == "").any(axis=None)


def test_states_add_up(tables):
    """Every printed item outside the roster has one row for each of the 48 forms, in a known state."""
    responses = tables["responses"]
    printed = {i.id for i in BOOK.items.values() if i.label and i.part != "gremien"}
    counts = responses[responses["item_id"].isin(printed)].groupby("item_id").size()
    assert set(counts.index) == printed
    assert set(counts) == {48}
    assert not responses["state"].isna().any()
    assert pd.Series(responses["case_id"].unique()).isin(tables["cases"]["case_id"]).all()
