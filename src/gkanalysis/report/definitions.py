"""How the numbers of a table say what they count, so that each can be traced to the rows behind it."""

from urllib.parse import urlencode

import pandas as pd

TOTAL = "alle"


def define(numbers: pd.DataFrame, kind: str, /, **known: str) -> pd.DataFrame:
    """Add the column `definition`: how the numbers of a table were counted, for whoever wants to trace one.

    >>> define(pd.DataFrame({"n": [1]}), "nested", table="uebersicht-01")["definition"].item()
    'nested?table=uebersicht-01'
    """
    return numbers.assign(definition=f"{kind}?{urlencode({k: v for k, v in known.items() if v}, safe=',')}")
