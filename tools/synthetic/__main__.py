"""`python -m tools.synthetic`: write the shipped raw data anew."""

import sys

from gkanalysis.core.errors import GkError
from gkanalysis.core.paths import project_root
from tools.synthetic.make import make_synthetic

if __name__ == "__main__":
    try:
        print("\n".join(make_synthetic(project_root())))
    except GkError as error:
        sys.exit(f"Fehler: {error}")
