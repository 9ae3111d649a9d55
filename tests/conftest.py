"""Options of the tests."""

import pytest
from hypothesis import settings

from tools.project import copy_project, make, once

# speed is measured by `make bench`; a busy machine is no fault of a property
settings.register_profile("gkanalysis", deadline=None)
settings.load_profile("gkanalysis")


def pytest_addoption(parser):
    """How much is tried."""
    parser.addoption("--kills", type=int, default=2, metavar="N", help="how often a build is killed in a row (2)")
    parser.addoption("--fuzz", type=int, default=20, metavar="N", help="damaged files for each reader (20)")


@pytest.fixture
def n_damaged(request):
    """Number of damaged files that a test of a reader makes."""
    return request.config.getoption("--fuzz")


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A copy of the project with every report in every format, made by make; only read."""
    return once(tmp_path_factory, "finished", lambda folder: make(copy_project(folder), "-j2", "reports"))


# Files that build whole reports; they come first, so that no core ends up waiting for the other one.
LONG = (
    "test_pipeline.py", "test_selftest.py", "test_finished_reports.py", "test_profiles.py", "test_disclosed.py",
    "test_new_wave.py", "test_make.py", "test_limesurvey.py", "test_run.py",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    """The longest files first, each in its own order."""
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))
