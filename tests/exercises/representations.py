"""What students answer in the exercises of lesson 11: wrong, with the reason, and right."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pandas as pd
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

from exercises import representations as check_representations
from tests.exercises.common import Catalogue, Rights, Wrongs

SEEN = "With random codes the first neighbour was always right and the value above one tenth."


def bug(answer: Any, noticed: Any = SEEN) -> tuple[Any, ...]:
    return answer, noticed


def others(z: np.ndarray, count: int = 10) -> np.ndarray:
    """The nearest other rows, without the row itself."""
    return NearestNeighbors(n_neighbors=count).fit(z).kneighbors(return_distance=False)


def with_itself(z: np.ndarray, count: int = 10) -> np.ndarray:
    return NearestNeighbors(n_neighbors=count).fit(z).kneighbors(z, return_distance=False)


def share(
    find: Callable[[np.ndarray], np.ndarray], change: Callable[[np.ndarray], Any] = np.mean
) -> Callable[..., Any]:
    """A function of codes and labels: `change` of whether the rows found have the same class."""
    return lambda z, y: change(y[find(z)] == y[:, None])


def by_distance(z: np.ndarray, y: np.ndarray) -> float:
    """With all distances, the diagonal left out."""
    far = pairwise_distances(z)
    np.fill_diagonal(far, np.inf)
    return np.mean(y[np.argpartition(far, 10, axis=1)[:, :10]] == y[:, None])


def in_a_loop(z: np.ndarray, y: np.ndarray) -> float:
    found = []
    for i in range(len(z)):
        order = [j for j in np.argsort(((z - z[i]) ** 2).sum(axis=1)) if j != i][:10]
        found += [y[j] == y[i] for j in order]
    return sum(found) / len(found)


BUG_WRONG: Wrongs = {
    "as the exercise gives it": ("itself", lambda: bug(share(with_itself))),
    "eleven with the query": ("itself", lambda: bug(share(lambda z: with_itself(z, 11)))),
    "the first of ten left out": ("nine", lambda: bug(share(lambda z: with_itself(z)[:, 1:]))),
    "nine right ones of ten": (
        "nine",
        lambda: bug(share(lambda z: others(z, 9), lambda same: same.sum() / len(same) / 10)),
    ),
    "eleven others": ("eleven", lambda: bug(share(lambda z: others(z, 11)))),
    "the farthest": ("farthest", lambda: bug(share(lambda z: others(z, 299)[:, -10:]))),
    "how many of ten": (
        "count",
        lambda: bug(share(others, lambda same: same.sum(axis=1).mean())),
    ),
    "per cent": ("percent", lambda: bug(share(others, lambda same: 100 * same.mean()))),
    "at least one": ("some", lambda: bug(share(others, lambda same: same.any(axis=1).mean()))),
    "majority": (
        "vote",
        lambda: bug(share(others, lambda same: (same.mean(axis=1) > 0.5).mean())),
    ),
    "one neighbour": ("one", lambda: bug(share(lambda z: others(z, 1)))),
    "a value for each query": (
        "single_number",
        lambda: bug(share(others, lambda same: same.mean(axis=1))),
    ),
    "a number, no function": ("no_function", lambda: bug(0.5)),
    "always one": ("other", lambda: bug(lambda z, y: 1.0)),
    "labels shuffled": ("other", lambda: bug(lambda z, y: share(others)(z, np.sort(y)))),
    "nothing noticed": ("prose_short", lambda: bug(share(others), "It was too high.")),
    "one word again and again": ("prose_repeats", lambda: bug(share(others), "high " * 12)),
    "a question": (
        "prose_question",
        lambda: bug(share(others), "How could I have noticed the mistake in this function?"),
    ),
    "no text": ("prose_text", lambda: bug(share(others), 0.9)),
}
BUG_RIGHT: Rights = {
    "without a query": lambda: bug(share(others)),
    "eleven, the first left out": lambda: bug(share(lambda z: with_itself(z, 11)[:, 1:])),
    "all distances": lambda: bug(by_distance),
    "loops and lists": lambda: bug(in_a_loop),
    "a Series and another sentence": lambda: bug(
        lambda z, y: pd.Series(share(others, lambda same: same.mean(axis=1))(z, y)).mean(),
        "A aleatoriedade daria um décimo, mas o valor exibido foi bem maior que isso.",
    ),
}

# Exercise 1: codes in heaps, of which 40 have labels


@functools.cache
def labelled() -> tuple[dict[str, Any], tuple[np.ndarray, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(3)
    y_pool, y_test = rng.integers(0, 4, 400), rng.integers(0, 4, 250)
    made = {}
    for number, (name, spread) in enumerate(
        {"pixels": 3.0, "PCA": 2.6, "plain": 2.2, "masked": 1.1}.items()
    ):
        centres = np.random.default_rng(number).standard_normal((4, 5)) + 1
        made[name] = tuple(
            (centres[y] + spread * rng.standard_normal((len(y), 5))).astype("float32")
            for y in (y_pool, y_test)
        )
    return made, (y_pool, y_test), rng.choice(400, 40, replace=False)


def knn(name: str = "masked", count: int = 1, rows: Any = None, metric: str = "euclidean") -> float:
    codes, (y_pool, y_test), own = labelled()
    rows = own if rows is None else rows
    z, z_test = codes[name]
    model = KNeighborsClassifier(count, metric=metric).fit(z[rows], y_pool[rows])
    return float(model.score(z_test, y_test))


def probed() -> float:
    codes, (y_pool, y_test), rows = labelled()
    z, z_test = codes["masked"]
    scale = np.sqrt(z.var(axis=0).sum())
    model = LogisticRegression(C=10, max_iter=1000).fit(z[rows] / scale, y_pool[rows])
    return float(model.score(z_test / scale, y_test))


def wrong_rows() -> float:
    """The rows found count within the labelled images, but are looked up in the whole pool."""
    codes, (y_pool, y_test), rows = labelled()
    z, z_test = codes["masked"]
    found = NearestNeighbors(n_neighbors=1).fit(z[rows]).kneighbors(z_test, return_distance=False)
    return float((y_pool[found[:, 0]] == y_test).mean())


def first(answer: Any) -> tuple[Any, ...]:
    return answer, *labelled()


NEAREST_WRONG: Wrongs = {
    "per cent": ("percent", lambda: first(100 * knn())),
    "errors": ("errors", lambda: first(1 - knn())),
    "how many": ("count", lambda: first(250 * knn())),
    "among the labelled": ("labelled", lambda: first(1.0)),
    "pixels": ("pixels", lambda: first(knn("pixels"))),
    "PCA": ("other_code", lambda: first(knn("PCA"))),
    "the plain autoencoder": ("other_code", lambda: first(knn("plain"))),
    "the whole pool": ("everything", lambda: first(knn(rows=np.arange(400)))),
    "the linear probe": ("probe", lambda: first(probed())),
    "five neighbours": ("vote", lambda: first(knn(count=5))),
    "angles": ("angle", lambda: first(knn(metric="cosine"))),
    "rows of the pool": ("other", lambda: first(wrong_rows())),
    "a list of classes": ("single_number", lambda: first(labelled()[1][1])),
    "text": ("single_number", lambda: first("0.9")),
    "not a number": ("other", lambda: first(float("nan"))),
}
NEAREST_RIGHT: Rights = {
    "a float": lambda: first(knn()),
    "single precision": lambda: first(np.float32(knn())),
    "rounded": lambda: first(round(knn(), 3)),
    "an array of one": lambda: first(np.array([knn()])),
    "a tensor": lambda: first(keras.ops.convert_to_tensor(knn())),
}

# Exercise 2


def weights(query: Any, key: Any) -> np.ndarray:
    return softmax(np.asarray(query) @ np.asarray(key).T / np.sqrt(query.shape[1]), axis=1)


def scores(query: np.ndarray, key: np.ndarray) -> np.ndarray:
    return query @ key.T / np.sqrt(query.shape[1])


def divided(query: np.ndarray, key: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        a = np.exp(scores(query, key))
        return a / a.sum(axis=1, keepdims=True)


ATTENTION_WRONG: Wrongs = {
    "an array": ("no_function", lambda: (np.eye(4),)),
    "transposed": ("transposed", lambda: (lambda q, k: weights(q, k).T,)),
    "queries and keys swapped": ("transposed", lambda: (lambda q, k: weights(k, q),)),
    "columns sum to one": ("axis", lambda: (lambda q, k: softmax(scores(q, k), axis=0),)),
    "all sum to one": ("whole", lambda: (lambda q, k: softmax(scores(q, k)),)),
    "no root": ("root", lambda: (lambda q, k: softmax(q @ k.T, axis=1),)),
    "divided by d": ("root", lambda: (lambda q, k: softmax(q @ k.T / q.shape[1], axis=1),)),
    "root of the number of keys": (
        "tokens",
        lambda: (lambda q, k: softmax(q @ k.T / np.sqrt(len(k)), axis=1),),
    ),
    "scores": ("raw", lambda: (scores,)),
    "exponentials": ("unnormalised", lambda: (lambda q, k: np.exp(scores(q, k)),)),
    "no exponential": (
        "sums",
        lambda: (lambda q, k: scores(q, k) / scores(q, k).sum(axis=1, keepdims=True),),
    ),
    "overflow": ("overflow", lambda: (divided,)),
    "one query": ("shape", lambda: (lambda q, k: weights(q[:1], k),)),
    "all alike": ("other", lambda: (lambda q, k: np.full((len(q), len(k)), 1 / len(k)),)),
    "not a number": ("not_finite", lambda: (lambda q, k: weights(q, k) * np.nan,)),
    "fails": ("unexpected", lambda: (lambda q, k: q @ k,)),
}
ATTENTION_RIGHT: Rights = {
    "of SciPy": lambda: (weights,),
    "of Keras": lambda: (lambda q, k: keras.ops.softmax(scores(q, k), axis=-1),),
    "einsum": lambda: (
        lambda query, key: softmax(np.einsum("id,jd->ij", query, key) / len(key[0]) ** 0.5, axis=1),
    ),
    "row by row": lambda: (
        lambda q, k: [softmax([a @ b / np.sqrt(len(a)) for b in k]) for a in q],
    ),
    "double precision": lambda: (lambda q, k: weights(q.astype("float64"), k),),
}

# Exercise 3: a sparse code of six units of which three are active


@functools.cache
def parts() -> tuple[Any, Any, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    write, centre = rng.standard_normal((12, 5)), 0.7 * rng.standard_normal(5)
    z = rng.gamma(1.0, size=(300, 12)) * (np.argsort(rng.random((300, 12)), axis=1) < 9)
    h = (z @ write + centre).astype("float32")
    sparse = SimpleNamespace(
        encode=lambda given: z.astype("float32"),
        write=lambda given: np.asarray(given) @ write,
        centre=centre,
    )
    head = rng.standard_normal((5, 6))

    def classes_of(given: Any) -> np.ndarray:
        return (np.asarray(given) @ head).argmax(axis=1)

    return sparse, classes_of, h, (classes_of(h) + (rng.random(300) < 0.2)) % 6


def kept(m: int, largest: bool = True) -> np.ndarray:
    z = parts()[0].encode(None)
    order = np.sort(np.where(z > 0, z, np.nan), axis=1)  # nan last
    if largest:
        limit = -np.sort(-z, axis=1)[:, m - 1 : m]
        return np.where(z >= limit, z, 0)
    return np.where((z > 0) & (z <= order[:, m - 1 : m]), z, 0)


def shares(
    keep: Callable[[int], np.ndarray] = kept, centre: bool = True, target: Any = None
) -> dict[int, float]:
    sparse, classes_of, h, _ = parts()
    target = classes_of(h) if target is None else target
    return {
        m: float((classes_of(sparse.write(keep(m)) + centre * sparse.centre) == target).mean())
        for m in (1, 2, 4, 8)
    }


def third(answer: Any) -> tuple[Any, ...]:
    return answer, *parts()


FEW_WRONG: Wrongs = {
    "a list": ("keys", lambda: third(list(shares().values()))),
    "one missing": ("keys", lambda: third({1: 0.5, 2: 0.6, 4: 0.8})),
    "keys are text": ("keys", lambda: third({str(m): s for m, s in shares().items()})),
    "a value for each image": ("single_number", lambda: third(dict.fromkeys((1, 2, 4, 8), [1, 0]))),
    "per cent": ("percent", lambda: third({m: 100 * s for m, s in shares().items()})),
    "changed": ("changed", lambda: third({m: 1 - s for m, s in shares().items()})),
    "true labels": ("labels", lambda: third(shares(target=parts()[3]))),
    "largest removed": (
        "removed",
        lambda: third(shares(lambda m: parts()[0].encode(None) - kept(m))),
    ),
    "smallest kept": ("smallest", lambda: third(shares(lambda m: kept(m, largest=False)))),
    "the first units": (
        "first",
        lambda: third(shares(lambda m: parts()[0].encode(None) * (np.arange(12) < m))),
    ),
    "no centre": ("centre", lambda: third(shares(centre=False))),
    "always all": ("same", lambda: third(shares(lambda m: kept(12)))),
    "made up": ("other", lambda: third({1: 0.5, 2: 0.7, 4: 0.8, 8: 0.9})),
    "ones for the values": ("other", lambda: third(shares(lambda m: (kept(m) > 0) * 1.0))),
}
FEW_RIGHT: Rights = {
    "floats": lambda: third(shares()),
    "the other order": lambda: third(dict(reversed(shares().items()))),
    "further keys": lambda: third(shares() | {3: 0.7}),
    "a Series": lambda: third(pd.Series(shares())),
    "rounded, single precision": lambda: third({m: np.float32(s) for m, s in shares().items()}),
}

CATALOGUE: Catalogue = [
    (check_representations.find_bug, BUG_WRONG, BUG_RIGHT),
    (check_representations.nearest, NEAREST_WRONG, NEAREST_RIGHT),
    (check_representations.attention, ATTENTION_WRONG, ATTENTION_RIGHT),
    (check_representations.few_units, FEW_WRONG, FEW_RIGHT),
]
