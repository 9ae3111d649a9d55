"""GUIDs as they are compared: lower case, without braces; and GUIDs for what a file gives none to."""

import uuid

_NAMESPACE = uuid.UUID("6c1f7a52-6d0e-5f0b-9b57-3f2f5d1c8e10")


def clean_guid(text):
    """Return a GUID as it is compared: programs write capital or small letters, some with braces.

    Examples
    --------
    >>> clean_guid("{0A1B2C3D-0000-4000-8000-000000000001}")
    '0a1b2c3d-0000-4000-8000-000000000001'
    """
    return (text or "").strip().strip("{}").lower()


def derived_guid(*parts):
    """Return a GUID that depends on the parts only: the same file gives the same GUIDs whenever it is read.

    Examples
    --------
    >>> derived_guid("Code", "Aufbau") == derived_guid("Code", "Aufbau")
    True
    """
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts)))


def description_guid(target):
    """Return the GUID of the memo that stands for an object's own description."""
    return derived_guid("Description", target)


def is_description(memo, describable):
    """Whether a memo says no more than a Description element does, which `describable` objects (GUIDs) can have."""
    alone = not memo.author and not memo.name and (not memo.target or memo.target in describable)
    return alone and memo.guid == description_guid(memo.target)
