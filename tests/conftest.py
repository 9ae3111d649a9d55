"""Options of the tests."""

import pytest


def pytest_addoption(parser):
    """How many damaged files a test of readers makes."""
    parser.addoption("--fuzz", type=int, default=20, metavar="N", help="damaged files for each reader (20)")


@pytest.fixture
def n_damaged(request):
    """Number of damaged files that a test of a reader makes."""
    return request.config.getoption("--fuzz")
