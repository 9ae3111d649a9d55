"""A wave drawn in a test: a codebook with every kind of item, and a plan that counts them."""

import copy

import pandas as pd
import yaml

TYPES = ("kreisfreie_stadt", "kreis", "kreisangehoerige_kommune")
YES_NO = [{"id": "ja", "label": "Ja"}, {"id": "nein", "label": "Nein"}]
STEPS = [{"id": s, "label": s} for s in ("geplant", "läuft", "beendet")]
BOOK = {
    "instrument": "probe",
    "wave": "2023",
    "title": "Arbeitshilfe „Probe“",
    "population": "buendnisse",
    "versions": {"bogen": {"title": "Bogen", "sent": "2023-01", "parts": ["kopf", "fragen", "ziele", "angebote"]}},
    "placeholders": ["Hier Text eingeben", "…"],
    "printed": ["Synthetischer Bogen: erfundenes Bündnis, erfundene Angaben"],
    "parts": [
        {
            "id": "kopf", "kind": "sheet", "heading": "Angaben zum Bündnis",
            "items": [
                {"id": "K.1", "label": "Name", "kind": "text"},
                {"id": "K.2", "label": "Lage", "kind": "single", "options": [{"id": t, "label": t, "type": t} for t in TYPES]},
            ],
        },
        {
            "id": "fragen", "kind": "sheet", "number": "1", "heading": "Fragen",
            "items": [
                {"id": "1.1", "label": "Vorhaben", "kind": "single", "options": YES_NO},
                {"id": "1.2", "label": "Dauerhaft", "kind": "single", "options": YES_NO, "asked_if": {"item": "1.1", "value": "ja"}},
                {"id": "1.3", "label": "Stand", "kind": "single", "control": "dropdown", "options": STEPS},
                {"id": "1.4", "label": "Welche Vorhaben", "kind": "text", "asked_if": {"item": "1.1", "value": "ja"}},
                {"id": "1.5", "label": "Plätze", "kind": "number", "min": 0, "max": 900},
                {"id": "1.6", "label": "davon belegt", "kind": "number", "min": 0, "max": 900},
                {"id": "1.7", "label": "davon frei", "kind": "number", "min": 0, "max": 900},
                {"id": "1.8", "label": "Anmerkung", "kind": "text"},
            ],
        },
        {
            "id": "ziele", "kind": "grid", "number": "2", "heading": "Ziele (Mehrfachnennung)",
            "columns": [{"id": 1, "label": "Ziel", "kind": "row_label"}, {"id": 2, "label": "wichtig", "kind": "tick"}],
            "blocks": [{"id": "Z", "label": "Ziele", "rows": [{"id": f"Z{k}", "label": f"Ziel {k}"} for k in range(1, 5)]}],
        },
        {
            "id": "angebote", "kind": "grid", "number": "3", "heading": "Angebote",
            "columns": [
                {"id": 1, "label": "Angebot", "kind": "row_label"},
                {"id": 2, "label": "offen", "kind": "single", "control": "dropdown", "options": YES_NO},
            ],
            "blocks": [{"id": "A", "label": "Angebote", "rows": [{"id": f"A{k}", "label": f"Angebot {k}"} for k in range(1, 7)]}],
        },
    ],
    "sets": [{"id": "ziele", "label": "Ziele", "part": "ziele", "column": 2}],
    "completeness": [
        {"id": "full", "label": "voll auswertbar", "needs": [{"item": "1.1"}, {"set": "ziele"}]},
        {"id": "partial", "label": "zum Teil auswertbar", "needs": [{"answer_outside": "kopf"}]},
        {"id": "unusable", "label": "nicht auswertbar", "needs": []},
    ],
    "duplicates": "latest",
    "identity": {"name": "K.1", "type": "K.2"},
    "contacts": {"verweigert": "hat abgelehnt"},
}  # fmt: skip
PLAN = {
    "kind": "wave",
    "seed": 5,
    "published": "probe",
    "field": {"from": pd.Timestamp("2023-01-09").date(), "to": pd.Timestamp("2023-02-17").date()},
    "file_name": "Probe {name}",
    "coder": "Kodierung A",
    "returns": {"returned": "p1.numerator", "full": {TYPES[0]: 8, TYPES[1]: 8}, "partial": {TYPES[2]: 2}},
    "styles": {"blank": 0.4, "legacy": 0.3, "typed_x": 0.15, "typed_box": 0.15},
    "contacts": {"verweigert": 3},
    "items": {
        "1.1": {"options": {"ja": "p2.numerator", "nein": "rest"}},
        "1.2": {"options": {"ja": {TYPES[0]: 3, TYPES[1]: 2, TYPES[2]: 0}, "nein": "rest"}},
        "1.3": {"options": {"geplant": 4, "läuft": "rest"}, "base": 15},
    },
    "sets": {"ziele": {"rows": {"Z1": 7, "Z2": 9, "Z3": 5, "Z4": 4}, "alone": ["Z4"]}},
    "implies": [["2.Z3.2", "2.Z2.2"]],
    "numbers": {
        "plaetze": {"mean": 60, "spread": 0.3, "groups": [{"items": {"1.6": 0.7, "1.7": 0.3}, "total": "1.5", "answered": 0.9}]}
    },
    "tables": [{"part": "angebote", "rows": 0.8, "columns": {2: {"options": {"ja": 0.5, "nein": 0.4}}}}],
    "texts": [
        {"items": ["1.8"], "answered": 0.5, "texts": ["läuft gut", "läuft langsam"]},
        {
            "items": ["1.4"], "answered": 9, "most": 2,
            "categories": {
                "sport": {"n": "p3.numerator", "texts": ["Sport im Verein", "Fußball"]},
                "kochen": {"n": 6, "texts": ["Kochen"]},
            },
        },
    ],
    "mess": [
        {"kind": "twice", "type": TYPES[0]},
        {"kind": "filter_broken", "item": "1.4", "text": "nichts"},
        {"kind": "entry", "item": "1.3", "text": "halb fertig"},
        {"kind": "entry", "item": "1.5", "text": "viele"},
    ],
}  # fmt: skip
FIGURES = "id,section,label,subgroup,kind,printed,qualifier,numerator,base,multiple_response\n" + "".join(
    f"p{k},,,,count,{n},,{n},,\n" for k, n in ((1, 18), (2, 10), (3, 8))
)


def alliances(n=10):
    """A register with so many alliances of each type."""
    rows = [(f"B{k:02}", f"Ort {k:02}", t) for k, t in enumerate((t for t in TYPES for _ in range(n)), start=1)]
    return pd.DataFrame(rows, columns=["alliance_id", "name", "type"])


def repeating(item_id, label, **repeats):
    """The codebook of the wave with an item that asks what one of an earlier wave asks, by default word for word."""
    book = copy.deepcopy(BOOK)
    (item,) = [i for p in book["parts"] for i in p.get("items", ()) if i["id"] == item_id]
    item["label"] = label
    if repeats:
        item["repeats"] = repeats
    return book


def write_wave(root, book=BOOK, **changes):
    """Codebook, plan and figures of the wave below a folder; `changes` replace keys of the plan, None takes one away."""
    plan = {k: v for k, v in (copy.deepcopy(PLAN) | changes).items() if v is not None}
    for name, content in (("codebook/probe", book), ("synthetic/probe-2023", plan)):
        path = root / f"data/{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    (root / "data/published").mkdir(exist_ok=True)
    (root / "data/published/probe.csv").write_text(FIGURES, encoding="utf-8")
    return root
