"""Read and write REFI-QDA codebooks (.qdc): codes with their descriptions, and sets of codes."""

from pathlib import Path

from lxml import etree

from gkanalysis.ingest.qda.codes import read_codes
from gkanalysis.ingest.qda.container import MAX_TEXT_BYTES, open_regular
from gkanalysis.ingest.qda.draft import Draft
from gkanalysis.ingest.qda.guids import is_description
from gkanalysis.ingest.qda.projectwriter import write_codes
from gkanalysis.ingest.qda.refusal import QdaFileError, QdaWriteError
from gkanalysis.ingest.qda.resolve import resolve
from gkanalysis.ingest.qda.sections import read_object
from gkanalysis.ingest.word.refusal import UnsafeContentError
from gkanalysis.ingest.word.xmlparts import parse_xml

_NAMESPACE = "urn:QDA-XML:codebook:1.0"
_N = f"{{{_NAMESPACE}}}"


def read_qdc(path):
    """Read a REFI-QDA codebook.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Project
        With codes, sets of codes, their descriptions as memos, and losses; nothing else.

    Raises
    ------
    QdaFileError
        If the file is no codebook, or dangerous.

    References
    ----------
    .. [1] REFI-QDA Standard 1.0, Codebook.xsd.

    Examples
    --------
    >>> read_qdc("gibt es nicht.qdc")
    Traceback (most recent call last):
    gkanalysis.ingest.qda.refusal.QdaFileError: Die Datei „gibt es nicht.qdc“ gibt es nicht; bitte Namen und Ordner prüfen.
    """
    path = Path(path)
    file, size = open_regular(path)
    with file:
        if size > MAX_TEXT_BYTES:
            raise QdaFileError("size", path.name)
        data = file.read(size + 1)
    if not data.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t").startswith(b"<"):
        raise QdaFileError("no_codebook", path.name)
    try:
        root, _ = parse_xml(data)
    except UnsafeContentError as error:
        raise QdaFileError(error.rule, path.name) from None
    if etree.QName(root).localname != "CodeBook":
        raise QdaFileError("no_codebook", path.name)
    draft = Draft(path.name)
    namespace = etree.QName(root).namespace or ""
    draft.namespace = f"{{{namespace}}}" if namespace else ""
    if namespace != _NAMESPACE:
        draft.lose("version", "", root.sourceline, namespace)
    for child in root:
        if draft.name(child) == "Codes":
            read_codes(draft, child)
        elif draft.name(child) == "Sets":
            for entry in child:
                read_object(draft, "Set" if draft.name(entry) == "Set" else "", entry)
        else:
            draft.unknown(child)
    return resolve(draft, "", root.get("origin", ""))


def write_qdc(project, path):
    """Write the codes of a project as a codebook, with the sets that hold codes only.

    Parameters
    ----------
    project : Project
    path : str or Path

    Raises
    ------
    QdaWriteError
        If there are no codes, or their tree is no tree.

    References
    ----------
    .. [1] REFI-QDA Standard 1.0, Codebook.xsd.
    """
    if not project.codes:
        raise QdaWriteError(
            f"Das Projekt „{project.name}“ hat keine Codes; ein Codebuch braucht wenigstens einen."
        )
    root = etree.Element(f"{_N}CodeBook", nsmap={None: _NAMESPACE})
    if project.origin:
        root.set("origin", project.origin)
    write_codes(root, project.codes, _N)
    codes = {code.guid for code in project.codes}
    sets = [group for group in project.sets if set(group.members) <= codes]
    section = etree.SubElement(root, f"{_N}Sets") if sets else None
    described = {group.guid for group in sets}
    descriptions = {memo.target: memo.text for memo in project.memos if is_description(memo, described)}
    for group in sets:
        element = etree.SubElement(section, f"{_N}Set", guid=group.guid, name=group.name)
        if group.guid in descriptions:
            etree.SubElement(element, f"{_N}Description").text = descriptions[group.guid]
        for member in group.members:
            etree.SubElement(element, f"{_N}MemberCode", guid=member)
    Path(path).write_bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))
