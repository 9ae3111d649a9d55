"""Turn what was read into a project: references looked up, positions counted in code points of the text."""

from gkanalysis.ingest.qda.draft import stand_in
from gkanalysis.ingest.qda.guids import is_description
from gkanalysis.ingest.qda.model import NOWHERE, Case, Coding, Memo, Project, Selection, Set, Source
from gkanalysis.ingest.qda.positions import Mark, fit_readings, says_same


def resolve(draft, name, origin):
    """Make the project of a draft.

    Parameters
    ----------
    draft : Draft
        With all objects; its losses grow by references that lead nowhere and positions that do not fit.
    name, origin : str
        Of the project.

    Returns
    -------
    Project
    """
    _name_values(draft)
    coders = _Coders(draft)
    sources, selections, codings = _resolve_sources(draft, coders)
    known = {
        "source": {source.guid for source in sources},
        "selection": {selection.guid for selection in selections},
        "code": {code.guid for code in draft.codes},
        "note": {note.guid for note, _ in draft.notes},
    }
    describable = known["selection"].union(
        (case.guid for case, *_ in draft.cases),
        (guid for guid, *_ in draft.sets),
        (variable.guid for variable in draft.variables),
    )
    memos = _resolve_memos(draft, coders, describable)
    everything = set().union(*known.values())
    everything |= describable
    for group in (draft.coders, codings):
        everything.update(entry.guid for entry in group)
    everything.update(link.guid for link, _ in draft.links)
    return Project(
        name=name,
        origin=origin,
        codes=tuple(draft.codes),
        sources=sources,
        selections=selections,
        codings=codings,
        cases=_resolve_cases(draft, known),
        variables=tuple(draft.variables),
        memos=memos,
        links=_resolve_links(draft, everything),
        sets=_resolve_sets(draft, known),
        coders=tuple(draft.coders),
        losses=tuple(draft.losses),
    )


def _name_values(draft):
    """Values under the name of their variable."""
    names = {variable.guid: variable.name for variable in draft.variables}
    for values, variable, value, line in draft.values:
        name = names.get(variable)
        if name is None:
            draft.lose("unknown_variable", variable, line, value)
        elif values.setdefault(name, value) != value:
            draft.lose("second_value", variable, line, value)


class _Coders:
    """Looks coders up; whoever the project does not list is added once, under a name that says so."""

    def __init__(self, draft):
        self._draft = draft
        self._known = {coder.guid for coder in draft.coders}

    def find(self, guid, owner, line):
        """GUID of a coder, with a loss if nobody or a stranger is named."""
        if guid and guid not in self._known:
            self._known.add(guid)
            self._draft.coders.append(stand_in(guid))
            self._draft.lose("unknown_coder", guid, line, owner)
        return guid


def _resolve_sources(draft, coders):
    """Sources, selections and codings."""
    to_fit, texts = [], []
    for source in draft.sources:
        marks = [
            Mark(entry.start, entry.end, entry.name) for entry in source.selections if entry.start is not None
        ]
        if source.ruler is not None and marks:
            to_fit.append(source.guid)
            texts.append((source.ruler, marks))
    fits = dict(zip(to_fit, fit_readings(texts), strict=True))
    codes = {code.guid for code in draft.codes}
    sources, selections, codings = [], [], []
    for source in draft.sources:
        ruler, fit = source.ruler, fits.get(source.guid)
        if fit is not None:
            _list_doubts(draft, source, fit)
        sources.append(
            Source(
                source.guid,
                source.name,
                source.kind,
                ruler.text if ruler else None,
                source.path,
                fit.reading if fit else "",
                source.note,
                source.values,
            )
        )
        placed = [(_place(draft, source, entry, ruler, fit), entry) for entry in source.selections]
        if source.kind != "text":  # areas before stretches of text, whatever the order of the file
            placed.sort(key=lambda pair: pair[0].start >= 0)
        for selection, entry in placed:
            selections.append(selection)
            codings.extend(_resolve_codings(draft, entry.codings, selection.guid, source.guid, codes, coders))
        codings.extend(_resolve_codings(draft, source.codings, "", source.guid, codes, coders))
    return tuple(sources), tuple(selections), tuple(codings)


