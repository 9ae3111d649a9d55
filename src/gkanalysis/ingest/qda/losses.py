"""What a file holds and no chapter can use: one German sentence for each kind.

A loss names the object's GUID, where it stands and what was written there. `done` says what became of it.
"""

from gkanalysis.ingest.qda.model import Loss
from gkanalysis.ingest.refusal import printable

RAW_LENGTH = 200

_NOT_TAKEN = "nicht übernommen"
_REFERENCE, _CODING = f"Verweis {_NOT_TAKEN}", f"Codierung {_NOT_TAKEN}"
_WITHOUT_PLACE = "Codierungen ohne Textstelle übernommen"

# kind: (what was done, why)
KINDS = {
    "unknown_element": (_NOT_TAKEN, "Dieses Element kennt der Standard REFI-QDA 1.0 an dieser Stelle nicht."),
    "graph": (_NOT_TAKEN, "Netzansichten und Karten haben für die Auswertung keine Bedeutung."),
    "version": ("wie Version 1.0 gelesen", "Das Projekt nennt eine andere Fassung des Standards als REFI-QDA 1.0."),
    "second_project": ("nicht gelesen", "Das Archiv enthält mehr als eine Projektdatei; gelesen wird nur eine."),
    "duplicate_member": ("nur die erste gelesen", "Das Archiv enthält zwei Dateien mit demselben Namen."),
    "duplicate_guid": ("unter neuer GUID übernommen", "Dieselbe GUID steht schon bei einem anderen Objekt derselben Art."),
    "duplicate_entry": ("zweiter Eintrag nicht übernommen", "Dieselbe GUID oder derselbe Name ist schon vergeben."),
    "missing_guid": ("unter neuer GUID übernommen", "Das Objekt hat keine GUID."),
    "unnamed_coder": ("unter einem Ersatznamen geführt", "Zu dieser Person nennt das Projekt keinen Namen."),
    "unknown_coder": ("unter einem Ersatznamen geführt", "Die Person steht nicht in der Liste der Beteiligten."),
    "no_coder": ("Codierung ohne Person übernommen", "Das Projekt sagt nicht, wer hier codiert hat."),
    "only_modified": ("unter der Person der letzten Änderung übernommen", "Das Projekt sagt nur, wer hier zuletzt geändert, nicht wer angelegt hat."),
    "case_coding": ("als Teil des Falls übernommen", "Die Codierung nennt einen Fall und keinen Code."),
    "unnamed_source": ("unter einem Ersatznamen geführt", "Die Quelle hat keinen Namen; an seine Stelle tritt der ihres Transkripts oder ihrer Datei."),
    "unknown_code": (_CODING, "Die Codierung verweist auf einen Code, den das Codesystem nicht enthält."),
    "no_code": (_CODING, "Die Codierung nennt keinen Code."),
    "outside_text": (_WITHOUT_PLACE, "Die Textstelle liegt außerhalb des gespeicherten Textes."),
    "bad_position": (_WITHOUT_PLACE, "Anfang oder Ende der Textstelle fehlen oder sind keine brauchbaren Zahlen."),
    "text_mismatch": ("Textstelle nach ihrer Position übernommen", "Der Text an dieser Stelle ist ein anderer, als der Name der Textstelle sagt."),
    "unsure_reading": ("Zählweise nach der Reihenfolge gewählt", "Mehrere Zählweisen der Positionen passen gleich gut zum Text und ergeben verschiedene Stellen."),
    "doubtful_reading": ("am besten passende Zählweise verwendet", "Bei keiner Zählweise der Positionen beginnen und enden die Textstellen überwiegend an Wortgrenzen."),
    "text_missing": (_WITHOUT_PLACE, "Die Textdatei, auf die das Projekt verweist, fehlt."),
    "text_beside": (_WITHOUT_PLACE, "Der Text liegt neben dem Projekt und wird nicht mitgelesen."),
    "text_elsewhere": (_WITHOUT_PLACE, "Der Text liegt außerhalb des Projekts auf einem anderen Rechner oder Laufwerk."),
    "text_formatted": (_WITHOUT_PLACE, "Der Text liegt nur formatiert vor (etwa als .docx), nicht als reiner Text."),
    "text_absent": (_WITHOUT_PLACE, "Zu dieser Quelle enthält das Projekt keinen Text."),
    "text_encoding": (_WITHOUT_PLACE, "Die Textdatei ist weder in UTF-8 noch in UTF-16 geschrieben."),
    "text_damaged": (_WITHOUT_PLACE, "Die Textdatei ist beschädigt oder ungewöhnlich gepackt."),
    "second_text": ("als eigene Quelle übernommen", "Zu der Quelle steht mehr als ein Text im Projekt (etwa ein zweites Transkript)."),
    "note_coding": (_NOT_TAKEN, "Textstellen und Codierungen in Notizen werden nicht ausgewertet."),
    "case_code": (_NOT_TAKEN, "Der Fall verweist auf einen Code; ausgewertet werden Fälle nach ihren Quellen."),
    "unknown_note": (_REFERENCE, "Der Verweis führt zu einer Notiz, die es nicht gibt."),
    "unknown_source": (_REFERENCE, "Der Verweis führt zu einer Quelle, die es nicht gibt."),
    "unknown_selection": (_REFERENCE, "Der Verweis führt zu einer Textstelle, die es nicht gibt."),
    "unknown_variable": ("Wert nicht übernommen", "Der Wert gehört zu einer Variablen, die es nicht gibt."),
    "second_value": ("zweiter Wert nicht übernommen", "Zu derselben Variablen stehen zwei verschiedene Werte."),
    "unknown_member": (_REFERENCE, "Die Gruppe enthält ein Objekt, das es nicht gibt."),
    "unknown_end": ("Verknüpfung wie angegeben übernommen", "Die Verknüpfung führt zu einem Objekt, das es nicht gibt."),
    "formula": ("Zelle als leer gelesen", "Die Zelle enthält eine Formel; Formeln werden nie ausgerechnet."),
    "error_value": ("Zelle als leer gelesen", "Die Zelle enthält einen Fehlerwert."),
    "unused_column": (_NOT_TAKEN, "Diese Spalte wird für die Auswertung nicht gebraucht."),
    "incomplete_row": ("Zeile nicht übernommen", "In der Zeile fehlt der Name des Dokuments oder der Code."),
    "struck": ("wie angegeben übernommen", "Der Wert ist durchgestrichen; ob er gelten soll, sagt die Tabelle nicht."),
    "hidden_row": ("wie die anderen übernommen", "Die Zeile ist ausgeblendet, vielleicht durch einen Filter."),
    "no_words": ("ohne Wortlaut übernommen", "In der Zeile fehlt das codierte Segment."),
    "odd_place": ("wie angegeben übernommen", "Anfang oder Ende ist keine Nummer eines Absatzes, einer Seite oder Sekunde."),
    "same_words": ("als eigene Codierung übernommen", "Dieselben Worte desselben Absatzes hat dieselbe Person schon so codiert; welche Stelle gemeint ist, sagt die Tabelle nicht."),
    "deep_code": ("Zeile nicht übernommen", "Über dem Code stehen mehr Ebenen, als ein Codesystem hat."),
    "backslash_split": ("als Pfad von Codes gelesen", "Der Name des Codes enthält „\\“, das in älteren Tabellen Ebenen trennt."),
    "backslash_kept": ("als Teil des Namens gelesen", "Der Name des Codes enthält „\\“; Ebenen trennt in dieser Tabelle „>“."),
    "outside": ("nur Gespeichertes gelesen", "Die Arbeitsmappe nennt Daten außerhalb; nichts davon wurde aufgesucht."),
    "second_sheet": ("nicht gelesen", "Die Arbeitsmappe enthält mehr als ein Blatt; gelesen wird nur eines."),
}  # fmt: skip


def loss(kind, *, guid="", place="", raw=""):
    """Make the row for one loss; unprintable characters are replaced, long texts cut."""
    done, why = KINDS[kind]
    return Loss(guid, kind, place, printable(raw, RAW_LENGTH), done, why)
