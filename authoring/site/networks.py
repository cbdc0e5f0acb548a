"""Small trained networks as JSON files: eight-bit weights that a page and Keras read alike."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from utils.settings import ROOT

FOLDER = ROOT / "data" / "weights" / "demo"
KINDS = {"Dense": "dense", "Conv2D": "conv", "Conv2DTranspose": "transpose"}


def encode(values: Any, kind: str) -> str:
    """Numbers of a NumPy type such as `<f4` as base64, row by row."""
    return base64.b64encode(np.ascontiguousarray(values, dtype=kind).tobytes()).decode("ascii")


def decode(text: str, kind: str) -> np.ndarray:
    """The numbers that `encode` wrote, shape (n,)."""
    return np.frombuffer(base64.b64decode(text), kind)


def quantised(kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers from -127 to 127, and for each output the number that one step is worth.

    Args:
        kernel: weights, the outputs on the last axis.
    """
    largest = np.abs(kernel).max(axis=tuple(range(kernel.ndim - 1)))
    scale = np.maximum(largest, 1e-12).astype("<f4") / np.float32(127)
    return np.rint(kernel / scale).astype("int8"), scale


def layers(model: Any) -> list[dict[str, Any]]:
    """The layers with weights of a sequential Keras model, in the form of the files.

    Kernels have the shape (inputs, outputs) or (height, width, inputs, outputs).
    """
    found = []
    for layer in (layer for layer in model.layers if layer.weights):
        kernel = np.asarray(layer.kernel)
        kind = KINDS[type(layer).__name__]
        if kind == "transpose":  # Keras: height, width, outputs, inputs
            kernel = kernel.swapaxes(2, 3)
        whole, scale = quantised(kernel)
        entry: dict[str, Any] = {"kind": kind, "activation": layer.activation.__name__}
        if kind != "dense":
            entry["stride"] = layer.strides[0]
        entry |= {"shape": list(kernel.shape), "kernel": encode(whole, "i1")}
        entry |= {"scale": encode(scale, "<f4"), "bias": encode(layer.bias, "<f4")}
        found.append(entry)
    return found


def model(entries: Sequence[Mapping[str, Any]], side: int = 28) -> Any:
    """A Keras model with the weights of a file, from flat rows to flat rows.

    Args:
        entries: what `layers` gave.
        side: height and width of the image of a network that begins with a convolution.
    """
    import keras
    from keras import layers as kinds

    first = entries[0]
    flat = first["kind"] == "dense"
    x = inputs = keras.Input((first["shape"][0] if flat else side * side,))
    x = x if flat else kinds.Reshape((side, side, 1))(x)
    for entry in entries:
        options = {"activation": entry["activation"]}
        if entry["kind"] != "dense":
            options |= {"strides": entry["stride"], "padding": "same"}
        kind = {value: key for key, value in KINDS.items()}[entry["kind"]]
        size = entry["shape"][-1:] if flat else (entry["shape"][-1], entry["shape"][0])
        layer = getattr(kinds, kind)(*size, **options)
        x = layer(x)
        kernel = decode(entry["kernel"], "i1").reshape(entry["shape"]).astype("float32")
        kernel = kernel * decode(entry["scale"], "<f4")
        kernel = kernel.swapaxes(2, 3) if entry["kind"] == "transpose" else kernel
        layer.set_weights([kernel, decode(entry["bias"], "<f4")])
    return keras.Model(inputs, x if flat else kinds.Flatten()(x))


def read(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """The content of the file of a network."""
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def write(name: str, content: Mapping[str, Any], folder: Path = FOLDER) -> None:
    """Write the file of a network."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, separators=(",", ":"))
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
