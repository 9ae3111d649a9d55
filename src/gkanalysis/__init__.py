"""From received Word forms to a finished report, every number with its base and its origin.

This is what notebooks use. Everything else has its own module: `codebook`, `word`, `ingest`, `validate`,
`tabulate`, `stats`, `report`.
"""

from importlib import import_module
from importlib.metadata import version

__version__ = version("gkanalysis")

# Public names and where they live; looked up on first use, so that a step of make loads only what it needs.
_WHERE = {
    "alliance": "counts.sources",
    "chapter": "report.opened",
    "compare": "counts.sources",
    "source": "counts.sources",
    "sources": "counts.sources",
    "Figure": "report.exhibits",
    "OFFER_ASPECT_LABELS": "tabulate.offers",
    "Offers": "report.offers",
    "matrix_figure": "report.oldfigures",
    "matrix_table": "report.oldfigures",
    "OpenAnswers": "report.openanswers",
    "Table": "report.exhibits",
    "SMALL_BASE_NOTE": "report.exhibits",
    "agreement_rows": "report.interviews",
    "by_count": "core.numbers",
    "count_bars": "report.oldfigures",
    "count_percent_rows": "report.exhibits",
    "differences_by_group": "stats",
    "dot_ranges": "report.oldfigures",
    "exceptions_table": "disclosure.policy",
    "figure_table": "report.oldfigures",
    "format_alpha": "report.interviews",
    "format_decimal": "core.numbers",
    "format_p": "core.numbers",
    "format_percent": "core.numbers",
    "format_points": "core.numbers",
    "Events": "report.lists",
    "Totals": "report.lists",
    "Visits": "report.visits",
    "band_rows": "report.visits",
    "event_rows": "report.lists",
    "total_rows": "report.lists",
    "Panel": "report.panel",
    "WaveItem": "tabulate.change",
    "attrition_header": "report.panelrows",
    "attrition_rows": "report.panelrows",
    "returned_rows": "report.panelrows",
    "change_rows": "report.panelrows",
    "comparison_rows": "report.panelrows",
    "change_words": "report.panelrows",
    "repeated_words": "report.panelrows",
    "extreme_returns": "report.panelrows",
    "flow_title": "report.panelrows",
    "codebook_rows": "report.codebooklist",
    "codebook_table": "report.codebooklist",
    "dash_note": "report.offers",
    "HELD_BACK_NOTE": "report.panelrows",
    "flow_figure": "report.oldfigures",
    "flow_alt": "report.oldfigures",
    "finding_rows": "report.exhibits",
    "nested_rows": "report.exhibits",
    "open_chapter": "report.chapter",
    "plain_rows": "report.exhibits",
    "printed_blocks": "report.exhibits",
    "read_codebook": "codebook.instrument",
    "read_policy": "codebook.policy",
    "segment_bars": "report.oldfigures",
    "sign_test": "report.statements",
    "slide_bars": "report.oldfigures",
    "unit_dots": "report.oldfigures",
    "base_line": "report.oldfigures",
    "field_time": "report.oldfigures",
    "interval_notes": "report.openanswers",
    "leads": "report.statements",
    "mention_rows": "report.openanswers",
    "ticked_table": "report.setanswers",
    "yes_no_table": "report.setanswers",
    "subgroup_header": "report.exhibits",
    "stated_answers": "report.sidebyside",
    "stated_rows": "report.sidebyside",
    "theme_rows": "report.interviews",
    "top_rows_with_ties": "tabulate",
}
__all__ = ["__version__", *sorted(_WHERE)]


def __getattr__(name: str) -> object:
    if name in _WHERE:
        return getattr(import_module(f"gkanalysis.{_WHERE[name]}"), name)
    from gkanalysis.core.lookup import guess

    raise AttributeError(
        f"gkanalysis hat keinen Namen „{name}“{guess(name, _WHERE)}; es gibt {', '.join(sorted(_WHERE))}."
    )


def __dir__() -> list[str]:
    return list(__all__)
