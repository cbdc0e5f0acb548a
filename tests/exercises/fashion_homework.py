"""What students answer in lesson 03: wrong, with the reason that the check must give, and right."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import tensorflow as tf
from keras import layers
from matplotlib.figure import Figure
from mpl_toolkits.axes_grid1 import ImageGrid

from exercises import fashion_homework as check_fashion
from tests.exercises import common
from tests.exercises.common import (
    Catalogue,
    Rights,
    Three,
    Wrongs,
    answer,
    conv,
    conv_answer,
    dense,
    lattice,
    mosaic,
    touch,
)


def train() -> np.ndarray:
    return common.pixels()[0]


def test() -> np.ndarray:
    return common.pixels()[2]


def some() -> np.ndarray:
    return train()[:64]


def turned(x: np.ndarray) -> np.ndarray:
    """Images on their side, as rows."""
    return x.reshape(-1, 28, 28).swapaxes(1, 2).reshape(len(x), -1)


# A1


def a1(
    change: Callable[[np.ndarray], Any] = lambda x: x,
    only: tuple[int, ...] = (0, 1, 2),
    **parts: Any,
) -> tuple[Any, ...]:
    """The three arrays, changed; or one of them replaced."""
    given = [change(x) if i in only else x for i, x in enumerate(common.pixels())]
    for name, value in parts.items():
        given["train val test".split().index(name)] = value
    return tuple(given)


def randomly(share: float) -> tuple[Any, ...]:
    rows = np.concatenate(common.pixels()[:2])
    order, held = np.random.default_rng(1).permutation(len(rows)), int(share * len(rows))
    return a1(train=rows[order[held:]], val=rows[order[:held]])


def by_class(count: int) -> tuple[Any, ...]:
    """A hundred validation images, all of the first few classes."""
    rows, y = common.fashion().x_train.reshape(-1, 784), common.fashion().y_train
    held = np.flatnonzero(y < count)[:: max(count // 2, 1)][:100]
    return a1(train=np.delete(rows, held, axis=0), val=rows[held])


A1_WRONG: Wrongs = {
    "bytes": ("range", lambda: a1(lambda x: x * 255)),
    "scaled twice": ("dark", lambda: a1(lambda x: x / 255)),
    "scaled to whole numbers": ("dark", lambda: a1(lambda x: x.astype("int64"))),
    "standardised": ("range", lambda: a1(lambda x: (x - x.mean()) / x.std())),
    "from -1 to 1": ("range", lambda: a1(lambda x: 2 * x - 1)),
    "only the training set scaled": ("range", lambda: a1(lambda x: 255 * x, only=(1, 2))),
    "images left square": ("shape", lambda: a1(lambda x: x.reshape(-1, 28, 28))),
    "one column for each image": ("shape", lambda: a1(lambda x: x.T)),
    "one long row": ("shape", lambda: a1(lambda x: x.ravel())),
    "on their side": ("turned", lambda: a1(turned)),
    "inverted": ("unknown", lambda: a1(lambda x: 1 - x)),
    "binary": ("unknown", lambda: a1(lambda x: (x > 0.5).astype("float32"))),
    "digits": ("unknown", lambda: a1(train=common.digits()[:300], val=common.digits()[300:])),
    "noise": ("unknown", lambda: a1(lambda x: np.random.default_rng(0).random(x.shape))),
    "validation is the test set": ("test", lambda: a1(val=test())),
    "trained on everything": (
        "test",
        lambda: a1(train=np.concatenate([train(), test()])),
    ),
    "training and test exchanged": ("test", lambda: a1(train=test(), test=train())),
    "test set shuffled": ("not_test", lambda: a1(test=test()[::-1])),
    "half of the test set": ("not_test", lambda: a1(test=test()[:150])),
    "validation images stay in training": (
        "shared",
        lambda: a1(train=np.concatenate(common.pixels()[:2])),
    ),
    "validation is training": ("shared", lambda: a1(val=train()[-100:])),
    "half thrown away": ("parts", lambda: a1(train=train()[:500])),
    "no validation to speak of": ("parts", lambda: randomly(0.01)),
    "most for validation": ("parts", lambda: randomly(0.8)),
    "one forgotten": ("empty", lambda: a1(val=None)),
    "half of it twice": ("repeated", lambda: a1(train=np.concatenate([train()[:550]] * 2))),
    "validation images of one class": ("one_sided", lambda: by_class(1)),
    "validation images of three classes": ("one_sided", lambda: by_class(3)),
    "labels": ("shape", lambda: a1(test=common.fashion().y_test)),
}
A1_RIGHT: Rights = {
    "the last twelfth": lambda: common.pixels(),
    "a random tenth": lambda: randomly(0.1),
    "a fifth": lambda: randomly(0.2),
    "double precision": lambda: a1(lambda x: x.astype("float64")),
    "from bytes": lambda: a1(lambda x: np.rint(x * 255).astype("uint8") / 255.0),
    "half precision": lambda: a1(lambda x: x.astype("float16")),
    "lists": lambda: a1(lambda x: x.tolist()),
    "the first ones": lambda: a1(
        train=np.concatenate(common.pixels()[:2])[100:],
        val=np.concatenate(common.pixels()[:2])[:100],
    ),
}

# A2


def fresh() -> Three:
    return dense(weights=False)


def dead() -> Three:
    """A relu code with a unit that is zero for every image."""
    three = dense(code_activation="relu")
    code = three[0].layers[-1]
    kernel, bias = code.get_weights()
    code.set_weights([kernel, bias - np.array([1000, 0])])
    return touch(three, some(), some())


def mean_garment() -> Three:
    three = dense()
    last = three[1].layers[-1]
    mean = train().mean(axis=0).clip(0.01, 0.99)
    last.set_weights([0 * last.get_weights()[0], np.log(mean / (1 - mean))])
    return touch(three, some(), some())


def hurried() -> Three:
    """Pale reconstructions, as after the first epochs."""
    three = dense()
    last = three[1].layers[-1]
    last.set_weights([0.45 * w for w in last.get_weights()])
    return touch(three, some(), some())


def no_link() -> Three:
    encoder, decoder, autoencoder = dense()
    return encoder, dense(weights=False)[1], autoencoder


def skipping() -> Three:
    """An autoencoder that also hands the image past the code."""
    encoder, decoder, _ = dense()
    x = keras.Input((784,))
    past = layers.Dense(784, "sigmoid")(x)
    return encoder, decoder, keras.Model(x, layers.Average()([decoder(encoder(x)), past]))


def three_outputs() -> Three:
    encoder, decoder, autoencoder = dense()
    x = keras.Input((784,))
    z = encoder(x)
    return keras.Model(x, [z, z, z]), decoder, autoencoder


def learning() -> Three:
    """Another network, trained on its own."""
    keras.utils.set_random_seed(3)
    x, z = keras.Input((784,)), keras.Input((2,))
    h = layers.BatchNormalization()(layers.Dense(96, "elu")(x))
    code = layers.Dense(2, "leaky_relu", activity_regularizer=common.L2)(layers.Dense(24)(h))
    encoder = keras.Model(x, code)
    h = layers.Dense(96, "elu")(layers.Dense(24, "elu")(z))
    decoder = keras.Model(z, layers.Dense(784, "sigmoid")(h))
    autoencoder = keras.Model(x, decoder(encoder(x)))
    common.train(autoencoder, train(), epochs=12, rate=1e-2)
    return encoder, decoder, autoencoder


def loaded(three: Three) -> Three:
    """The same from files: the training was on another day."""
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for name, model in zip(("encoder", "decoder"), three):
            model.save(Path(folder) / f"{name}.keras")
            path = Path(folder) / f"{name}.keras"
            parts.append(keras.models.load_model(path, safe_mode=True))
    return *parts, keras.Sequential(parts)


def owned() -> Three:
    encoder, decoder, autoencoder = dense()
    x = some()
    three = common.Own(encoder, (784,)), common.Own(decoder, (2,)), common.Own(autoencoder, (784,))
    for model, values in zip(three, (x, np.zeros((1, 2), "float32"), x)):
        model(values)
    return three


def paying_layer() -> Three:
    encoder, decoder, _ = dense(penalty=None)
    encoder.add(layers.ActivityRegularization(l2=1e-4))
    return encoder, decoder, keras.Sequential([encoder, decoder])


def dataset(x: np.ndarray, y: np.ndarray | None = None) -> Any:
    return tf.data.Dataset.from_tensor_slices((x, x if y is None else y)).batch(32)


class Pairs(keras.utils.PyDataset):
    def __init__(self, x: np.ndarray) -> None:
        super().__init__()
        self.x = x

    def __len__(self) -> int:
        return len(self.x) // 32

    def __getitem__(self, place: int) -> Any:
        x = self.x[32 * place : 32 * place + 32]
        return x, x


def batches(x: np.ndarray) -> Any:
    while True:
        for i in range(0, len(x), 32):
            yield x[i : i + 32], x[i : i + 32]


def late() -> np.ndarray:
    """Six batches for training, then one for test."""
    return np.concatenate([train()[:192], test()[:32]])


def few() -> np.ndarray:
    return np.concatenate([train(), test()[:10]])


class OwnStep(keras.Model):
    """Trains two halves with a loss of its own, as variational autoencoders do."""

    def __init__(self, encoder: Any, decoder: Any) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def call(self, x: Any) -> Any:
        return self.decoder(self.encoder(x))

    def train_step(self, x: Any) -> dict[str, Any]:
        with tf.GradientTape() as tape:
            z = self.encoder(x)
            entropy = keras.losses.binary_crossentropy(x, self.decoder(z))
            loss = tf.reduce_mean(entropy) + 1e-4 * tf.reduce_mean(tf.reduce_sum(z**2, axis=1))
        slopes = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(slopes, self.trainable_variables)
        return {"loss": loss}


def own_step() -> Three:
    encoder, decoder, autoencoder = dense(penalty=None)
    model = OwnStep(encoder, decoder)
    model.compile(keras.optimizers.SGD(0.0), run_eagerly=True)
    model.fit(some(), verbose=0)
    return encoder, decoder, autoencoder


class Entropy(layers.Layer):
    """Adds the cross-entropy of its two inputs to the loss."""

    def call(self, pair: Any) -> Any:
        self.add_loss(keras.ops.mean(keras.losses.binary_crossentropy(*pair)))
        return pair[1]


def added_loss() -> Three:
    encoder, decoder, _ = dense()
    x = keras.Input((784,))
    autoencoder = keras.Model(x, Entropy()([x, decoder(encoder(x))]))
    autoencoder.compile(keras.optimizers.SGD(0.0), run_eagerly=True)
    autoencoder.fit(some(), verbose=0)
    return encoder, decoder, autoencoder


def twice() -> Three:
    """First by mistake on test images, then on the right ones, without building anew."""
    return touch(touch(dense(), test()[:64], test()[:64]), some(), some())


def shared_wrong() -> Three:
    """fit() on another model of the same layers, with test images."""
    three = dense()
    touch((*three[:2], keras.Sequential([three[0], three[1]])), test()[:64], test()[:64])
    return three


def labels() -> np.ndarray:
    return common.fashion().y_train[:64].astype("float32")[:, None]


def mixed() -> np.ndarray:
    return np.concatenate([some(), test()[:32]])


A2_WRONG: Wrongs = {
    "linear output": ("output_range", lambda: dense(output=None)),
    "tanh output": ("output_range", lambda: dense(output="tanh")),
    "relu output": ("output_range", lambda: dense(output="relu")),
    "softmax output": ("output_softmax", lambda: dense(output="softmax")),
    "code of 32": ("code_size", lambda: dense(code=32)),
    "code of 1": ("code_size", lambda: dense(code=1)),
    "encoder and decoder exchanged": ("swapped", lambda: (*dense()[1::-1], dense()[2])),
    "decoder built anew": ("not_composed", no_link),
    "a way past the code": ("not_composed", skipping),
    "untrained": ("untrained", fresh),
    "pixels not scaled": ("fit_bytes", lambda: touch(fresh(), 255 * some(), 255 * some())),
    "trained on test images": ("fit_test", lambda: touch(dense(), test()[:64], test()[:64])),
    "some test images in training": ("fit_test", lambda: touch(dense(), mixed(), mixed())),
    "test images as dataset": ("fit_test", lambda: touch(dense(), dataset(test()[:64]))),
    "test images first, then good ones": ("fit_test", twice),
    "test images in a late batch": ("fit_test", lambda: touch(dense(), dataset(late()))),
    "a few test images among many": ("fit_test", lambda: touch(dense(), few(), few())),
    "test images from a generator": (
        "fit_test",
        lambda: touch(dense(), batches(late()), steps_per_epoch=7),
    ),
    "test images in the last batch of a PyDataset": (
        "fit_test",
        lambda: touch(dense(), Pairs(late())),
    ),
    "validation with test images from a generator": (
        "fit_watched",
        lambda: touch(dense(), some(), some(), validation_data=batches(late()), validation_steps=7),
    ),
    "squared error as loss": ("loss", lambda: touch(dense(), some(), some(), "mse")),
    "squared error, written by hand": (
        "loss",
        lambda: touch(dense(), some(), some(), lambda y, p: keras.ops.mean((y - p) ** 2)),
    ),
    "a loss of another kind": ("loss", lambda: touch(dense(), some(), some(), "huber")),
    "test images through a second model": ("fit_test", shared_wrong),
    "test images for validation": (
        "fit_watched",
        lambda: touch(dense(), some(), some(), validation_data=(test()[:64], test()[:64])),
    ),
    "test dataset for validation": (
        "fit_watched",
        lambda: touch(dense(), dataset(some()), validation_data=dataset(test()[:64])),
    ),
    "target shuffled": ("fit_target", lambda: touch(fresh(), some(), some()[::-1])),
    "target inverted": ("fit_target", lambda: touch(fresh(), some(), 1 - some())),
    "labels as target": ("fit_target", lambda: touch(fresh(), some(), labels(), "mse")),
    "target in bytes": ("fit_target", lambda: touch(fresh(), some(), 255 * some())),
    "target blank": ("fit_target", lambda: touch(fresh(), some(), 0 * some())),
    "dataset of another target": (
        "fit_target",
        lambda: touch(fresh(), dataset(some(), some()[::-1])),
    ),
    "trained on digits": ("other_images", lambda: touch(fresh(), common.digits(), common.digits())),
    "dead unit": ("dead", dead),
    "always the mean garment": ("like_mean", mean_garment),
    "hardly trained": ("above_pca", hurried),
    "no penalty": ("penalty_none", lambda: touch(dense(penalty=None), some(), some())),
    "penalty on the weights": (
        "penalty_weights",
        lambda: touch(dense(penalty=None, kernel_regularizer=common.L2), some(), some()),
    ),
    "L1 penalty": ("penalty_l1", lambda: dense(penalty=keras.regularizers.L1(1e-4))),
    "penalty ten times too strong": (
        "penalty_other",
        lambda: dense(penalty=keras.regularizers.L2(1e-3)),
    ),
    "another image size": ("output_size", lambda: dense(size=100)),
    "functions instead of models": ("no_model", lambda: (len, len, len)),
    "hard-coded array": ("no_model", lambda: (*dense()[:2], some())),
    "three outputs": ("gives_other", three_outputs),
    "networks for small images": (
        "takes_other",
        lambda: (keras.Sequential([keras.Input((64,)), layers.Dense(2)]), *dense()[1:]),
    ),
    "autoencoder forgotten": ("empty", lambda: (*dense()[:2], None)),
}
A2_RIGHT: Rights = {
    "as in lesson 02, linear code": lambda: (*common.trained().layers, common.trained()),
    "functional": lambda: common.as_functional(dense(), (784,)),
    "square images": lambda: common.as_functional(dense(), (28, 28)),
    "square images with a channel": lambda: common.as_functional(dense(), (28, 28, 1)),
    "models of one's own class": owned,
    "from files": lambda: loaded(dense()),
    "penalty as a layer": paying_layer,
    "from a dataset": lambda: touch(dense(), dataset(some()), validation_data=dataset(some())),
    "from a PyDataset": lambda: touch(dense(), Pairs(some())),
    "from a generator": lambda: touch(dense(), batches(some()), steps_per_epoch=2),
    "an own training step, fit(x), penalty in its loss": own_step,
    "a loss from add_loss, fit(x)": added_loss,
    "an own loop with the penalty in its loss": lambda: dense(penalty=None),
    "cross-entropy summed over pixels, by hand": lambda: touch(
        dense(), some(), some(), lambda y, p: 784 * keras.losses.binary_crossentropy(y, p)
    ),
    "trained to remove noise": lambda: touch(
        dense(), (some() + 0.1 * noise(64, 784)).astype("float32"), some()
    ),
    "validation split": lambda: touch(dense(), some(), some(), validation_split=0.25),
    "wider, elu, batch normalization, leaky relu in the code": learning,
}

# A3


def a3(fig: Any, autoencoder: Any = None) -> tuple[Any, Any]:
    return fig, answer()[2] if autoencoder is None else autoencoder


def ten(x: Any = None, x_hat: Any = None) -> np.ndarray:
    return common.pair(test()[:10] if x is None else x, x_hat)


def blank_ten(ax: Any) -> None:
    ax.set(xticks=[], yticks=[])


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).random(shape)


def unlearnt() -> tuple[Any, Any]:
    model = fresh()[2]
    return common.gallery(ten(x_hat=common.run(model, test()[:10]))), model


def extra_axes() -> Figure:
    fig = common.gallery(ten())
    fig.colorbar(fig.axes[0].images[0], ax=fig.axes)
    fig.suptitle("clothes")
    return fig


def two_strips() -> Figure:
    fig, axes = plt.subplots(2, 1)
    for ax, line in zip(axes, ten()):
        ax.imshow(mosaic(line[None]))
    plt.close(fig)
    return fig


def upside() -> Figure:
    """Row 0 at the bottom, and the arrays turned so that the picture is the same."""
    return common.shown(mosaic(ten())[::-1], origin="lower")


def ten_axes() -> Figure:
    fig, axes = plt.subplots(2, 10)
    for i, line in enumerate(ten()):
        for j, image in enumerate(line):
            axes[i, j].imshow(image, cmap="viridis")
    plt.close(fig)
    return fig


def curve() -> Figure:
    fig, ax = plt.subplots()
    ax.plot([1, 2, 3])
    plt.close(fig)
    return fig


def other_network() -> np.ndarray:
    three = dense()
    weights = three[2].get_weights()
    rng = np.random.default_rng(0)
    three[2].set_weights([w + 0.3 * rng.normal(size=w.shape) * w.std() for w in weights])
    return common.run(three[2], test()[:10])


A3_WRONG: Wrongs = {
    "noise": ("unknown", lambda: a3(common.gallery(noise(2, 10, 28, 28)))),
    "noise below": ("other", lambda: a3(common.gallery(ten(x_hat=noise(10, 784))))),
    "originals twice": ("copied", lambda: a3(common.gallery(ten(x_hat=test()[:10])))),
    "reconstructions above": ("exchanged", lambda: a3(common.gallery(ten()[::-1]))),
    "reconstructions in another order": (
        "mixed",
        lambda: a3(common.gallery(ten(x_hat=common.run(answer()[2], test()[:10])[::-1]))),
    ),
    "reconstructions of other images": (
        "other",
        lambda: a3(common.gallery(ten(x_hat=common.run(answer()[2], test()[20:30])))),
    ),
    "another network's": ("other", lambda: a3(common.gallery(ten(x_hat=other_network())))),
    "hard-coded grey": ("other", lambda: a3(common.gallery(ten(x_hat=0 * test()[:10] + 0.5)))),
    "five columns": ("layout", lambda: a3(common.gallery(ten()[:, :5]))),
    "two columns": ("layout", lambda: a3(common.gallery(ten().swapaxes(0, 1)))),
    "one row": ("layout", lambda: a3(common.gallery(ten()[:1]))),
    "training images": ("training", lambda: a3(common.gallery(ten(train()[:10])))),
    "digits": ("unknown", lambda: a3(common.gallery(ten(common.digits()[:10])))),
    "images on their side": ("turned", lambda: a3(common.gallery(ten().swapaxes(2, 3)))),
    "reconstructions on their side": (
        "turned",
        lambda: a3(common.gallery(ten(x_hat=turned(common.run(answer()[2], test()[:10]))))),
    ),
    "images on their heads": (
        "headfirst",
        lambda: a3(common.gallery(ten(), lambda ax: ax.invert_yaxis())),
    ),
    "ten times the same": ("repeated", lambda: a3(common.gallery(ten(test()[[4] * 10])))),
    "untrained": ("untrained", unlearnt),
    "an array": ("no_figure", lambda: a3(ten())),
    "pyplot": ("no_figure", lambda: a3(plt)),
    "an empty figure": ("no_images", lambda: a3(Figure())),
    "a curve": ("no_images", lambda: a3(curve())),
    "rows of pixels": ("no_images", lambda: a3(common.shown(test()[:10]))),
    "nine below": ("ragged", lambda: a3(missing())),
    "invisible axes": (
        "invisible",
        lambda: a3(common.gallery(ten(), lambda ax: ax.set_visible(False))),
    ),
    "invisible images": (
        "invisible",
        lambda: a3(common.gallery(ten(), lambda ax: ax.images[0].set_alpha(0))),
    ),
    "axes outside the figure": (
        "invisible",
        lambda: a3(common.gallery(ten(), lambda ax: ax.set_position((3, 3, 0.1, 0.1)))),
    ),
    "another part of the axes": (
        "no_images",
        lambda: a3(common.gallery(ten(), lambda ax: ax.set(xlim=(100, 200)))),
    ),
    "all upside down": ("flipped", lambda: a3(common.shown(mosaic(ten()), origin="lower"))),
    "without the network": ("builds_on", lambda: (common.gallery(ten()), None)),
}
A3_RIGHT: Rights = {
    "twenty axes": lambda: a3(ten_axes()),
    "without pyplot": lambda: a3(common.gallery(ten(), blank_ten)),
    "one mosaic": lambda: a3(common.shown(mosaic(ten()), vmin=0, vmax=1)),
    "two strips": lambda: a3(two_strips()),
    "row 0 at the bottom": lambda: a3(upside()),
    "inverted": lambda: a3(common.gallery(1 - ten())),
    "bytes": lambda: a3(common.shown((255 * mosaic(ten())).astype("uint8"))),
    "in colours": lambda: a3(common.shown(np.repeat(mosaic(ten())[..., None], 3, axis=-1))),
    "chosen images": lambda: a3(common.gallery(ten(test()[40:240:20]))),
    "colour bar and title": lambda: a3(extra_axes()),
    "an ImageGrid": lambda: a3(image_grid()),
    "a mosaic with gaps": lambda: a3(common.shown(spaced(ten(), 2))),
    "a mosaic with gaps and a border": lambda: a3(common.shown(spaced(ten(), 3, border=3))),
    "subfigures": lambda: a3(subfigures()),
    "an axes of the figure": lambda: a3(ten_axes().axes[3]),
    "another network": lambda: a3(
        common.gallery(ten(x_hat=common.run(conv_answer()[2], test()[:10]))), conv_answer()[2]
    ),
}


def image_grid() -> Figure:
    fig = plt.figure(figsize=(10, 2.5))
    for ax, image in zip(ImageGrid(fig, 111, (2, 10), axes_pad=0.05), ten().reshape(20, 28, 28)):
        ax.imshow(image)
    plt.close(fig)
    return fig


def subfigures() -> Figure:
    fig = Figure(figsize=(10, 3), layout="constrained")
    for part, line in zip(fig.subfigures(2, 1), ten()):
        for ax, image in zip(part.subplots(1, 10), line):
            ax.imshow(image)
    return fig


def spaced(images: np.ndarray, gap: int, border: int = 0) -> np.ndarray:
    """The images as one picture with white between them, and around if there is a border."""
    wide = np.pad(images, ((0, 0), (0, 0), (0, gap), (0, gap)), constant_values=1)
    return np.pad(mosaic(wide)[: -gap or None, : -gap or None], border, constant_values=1)


def missing() -> Figure:
    fig = common.gallery(ten())
    fig.delaxes(fig.axes[-1])
    return fig


# A4


def a4(
    fig: Any = None, z1: Any = None, z2: Any = None, three: Three | None = None
) -> tuple[Any, ...]:
    """The figure over two ranges; by default the right ones."""
    encoder, decoder, _ = three or answer()
    first, second = (common.ranges()[i] if z is None else z for i, z in enumerate((z1, z2)))
    given = drawn(np.ravel(first), np.ravel(second), decoder) if fig is None else fig
    return given, first, second, encoder, decoder


def drawn(z1: Any, z2: Any, decoder: Any = None) -> Figure:
    images = lattice(z1, z2, decoder=decoder)
    return common.shown(mosaic(images), vmin=0, vmax=1, extent=(*z1, *z2), aspect="auto")


def good(count: int = 15) -> np.ndarray:
    return lattice(*common.ranges(), count)


def around(factor: float) -> tuple[tuple[float, float], ...]:
    """Ranges `factor` times as wide about the same middle."""
    return tuple(
        ((a + b) / 2 - factor * (b - a) / 2, (a + b) / 2 + factor * (b - a) / 2)
        for a, b in common.ranges()
    )


def scattered() -> np.ndarray:
    z = common.run(answer()[0], test()[:225])
    return common.run(answer()[1], z).reshape(15, 15, 28, 28)


def pictures(images: np.ndarray, **how: Any) -> tuple[Any, ...]:
    return a4(common.shown(mosaic(images), **how))


def both_ways(count: int = 15) -> tuple[Any, ...]:
    """A square that holds the codes."""
    ends = (min(a for a, _ in common.ranges()), max(b for _, b in common.ranges()))
    return a4(z1=ends, z2=ends)


A4_WRONG: Wrongs = {
    "transposed": ("turned", lambda: pictures(good().swapaxes(0, 1))),
    "upside down": ("turned", lambda: pictures(good()[::-1])),
    "mirrored": ("turned", lambda: pictures(good()[:, ::-1])),
    "a quarter turn": ("turned", lambda: pictures(np.rot90(good()))),
    "garments on their heads": ("headfirst", lambda: pictures(good()[:, :, ::-1])),
    "garments on their side": ("headfirst", lambda: pictures(good().swapaxes(2, 3))),
    "an axis the other way": (
        "headfirst",
        lambda: pictures(good()[::-1], origin="lower"),
    ),
    "all upside down": ("flipped", lambda: pictures(good(), origin="lower")),
    "the whole picture transposed": ("flipped", lambda: a4(common.shown(mosaic(good()).T))),
    "reshaped without exchanging axes": (
        "garbled",
        lambda: a4(common.shown(good().reshape(420, 420))),
    ),
    "noise": ("other", lambda: pictures(noise(15, 15, 28, 28))),
    "hard-coded grey": ("other", lambda: pictures(0 * good() + 0.5)),
    "test images": ("other", lambda: pictures(test()[:225].reshape(15, 15, 28, 28))),
    "reconstructions": ("other", lambda: pictures(scattered())),
    "figure of another range": ("other", lambda: a4(drawn(*around(0.5)))),
    "digits": ("other", lambda: pictures(common.digits()[:225].reshape(15, 15, 28, 28))),
    "ten by ten": ("layout", lambda: pictures(good(10))),
    "one row": ("layout", lambda: pictures(good()[:1])),
    "the square of the digits, elsewhere": (
        "range_misses",
        lambda: a4(z1=(1e3, 1004.0), z2=(1e3, 1004.0)),
    ),
    "a corner": ("range_misses", lambda: a4(z1=around(0.2)[0], z2=around(0.2)[1])),
    "far too wide": ("range_wide", lambda: a4(z1=around(10)[0], z2=around(10)[1])),
    "one axis too wide": ("range_wide", lambda: a4(z2=around(10)[1])),
    "range the other way": ("range_pair", lambda: a4(fig=curve(), z1=(4, 0))),
    "range of one number": ("range_pair", lambda: a4(fig=curve(), z1=4)),
    "range of steps": ("range_pair", lambda: a4(fig=curve(), z1=tuple(range(15)))),
    "untrained": ("flat", lambda: flat_map()),
    "code of three": ("code_size", lambda: a4(fig=curve(), three=dense(code=3))),
    "no figure": ("no_figure", lambda: a4(mosaic(good()))),
    "range forgotten": ("empty", lambda: (drawn(*common.ranges()), None, None, *answer()[:2])),
}
A4_RIGHT: Rights = {
    "one mosaic with its ranges": lambda: a4(),
    "225 axes": lambda: a4(common.gallery(good())),
    "a mosaic without ranges": lambda: pictures(good()),
    "a mosaic with gaps": lambda: a4(common.shown(spaced(good(), 2))),
    "ranges as arrays": lambda: a4(
        z1=np.array([common.ranges()[0]]), z2=np.array(common.ranges()[1])
    ),
    "row 0 at the bottom": lambda: a4(common.shown(mosaic(good())[::-1], origin="lower")),
    "an axis turned back": lambda: a4(turned_back()),
    "inverted": lambda: pictures(1 - good()),
    "a square": both_ways,
    "wider": lambda: a4(z1=around(1.5)[0], z2=around(1.5)[1]),
    "lists": lambda: a4(z1=list(common.ranges()[0]), z2=np.array(common.ranges()[1]).tolist()),
    "functional": lambda: a4(three=common.as_functional(dense(), (28, 28, 1))),
}


def flat_map() -> tuple[Any, ...]:
    """The map of a network with random weights, over its own codes."""
    three = fresh()
    low, high = np.percentile(common.run(three[0], test()), [3, 97], axis=0)
    return a4(z1=(low[0], high[0]), z2=(low[1], high[1]), three=three)


def turned_back() -> Figure:
    fig, ax = plt.subplots()
    ax.imshow(mosaic(good())[::-1])
    ax.invert_yaxis()
    plt.close(fig)
    return fig


# B1


def half_conv() -> Three:
    encoder, _, _ = conv()
    decoder = keras.Sequential([keras.Input((16,)), layers.Dense(784, "sigmoid")])
    decoder.add(layers.Reshape((28, 28, 1)))
    return encoder, decoder, keras.Sequential([encoder, decoder])


def wide() -> Three:
    encoder = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(8, 3, 2, "same")])
    decoder = keras.Sequential([keras.Input((14, 14, 8))])
    decoder.add(layers.Conv2DTranspose(1, 3, 2, "same", activation="sigmoid"))
    return encoder, decoder, keras.Sequential([encoder, decoder])


def fresh_conv() -> Three:
    return conv(weights=False)


def pooled() -> Three:
    """Pooling, enlarging, functional, a code that is an image; trained on its own."""
    keras.utils.set_random_seed(5)
    x, z = keras.Input((28, 28, 1)), keras.Input((7, 7, 4))
    h = layers.MaxPooling2D()(layers.Conv2D(8, 3, padding="same", activation="elu")(x))
    code = layers.Conv2D(4, 3, padding="same")(layers.MaxPooling2D()(h))
    encoder = keras.Model(x, code)
    h = layers.UpSampling2D()(layers.Conv2D(8, 3, padding="same", activation="elu")(z))
    h = layers.UpSampling2D()(h)
    decoder = keras.Model(z, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(h))
    autoencoder = keras.Model(x, decoder(encoder(x)))
    common.train(autoencoder, common.squares(train()), epochs=7, rate=2e-2)
    return encoder, decoder, autoencoder


def owned_conv() -> Three:
    encoder, decoder, autoencoder = conv()
    size = (28, 28, 1)
    three = common.Own(encoder, size), common.Own(decoder, (16,)), common.Own(autoencoder, size)
    for model, values in zip(three, (some(), np.zeros((1, 16), "float32"), some())):
        model(values)
    return three


class Idle(keras.Model):
    """A dense network with a convolution that changes nothing."""

    def __init__(self, inner: Any, called: bool) -> None:
        super().__init__()
        self.inner, self.called, self.conv = inner, called, layers.Conv2D(4, 3)
        self.conv.build((None, 28, 28, 1))

    def call(self, x: Any) -> Any:
        if self.called:
            self.conv(keras.ops.zeros((1, 28, 28, 1)) + keras.ops.mean(x))
        return self.inner(x)


def idle(called: bool = False) -> Three:
    encoder, decoder, autoencoder = dense()
    return Idle(encoder, called), Idle(decoder, called), autoencoder


class Inside(layers.Wrapper):
    """Hands on to what it wraps, as spectral normalization does."""

    def call(self, x: Any) -> Any:
        return self.layer(x)


def wrapped() -> Three:
    encoder, decoder, _ = conv()
    inside = [
        keras.Sequential([keras.Input(model.input_shape[1:]), Inside(model)])
        for model in (encoder, decoder)
    ]
    return *inside, keras.Sequential(inside)


class Compiled(keras.Model):
    """Calls its network in a compiled function."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner
        self.run = tf.function(lambda x: inner(x))

    def call(self, x: Any) -> Any:
        return self.run(x)


