"""The explorer of lesson 07 answers: other numbers, another picture and another answer."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from utils.explore import sequences

CHARACTERS = "0123456789+ "


def certain(text: str, share: float = 1.0) -> np.ndarray:
    """Probabilities that hold each character of `text` for right with `share`, else a blank."""
    chances = np.zeros((len(text), len(CHARACTERS)))
    for place, character in enumerate(text):
        chances[place, CHARACTERS.index(" ")] = 1 - share
        chances[place, CHARACTERS.index(character)] += share
    return chances


def good_until_ten(a: int, b: int) -> np.ndarray:
    """Stands for a network that adds, but drops the last carry of sums above 999."""
    return certain(f"{(a + b) % 1000:4d}", 0.9)


@pytest.fixture
def shown(explorer: Any) -> Any:
    return explorer(sequences.digits, good_until_ten, CHARACTERS)


def test_reads_the_surest_character_and_the_least_sure_place() -> None:
    assert sequences.read(certain("1998"), CHARACTERS) == ("1998", 1.0)
    chances = certain("  52")
    chances[3] = 0
    chances[3, [2, 3]] = 0.7, 0.3
    assert sequences.read(chances, CHARACTERS) == ("52", pytest.approx(0.7))


def test_each_slider_changes_picture_and_words(shown: Any) -> None:
    first, second = shown.controls
    for slider, value, sum_ in ((first, 100, "100 + 59 = 159"), (second, 7, "100 + 7 = 107")):
        before = shown.picture
        slider.value = value
        assert not np.array_equal(shown.picture, before) and shown.picture.std() > 0.05
        assert sum_ in shown.words and "✓" in shown.words


def test_a_wrong_sum_is_shown_with_the_right_one(shown: Any) -> None:
    shown.controls[0].value, shown.controls[1].value = 999, 1
    assert "999 + 1 = 0 " in shown.words and "✗ (1000)" in shown.words
    assert "90.0%" in shown.words and "999 + 1" in shown.alt


def test_the_ends_of_the_sliders_answer_too(shown: Any) -> None:
    size = shown.picture.shape
    for ends in ((0, 0), (0, 999), (999, 0), (999, 999)):
        shown.controls[0].value, shown.controls[1].value = ends
        assert shown.picture.shape == size
    assert plt.get_fignums() == []


def test_chart_has_a_column_a_place_and_prints_what_is_likely() -> None:
    fig, ax = plt.subplots()
    sequences.draw(ax, certain("  52", 0.9), CHARACTERS)
    assert ax.images[0].get_array().shape == (12, 4)
    assert len(ax.get_xticks()) == 4 and len(ax.get_yticks()) == 12
    printed = sorted(text.get_text() for text in ax.texts)
    assert printed == ["10%", "10%", "100%", "100%", "90%", "90%"]
    plt.close(fig)
