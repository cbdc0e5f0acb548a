"""Weights that come with the course: networks trained longer than a class can wait.

`data/weights/NN_name/MODEL.npz` holds the weights of the model of that name as `float16`, beside
them `cards.json` the epochs, the data, the losses and the command that made them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from utils import settings
from utils.text import notice, tr

FOLDER = settings.ROOT / "data" / "weights"
CARDS = "cards.json"


def load(model: Any) -> Any:
    """Give `model` its trained weights, found by its name in the current lesson.

    Args:
        model: a built Keras model of the architecture that the lesson trains.

    Returns:
        A `keras.callbacks.History` of the training that made the weights, or None where the course
        has no weights of this name or they do not fit: then the lesson trains the model itself.
    """
    import keras

    folder = FOLDER / settings.lesson()
    path = folder / f"{model.name}.npz"
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as stored:
        arrays = [stored[name].astype("float32") for name in sorted(stored.files)]
    if [a.shape for a in arrays] != [w.shape for w in model.get_weights()]:
        notice(
            tr(
                f"The trained weights of {model.name} belong to another architecture. "
                "The notebook trains the network instead.",
                f"Os pesos treinados de {model.name} são de outra arquitetura. "
                "O notebook treina a rede.",
            )
        )
        return None
    model.set_weights(arrays)
    history = keras.callbacks.History()
    card = json.loads((folder / CARDS).read_text(encoding="utf-8"))[model.name]
    history.history, history.epoch = card["history"], list(range(card["epochs"]))
    return history


def evaluate(encoder: Any, decoder: Any, x: np.ndarray) -> dict[str, float]:
    """Mean squared errors of a saved or trained pair on `x`, beside that of the mean of `x`.

    Args:
        encoder: Keras model, or path of one saved as `.keras`; with several outputs (a VAE) the
            first is the code.
        decoder: the same for the way back.
        x: array (n, ...), in the range the networks were trained on.

    Returns:
        `mse` (over all values), `worst` (mean squared error of the worst example), `mean_mse` (of
        always answering with the mean of `x`), `code` (numbers in a code).

    Raises:
        ValueError: the decoder does not give back the shape of `x`.
    """
    import keras

    first, second = (
        keras.saving.load_model(m, safe_mode=True) if isinstance(m, str | Path) else m
        for m in (encoder, decoder)
    )
    z = first.predict(x, batch_size=500, verbose=0)
    z = z[0] if isinstance(z, list | tuple) else z
    x_hat = second.predict(z, batch_size=500, verbose=0)
    if x_hat.shape != x.shape:
        raise ValueError(f"the decoder gives {x_hat.shape}, the data have {x.shape}")
    errors = ((x - x_hat) ** 2).reshape(len(x), -1).mean(axis=1)
    return {
        "mse": float(errors.mean()),
        "worst": float(errors.max()),
        "mean_mse": float(((x - x.mean(axis=0)) ** 2).mean()),
        "code": float(np.prod(z.shape[1:])),
    }
