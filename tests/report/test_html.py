"""The HTML page: one offline file that everybody can read."""

from lxml import html

from gkanalysis.report.html import render_html
from tools.system import needs


def page(small):
    return html.fromstring(render_html(small.prepared()))


def test_table_heads_have_a_scope(small):
    """Columns, rows and blocks are announced as what they are; the base stands on its own line."""
    (table,) = page(small()).xpath("//figure[@id='tab']//table")
    assert [(h.text, h.get("scope")) for h in table.xpath("./thead//th")] == [("Akteur", "col"), ("insgesamt*", "col")]
    assert [(h.text, h.get("scope")) for h in table.xpath("./tbody//th")] == [
        ("Bereich", "rowgroup"), ("Jugendamt", "row"), ("davon", "row"),
    ]  # fmt: skip
    assert table.xpath("./thead//th[2]/br")[0].tail == "(n\u00a0=\u00a045)"
    assert len(table.xpath("./colgroup/col")) == 2


def test_text_cannot_become_markup(small):
    """Titles and cells are escaped, and a placeholder of the template in a text stays text."""
    probe = small()
    probe.document["exhibits"]["tab"]["title"] = "<script>@@body@@</script>"
    root = page(probe)
    assert "@@body@@" not in root.xpath("//script")[0].text
    assert root.xpath("//figure[@id='tab']/figcaption")[0].text_content() == "Tabelle 1 <script>@@body@@</script>"


def test_a_number_leads_to_its_origin_or_opens_a_note(small):
    """In the working copy it is a link that says whose it is; handed on it says what was counted and who can look it up."""
    probe = small()
    probe.document["exhibits"]["tab"]["rows"][1]["numbers"] = ["", "1.1:alle"]
    (link,) = page(probe).xpath("//figure[@id='tab']//a[@class='number']")
    assert (link.get("href"), link.get("aria-label").split(", ")[1]) == (
        "herkunft/eins.html#z-tab_1.1_alle",
        "Jugendamt",
    )
    root = html.fromstring(
        render_html(probe.prepared(), {"tab:1.1:alle": "39 von 45. Gezählt sind Kreuze.", "x": "Fehlt."})
    )
    (button,) = root.xpath("//figure[@id='tab']//button[@class='number']")
    (note,) = root.xpath("//aside[@popover]")
    assert (note.get("id"), note[0].text) == (button.get("popovertarget"), "39 von 45. Gezählt sind Kreuze.")
    assert not root.xpath("//a[contains(@href, 'herkunft')]")


@needs("chromium")
def test_phone_scrolls_tables_but_never_the_page(built):
    """No line is wider than a phone; only tables and figures scroll within themselves."""
    from tools.axe import _page

    with _page(built.file("html"), viewport=(390, 844)) as (shown, _):
        widths = shown.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert widths == [390, 390]


def test_report_shows_every_exhibit_once(built):
    """Each exhibit that is on file is on the page under its id."""
    root = html.fromstring(built.file("html").read_bytes())
    made = {p.stem for p in (built.paths.reports / built.report.id).glob("*/*.csv") if p.parent.name != "arbeit"}
    shown = root.xpath("//figure/@id")
    assert sorted(shown) == sorted(made)
    assert all(len(image.get("alt")) > 40 for image in root.xpath("//img"))
