"""Numbers on the axes of a figure in the notebook's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from matplotlib import ticker
from matplotlib.category import StrCategoryFormatter
from matplotlib.figure import Figure

from utils.text import language

# Labels that a lesson gives are in its language already.
GIVEN = (ticker.FixedFormatter, ticker.FuncFormatter, ticker.NullFormatter, StrCategoryFormatter)


def localise(fig: Figure) -> None:
    """Give the numbers on all axes decimal commas if the notebook is in Portuguese."""
    if language() != "pt-BR":
        return
    for axis in (axis for ax in fig.axes for axis in (ax.xaxis, ax.yaxis)):
        for level in (axis.major, axis.minor):
            if not isinstance(level.formatter, (*GIVEN, _DecimalComma)):
                level.formatter = _DecimalComma(level.formatter)


class _DecimalComma(ticker.Formatter):
    """A formatter of axis labels with decimal commas."""

    def __init__(self, inner: ticker.Formatter) -> None:
        self.inner = inner

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self._comma(self.inner(x, pos))

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        return [self._comma(label) for label in self.inner.format_ticks(values)]

    def get_offset(self) -> str:
        return self._comma(self.inner.get_offset())

    def set_locs(self, locs: Any) -> None:
        self.inner.set_locs(locs)

    @staticmethod
    def _comma(label: str) -> str:
        # In a formula a plain comma is followed by a space.
        return re.sub(r"(?<=\d)\.(?=\d)", "{,}" if "$" in label else ",", label)
