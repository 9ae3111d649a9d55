"""What a notebook of the lab says of the likeliest slips: one German sentence instead of a traceback."""

import re
import sys
from difflib import get_close_matches

from IPython.core.completer import SimpleCompletion, context_matcher
from IPython.core.interactiveshell import InteractiveShell

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


shell = InteractiveShell.instance() if InteractiveShell.initialized() else None
if shell:
    shell.set_custom_exc((NameError,), unknown_name)
    shell.showsyntaxerror = unfinished


@context_matcher()
def named(context):
    """What may stand in quotation marks before the cursor: sources, alliances, features to group by; nothing else."""
    asked = re.search(r"""(?:gk\.(source|form|alliance)|\.(by))\((['"])([^'"]*)$""", context.text_until_cursor)
    if "gkanalysis" not in sys.modules or not asked:
        return {"completions": []}
    from gkanalysis.counts.sources import project_data

    data = project_data()
    have = {
        "source": [*data.sources, "register"],
        "form": data.of_kind("forms"),
        "alliance": [*data.alliances["case_id"], *data.alliances["name"]],
        "by": list(data.variables),
    }[asked[1] or asked[2]]
    begun = asked[4].removesuffix(context.token)
    found = [SimpleCompletion(n.removeprefix(begun)) for n in have if n.startswith(asked[4])]
    return {"completions": found, "suppress": bool(found)}


if shell:
    shell.Completer.custom_matchers.append(named)
