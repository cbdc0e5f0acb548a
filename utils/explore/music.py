"""The explorer of lesson 06: two pieces mixed in latent space, to be seen and heard.

It plays what it is given, so it is given only music that may be published: the course's pieces.
"""

from __future__ import annotations

import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from utils import audio, plot
from utils.explore import column, show_widget
from utils.text import number, tr

WINDOW, FRAMES = 512, 200  # samples of a frame, and frames: columns of a picture
TOP = 2000  # Hz
RANGE = 60  # dB from white to black
ZOOM = 2
WEIGHTS = (1.0, 0.75, 0.5, 0.25, 0.0)  # of the first piece, in the static figure


def spectrogram(x: np.ndarray, rate: int = audio.RATE) -> np.ndarray:
    """Loudness over frequency (rows, highest first) and time: [0, 1] for 60 dB up to 0 dB.

    0 dB is a sine of full swing. Shape (bins up to 2 kHz, 200); `x` is longer than 512 samples.
    """
    starts = np.linspace(0, len(x) - WINDOW, FRAMES).astype(int)
    frames = x[starts[:, None] + np.arange(WINDOW)] * np.hanning(WINDOW)
    size = np.abs(np.fft.rfft(frames, axis=1)).T / (WINDOW / 4)
    level = 20 * np.log10(size[: TOP * WINDOW // rate + 1] + 1e-9)
    return (1 + level / RANGE).clip(0, 1)[::-1]


def blend(
    encoder: Any, decoder: Any, first: np.ndarray, second: np.ndarray, weight: float
) -> np.ndarray:
    """The sound decoded from `weight` times the code of `first` plus the rest of `second`'s.

    Both have shape (n,), where n is a whole number of the encoder's parts; so has the result.
    """
    size = encoder.input_shape[1]
    codes = encoder.predict_on_batch(audio.cut(np.stack([first, second]), size))
    z, other = np.split(np.asarray(codes), 2)
    mixed = np.asarray(decoder.predict_on_batch(weight * z + (1 - weight) * other))
    return audio.join(mixed, len(first))[0]


def _fallback(panels: dict[float, np.ndarray], seconds: float, names: tuple[str, str]) -> bytes:
    """The figure for those without a kernel: spectrograms at several weights."""
    fig, axes = plt.subplots(1, len(panels), figsize=(12, 3.4), sharey=True)
    box = (0, seconds, 0, TOP / 1000)
    for ax, (weight, image) in zip(axes, panels.items()):
        ax.imshow(image[:, ::2], cmap="gray_r", vmin=0, vmax=1, aspect="auto", extent=box)
        ax.set(title=f"{weight:.0%}", xlabel=tr("time (s)", "tempo (s)"))
    axes[0].set_ylabel(tr("frequency (kHz)", "frequência (kHz)"))
    fig.suptitle(tr(f"share of {names[0]}, the rest {names[1]}", f"{names[0]}; resto: {names[1]}"))
    return plot.greys(fig, 16)


def mix(
    encoder: Any, decoder: Any, first: np.ndarray, second: np.ndarray, names: tuple[str, str]
) -> None:
    """Mix two pieces in latent space with a slider: see the spectrogram, hear the sound.

    Taught in lesson 06. Left what the decoder makes of the mixed codes, right the plain mixture of
    the waveforms, each with a player. Without a kernel, spectrograms at five weights stand there.

    Args:
        encoder: Keras model from parts (n, size, 1) to codes.
        decoder: Keras model from codes to parts.
        first: sound in [-1, 1], a whole number of parts long; music that may be published.
        second: another one of that length.
        names: names of the two.
    """
    import ipywidgets as widgets

    alt = tr(
        f"Static view of the explorer: spectrograms of five mixtures, from only {names[0]} at the "
        f"left to only {names[1]} at the right; the lines of one fade into those of the other.",
        f"Vista estática do explorador: espectrogramas de cinco misturas, de só {names[0]}, à "
        f"esquerda, a só {names[1]}, à direita; as linhas de uma dão lugar às da outra.",
    )
    panels = {w: spectrogram(blend(encoder, decoder, first, second, w)) for w in WEIGHTS}
    fallback = _fallback(panels, len(first) / audio.RATE, names)

    def answer(weight: float) -> tuple[bytes, bytes, bytes, str]:
        latent = blend(encoder, decoder, first, second, weight)
        plain = weight * first + (1 - weight) * second
        pictures = [np.kron(spectrogram(x), np.ones((ZOOM, ZOOM))) for x in (latent, plain)]
        buffer = io.BytesIO()
        framed = [np.pad(p, 4, "constant", constant_values=0) for p in pictures]
        plt.imsave(buffer, np.concatenate(framed, axis=1), cmap="gray_r", vmin=0, vmax=1)
        ratio = number(float(audio.snr(plain, latent)), ".1f")
        text = tr(
            f"{weight:.0%} {names[0]}, {1 - weight:.0%} {names[1]}. Left: mixed codes; right: "
            f"mixed waveforms. Taking the right one as the signal, the left one has {ratio} dB.",
            f"{weight:.0%} {names[0]}, {1 - weight:.0%} {names[1]}. À esquerda, códigos; à "
            f"direita, ondas. Tomando a da direita como sinal, a da esquerda tem {ratio} dB.",
        )
        sounds = [audio.encode(x, "WAV") for x in (latent, plain)]
        return buffer.getvalue(), *sounds, f'<div style="font-size:110%">{text}</div>'

    picture, left, right, words = answer(0.75)
    slider = widgets.FloatSlider(
        0.75, min=0, max=1, step=0.05, description=tr("weight", "peso"),
        readout_format=".2f", layout=widgets.Layout(width="560px"),
    )  # fmt: skip
    image = widgets.Image(value=picture, format="png")
    settings = {"format": "wav", "autoplay": False, "loop": False}
    players = [widgets.Audio(value=sound, **settings) for sound in (left, right)]
    told = widgets.HTML(words)

    def move(_: Any) -> None:
        image.value, players[0].value, players[1].value, told.value = answer(slider.value)

    slider.observe(move, names="value")
    hint = tr(
        "Drag the slider, or click it and use the arrow keys; then press a player.",
        "Arraste o controle, ou clique nele e use as setas do teclado; depois, toque.",
    )
    row = widgets.HBox(players, layout=widgets.Layout(flex_flow="row wrap"))
    show_widget(column(slider, image, row, told, hint=hint), fallback, alt)
