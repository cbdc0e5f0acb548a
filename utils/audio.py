"""Sound as arrays: read, cut into segments, join, compare, encode, and players for our own music.

GTZAN has no licence, so its sound must not get into a notebook that is passed on.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping
from math import gcd
from pathlib import Path
from typing import BinaryIO

import numpy as np

from utils import text
from utils.data.download import DataError
from utils.text import number, tr

RATE = 8000  # samples a second: sound up to 4 kHz
RATES = (1000, 400_000)  # of a recording
MOST_SAMPLES = 30_000_000  # of all channels, before and after conversion: an hour at 8 kHz
LOUDEST = 4  # times full scale: a decoder may go a little beyond 1
FULL_SCALE = 2**31  # of integers of 32 bits, which some programs write as floating point
BLOCK = 16_384  # samples given to an encoder at a time: Vorbis overflows its stack on many


def load(file: Path | BinaryIO, rate: int = RATE) -> np.ndarray:
    """The sound in a file or an open file: its channels averaged, at `rate` samples a second.

    Another rate is converted with an anti-alias filter.

    Returns:
        float32, shape (n,), in [-1, 1] up to a small overshoot of the filter.

    Raises:
        DataError: it cannot be read, is cut off or empty, or is too long or loud to be music.
    """
    import soundfile
    from scipy.signal import resample_poly

    name = Path(file).name if isinstance(file, str | Path) else "sound"
    try:
        with soundfile.SoundFile(file) as sound:
            promised, found = sound.frames, sound.samplerate
            # What the header promises, before anything is made as large as that.
            size = promised * max(sound.channels, rate / found)
            if size > MOST_SAMPLES or not RATES[0] <= found <= RATES[1]:
                raise ValueError(f"{promised} x {sound.channels}, {found} Hz")
            x = sound.read(dtype="float32", always_2d=True)
            loudest = FULL_SCALE if sound.subtype in ("FLOAT", "DOUBLE") else LOUDEST
        peak = np.abs(x).max(initial=0)
        if not (0 < len(x) >= promised and peak <= loudest):  # a peak that is no number fails too
            raise ValueError(f"{len(x)} / {promised}, {peak}")
    except (soundfile.SoundFileError, OSError, ValueError) as error:
        why = error if type(error) is ValueError else type(error).__name__
        raise DataError(
            tr(
                f"{name} cannot be read as sound ({why}). Give a WAV, FLAC, OGG or MP3 file; "
                f"other formats can be converted with: ffmpeg -i {name} sound.wav",
                f"{name} não pode ser lido como som ({why}). Use um arquivo WAV, FLAC, OGG ou MP3; "
                f"outros formatos podem ser convertidos com: ffmpeg -i {name} som.wav",
            )
        ) from error
    if loudest == FULL_SCALE and peak > 1:
        x, loud = x / peak, number(peak, ".1f")
        text.notice(
            tr(
                f"{name} has values up to {loud} instead of 1; it was scaled to 1.",
                f"{name} tem valores de até {loud} em vez de 1; foi reescalado para 1.",
            )
        )
    shared = gcd(found, rate)
    x = x.mean(axis=1)
    x = x if found == rate else resample_poly(x, rate // shared, found // shared)
    return x.astype("float32")


def to_peak(x: np.ndarray) -> np.ndarray:
    """The sound `x` scaled so that its largest swing is 1; silence stays silence."""
    peak = np.abs(x).max()
    return x / peak if peak > 0 else x


def cut(tracks: np.ndarray, size: int) -> np.ndarray:
    """Tracks, shape (n, length), cut in order into segments: shape (n * length / size, size, 1).

    The last axis is the one channel of a mono sound.

    Raises:
        ValueError: `size` does not divide the length.
    """
    length = tracks.shape[-1]
    if length % size:
        raise ValueError(f"segments of {size} samples leave {length % size} of {length} over")
    return tracks.reshape(-1, size, 1)


def join(segments: np.ndarray, length: int) -> np.ndarray:
    """Tracks of `length` samples from segments as `cut` makes them: shape (n, length).

    Raises:
        ValueError: the segments do not fill whole tracks.
    """
    if segments.size % length:
        raise ValueError(f"{segments.size} samples do not fill tracks of {length}")
    return segments.reshape(-1, length)


def snr(x: np.ndarray, x_hat: np.ndarray) -> np.ndarray:
    """Signal-to-noise ratio in dB along the last axis; infinite where nothing is lost.

    At 0 dB the error is as strong as the music; every 10 dB more it has a tenth of the power.
    """
    signal = np.sum(np.square(x, dtype="float64"), axis=-1)
    noise = np.sum(np.square(x - x_hat, dtype="float64"), axis=-1)
    with np.errstate(divide="ignore"):
        return 10 * np.log10(signal / noise)


def encode(x: np.ndarray, kind: str, rate: int = RATE) -> bytes:
    """A sound file in memory.

    Args:
        x: shape (n,); what lies outside [-1, 1] is clipped.
        kind: `WAV` or `FLAC` (16 bit, lossless), or `OGG` (Vorbis at its usual quality).
        rate: samples a second.
    """
    import soundfile

    subtype = "VORBIS" if kind == "OGG" else "PCM_16"
    buffer, x = io.BytesIO(), np.clip(x, -1, 1)
    with soundfile.SoundFile(buffer, "w", rate, 1, subtype, format=kind) as sound:
        for start in range(0, len(x), BLOCK):
            sound.write(x[start : start + BLOCK])
    return buffer.getvalue()


def play(
    clips: Mapping[str, np.ndarray], source: str, rate: int = RATE, my_copy: bool = False
) -> None:
    """Players side by side, which keep their sounds in the notebook; for real tracks a notice.

    Args:
        clips: label -> sound in [-1, 1], shape (n,).
        source: the `source` of the music that the sounds come from or were rebuilt from, or `own`
            for sounds that belong to the reader.
        rate: samples a second.
        my_copy: play real tracks too, in a copy of the notebook that nobody else will get.

    Raises:
        ValueError: `source` is neither `real` nor `embedded` nor `own`.
    """
    if source not in ("real", "embedded", "own"):
        raise ValueError(f"source={source!r} is neither 'real' nor 'embedded' nor 'own'")
    if source == "real" and not my_copy:
        text.notice(
            tr(
                "GTZAN has no licence, so its tracks are not played here: "
                "players play the course's own pieces.",
                "O GTZAN não tem licença, por isso suas faixas não tocam aqui: "
                "os reprodutores tocam as peças do próprio curso.",
            )
        )
        return
    players, names = [], []
    for label, x in clips.items():
        sound = base64.b64encode(encode(x, "FLAC", rate)).decode("ascii")
        caption = html.escape(label, quote=True)
        players.append(
            '<figure style="display:inline-block;margin:6px 18px 6px 0;max-width:100%">'
            f'<figcaption style="font-size:110%">{caption}</figcaption><audio controls '
            f'preload="metadata" aria-label="{caption}" style="width:280px;max-width:100%" '
            f'src="data:audio/flac;base64,{sound}"></audio></figure>'
        )
        names.append(f"{label} ({len(x) / rate:.1f} s)")
    plain = tr("Players: ", "Reprodutores: ") + ", ".join(names)
    text.show(plain, f"<div>{''.join(players)}</div>", {"sound": source})
