"""All reports, built by make in a copy of the project: as committed, accessible on a desk and a phone, archivable."""

import json
import re
import shutil
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml

from gkanalysis.codebook.reports import read_report
from gkanalysis.core.errors import DisclosureError, VerificationError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.forms import Choice
from gkanalysis.disclosure.check import check_together
from gkanalysis.verify import run
from tools.axe import axe_violations, external_requests
from tools.project import ROOT
from tools.render_pages import contents_page, cut_sentences, largest_empty_bands, pages_before_a_chapter
from tools.system import needs
from tools.verapdf import verapdf

REPORTS = sorted(p.stem for p in (ROOT / "reports").glob("*.yml"))


@pytest.fixture(scope="session")
def made(finished, tmp_path_factory):
    """A copy of the project with every report in every format, to which certificates are added."""
    return shutil.copytree(finished, tmp_path_factory.mktemp("alle") / "gk")


@pytest.mark.parametrize("report", REPORTS)
def test_report_is_verified(made, report, monkeypatch):
    """As it was released, each number counted twice, each printed figure met or known to differ.

    `gkanalysis release` follows each change that is meant. What the generator of the data cannot meet is known as well.
    """

    @contextmanager
    def built(*_, **__):
        yield made / "reports" / report

    monkeypatch.setattr(run, "rebuilt_report", built)
    with suppress(VerificationError):
        run.verify_report(read_report(made, report), ProjectPaths.of(made, Path("data/raw")))
    rows = json.loads((made / "reports" / report / "verification.json").read_text(encoding="utf-8"))["rows"]
    assert {r["id"]: r["verdict"] for r in rows if r["status"] == "open" and r["section"] != "input"} == {}
    assert sum(r["verdict"] == "adds_up" for r in rows) > 100
    if not read_report(made, report).printed:
        assert not any(r["section"] in ("published", "relations") for r in rows)
        return
    printed = set(pd.read_csv(ROOT / f"data/published/{report}.csv")["id"])
    assert {r["id"] for r in rows if r["section"] == "published"} == printed
    marginals = pd.read_csv(ROOT / "data/synthetic/marginals.csv", index_col="published_id")
    missed = set(marginals.index[marginals["met"] == "nein"]) & printed
    assert missed <= {r["id"] for r in rows if r["verdict"] == "differs"}


@pytest.mark.parametrize("report", REPORTS)
def test_every_format_is_made(made, report):
    """What the definition names lies there, and nothing else that looks like a report."""
    folder = made / "reports" / report
    assert {p.suffix[1:] for p in folder.glob(f"{report}.*")} == set(read_report(made, report).formats)


def test_reports_give_nothing_away_side_by_side(made):
    """The differences between reports are part of what a reader knows."""
    said = check_together([read_report(made, r) for r in REPORTS], ProjectPaths.of(made, Path("data/raw")))
    assert f"aus {len(REPORTS)} Berichten" in said


def test_what_the_policy_exempts_must_be_there(made, tmp_path):
    """An exception that no report prints, and whatever names what is not there, stop all of them, in a sentence each."""
    shutil.copytree(made / "data/codebook", tmp_path / "data/codebook")
    path = tmp_path / "data/codebook/disclosure.yml"
    policy = yaml.safe_load(path.read_text(encoding="utf-8"))
    policy["exceptions"].append(policy["exceptions"][0] | {"item": "2.9"})
    policy["unweighed"].append({"report": "bericht-1999", "exhibit": "x", "reason": "y"})
    policy["internal"] += [
        {"file": "rueckfrage.csv", "reason": "y"},
        {"file": "values.json", "keys": ["faelle"], "reason": "y"},
    ]
    policy["names"]["lists"].append(policy["names"]["lists"][0] | {"exhibit": "liste", "before": "thema"})
    policy["names"] |= {"public": {"Niemandsstadt": "y"}, "nouns": [*policy["names"]["nouns"], "Nirgendwo"]}
    policy["sources"]["prozess-2020"]["variables"].insert(0, {"match": "9.*", "kind": "confidential", "reason": "y"})
    policy["sources"]["umfrage-1999"] = {"kind": "public", "reason": "y"}
    path.write_text(yaml.safe_dump(policy, allow_unicode=True), encoding="utf-8")
    paths = replace(ProjectPaths.of(made, Path("data/raw")), root=tmp_path)
    with pytest.raises(DisclosureError) as refused:
        check_together([read_report(made, r) for r in REPORTS], paths)
    assert "„exceptions“ strukturen-2018, 2.9, „nein“ aus, was so kein Bericht druckt; bitte streichen" in str(
        refused.value
    )
    assert "des Berichts „bericht-1999“ ungeprüft, den es nicht gibt" in str(refused.value)
    named = re.findall("nennt unter „(.*?)“ „(.*?)“, das es hier nicht gibt", str(refused.value))
    assert named == [
        ("internal", "rueckfrage.csv"), ("internal", "values.json"), ("names › lists", "thema"), ("names › lists", "liste"),
        ("names › public", "Niemandsstadt"), ("names › nouns", "Nirgendwo"), ("sources › prozess-2020", "9.*"), ("sources", "umfrage-1999"),
    ]  # fmt: skip


