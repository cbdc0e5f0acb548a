"""The questions that the teacher asks in person, and their answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from keras import layers

from exercises.grading import fashion_homework, interview
from exercises.grading.gradebook import Graded
from exercises.grading.submission import Submission
from exercises.grading.words import texts
from tests.exercises import common

LESSON = "fashion_homework"


@pytest.fixture(scope="module")
def notebook() -> dict[str, Any]:
    """The variables of a notebook at its end, with networks that were trained briefly."""
    keras.utils.set_random_seed(0)
    x_train, x_val, x_test = common.pixels()
    encoder = keras.Sequential([keras.Input((784,)), layers.Dense(2)])
    decoder = keras.Sequential([keras.Input((2,)), layers.Dense(784, "sigmoid")])
    squares = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(4, 3), layers.Flatten()])
    conv = keras.Sequential([squares, layers.Dense(784, "sigmoid"), layers.Reshape((28, 28, 1))])
    autoencoder = keras.Sequential([encoder, decoder])
    for model, shape, epochs in ((autoencoder, (784,), 20), (conv, (28, 28, 1), 2)):
        model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
        x, held = x_train[:320].reshape(-1, *shape), x_val[:32].reshape(-1, *shape)
        model.fit(x, x, validation_data=(held, held), epochs=epochs, verbose=0)
    figure, axes = plt.subplots(2, 10)
    for image, ax in zip((*x_test[20:30], *x_test[20:30]), axes.ravel()):
        ax.imshow(image.reshape(28, 28))
    plt.close(figure)
    return {
        "fashion": common.fashion(),
        "x_train": x_train[:320],
        "encoder": encoder,
        "decoder": decoder,
        "autoencoder": autoencoder,
        "figure_rows": figure,
        "z1_range": (-1e9, 1e9),
        "z2_range": np.array([-1e9, 1e9]),
        "conv_encoder": squares,
        "conv_autoencoder": conv,
        "classifier": keras.Sequential([keras.Input((784,)), layers.Dense(10, "softmax")]),
    }


def test_the_answers_are_those_of_this_notebook(notebook: dict[str, Any]) -> None:
    found = json.loads(fashion_homework.facts(notebook))
    assert set(found) == set(texts(LESSON))
    assert found["decoder_layer"]["total"] == 3 * 784
    assert found["updates"] == {"updates": 200, "epochs": 20, "steps": 10, "images": 320}
    assert found["filters"]["total"] == 9 * 4 + 4
    assert found["square"]["inside"] == 1
    x = common.pixels()[2][20:30]
    errors = ((x - notebook["autoencoder"].predict(x, verbose=0)) ** 2).mean(axis=1)
    assert found["worst"]["place"] == errors.argmax() + 1
    assert found["worst"]["error"] == pytest.approx(errors.max(), rel=1e-4)
    x = common.pixels()[2]
    loss = notebook["autoencoder"].evaluate(x, x, verbose=0)
    assert found["progress"]["loss"] == pytest.approx(loss, rel=1e-3)
    assert found["progress"]["floor"] < found["progress"]["mean"]
    values = notebook["conv_autoencoder"].history.history["val_loss"]
    assert found["lowest"]["best"] == int(np.argmin(values)) + 1


def test_an_unfinished_notebook_gives_the_questions_that_it_can(notebook: dict[str, Any]) -> None:
    assert json.loads(fashion_homework.facts({})) == {}
    some = {"decoder": notebook["decoder"], "autoencoder": 7, "figure_rows": None}
    some |= {"encoder": notebook["encoder"], "z1_range": None, "z2_range": None}
    assert set(json.loads(fashion_homework.facts(some))) == {"decoder_layer"}


def graded(facts: dict[str, Any], language: str = "en", key: bytes = b"Ana") -> Graded:
    return Graded(Submission(key, "Ana <i>", language=language), facts=facts)


VALUES = {"lowest": {"best": 3, "epochs": 5, "train": 0.25, "val": 0.3125}}
VALUES |= {"decoder_layer": {"inputs": 64, "outputs": 784, "total": 50960}}
VALUES |= {"worst": {"place": 7, "name": "<b>Bag</b>", "error": 0.04, "mean": 0.02}}

KEYS = "inputs outputs total updates epochs steps images mean loss floor way place name error"
KEYS = [*KEYS.split(), *"left right bottom top inside square height width count biases".split()]
KEYS += "best train val other share all".split()


@pytest.mark.parametrize(("language", "number"), [("en", "0.3125"), ("pt-BR", "0,3125")])
def test_two_questions_in_the_language_of_the_notebook(
    tmp_path: Path, language: str, number: str
) -> None:
    one = graded(VALUES, language)
    asked = interview.questions(one, LESSON, language)
    assert len(asked) == 2 and {label[0] for label, _, _ in asked} == {"A", "B"}
    assert asked == interview.questions(one, LESSON, language)
    page = interview.write(tmp_path, [one, graded({})], LESSON, "en")
    assert page and number in (text := page.read_text(encoding="utf-8"))
    assert "<b>" not in text and "<i>" not in text and "no network or figure" in text


def test_students_get_different_questions() -> None:
    names = texts(LESSON)
    facts = {name: dict.fromkeys(KEYS, 1) for name in names}
    sets = {
        tuple(q for _, q, _ in interview.questions(graded(facts, key=bytes([i])), LESSON, "en"))
        for i in range(40)
    }
    assert len(sets) > 8 and all(len(two) == 2 for two in sets)
    assert len({question for two in sets for question in two}) == len(names)


@pytest.mark.parametrize("forged", [None, "7", "'[]'", "'{\"worst\": 7}'", "(" * 9999, "open('x')"])
def test_values_of_another_kind_give_no_question(forged: Any) -> None:
    assert interview.questions(graded(interview.facts(forged)), LESSON, "en") == []
    odd = {"worst": {"place": {"a": 1}, "name": [], "error": "x", "mean": None}, "other": {}}
    assert interview.questions(graded(interview.facts(repr(json.dumps(odd)))), LESSON, "en") == []
