"""A parser of command lines that speaks German; argparse itself can only be translated as a whole."""

from __future__ import annotations

import argparse
import re
import sys
from typing import Any, NoReturn

# What argparse says -> what a member of the team reads. Anything else is passed on as it is.
SENTENCES = (
    (r"the following arguments are required: (.+)", r"es fehlt: \1"),
    (r"unrecognized arguments: (.+)", r"unbekannt ist: \1"),
    (r"argument (.+): invalid choice: (.+) \(choose from (.+)\)", r"\1 kennt \2 nicht; möglich sind \3"),
    (r"argument (.+): expected (?:one argument|at least one argument)", r"nach \1 fehlt eine Angabe"),
    (r"argument (.+): invalid int value: (.+)", r"\1 verlangt eine ganze Zahl, nicht \2"),
    (r"ambiguous option: (.+) could match (.+)", r"\1 ist nicht eindeutig; gemeint sein kann \2"),
)


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "Aufruf: " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """`argparse.ArgumentParser` with German headings and errors.

    >>> parser = Parser(prog="gkanalysis")
    >>> _ = parser.add_argument("report", help="Bericht")
    >>> print(parser.format_help())
    Aufruf: gkanalysis [-h] report
    <BLANKLINE>
    Angaben:
      report      Bericht
    <BLANKLINE>
    Schalter:
      -h, --help  diese Hilfe zeigen
    <BLANKLINE>
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, add_help=False, formatter_class=_Formatter)
        self._positionals.title, self._optionals.title = "Angaben", "Schalter"
        self.add_argument("-h", "--help", action="help", help="diese Hilfe zeigen")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with a command line and end with status 2."""
        for said, german in SENTENCES:
            if found := re.fullmatch(said, message):
                message = found.expand(german)
                break
        self.print_usage(sys.stderr)
        self.exit(2, f"Fehler: {message}. „{self.prog} --help“ zeigt, was es gibt.\n")
