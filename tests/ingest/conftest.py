"""Makes the builders of Word files (`docx_parts`) importable for the tests of this folder."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
