"""What lesson 05 relies on, tested on the functions in its cells."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
from sklearn import metrics
from sklearn.decomposition import PCA

from utils.data import ecg_anomalies as ecg

ROOT = Path(__file__).resolve().parents[2]
SLUG = "05_ecg_anomalies"


@pytest.fixture(scope="module")
def beats() -> tuple[np.ndarray, np.ndarray]:
    """The synthetic beats between 0 and 1, and which of them are abnormal."""
    with np.load(ecg.HEARTBEATS, allow_pickle=False) as file:
        x, kind = file["x"].astype("float32"), file["kind"]
    return (x - x.min()) / (x.max() - x.min()), kind != 1


@pytest.fixture(scope="module")
def lesson_code(functions_of: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    heart = SimpleNamespace(x=np.zeros((1, ecg.LENGTH), "float32"))
    return functions_of(SLUG, heart=heart, metrics=metrics)


@pytest.fixture(scope="module")
def errors() -> tuple[np.ndarray, np.ndarray]:
    """Errors of 400 normal and 300 abnormal beats that overlap, with ties, in no order."""
    rng = np.random.default_rng(3)
    found = np.round(np.concatenate([rng.gamma(4, 1, 400), rng.gamma(9, 1.2, 300)]), 1)
    order = rng.permutation(700)
    return found[order], (np.arange(700) >= 400)[order]


def test_parameters_of_the_source_network(lesson_code: dict[str, Any]) -> None:
    encoder, decoder, autoencoder = lesson_code["build"]()
    by_hand = [(140, 32), (32, 16), (16, 8), (8, 16), (16, 32), (32, 140)]
    counted = [(n + 1) * m for n, m in by_hand]
    assert encoder.count_params() == sum(counted[:3]) == 5176
    assert decoder.count_params() == sum(counted[3:])
    assert autoencoder.count_params() == sum(counted) == 10484
    widths = [layer.units for part in (encoder, decoder) for layer in part.layers if
              hasattr(layer, "units")]  # fmt: skip
    assert widths == [32, 16, 8, 16, 32, 140]
    assert decoder.layers[-1].activation is keras.activations.sigmoid
    assert encoder.layers[-1].activation is keras.activations.relu


def test_scaling_uses_the_given_extremes_only(lesson_code: dict[str, Any]) -> None:
    """A later beat may leave [0, 1]; the earlier ones are not touched by it."""
    scaled = lesson_code["scale"](np.array([[-2.0, 0.0, 6.0], [8.0, -4.0, 2.0]]), -2.0, 6.0)
    np.testing.assert_allclose(scaled, [[0, 0.25, 1], [1.25, -0.25, 0.5]])
    assert scaled.dtype == np.float32


def test_an_error_reads_differently_on_another_ruler_but_not_in_standard_deviations(
    lesson_code: dict[str, Any],
) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 140))
    x_hat = x + 0.1 * rng.normal(size=x.shape)
    found = {}
    for low, high in ((-5, 5), (-20, 30)):
        scaled = [lesson_code["scale"](a, low, high) for a in (x, x_hat)]
        found[high - low] = lesson_code["beat_errors"](*scaled)
    assert found[10] == pytest.approx(5 * found[50], rel=1e-4)
    in_sd = lesson_code["beat_errors"](x, x_hat)
    for width, error in found.items():
        assert error * width == pytest.approx(in_sd, rel=1e-4)


def test_errors_are_one_number_a_beat_and_count_both_signs(lesson_code: dict[str, Any]) -> None:
    x, x_hat = np.zeros((2, 4)), np.array([[1.0, -1.0, 0.0, 0.0], [2.0, 2.0, -2.0, 2.0]])
    assert lesson_code["beat_errors"](x, x_hat).tolist() == [0.5, 2.0]


def test_the_source_threshold(lesson_code: dict[str, Any]) -> None:
    rng = np.random.default_rng(1)
    bell = rng.normal(5, 1, 100_000)
    threshold = lesson_code["source_threshold"](bell)
    assert threshold == pytest.approx(6, abs=0.02)
    assert (bell > threshold).mean() == pytest.approx(0.159, abs=0.005), "16 % of a bell curve"
    tail = rng.exponential(1, 100_000)
    assert (tail > lesson_code["source_threshold"](tail)).mean() < 0.145, "fewer with a tail"


def test_best_f1_is_the_best_of_all_thresholds(
    lesson_code: dict[str, Any], errors: tuple[np.ndarray, np.ndarray]
) -> None:
    found, positive = errors
    every = [metrics.f1_score(positive, found > t) for t in [-1, *np.unique(found)[:-1]]]
    threshold = lesson_code["best_f1_threshold"](found, positive)
    assert metrics.f1_score(positive, found > threshold) == pytest.approx(max(every), abs=1e-12)


def test_scores_agree_with_scikit_learn_and_name_the_positive_class(
    lesson_code: dict[str, Any], errors: tuple[np.ndarray, np.ndarray]
) -> None:
    found, positive = errors
    alarm = found > 6
    for sign in (False, True):  # abnormal as positive; then the other way round
        mine = lesson_code["scores"](alarm ^ sign, positive ^ sign)
        asked = (metrics.accuracy_score, metrics.recall_score, metrics.precision_score,
                 metrics.f1_score)  # fmt: skip
        assert list(mine) == pytest.approx([ask(positive ^ sign, alarm ^ sign) for ask in asked])
    assert lesson_code["scores"](alarm, positive)[1] != lesson_code["scores"](~alarm, ~positive)[1]
    silent = lesson_code["scores"](np.zeros(700, bool), positive)
    assert silent[1] == 0 and np.isfinite(silent).all(), "no alarm: no division by zero"


def test_precision_falls_with_rarer_disease_though_the_alarm_is_the_same(
    lesson_code: dict[str, Any],
) -> None:
    """Against a simulation: the same recall and false alarms, fewer abnormal beats."""
    rng = np.random.default_rng(5)
    for share in (0.4, 0.01):
        ill = rng.random(2_000_000) < share
        alarm = rng.random(len(ill)) < np.where(ill, 0.9, 0.05)
        expected = lesson_code["precision_at"](share, recall=0.9, false_alarms=0.05)
        assert expected == pytest.approx(ill[alarm].mean(), abs=0.005)
    assert lesson_code["precision_at"](0.01, 0.9, 0.05) < 0.2


def test_normal_beats_pass_and_abnormal_ones_have_larger_errors(
    lesson_code: dict[str, Any], beats: tuple[np.ndarray, np.ndarray]
) -> None:
    """Trained on half of the normal beats; the others are like them, abnormal ones are not."""
    x, abnormal = beats
    normal = x[~abnormal]
    half = len(normal) // 2
    _, _, autoencoder = lesson_code["build"]()
    rate = keras.optimizers.schedules.CosineDecay(5e-3, 780)
    autoencoder.compile(keras.optimizers.Adam(rate), "mse", steps_per_execution=13)
    autoencoder.fit(normal[:half], normal[:half], batch_size=32, epochs=60, verbose=0)
    found = lesson_code["beat_errors"](x, autoencoder.predict_on_batch(x))
    seen, new = found[~abnormal][:half], found[~abnormal][half:]
    assert new.mean() < 1.2 * seen.mean(), "not memorised"
    assert np.median(found[abnormal]) > 3 * np.median(new)
    order = np.concatenate([new, found[abnormal]])
    area = metrics.roc_auc_score(np.arange(len(order)) >= len(new), order)
    assert area > 0.95
    assert (new > lesson_code["source_threshold"](seen)).mean() < 0.3


def test_more_components_lower_the_error_but_not_always_the_detection(
    lesson_code: dict[str, Any], beats: tuple[np.ndarray, np.ndarray]
) -> None:
    """With all components abnormal beats are reconstructed too, so their error is small."""
    x, abnormal = beats
    normal = x[~abnormal]
    means, areas = [], []
    for k in (2, 8, 139):
        pca = PCA(k, svd_solver="full").fit(normal[:435])
        found = lesson_code["beat_errors"](x, pca.inverse_transform(pca.transform(x)))
        means.append(found[~abnormal][435:].mean())
        areas.append(metrics.roc_auc_score(abnormal, found))
    assert means[0] > means[1] > means[2]
    assert areas[1] > areas[2]


def test_the_test_split_is_used_only_in_its_section() -> None:
    """Before its section, x_test and y_test appear only in the cell that makes the split."""
    source = (ROOT / "notebooks" / "source" / f"{SLUG}.py").read_text(encoding="utf-8")
    before, heading, _ = source.partition("\n# ## 8. ")
    assert heading
    early = [cell for cell in before.split("\n# %%") if not cell.startswith(" [markdown]")]
    users = [
        cell
        for cell in early
        if any(
            isinstance(node, ast.Name) and node.id in ("x_test", "y_test", "test")
            for node in ast.walk(ast.parse("#" + cell))
        )
    ]
    assert len(users) == 1 and "train_test_split" in users[0]
