"""The exercises of lesson 11: a bug, nearest labels, attention weights, few active units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from exercises.answers import Values, array, close, expect, need, numbers, prose, single
from exercises.check import exercise

KEPT = (1, 2, 4, 8)  # units kept in exercise 3
Pair = tuple[np.ndarray, np.ndarray]


def _neighbours(z: np.ndarray, queries: np.ndarray, count: int) -> np.ndarray:
    """Rows of `z` nearest to each query, shape (queries, count), the nearest first."""
    from sklearn.neighbors import NearestNeighbors

    found = NearestNeighbors(n_neighbors=count).fit(z)
    return found.kneighbors(queries, return_distance=False)


@exercise("bug", answers=2, given=1)
def find_bug(precision_at_10: Any, noticed: Any) -> Values:
    """Precision at 10 within one set, tried on 300 random codes of five classes."""
    need(callable(precision_at_10), "no_function")
    rng = np.random.default_rng(11)
    y = rng.integers(0, 5, 300)
    z = (rng.standard_normal((5, 6))[y] + rng.standard_normal((300, 6))).astype("float32")
    given = single("precision_at_10(…)", precision_at_10(z, y))
    order = _neighbours(z, z, len(z))  # the query itself is first
    same = y[order] == y[:, None]
    right = same[:, 1:11].mean()
    expect(
        close(given, atol=1e-4),
        right,
        itself=lambda: (same[:, :10].mean(), same[:, :11].mean()),
        nine=lambda: (same[:, 1:10].mean(), same[:, 1:10].sum() / same[:, :10].size),
        eleven=lambda: same[:, 1:12].mean(),
        farthest=lambda: same[:, -10:].mean(),
        count=lambda: 10 * right,
        percent=lambda: 100 * right,
        some=lambda: same[:, 1:11].any(axis=1).mean(),
        vote=lambda: (same[:, 1:11].sum(axis=1) > 5).mean(),
        one=lambda: same[:, 1].mean(),
    )
    prose(noticed, least=6)
    return {}


@exercise("1")
def nearest(
    nearest_accuracy: Any, codes: Mapping[str, Pair], labels: Pair, rows: np.ndarray
) -> Values:
    """Accuracy of the label of the nearest of the labelled images `rows`, codes `masked`."""
    given = single("nearest_accuracy", nearest_accuracy)
    y_pool, y_test = labels

    def accuracy(name: str, change: Callable[[Any], Any] = np.asarray, count: int = 1) -> float:
        z, z_test = map(change, codes[name])
        votes = y_pool[rows][_neighbours(z[rows], z_test, count)]
        named = np.array([np.bincount(row).argmax() for row in votes])
        return float((named == y_test).mean())

    def lengths_1(z: np.ndarray) -> np.ndarray:
        return z / np.linalg.norm(z, axis=1, keepdims=True)

    def probe() -> float:
        from sklearn.linear_model import LogisticRegression

        z, z_test = codes["masked"]
        scale = np.sqrt(z.var(axis=0).sum())
        model = LogisticRegression(C=10, max_iter=1000).fit(z[rows] / scale, y_pool[rows])
        return float(model.score(z_test / scale, y_test))

    def all_labels() -> float:
        z, z_test = codes["masked"]
        return float((y_pool[_neighbours(z, z_test, 1)[:, 0]] == y_test).mean())

    right = accuracy("masked")
    expect(
        close(given, atol=0.6 / len(y_test)),
        right,
        percent=lambda: close(given, atol=60 / len(y_test))(100 * right),
        errors=lambda: 1 - right,
        count=lambda: close(given, atol=0.5)(right * len(y_test)),
        labelled=lambda: 1.0,
        pixels=lambda: accuracy("pixels"),
        other_code=lambda: tuple(
            accuracy(name) for name in codes if name not in ("masked", "pixels")
        ),
        everything=all_labels,
        probe=probe,
        vote=lambda: (accuracy("masked", count=3), accuracy("masked", count=5)),
        angle=lambda: accuracy("masked", lengths_1),
    )
    return {"right": right, "pixels": accuracy("pixels")}


@exercise("2")
def attention(attention_weights: Any) -> None:
    """Softmax over the keys of the scaled products of queries and keys."""
    need(callable(attention_weights), "no_function")
    rng = np.random.default_rng(5)
    query, key = (rng.standard_normal((n, 6)).astype("float32") for n in (4, 5))
    given = np.asarray(attention_weights(query, key))
    need(given.shape != (5, 4), "transposed")
    given = array("attention_weights(query, key)", given, (4, 5)).astype("float64")

    def weights(scores: np.ndarray, axis: int = 1) -> np.ndarray:
        a = np.exp(scores - scores.max(axis=axis, keepdims=True))
        return a / a.sum(axis=axis, keepdims=True)

    products = query @ key.T
    scores = products / np.sqrt(6)
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    expect(
        close(given, rtol=1e-3, atol=1e-5),
        weights(scores),
        axis=lambda: weights(scores, axis=0),
        whole=lambda: np.exp(scores) / np.exp(scores).sum(),
        root=lambda: (weights(products), weights(products / 6)),
        tokens=lambda: (weights(products / np.sqrt(5)), weights(products / 2)),
        raw=lambda: (scores, products),
        unnormalised=lambda: (np.exp(scores), shifted),
        sums=lambda: scores / scores.sum(axis=1, keepdims=True),
    )
    with np.errstate(all="ignore"):
        large = np.asarray(attention_weights(1000 * query, key))
    need(np.isfinite(large).all(), "overflow")


@exercise("3")
def few_units(
    kept_by_m: Any,
    sparse: Any,
    classes_of: Callable[[Any], np.ndarray],
    h: np.ndarray,
    y: np.ndarray,
) -> Values:
    """Share of the hidden layers `h` that keep their class with the m largest units alone."""
    z = np.asarray(sparse.encode(h))
    rank = np.argsort(np.argsort(-z, axis=1, kind="stable"), axis=1)
    found = numbers("kept_by_m", kept_by_m, KEPT)
    given = np.array([found[m] for m in KEPT])
    intact = classes_of(h)

    def shares(
        keep: Callable[[int], np.ndarray], target: np.ndarray = intact, centre: bool = True
    ) -> np.ndarray:
        kinds = []
        for m in KEPT:
            rebuilt = np.asarray(sparse.write(np.where(keep(m), z, 0).astype("float32")))
            rebuilt = rebuilt + np.asarray(sparse.centre) * centre
            kinds.append((np.asarray(classes_of(rebuilt)) == target).mean())
        return np.array(kinds)

    def largest(m: int) -> np.ndarray:
        return rank < m

    def smallest(m: int) -> np.ndarray:
        active = (z > 0).sum(axis=1, keepdims=True)
        return (z > 0) & (rank >= active - m)

    right = shares(largest)
    expect(
        close(given, atol=0.6 / len(h)),
        right,
        percent=lambda: close(given, atol=60 / len(h))(100 * right),
        changed=lambda: 1 - right,
        labels=lambda: shares(largest, y),
        removed=lambda: shares(lambda m: rank >= m),
        smallest=lambda: shares(smallest),
        first=lambda: shares(lambda m: np.arange(z.shape[1]) < m),
        centre=lambda: shares(largest, centre=False),
        same=lambda: np.ptp(given) == 0,
    )
    return {"one": right[0], "eight": right[-1]}
