"""The explorer of lesson 07 answers: other numbers, another picture and another verdict."""

from __future__ import annotations

import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from utils.explore import sequences as explore_sums

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
def explorer(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, bytes, str]:
    """The widget, its static figure and its description."""
    shown: list[Any] = []
    monkeypatch.setattr(explore_sums, "show_widget", lambda *args: shown.append(args))
    explore_sums.digits(good_until_ten, CHARACTERS)
    return shown[0]


def picture(image: Any) -> np.ndarray:
    return plt.imread(io.BytesIO(image.value), format="png")[:, :, :3]


def test_reads_the_surest_character_and_the_least_sure_place() -> None:
    assert explore_sums.read(certain("1998"), CHARACTERS) == ("1998", 1.0)
    chances = certain("  52")
    chances[3] = 0
    chances[3, [2, 3]] = 0.7, 0.3
    assert explore_sums.read(chances, CHARACTERS) == ("52", pytest.approx(0.7))


@pytest.mark.parametrize(
    "broken",
    [
        np.zeros((4, 12)),
        np.full((4, 12), 1.0),
        certain("52")[:, :-1],
        certain("52")[0],
        certain("52") * 2 - certain("25"),
    ],
)
def test_refuses_what_is_no_probability(broken: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"shape|probabilities"):
        explore_sums.read(broken, CHARACTERS)


def test_each_slider_changes_picture_and_words(explorer: Any) -> None:
    _, first, second, words, image = explorer[0].children
    for slider, value, told in ((first, 100, "100 + 59 = 159"), (second, 7, "100 + 7 = 107")):
        before = image.value
        slider.value = value
        assert image.value != before and told in words.value and "✓" in words.value
        assert picture(image).std() > 0.05


def test_a_wrong_sum_is_told_with_the_right_one(explorer: Any) -> None:
    _, first, second, words, _ = explorer[0].children
    first.value, second.value = 999, 1
    assert "999 + 1 = 0 " in words.value and "✗ (1000)" in words.value
    assert "90.0%" in words.value


def test_the_ends_of_the_sliders_answer_too(explorer: Any) -> None:
    _, first, second, _, image = explorer[0].children
    size = picture(image).shape
    for ends in ((0, 0), (0, 999), (999, 0), (999, 999)):
        first.value, second.value = ends
        assert picture(image).shape == size


def test_chart_has_a_column_a_place_and_prints_what_is_likely() -> None:
    fig, ax = plt.subplots()
    explore_sums.draw(ax, certain("  52", 0.9), CHARACTERS)
    assert ax.images[0].get_array().shape == (12, 4)
    assert len(ax.get_xticks()) == 4 and len(ax.get_yticks()) == 12
    printed = sorted(text.get_text() for text in ax.texts)
    assert printed == ["10%", "10%", "100%", "100%", "90%", "90%"]
    plt.close(fig)


def test_no_figure_stays_open(explorer: Any) -> None:
    open_before = plt.get_fignums()
    explorer[0].children[1].value = 5
    assert plt.get_fignums() == open_before == []


def test_a_figure_stands_in_for_the_widget(explorer: Any) -> None:
    _, fallback, alt = explorer
    assert fallback.startswith(b"\x89PNG") and len(fallback) < 120_000
    assert "999 + 1" in alt and len(alt) > 60
