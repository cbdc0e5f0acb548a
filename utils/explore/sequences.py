"""The explorer of lesson 07: two numbers, and how sure a network is of each digit of their sum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from utils import plot
from utils.explore import show_explorer, slider
from utils.text import number, tr

LARGEST = 999
START = (473, 59)
EXAMPLES = ((473, 59), (999, 1), (7, 8))  # of the static figure: ordinary, many carries, short

# From two numbers to the probability of each character at each place of the answer.
Confidences = Callable[[int, int], np.ndarray]


def read(chances: np.ndarray, characters: str) -> tuple[str, float]:
    """The answer that a network is most sure of, and how sure it is of the least sure character.

    Args:
        chances: probability of each character at each place, shape (places, len(characters)), the
            first place at the left of the answer.
        characters: the characters, in the order of the last axis.

    Returns:
        The answer without the spaces around it, and a probability in [0, 1].
    """
    text = "".join(characters[place] for place in chances.argmax(axis=1))
    return text.strip(), float(chances.max(axis=1).min())


def draw(ax: Any, chances: np.ndarray, characters: str) -> None:
    """Draw the probabilities as a chart: a column for each place, a row for each character."""
    ax.imshow(chances.T, vmin=0, vmax=1, cmap="Blues", aspect="auto")
    for place, row in enumerate(chances):
        for mark in np.flatnonzero(row >= 0.005):
            ax.text(
                place, mark, number(row[mark], ".0%"), ha="center", va="center", fontsize=12,
                color="white" if row[mark] > 0.55 else "black",
            )  # fmt: skip
    names = [tr("space", "espaço") if c == " " else c for c in characters]
    ax.set_yticks(range(len(characters)), names, fontsize=13)
    places = [f"10{power}" for power in "³²¹⁰"[-len(chances) :]]
    ax.set_xticks(range(len(chances)), places)
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)


def _sum(a: int, b: int, answer: str) -> str:
    return f"{a} + {b} = {answer or '–'}  " + ("✓" if answer == str(a + b) else f"✗ ({a + b})")


def digits(confidences: Confidences, characters: str) -> None:
    """Set two numbers with sliders and see the sum that a network writes, digit by digit.

    Used in lesson 07. A chart shows the probability of each character at each place. Without a
    kernel, a figure shows three sums.

    Args:
        confidences: gives for two numbers from 0 to 999 the probabilities, shape
            (places, len(characters)), the first place at the left of the answer.
        characters: the characters, in the order of the last axis.
    """

    def answer(a: int, b: int) -> tuple[bytes, str]:
        chances = confidences(a, b)
        text, least = read(chances, characters)
        fig, ax = plt.subplots(figsize=(5.2, 5))
        draw(ax, chances, characters)
        sure = tr("least sure character: ", "caractere menos seguro: ") + number(least, ".1%")
        return plot.png(fig), (
            f'<p style="font-size:150%;line-height:1.4">{_sum(a, b, text)}<br>'
            f'<span style="font-size:75%">{sure}</span></p>'
        )

    figure, axes = plt.subplots(1, len(EXAMPLES), figsize=(12, 5.4))
    for ax, (a, b) in zip(axes, EXAMPLES):
        chances = confidences(a, b)
        draw(ax, chances, characters)
        ax.set_title(_sum(a, b, read(chances, characters)[0]))
    sums = ", ".join(f"{a} + {b}" for a, b in EXAMPLES)
    alt = tr(
        f"Static view of the explorer: for the sums {sums}, a chart of how probable the network "
        "holds each character at each place of the answer.",
        f"Vista estática do explorador: para as somas {sums}, um quadro de quão provável a rede "
        "considera cada caractere em cada lugar da resposta.",
    )
    controls = {name: slider(value, 0, LARGEST, 1, name) for name, value in zip("ab", START)}
    show_explorer(controls, answer, figure, alt)
