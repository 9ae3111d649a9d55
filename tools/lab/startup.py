"""What a notebook of the lab says of the likeliest slips: one German sentence instead of a traceback."""

import sys
from difflib import get_close_matches

QUOTES = 'Kennungen stehen in Anführungszeichen, etwa gk.source("strukturen-2018")["2.1"]'


def unknown_name(shell, kind, error, trace, tb_offset=None):
    """A name that no cell has made."""
    near = get_close_matches(error.name or "", shell.user_ns, n=1)
    meant = f" (gemeint ist wohl „{near[0]}“)" if near else ""
    print(
        f"Den Namen „{error.name}“ gibt es in diesem Notebook noch nicht{meant}; bitte erst die Zellen darüber rechnen. "
        f"{QUOTES}.",
        file=sys.stderr,
    )


def unfinished(filename=None, running_compiled_code=False):
    """What is no line of Python: most often a bracket or a quotation mark."""
    error = sys.exc_info()[1]
    line = (getattr(error, "text", "") or "").strip()
    print(
        f"„{line}“ ist nicht vollständig oder verschrieben: Zu jeder Klammer und jedem Anführungszeichen gehört die zweite. "
        f"{QUOTES}.",
        file=sys.stderr,
    )


shell = get_ipython()  # noqa: F821, there where this runs
shell.set_custom_exc((NameError,), unknown_name)
shell.showsyntaxerror = unfinished
