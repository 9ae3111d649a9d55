"""What all parts of a written project share: elements, notes and descriptions, values of variables."""

import re

from lxml import etree

from gkanalysis.ingest.qda.guids import is_description
from gkanalysis.ingest.qda.projectxml import PROJECT_NAMESPACE
from gkanalysis.ingest.qda.refusal import QdaWriteError

NAMESPACE = f"{{{PROJECT_NAMESPACE}}}"
_VALUE_FORMS = {
    "Boolean": re.compile(r"true|false|0|1"),
    "Integer": re.compile(r"[+-]?\d+", re.ASCII),
    "Float": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII),
    "Date": re.compile(r"\d{4}-\d\d-\d\d", re.ASCII),
    "DateTime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII),
}


def add(parent, name, /, **attributes):
    """Append a child of the project's namespace, with attributes in the given order."""
    return etree.SubElement(parent, NAMESPACE + name, attributes)


def grouped(entries, attribute):
    """Return objects by the value of one attribute, in their order."""
    groups = {}
    for entry in entries:
        groups.setdefault(getattr(entry, attribute), []).append(entry)
    return groups


def write_values(parent, values, types):
    """Write values in the type of their variable where they have its form, else as text.

    Parameters
    ----------
    parent : lxml element
    values : dict of str to str
        By name of the variable.
    types : dict of str to Variable
        By name.
    """
    for name, value in values.items():
        variable = types[name]
        element = add(parent, "VariableValue")
        add(element, "VariableRef", targetGUID=variable.guid)
        form = _VALUE_FORMS.get(variable.type)
        fits = form is not None and form.fullmatch(value)
        add(element, f"{variable.type if fits else 'Text'}Value").text = value


class Notes:
    """The memos of a project: some are descriptions of objects, all others notes that objects refer to.

    Parameters
    ----------
    project : Project

    Attributes
    ----------
    notes : dict of str to Memo
        Those with an element of their own, by GUID.

    Raises
    ------
    QdaWriteError
        If two memos of one GUID say different things.
    """

    def __init__(self, project):
        describable = {
            entry.guid
            for group in (project.selections, project.cases, project.variables, project.sets)
            for entry in group
        }
        self._descriptions, self.notes, self._targets = {}, {}, {}
        for memo in project.memos:
            if is_description(memo, describable):
                self._descriptions[memo.target] = memo.text
                continue
            first = self.notes.setdefault(memo.guid, memo)
            if (first.author, first.text, first.name) != (memo.author, memo.text, memo.name):
                raise QdaWriteError(
                    f"Die Notiz {memo.guid} hat zwei verschiedene Texte, Namen oder Personen; bitte eigene GUIDs vergeben."
                )
            self._targets.setdefault(memo.target, []).append(memo.guid)

    def describe(self, parent, target):
        """Write the Description of an object, if it has one."""
        if target in self._descriptions:
            add(parent, "Description").text = self._descriptions[target]

    def refer(self, parent, target):
        """Write references to the notes on an object."""
        for guid in self._targets.pop(target, ()):
            add(parent, "NoteRef", targetGUID=guid)

    def refuse_rest(self):
        """Refuse notes on objects that cannot have any."""
        if self._targets:
            guid = next(iter(self._targets.values()))[0]
            raise QdaWriteError(
                f"Die Notiz {guid} steht bei einem Objekt, bei dem REFI-QDA keine Notiz erlaubt oder das es nicht gibt; "
                "erlaubt sind Codes, Quellen, Textstellen, Kodierungen, Notizen und Verknüpfungen; bitte das Ziel ändern."
            )
