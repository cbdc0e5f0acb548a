"""Lesson 07: drawings of an LSTM, and an explorer of the sums that a network writes.

The explorer takes two numbers and shows how sure the network is of each digit of their sum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle, FancyBboxPatch

from utils import plot
from utils.explore import show_explorer, slider
from utils.text import number, tr

LARGEST = 999
START = (473, 59)
EXAMPLES = ((473, 59), (999, 1), (7, 8))  # of the static figure: ordinary, many carries, short

# From two numbers to the probability of each character at each place of the answer.
Confidences = Callable[[int, int], np.ndarray]

GATE, LAYER, PLAIN = "#FCE5CD", "#D9EAF7", "#EEEEEE"  # colours of boxes


def _box(ax: Any, x: float, y: float, label: str, colour: str, size: int = 12) -> None:
    ax.text(x, y, label, ha="center", va="center", fontsize=size, zorder=3)
    style = "round,pad=0.02,rounding_size=0.12"
    box = FancyBboxPatch((x - 0.5, y - 0.35), 1, 0.7, style, facecolor=colour, edgecolor="0.3")
    ax.add_patch(box)


def _operation(ax: Any, x: float, y: float, sign: str) -> None:
    ax.text(x, y, sign, ha="center", va="center", fontsize=15, zorder=3)
    ax.add_patch(Circle((x, y), 0.27, facecolor="white", edgecolor="0.3"))


def _arrow(ax: Any, *points: tuple[float, float], head: bool = True, **look: Any) -> None:
    """A line through `points`, by default with a head at the last one."""
    look = {"color": "0.25", "linewidth": 1.6} | look
    ax.plot(*zip(*(points[:-1] if head else points)), **look)
    if head:
        style = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0} | look
        ax.annotate("", points[-1], points[-2], arrowprops=style)


def _blank(width: float, low: float, high: float, left: float = -1.0) -> tuple[Any, Any]:
    """A figure whose axes have the same scale in both directions and show no frame."""
    fig, ax = plt.subplots(figsize=(9, 9 * (high - low) / (width - left)))
    ax.set(xlim=(left, width), ylim=(low, high), aspect="equal")
    ax.axis("off")
    return fig, ax


def lstm_cell() -> None:
    """Show one step of an LSTM: gates, candidate, memory and output, as the equations name them."""
    fig, ax = _blank(10, -1.3, 4.7)
    columns = {
        1.6: (r"$\sigma$", tr("forget\ngate", "porta de\nesquecimento")),
        3.2: (r"$\sigma$", tr("input\ngate", "porta de\nentrada")),
        4.8: ("tanh", tr("candidate", "candidato")),
        6.4: (r"$\sigma$", tr("output\ngate", "porta de\nsaída")),
    }
    for ends in ((-0.1, 1.33), (1.87, 3.73), (4.27, 9.1)):
        _arrow(ax, *((x, 4) for x in ends), color=plot.BLUE, linewidth=3)
    _arrow(ax, (0.7, -0.7), (0.7, 0.3), head=False)
    _arrow(ax, (-0.1, 0.3), (6.4, 0.3), head=False)
    for x, (activation, name) in columns.items():
        _arrow(ax, (x, 0.3), (x, 0.83))
        _box(ax, x, 1.2, activation, PLAIN if activation == "tanh" else GATE, 15)
        ax.text(x + 0.1, 0.1, name, ha="center", va="top", fontsize=12, linespacing=1.0)
    for x, y, sign in ((1.6, 4, "×"), (4, 4, "+"), (4, 2.85, "×"), (7.6, 1.9, "×")):
        _operation(ax, x, y, sign)
    _box(ax, 7.6, 3, "tanh", PLAIN, 15)
    for points in (
        ((1.6, 1.57), (1.6, 3.73)),
        ((3.2, 1.57), (3.2, 2.85), (3.73, 2.85)),
        ((4.8, 1.57), (4.8, 2.85), (4.27, 2.85)),
        ((4, 3.12), (4, 3.73)),
        ((6.4, 1.57), (6.4, 1.9), (7.33, 1.9)),
        ((7.6, 4), (7.6, 3.37)),
        ((7.6, 2.63), (7.6, 2.17)),
        ((7.6, 1.63), (7.6, 0.3), (9.1, 0.3)),
    ):
        _arrow(ax, *points)
    for x, y, symbol in (
        (-0.55, 4, "$c_{t-1}$"), (-0.55, 0.3, "$h_{t-1}$"), (9.4, 4, "$c_t$"), (9.4, 0.3, "$h_t$"),
        (0.7, -1, "$x_t$"), (1.3, 2.3, "$f_t$"), (2.95, 2.3, "$i_t$"), (5.1, 2.3, r"$\tilde c_t$"),
        (6.65, 2.15, "$o_t$"),
    ):  # fmt: skip
        ax.text(x, y, symbol, ha="center", va="center", fontsize=17)
    memory = tr("memory (cell state)", "memória (estado da célula)")
    ax.text(5.9, 4.2, memory, ha="center", fontsize=13, color=plot.BLUE)
    plot.show(fig, tr(
        "One step of an LSTM. The memory runs along the top: it is multiplied by the forget gate, "
        "then the input gate times the candidate is added. The output gate times the tanh of the "
        "memory gives the output. All gates read the input and the previous output.",
        "Um passo de uma LSTM. A memória passa no alto: é multiplicada pela porta de esquecimento "
        "e recebe a soma da porta de entrada vezes o candidato. A porta de saída vezes a tanh da "
        "memória dá a saída. Todas as portas leem a entrada e a saída anterior.",
    ))  # fmt: skip


def lstm_autoencoder() -> None:
    """Show an LSTM autoencoder of nine steps, one column for each step."""
    fig, ax = _blank(12.5, -1.7, 3.5, left=-0.8)
    for base in (0.0, 7.2):
        for x, step in zip(base + 1.5 * np.arange(4), "12…9"):
            if x > base:
                _arrow(ax, (x - (1.2 if step == "9" else 0.97), 0), (x - 0.53, 0))
            if step == "…":
                ax.text(x, 0, "…", ha="center", va="center", fontsize=17)
                continue
            _box(ax, x, 0, "LSTM", LAYER)
            _arrow(ax, (x, -0.95), (x, -0.38))
            if base:
                _arrow(ax, (x, 0.38), (x, 0.92))
                _box(ax, x, 1.3, "Dense", PLAIN)
                _arrow(ax, (x, 1.68), (x, 2.2))
                ax.text(x, 2.3, rf"$\hat x_{step}$", ha="center", fontsize=17)
            else:
                ax.text(x, -1, f"$x_{step}$", ha="center", va="top", fontsize=17)
    _arrow(ax, (4.5, 0.38), (4.5, 1.3), (5.32, 1.3))
    ax.text(4.85, 0.7, "$h_9$", ha="center", fontsize=15)
    _box(ax, 5.85, 1.3, tr("code", "código"), GATE)
    _arrow(ax, (5.85, 0.92), (5.85, -0.95), (11.7, -0.95), head=False)
    for x, y, name in (
        (2.2, 1.3, tr("encoder", "codificador")),
        (9.45, 3.1, tr("decoder", "decodificador")),
        (8.9, -1.45, "RepeatVector"),
    ):
        ax.text(x, y, name, ha="center", fontsize=14, color="0.3")
    plot.show(fig, tr(
        "An LSTM autoencoder. The encoder reads x1 to x9 one after another; its last output gives "
        "the code. The code enters the decoder at each step, and a dense layer turns each output "
        "of the decoder into one value.",
        "Um autoencoder LSTM. O codificador lê de x1 a x9, um após o outro; a última saída dá o "
        "código. O código entra no decodificador em cada passo, e uma camada densa transforma cada "
        "saída do decodificador em um valor.",
    ))  # fmt: skip


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
