"""From received Word forms to a finished report, every number with its base and its origin.

These names are what notebooks use; `counts` has what stands behind them.
"""

from importlib import import_module

# Public names and where they live; looked up on first use, so that a step of make loads only what it needs.
_WHERE = {
    "alliance": "counts.sources",
    "chapter": "report.chapter",
    "compare": "counts.compare",
    "explore": "report.explore",
    "figure": "report.explore",
    "find": "counts.sources",
    "form": "counts.reading",
    "source": "counts.sources",
    "sources": "counts.sources",
}
__all__ = ["__version__", *sorted(_WHERE)]


def __getattr__(name: str) -> object:
    if name in _WHERE:
        return getattr(import_module(f"gkanalysis.{_WHERE[name]}"), name)
    if name == "__version__":
        from importlib.metadata import version  # takes longer than all that a command needs to begin

        return version("gkanalysis")
    from gkanalysis.core.errors import UnknownNameError
    from gkanalysis.core.lookup import guess

    raise UnknownNameError(
        f"gkanalysis hat keinen Namen „{name}“{guess(name, _WHERE)}; es gibt {', '.join(sorted(_WHERE))}."
    )


def __dir__() -> list[str]:
    return list(__all__)
