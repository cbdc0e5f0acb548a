"""The exercise of lesson 00: a network without a bottleneck."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from exercises.answers import need, prose
from exercises.check import exercise
from exercises.models import is_model, outputs


@exercise("bug", answers=2, given=1)
def find_bug(assisted: Any, noticed: Any, x: np.ndarray) -> None:
    """A network that gives back images of the size of `x` (n, 784) through fewer numbers."""
    is_model("assisted", assisted)
    given = outputs(assisted, x[:20], "assisted")
    need(given[0].size == x[0].size, "other_output", size=given[0].size)
    need(np.ptp(given, axis=0).max() > 1e-6, "constant")
    sizes = [math.prod(size) for size in map(_shape, _layers(assisted)) if size]
    need(min(sizes) < x[0].size, "wide", least=min(sizes))
    need(min(sizes) <= x[0].size // 2, "nearly", least=min(sizes))
    prose(noticed, least=6)


def _layers(model: Any) -> list[Any]:
    """All layers, also those inside of models that are layers."""
    return [
        inner
        for layer in model.layers
        for inner in (_layers(layer) if hasattr(layer, "layers") else [layer])
    ]


def _shape(layer: Any) -> tuple[int, ...]:
    """Shape of what a layer gives for one example; empty where it has none."""
    shape = getattr(getattr(layer, "output", None), "shape", ())
    return tuple(n for n in shape[1:] if n is not None)
