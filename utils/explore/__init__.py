"""Explorers: a control for mouse or keyboard, and a picture that answers.

Each explorer is shown together with a static figure. Programs that cannot run the control (a saved
notebook, GitHub, paper) show the figure instead.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from utils import plot, submodules, text
from utils.text import tr

HERE = Path(__file__).parent
FRAME = 4  # screen pixels around an image


__getattr__ = submodules(__name__)


def slider(value: float, low: float, high: float, step: float, description: str) -> Any:
    """A slider of whole numbers if `step` is an int, of decimal numbers otherwise."""
    import ipywidgets as widgets

    kind = widgets.IntSlider if isinstance(step, int) else widgets.FloatSlider
    return kind(
        value, min=low, max=high, step=step, description=description,
        style={"description_width": "initial"}, layout=widgets.Layout(width="560px"),
    )  # fmt: skip


def show_explorer(
    controls: Mapping[str, Any],
    answer: Callable[..., Sequence[Any]],
    figure: Figure,
    alt: str,
    players: int = 0,
) -> None:
    """Show controls above what `answer` gives for their values: a picture, sounds, words.

    Args:
        controls: name of an argument of `answer` -> widget with a value.
        answer: gives a PNG file, `players` WAV files, and words in HTML.
        figure: what readers without a kernel see.
        alt: its description.
        players: number of sounds.
    """
    import ipywidgets as widgets

    still = plot.png(figure)  # closes it: `interactive_output` shows every figure that is open
    quiet = {"format": "wav", "autoplay": False, "loop": False}
    sounds = [widgets.Audio(value=b"", **quiet) for _ in range(players)]
    views = [widgets.Image(format="png"), *sounds, widgets.HTML()]

    def move(**values: Any) -> None:
        for view, value in zip(views, answer(**values), strict=True):
            view.value = value

    if text.in_notebook():
        errors = widgets.interactive_output(move, dict(controls))  # shows what goes wrong
    else:
        move(**{name: control.value for name, control in controls.items()})
        errors = widgets.HTML()
    hint = tr(
        "Drag a slider, or click it and use the arrow keys.",
        "Arraste um controle, ou clique nele e use as setas do teclado.",
    )
    row = widgets.HBox(sounds, layout=widgets.Layout(flex_flow="row wrap"))
    parts = [*controls.values(), views[0], *[row] * bool(players), views[-1], errors]
    for part in parts:
        part.layout.max_width = "100%"
    box = widgets.VBox([widgets.HTML(hint), *parts])
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    plot.display(still, alt, {"application/vnd.jupyter.widget-view+json": view})


def panels(
    images: Mapping[str, np.ndarray], side: int, cmap: str = "gray", frame: float = 1
) -> tuple[bytes, str]:
    """Images side by side as a PNG file, and a table with a caption below each of them.

    Args:
        images: caption in HTML -> image in [0, 1], (height, width) or (height, width, 3), all of
            one shape; other values are clipped.
        side: height of an image on the screen, about, in pixels.
        cmap: colour map of images without colours.
        frame: value of the frame around each image.
    """
    zoom = max(1, round(side / len(next(iter(images.values())))))
    framed = []
    for image in images.values():
        large = image.clip(0, 1).repeat(zoom, axis=0).repeat(zoom, axis=1)
        edges = [(FRAME, FRAME), (FRAME, FRAME), (0, 0)][: image.ndim]
        framed.append(np.pad(large, edges, constant_values=frame))
    buffer = io.BytesIO()
    pixels = np.concatenate(framed, axis=1).astype("float64")
    plt.imsave(buffer, pixels, cmap=cmap, vmin=0, vmax=1, format="png")
    style = f"width:{framed[0].shape[1]}px;text-align:center;vertical-align:top"
    cells = "".join(f'<td style="{style}">{caption}</td>' for caption in images)
    table = f'<table style="font-size:115%;line-height:1.35"><tr>{cells}</tr></table>'
    return buffer.getvalue(), table


def show_live(
    template: str, spec: dict[str, Any], fields: dict[str, str], image: bytes, alt: str
) -> None:
    """Display an explorer that runs in the page itself: no kernel, so a saved notebook answers too.

    Args:
        template: file in this folder with the page; `{{name}}` in it stands for a field.
        spec: what its script needs to know.
        fields: its other fields.
        image: the figure for those who run no script, a PNG file.
        alt: description of it.
    """
    numbers = json.dumps(spec)
    given = {
        "key": "live-" + hashlib.sha256((template + numbers).encode()).hexdigest()[:12],
        "still": plot.base64_of(image),
        "alt": html.escape(alt),
        "spec": numbers,
        "shared": (HERE / "live.js").read_text(encoding="utf-8"),
    }
    page = (HERE / template).read_text(encoding="utf-8")
    for name, value in (fields | given).items():
        page = page.replace("{{" + name + "}}", value)
    plot.display(image, alt, {"text/html": page})


def frame(ax: Any) -> list[float]:
    """Left, top, width and height of drawn axes as shares of their figure, if it is not cropped."""
    box = ax.get_window_extent().transformed(ax.figure.transFigure.inverted())
    return [box.x0, 1 - box.y1, box.width, box.height]
