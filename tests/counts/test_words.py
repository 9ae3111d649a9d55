"""Words for numbers: which of the declared ones may stand in a text without a number behind them."""

import pytest

from gkanalysis.core.errors import CodebookError
from gkanalysis.counts.words import loose_words, read_scale

WORDS = """
shares:
  - {words: [selten], least: 0, most: 0.3}
  - {words: [alle], least: 1, most: 1, with_least: true, with_most: true}
more: [häufiger, mehr]
fewer: [seltener]
same: [ebenso oft]
most: [am häufigsten]
least: [am seltensten]
unsurpassed: [nichts wird häufiger]
everyday: [alle, mehr]
"""


def test_every_word_is_bound_but_those_that_mean_other_things(tmp_path):
    """Shares, comparisons and ranks alike; „mehr“ and „alle“ are declared as everyday words."""
    (tmp_path / "woerter.yml").write_text(WORDS, encoding="utf-8")
    scale = read_scale(tmp_path)
    text = "Alle sagen mehr dazu, die Kreise häufiger; am häufigsten ist das selten, und nicht zu seltenem Anlass."
    assert loose_words(text, scale.unbound) == ["am häufigsten", "häufiger", "selten"]


def test_everyday_word_that_no_list_has_is_refused(tmp_path):
    """It would stand there for ever and mean nothing."""
    (tmp_path / "woerter.yml").write_text(WORDS.replace("[alle, mehr]", "[alle, meist]"), encoding="utf-8")
    with pytest.raises(CodebookError, match="„meist“ steht in keiner der Listen"):
        read_scale(tmp_path)
