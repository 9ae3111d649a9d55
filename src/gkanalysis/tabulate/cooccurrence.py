"""Where codings lie in the text, and which codes meet there: on the same segment, overlapping, in one document.

A coding of a whole document, or of a document whose text is not stored, has no place: it cannot meet
another one on a segment, and it is named, not dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.bases import quoted, require_columns, small_base_mark

RELATIONS = ("same_segment", "overlapping", "same_document")


PLACE_REASON_LABELS = {
    "no_text": "zum Dokument ist kein Text gespeichert",
    "whole_document": "der Kode gilt dem ganzen Dokument",
    "empty": "das Segment hat keine Zeichen",
}


@dataclass(frozen=True)
class CodingLayout:
    """Codings with documents, codes and coders as positions.

    Attributes
    ----------
    documents : DataFrame, one row per document, index 0 to n - 1
        `document_id`, `case_id`, `has_text`, `characters` (0 without text).
    codes, coders : tuple of str
    coded : array of bool, shape (n_documents, n_coders)
        Who coded which document, with or without giving one of these codes.
    codings : DataFrame, one row per coding of these codes and coders, sorted by document, place, code and coder
        `coding_id`, `segment_id`, `document`, `code`, `coder` (positions), `start`, `end`, `place_reason` ("" if
        start and end are a place in the stored text).
    """

    documents: pd.DataFrame
    codes: tuple[str, ...]
    coders: tuple[str, ...]
    coded: np.ndarray
    codings: pd.DataFrame

    @property
    def placed(self) -> pd.DataFrame:
        """The codings that have a place in a stored text."""
        return self.codings[self.codings["place_reason"] == ""]

    @property
    def counts(self) -> np.ndarray:
        """(n_documents, n_codes, n_coders) numbers of codings, with or without a place."""
        shape = (len(self.documents), len(self.codes), len(self.coders))
        at = np.ravel_multi_index(tuple(self.codings[c] for c in ("document", "code", "coder")), shape)
        return np.bincount(at, minlength=np.prod(shape)).reshape(shape)


@dataclass(frozen=True)
class Matches:
    """Placed codings (rows) compared with each coder (columns).

    `is_made`: the coder is another one and coded the document; `instead`: position of the coding that the coder
    set there, -1 if none; `kind`: "other_border", "other_code" or ""; `share`: overlap with that coding.
    """

    is_made: np.ndarray
    agrees: np.ndarray
    instead: np.ndarray
    kind: np.ndarray
    share: np.ndarray


def cooccurrence_table(
    codings: pd.DataFrame,
    codes: Sequence[str],
    documents: pd.DataFrame,
    *,
    coders: Sequence[str],
    assignments: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count the cases in which two codes meet, for each pair of codes and each coder.

    Parameters
    ----------
    codings, codes, documents, coders, assignments
        As in `lay_out_codings`; only codings of the same coder meet each other.

    Returns
    -------
    DataFrame, one row per pair of codes, coder and relation, pairs with n = 0 kept
        `row` ("code + code"), `code_id`, `other_code_id` (in the order of `codes`), `subgroup` (coder), `relation`
        ("same_segment": same start and end; "overlapping": at least one character in common, the same segment
        included; "same_document"), `n` (cases), `base_n` (cases whose documents the coder has coded; for the
        first two relations those with stored text only), `base` ("interviewed", "interviewed_with_text"), `share`
        (of cases, 0 to 1, unrounded, NaN if base_n = 0), `mark` ("", "*", "**"), `segment_pairs_n` (pairs of
        segments, one with each code; on the same segment that is the number of segments), `not_computable_n`
        (cases left out of the base for want of a text).

    Raises
    ------
    TabulationError
        As in `lay_out_codings`, or if a coded document belongs to no case.

    Examples
    --------
    >>> codings = pd.DataFrame({
    ...     "coding_id": [1, 2, 3], "segment_id": ["s1", "s2", "s3"], "document_id": "g01",
    ...     "code_id": ["klima", "bilanz", "bilanz"], "coder": "A", "start": [0, 20, 60], "end": [30, 50, 90],
    ... })
    >>> documents = pd.DataFrame({"document_id": ["g01"], "case_id": ["a"], "text": ["x" * 100]})
    >>> table = cooccurrence_table(codings, ["klima", "bilanz"], documents, coders=["A"])
    >>> table[["row", "relation", "n", "base_n", "segment_pairs_n"]]
                  row       relation  n  base_n  segment_pairs_n
    0  klima + bilanz   same_segment  0       1                0
    1  klima + bilanz    overlapping  1       1                1
    2  klima + bilanz  same_document  1       1                2
    """
    layout = lay_out_codings(codings, codes, documents, coders=coders, assignments=assignments)
    first, second = np.triu_indices(len(layout.codes), 1)
    per_coder = [_meetings(layout, coder, first, second) for coder in range(len(layout.coders))]
    n, base_n, pairs_n, left_out = (np.stack(parts, axis=1) for parts in zip(*per_coder, strict=True))
    shape = n.shape  # (pairs of codes, coders, relations)
    code_ids = np.array(layout.codes, dtype=object)
    names = {"code_id": code_ids[first], "other_code_id": code_ids[second]}
    names = {"row": names["code_id"] + " + " + names["other_code_id"], **names}
    table = pd.DataFrame({k: np.repeat(v, shape[1] * shape[2]) for k, v in names.items()})
    bases = ["interviewed_with_text", "interviewed_with_text", "interviewed"]
    share = np.divide(n, base_n, out=np.full(shape, np.nan), where=base_n > 0)
    return table.assign(
        subgroup=np.tile(np.repeat(np.array(layout.coders, dtype=object), shape[2]), shape[0]),
        relation=list(RELATIONS) * (shape[0] * shape[1]),
        n=n.ravel(),
        base_n=base_n.ravel(),
        base=bases * (shape[0] * shape[1]),
        share=share.ravel(),
        mark=[small_base_mark(cases) for cases in base_n.ravel()],
        segment_pairs_n=pairs_n.ravel(),
        not_computable_n=left_out.ravel(),
    )


