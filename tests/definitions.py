"""A definition of a report that is right, in a project with one notebook; tests change one thing in it."""

import yaml

GOOD = {
    "title": "Titel", "authors": ["Eine"], "institution": "Institut", "date": "2019-09", "language": "de",
    "description": "Worum es geht", "sources": ["strukturen-2018"],
    "chapters": [{"id": "eins", "notebook": "01_eins", "parameters": {"source": "strukturen-2018"}}],
}  # fmt: skip


def reader_of(root, read_report):
    """A function that writes the definition with some changes into a new project and reads it; `root` is the project."""
    for folder in ("reports", "notebooks", "data/codebook"):
        (root / folder).mkdir(parents=True)
    for file in ("pyproject.toml", "notebooks/01_eins.ipynb", "data/codebook/strukturen.yml"):
        (root / file).touch()

    def read(**changes):
        content = {k: v for k, v in (GOOD | changes).items() if v is not None}
        text = yaml.safe_dump(content, allow_unicode=True)
        (root / "reports/probe.yml").write_text(text, encoding="utf-8")
        return read_report(root, "probe")

    read.root = root
    return read
