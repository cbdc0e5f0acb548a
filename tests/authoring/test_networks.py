"""The networks of the front page: its script computes what Keras computes, without a browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from authoring.site import networks

SCRIPT = Path(networks.__file__).parent / "static" / "network.js"
# Runs the script in Node.js, then an expression of the names of `given`; prints its value.
PROGRAM = """
const fs = require("fs");
require("vm").runInThisContext(fs.readFileSync(process.argv[1], "utf8"));
const given = JSON.parse(fs.readFileSync(0, "utf8"));
const rows = (layers, xs) => xs.map(x => [...networks.run(layers, Float32Array.from(x))]);
process.stdout.write(JSON.stringify(eval(process.argv[2])));
"""


@pytest.fixture(scope="module")
def node() -> str:
    """Node.js: the one of this computer or the one that Playwright brings."""
    if found := shutil.which("node"):
        return found
    driver = pytest.importorskip("playwright._impl._driver")
    return driver.compute_driver_executable()[0]


def evaluate(node: str, expression: str, **given: Any) -> Any:
    done = subprocess.run(
        [node, "-e", PROGRAM, SCRIPT, expression],
        input=json.dumps(given), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


NETWORKS = [
    (name, part)
    for name in ("code", "map", "denoise")
    for part, value in networks.read(name).items()
    if isinstance(value, list) and isinstance(value[0], dict)
]


@pytest.mark.parametrize(("name", "part"), NETWORKS)
def test_the_script_computes_what_keras_computes(node: str, name: str, part: str) -> None:
    entries = networks.read(name)[part]
    keras_model = networks.model(entries)
    inputs = keras_model.input_shape[1]
    x = np.random.default_rng(5).uniform(size=(6, inputs)).astype("float32")
    x[:2] = np.round(x[:2])  # images have many zeros, and the script leaves them out
    found = evaluate(node, "rows(networks.load(given.layers), given.x)",
                     layers=entries, x=x.tolist())  # fmt: skip
    assert np.abs(np.array(found) - keras_model.predict_on_batch(x)).max() < 1e-3


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_convolutions_of_other_sizes_have_the_padding_of_keras(
    node: str, size: int, stride: int
) -> None:
    import keras
    from keras import layers

    options = {"strides": stride, "padding": "same", "bias_initializer": "random_normal"}
    model = keras.Sequential([
        keras.Input((8, 8, 1)),
        layers.Conv2D(3, size, **options), layers.Conv2DTranspose(2, size, **options),
    ])  # fmt: skip
    entries = networks.layers(model)
    x = np.random.default_rng(6).normal(size=(3, 64)).astype("float32")
    found = evaluate(node, "rows(networks.load(given.layers), given.x)",
                     layers=entries, x=x.tolist())  # fmt: skip
    wanted = networks.model(entries, side=8).predict_on_batch(x)
    assert np.abs(np.array(found) - wanted).max() < 1e-4
    # Eight bits change the network itself only a little.
    exact = model.predict_on_batch(x.reshape(3, 8, 8, 1)).reshape(3, -1)
    assert np.abs(wanted - exact).max() < 0.03 * np.abs(exact).max()


SEVEN = [[[0.1, 0.2], [0.8, 0.15]], [[0.8, 0.15], [0.5, 0.9]]]
DOT = [[[0.3, 0.7]]]
WIDE = [[[0.0, 0.5], [1.0, 0.5]]]


@pytest.mark.parametrize("drawing", [SEVEN, DOT, WIDE])
def test_a_drawing_gets_the_size_and_the_place_of_a_digit(node: str, drawing: Any) -> None:
    image = evaluate(node, "[...networks.likeMnist(given.lines)]", lines=drawing)
    image = np.array(image).reshape(28, 28)
    v, u = np.nonzero(image > 0.5)
    assert max(np.ptp(u), np.ptp(v)) + 1 <= 20
    if drawing != DOT:
        assert max(np.ptp(u), np.ptp(v)) + 1 >= 19
    weights = image / image.sum()
    places = np.arange(28) + 0.5
    assert weights.sum(axis=0) @ places == pytest.approx(14, abs=0.1)
    assert weights.sum(axis=1) @ places == pytest.approx(14, abs=0.1)
    assert 0 <= image.min() and image.max() == 1


def test_size_and_place_of_a_drawing_make_no_difference(node: str) -> None:
    moved = [[[0.3 + 0.2 * x, 0.6 + 0.2 * y] for x, y in line] for line in SEVEN]
    images = evaluate(node, "given.drawings.map(lines => [...networks.likeMnist(lines)])",
                      drawings=[SEVEN, moved, []])  # fmt: skip
    assert np.abs(np.subtract(images[0], images[1])).max() < 1e-4
    assert not any(images[2])


def test_rank_among_the_test_digits(node: str) -> None:
    quantiles = networks.decode(networks.read("code")["errors"], "<f4").astype(float)
    values = [0, quantiles[20], (quantiles[100] + quantiles[101]) / 2, quantiles[-1], 1]
    ranks = evaluate(node, "given.values.map(value => networks.rank(value, given.quantiles))",
                     values=values, quantiles=quantiles.tolist())  # fmt: skip
    assert ranks == pytest.approx([0, 0.1, 0.5025, 1, 1], abs=1e-6)


def test_the_files_stay_small() -> None:
    assert sum(path.stat().st_size for path in networks.FOLDER.glob("*.json")) < 400_000