def match_codings(layout: CodingLayout, overlap: float, overlap_of: str) -> Matches:
    """Compare every placed coding with every other coder who coded its document; see `agreement_table`."""
    placed = layout.placed
    document, code, coder, start, end = (
        placed[c].to_numpy() for c in ("document", "code", "coder", "start", "end")
    )
    shape = (len(placed), len(layout.coders))
    is_made = layout.coded[document] & (coder[:, None] != np.arange(len(layout.coders)))
    agrees, share, instead = np.zeros(shape, dtype=bool), np.zeros(shape), np.full(shape, -1)
    kind = np.full(shape, "", dtype=object)
    for low, high in zip(
        *np.searchsorted(document, [np.unique(document), np.unique(document) + 1]), strict=True
    ):
        at = slice(low, high)
        common = _overlap_lengths(start[at], end[at])
        length = end[at] - start[at]
        whole = (
            np.minimum.outer(length, length)
            if overlap_of == "shorter"
            else np.add.outer(length, length) - common
        )
        overlaps = common / whole
        is_same = code[at][:, None] == code[at]
        enough = overlaps >= overlap * (1 - 1e-9)  # 9 of 10 characters are 0.9, whatever the last bits
        by_coder = coder[at][:, None] == np.arange(len(layout.coders))
        agrees[at] = (enough & is_same) @ by_coder
        disputed = (~agrees[at])[:, coder[at]]  # row's coding not matched by the column's coder
        is_rival = enough & ~is_same & disputed & disputed.T
        for name, candidates in (("other_code", is_rival), ("other_border", is_same & (common > 0))):
            for other in range(len(layout.coders)):
                shares = np.where(candidates & by_coder[:, other], overlaps, 0)
                best = shares.argmax(axis=1)
                hit = np.flatnonzero(shares.max(axis=1) > 0)
                instead[low + hit, other], share[low + hit, other] = low + best[hit], shares[hit, best[hit]]
                kind[low + hit, other] = name
    return Matches(is_made, agrees, instead, kind, share)


