"""Figures: what they show, and that they carry a description."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib import ticker
from matplotlib.colors import to_rgb
from PIL import Image
from skimage.color import rgb2lab

from utils import plot, text
from utils.explore import mnist

ALT = "a description"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The figures that `plot.show` was given, still open, with their descriptions."""
    figures: list[Any] = []
    monkeypatch.setattr(plot, "show", lambda fig, alt: figures.append((fig, alt)))
    yield figures
    plt.close("all")


def test_a_shown_figure_is_a_png_with_alt_text_and_is_closed(shown: list[Any]) -> None:
    fig, _ = plt.subplots()
    plot.show(fig, ALT)
    ((data, metadata),) = shown
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == ALT == metadata["image/png"]["alt"]
    assert not plt.fignum_exists(fig.number)


def test_outside_a_notebook_a_figure_is_only_closed(capsys: pytest.CaptureFixture[str]) -> None:
    fig, _ = plt.subplots()
    plot.show(fig, ALT)
    assert not plt.fignum_exists(fig.number) and capsys.readouterr().out == ""


@pytest.mark.parametrize(("cmap", "mode"), [("gray", "L"), ("viridis", "RGB")])
def test_no_tone_is_lost(cmap: str, mode: str) -> None:
    def draw() -> Any:
        fig, ax = plt.subplots(figsize=(4, 4))
        ax.imshow(np.random.default_rng(0).random((28, 28)), cmap=cmap)
        return fig

    small, full = Image.open(io.BytesIO(plot.png(draw(), tight=False))), io.BytesIO()
    draw().savefig(full, format="png", dpi=plot.DPI)
    assert small.mode == mode
    assert np.array_equal(np.array(small.convert("RGB")), np.array(Image.open(full).convert("RGB")))
    plt.close("all")


@pytest.mark.parametrize(
    ("language", "labels", "power"),
    [("en", ["−1.5", "0.0", "1.5"], "0.5"), ("pt-BR", ["−1,5", "0,0", "1,5"], "0{,}5")],
)
def test_numbers_on_axes_follow_the_language(language: str, labels: list[str], power: str) -> None:
    text.set_language(language)
    fig, (left, right) = plt.subplots(1, 2)
    left.set(xlim=(-1.5, 1.5), xticks=[-1.5, 0, 1.5])
    left.set_yticks([0, 1], ["v1.5", "b"])
    right.yaxis.set_major_formatter(ticker.FormatStrFormatter("$%.1f$"))
    right.set(ylim=(0, 1), yticks=[0.5])
    plot.png(fig)
    assert [label.get_text() for label in left.get_xticklabels()] == labels
    assert [label.get_text() for label in left.get_yticklabels()] == ["v1.5", "b"]
    assert right.get_yticklabels()[0].get_text() == f"${power}$"


def test_history_draws_both_parts_of_each_run(drawn: list[Any]) -> None:
    runs = {
        name: SimpleNamespace(history={"loss": [3, 2, 1], "val_loss": [4, 3, 2]}) for name in "ab"
    }
    plot.history(runs, ylabel="loss", alt=ALT)
    ax = drawn[0][0].axes[0]
    assert [list(line.get_ydata()) for line in ax.lines] == [[3, 2, 1], [4, 3, 2]] * 2
    assert list(ax.lines[0].get_xdata()) == [1, 2, 3]
    assert ax.lines[0].get_color() == ax.lines[1].get_color() != ax.lines[2].get_color()
    assert len(ax.get_legend().get_texts()) == 4


def test_image_rows_keep_one_scale(drawn: list[Any]) -> None:
    rows = {"dark": np.full((3, 4, 4), 0.9), "light": np.full((3, 4, 4), 0.1)}
    plot.image_rows(rows, alt=ALT)
    (ax,) = drawn[0][0].axes
    assert len(ax.images) == 6 and {image.get_clim() for image in ax.images} == {(0, 1)}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["dark", "light"]
    # Each label stands at the middle of its own images.
    for place, images in zip(ax.get_yticks(), (ax.images[:3], ax.images[3:])):
        bottom, top = images[0].get_extent()[2:]
        assert place == pytest.approx((bottom + top) / 2)
        assert [image.get_extent()[2:] for image in images] == [[bottom, top]] * 3


def test_rows_of_other_resolution_and_shape_line_up() -> None:
    """Enlarged beside small, tall faces, colours: the cells keep the shape of the images."""
    rows = {"small": np.zeros((2, 8, 6)), "large": np.zeros((2, 16, 12, 3))}
    (ax,) = plot.draw_rows(rows, titles=["a", "b"]).axes
    for image in ax.images:
        left, right, bottom, top = image.get_extent()
        assert (top - bottom) / (right - left) == pytest.approx(8 / 6)
    middles = [sum(image.get_extent()[:2]) / 2 for image in ax.images[:2]]
    assert ax.get_xticks() == pytest.approx(middles)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b"]
    assert ax.images[0].get_extent()[2] > ax.images[2].get_extent()[3], "the rows do not overlap"


