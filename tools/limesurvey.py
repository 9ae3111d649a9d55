"""A wave of forms as LimeSurvey would export it: answers with answer codes, questionnaire, and the codebook for both.

It shows that the way by which a wave came in makes no difference, and draws exports for tests. What a form can hold and
a survey cannot (two boxes of one choice) becomes a value that no option has.
"""

from collections.abc import Mapping
from xml.sax.saxutils import escape

import pandas as pd

from gkanalysis.codebook.declared import load_yaml
from gkanalysis.codebook.instrument import Codebook

KINDS = {"text": "S", "number": "N", "single": "L", "tick": "M"}
ROWS = {"text": "Q", "number": "K", "single": "F", "tick": "M"}  # the same, asked for several rows


def question_code(item) -> str:
    """Code of the question that asks an item: letters and digits, a letter first."""
    asked = f"{item.part}{item.column}" if item.column else item.id
    return "Q" + "".join(c if c.isalnum() and c.isascii() else "x" for c in asked)


def export_codebook(text: str) -> dict:
    """The codebook of a wave of forms with `table`, `column` and `value` for its export."""
    book = load_yaml(text)
    parsed = Codebook.model_validate(book)
    book["table"] = {"case": "token", "received": "submitdate", "limesurvey": True, "ticked": ["Y"], "not_ticked": [""]}
    for part in book["parts"]:
        sheet = part["kind"] == "sheet"
        for asked in part["items" if sheet else "columns"]:
            if asked["kind"] == "row_label" and part["kind"] == "grid":
                continue
            known = (
                i
                for i in parsed.items.values()
                if (i.id if sheet else (i.part, i.column)) == (asked["id"] if sheet else (part["id"], asked["id"]))
            )
            code = question_code(next(known))
            asked["column"] = code if sheet else f"{code}[{{row}}]" if part["kind"] == "grid" else f"{code}[{{n}}]"
            for k, option in enumerate(asked.get("options", ()), 1):
                option["value"] = f"A{k}"
    return book


def export_answers(book: Codebook, cases: pd.DataFrame, responses: pd.DataFrame) -> bytes:
    """The answers as CSV: a cell that was not shown has nothing, an empty one quotation marks."""
    columns = [(place.column, place.item, place.occurrence) for place in _places(book)]
    told = {(r.case_id, r.item_id, r.occurrence): r for r in responses.itertuples()}
    lines = [["id", "submitdate", "lastpage", "startlanguage", "token", *(c for c, _, _ in columns)]]
    for k, case in enumerate(cases[cases["file"] != ""].itertuples(), 1):
        cells = [_cell(told.get((case.case_id, item.id, n)), item) for _, item, n in columns]
        lines.append([str(k), f"{case.received} 12:00:00", "3", "de", case.case_id, *cells])
    shown = (",".join("" if c is None else '"' + c.replace('"', '""') + '"' for c in line) for line in lines)
    return ("\ufeff" + "\r\n".join(shown) + "\r\n").encode("utf-8")


def _places(book: Codebook):
    from gkanalysis.codebook.columns import places

    return places(book)


def _cell(response, item) -> str | None:
    """What stands in a cell; None is not shown."""
    if response is None or response.state == "not_asked":
        return None
    if response.state == "selected":
        return "Y"
    if response.state != "answered":
        return "" if response.state in ("not_answered", "not_selected") else response.value or response.raw or "?"
    value = {o.id: o.values[0] for o in item.options}.get(response.value, response.value)
    return f"{float(value.replace(',', '.')):.10f}" if item.kind == "number" else value


def export_questionnaire(book: Codebook) -> bytes:
    """The questionnaire of a wave as LimeSurvey writes it (.lss)."""
    sections: dict[str, list[Mapping[str, object]]] = {
        s: [] for s in ("groups", "questions", "subquestions", "answers", "question_l10ns", "answer_l10ns", "surveys", "surveys_languagesettings")
    }  # fmt: skip
    sections["surveys"].append({"sid": 1, "language": "de"})
    sections["surveys_languagesettings"].append({"surveyls_survey_id": 1, "surveyls_title": book.title})
    sections["groups"].append({"gid": 1, "sid": 1, "group_order": 1, "grelevance": ""})
    known: dict[str, int] = {}
    for place in _places(book):
        code, _, row = place.column.rstrip("]").partition("[")
        item, is_new = place.item, code not in known
        qid = known.setdefault(code, len(known) + 1)
        if is_new:
            parent = book.items[item.asked_if[0]] if item.asked_if else None
            asked = parent and next(o.values[0] for o in parent.options if o.id == item.asked_if[1])
            condition = f'{question_code(parent)}.NAOK == "{asked}"' if parent else "1"
            sections["questions"].append({"qid": qid, "gid": 1, "type": (ROWS if row else KINDS)[item.kind], "title": code, "other": "N", "question_order": qid, "relevance": condition})  # fmt: skip
            sections["question_l10ns"].append({"qid": qid, "language": "de", "question": f"<p>{item.label}</p>"})
            for k, option in enumerate(item.options, 1):
                aid = f"{qid}{k:03}"
                sections["answers"].append(
                    {"aid": aid, "qid": qid, "code": option.values[0], "sortorder": k, "scale_id": 0}
                )
                sections["answer_l10ns"].append({"aid": aid, "answer": option.label, "language": "de"})
        if row:
            sub = f"{qid}{len(sections['subquestions']) + 100}"
            sections["subquestions"].append({"qid": sub, "parent_qid": qid, "title": row, "scale_id": 0, "question_order": sub, "type": "T", "relevance": "1"})  # fmt: skip
            sections["question_l10ns"].append({"qid": sub, "language": "de", "question": item.label})
    body = "".join(f"<{name}><rows>{''.join(map(_row, rows))}</rows></{name}>" for name, rows in sections.items())
    head = "<LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>641</DBVersion><languages><language>de</language></languages>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<document>{head}{body}</document>\n'.encode()


def _row(values: Mapping[str, object]) -> str:
    return "<row>" + "".join(f"<{k}>{escape(str(v))}</{k}>" for k, v in values.items()) + "</row>"
