"""Explorers that answer in the page: the kernel's numbers, by keyboard, mouse and finger."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.browser.driver import move_live
from utils.explore import ecg_anomalies as explore_ecg
from utils.explore import mnist

pytestmark = pytest.mark.slow

ROOT = ".live-moving >> xpath=.."


@pytest.fixture(scope="module")
def decoder() -> Any:
    """A decoder with every activation that the page knows, of the size of lesson 02's."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(3)
    first = keras.Input((2,))
    x = layers.Dense(16, "relu", bias_initializer="random_normal")(first)
    x = layers.Dense(64, "tanh", bias_initializer="random_normal")(x)
    for activation in ("linear", "leaky_relu", "elu", "silu"):
        x = layers.Dense(64, activation, bias_initializer="random_normal")(x)
    return keras.Model(first, layers.Dense(784, "sigmoid", bias_initializer="random_normal")(x))


@pytest.fixture
def live(shown: list[Any], page: Any, decoder: Any) -> Any:
    """A page with two latent planes of the same decoder, over [-1, 3] and over [0, 4]."""
    z, y = np.random.default_rng(1).normal(size=(50, 2)), np.arange(50) % 3
    for low, high in ((-1, 3), (0, 4)):
        mnist.latent_plane(decoder, z, y, ("a", "b", "c"), low, high)
    page.set_content("<main>" + "".join(data["text/html"] for data, _ in shown) + "</main>")
    return page


def test_the_page_draws_what_keras_draws(live: Any, decoder: Any) -> None:
    z = np.random.default_rng(2).normal(0, 3, (20, 2)).astype("float32")
    script = "(root, z) => z.map(point => [...root.decode(point)])"
    drawn = live.locator(ROOT).first.evaluate(script, z.tolist())
    assert np.abs(np.array(drawn) - decoder.predict_on_batch(z)).max() < 1e-3

    # The canvas shows it too, dark where the value is high.
    shown = live.locator("canvas").first.evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, 28, 28).data]"
    )
    middle = decoder.predict_on_batch(np.array([[1.0, 1.0]], "float32"))[0]
    assert np.abs(np.array(shown)[::4] - 255 * (1 - middle)).max() <= 1


def test_keyboard_mouse_and_finger_move_it(live: Any) -> None:
    assert live.locator(".live-static").first.is_hidden()
    for number in range(2):
        move_live(live, live.locator(".live-moving").nth(number))
    rate = live.locator(ROOT).first.evaluate(
        """root => {
            const slider = root.querySelector("input"), start = performance.now();
            for (let i = 0; i < 200; i++) {
                slider.value = -1 + i / 50;
                slider.dispatchEvent(new Event("input"));
            }
            return 200 / (performance.now() - start) * 1000;
        }"""
    )
    print(f"{rate:.0f} pictures a second")


def test_the_cross_follows_a_finger_to_the_point_under_it(live: Any) -> None:
    explorer = live.locator(".live-moving").nth(1)
    box = explorer.locator(".live-plane").bounding_box()
    x, y = box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"]
    explorer.locator(".live-plane").evaluate(
        """(plane, [x, y]) => {
            plane.setPointerCapture = () => {};  // no real pointer behind a made event
            plane.dispatchEvent(new PointerEvent("pointerdown",
                {pointerType: "touch", pointerId: 9, clientX: x, clientY: y}));
        }""",
        [x, y],
    )
    cross = explorer.locator(".live-cross").bounding_box()
    assert cross["x"] + cross["width"] / 2 == pytest.approx(x, abs=6)  # a slider moves in steps
    assert cross["y"] + cross["height"] / 2 == pytest.approx(y, abs=6)


def test_the_threshold_gives_the_numbers_of_the_kernel(shown: list[Any], page: Any) -> None:
    rng = np.random.default_rng(4)
    abnormal = np.arange(500) % 5 == 0
    errors = rng.gamma(4, 0.004, 500).astype("float32") * (1 + abnormal)
    explore_ecg.threshold(errors, abnormal, start=0.021)
    page.set_content(f"<main>{shown[0][0]['text/html']}</main>")
    explorer = page.locator(".live-moving")
    set_value = "(i, v) => { i.value = v; i.dispatchEvent(new Event('input')); }"
    for value in (0.021, 0.0, float(errors[7]), 0.03, 9.0):
        slider = explorer.get_by_label("threshold")
        slider.evaluate(set_value, value)
        value = float(slider.input_value())  # 9 is cut to the end of the slider
        tp, fp, tn, fn = explore_ecg.counts(errors.astype(float), abnormal, value)
        assert [int(text) for text in explorer.locator("td").all_inner_texts()] == [tp, fn, fp, tn]
        precision = f"precision {tp / (tp + fp):.1%}" if tp + fp else "precision –"
        words = explorer.locator(".live-words").inner_text()
        assert precision in words and f"recall {tp / (tp + fn):.1%}" in words
    slider.evaluate(set_value, 0.021)
    point, plane = (explorer.locator(f".live-{name}").bounding_box() for name in ("point", "plane"))
    assert point["x"] > plane["x"] + plane["width"] / 2
    move_live(page, explorer)