def compiled_call() -> Three:
    encoder, decoder, autoencoder = conv()
    return Compiled(encoder), Compiled(decoder), autoencoder


def touch_conv(three: Three, x: np.ndarray, y: np.ndarray, **more: Any) -> Three:
    return touch(three, common.squares(x), common.squares(y), **more)


B1_WRONG: Wrongs = {
    "dense layers only": ("no_convolution", lambda: dense()),
    "convolutions only in the encoder": ("no_convolution", half_conv),
    "a convolution that is never used": ("no_convolution", idle),
    "a convolution whose output is thrown away": ("no_convolution", lambda: idle(called=True)),
    "no bottleneck": ("no_bottleneck", wide),
    "linear output": ("output_range", lambda: conv(output=None)),
    "tanh output": ("output_range", lambda: conv(output="tanh")),
    "relu output": ("output_range", lambda: conv(output="relu")),
    "three channels": ("output_size", lambda: conv(channels=3)),
    "encoder and decoder exchanged": ("swapped", lambda: (*conv()[1::-1], conv()[2])),
    "decoder built anew": (
        "not_composed",
        lambda: (conv()[0], fresh_conv()[1], conv_answer()[2]),
    ),
    "untrained": ("untrained", fresh_conv),
    "pixels not scaled": (
        "fit_bytes",
        lambda: touch_conv(fresh_conv(), 255 * some(), 255 * some()),
    ),
    "trained on test images": (
        "fit_test",
        lambda: touch_conv(conv(), test()[:64], test()[:64]),
    ),
    "test images for validation": (
        "fit_watched",
        lambda: touch_conv(
            conv(), some(), some(), validation_data=(common.squares(test()[:64]),) * 2
        ),
    ),
    "noise as target": (
        "fit_target",
        lambda: touch_conv(fresh_conv(), some(), noise(64, 784)),
    ),
    "target on its side": (
        "fit_target",
        lambda: touch_conv(fresh_conv(), some(), turned(some())),
    ),
    "trained on digits": (
        "other_images",
        lambda: touch_conv(fresh_conv(), common.digits(), common.digits()),
    ),
    "hardly trained": (
        "like_mean",
        lambda: touch_conv(fresh_conv(), some(), some()),
    ),
    "a list of layers": ("no_model", lambda: ([1], [2], [3])),
    "autoencoder forgotten": ("empty", lambda: (*conv()[:2], None)),
}
B1_RIGHT: Rights = {
    "strides and transposed convolutions": lambda: (
        *common.conv_trained().layers,
        common.conv_trained(),
    ),
    "pooling and enlarging": pooled,
    "rows of pixels": lambda: common.as_functional(conv(), (784,)),
    "inside own layers": wrapped,
    "compiled functions": compiled_call,
    "without a channel": lambda: common.as_functional(conv(), (28, 28)),
    "models of one's own class": owned_conv,
    "from files": lambda: loaded(conv()),
}

