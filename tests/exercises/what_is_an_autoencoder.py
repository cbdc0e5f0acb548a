"""What students answer in the exercise of lesson 00: wrong, with the reason, and right."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from exercises import what_is_an_autoencoder as check
from tests.exercises.common import SEED, Catalogue, Rights, Wrongs, digits

SENTENCE = "Its code has more numbers than the image has pixels."


def network(*parts: Any, shape: tuple[int, ...] = (784,)) -> Any:
    keras.utils.set_random_seed(SEED)
    return keras.Sequential([keras.Input(shape), *parts])


def dense(code: int, out: int = 784) -> Any:
    return network(layers.Dense(code, "relu"), layers.Dense(out, "sigmoid"))


def bug(model: Any, sentence: Any = SENTENCE) -> tuple[Any, ...]:
    return model, sentence, digits()


def halves() -> Any:
    encoder = network(layers.Dense(64, "relu"), layers.Dense(8))
    return network(encoder, network(layers.Dense(784), shape=(8,)))


def functional() -> Any:
    x = keras.Input((784,))
    return keras.Model(x, layers.Dense(784)(layers.Dense(32)(x)))


WRONG: Wrongs = {
    "unchanged": ("wide", lambda: bug(dense(1024))),
    "as many as pixels": ("wide", lambda: bug(dense(784))),
    "one more": ("wide", lambda: bug(dense(785))),
    "wide and deep": (
        "wide",
        lambda: bug(network(layers.Dense(1000, "relu"), layers.Dense(900), layers.Dense(784))),
    ),
    "hardly smaller": ("nearly", lambda: bug(dense(783))),
    "no code": ("wide", lambda: bug(network(layers.Dense(784)))),
    "the encoder alone": ("other_output", lambda: bug(network(layers.Dense(32)))),
    "ten classes": ("other_output", lambda: bug(dense(32, 10))),
    "no model": ("no_model", lambda: bug(32)),
    "only zeros": (
        "constant",
        lambda: bug(network(layers.Dense(8), layers.Dense(784, kernel_initializer="zeros"))),
    ),
    "two words": ("prose_short", lambda: bug(dense(32), "Too wide.")),
    "no text": ("prose_text", lambda: bug(dense(32), 1024)),
    "one word": ("prose_repeats", lambda: bug(dense(32), "code " * 8)),
    "a question": ("prose_question", lambda: bug(dense(32), f"{SENTENCE[:-1]}?")),
}
RIGHT: Rights = {
    "32": lambda: bug(dense(32)),
    "another size": lambda: bug(dense(100)),
    "halves": lambda: bug(halves()),
    "functional": lambda: bug(functional()),
    "convolutions": lambda: bug(
        network(
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(2, 3, 4, "same"),
            layers.Conv2DTranspose(1, 3, 4, "same"),
            layers.Flatten(),
        )
    ),
    "in Portuguese": lambda: bug(dense(16), "O código tem mais números que os pixels da imagem."),
}

CATALOGUE: Catalogue = [(check.find_bug, WRONG, RIGHT)]
