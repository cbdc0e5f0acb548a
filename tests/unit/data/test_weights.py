"""Shipped weights: they survive a round trip, other architectures are refused, pairs are scored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from authoring.weights import save
from utils import settings
from utils.data import weights

keras = pytest.importorskip("keras")


def network(width: int = 3, name: str = "small") -> Any:
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(width)], name=name)


@pytest.fixture(autouse=True)
def folder(fresh_lesson: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(weights, "FOLDER", tmp_path)
    settings.set_lesson("02_mnist")
    return tmp_path / "02_mnist"


def test_weights_and_history_survive_a_round_trip(folder: Path) -> None:
    trained, fresh = network(), network()
    save(trained, {"loss": [0.5, 0.25]}, {"seed": 7}, folder)
    history = weights.load(fresh)
    assert history.history == {"loss": [0.5, 0.25]} and history.epoch == [0, 1]
    x = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")
    assert fresh.predict(x, verbose=0) == pytest.approx(trained.predict(x, verbose=0), abs=1e-2)


def test_a_second_network_keeps_the_first(folder: Path) -> None:
    save(network(), {"loss": [1.0]}, {}, folder)
    save(network(name="other"), {"loss": [2.0]}, {}, folder)
    assert weights.load(network()).history == {"loss": [1.0]}


def test_without_weights_the_lesson_trains() -> None:
    assert weights.load(network()) is None


def test_weights_of_another_architecture_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save(network(2), {"loss": [1.0]}, {}, folder)
    before = network()
    assert weights.load(before) is None
    assert "small" in capsys.readouterr().out


def test_a_saved_pair_is_scored(tmp_path: Path) -> None:
    """Encoder and decoder that pass two of three values on: the third is the error."""
    encoder = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, use_bias=False)])
    decoder = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, use_bias=False)])
    encoder.set_weights([np.eye(3, 2)])
    decoder.set_weights([np.eye(2, 3)])
    x = np.array([[1, 2, 3], [4, 5, 0]], "float32")
    encoder.save(tmp_path / "encoder.keras")
    scores = weights.evaluate(tmp_path / "encoder.keras", decoder, x)
    assert scores == pytest.approx({"mse": 1.5, "worst": 3, "mean_mse": 6.75 / 3, "code": 2})
    with pytest.raises(ValueError, match="gives"):
        weights.evaluate(encoder, keras.Sequential([keras.Input((2,)), keras.layers.Dense(4)]), x)
