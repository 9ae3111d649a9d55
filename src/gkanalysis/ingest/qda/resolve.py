"""Turn what was read into a project: references looked up, positions counted in code points of the text."""

from collections import defaultdict
from dataclasses import replace
from operator import attrgetter

from gkanalysis.ingest.qda.guids import is_description
from gkanalysis.ingest.qda.model import NOWHERE, Project, Set, Source
from gkanalysis.ingest.qda.positions import fit_readings, says_same
from gkanalysis.ingest.qda.reading import stand_in


def resolve(read):
    """Make the project of a `ProjectReader` that has all objects.

    Its losses grow by references that lead nowhere and positions that do not fit.
    """
    _name_values(read)
    sources, selections, codings = _resolve_sources(read)
    groups = {
        "source": sources, "selection": selections, "code": read.codes, "note": read.notes, "case": read.cases,
        "variable": read.variables, "coder": read.coders, "coding": codings, "link": read.links,
    }  # fmt: skip
    guids = {group: {entry.guid for entry in entries} for group, entries in groups.items()}
    guids["set"] = {guid for guid, *_ in read.sets}
    memos = _resolve_memos(read, guids["selection"] | guids["case"] | guids["set"] | guids["variable"])
    guids["coder"] |= {coder.guid for coder in read.coders}
    return Project(
        name=read.root.get("name", ""),
        origin=read.root.get("origin", ""),
        codes=tuple(read.codes),
        sources=tuple(sources),
        selections=tuple(selections),
        codings=tuple(codings),
        cases=tuple(_resolve_cases(read, guids)),
        variables=tuple(read.variables),
        memos=memos,
        links=tuple(_resolve_links(read, set().union(*guids.values()))),
        sets=tuple(_resolve_sets(read, guids)),
        coders=tuple(read.coders),
        losses=tuple(read.losses),
    )


def _name_values(read):
    """Values under the name of their variable."""
    names = {variable.guid: variable.name for variable in read.variables}
    for values, variable, value, line in read.values:
        name = names.get(variable)
        if name is None:
            read.lose("unknown_variable", variable, line, value)
        elif values.setdefault(name, value) != value:
            read.lose("second_value", variable, line, value)


def _coder(read, guid, owner, line):
    """GUID of a coder; whoever the project does not list is added once, under a name that says so."""
    if guid and ("coder", guid) not in read.lines:
        read.lines["coder", guid] = line
        read.coders.append(stand_in(guid))
        read.lose("unknown_coder", guid, line, owner)
    return guid


def _grouped(entries, *names):
    """Objects by the values of some attributes, in their order."""
    groups = defaultdict(list)
    for entry in entries:
        groups[attrgetter(*names)(entry)].append(entry)
    return groups


def _resolve_sources(read):
    """Sources, selections at their places in the text, and codings."""
    marks = _grouped(
        (s for s in read.selections if s.start is not None and read.rulers.get(s.source)), "source"
    )
    fits = dict(zip(marks, fit_readings([(read.rulers[guid], marks[guid]) for guid in marks]), strict=True))
    selections_of, codings_of = (
        _grouped(read.selections, "source"),
        _grouped(read.codings, "source", "selection"),
    )
    sources, selections, codings = [], [], []
    for known in read.sources:
        guid, line = known["guid"], read.lines["source", known["guid"]]
        ruler, fit = read.rulers.get(guid), fits.get(guid)
        if fit is not None:
            scores = "; ".join(f"{name}: {'/'.join(map(str, score))}" for name, score in fit.scores.items())
            if not fit.is_sure:
                read.lose("unsure_reading", guid, line, scores)
            if fit.is_doubtful:
                read.lose("doubtful_reading", guid, line, scores)
        sources.append(Source(**known, text=ruler and ruler.text, reading=fit.reading if fit else ""))
        placed = [_place(read, entry, ruler, fit) for entry in selections_of[guid]]
        if known["kind"] != "text":  # areas before stretches of text, whatever the order of the file
            placed.sort(key=lambda selection: selection.start >= 0)
        selections += placed
        for selection in (*(entry.guid for entry in placed), ""):
            codings += _resolve_codings(read, codings_of[guid, selection])
    return sources, selections, codings


def _place(read, selection, ruler, fit):
    """A selection at its place in the text, if it has one."""
    span, line = None, read.lines["selection", selection.guid]
    if ruler is not None and selection.start is not None:
        span = ruler.span(fit.reading, selection)
        if span is None:
            end = ruler.write(fit.reading, len(ruler.text))
            raw = f"{selection.start} bis {selection.end}, Text bis {end}"
            read.lose("outside_text", selection.guid, line, raw)
        elif selection.name and not says_same(selection.name, ruler.text[slice(*span)]):
            read.lose("text_mismatch", selection.guid, line, selection.name)
    start, end = span or (NOWHERE, NOWHERE)
    return replace(selection, start=start, end=end)


def _resolve_codings(read, codings):
    """Codings with a code that exists."""
    for coding in codings:
        line = read.lines["coding", coding.guid]
        if ("code", coding.code) not in read.lines:
            read.lose("unknown_code" if coding.code else "no_code", coding.guid, line, coding.code)
            continue
        if not coding.coder:
            read.lose("no_coder", coding.guid, line)
        _coder(read, coding.coder, coding.guid, line)
        yield coding


def _resolve_memos(read, describable):
    """Notes on each object that refers to them, then what is written as a description."""
    places = defaultdict(list)
    for guid, target, line in read.note_refs:
        places[guid].append((target, line))
    memos = []
    for note in read.notes:
        _coder(read, note.author, note.guid, read.lines["note", note.guid])
        targets = {target for target, _ in places.pop(note.guid, [("", 0)])}
        memos += [replace(note, target=target) for target in sorted(targets)]
    for guid, refs in places.items():
        for target, line in refs:
            read.lose("unknown_note", guid, line, target)
    memos += read.memos
    descriptions = [memo for memo in memos if is_description(memo, describable)]
    notes = [memo for memo in memos if not is_description(memo, describable)]
    return (*notes, *sorted(descriptions, key=lambda memo: memo.target))


def _resolve_cases(read, guids):
    """Cases with the sources and selections that exist, each once."""
    refs = defaultdict(dict)
    for case, group, guid, line in read.case_refs:
        refs[case, group].setdefault(read.aliases.get(guid, guid) if group == "source" else guid, line)
    for case in read.cases:
        existing = {}
        for group in ("source", "selection"):
            for guid, line in refs[case.guid, group].items():
                if guid not in guids[group]:
                    read.lose(f"unknown_{group}", guid, line, case.guid)
            existing[group] = tuple(guid for guid in refs[case.guid, group] if guid in guids[group])
        yield replace(case, sources=existing["source"], selections=existing["selection"])


def _resolve_sets(read, guids):
    """Sets with the members that exist."""
    for set_guid, name, members in read.sets:
        existing = []
        for kind, member, line in members:
            guid = read.aliases.get(member, member)
            if guid in guids[("code", "source", "note")[kind]]:
                existing.append(guid)
            else:
                read.lose("unknown_member", guid, line, name)
        yield Set(set_guid, name, tuple(dict.fromkeys(existing)))


def _resolve_links(read, guids):
    """Links with the GUID of a source where they lead to its representation."""
    for link in read.links:
        ends = [read.aliases.get(end, end) for end in (link.origin, link.target)]
        for end in ends:
            if end not in guids:
                read.lose("unknown_end", link.guid, read.lines["link", link.guid], end)
        yield replace(link, origin=ends[0], target=ends[1])
