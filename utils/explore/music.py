"""The explorer of lesson 06: two pieces mixed in latent space, to be seen and heard.

It plays what it is given, so it is given only music that may be published: the course's pieces.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from utils import audio
from utils.explore import panels, show_explorer, slider
from utils.text import number, tr

WINDOW, FRAMES = 512, 200  # samples of a frame, and columns of a picture
TOP = 2000  # Hz
RANGE = 60  # dB from white to black
SIDE = 258  # height of a spectrogram on the screen, in pixels, about
WEIGHTS = (1.0, 0.75, 0.5, 0.25, 0.0)  # of the first piece, in the static figure


def spectrogram(x: np.ndarray, rate: int = audio.RATE) -> np.ndarray:
    """Loudness over frequency (rows, highest first) and time: [0, 1] for -60 dB up to 0 dB.

    0 dB is a sine of full swing. Shape (bins up to 2 kHz, 200); `x` is longer than 712 samples.
    """
    import librosa

    hop = (len(x) - WINDOW) // (FRAMES - 1)
    size = np.abs(librosa.stft(x, n_fft=WINDOW, hop_length=hop, center=False)) / (WINDOW / 4)
    level = librosa.amplitude_to_db(size[: TOP * WINDOW // rate + 1, :FRAMES], ref=1, top_db=None)
    return (1 + level / RANGE).clip(0, 1)[::-1]


def blend(
    encoder: Any, decoder: Any, first: np.ndarray, second: np.ndarray, weight: float
) -> np.ndarray:
    """The sound decoded from `weight` times the code of `first` plus the rest of `second`'s.

    Both have shape (n,), where n is a whole number of the encoder's segments; so has the result.
    """
    size = encoder.input_shape[1]
    codes = encoder.predict_on_batch(audio.cut(np.stack([first, second]), size))
    z, other = np.split(np.asarray(codes), 2)
    mixed = np.asarray(decoder.predict_on_batch(weight * z + (1 - weight) * other))
    return audio.join(mixed, len(first))[0]


def mix(
    encoder: Any, decoder: Any, first: np.ndarray, second: np.ndarray, names: tuple[str, str]
) -> None:
    """Mix two pieces in latent space with a slider: see the spectrogram, hear the sound.

    Used in lesson 06. Left, what the decoder makes of the mixed codes; right, the plain mixture of
    the waveforms; each with a player. Without a kernel, a figure shows spectrograms at five
    weights.

    Args:
        encoder: Keras model from segments (n, size, 1) to codes.
        decoder: Keras model from codes to segments.
        first: sound in [-1, 1], a whole number of segments long; music that may be published.
        second: another one of that length.
        names: names of the two.
    """

    def answer(weight: float) -> tuple[bytes, bytes, bytes, str]:
        latent = blend(encoder, decoder, first, second, weight)
        plain = weight * first + (1 - weight) * second
        captions = tr("mixed codes", "códigos misturados"), tr("mixed waves", "ondas misturadas")
        images = dict(zip(captions, map(spectrogram, (latent, plain))))
        picture, table = panels(images, SIDE, "gray_r", frame=0)
        ratio = number(float(audio.snr(plain, latent)), ".1f")
        words = tr(
            f"{weight:.0%} {names[0]}, {1 - weight:.0%} {names[1]}. With the mixed waves as the "
            f"signal, the SNR of the mixed codes is {ratio} dB.",
            f"{weight:.0%} {names[0]}, {1 - weight:.0%} {names[1]}. Tomando as ondas misturadas "
            f"como sinal, a SNR dos códigos misturados é de {ratio} dB.",
        )
        sounds = [audio.encode(x, "WAV") for x in (latent, plain)]
        return picture, *sounds, f'{table}<div style="font-size:110%">{words}</div>'

    figure, axes = plt.subplots(1, len(WEIGHTS), figsize=(12, 3.4), sharey=True)
    box = (0, len(first) / audio.RATE, 0, TOP / 1000)
    for ax, weight in zip(axes, WEIGHTS):
        image = spectrogram(blend(encoder, decoder, first, second, weight))
        ax.imshow(image[:, ::2], vmin=0, vmax=1, aspect="auto", extent=box)
        ax.set(title=f"{weight:.0%}", xlabel=tr("time (s)", "tempo (s)"))
    axes[0].set_ylabel(tr("frequency (kHz)", "frequência (kHz)"))
    figure.suptitle(
        tr(f"share of {names[0]}, the rest {names[1]}", f"{names[0]}; resto: {names[1]}")
    )
    alt = tr(
        f"Static view of the explorer: spectrograms of five mixtures, from only {names[0]} at the "
        f"left to only {names[1]} at the right; the lines of one fade into those of the other.",
        f"Vista estática do explorador: espectrogramas de cinco misturas, de só {names[0]}, à "
        f"esquerda, a só {names[1]}, à direita; as linhas de uma dão lugar às da outra.",
    )
    weight = slider(0.75, 0, 1, 0.05, tr("weight", "peso"))
    show_explorer({"weight": weight}, answer, figure, alt, players=2)