def test_manifold_puts_each_image_on_its_point(drawn: list[Any]) -> None:
    """The picture of the point (z1, z2) lies at (z1, z2): not transposed, not flipped."""
    points = mnist.grid(0.0, 4.0, 5)
    images = (points[:, 0] * 10 + points[:, 1]).reshape(5, 5, 1, 1) / 100
    plot.manifold(np.tile(images, (1, 1, 2, 2)), low=0, high=4, title="", alt=ALT)
    picture = drawn[0][0].axes[0].images[0]
    left, right, bottom, top = picture.get_extent()
    mosaic = picture.get_array()
    for z1, z2 in ((0, 0), (4, 0), (0, 4), (3, 1)):
        column = int((z1 - left) / (right - left) * mosaic.shape[1])
        row = int((top - z2) / (top - bottom) * mosaic.shape[0])
        assert mosaic[row, column] == pytest.approx((10 * z1 + z2) / 100)


def test_latent_scatter_colours_by_class(drawn: list[Any]) -> None:
    z, y = np.array([[0.0, 1.0], [2.0, 3.0]]), np.array([0, 1])
    plot.latent_scatter({"one": z, "two": z}, y, ("a", "b"), alt=ALT)
    axes = drawn[0][0].axes
    assert [ax.get_title() for ax in axes] == ["one", "two"]
    assert axes[0].collections[1].get_offsets().tolist() == [[2.0, 3.0]]
    assert axes[0].get_legend() is None and axes[1].get_legend() is not None


def test_architecture_shows_every_layer_once_and_marks_the_code(drawn: list[Any]) -> None:
    def layer(kind: str, name: str, units: int) -> Any:
        output = SimpleNamespace(shape=(None, units))
        return type(kind, (), {"name": name, "output": output})()

    encoder = SimpleNamespace(
        input_shape=(None, 784),
        layers=[
            layer("InputLayer", "in", 784),
            layer("Dense", "dense_3", 64),
            layer("D", "code", 2),
        ],
    )
    decoder = SimpleNamespace(layers=[layer("Dense", "dense_4", 64), layer("Dense", "x_hat", 784)])
    plot.architecture([encoder, decoder], title="t", alt=ALT)
    ax = drawn[0][0].axes[0]
    assert [text.get_text() for text in ax.texts] == ["784", "64", "2", "64", "784"]
    names = [label.get_text() for label in ax.get_xticklabels()]
    assert names == ["pixels", "dense", "code", "dense", "x_hat"]
    colours = [bar.get_facecolor()[:3] for bar in ax.patches]
    assert [to_rgb(plot.RED) == pytest.approx(c) for c in colours] == [0, 0, 1, 0, 0]


# Colours as others see them, on linear RGB: Machado, Oliveira and Fernandes, "A
# physiologically-based model for simulation of color vision deficiency", IEEE TVCG 15(6), 2009,
# severity 1.0.
SIGHTS = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def distances(colours: Any, sight: Any) -> np.ndarray:
    """CIE 1976 colour differences of all pairs, for eyes whose matrix on linear RGB is `sight`."""
    rgb = np.array([to_rgb(colour) for colour in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab = rgb2lab(linear_to_srgb(np.clip(linear @ np.transpose(sight), 0, 1)))
    pairs = np.triu_indices(len(lab), 1)
    return np.linalg.norm(lab[:, None] - lab[None], axis=-1)[pairs]


def linear_to_srgb(linear: np.ndarray) -> np.ndarray:
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("palette", [plot.CLASS_COLOURS, plot.LINE_COLOURS])
@pytest.mark.parametrize("sight", SIGHTS)
def test_colours_differ_for_every_kind_of_sight(palette: Any, sight: str) -> None:
    """A difference of 15 is seen at once; about 2 is the least that can be seen at all."""
    assert distances(palette, SIGHTS[sight]).min() > 15


def test_without_any_colour_markers_tell_classes_and_models_apart(drawn: list[Any]) -> None:
    """Ten colours that differ in grey as well cannot all be seen on white: markers must do it."""
    z, y = np.zeros((10, 2)), np.arange(10)
    plot.latent_scatter({"one": z}, y, [str(n) for n in y], alt=ALT)
    shapes = {dots.get_paths()[0].vertices.tobytes() for dots in drawn[0][0].axes[0].collections}
    assert len(shapes) == len(plot.CLASS_COLOURS) == 10

    run = SimpleNamespace(history={"loss": [2, 1], "val_loss": [2, 1]})
    plot.history({name: run for name in "abcdef"}, ylabel="loss", alt=ALT)
    lines = drawn[1][0].axes[0].lines
    assert len({line.get_marker() for line in lines} - {"None"}) == len(plot.LINE_COLOURS) == 6
    assert {line.get_linestyle() for line in lines} == {"-", "--"}
