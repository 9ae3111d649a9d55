"""How the lab saves: a notebook of a report keeps its text and code, and nothing of what was tried in it."""

from nbformat import from_dict

from gkanalysis.report.notebooks import stripped


def without_outputs(model, path, **_):
    """Take outputs from a notebook below `notebooks/` before it is written: with real data they are confidential.

    >>> cell = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": ["2"], "execution_count": 1}
    >>> model = {"type": "notebook", "content": {"cells": [cell], "metadata": {}}}
    >>> without_outputs(model, "notebooks/03_kerngruppe.ipynb")
    >>> model["content"]["cells"][0]["outputs"]
    []
    """
    if model["type"] == "notebook" and path.startswith("notebooks/"):
        model["content"] = stripped(from_dict(model["content"]))