def character_cells(layout: CodingLayout, pairs: Sequence[tuple[int, int]]) -> list[np.ndarray]:
    """(n_documents, n_codes, 4) characters that neither, only the second, only the first, both coders coded.

    All texts lie one after the other on a line, cut wherever a segment starts or ends.
    """
    with_text = np.flatnonzero(layout.documents["has_text"])
    characters = layout.documents["characters"].to_numpy()
    ends = characters.cumsum()
    placed = layout.placed
    offset = (ends - characters)[placed["document"]]
    start, end = placed["start"].to_numpy() + offset, placed["end"].to_numpy() + offset
    cuts = np.unique(np.concatenate([[0], ends, start, end]))
    steps = np.zeros((len(layout.coders), len(layout.codes), len(cuts)), dtype=np.int32)
    for position, step in ((start, 1), (end, -1)):
        np.add.at(steps, (placed["coder"], placed["code"], np.searchsorted(cuts, position)), step)
    has_code = steps.cumsum(axis=2)[:, :, :-1] > 0
    lengths = np.diff(cuts)
    first_of_document = np.searchsorted(cuts, (ends - characters)[with_text])
    found = []
    for i, j in pairs:
        cells = np.zeros((len(characters), len(layout.codes), 4))
        for k in range(4 * bool(len(with_text))):
            is_cell = has_code[i] * 2 + has_code[j] == k
            cells[with_text, :, k] = np.add.reduceat(is_cell * lengths, first_of_document, axis=1).T
        found.append(cells)
    return found


def lay_out_codings(
    codings: pd.DataFrame,
    codes: Sequence[str],
    documents: pd.DataFrame,
    *,
    coders: Sequence[str],
    assignments: pd.DataFrame | None = None,
) -> CodingLayout:
    """Check codings and arrange them by document, place and coder.

    Parameters
    ----------
    codings : DataFrame, one row per coding
        `coding_id` (unique), `segment_id`, `document_id`, `code_id`, `coder`, `start`, `end` (code points of the
        text, end exclusive; below 0 without a place). Codings of other codes and coders are passed over.
    codes, coders : sequence of str
        In the order of the tables.
    documents : DataFrame, one row per document
        `document_id`, unique, `case_id`, `text` (missing where none is stored).
    assignments : DataFrame, one row per document and coder who coded it, optional
        `document_id`, `coder`. None: whoever gave a document at least one code, listed or not, has coded it. Needed
        if someone read a document and found nothing to code in it.

    Returns
    -------
    CodingLayout

    Raises
    ------
    TabulationError
        If a list is empty or names something twice, a coder coded nothing, a document is unknown or not assigned
        to a coder who coded it, or a place lies beyond the text.
    """
    place = "Kodierungen"
    ids = ["coding_id", "segment_id", "document_id", "code_id", "coder", "start", "end"]
    require_columns(codings, ids, place)
    require_columns(documents, ["document_id", "case_id", "text"], "Dokumente")
    document_ids, coder_ids = pd.Index(documents["document_id"]), pd.Index(list(coders), dtype=object)
    code_ids = pd.Index(list(codes), dtype=object)
    lists = {"Kodes": code_ids, "Kodierende": coder_ids, "Dokumente": document_ids}
    for name, values in {**lists, place: pd.Index(codings["coding_id"])}.items():
        if not values.is_unique or (not len(values) and name in lists):
            raise TabulationError(
                f"{place}: Die Liste „{name}“ ist leer oder nennt {quoted(values[values.duplicated()])} doppelt, "
                "erlaubt ist jeder Eintrag einmal; bitte die Liste berichtigen."
            )
    codings = codings[codings["coder"].isin(coder_ids)]
    assigned = codings if assignments is None else assignments[assignments["coder"].isin(coder_ids)]
    document, coder = (
        document_ids.get_indexer(assigned["document_id"]),
        coder_ids.get_indexer(assigned["coder"]),
    )
    coded = np.zeros((len(document_ids), len(coder_ids)), dtype=bool)
    if (document < 0).any():
        raise TabulationError(
            f"{place}: Das Dokument {quoted(assigned['document_id'][document < 0])} steht nicht in `documents`, erlaubt "
            "sind nur Dokumente von dort; bitte `documents` ergänzen oder die Kodierungen einschränken."
        )
    coded[document, coder] = True
    if not coded.any(axis=0).all():
        raise TabulationError(
            f"{place}: Von {quoted(coder_ids[~coded.any(axis=0)])} gibt es keine, erlaubt sind Personen, die in "
            "diesen Dokumenten kodiert haben; bitte die Namen prüfen."
        )
    document, coder = (
        document_ids.get_indexer(codings["document_id"]),
        coder_ids.get_indexer(codings["coder"]),
    )
    astray = (document < 0) | ~coded[document, coder]
    if astray.any():
        raise TabulationError(
            f"{place} {quoted(codings['coding_id'][astray])}: Das Dokument {quoted(codings['document_id'][astray])} "
            "ist der Person nicht zugeteilt, erlaubt sind nur zugeteilte Dokumente aus `documents`; bitte "
            "`assignments` ergänzen."
        )
    characters = documents["text"].astype("string").str.len().fillna(0).astype(np.int64).to_numpy()
    numbers = pd.DataFrame(
        {
            "coding_id": codings["coding_id"].to_numpy(),
            "segment_id": codings["segment_id"].to_numpy(),
            "document": document,
            "code": code_ids.get_indexer(codings["code_id"]),
            "coder": coder,
            "start": codings["start"].fillna(-1).to_numpy(dtype=np.int64),
            "end": codings["end"].fillna(-1).to_numpy(dtype=np.int64),
        }
    )
    start, end = numbers["start"].to_numpy(), numbers["end"].to_numpy()
    has_text = characters[document] > 0
    beyond = has_text & (end > characters[document])
    if beyond.any():
        raise TabulationError(
            f"{place} {quoted(numbers['coding_id'][beyond])}: Das Segment endet bei Zeichen {quoted(end[beyond])}, "
            f"der Text hat nur {quoted(characters[document[beyond]])}; bitte die Stellen neu einlesen."
        )
    reasons = [~has_text, start < 0, end <= start]
    numbers["place_reason"] = np.select(reasons, list(PLACE_REASON_LABELS), default="")
    order = ["document", "start", "end", "code", "coder"]
    frame = documents[["document_id", "case_id"]].reset_index(drop=True)
    return CodingLayout(
        documents=frame.assign(has_text=characters > 0, characters=characters),
        codes=tuple(codes),
        coders=tuple(coders),
        coded=coded,
        codings=numbers[numbers["code"] >= 0].sort_values(order, kind="stable", ignore_index=True),
    )


