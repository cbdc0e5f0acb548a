"""The explorer of lesson 11 answers: another unit or factor, another picture and class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from utils.explore import representations

SIDE = 8
HIDDEN = np.array([[0.25, 0.75], [0.5, 0.0]], "float32")
CODE = np.array([[0.25, 0.75, 0.0, 0.1, 0.2], [0.5, 0.0, 0.0, 0.0, 0.0]], "float32")
DIRECTIONS = np.array([[1, 0], [0, 1], [1, 1], [0, 0], [0, 0]], "float32")


def classify(h: np.ndarray) -> np.ndarray:
    """Stands for a classifier: `b` if the second number is the larger one, with its share."""
    return h / h.sum(axis=1, keepdims=True)


def paint(h: np.ndarray) -> np.ndarray:
    """Stands for a decoder: the first number is the grey of the whole image."""
    return np.repeat(h[:, :1].clip(0, 1), SIDE * SIDE, axis=1).reshape(-1, SIDE, SIDE)


@pytest.fixture
def shown(explorer: Any) -> Any:
    images = np.full((2, SIDE, SIDE), 0.5)
    layer = HIDDEN, CODE
    return explorer(representations.units, images, layer, DIRECTIONS, classify, paint, ("a", "b"))


def ink(shown: Any) -> list[float]:
    """Ink in the middle of the image, of the hidden layer, and of the changed one."""
    return [round(1 - float(middle), 2) for middle in shown.middles(3)[:, 0]]


def test_a_unit_is_turned_up_and_down(shown: Any) -> None:
    image, rank, factor = shown.controls
    rank.value = 2  # the unit that writes to the first number
    assert ink(shown) == pytest.approx([0.5, 0.25, 0], abs=0.02)
    factor.value = 1.0
    assert ink(shown) == pytest.approx([0.5, 0.25, 0.25], abs=0.02)
    factor.value = 3.0
    assert ink(shown) == pytest.approx([0.5, 0.25, 0.75], abs=0.02)
    image.value, rank.value, factor.value = 1, 1, 2.0
    assert ink(shown) == pytest.approx([0.5, 0.5, 1], abs=0.02)


def test_the_words_name_unit_and_classes(shown: Any) -> None:
    _, rank, factor = shown.controls
    factor.value = 1.0
    assert "unit 1 × 1.00" in shown.words and shown.words.count("b: 75%<br>a: 25%") == 2
    rank.value, factor.value = 2, 3.0
    assert "unit 0 × 3.00" in shown.words and shown.words.count("b: 50%") == 1


def test_the_factor_scales_what_the_unit_writes() -> None:
    h, direction = np.array([1.0, 2.0]), np.array([0.5, -1.0])
    for factor, expected in ((1, [1, 2]), (0, [0, 4]), (2, [2, 0])):
        turned = representations.turned(h, 2.0, direction, factor)
        assert turned.dtype == np.float32
        np.testing.assert_allclose(turned, expected)
