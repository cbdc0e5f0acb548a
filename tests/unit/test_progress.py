"""Progress bars in the notebook's language."""

from __future__ import annotations

import io

import pytest

from utils import text
from utils.progress import tqdm


@pytest.mark.parametrize(("language", "told"), [("en", "loss=0.25"), ("pt-BR", "loss=0,25")])
def test_a_bar_has_the_decimal_mark_and_unit_of_the_language(language: str, told: str) -> None:
    text.set_language(language)
    out = io.StringIO()
    with tqdm(range(3), file=out, unit="epoch", mininterval=0) as bar:
        for _ in bar:
            bar.set_postfix(loss=0.25)
    last = out.getvalue().split("\r")[-1]
    assert told in last and ("época/s" in last) == (language == "pt-BR")
