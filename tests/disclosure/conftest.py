"""What the tests of the disclosure check share."""

import pytest

from gkanalysis.disclosure.world import NOT_ASKED
from populations import Population


@pytest.fixture
def population():
    """Twenty cases in three types; one of the Kommunen has said no, and one form is partial."""
    return Population.of(
        ("stadt", "full", "ja", 5), ("stadt", "full", "nein", 3), ("kreis", "full", "ja", 3), ("kreis", "full", "nein", 4),
        ("kommune", "full", "ja", 3), ("kommune", "full", "nein", 1), ("kommune", "missing", NOT_ASKED, 2),
    )  # fmt: skip
