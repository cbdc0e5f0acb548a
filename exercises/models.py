"""What a network does and what a figure shows, as the checks of exercises see them."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import numpy as np

from exercises.check import Wrong, need
from exercises.training import fits, reference
from utils.text import tr

SIDE = 28  # of an image, in pixels


def outputs(model: Any, x: np.ndarray, name: str) -> np.ndarray:
    """What `model` gives for the rows of `x`, which take the shape that the model expects.

    Raises:
        Wrong: the model, which the student knows as `name`, takes or gives something else.
    """
    import keras

    shapes: list[Any] = [x.shape[1:]]
    with contextlib.suppress(Exception):  # a model of one's own class may not know its input
        shapes = [model.input_shape[1:]]
    result = None
    for shape in [*shapes, (SIDE, SIDE, 1), (SIDE, SIDE)]:
        if result is None and None not in shape and math.prod(shape) == x[0].size:
            with contextlib.suppress(Exception):
                rows = x.reshape(len(x), *shape)
                result = [model(rows[i : i + 500], training=False) for i in range(0, len(x), 500)]
    expects = " x ".join(str(n) for n in shapes[0])
    need(result is not None, "takes_other", name=name, expects=expects, size=x[0].size)
    need(hasattr(result[0], "ndim") and result[0].ndim > 1, "gives_other", name=name)
    return np.concatenate([keras.ops.convert_to_numpy(part) for part in result])


def whole(encoder: Any, decoder: Any, autoencoder: Any, x: np.ndarray) -> tuple[Any, Any]:
    """Codes of the images `x` (n, pixels) and their reconstructions (n, pixels) in [0, 1].

    Raises:
        Wrong: the three are no models, do not belong together, or leave the range of pixels.
    """
    import keras

    sizes = {}
    for name, model in {"encoder": encoder, "decoder": decoder, "autoencoder": autoencoder}.items():
        need(isinstance(model, keras.Model), "no_model", name=name, kind=type(model).__name__)
        with contextlib.suppress(Exception):
            sizes[name] = math.prod(model.input_shape[1:])
    swapped = sizes.get("decoder") == x[0].size != sizes.get("encoder", x[0].size)
    need(not swapped, "swapped")
    z = outputs(encoder, x, "encoder")
    x_hat = outputs(autoencoder, x, "autoencoder").reshape(len(x), -1)
    need(x_hat.shape == x.shape, "output_size", found=x_hat[0].size, size=x[0].size)
    halves = outputs(decoder, z, "decoder").reshape(len(x), -1)
    need(halves.shape == x_hat.shape and np.abs(halves - x_hat).max() < 1e-2, "not_composed")
    low, high = float(x_hat.min()), float(x_hat.max())
    need(low > -1e-3 and high < 1.001, "output_range", low=low, high=high)
    need(np.abs(x_hat.sum(axis=1) - 1).max() > 1e-3, "output_softmax")
    return z, x_hat


def learnt(z: np.ndarray, x: np.ndarray, x_hat: np.ndarray, k: int, *models: Any) -> float:
    """Squared error of the reconstructions `x_hat` of `x`, if below that of PCA with `k` numbers.

    Raises:
        Wrong: it is not; with the most likely cause.
    """
    pca_error, error = reference().pca_error, float(np.mean((x - x_hat) ** 2))
    if error < pca_error[k]:
        return error
    seen = fits(*models)
    need(seen, "untrained", error=error)
    need(max(fit.known for fit in seen) > 0.5, "other_images", error=error)
    dead = np.flatnonzero(z.reshape(len(z), -1).std(axis=0) < 1e-6) + 1
    need(k != 2 or not len(dead), "dead", units=tr(" and ", " e ").join(map(str, dead)))
    need(error < 0.98 * pca_error[0], "like_mean", error=error, mean=pca_error[0])
    raise Wrong("above_pca", error=error, k=k, pca=pca_error[k])


def penalised(autoencoder: Any, z: np.ndarray, x: np.ndarray, weight: float) -> None:
    """Raise `Wrong` unless the loss has an L2 penalty of `weight` on the codes `z` of `x`."""
    outputs(autoencoder, x, "autoencoder")
    weights = sum(float(v.regularizer(v)) for v in autoencoder.trainable_variables if v.regularizer)
    paid = sum(float(loss) for loss in autoencoder.losses) - weights
    l2, l1 = (weight * float(np.mean(np.sum(p, axis=1))) for p in (z**2, np.abs(z)))
    if abs(paid - l2) > 0.05 * l2:
        need(paid > 1e-9, "penalty_weights" if weights else "penalty_none")
        need(abs(paid - l1) > 0.05 * l1, "penalty_l1")
        raise Wrong("penalty_other", ratio=paid / l2)


def alike(a: np.ndarray, b: np.ndarray) -> float:
    """Correlation of two pictures without its sign: colours may be inverted. 0 if one is flat."""
    a, b = (np.asarray(v, "float64").ravel() - np.mean(v) for v in (a, b))
    lengths = float(np.linalg.norm(a) * np.linalg.norm(b))
    return abs(float(a @ b)) / lengths if lengths > 1e-9 else 0.0


def tiles(figure: Any, side: int = SIDE) -> np.ndarray:
    """The images of `side` x `side` pixels in a matplotlib figure, as they stand on the screen.

    Images may be one to an axes or joined in mosaics without gaps; an axis may run either way.

    Returns:
        Array (rows, columns, side, side), row 0 at the top, column 0 at the left.

    Raises:
        Wrong: no figure, no such images, or rows of different length.
    """
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    given = figure.get_figure() if isinstance(figure, Artist) else figure
    need(isinstance(given, Figure), "no_figure", kind=type(figure).__name__)
    found, odd = [], []
    for image in (image for ax in given.axes for image in ax.images):
        pixels = np.ma.filled(image.get_array(), 0).astype("float64")
        pixels = pixels[..., :3].mean(axis=-1) if pixels.ndim == 3 else pixels
        rows, columns = pixels.shape[0] // side, pixels.shape[1] // side
        if pixels.shape != (rows * side, columns * side):
            odd.append(f"{pixels.shape[0]} x {pixels.shape[1]}")
            continue
        left, right, bottom, top = image.get_extent()
        first, last = (bottom, top) if image.origin == "lower" else (top, bottom)
        (x0, y0), (x1, y1) = image.axes.transData.transform([(left, first), (right, last)])
        cut = pixels.reshape(rows, side, columns, side).swapaxes(1, 2)
        cut = cut[:, :, :, ::-1] if x1 < x0 else cut
        cut = cut[:, :, ::-1] if y1 > y0 else cut
        for i, j in np.ndindex(rows, columns):
            x, y = x0 + (x1 - x0) * (j + 0.5) / columns, y0 + (y1 - y0) * (i + 0.5) / rows
            found.append((x, y, abs(y1 - y0) / rows, cut[i, j]))
    need(found, "no_images", side=side, odd=", ".join(odd[:3]) or "0")
    found.sort(key=lambda tile: -tile[1])
    lines: list[list[Any]] = [[]]
    for tile in found:
        if lines[-1] and lines[-1][0][1] - tile[1] > tile[2] / 2:
            lines.append([])
        lines[-1].append(tile)
    counts = sorted({len(line) for line in lines})
    need(len(counts) == 1, "ragged", counts=", ".join(map(str, counts)))
    return np.array([[t[3] for t in sorted(line, key=lambda t: t[0])] for line in lines])
