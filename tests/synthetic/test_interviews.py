"""The invented interviews: what does not fit their plan or the printed figures is refused; what is made, test_make pins."""

import shutil

import numpy as np
import pytest
import yaml

from forms import BOOK as FORMS_BOOK
from forms import ROOT
from gkanalysis.core.errors import GkError
from tools.synthetic.answers import make_forms
from tools.synthetic.interviews import make_interviews
from tools.synthetic.register import make_register
from tools.synthetic.waves import published_figures

figure = published_figures(ROOT, "probe", "zwischenbericht-2019")


@pytest.fixture(scope="module")
def received():
    """Register and forms of the first wave, as the generator makes them."""
    spec = yaml.safe_load((ROOT / "data/synthetic/strukturen-2018.yml").read_text(encoding="utf-8"))
    rng = np.random.default_rng(spec["seed"])
    _, alliances, _ = make_register(spec, figure, rng)
    forms, _, _ = make_forms(spec, FORMS_BOOK, alliances, figure, rng)
    return alliances, forms


@pytest.fixture
def copied(tmp_path):
    """A copy of what the generator reads, to be broken."""
    for name in ("codebook", "synthetic"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("{bedarf.workshop|", "{bedarf.befragung|", "g02.txt.*bedarf.befragung.*nicht im Plan"),
        ("{bedarf.workshop|", "{bedarf.werkstatt|", "g02.txt.*bedarf.werkstatt.*nicht im Codebuch"),
        ("<nachbarort>", "nebenan", "g02.txt.*nachbarort.*nicht verwendet"),
    ],
)
def test_a_changed_transcript_is_refused(copied, received, old, new, what):
    """The message names file and code."""
    path = copied / "data/synthetic/interviews/g02.txt"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(GkError, match=what):
        make_interviews(copied, *received, figure)


def test_a_plan_that_misses_a_printed_figure_is_refused(copied, received):
    """Transcripts as planned are not enough: the counts of cases must be the printed ones."""
    with pytest.raises(GkError, match=r"„bedarf.workshop“ ist in 1 Gesprächen markiert, gedruckt ist 3"):
        make_interviews(copied, *received, lambda x: 3 if x == "r1-54-01.numerator" else figure(x))
