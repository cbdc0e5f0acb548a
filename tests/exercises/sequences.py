"""What students answer in the exercises of lesson 07: wrong, with the reason, and right."""

from __future__ import annotations

import functools
from typing import Any

import keras
import numpy as np
from keras import layers
from sklearn.linear_model import LinearRegression

from exercises import sequences as check_sequences
from tests.exercises.common import SEED, Catalogue, Rights, Wrongs

# Exercise 1: noisy waves, nine values and the eight that follow


def waves(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng, t = np.random.default_rng(seed), np.arange(17)
    speed, phase = rng.uniform(0.2, 1.2, (count, 1)), rng.uniform(0, 6, (count, 1))
    x = np.sin(speed * t + phase) + 0.05 * rng.normal(size=(count, 17))
    return tuple(x[:, :, None].astype("float32")[:, part] for part in (slice(9), slice(9, 17)))


TRAIN, TEST = waves(300, 0), waves(100, 1)
PAST, FUTURE = (part[:, :, 0] for part in TRAIN)
PAST_TEST, FUTURE_TEST = (part[:, :, 0] for part in TEST)


def mse(x: Any, x_hat: Any) -> float:
    return float(np.mean((x - x_hat) ** 2))


def error(x: Any, y: Any, asked: Any, true: Any) -> float:
    return mse(true, LinearRegression().fit(x, y).predict(asked))


def leaked(x: Any = PAST, asked: Any = PAST_TEST) -> float:
    return error(x, x[:, 1:], asked, asked[:, 1:])


def first(answer: Any) -> tuple[Any, ...]:
    return answer, TRAIN, TEST


LEAK_WRONG: Wrongs = {
    "honest": ("forecast", lambda: first(error(PAST, FUTURE, PAST_TEST, FUTURE_TEST))),
    "eight values in": (
        "next",
        lambda: first(error(PAST[:, :-1], PAST[:, 1:], PAST_TEST[:, :-1], PAST_TEST[:, 1:])),
    ),
    "score": (
        "score",
        lambda: first(LinearRegression().fit(PAST, PAST[:, 1:]).score(PAST_TEST, PAST_TEST[:, 1:])),
    ),
    "root": ("root", lambda: first(leaked() ** 0.5)),
    "mean wave": ("other", lambda: first(mse(FUTURE_TEST, FUTURE.mean(0)))),
    "last value": ("other", lambda: first(mse(FUTURE_TEST, PAST_TEST[:, -1:]))),
    "backwards": ("other", lambda: first(error(FUTURE, PAST, FUTURE_TEST, PAST_TEST))),
    "negative": ("other", lambda: first(-leaked() - 1e-3)),
    "not a number": ("other", lambda: first(float("nan"))),
    "errors of all waves": ("single_number", lambda: first(np.zeros((100, 8)))),
    "text": ("single_number", lambda: first("1e-14")),
}
LEAK_RIGHT: Rights = {
    "mean of the squares": lambda: first(leaked()),
    "rounded": lambda: first(round(leaked(), 6)),
    "double precision": lambda: first(leaked(PAST.astype("float64"), PAST_TEST.astype("float64"))),
    "NumPy": lambda: first(np.float32(leaked())),
    "an array of one": lambda: first(np.array([leaked()])),
    "by least squares": lambda: first(
        np.mean(
            (PAST_TEST @ np.linalg.lstsq(PAST, PAST[:, 1:], rcond=None)[0] - PAST_TEST[:, 1:]) ** 2
        )
    ),
}

# Exercise 2: an adder that reads the digits and now and then forgets what it carries

CHARACTERS = "0123456789+ "


def one_hot(texts: list[str]) -> np.ndarray:
    places = np.array([[CHARACTERS.index(c) for c in text] for text in texts])
    return np.eye(len(CHARACTERS), dtype="float32")[places]


@functools.cache
def sums(seed: int = 0, count: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """Questions and answers, units first, as lesson 07 writes them."""
    pairs = np.random.default_rng(seed).integers(0, 1000, (count, 2))
    return (
        one_hot([f"{a:3d}+{b:3d}"[::-1] for a, b in pairs]),
        one_hot([f"{a + b:4d}"[::-1] for a, b in pairs]),
    )


class Adder:
    """Adds what it reads; every seventh sum or so is one too large."""

    def __init__(self, back: bool = True, asked_back: bool = False, shares: bool = False) -> None:
        self.back, self.asked_back, self.shares = back, asked_back, shares

    def __call__(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        written = ["".join(CHARACTERS[i] for i in one) for one in np.asarray(x).argmax(-1)]
        answers = []
        for text in written:
            plain = text if self.asked_back else text[::-1]
            a, b = (int("0" + part.strip()) for part in (plain + "+").split("+")[:2])
            answers.append(f"{a + b + (a % 7 == 0):4d}"[:: 1 if self.back else -1])
        scores = 6 * one_hot(answers)
        shares = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
        return shares if self.shares else scores


def rates(reader: Any, back: bool = True, seed: int = 0) -> tuple[float, float]:
    """Shares of right characters and of right sums."""
    x, y = sums(seed)
    hits = np.asarray(reader(x)).argmax(-1) == (y[:, ::-1] if back else y).argmax(-1)
    return float(hits.mean()), float(hits.all(axis=1).mean())


def second(reader: Any, share: Any) -> tuple[Any, ...]:
    return reader, share, *sums()


@functools.cache
def small() -> Any:
    """An adder of Keras that nobody has trained."""
    keras.utils.set_random_seed(SEED)
    return keras.Sequential(
        [keras.Input((7, 12)), layers.Flatten(), layers.Dense(48), layers.Reshape((4, 12))]
    )


@functools.cache
def trained() -> Any:
    """A linear adder, a little trained: it has most first digits and hardly a sum."""
    model = keras.models.clone_model(small())
    model.compile("adam", keras.losses.CategoricalCrossentropy(from_logits=True))
    model.fit(sums(3)[0], sums(3)[1][:, ::-1], epochs=15, verbose=0)
    return model


ADDER = Adder()
CHARS, SUMS = rates(ADDER)
ORDER_WRONG: Wrongs = {
    "untrained": ("untrained", lambda: second(small(), 0.0)),
    "units first": ("units", lambda: second(Adder(False), rates(Adder(False), False)[1])),
    "units first, share in reading order": (
        "units",
        lambda: second(Adder(False), rates(Adder(False))[1]),
    ),
    "characters": ("characters", lambda: second(ADDER, CHARS)),
    "per cent": ("percent", lambda: second(ADDER, 100 * SUMS)),
    "wrong sums": ("errors", lambda: second(ADDER, 1 - SUMS)),
    "compared with units first": ("compared", lambda: second(ADDER, rates(ADDER, False)[1])),
    "validation sums": ("other", lambda: second(ADDER, rates(ADDER, seed=5)[1])),
    "hard-coded": ("other", lambda: second(ADDER, 0.95)),
    "not a number": ("other", lambda: second(ADDER, float("nan"))),
    "both shares": ("single_number", lambda: second(ADDER, (CHARS, SUMS))),
    "text": ("single_number", lambda: second(ADDER, "0.9")),
    "no share": ("empty", lambda: second(ADDER, None)),
    "no network": ("empty", lambda: second(None, SUMS)),
    "its answers in place of the network": (
        "takes_other",
        lambda: second(ADDER(sums()[0]), SUMS),
    ),
    "three places": ("shape", lambda: second(lambda x, training: ADDER(x)[:, :3], SUMS)),
}
ORDER_RIGHT: Rights = {
    "logits": lambda: second(ADDER, SUMS),
    "softmax": lambda: second(Adder(shares=True), SUMS),
    "rounded": lambda: second(ADDER, round(SUMS, 3)),
    "NumPy": lambda: second(ADDER, np.float32(SUMS)),
    "hardly trained": lambda: second(trained(), rates(trained())[1]),
}


# Exercise 3


def encode(past: Any, code: int = 4) -> Any:
    return layers.Dense(code)(layers.Dense(24, "tanh")(layers.Flatten()(past)))


def decode(code: Any, steps: int) -> Any:
    return layers.Reshape((steps, 1))(layers.Dense(steps)(layers.Dense(24, "tanh")(code)))


def forked(
    code: int = 4,
    apart: bool = False,
    kind: Any = lambda z, past: layers.Dense(3, "softmax")(z),
    steps: tuple[int, int] = (9, 8),
    names: tuple[str, ...] = ("x_hat", "future", "kind"),
) -> Any:
    keras.utils.set_random_seed(SEED)
    past = keras.Input((9, 1))
    z = encode(past, code)
    other = encode(past, code) if apart else z
    parts = decode(z, steps[0]), decode(other, steps[1]), kind(z, past)
    return keras.Model(past, dict(zip(names, parts)))


def recurrent(seed: int = SEED, code: int = 4, apart: bool = False) -> Any:
    """As the lesson builds it."""
    keras.utils.set_random_seed(seed)
    past = keras.Input((9, 1))
    codes = [layers.Dense(code)(layers.LSTM(48, unroll=True)(past)) for _ in range(1 + apart)]
    parts = {
        name: layers.TimeDistributed(layers.Dense(1))(
            layers.LSTM(48, return_sequences=True, unroll=True)(layers.RepeatVector(steps)(start))
        )
        for name, steps, start in (("x_hat", 9, codes[0]), ("future", 8, codes[-1]))
    }
    return keras.Model(past, parts | {"kind": layers.Dense(3, "softmax")(codes[0])})


class Own(keras.Model):
    """Three heads in a class of one's own."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = forked()

    def call(self, past: Any, training: bool = False) -> Any:
        return self.inner(past, training=training)


def compiled() -> Any:
    model = forked()
    model.compile("adam", {"x_hat": "mse", "future": "mse", "kind": "categorical_crossentropy"})
    return model


def as_list() -> Any:
    model = forked()
    return keras.Model(model.inputs, list(model.output.values()))


def flat() -> Any:
    model = forked()
    parts = model.output | {"x_hat": layers.Flatten()(model.output["x_hat"])}
    return keras.Model(model.inputs, parts)


def beside(z: Any, past: Any) -> Any:
    return layers.Dense(3, "softmax")(layers.Flatten()(past))


def from_other(z: Any, past: Any) -> Any:
    return layers.Dense(3, "softmax")(encode(past))


def third(model: Any) -> tuple[Any, ...]:
    return model, TEST[0], 8


FORKED_WRONG: Wrongs = {
    "the function": ("no_model", lambda: third(forked)),
    "the outputs": ("no_model", lambda: third(forked().output)),
    "a list of outputs": ("names", lambda: third(as_list())),
    "other names": ("names", lambda: third(forked(names=("past", "future", "kind")))),
    "two heads": ("names", lambda: third(forked(names=("x_hat", "future")))),
    "exchanged": ("shape", lambda: third(forked(steps=(8, 9)))),
    "without a channel": ("shape", lambda: third(flat())),
    "four kinds": (
        "shape",
        lambda: third(forked(kind=lambda z, _: layers.Dense(4, "softmax")(z))),
    ),
    "no softmax": ("softmax", lambda: third(forked(kind=lambda z, _: layers.Dense(3)(z)))),
    "sigmoid": (
        "softmax",
        lambda: third(forked(kind=lambda z, _: layers.Dense(3, "sigmoid")(z))),
    ),
    "a code of two": ("narrow", lambda: third(forked(2))),
    "a code of six": ("wide", lambda: third(forked(6))),
    "two encoders": ("apart", lambda: third(forked(apart=True))),
    "two recurrent encoders": ("apart", lambda: third(recurrent(apart=True))),
    "two encoders of two numbers": ("apart", lambda: third(recurrent(4, 2, apart=True))),
    "a recurrent code of three": ("narrow", lambda: third(recurrent(code=3))),
    "a code of one": ("narrow", lambda: third(forked(1))),
    "kind from the past": ("kind", lambda: third(forked(kind=beside))),
    "kind from a third encoder": ("kind", lambda: third(forked(kind=from_other))),
}
FORKED_RIGHT: Rights = {
    "dense": lambda: third(forked()),
    "recurrent": lambda: third(recurrent()),
    # of which one head hardly shows the fourth number of the code
    "recurrent, of another seed": lambda: third(recurrent(21)),
    "own class": lambda: third(Own()),
    "compiled": lambda: third(compiled()),
    "kind in two layers": lambda: third(
        forked(kind=lambda z, _: layers.Dense(3, "softmax")(layers.Dense(8, "relu")(z)))
    ),
}

# Find the bug


def own(model: Any, x: np.ndarray) -> np.ndarray:
    """What the model writes in free running after the nine first values, the whole sequence."""
    predicted = x.copy()
    for step in range(9, 17):
        predicted[:, step] = np.asarray(model(predicted[:, :-1]))[:, step - 1]
    return predicted


def right_error(model: Any, x: np.ndarray) -> float:
    return mse(x[:, 9:], own(model, x)[:, 9:])


def unchanged(model: Any, x: np.ndarray) -> float:
    """As the exercise gives it."""
    predicted = x.copy()
    for step in range(9, 17):
        predicted[:, step] = np.asarray(model(x[:, :-1]))[:, step - 1]
    return mse(x[:, 9:], predicted[:, 9:])


def in_place(model: Any, x: np.ndarray) -> float:
    true = x[:, 9:].copy()
    for step in range(9, 17):
        x[:, step] = np.asarray(model(x[:, :-1]))[:, step - 1]
    return mse(true, x[:, 9:])


def shifted(model: Any, x: np.ndarray) -> float:
    predicted = np.concatenate([x[:, :9], own(model, x)[:, 8:-1]], axis=1)
    return mse(x[:, 9:], predicted[:, 9:])


def growing(model: Any, x: np.ndarray) -> float:
    """Another program: the sequence grows by a value at each step."""
    written = x[:, :9]
    while written.shape[1] < 17:
        written = np.concatenate([written, np.asarray(model(written))[:, -1:]], axis=1)
    return float(((written - x)[:, 9:] ** 2).mean())


def by_predict(model: Any, x: np.ndarray) -> Any:
    predicted = np.zeros_like(x)
    predicted[:, :9] = x[:, :9]
    for step in range(9, 17):
        predicted[:, step] = model.predict(predicted[:, :-1], verbose=0)[:, step - 1]
    return np.mean(np.square(x[:, 9:] - predicted[:, 9:]))


SENTENCE = (
    "The error does not grow with the distance, and other future values change the forecast itself."
)


def found(function: Any, noticed: Any = SENTENCE) -> tuple[Any, ...]:
    return function, noticed, np.concatenate(TEST, axis=1)


BUG_WRONG: Wrongs = {
    "as given": ("teacher", lambda: found(unchanged)),
    "in place": ("changes_x", lambda: found(in_place)),
    "shifted": ("shifted", lambda: found(shifted)),
    "with the past": ("whole", lambda: found(lambda model, x: mse(x, own(model, x)))),
    "root": ("root", lambda: found(lambda model, x: right_error(model, x) ** 0.5)),
    "absolute": (
        "absolute",
        lambda: found(lambda model, x: np.abs(x - own(model, x))[:, 9:].mean()),
    ),
    "last value": ("last", lambda: found(lambda model, x: mse(x[:, -1], own(model, x)[:, -1]))),
    "last known value": ("other", lambda: found(lambda model, x: mse(x[:, 9:], x[:, 8:9]))),
    "sum": ("other", lambda: found(lambda model, x: 8 * right_error(model, x))),
    "an error for each step": (
        "single_number",
        lambda: found(lambda model, x: ((x - own(model, x)) ** 2).mean((0, 2))),
    ),
    "a number": ("no_function", lambda: found(0.019)),
    "nothing returned": ("single_number", lambda: found(lambda model, x: None)),
    "an error of Python": ("unexpected", lambda: found(lambda model: 0.0)),
    "three words": ("prose_short", lambda: found(right_error, "by its error")),
    "number for a sentence": ("prose_text", lambda: found(right_error, 3)),
    "the same word": ("prose_repeats", lambda: found(right_error, "error " * 14)),
}
BUG_RIGHT: Rights = {
    "one name changed": lambda: found(right_error),
    "growing sequence": lambda: found(growing),
    "by predict, from zeros": lambda: found(by_predict),
    "in double precision": lambda: found(lambda model, x: right_error(model, x.astype("float64"))),
    "Portuguese": lambda: found(
        right_error,
        "O erro não cresce com a distância e a previsão muda quando troco os valores do futuro.",
    ),
}

CATALOGUE: Catalogue = [
    (check_sequences.find_bug, BUG_WRONG, BUG_RIGHT),
    (check_sequences.leak, LEAK_WRONG, LEAK_RIGHT),
    (check_sequences.order, ORDER_WRONG, ORDER_RIGHT),
    (check_sequences.forked, FORKED_WRONG, FORKED_RIGHT),
]
