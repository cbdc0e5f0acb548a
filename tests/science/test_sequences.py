"""What lesson 07 relies on, tested on the functions in its cells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

PAST, FUTURE = 9, 8
CHARACTERS = "0123456789+ "
FILM = {"SIDE": 16, "DIGIT": 10, "SEEN": 6, "NEXT": 4}
WORDS = {
    "UNITS": str.split(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen"
    ),
    "TENS": str.split("twenty thirty forty fifty sixty seventy eighty ninety"),
    "UNIDADES": str.split(
        "um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze "
        "dezesseis dezessete dezoito dezenove"
    ),
    "DEZENAS": str.split("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa"),
    "CENTENAS": str.split(
        "cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos "
        "novecentos"
    ),
}
HEADS = {"x_hat": PAST, "future": FUTURE}


@pytest.fixture(scope="module")
def lesson_code(functions_of: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    known = {"PAST": PAST, "FUTURE": FUTURE, "NOISE": 0.0, "CHARACTERS": CHARACTERS}
    longest = {"LONGEST": 16, "EMPTY": -1.0, "GAP": 5, "STEPS": PAST + FUTURE}
    return functions_of("07_sequences", **known, **FILM, **longest, **WORDS, ASKED=7, ANSWERED=4)


def text(one_hot: np.ndarray) -> str:
    return "".join(CHARACTERS[place] for place in one_hot.argmax(1))


def parts(model: keras.Model) -> tuple[Any, dict[str, Any]]:
    """Encoder, and decoder of each head."""
    return model.get_layer("encoder"), {name: model.get_layer(name) for name in HEADS}


# Models


def test_shapes_of_a_composite_model(lesson_code: dict[str, Any]) -> None:
    model = lesson_code["build_recurrent"](HEADS, code_size=4, units=5)
    encoder, decoders = parts(model)
    past = np.random.default_rng(0).random((3, PAST, 1), dtype="float32")
    z, out = encoder(past), model(past)
    assert z.shape == (3, 4)
    assert {name: value.shape for name, value in out.items()} == {
        "x_hat": (3, PAST, 1), "future": (3, FUTURE, 1),
    }  # fmt: skip
    for name, decoder in decoders.items():
        np.testing.assert_allclose(decoder(z), out[name], atol=1e-6)


def test_both_decoders_share_one_encoder(lesson_code: dict[str, Any]) -> None:
    model = lesson_code["build_recurrent"](HEADS, units=5)
    encoder, decoders = parts(model)
    past = np.random.default_rng(0).random((3, PAST, 1), dtype="float32")
    changed, weights = lesson_code["disturbed"], encoder.get_weights()
    assert changed(model, encoder, past) == {"x_hat": True, "future": True}
    assert changed(model, decoders["future"], past) == {"x_hat": False, "future": True}
    assert changed(model, decoders["x_hat"], past) == {"x_hat": True, "future": False}
    assert all(np.array_equal(a, b) for a, b in zip(weights, encoder.get_weights()))
    lstms = [layer for part in model.layers for layer in getattr(part, "layers", [])]
    assert sum(isinstance(layer, keras.layers.LSTM) for layer in lstms) == 3


def test_training_one_head_moves_the_encoder_of_the_other(lesson_code: dict[str, Any]) -> None:
    model = lesson_code["build_recurrent"](HEADS, units=5)
    encoder, decoders = parts(model)
    x, _ = lesson_code["waves"](40, np.random.default_rng(1))
    before = np.asarray(model(x[:, :PAST])["x_hat"])
    kept = decoders["x_hat"].get_weights()
    only = keras.Model(model.input, model.output["future"])
    only.compile(keras.optimizers.Adam(1e-2), "mse")
    only.fit(x[:, :PAST], x[:, PAST:], verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(kept, decoders["x_hat"].get_weights()))
    assert np.abs(np.asarray(model(x[:, :PAST])["x_hat"]) - before).max() > 1e-4


def test_an_lstm_has_the_parameters_of_the_formula(lesson_code: dict[str, Any]) -> None:
    def lstm(units: int, features: int) -> int:
        return 4 * (units * (units + features) + units)

    assert lesson_code["build_classic"]().count_params() == lstm(100, 1) + lstm(100, 100) + 101


def test_a_small_recurrent_autoencoder_learns(lesson_code: dict[str, Any]) -> None:
    """Within seconds its error on held-out waves falls far below that of the mean wave."""
    x, _ = lesson_code["waves"](1200, np.random.default_rng(2))
    past, held_out = x[:1000, :PAST], x[1000:, :PAST]
    model = lesson_code["build_recurrent"]({"x_hat": PAST}, units=24)
    model.compile(keras.optimizers.Adam(1e-2), "mse", steps_per_execution=20)
    model.fit(past, {"x_hat": past}, batch_size=50, epochs=14, verbose=0)
    mse = lesson_code["mse"]
    mean = mse(held_out, past.mean(0))
    assert mse(held_out, np.asarray(model(held_out)["x_hat"])) < 0.5 * mean


def test_free_running_reads_its_own_answers_and_nothing_ahead(lesson_code: dict[str, Any]) -> None:
    def last_plus_one(written: np.ndarray) -> np.ndarray:
        assert written.shape == (2, PAST + FUTURE - 1, 1)
        return written + 1

    past = np.random.default_rng(0).random((2, PAST, 1), dtype="float32")
    expected = past[:, -1:] + np.arange(1, FUTURE + 1).reshape(1, -1, 1)
    np.testing.assert_allclose(lesson_code["free_run"](last_plus_one, past), expected, rtol=1e-5)
    model = lesson_code["build_one_step"](units=4)
    x = np.random.default_rng(1).random((2, PAST + FUTURE - 1, 1), dtype="float32")
    other = x.copy()
    other[:, PAST:] = 9
    np.testing.assert_allclose(model(x)[:, :PAST], model(other)[:, :PAST], atol=1e-6)


# Data and baselines


def test_waves_repeat_after_their_period_and_have_three_kinds(lesson_code: dict[str, Any]) -> None:
    x, kind = lesson_code["waves"](300, np.random.default_rng(0))
    assert x.shape == (300, PAST + FUTURE, 1) and x.dtype == np.float32
    assert set(kind) == {0, 1, 2} and 0 < x.min() and x.max() < 1
    # A sampled sine obeys x[t+1] + x[t-1] = 2 cos(w) x[t]; the others have corners and jumps.
    centred = x[:, :, 0].astype("float64") - 0.5
    inner, around = centred[:, 1:-1], centred[:, 2:] + centred[:, :-2]
    factor = (inner * around).sum(1, keepdims=True) / (inner**2).sum(1, keepdims=True)
    misfit = np.abs(around - factor * inner).max(1)
    assert misfit[kind == 0].max() < 1e-5 and np.median(misfit[kind != 0]) > 0.01


def test_gaps_hide_five_neighbours_and_are_bridged_by_straight_lines(
    lesson_code: dict[str, Any],
) -> None:
    x = np.linspace(0.1, 0.9, PAST + FUTURE, dtype="float32").reshape(1, -1, 1).repeat(40, axis=0)
    holed = lesson_code["hide"](x, np.random.default_rng(0))
    known = holed[:, :, 1]
    assert set(np.unique(known)) == {0, 1} and (known.sum(1) == PAST + FUTURE - 5).all()
    assert (known[:, :2] == 1).all() and (known[:, -2:] == 1).all()
    assert (np.abs(np.diff(known, axis=1)).sum(1) == 2).all(), "one gap"
    np.testing.assert_array_equal(holed[:, :, 0], x[:, :, 0] * known)
    np.testing.assert_allclose(lesson_code["interpolate"](holed), x, atol=1e-6)


def test_padding_does_not_change_what_a_masked_reader_forecasts(
    lesson_code: dict[str, Any],
) -> None:
    pasts, following = lesson_code["cut_waves"](30, np.random.default_rng(0), 4, 16)
    assert {len(past) for past in pasts} <= set(range(4, 17)) and following.shape == (30, FUTURE)
    model = lesson_code["build_reader"](mask=True)
    forecasts = model(lesson_code["pad"](pasts, "post", 16))
    free = lesson_code["build_reader"](mask=True, steps=None, unroll=False)
    free.set_weights(model.get_weights())
    for past, forecast in zip(pasts[:5], forecasts):
        np.testing.assert_allclose(free(past[None])[0], forecast, atol=1e-5)
    blind = lesson_code["build_reader"](mask=False)
    blind.set_weights(model.get_weights())
    assert np.abs(blind(lesson_code["pad"](pasts, "post", 16)) - forecasts).max() > 1e-3


@pytest.mark.parametrize(
    ("number", "english", "portuguese"),
    [
        (7, "seven", "sete"),
        (20, "twenty", "vinte"),
        (100, "one hundred", "cem"),
        (101, "one hundred and one", "cento e um"),
        (215, "two hundred and fifteen", "duzentos e quinze"),
        (473, "four hundred and seventy three", "quatrocentos e setenta e três"),
        (900, "nine hundred", "novecentos"),
    ],
)
def test_numbers_in_words(
    lesson_code: dict[str, Any], number: int, english: str, portuguese: str
) -> None:
    assert " ".join(lesson_code["english"](number)) == english
    assert " ".join(lesson_code["portuguese"](number)) == portuguese


def test_sums_are_written_from_right_to_left(lesson_code: dict[str, Any]) -> None:
    asked = lesson_code["questions"]([47, 999], [5, 0])
    answered = lesson_code["solutions"]([47, 999], [5, 999])
    assert [text(q)[::-1] for q in asked] == [" 47+  5", "999+  0"]
    assert [text(a)[::-1] for a in answered] == ["  52", "1998"]
    assert asked.shape == (2, 7, 12) and (asked.sum(2) == 1).all()


def test_no_test_sum_is_in_the_training_part_in_either_order(lesson_code: dict[str, Any]) -> None:
    parts = lesson_code["sum_parts"]((20_000, 500, 500), seed=3)
    assert [part.shape for part in parts] == [(2, 20_000), (2, 500), (2, 500)]
    train, val, test = ({tuple(sorted(pair)) for pair in part.T.tolist()} for part in parts)
    assert len(train) == 20_000 and not train & val and not train & test and not val & test
    assert 0.4 < np.mean(parts[0][0] > parts[0][1]) < 0.6, "half of the pairs are swapped"
    assert min(part.min() for part in parts) == 0 and max(part.max() for part in parts) == 999


def test_a_sum_is_right_only_with_all_characters(lesson_code: dict[str, Any]) -> None:
    y = lesson_code["solutions"]([1, 20, 300, 999], [1, 2, 3, 999])
    answers = y.copy()
    answers[0, 0] = np.roll(answers[0, 0], 1)
    assert lesson_code["right"](y, y) == (1.0, 1.0)
    assert lesson_code["right"](y, answers) == (15 / 16, 3 / 4)


def test_films_move_with_constant_speed_and_bounce(lesson_code: dict[str, Any]) -> None:
    """A solid digit shows its place: it stays whole, inside, and never jumps."""
    images = np.ones((5, 28, 28), "float32")
    made, which = lesson_code["films"](images, 50, np.random.default_rng(0))
    assert which.shape == (50,) and which.max() < len(images)
    assert made.shape == (50, 10, 16, 16, 1)
    assert (made.sum((2, 3, 4)) == 100).all()
    for axis in (2, 3):
        place = made.max(5 - axis)[..., 0].argmax(2)  # first row or column with ink
        assert place.min() >= 0 and place.max() == 6
        step = np.diff(place, axis=1)
        assert np.abs(step).max() <= 2
        turned = (step.max(1) > 0) & (step.min(1) < 0)
        wall = (place <= 1) | (place >= 5)  # it may turn at the wall between two frames
        assert turned.any() and wall[turned].any(1).all(), "films turn round, and only at a wall"


def test_film_model_uses_one_eye_and_one_brush(lesson_code: dict[str, Any]) -> None:
    eye, brush = lesson_code["build_eye"](features=6), lesson_code["build_brush"](features=6)
    encoder, model = lesson_code["build_film_model"](eye, brush, code_size=5, units=4)
    x = np.random.default_rng(0).random((2, 6, 16, 16, 1), dtype="float32")
    assert encoder(x).shape == (2, 5)
    assert {n: v.shape for n, v in model(x).items()} == {
        "x_hat": (2, 6, 16, 16, 1), "future": (2, 4, 16, 16, 1),
    }  # fmt: skip
    changed = lesson_code["disturbed"]
    assert changed(model, eye, x) == changed(model, brush, x) == {"x_hat": True, "future": True}
    own = {id(v) for part in (eye, brush) for v in part.trainable_variables}
    assert own <= {id(v) for v in model.trainable_variables}
    assert len({id(v) for v in model.trainable_variables}) == len(model.trainable_variables)


def test_heartbeats_in_pieces_are_the_same_beats(lesson_code: dict[str, Any]) -> None:
    beats = np.random.default_rng(0).random((2, 140), dtype="float32")
    model = lesson_code["build_beat_lstm"](10, units=4)
    out = np.asarray(model(beats.reshape(-1, 14, 10)))
    assert out.shape == (2, 14, 10)
    np.testing.assert_array_equal(beats.reshape(-1, 14, 10).reshape(-1, 140), beats)
    assert model.get_layer("code").output.shape == (None, 8)
    assert [layer.units for layer in lesson_code["build_beat_dense"]().layers] == [
        32, 16, 8, 16, 32, 140,
    ]  # fmt: skip


def test_saved_halves_give_the_same_error(lesson_code: dict[str, Any], tmp_path: Path) -> None:
    model = lesson_code["build_recurrent"](HEADS, units=5)
    encoder, decoders = parts(model)
    x, _ = lesson_code["waves"](20, np.random.default_rng(0))
    encoder.save(tmp_path / "encoder.keras")
    decoders["future"].save(tmp_path / "decoder_future.keras")
    loaded = lesson_code["load_and_evaluate"](tmp_path, "future", x[:, :PAST], x[:, PAST:])
    here = lesson_code["mse"](x[:, PAST:], np.asarray(model(x[:, :PAST])["future"]))
    assert loaded == pytest.approx(here, rel=1e-6)
