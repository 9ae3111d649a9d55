"""Small folders of coded interviews drawn in a test: a project, a register of three alliances, the team's list."""

import csv
from dataclasses import replace
from pathlib import Path

from forms import ROOT
from gkanalysis.codebook.interviews import read_interview_codebook
from gkanalysis.core.writing import zip_parts
from gkanalysis.ingest.interviews import ingest_interviews
from gkanalysis.ingest.qda.model import Case, Code, Coder, Coding, Memo, Project, Selection, Source, Variable
from gkanalysis.settle.interviews import process_interviews
from received import ALLIANCES
from sheets import xlsx_parts
from tools.project import rewrite_form
from tools.qdpx import write_qdpx

BOOK = read_interview_codebook(ROOT / "data/codebook/reflexionsgespraeche.yml")
LEAD, SECOND = "Kodierung A", "Kodierung B"
TEXT = "Wir haben neu angefangen. Das Klima war gut. Vieles blieb offen."
NEW, CLIMATE, OPEN = (0, 25), (26, 44), (45, 64)  # its three sentences


def guid(kind, number):
    """A GUID that says what it is: drawn tests stay readable."""
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


CODER, CODE, SOURCE, SELECTION, CODING, CASE, VARIABLE, MEMO = range(1, 9)


class Drawn:
    """A project; each method adds to it and returns the GUID of what it added."""

    def __init__(self, name="Synthetisch: Gespräche"):
        self.name = name
        self.codes, self.coders, self.sources, self.selections = [], [], [], []
        self.codings, self.cases, self.memos = [], [], []
        self.variables, self.more = {"buendnis"}, {}

    def coder(self, name):
        known = {c.name: c.guid for c in self.coders}
        if name not in known:
            self.coders.append(Coder(guid(CODER, len(self.coders) + 1), name))
        return known.get(name) or self.coders[-1].guid

    def code(self, path, **more):
        """A code by its path; its parents are added on the way."""
        *above, label = path.split(" > ")
        parent = self.code(" > ".join(above)) if above else ""
        for c in self.codes:
            if (c.name, c.parent) == (label, parent):
                return c.guid
        self.codes.append(Code(guid(CODE, len(self.codes) + 1), label, parent, **more))
        return self.codes[-1].guid

    def document(self, name="g01", alliance="B1", text=TEXT, **values):
        """A document, with a case unless `alliance` is None."""
        self.sources.append(Source(guid(SOURCE, len(self.sources) + 1), name, text=text))
        if alliance is not None:
            self.case(name, [self.sources[-1].guid], buendnis=alliance, **values)
        return self.sources[-1].guid

    def case(self, name, sources, **values):
        self.cases.append(Case(guid(CASE, len(self.cases) + 1), name, tuple(sources), values))
        return self.cases[-1].guid

    def segment(self, source, place=NEW, name=""):
        self.selections.append(Selection(guid(SELECTION, len(self.selections) + 1), source, *place, name=name))
        return self.selections[-1].guid

    def coding(self, source, path, place=NEW, coder=LEAD):
        """A coding with a selection of its own, as QDA programs write them; `place` None: the whole document."""
        selection = self.segment(source, place) if place else ""
        return self.again(source, selection, path, coder)

    def again(self, source, selection, path, coder=LEAD):
        """A coding on a selection that is there already."""
        number = guid(CODING, len(self.codings) + 1)
        who = self.coder(coder) if coder else ""
        self.codings.append(Coding(number, selection, source, self.code(path), who, "2019-08-01T10:00:00Z"))
        return number

    def memo(self, target, text, author=LEAD):
        self.memos.append(Memo(guid(MEMO, len(self.memos) + 1), target, self.coder(author), text))
        return self.memos[-1].guid

    def project(self):
        names = {name for case in self.cases for name in case.values} | self.variables
        variables = [Variable(guid(VARIABLE, k), name) for k, name in enumerate(sorted(names), start=1)]
        fields = ("codes", "coders", "sources", "selections", "codings", "cases", "memos")
        drawn = {f: tuple(getattr(self, f)) for f in fields} | {"variables": tuple(variables)}
        return replace(Project(name=self.name, origin="Test"), **(drawn | self.more))


class Folder:
    """A data folder; `process` runs the two steps on it."""

    def __init__(self, root: Path):
        self.root, self.folder = root, root / BOOK.source
        self.folder.mkdir(parents=True)
        self.says("synthetic: true")

    def says(self, line):
        (self.root / "dataset.yml").write_text(f"title: Test\n{line}\n", encoding="utf-8")

    def add(self, drawn, file="projekt.qdpx", without=()):
        """A project; as programs do it brings the whole system of codes, the never given ones, too."""
        for code in (c for c in BOOK.codes.values() if c.path not in without):
            drawn.code(code.path)
        write_qdpx(drawn.project(), self.folder / file)
        return self

    def spoil(self, old, new, file="projekt.qdpx"):
        """Replace a text in the XML of a project that was added."""

        def change(text):
            assert old in text
            return text.replace(old, new)

        rewrite_form(self.folder / file, change, "project.qde")
        return self

    def list(self, *rows):
        with (self.folder / "dokumente.csv").open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerows([["file", "document", "alliance_id", "date"], *rows])
        return self

    def process(self, book=BOOK):
        interim = self.root.parent / "interim"
        self.n_read, self.refused = ingest_interviews(self.folder, interim)
        self.interim = interim
        return process_interviews(self.root, interim, book, {"buendnisse": ALLIANCES})


HEADINGS = ("Dokumentname", "Code", "Anfang", "Ende", "Segment", "Erstellt von", "Kommentar")


def spreadsheet(*rows, says=""):
    """The bytes of MAXQDA's sheet of coded segments; `says` are the keywords of its properties, if any."""
    parts = xlsx_parts({"Segmente": [HEADINGS, *rows]})
    if says:
        parts["docProps/core.xml"] = f"<coreProperties><keywords>{says}</keywords></coreProperties>".encode()
    return zip_parts(parts)
