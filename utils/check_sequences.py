"""The exercises of lesson 07: a leak, the order of writing, three heads on one code."""

from __future__ import annotations

from typing import Any

import numpy as np

from utils.check import Wrong, exercise, need, say, single
from utils.check_models import outputs

CODE, KINDS = 4, 3


Waves = tuple[np.ndarray, np.ndarray]


@exercise("1")
def leak(leaked_error: Any, train: Waves, test: Waves) -> str:
    """Test error of a regression from the past to its own end; `train`, `test`: past, future."""
    from sklearn.linear_model import LinearRegression

    given = single("leaked_error", leaked_error)
    (x, y), (x_test, y_test) = (tuple(part[:, :, 0] for part in both) for both in (train, test))

    def error(inputs: np.ndarray, targets: np.ndarray, asked: np.ndarray, true: Any) -> float:
        found = LinearRegression().fit(inputs, targets).predict(asked)
        return float(np.mean((found - true) ** 2))

    def near(value: float) -> bool:
        return bool(np.isclose(given, value, rtol=0.02))

    honest = error(x, y, x_test, y_test)
    need(given != 0, "leak_zero")
    if not 0 < given < 1e-8:
        need(not near(honest), "leak_honest", error=honest)
        need(not near(error(x[:, :-1], x[:, 1:], x_test[:, :-1], x_test[:, 1:])), "leak_next")
        need(abs(given - 1) > 1e-3, "leak_score")
        need(not 0 < given < 1e-4, "leak_root", error=given)
        raise Wrong("leak_other")
    return say("leak_right", error=honest)


def _log_shares(scores: np.ndarray) -> np.ndarray:
    """Logarithms of the shares that `scores`, logits or shares already, give each character."""
    if scores.min() >= 0 and np.allclose(scores.sum(axis=-1), 1, atol=1e-3):
        return np.log(scores + 1e-9)
    top = scores - scores.max(axis=-1, keepdims=True)
    return top - np.log(np.exp(top).sum(axis=-1, keepdims=True))


@exercise("2", answers=2)
def order(reader: Any, reading_right: Any, x_test: np.ndarray, y_test: np.ndarray) -> str:
    """Share of sums that an adder trained in reading order has right; `y_test`: units first."""
    given = single("reading_right", reading_right)
    log_shares = _log_shares(outputs(reader, x_test, "reader"))
    shape = " x ".join(map(str, log_shares.shape[1:]))
    need(log_shares.shape == y_test.shape, "order_shape", shape=shape)
    reading, units = y_test[:, ::-1], y_test
    losses = [-float((y * log_shares).sum(axis=-1).mean()) for y in (reading, units)]
    need(min(losses) < 0.97 * np.log(y_test.shape[-1]), "order_untrained")
    need(losses[0] < losses[1], "order_units")

    def share(y: np.ndarray, whole: bool = True) -> float:
        hits = y.argmax(axis=-1) == log_shares.argmax(axis=-1)
        return float((hits.all(axis=1) if whole else hits).mean())

    true = share(reading)
    if abs(given - true) > 0.002:
        need(abs(given - share(reading, whole=False)) > 0.002, "order_characters")
        need(abs(given - 100 * true) > 0.2, "order_percent")
        need(abs(given - (1 - true)) > 0.002, "order_errors")
        need(abs(given - share(units)) > 0.002, "order_compared")
        raise Wrong("order_other")
    return say("order_right", share=true)


def _rank(model: Any, waves: np.ndarray, names: Any) -> int:
    """Numbers that the outputs `names` depend on: the largest rank of their derivatives."""
    import tensorflow as tf

    ranks = []
    for wave in waves:
        x = tf.constant(wave[None])
        with tf.GradientTape() as tape:
            tape.watch(x)
            found = model(x, training=False)
            y = tf.concat([tf.reshape(found[name], [-1]) for name in names], axis=0)
        strength = np.linalg.svd(np.reshape(tape.jacobian(y, x), (len(y), -1)), compute_uv=False)
        ranks.append(int((strength > 2e-6 * strength[0]).sum()))
    return max(ranks)


@exercise("3")
def forked(three_heads: Any, past: np.ndarray, steps: int) -> str:
    """A model of three outputs, built or trained, that all depend on the same four numbers."""
    import keras

    kind = type(three_heads).__name__
    need(isinstance(three_heads, keras.Model), "no_model", name="three_heads", kind=kind)
    found = three_heads(past[:3], training=False)
    wanted = {"x_hat": past.shape[1:], "future": (steps, 1), "kind": (KINDS,)}
    need(isinstance(found, dict) and set(found) == set(wanted), "forked_names")
    for name, shape in wanted.items():
        texts = [" x ".join(map(str, s)) for s in (tuple(found[name].shape[1:]), shape)]
        need(texts[0] == texts[1], "forked_shape", name=name, shape=texts[0], wanted=texts[1])
    shares = keras.ops.convert_to_numpy(found["kind"])
    need(shares.min() >= 0 and np.allclose(shares.sum(axis=1), 1, atol=1e-3), "forked_softmax")
    for name in ("x_hat", "future"):
        rank = _rank(three_heads, past[:3], [name])
        need(rank >= CODE, "forked_narrow", name=name, rank=rank, code=CODE)
        need(rank <= CODE, "forked_wide", name=name, rank=rank, code=CODE)
    need(_rank(three_heads, past[:3], ["x_hat", "future"]) <= CODE, "forked_apart")
    need(_rank(three_heads, past[:3], list(wanted)) <= CODE, "forked_kind")
    return say("forked_right", code=CODE)