def _list_doubts(draft, source, fit):
    """Losses about the way positions are counted in one source."""
    scores = "; ".join(f"{name}: {'/'.join(map(str, score))}" for name, score in fit.scores.items())
    if not fit.is_sure:
        draft.lose("unsure_reading", source.guid, source.line, scores)
    if fit.is_doubtful:
        draft.lose("doubtful_reading", source.guid, source.line, scores)


def _place(draft, source, entry, ruler, fit):
    """A selection at its place in the text, if it has one."""
    span = None
    if ruler is not None and entry.start is not None:
        span = ruler.span(fit.reading, entry)
        if span is None:
            raw = f"{entry.start} bis {entry.end}, Text bis {ruler.write(fit.reading, len(ruler.text))}"
            draft.lose("outside_text", entry.guid, entry.line, raw)
        elif entry.name and not says_same(entry.name, ruler.text[slice(*span)]):
            draft.lose("text_mismatch", entry.guid, entry.line, entry.name)
    start, end = span or (NOWHERE, NOWHERE)
    return Selection(entry.guid, source.guid, start, end, entry.name, entry.place)


def _resolve_codings(draft, entries, selection, source, codes, coders):
    """Codings with a code that exists."""
    for entry in entries:
        if entry.code not in codes:
            draft.lose("unknown_code" if entry.code else "no_code", entry.guid, entry.line, entry.code)
            continue
        if not entry.coder:
            draft.lose("no_coder", entry.guid, entry.line)
        coder = coders.find(entry.coder, entry.guid, entry.line)
        yield Coding(entry.guid, selection, source, entry.code, coder, entry.created)


def _resolve_memos(draft, coders, describable):
    """Notes on each object that refers to them, then what is written as a description."""
    targets = {}
    for guid, target, line in draft.note_refs:
        targets.setdefault(guid, []).append((target, line))
    memos = []
    for note, line in draft.notes:
        author = coders.find(note.author, note.guid, line)
        for target in sorted({target for target, _ in targets.pop(note.guid, [("", 0)])}):
            memos.append(Memo(note.guid, target, author, note.text, note.name))
    for guid, places in targets.items():
        for target, line in places:
            draft.lose("unknown_note", guid, line, target)
    notes, descriptions = [], []
    for memo in (*memos, *draft.memos):
        (descriptions if is_description(memo, describable) else notes).append(memo)
    return tuple(notes) + tuple(sorted(descriptions, key=lambda memo: memo.target))


def _resolve_cases(draft, known):
    """Cases with the sources and selections that exist."""
    cases = []
    for case, sources, selections in draft.cases:
        sources = [(draft.aliases.get(guid, guid), line) for guid, line in sources]
        found = [
            tuple(_existing(draft, entries, known[group], f"unknown_{group}", case.guid))
            for group, entries in (("source", sources), ("selection", selections))
        ]
        cases.append(Case(case.guid, case.name, found[0], case.values, found[1]))
    return tuple(cases)


def _existing(draft, entries, known, kind, owner):
    """References that lead somewhere, each once."""
    for guid in dict.fromkeys(guid for guid, _ in entries):
        if guid in known:
            yield guid
        else:
            draft.lose(kind, guid, next(line for other, line in entries if other == guid), owner)


def _resolve_sets(draft, known):
    """Sets with the members that exist."""
    sets = []
    for guid, name, members in draft.sets:
        found = []
        for group, member, line in members:
            member = draft.aliases.get(member, member)
            if member in known[("code", "source", "note")[group]]:
                found.append(member)
            else:
                draft.lose("unknown_member", member, line, name)
        sets.append(Set(guid, name, tuple(dict.fromkeys(found))))
    return tuple(sets)


def _resolve_links(draft, everything):
    """Links with the GUID of a source where they lead to its representation."""
    links = []
    for link, line in draft.links:
        ends = [draft.aliases.get(end, end) for end in (link.origin, link.target)]
        for end in ends:
            if end not in everything:
                draft.lose("unknown_end", link.guid, line, end)
        links.append(type(link)(link.guid, link.name, *ends, link.direction))
    return tuple(links)
