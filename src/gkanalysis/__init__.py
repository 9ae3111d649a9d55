"""From received Word forms to a finished report, every number with its base and its origin."""

from importlib.metadata import version

__version__ = version("gkanalysis")
