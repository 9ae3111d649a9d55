"""A declaration written with a slip, and the sentence that it is answered with."""

import pytest

from gkanalysis.core.errors import GkError


@pytest.fixture
def answer(tmp_path):
    """The message that a reader gives for a text in which some words are replaced."""

    def run(read, text, *changes, name="klein.yml"):
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(GkError) as caught:
            read(tmp_path / name)
        assert name in str(caught.value)
        return str(caught.value)

    return run