# B2


def scores(x: np.ndarray, y: np.ndarray | None = None, root: bool = False) -> tuple[Any, Any]:
    """Errors and kept shares over the images `x`; with labels instead where they are given."""
    errors, kept = {}, {}
    says = common.run(common.classifier(), x).argmax(axis=1)
    for key, model in {"dense": answer()[2], "conv": conv_answer()[2]}.items():
        x_hat = common.run(model, x)
        errors[key] = float(np.mean((x - x_hat) ** 2)) ** (0.5 if root else 1)
        after = common.run(common.classifier(), x_hat).argmax(axis=1)
        kept[key] = float(np.mean((says if y is None else y) == after))
    return errors, kept


@functools.cache
def true_scores() -> tuple[Any, Any]:
    return scores(test())


def b2(errors: Any = None, kept: Any = None) -> tuple[Any, ...]:
    true = true_scores()
    mine = true[0] if errors is None else errors, true[1] if kept is None else kept
    return *mine, answer()[2], conv_answer()[2], common.classifier()


def swap(values: dict[str, float]) -> dict[str, float]:
    return {"dense": values["conv"], "conv": values["dense"]}


def times(values: dict[str, Any], factor: float) -> dict[str, Any]:
    return {key: factor * value for key, value in values.items()}


def labelled() -> tuple[Any, ...]:
    """Shares against labels, with a referee that is often wrong, as on real clothes."""
    wrong = keras.models.clone_model(common.classifier())
    weights = common.classifier().get_weights()
    wrong.set_weights([*weights[:-1], weights[-1] + np.linspace(0, 8, 10)])
    kept = {}
    for key, model in {"dense": answer()[2], "conv": conv_answer()[2]}.items():
        after = common.run(wrong, common.run(model, test())).argmax(axis=1)
        kept[key] = float(np.mean(common.fashion().y_test == after))
    return true_scores()[0], kept, answer()[2], conv_answer()[2], wrong


