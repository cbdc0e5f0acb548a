"""The exercises of lesson 07: a bug, a leak, the order of writing, three heads on one code."""

from __future__ import annotations

from typing import Any

import numpy as np

from exercises.answers import Values, close, expect, need, prose, single
from exercises.check import exercise
from exercises.models import is_model, outputs

CODE, KINDS, PAST = 4, 3, 9
Waves = tuple[np.ndarray, np.ndarray]


class _Climber:
    """A one-step model whose prediction is the value before plus `STEP`, in one call or many."""

    STEP = 0.5

    def __call__(self, x: Any, training: bool = False) -> np.ndarray:
        return np.asarray(x, "float32") + self.STEP

    def predict(self, x: Any, **_: Any) -> np.ndarray:
        return self(x)


@exercise("bug", answers=2, given=1)
def find_bug(forecast_error: Any, noticed: Any, waves: np.ndarray) -> Values:
    """Error of a forecast that is fed its own predictions; `waves`: (n, PAST + future, 1)."""
    need(callable(forecast_error), "no_function")
    x, kept = waves[:50].copy(), waves[:50]
    given = single("forecast_error(…)", forecast_error(_Climber(), x))
    need(np.array_equal(x, kept), "changes_x")
    future, step = kept[:, PAST:], _Climber.STEP
    distance = np.arange(1, future.shape[1] + 1).reshape(1, -1, 1)
    free = kept[:, PAST - 1 : PAST] + step * distance
    errors = {
        "free": free - future,
        "teacher": kept[:, PAST - 1 : -1] + step - future,
        "late": kept[:, PAST - 1 : PAST] + step * (distance - 1) - future,
    }
    whole = np.sum(errors["free"] ** 2) / kept.size
    squares = {name: float(np.mean(found**2)) for name, found in errors.items()}
    expect(
        close(given, rtol=1e-3),
        squares["free"],
        teacher=lambda: squares["teacher"],
        shifted=lambda: squares["late"],
        whole=lambda: whole,
        root=lambda: squares["free"] ** 0.5,
        absolute=lambda: float(np.abs(errors["free"]).mean()),
        last=lambda: float(np.mean(errors["free"][:, -1] ** 2)),
    )
    prose(noticed, least=6)
    return {}


@exercise("1")
def leak(leaked_error: Any, train: Waves, test: Waves) -> Values:
    """Test error of a regression from the past to its own end; `train`, `test`: past, future."""
    from sklearn.linear_model import LinearRegression

    given = single("leaked_error", leaked_error)
    (x, y), (x_test, y_test) = (tuple(part[:, :, 0] for part in both) for both in (train, test))

    def error(inputs: np.ndarray, targets: np.ndarray, asked: np.ndarray, true: Any) -> float:
        found = LinearRegression().fit(inputs, targets).predict(asked)
        return float(np.mean((found - true) ** 2))

    forecast = error(x, y, x_test, y_test)
    expect(
        close(given, rtol=0.02),
        0 <= given < 1e-8,  # least squares may copy to the last bit: zero is right
        {"error": forecast, "given": given},
        forecast=lambda: forecast,
        next=lambda: error(x[:, :-1], x[:, 1:], x_test[:, :-1], x_test[:, 1:]),
        score=lambda: 0.999 < given < 1.001,
        root=lambda: 0 < given < 1e-4,
    )
    return {"error": forecast}


def _log_shares(scores: np.ndarray) -> np.ndarray:
    """Logarithms of the shares that `scores`, logits or shares already, give each character."""
    if scores.min() >= 0 and np.allclose(scores.sum(axis=-1), 1, atol=1e-3):
        return np.log(scores + 1e-9)
    top = scores - scores.max(axis=-1, keepdims=True)
    return top - np.log(np.exp(top).sum(axis=-1, keepdims=True))


