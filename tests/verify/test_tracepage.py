"""The page behind the numbers: every number of the HTML report leads there, and on to the responses."""

import json
import re
import shutil
from fractions import Fraction

import pandas as pd
import pytest
from lxml import html

from gkanalysis.core.errors import VerificationError
from gkanalysis.disclosure.printed import find_numbers
from gkanalysis.report.chapter import Chapter
from gkanalysis.report.html import origin_anchor
from gkanalysis.verify.trace import find_untraced, trace_cell
from gkanalysis.verify.tracepage import INTERNAL, trace_page
from tools.axe import axe_violations, external_requests
from tools.system import needs


@pytest.fixture(scope="module")
def page(rebuilt):
    """The page of origins."""
    return html.parse(str(rebuilt.folder / "herkunft.html")).getroot()


@pytest.fixture(scope="module")
def report(rebuilt):
    """The report."""
    return html.parse(str(rebuilt.html)).getroot()


def section(page, number_id):
    return page.get_element_by_id(origin_anchor(number_id))


def test_every_link_of_the_report_has_its_target(report, page):
    """No number leads to nowhere."""
    targets = [
        a.get("href").partition("#") for a in report.iter("a") if "number" in a.get("class", "").split()
    ]
    assert len(targets) > 400
    assert {t[0] for t in targets} == {"herkunft.html"}
    ids = set(page.xpath("//@id"))
    assert [t[2] for t in targets if t[2] not in ids] == []


def test_every_count_in_a_table_is_a_link(rebuilt, report):
    """In each row with numbers the count is a link; base and share of the same row stand in its section."""
    without = dict(find_untraced(rebuilt.folder, rebuilt.paths))
    exhibits = [
        f for f in report.iter("figure") if "plain" not in f.get("class") and f.get("id") not in without
    ]
    assert len(exhibits) > 5
    for exhibit in exhibits:
        for row in exhibit.xpath(".//tbody/tr[td]"):
            if any(re.match(r"\d+(\s|$)", td.text_content()) for td in row.iter("td")):
                assert row.xpath(".//td//a[contains(@class, 'number')]"), (
                    exhibit.get("id"),
                    row.text_content(),
                )


def test_number_of_the_report_and_of_its_section_are_the_same(report, page):
    """What a reader clicks on is what the section says, for cells and for values in the text."""
    compared, sections = 0, {e.get("id"): e for e in page.find_class("zahl")}
    for link in report.iter("a"):
        shown = re.match(r"(\d+)(?:,(\d+))?(\s%)?(?=\s|$)", link.text_content())
        if "number" not in link.get("class", "").split() or not shown:
            continue
        heading = sections[link.get("href").partition("#")[2]].find("h3").text_content()
        n, base = re.search(r": (\d+)(?: von (\d+))?$", heading).groups()
        if shown[3]:
            digits = shown[2] or ""
            assert int(shown[1] + digits) == int(
                Fraction(100 * 10 ** len(digits) * int(n), int(base)) + Fraction(1, 2)
            )
        else:
            assert shown[1] in (n, base), (link.text_content(), heading)
        compared += 1
    assert compared > 400


def test_links_of_a_number_lead_to_its_responses(rebuilt, page):
    """Each case in n and in the rest is a link to a row with state, raw value, file and place."""
    number_id = "uebersicht-10:1.1.A01.4:kreis"
    trace = trace_cell(rebuilt.chapter, dict(find_numbers(rebuilt.folder))[number_id])
    paragraphs = section(page, number_id).find_class("faelle")
    assert [p.text.strip() for p in paragraphs] == [
        f"Gezählt ({trace.n}):", f"In der Basis, aber nicht gezählt ({trace.base_n - trace.n}):",
    ]  # fmt: skip
    for paragraph, rows in zip(paragraphs, (trace.counted, trace.rest), strict=True):
        for link, row in zip(paragraph.iter("a"), rows.to_dict("records"), strict=True):
            target = page.get_element_by_id(link.get("href")[1:])
            cells = [c.text_content() for c in target]
            assert link.text == cells[0] == row["case_id"]
            assert cells[4:] == [row["file"], f"{row['part']} {row['place']}"]