B2_WRONG: Wrongs = {
    "errors exchanged": ("exchanged", lambda: b2(swap(true_scores()[0]))),
    "shares exchanged": ("exchanged", lambda: b2(None, swap(true_scores()[1]))),
    "roots": ("root", lambda: b2(scores(test(), root=True)[0])),
    "per cent": ("percent", lambda: b2(None, times(true_scores()[1], 100))),
    "labels": ("labels", labelled),
    "sums over pixels": ("errors", lambda: b2(times(true_scores()[0], 784))),
    "the first thirty images": ("errors", lambda: b2(scores(test()[:30])[0])),
    "training images": ("errors", lambda: b2(scores(train())[0])),
    "hard-coded errors": ("errors", lambda: b2({"dense": 0.03, "conv": 0.01})),
    "hard-coded shares": ("kept", lambda: b2(None, {"dense": 0.5, "conv": 0.8})),
    "shares lost instead of kept": (
        "kept",
        lambda: b2(None, {k: 1 - v for k, v in true_scores()[1].items()}),
    ),
    "a list": ("keys", lambda: b2(list(true_scores()[0].values()))),
    "other keys": ("keys", lambda: b2({"A": 0.1, "B": 0.2})),
    "one missing": ("keys", lambda: b2({"dense": true_scores()[0]["dense"]})),
    "text": ("single_number", lambda: b2({"dense": "0.03", "conv": "0.01"})),
    "an error for each image": (
        "single_number",
        lambda: b2({"dense": np.zeros(300), "conv": np.zeros(300)}),
    ),
    "not a number": ("errors", lambda: b2(times(true_scores()[0], float("nan")))),
    "one dictionary forgotten": ("empty", lambda: b2(None, {})),
}
B2_RIGHT: Rights = {
    "Python numbers": lambda: b2(),
    "NumPy numbers": lambda: b2(
        {k: np.float32(v) for k, v in true_scores()[0].items()},
        {k: np.mean(v) for k, v in true_scores()[1].items()},
    ),
    "rounded": lambda: b2(
        {k: round(v, 4) for k, v in true_scores()[0].items()},
        {k: round(v, 3) for k, v in true_scores()[1].items()},
    ),
    "arrays of one": lambda: b2({k: np.array([v]) for k, v in true_scores()[0].items()}),
    "Series": lambda: b2(*map(pd.Series, true_scores())),
    "further keys": lambda: b2(true_scores()[0] | {"PCA": 0.02}),
    "tensors": lambda: b2({k: tf.constant(v) for k, v in true_scores()[0].items()}),
    "the other order": lambda: b2(
        dict(reversed(true_scores()[0].items())), dict(reversed(true_scores()[1].items()))
    ),
}

