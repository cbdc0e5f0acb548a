"""The walk of lesson 08 answers: another image or another place on the way, another picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from utils.explore import vae

SIDE = 8


def grey(z: np.ndarray) -> np.ndarray:
    """Stands for a decoder: the first code number is the grey of the whole image."""
    return np.repeat(np.clip(z[:, :1], 0, 1), SIDE * SIDE, axis=1)


def classifier(x: np.ndarray) -> np.ndarray:
    """Stands for a classifier: dark images are `b` with a certainty that is their grey."""
    ink = x.mean(axis=1, keepdims=True)
    return np.concatenate([1 - ink, ink], axis=1)


@pytest.fixture
def shown(explorer: Any) -> Any:
    greys = np.array([0.0, 0.25, 1.0], "float32")
    images = np.repeat(greys[:, None], SIDE * SIDE, axis=1)
    codes = np.stack([greys, greys], axis=1)
    models = {"one": (codes, grey), "two": (1 - codes, grey)}
    return explorer(vae.walk, images, models, classifier, ("a", "b"))


def ink(shown: Any) -> list[float]:
    """Ink in the middle of each image: first, one, two, pixels, last."""
    return [round(1 - float(middle), 2) for middle in shown.middles(5)[:, 0]]


def test_the_walk_goes_from_the_first_image_to_the_last(shown: Any) -> None:
    first, last, t = shown.controls
    assert ink(shown) == pytest.approx([0, 0.5, 0.5, 0.5, 1], abs=0.02)
    t.value = 0.0
    assert ink(shown) == pytest.approx([0, 0, 1, 0, 1], abs=0.02)
    t.value = 1.0
    assert ink(shown) == pytest.approx([0, 1, 0, 1, 1], abs=0.02)
    last.value = 1
    assert ink(shown) == pytest.approx([0, 0.25, 0.75, 0.25, 0.25], abs=0.02)
    first.value = 2
    assert ink(shown)[0] == pytest.approx(1, abs=0.02)


def test_beyond_the_ends_pixels_stay_pixels(shown: Any) -> None:
    for shown.controls[2].value, pixels in ((-0.5, 0), (1.5, 1)):
        assert ink(shown)[3] == pytest.approx(pixels, abs=0.02)


def test_the_words_give_the_answer_of_the_classifier(shown: Any) -> None:
    shown.controls[2].value = 0.25
    assert shown.words.count("<b>a</b> (75%)") == 2, "the first model and the pixels"
    assert "<b>b</b> (75%)" in shown.words and "<b>b</b> (100%)" in shown.words