def test_every_link_within_the_page_has_its_target(page):
    """Contents, cases and responses; ids are unique."""
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    inner = [h[1:] for h in page.xpath("//a/@href") if h.startswith("#")]
    assert not set(inner) - set(ids)


def test_derived_numbers_have_a_sentence(rebuilt, page):
    """What has no rows of its own has a section all the same."""
    for name, sentence in find_untraced(rebuilt.folder, rebuilt.paths):
        assert section(page, name).find("p").text_content() == sentence


def test_page_says_what_it_is(page):
    """It carries the mark of synthetic data, and that it is an internal working paper."""
    (mark,) = page.find_class("mark")
    assert mark.text_content() == f"Synthetische Daten: Bündnisse und Angaben sind erfunden. {INTERNAL}"
    assert "Internes Arbeitspapier" in INTERNAL


@pytest.fixture
def small(rebuilt, tmp_path):
    """A report of one table, with its data."""
    folder = tmp_path / rebuilt.folder.name
    (folder / "tables").mkdir(parents=True)
    shutil.copy(rebuilt.folder / "tables/kerngruppe.csv", folder / "tables")
    (folder / "values.json").write_text("[]")
    return Chapter("test", rebuilt.paths, folder), folder


def test_page_of_received_data_says_that_it_is_confidential(small, monkeypatch):
    """The mark comes from the data, not from the page."""
    chapter, folder = small
    monkeypatch.setitem(chapter.dataset, "synthetic", False)
    made = trace_page(chapter, folder, "Titel")
    assert "Vertrauliche Daten – nicht zur Weitergabe." in made
    assert "Synthetische Daten" not in made


def test_numbers_that_do_not_add_up_stop_the_page(small):
    """All of them are named at once; no page with wrong numbers is made."""
    chapter, folder = small
    path = folder / "tables/kerngruppe.csv"
    table = pd.read_csv(path)
    table.loc[[0, 1], "n"] += 1
    table.to_csv(path, index=False)
    with pytest.raises(VerificationError, match="Diese Zahlen gehen nicht auf") as error:
        trace_page(chapter, folder, "Titel")
    assert str(error.value).count("nachgezählt") == 2


def test_texts_of_forms_cannot_become_markup(small):
    """What somebody typed into a form is shown, never run."""
    chapter, folder = small
    answers = chapter.table("strukturen-2018-responses")
    chapter._tables["strukturen-2018-responses"] = answers.assign(raw="<script>alert(1)</script>")
    made = trace_page(chapter, folder, "<b>Titel</b>")
    assert "<script>" not in made
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in made
    assert "<b>Titel" not in made


@needs("chromium")
@pytest.mark.parametrize("width", [1280, 390])
def test_page_is_accessible_and_works_offline(width, rebuilt, tmp_path):
    """Some rows of thousands of the same kind break no rule on screens wide and narrow, and fetch nothing."""
    path = tmp_path / "herkunft.html"
    tree = html.parse(str(rebuilt.folder / "herkunft.html"))
    rows = tree.xpath("//table[@class='rows']/tbody/tr[position() > 12]")
    for element in [*tree.getroot().find_class("zahl")[12:], *rows]:
        element.drop_tree()
    tree.write(str(path), method="html", encoding="utf-8", doctype="<!DOCTYPE html>")
    assert axe_violations(path, viewport=(width, 900)) == []
    if width == 390:
        assert external_requests(path) == []


def test_document_json_names_the_groups(rebuilt, page):
    """Sections stand under the headings of their exhibits, in the order of the report."""
    document = json.loads((rebuilt.paths.build / "reports" / rebuilt.folder.name / "document.json").read_text(encoding="utf-8"))  # fmt: skip
    titles = [f"{e['label']}: {e['title']}" for e in document["exhibits"].values()]
    shown = [h.text for h in page.iter("h2")]
    assert [t for t in titles if t in shown] == [t for t in shown if t in titles]
    assert shown[-2:] == ["Zahlen im Text und abgeleitete Zahlen", "Antworten und Zeilen des Registers"]