def print_noes(made, folder, report, status, n):
    """A report that prints one number: how many said no to 2.1 among the forms of some statuses."""
    (folder / report / "tables").mkdir(parents=True)
    (folder / report / "values.json").write_text("[]")
    definition = Choice(source="strukturen-2018", status=status, item="2.1").name("nein")
    row = {"row": "nein", "subgroup": "alle", "n": n, "base_n": None, "definition": definition}
    pd.DataFrame([row]).to_csv(folder / report / "tables/eins.csv", index=False)
    return SimpleNamespace(id=report, sources=["strukturen-2018"], chapters=())


def test_difference_of_two_reports_is_found(made, tmp_path):
    """13 say no in all forms, 12 in the fully usable ones: neither tells that one of the other three did, both do."""
    paths = replace(ProjectPaths.of(made, Path("data/raw")), reports=tmp_path)
    whole = print_noes(made, tmp_path, "alle-boegen", ("full", "partial"), 13)
    part = print_noes(made, tmp_path, "volle-boegen", ("full",), 12)
    for alone in (whole, part):
        assert "kein einzelnes Bündnis" in check_together([alone], paths)
    with pytest.raises(
        DisclosureError, match=r"2\.1.*„Nein“.*„partial“: es ist 1 .*alle-boegen/eins.*volle-boegen/eins"
    ):
        check_together([whole, part], paths)


@needs("poppler")
@pytest.mark.parametrize("report", [r for r in REPORTS if not r.startswith("folien")])
def test_pages_are_filled_and_no_exhibit_cuts_a_sentence(made, report):
    """Behind the contents a page is at most a fifth empty, unless a chapter follows.

    One page may be emptier: between two exhibits that each fill most of a page nothing can be moved.
    """
    pdf = made / "reports" / report / f"{report}.pdf"
    bands, chapters = largest_empty_bands(pdf), pages_before_a_chapter(pdf)
    empty = {k: band for k, band in enumerate(bands, start=1) if band > 0.2 and k > contents_page(pdf)}
    assert len(empty.keys() - chapters) <= 1, empty
    assert cut_sentences(pdf) == []


@pytest.mark.parametrize("report", REPORTS)
def test_what_may_be_handed_on_lies_apart(made, report):
    """Documents, tables and figures, and no link to a working paper."""
    folder = made / "reports" / report / "weitergabe"
    formats = read_report(made, report).formats
    documents = {f"{report}.{f}" for f in formats}
    assert documents < {p.name for p in folder.iterdir()} <= documents | {"tables", "figures"}
    page = (folder / f"{report}.html").read_text(encoding="utf-8")
    assert "herkunft" not in page
    assert page.count("popovertarget=") > 20


@needs("chromium")
@pytest.mark.parametrize("report", REPORTS)
def test_pages_are_accessible_and_offline(made, report):
    """axe finds nothing at either width, and the page asks for nothing."""
    page = made / "reports" / report / "weitergabe" / f"{report}.html"
    assert axe_violations(page) == []
    page = made / "reports" / report / f"{report}.html"
    assert {w: axe_violations(page, viewport=(w, 900)) for w in (1280, 390)} == {1280: [], 390: []}
    assert external_requests(page) == []


@needs("java", "jaxb")
def test_documents_meet_both_standards(made):
    """PDF/UA-1 and PDF/A-2a, in one run of the validator."""
    pages = [made / "reports" / r / f"{r}.pdf" for r in REPORTS]
    assert verapdf(pages, ["ua1", "2a"]) == []
