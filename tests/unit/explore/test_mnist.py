"""What the explorers put into a notebook; tests/browser moves them."""

from __future__ import annotations

import base64
import json
import re
from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from utils import explore
from utils.explore import mnist


class Dense:
    """Stands for a dense Keras layer."""

    def __init__(self, kernel: np.ndarray, activation: str, name: str = "layer") -> None:
        self.kernel, self.bias, self.name = kernel, np.zeros(kernel.shape[1], "float32"), name
        self.activation = SimpleNamespace(__name__=activation)


class Painter:
    """Stands for a decoder: z1 is the grey of the left half, z2 of the right half, both over 4."""

    output_shape = (None, 784)

    def __init__(self) -> None:
        kernel = np.zeros((2, 28, 28), "float32")
        kernel[0, :, :14] = kernel[1, :, 14:] = 0.25
        self.layers = [Dense(kernel.reshape(2, 784), "linear")]

    def predict_on_batch(self, z: np.ndarray) -> np.ndarray:
        return z @ self.layers[0].kernel


@pytest.fixture
def plane(shown: list[Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Data and metadata of a latent plane from 0 to 4."""
    z, y = np.array([[1.0, 1.0], [3.0, 3.0]]), np.array([0, 1])
    mnist.latent_plane(Painter(), z, y, ("a", "b"), low=0, high=4)
    return shown[0]


def test_the_page_carries_the_weights_and_a_figure_for_those_who_run_no_script(plane: Any) -> None:
    data, metadata = plane
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    alt = metadata["image/png"]["alt"]
    assert "8" in alt and len(alt) > 60 and data["text/plain"] == alt
    page = data["text/html"]
    assert f'src="data:image/png;base64,{data["image/png"]}" alt="{alt}"' in page
    assert "{{" not in page and page.count("<script") == 1
    spec = json.loads(re.search(r"const spec = (\{.*\});", page)[1])  # type: ignore[index]
    (layer,) = spec["layers"]
    kernel = np.frombuffer(base64.b64decode(layer["kernel"]), "<f4").reshape(2, 784)
    assert np.array_equal(kernel, Painter().layers[0].kernel)
    assert layer["activation"] == "linear"


def test_the_output_stays_small(shown: list[Any]) -> None:
    """Pictures of random tones are the worst case of a PNG; the weights are counted apart."""
    rng = np.random.default_rng(0)
    painter = Painter()
    painter.layers[0].kernel = rng.uniform(-1, 1, (2, 784)).astype("float32")
    mnist.latent_plane(
        painter, rng.normal(size=(9000, 2)), np.arange(9000) % 10, tuple("0123456789"), -3, 3
    )
    data = shown[0][0]
    assert data["text/html"].count("data:image/png") == 1
    assert len(data["image/png"]) < 200_000


def test_the_plane_lies_where_the_page_thinks(plane: Any) -> None:
    """The share of the picture that the axes take: inside it, and neither thin nor all of it."""
    left, top, width, height = json.loads(
        re.search(r'"box": (\[.*?\])', plane[0]["text/html"])[1]  # type: ignore[index]
    )
    assert 0 < left < 0.3 and 0 < top < 0.2 and left + width < 1 and top + height < 1
    assert width > 0.5 and height > 0.6


@pytest.mark.parametrize("activation", ["gelu", ""])
def test_of_a_decoder_that_the_page_cannot_run_the_figure_is_left(
    shown: list[Any], activation: str
) -> None:
    painter = Painter()
    painter.layers[0] = Dense(painter.layers[0].kernel, activation, "odd")
    with pytest.raises(ValueError, match="odd"):
        mnist.dense_layers(painter)
    mnist.latent_plane(painter, np.ones((2, 2)), np.arange(2), ("a", "b"), low=0, high=4)
    assert set(shown[0][0]) == {"image/png", "text/plain"}


def test_models_in_a_model_count_and_a_flatten_does_not() -> None:
    class Flatten:
        name = "flatten"

    inner = Painter()
    outer = SimpleNamespace(layers=[inner, Flatten()])
    assert mnist.dense_layers(outer) == mnist.dense_layers(inner) != []


def test_the_static_figure_is_closed_before_the_controls_first_answer(explorer: Any) -> None:
    """A figure that is still open then would be shown a second time."""
    open_figures = []

    def answer(value: int) -> tuple[bytes, str]:
        open_figures.extend(plt.get_fignums())
        return b"", ""

    figure = plt.figure()
    controls = {"value": explore.slider(0, 0, 1, 1, "value")}
    explorer(explore.show_explorer, controls, answer, figure, "A description. " * 5)
    assert figure.number not in open_figures


def test_outside_a_notebook_an_explorer_prints_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    mnist.latent_plane(Painter(), np.ones((2, 2)), np.arange(2), ("a", "b"), low=0, high=4)
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_grid_reads_like_a_picture() -> None:
    points = mnist.grid(-1.0, 1.0, 3)
    assert points.shape == (9, 2) and points.dtype == np.float32
    assert points[0].tolist() == [-1.0, 1.0] and points[2].tolist() == [1.0, 1.0]
    assert points[6].tolist() == [-1.0, -1.0]
