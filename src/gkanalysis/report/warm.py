"""All that a worker needs, loaded by importing this: the server that forks workers does so once."""

import typst  # noqa: F401
from papermill import execute_notebook  # noqa: F401

from gkanalysis.report import chapters, docx, forkengine, html, notebooks, pdf, render  # noqa: F401

chapters.load_libraries()