def _meetings(
    layout: CodingLayout, coder: int, first: np.ndarray, second: np.ndarray
) -> tuple[np.ndarray, ...]:
    """(n_pairs, n_relations) cases, bases, pairs of segments and cases left out, of one coder."""
    n_codes = len(layout.codes)
    of_coder = np.flatnonzero(layout.coded[:, coder])
    case, cases = pd.factorize(layout.documents["case_id"].iloc[of_coder])
    if (case < 0).any():
        lost = layout.documents["document_id"].iloc[of_coder[case < 0]]
        raise TabulationError(
            f"Kodierungen im Dokument {quoted(lost)}: Es gehört zu keinem Fall, erlaubt sind nur Dokumente mit Fall; "
            "bitte den Fall ergänzen."
        )
    without_text = np.zeros(len(cases), dtype=bool)
    without_text[case[~layout.documents["has_text"].to_numpy()[of_coder]]] = True
    meets = np.zeros((len(cases), len(RELATIONS), len(first)), dtype=bool)
    pairs_n = np.zeros((len(RELATIONS), len(first)), dtype=np.int64)
    codings = layout.codings[layout.codings["coder"] == coder]
    bounds = np.searchsorted(codings["document"], [of_coder, of_coder + 1])
    for case_of_document, low, high in zip(case, *bounds, strict=True):
        rows = codings.iloc[low:high]
        segments = rows[["segment_id", "code"]].drop_duplicates()
        n_of_code = np.bincount(segments["code"], minlength=n_codes)
        found = np.zeros((len(RELATIONS), len(first)), dtype=np.int64)
        found[2] = n_of_code[first] * n_of_code[second]
        if not without_text[case_of_document]:
            places = rows.loc[rows["place_reason"] == "", ["code", "start", "end"]].drop_duplicates()
            code, start, end = places.to_numpy().T
            same = (start[:, None] == start) & (end[:, None] == end)
            for relation, mask in enumerate((same, _overlap_lengths(start, end) > 0)):
                one, other = np.nonzero(mask)
                cells = np.bincount(code[one] * n_codes + code[other], minlength=n_codes**2)
                found[relation] = cells.reshape(n_codes, n_codes)[first, second]
        meets[case_of_document] |= found > 0
        pairs_n += found
    left_out = np.broadcast_to([without_text.sum()] * 2 + [0], (len(first), len(RELATIONS)))
    return meets.sum(axis=0).T, len(cases) - left_out, pairs_n.T, left_out


def _overlap_lengths(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(n, n) numbers of characters that each two of n segments of one text have in common."""
    return np.maximum(np.minimum(end[:, None], end) - np.maximum(start[:, None], start), 0)
