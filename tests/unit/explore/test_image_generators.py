"""The explorers of lesson 10 answer: more steps or another codeword, another picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from utils.explore import image_generators

SIDE, ROWS, COUNT = 28, 7, 5


def draw(seed: int, count: int) -> np.ndarray:
    """Stands for a sampler: four images, the darker the more steps; the last shows the seed."""
    greys = np.full(4, count / 50)
    greys[-1] = seed / 20
    return np.repeat(greys, SIDE * SIDE).reshape(4, SIDE, SIDE)


def decode(codes: np.ndarray) -> np.ndarray:
    """Stands for a decoder: each codeword is a grey."""
    zoom = SIDE // ROWS
    return (codes / (COUNT - 1)).repeat(zoom, axis=1).repeat(zoom, axis=2)


def test_the_steps_and_the_noise_are_chosen_apart(explorer: Any) -> None:
    shown = explorer(image_generators.steps, draw)
    count, seed = shown.controls
    count.value = 25
    ink = 1 - shown.middles(4)[:, 0]
    assert ink == pytest.approx([0.5, 0.5, 0.5, 0], abs=0.02)
    seed.value = 10
    assert 1 - shown.middles(4)[-1, 0] == pytest.approx(0.5, abs=0.02)


@pytest.fixture
def canvas(explorer: Any) -> Any:
    codes = np.zeros((3, ROWS, ROWS), int)
    codes[1] = 4
    return explorer(image_generators.paint, codes, decode, COUNT)


def test_a_lifted_brush_changes_nothing(canvas: Any) -> None:
    _, row, _, codeword, _ = canvas.controls
    codeword.value, row.value = 4, 5
    assert canvas.middles(3)[:, 0] == pytest.approx(1, abs=0.02)
    assert "0 positions changed" in canvas.words


def test_the_brush_paints_where_it_moves(canvas: Any) -> None:
    _, row, column, codeword, brush = canvas.controls
    codeword.value = 4
    brush.value = 1
    assert canvas.middles(3)[:, 0] == pytest.approx([1, 0, 0], abs=0.02)
    column.value = 5
    assert "2 positions changed" in canvas.words and "codeword <b>4</b> at (3, 5)" in canvas.words
    brush.value = 0
    row.value = 0
    assert "2 positions changed" in canvas.words


def test_another_image_begins_a_new_map(canvas: Any) -> None:
    image, _, _, codeword, brush = canvas.controls
    codeword.value, brush.value = 3, 2
    assert "4 positions changed" in canvas.words
    brush.value = 0
    image.value = 1
    assert "0 positions changed" in canvas.words
    assert canvas.middles(3)[:, 0] == pytest.approx(0, abs=0.02)


def test_a_brush_ends_at_the_edge() -> None:
    new = image_generators.painted(np.zeros((7, 7), int), 5, 6, 2, 3)
    assert np.argwhere(new).tolist() == [[5, 6], [6, 6]]