@exercise("2", answers=2)
def order(reader: Any, reading_right: Any, x_test: np.ndarray, y_test: np.ndarray) -> Values:
    """Share of sums that an adder trained in reading order has right; `y_test`: units first."""
    given = single("reading_right", reading_right)
    log_shares = _log_shares(outputs(reader, x_test, "reader"))
    need(log_shares.shape == y_test.shape, "shape", shape=log_shares.shape[1:])
    reading, units = y_test[:, ::-1], y_test
    losses = [-float((y * log_shares).sum(axis=-1).mean()) for y in (reading, units)]
    need(min(losses) < 0.97 * np.log(y_test.shape[-1]), "untrained")
    need(losses[0] < losses[1], "units")

    def hits(y: np.ndarray) -> np.ndarray:
        return y.argmax(axis=-1) == log_shares.argmax(axis=-1)

    true = float(hits(reading).all(axis=1).mean())
    expect(
        close(given, atol=0.002),
        true,
        characters=lambda: hits(reading).mean(),
        percent=lambda: close(given, atol=0.2)(100 * true),
        errors=lambda: 1 - true,
        compared=lambda: hits(units).all(axis=1).mean(),
    )
    return {"share": true}


def _slopes(model: Any, waves: np.ndarray) -> dict[str, np.ndarray]:
    """Derivatives of each output by the past, (waves, numbers of the output, values of a wave)."""
    import tensorflow as tf

    sizes = {name: int(np.prod(part.shape[1:])) for name, part in model(waves[:1]).items()}
    count = sum(sizes.values())
    x = tf.repeat(tf.constant(waves), count, axis=0)  # a copy of the wave for each number
    with tf.GradientTape() as tape:
        tape.watch(x)
        found = model(x, training=False)
        y = tf.concat([tf.reshape(found[name], (len(x), -1)) for name in sizes], axis=1)
        own = tf.reduce_sum(y * np.tile(np.eye(count, dtype="float32"), (len(waves), 1)))
    rows = np.reshape(tape.gradient(own, x), (len(waves), count, -1))
    return dict(zip(sizes, np.split(rows, np.cumsum(list(sizes.values()))[:-1], axis=1)))


def _rank(*slopes: np.ndarray) -> int:
    """How many numbers the outputs with these `slopes` depend on."""
    strengths = np.linalg.svd(np.concatenate(slopes, axis=1), compute_uv=False)
    return int((strengths > 2e-6 * strengths[:, :1]).sum(axis=1).max())


@exercise("3")
def forked(three_heads: Any, past: np.ndarray, steps: int) -> Values:
    """A model of three outputs, built or trained, that all depend on the same four numbers."""
    import keras

    is_model("three_heads", three_heads)
    found = three_heads(past[:3], training=False)
    wanted = {"x_hat": past.shape[1:], "future": (steps, 1), "kind": (KINDS,)}
    need(isinstance(found, dict) and set(found) == set(wanted), "names")
    for name, shape in wanted.items():
        given = tuple(found[name].shape[1:])
        need(given == shape, "shape", name=name, shape=given, wanted=shape)
    shares = keras.ops.convert_to_numpy(found["kind"])
    need(shares.min() >= 0 and np.allclose(shares.sum(axis=1), 1, atol=1e-3), "softmax")
    slopes = _slopes(three_heads, past[:3])
    ranks = {name: _rank(slopes[name]) for name in ("x_hat", "future")}
    for name, rank in ranks.items():
        need(rank <= CODE, "wide", name=name, rank=rank, code=CODE)
    both, every = _rank(slopes["x_hat"], slopes["future"]), _rank(*slopes.values())
    # The weakest number of a code may leave no trace in one head; it does in all heads together.
    shared = sum(ranks.values()) - both > 1 or both == max(ranks.values())
    need(shared and both <= CODE, "apart", code=CODE)
    need(every <= CODE, "kind")
    need(every == CODE, "narrow", rank=every, code=CODE)
    return {"code": CODE}
