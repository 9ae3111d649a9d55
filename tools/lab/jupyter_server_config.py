"""How the lab saves: a notebook of a report keeps its text and code, and nothing of what was tried in it."""

from nbformat import from_dict

from gkanalysis.report.notebooks import stripped

c = get_config()  # noqa: F821 - Jupyter gives it


def without_outputs(model, path, **_):
    """Take outputs from a notebook below `notebooks/` before it is written: with real data they are confidential."""
    if model["type"] == "notebook" and path.startswith("notebooks/"):
        model["content"] = stripped(from_dict(model["content"]))


c.FileContentsManager.pre_save_hook = without_outputs
