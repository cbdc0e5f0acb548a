"""The music of lesson 06: tracks of GTZAN, or the pieces that come with the course.

GTZAN has no licence and its archive has 1.2 GB, so nothing is downloaded unless `AE_DATA_SOURCE` is
`real` or `AE_MIRROR` names a server that has it. data/README.md describes the set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from utils import audio
from utils.data import download
from utils.data.download import DataError
from utils.data.files import find, leave_out
from utils.settings import ROOT
from utils.text import notice, tr

HOP = 256  # own sounds have a multiple of this number of samples
LENGTH = 131_072  # samples of each track that are used: 16.384 s
TRAIN = 50  # the first tracks, as in the reference; a fifth of the rest validates, the others test
FEWEST = TRAIN + 2  # tracks that can be divided
TRACK = r"(.*/){}\.\d+\.(?:wav|au|flac|ogg|mp3)"
GTZAN = download.dataset("gtzan")
PIECES = ROOT / "data" / "music"
TITLES = {  # the files of data/music, in the order of the split
    "prelude": ("Prelude in C (Bach)", "Prelúdio em dó (Bach)"),
    "ode": ("Ode to Joy (Beethoven)", "Ode à Alegria (Beethoven)"),
    "waltz": ("Waltz", "Valsa"),
    "canon": ("Canon (Pachelbel)", "Cânone (Pachelbel)"),
    "baiao": ("Baião", "Baião"),
    "bells": ("Bells", "Sinos"),
    "greensleeves": ("Greensleeves", "Greensleeves"),
    "walk": ("Walking bass", "Baixo caminhante"),
    "minuet": ("Minuet in G (Petzold)", "Minueto em sol (Petzold)"),
    "round": ("Frère Jacques", "Frère Jacques"),
}
OWN_SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".au", ".m4a", ".aac")
MOST_OWN, LEAST_OWN = 8, audio.RATE // 2  # files that are read, and samples that each must have
PARTS = (6, 2)  # of these, for training and for validation; the rest is test


@dataclass(frozen=True, eq=False)
class Music:
    """Tracks of equal length in three parts; no track is in two of them."""

    x_train: np.ndarray  # float32 in [-1, 1], each track with peak 1, shape (n, 131072)
    x_val: np.ndarray
    x_test: np.ndarray
    names_train: tuple[str, ...]  # name of each track
    names_val: tuple[str, ...]
    names_test: tuple[str, ...]
    rate: int  # samples a second
    source: str  # `real` or `embedded`
    provenance: str  # one sentence for the reader: what this music is


def tracks(genre: str = "classical") -> Music:
    """GTZAN: up to 100 tracks of 30 s of one genre, the first 131,072 samples of each at 8 kHz.

    G. Tzanetakis, P. Cook, "Musical genre classification of audio signals", 2002. Files that
    cannot be read or are too short are left out, with a notice that names them. Without GTZAN, if
    `AE_DATA_SOURCE` allows: the pieces of `pieces`.

    Raises:
        DataError: too few tracks can be read, the archive is damaged, or real data were asked for
            and cannot be had.
    """
    pattern, place = TRACK.format(genre), f"genres/{genre}"
    files = download.real_or_none(
        GTZAN, lambda: find(GTZAN, pattern, FEWEST, "genres.tar.gz", place)
    )
    return pieces() if files is None else _read(genre, files)


def pieces() -> Music:
    """Ten pieces of 16 s, synthetic, composed or arranged and played by `data/make_music.py`.

    Raises:
        DataError: a file is missing or cannot be read.
    """
    x = np.stack([audio.to_peak(audio.load(PIECES / f"{name}.flac")) for name in TITLES])
    titles = [tr(*title) for title in TITLES.values()]
    return _music(x, titles, PARTS, "embedded", tr(**GTZAN.sample))


def own(path: str | Path) -> dict[str, np.ndarray]:
    """The reader's own sounds, at 8 kHz and with peak 1; without a path, two pieces of the course.

    Any rate, sample format and number of channels that `audio.load` reads. Of a folder, the first
    eight sound files in alphabetical order; of each, the first 16 s. Files that cannot be read, or
    are silent or shorter than half a second, are left out with a notice.

    Args:
        path: a sound file, a folder with sound files, or an empty text.

    Returns:
        Name of the file -> float32, shape (n,); n is a multiple of 256 and at most 131,072.

    Raises:
        DataError: there is no such file or folder, or no sound in it can be used.
    """
    if not str(path).strip():
        course = pieces()
        return dict(zip(course.names_test, course.x_test))
    place = Path(path).expanduser()
    files = sorted(place.iterdir()) if place.is_dir() else [place]
    if place.is_dir():
        files = [file for file in files if file.suffix.lower() in OWN_SUFFIXES][:MOST_OWN]
    sounds, bad = {}, []
    for file in files:
        try:
            x = audio.load(file)
        except DataError as error:
            bad.append(str(error))
            continue
        x = x[: min(LENGTH, len(x) - len(x) % HOP)]
        if len(x) >= LEAST_OWN and x.any():
            sounds[file.name] = audio.to_peak(x)
        else:
            bad.append(
                tr(
                    f"{file.name} is silent or shorter than half a second.",
                    f"{file.name} é silêncio ou dura menos de meio segundo.",
                )
            )
    if not sounds:
        nothing = tr(
            f"{place} has no sound file that can be used. Give the path of a WAV, FLAC, OGG, AU or "
            "MP3 file or of a folder with such files.",
            f"{place} não tem nenhum arquivo de som que sirva. Dê o caminho de um arquivo WAV, "
            "FLAC, OGG, AU ou MP3 ou de uma pasta com arquivos assim.",
        )
        raise DataError(" ".join([*bad, nothing]))
    for reason in bad:
        notice(reason)
    return sounds


def _music(
    x: np.ndarray, names: Sequence[str], sizes: tuple[int, int], source: str, about: str
) -> Music:
    ends = [sizes[0], sum(sizes)]
    parts = zip([0, *ends], [*ends, len(x)])
    x_parts, name_parts = zip(*((x[a:b], tuple(names[a:b])) for a, b in parts))
    return Music(*x_parts, *name_parts, audio.RATE, source, about)


def _read(genre: str, files: Sequence[Path]) -> Music:
    """The readable tracks among `files`, scaled, cut to length and divided in order."""
    x, names, bad = [], [], []
    for path in files:
        try:
            track = audio.load(path)
        except DataError:
            track = np.zeros(0)
        if len(track) >= LENGTH and track.any():
            x.append(audio.to_peak(track)[:LENGTH])
            names.append(path.stem)
        else:  # unreadable, too short or silent
            bad.append(path)
    leave_out(files[0].parent, bad, len(files), FEWEST)
    validation = max(1, (len(x) - TRAIN) // 5)
    counts = f"{TRAIN}, {validation}, {len(x) - TRAIN - validation}"
    about = tr(**GTZAN.real).format(genre=genre, n=len(x), counts=counts)
    return _music(np.stack(x), names, (TRAIN, validation), "real", about)
