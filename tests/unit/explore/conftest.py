"""What a reader sees of an explorer."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest

from utils import plot


class Explorer:
    """The widgets of an explorer by their kind, its static figure and its description."""

    def __init__(self, box: Any, figure: bytes, alt: str) -> None:
        widgets = list(leaves(box))
        self.figure, self.alt = figure, alt
        self.controls = [w for w in widgets if type(w).__name__.endswith("Slider")]
        self.sounds = [w for w in widgets if type(w).__name__ == "Audio"]
        (self._image,) = (w for w in widgets if type(w).__name__ == "Image")
        self._words = [w for w in widgets if type(w).__name__ == "HTML"]

    @property
    def picture(self) -> np.ndarray:
        """The picture that moves: (height, width, 3) in [0, 1]."""
        return plt.imread(io.BytesIO(self._image.value), format="png")[..., :3]

    @property
    def words(self) -> str:
        return "".join(widget.value for widget in self._words)

    def middles(self, count: int) -> np.ndarray:
        """The pixel in the middle of each of `count` images side by side."""
        height, width = self.picture.shape[:2]
        return np.array([self.picture[height // 2, (2 * i + 1) * width // (2 * count)]
                         for i in range(count)])  # fmt: skip


def leaves(widget: Any) -> Iterator[Any]:
    for child in getattr(widget, "children", ()):
        yield from leaves(child)
    yield widget


@pytest.fixture
def explorer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Explorer]:
    """Starts an explorer in a notebook: `explorer(function, arguments…)`."""
    boxes: list[Any] = []
    shown: list[Any] = []
    make = ipywidgets.VBox
    monkeypatch.setattr(ipywidgets, "VBox", lambda parts: boxes.append(make(parts)) or boxes[-1])
    monkeypatch.setattr(plot, "display", lambda *args: shown.append(args))
    monkeypatch.setattr("utils.text.in_notebook", lambda: True)

    def start(function: Callable[..., None], *args: Any) -> Explorer:
        function(*args)
        figure, alt, more = shown.pop()
        assert more["application/vnd.jupyter.widget-view+json"]["model_id"] == boxes[-1].model_id
        found = Explorer(boxes[-1], figure, alt)
        assert found.figure.startswith(b"\x89PNG") and len(found.alt) > 60
        return found

    return start
