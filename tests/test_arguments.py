"""What a person reads who calls a command wrongly."""

import pytest

from gkanalysis.__main__ import main


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "es fehlt: BEFEHL"),
        ("berichte", "BEFEHL kennt 'berichte' nicht; möglich sind 'form', 'interviews'"),
        ("chapter", "es fehlt: report"),
        ("render x", "es fehlt: --format"),
        ("render x --format", "nach --format fehlt eine Angabe"),
        ("render x --format doc", "--format kennt 'doc' nicht; möglich sind 'html', 'pdf', 'docx', 'pptx'"),
        ("register --schnell", "unbekannt ist: --schnell"),
    ],
)
def test_wrong_call_is_answered_in_german(capsys, line, sentence):
    """What is wrong and what there is, with status 2."""
    with pytest.raises(SystemExit) as ended:
        main(line.split())
    usage, said = capsys.readouterr().err.split("Fehler: ")
    assert ended.value.code == 2
    assert usage.startswith("Aufruf: gkanalysis")
    assert said.startswith(sentence)
    assert said.endswith("--help“ zeigt, was es gibt.\n")


def test_help_has_no_english_heading(capsys):
    """Usage, headings and the switch for help are German."""
    with pytest.raises(SystemExit):
        main(["trace", "--help"])
    said = capsys.readouterr().out
    assert not {"usage", "positional", "options", "show"} & set(said.replace(":", " ").split())
