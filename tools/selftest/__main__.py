"""`python -m tools.selftest`: count how many small wrong changes the verification finds."""

from __future__ import annotations

import sys
from pathlib import Path

from gkanalysis.core.arguments import Parser
from gkanalysis.core.errors import GkError, VerificationError
from gkanalysis.core.paths import project_root
from gkanalysis.core.writing import write_bytes
from tools.selftest.run import KINDS, SelfTest, self_test, table


def main(arguments: list[str] | None = None) -> int:
    """Run the self-test and print its table; 1 if a change stayed green or a clean rebuild did not."""
    parser = Parser(prog="selftest", description="Zählen, wie viele kleine Verfälschungen die Prüfung findet.")
    for name, default, what in (
        ("--mutants", 10, "Zahl der Verfälschungen jeder Art"),
        ("--clean", 20, "Zahl der Neubauten ohne Änderung"),
        ("--seed", 1, "Startwert: derselbe zieht dieselben Verfälschungen"),
        ("--jobs", 2, "wie viele zugleich"),
    ):
        parser.add_argument(name, type=int, default=default, help=f"{what} ({default})")
    parser.add_argument(
        "--report",
        nargs="+",
        default=["zwischenbericht-2019", "abschlussbericht-2023"],
        help="Berichte; Arten, für die der erste keinen Ort hat, kommen aus den anderen",
    )
    parser.add_argument("--kinds", nargs="+", default=[*KINDS], choices=[*KINDS], metavar="ART", help="nur diese Arten")
    parser.add_argument("--out", metavar="DATEI", help="die Tabelle auch hierhin schreiben")
    options = parser.parse_args(arguments)

    def keep(result: SelfTest) -> None:
        """Write what is known so far: a run of an hour may be broken off."""
        if options.out:
            write_bytes(Path(options.out), table(result).encode("utf-8"))

    try:
        result = self_test(
            project_root(), options.report, kinds=options.kinds, mutants=options.mutants, clean=options.clean, seed=options.seed,
            jobs=options.jobs, keep=keep, say=lambda sentence: print(sentence, file=sys.stderr, flush=True),
        )  # fmt: skip
        text = table(result)
        print(text, end="")
        keep(result)
        if result.survivors:
            raise VerificationError(
                f"{sum(not found for _, found in result.found)} von {len(result.found)} Verfälschungen blieben unentdeckt, "
                f"{sum(bool(found) for _, found in result.reruns)} von {len(result.reruns)} Neubauten ohne Änderung wichen "
                "ab; die Liste steht unter der Tabelle."
            )
    except GkError as error:
        print(f"Fehler: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
