"""Errors that a person reads: one German sentence each, no traceback, an exit status per stage.

A data error says where it is, what is wrong, what is allowed and what to do. Errors of the program
itself are ordinary exceptions and keep their traceback.
"""

import errno

# what a system says when a file cannot be read or written -> what happened and what to do
SYSTEM = {
    errno.ENOSPC: "auf dem Datenträger ist kein Platz mehr; bitte Platz schaffen und neu aufrufen",
    errno.EROFS: "der Ordner darf nicht beschrieben werden; bitte das Projekt in einen eigenen Ordner legen",
    errno.EACCES: "die Rechte fehlen, oder ein anderes Programm hält die Datei offen; bitte dort schließen oder die Rechte prüfen",
    errno.EPERM: "die Rechte fehlen, oder ein anderes Programm hält die Datei offen; bitte dort schließen oder die Rechte prüfen",
    errno.EBUSY: "ein anderes Programm hält die Datei offen, etwa Word; bitte dort schließen und neu aufrufen",
    errno.EMFILE: "zu viele Dateien sind zugleich offen; bitte andere Programme schließen und neu aufrufen",
    errno.ENOMEM: "der Arbeitsspeicher reicht nicht; bitte andere Programme schließen und neu aufrufen",
}


def system_sentence(error: OSError) -> str:
    """What a person needs to know of an error of the operating system.

    Examples
    --------
    >>> system_sentence(PermissionError(errno.EBUSY, "busy", "bericht.docx"))
    '„bericht.docx“: ein anderes Programm hält die Datei offen, etwa Word; bitte dort schließen und neu aufrufen.'
    """
    where = next((f for f in (error.filename2, error.filename) if f), None)
    told = SYSTEM.get(
        error.errno, f"{error.strerror or error}; bitte Datei und Ordner prüfen (--debug zeigt den Ablauf)"
    )
    return f"{f'„{where}“: ' if where else ''}{told}."


class GkError(Exception):
    """Base of all errors shown to people; `str(error)` is the German sentence they read."""

    exit_code = 1

    def _render_traceback_(self) -> list[str]:
        """What JupyterLab shows below the cell."""
        return [str(self)]


class UsageError(GkError):
    """The command was called with something it does not know."""

    exit_code = 2


class CodebookError(GkError):
    """A codebook, report or policy file does not say what it must say."""

    exit_code = 9


class IngestError(GkError):
    """A received file cannot be read, or must not be read."""

    exit_code = 10


class ValidationError(GkError):
    """Received data break a rule whose severity is `error`."""

    exit_code = 11


class TabulationError(GkError):
    """A table was asked for that the data cannot answer truthfully."""

    exit_code = 12


class NotebookError(GkError):
    """A notebook is malformed, got unknown parameters, or a cell failed."""

    exit_code = 13


class RenderError(GkError):
    """A report cannot be set: unknown value, missing alternative text, refused document."""

    exit_code = 14


class VerificationError(GkError):
    """Published figures or their relations cannot be checked, or a verdict is not what it should be."""

    exit_code = 15


class DisclosureError(GkError):
    """A report would give away what its policy keeps confidential."""

    exit_code = 16


class UnknownNameError(NotebookError, AttributeError):
    """A name behind a dot that the thing before it does not have; `hasattr` says no."""
