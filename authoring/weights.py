"""Make the weights that ship with the course: what a lesson trains in profile full is kept.

Usage: python authoring/run.py 02_mnist --profile full --values-only --weights

The runner calls `keep_trained` in the lesson's kernel, right after the set-up cell. From there on
each finished `fit` of a model with a name of its own is saved to `data/weights`.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from utils import settings
from utils.data.weights import CARDS, FOLDER

MOST = 700_000  # weights of a network that ships: 1.4 MB at two bytes each
# Names that Keras gives to a model without one.
NO_NAME = re.compile(r"(functional|sequential|model)(_\d+)?")


def keep_trained(slug: str) -> None:
    """Save each network that the lesson trains from here on, under its name."""
    folder = FOLDER / slug
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
            save(self, history.history, card, folder)
        return history

    keras.Model.fit = keeping


def save(model: Any, history: dict[str, list[float]], card: dict[str, Any], folder: Path) -> None:
    """Write the weights of a trained model and its card into `folder`, for `utils.data.weights`.

    Args:
        model: its name names the file.
        history: loss and metrics by epoch.
        card: what else the card says, such as data and command.
        folder: `data/weights/NN_name` of the course.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {f"{i:03d}": w.astype("float16") for i, w in enumerate(model.get_weights())}
    np.savez_compressed(folder / f"{model.name}.npz", **arrays)
    cards = folder / CARDS
    known = json.loads(cards.read_text(encoding="utf-8")) if cards.exists() else {}
    rounded = {key: [float(f"{v:.5g}") for v in values] for key, values in history.items()}
    epochs = len(next(iter(rounded.values())))
    known[model.name] = {**card, "epochs": epochs, "history": rounded}
    text = json.dumps(known, indent=1, sort_keys=True) + "\n"
    cards.write_text(text, encoding="utf-8", newline="\n")
