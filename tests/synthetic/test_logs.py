"""The invented log: a plan that does not fit the codebook is refused; what is made, test_make pins."""

import pytest

from forms import ROOT
from gkanalysis.codebook.declared import load_yaml
from gkanalysis.core.errors import GkError
from tools.synthetic.sheets import make_log
from wavebook import alliances

PLAN = load_yaml((ROOT / "data/synthetic/prozessbegleitung-log.yml").read_text(encoding="utf-8"))
BOOK = load_yaml((ROOT / "data/codebook/prozessbegleitung-log.yml").read_text(encoding="utf-8"))


def figure(reference):
    return {"f0-02.numerator": 8}[reference]


def test_columns_are_those_of_the_codebook():
    """A plan with other columns is refused with the columns that it needs."""
    columns = {k: v for k, v in PLAN["columns"].items() if k != "state"}
    with pytest.raises(GkError, match="case_id, date, days, team, form, topics, agreed, state"):
        make_log(PLAN | {"columns": columns}, BOOK, alliances(), figure)
