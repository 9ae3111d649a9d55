"""Errors that a person reads: one German sentence (where, what, what is allowed, what to do), no traceback.

Errors of the program itself are ordinary exceptions and keep their traceback.
"""

import errno

# what a system says when a file cannot be read or written -> what happened and what to do
NO_RIGHT = (
    "die Rechte fehlen, oder ein anderes Programm hält die Datei offen; bitte dort schließen oder die Rechte prüfen"
)
SYSTEM = {
    errno.ENOSPC: "auf dem Datenträger ist kein Platz mehr; bitte Platz schaffen und neu aufrufen",
    errno.EROFS: "der Ordner darf nicht beschrieben werden; bitte das Projekt in einen eigenen Ordner legen",
    errno.EACCES: NO_RIGHT,
    errno.EPERM: NO_RIGHT,
    errno.EBUSY: "ein anderes Programm hält die Datei offen, etwa Word; bitte dort schließen und neu aufrufen",
    errno.EMFILE: "zu viele Dateien sind zugleich offen; bitte andere Programme schließen und neu aufrufen",
    errno.ENOMEM: "der Arbeitsspeicher reicht nicht; bitte andere Programme schließen und neu aufrufen",
}


def system_sentence(error: OSError) -> str:
    """What a person needs to know of an error of the operating system.

    >>> system_sentence(PermissionError(errno.EBUSY, "busy", "bericht.docx"))
    '„bericht.docx“: ein anderes Programm hält die Datei offen, etwa Word; bitte dort schließen und neu aufrufen.'
    """
    where = error.filename2 or error.filename
    otherwise = f"{error.strerror or error}; bitte Datei und Ordner prüfen (--debug zeigt den Ablauf)"
    told = SYSTEM.get(error.errno, otherwise)
    return f"{f'„{where}“: ' if where else ''}{told}."


class GkError(Exception):
    """Base of all errors shown to people; `str(error)` is the German sentence they read."""

    exit_code = 1

    def __init_subclass__(cls, exit_code: int = 0) -> None:
        cls.exit_code = exit_code or cls.exit_code

    def _render_traceback_(self) -> list[str]:
        """What JupyterLab shows below the cell."""
        return [str(self)]


class UsageError(GkError, exit_code=2):
    """The command was called with something it does not know."""


class CodebookError(GkError, exit_code=9):
    """A codebook, report or policy file does not say what it must say."""


class IngestError(GkError, exit_code=10):
    """A received file cannot be read, or must not be read."""


class ValidationError(GkError, exit_code=11):
    """Received data break a rule whose severity is `error`."""


class TabulationError(GkError, exit_code=12):
    """A table was asked for that the data cannot answer truthfully."""


class NotebookError(GkError, exit_code=13):
    """A notebook is malformed, got unknown parameters, or a cell failed."""


class RenderError(GkError, exit_code=14):
    """A report cannot be set: unknown value, missing alternative text, refused document."""


class VerificationError(GkError, exit_code=15):
    """Published figures or their relations cannot be checked, or a verdict is not what it should be."""


class DisclosureError(GkError, exit_code=16):
    """A report would give away what its policy keeps confidential."""


class UnknownNameError(NotebookError, AttributeError):
    """A name behind a dot that the thing before it does not have; `hasattr` says no."""