# C1 to C3

ESSAY = """Two numbers keep the outline and the brightness of a garment, since these change most
pixels and the loss counts pixels; prints, buttons and laces are lost, because they are small and
differ from piece to piece."""
ENSAIO = """A tabela não prova isso, pois duas coisas mudaram ao mesmo tempo: o tipo de camada e o
tamanho do código. Eu treinaria uma rede densa e uma convolucional com códigos iguais, várias
sementes e as mesmas épocas, e compararia os erros."""
C_WRONG: Wrongs = {
    "one word": ("prose_short", lambda: ("shoes",)),
    "does not know": ("prose_short", lambda: ("I don't know.",)),
    "to do": ("prose_short", lambda: ("TODO: write later",)),
    "one short sentence": (
        "prose_short",
        lambda: ("The reconstructions are blurred because the code is small and so on.",),
    ),
    "figures only": ("prose_short", lambda: ("0.31 0.29 0.03 " * 20,)),
    "marks only": ("prose_short", lambda: ("- " * 60,)),
    "the same words again": ("prose_repeats", lambda: ("clothes are nice " * 20,)),
    "one word forty times": ("prose_repeats", lambda: ("bla " * 40,)),
    "the question": (
        "prose_question",
        lambda: (
            "Look at the figures of A3 and A4. Which garments come back as something else, and "
            "which details never come back? What do two numbers keep of a garment, and why?",
        ),
    ),
    "a number": ("prose_text", lambda: (42,)),
    "a list of words": ("prose_text", lambda: (ESSAY.split(),)),
}
C_RIGHT: Rights = {
    "English": lambda: (ESSAY,),
    "Portuguese": lambda: (ENSAIO,),
    "one long line": lambda: (" ".join(ESSAY.split()),),
    "long": lambda: (ESSAY + "\n\n" + ENSAIO,),
}

CATALOGUE: Catalogue = [
    (check_fashion.pixels, A1_WRONG, A1_RIGHT),
    (check_fashion.network, A2_WRONG, A2_RIGHT),
    (check_fashion.rows, A3_WRONG, A3_RIGHT),
    (check_fashion.manifold, A4_WRONG, A4_RIGHT),
    (check_fashion.convolutions, B1_WRONG, B1_RIGHT),
    (check_fashion.comparison, B2_WRONG, B2_RIGHT),
    (check_fashion.answer_1, C_WRONG, C_RIGHT),
    (check_fashion.answer_2, C_WRONG, C_RIGHT),
    (check_fashion.answer_3, C_WRONG, C_RIGHT),
]
