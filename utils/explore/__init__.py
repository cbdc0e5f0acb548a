"""Explorers: a control under the mouse or the keyboard, a picture that answers.

Each explorer is shown together with a static figure: programs that cannot run the control (a saved
notebook, GitHub, paper) show the figure in its place.
"""

from __future__ import annotations

import base64
import hashlib
import html
import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from utils import plot
from utils.text import tr

HERE = Path(__file__).parent
ACTIVATIONS = ("linear", "relu", "leaky_relu", "elu", "silu", "tanh", "sigmoid")  # of live.html
PASSED_OVER = ("InputLayer", "Flatten", "Reshape", "Dropout")  # they change no number of a row


def __getattr__(name: str) -> Any:
    """The module `name` of this package."""
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None


def column(*parts: Any, hint: str = "") -> Any:
    """Widgets one below the other, under a hint how to use them, none wider than the page.

    Args:
        *parts: widgets of ipywidgets.
        hint: in place of the usual one, which is about sliders.
    """
    import ipywidgets as widgets

    usual = tr(
        "Drag a slider, or click it and use the arrow keys.",
        "Arraste um controle, ou clique nele e use as setas do teclado.",
    )
    for part in parts:
        part.layout.max_width = "100%"
    return widgets.VBox([widgets.HTML(hint or usual), *parts])


def show_widget(widget: Any, fallback: bytes, alt: str) -> None:
    """Display a widget whose output also carries a picture and its description."""
    from IPython.display import display

    data, metadata = plot.bundle(fallback, alt)
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    data["application/vnd.jupyter.widget-view+json"] = view
    display(data, raw=True, metadata=metadata)


def show_live(
    template: str, spec: dict[str, Any], fields: dict[str, str], image: bytes, alt: str
) -> None:
    """Display an explorer that runs in the page itself: no kernel, so a saved notebook answers too.

    Where no script may run, a figure stands there.

    Args:
        template: file in `utils` with the page; `{{name}}` in it stands for a field.
        spec: what its script needs to know.
        fields: its other fields.
        image: the figure for those who run no script, a PNG file.
        alt: description of it.
    """
    from IPython.display import display

    data, metadata = plot.bundle(image, alt)
    text = json.dumps(spec)
    given = {
        "key": "live-" + hashlib.sha256((template + text).encode()).hexdigest()[:12],
        "still": data["image/png"],
        "alt": html.escape(alt),
        "spec": text,
        "shared": (HERE / "live.js").read_text(encoding="utf-8"),
    }
    page = (HERE / template).read_text(encoding="utf-8")
    for name, value in (fields | given).items():
        page = page.replace("{{" + name + "}}", value)
    data["text/html"] = page
    display(data, raw=True, metadata=metadata)


def frame(ax: Any) -> list[float]:
    """Left, top, width and height of drawn axes as shares of their figure's picture."""
    box = ax.get_window_extent().transformed(ax.figure.transFigure.inverted())
    return [box.x0, 1 - box.y1, box.width, box.height]


def dense_layers(model: Any) -> list[dict[str, str]]:
    """The layers of a dense Keras model as `live.html` reads them: float32 in base64, row by row.

    Models in the model count with their layers; layers that change no number are left out.

    Raises:
        ValueError: a layer is not dense, or its activation is not one of `ACTIVATIONS`.
    """
    layers = []
    for layer in model.layers:
        kind = type(layer).__name__
        if hasattr(layer, "layers"):
            layers += dense_layers(layer)
            continue
        if kind in PASSED_OVER:
            continue
        activation = getattr(getattr(layer, "activation", None), "__name__", "")
        if kind != "Dense" or activation not in ACTIVATIONS:
            raise ValueError(f"{layer.name}: {kind}, {activation}")
        kernel, bias = (
            base64.b64encode(np.asarray(values, "<f4").tobytes()).decode("ascii")
            for values in (layer.kernel, layer.bias)
        )
        layers.append({"kernel": kernel, "bias": bias, "activation": activation})
    return layers
