"""Make the weights that ship with the course: what a lesson trains in profile full is kept.

Usage: python authoring/run.py 02_mnist --profile full --values-only --weights

The runner calls `keep_trained` in the lesson's kernel, right after the set-up cell. From there on
each finished `fit` of a model with a name of its own is saved to `data/weights`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import keras

from utils import settings
from utils.data import weights

MOST = 700_000  # weights of a network that ships: 1.4 MB at two bytes each
# Names that Keras gives to a model without one.
NO_NAME = re.compile(r"(functional|sequential|model)(_\d+)?")


def keep_trained(slug: str) -> None:
    """Save each network that the lesson trains from here on, under its name."""
    folder = weights.FOLDER / slug
    command = f"python authoring/run.py {slug} --profile full --values-only --weights"
    fit: Callable[..., Any] = keras.Model.fit

    def keeping(self: Any, *args: Any, **options: Any) -> Any:
        start = time.perf_counter()
        history = fit(self, *args, **options)
        if not NO_NAME.fullmatch(self.name) and self.count_params() <= MOST:
            card = {
                "command": command,
                "seed": settings.seed(),
                "minutes": round((time.perf_counter() - start) / 60, 1),
                "weights": self.count_params(),
            }
            weights.save(self, history.history, card, folder)
        return history

    keras.Model.fit = keeping
