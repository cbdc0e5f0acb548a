"""Numbers on the axes of a figure in the notebook's language."""

from __future__ import annotations

import re

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
        for formatter in (axis.get_major_formatter(), axis.get_minor_formatter()):
            if not isinstance(formatter, GIVEN):
                labels, offset = formatter.format_ticks, formatter.get_offset
                formatter.format_ticks = lambda places, f=labels: [_comma(x) for x in f(places)]
                formatter.get_offset = lambda f=offset: _comma(f())


def _comma(label: str) -> str:
    # In a formula a plain comma is followed by a space.
    return re.sub(r"(?<=\d)\.(?=\d)", "{,}" if "$" in label else ",", label)
