"""The music of lesson 06: tracks of GTZAN, or the pieces that come with the course.

The folder and the source of the data are chosen as in `utils.data`. GTZAN has no licence and its
archive has 1.2 GB, so nothing is downloaded unless `AE_DATA_SOURCE=real` asks for it or `AE_MIRROR`
names a server that has it. data/README.md describes the layouts that are understood.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from utils import audio
from utils.data.download import (
    DataError,
    DataUnavailable,
    _fetch,
    damaged,
    data_folder,
    real_or_none,
)
from utils.settings import ROOT
from utils.text import notice, tr

LENGTH = 131_072  # samples of each track that are used: 16.384 s
TRAIN = 50  # the first tracks, as in the source; a fifth of the rest validates, the others test
FOLDERS = ("gtzan/{}_8000hz_30s", "gtzan/genres_original/{}", "gtzan/genres/{}")
SUFFIXES = (".wav", ".au", ".flac")
ARCHIVE = "gtzan/genres.tar.gz"
ADDRESS = "https://huggingface.co/datasets/marsyas/gtzan/resolve/main/data/"
LARGEST = 20_000_000  # bytes of a track; the official ones have 1.3 million
MOST_BYTES = 4_000_000_000  # of the unpacked archive; the official one has 1.3 thousand million
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
OURS = (6, 2)  # of these, for training and for validation; the rest is test


@dataclass(frozen=True, eq=False)
class Music:
    """Tracks of equal length in three parts; no track stands in two of them.

    Attributes:
        x_train, x_val, x_test: float32 in [-1, 1], each track with peak 1, shape (n, 131072).
        names_train, names_val, names_test: name of each track.
        rate: samples a second.
        source: `real` or `embedded`.
        provenance: one sentence for the reader: what this music is.
    """

    x_train: np.ndarray
    x_val: np.ndarray
    x_test: np.ndarray
    names_train: tuple[str, ...]
    names_val: tuple[str, ...]
    names_test: tuple[str, ...]
    rate: int
    source: str
    provenance: str


def tracks(genre: str = "classical") -> Music:
    """GTZAN: up to 100 tracks of 30 s of one genre, the first 131,072 samples of each at 8 kHz.

    G. Tzanetakis, P. Cook, "Musical genre classification of audio signals", 2002. Files that
    cannot be read or are too short are left out, with a notice that names them. Without GTZAN, if
    `AE_DATA_SOURCE` allows: the pieces of `pieces`.

    Raises:
        DataError: too few tracks can be read, the archive is damaged, or real data were asked for
            and cannot be had.
    """
    # The archive has 1.2 GB: only who asks for real data downloads it.
    asked = os.environ.get("AE_DATA_SOURCE") == "real"
    files = real_or_none(lambda: _files(genre, download=asked))
    return pieces() if files is None else _dealt(genre, files)


def pieces() -> Music:
    """Ten pieces of 16 s, synthetic, composed or arranged and played by `data/make_music.py`.

    Raises:
        DataError: a file is missing or cannot be read.
    """
    x = np.stack([audio.to_peak(audio.load(PIECES / f"{name}.flac")) for name in TITLES])
    titles = [tr(*title) for title in TITLES.values()]
    told = tr(
        "Embedded sample: ten short synthetic pieces of this course.",
        "Amostra embutida: dez peças curtas, sintéticas, deste curso.",
    )
    return _music(x, titles, OURS, "embedded", told)


def _music(
    x: np.ndarray, names: Sequence[str], sizes: tuple[int, int], source: str, told: str
) -> Music:
    ends = [sizes[0], sum(sizes)]
    parts = zip([0, *ends], [*ends, len(x)])
    x_parts, name_parts = zip(*((x[a:b], tuple(names[a:b])) for a, b in parts))
    return Music(*x_parts, *name_parts, audio.RATE, source, told)


def _dealt(genre: str, files: Sequence[Path]) -> Music:
    """The readable tracks among `files`, scaled, cut to length and dealt out in order."""
    x, names, left_out = [], [], []
    for path in files:
        try:
            track = audio.load(path)
        except DataError:
            left_out.append(f"{path.name} ({tr('unreadable', 'ilegível')})")
            continue
        if len(track) < LENGTH or not track.any():
            why = tr("too short or silent", "curto demais ou mudo")
            left_out.append(f"{path.name} ({why})")
            continue
        x.append(audio.to_peak(track)[:LENGTH])
        names.append(path.stem)
    if left_out:
        told = ", ".join(left_out)
        notice(
            tr(
                f"{len(left_out)} of {len(files)} tracks left out: {told}.",
                f"{len(left_out)} de {len(files)} faixas ficaram de fora: {told}.",
            )
        )
    if len(x) < TRAIN + 2:
        raise DataError(
            tr(
                f"Only {len(x)} tracks in {files[0].parent} can be used, {TRAIN + 2} are needed. "
                "Replace the damaged files, or set AE_DATA_SOURCE=embedded.",
                f"Só {len(x)} faixas em {files[0].parent} servem, e são precisas {TRAIN + 2}. "
                "Troque os arquivos danificados ou use AE_DATA_SOURCE=embedded.",
            )
        )
    validation = max(1, (len(x) - TRAIN) // 5)
    counts = f"{TRAIN}, {validation}, {len(x) - TRAIN - validation}"
    told = tr(
        f"GTZAN, {genre}: {len(x)} real tracks, 16.4 s of each at 8 kHz. Split by track: {counts} "
        "for training, validation and test.",
        f"GTZAN, {genre}: {len(x)} faixas reais, 16,4 s de cada uma a 8 kHz. Divisão por faixa: "
        f"{counts} em treino, validação e teste.",
    )
    return _music(np.stack(x), names, (TRAIN, validation), "real", told)


def _files(genre: str, download: bool) -> list[Path]:
    """The track files of a genre: from the fullest known folder, else out of the archive."""

    def fullest() -> list[Path]:
        places = [data_folder() / place.format(genre) for place in FOLDERS]
        found = [sorted(p for s in SUFFIXES for p in f.glob(f"{genre}.*{s}")) for f in places]
        return max(found, key=len)

    if len(found := fullest()) >= TRAIN + 2:
        return found
    archive = data_folder() / ARCHIVE
    if not archive.exists():
        _download(archive, download)
    _unpack(archive, genre)
    return fullest()


def _unpack(archive: Path, genre: str) -> None:
    """Take one genre out of the archive, all of it or nothing.

    Only plain files with the name of a track are copied, under that name alone: whatever paths or
    links the archive holds, nothing is written elsewhere.
    """
    track = re.compile(rf"(?:.*/)?{genre}/({genre}\.\d{{5}}\.(?:wav|au|flac))")
    target = archive.parent / "genres" / genre
    try:
        target.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=archive.parent) as scratch, tarfile.open(archive) as f:
            inner = Path(scratch, genre)
            inner.mkdir()
            for member in f:
                if member.offset_data + member.size > MOST_BYTES:
                    raise damaged(archive, f"> {MOST_BYTES} bytes")
                name = track.fullmatch(member.name)
                if name and member.isfile() and member.size <= LARGEST:
                    with (inner / name[1]).open("wb") as out:
                        shutil.copyfileobj(f.extractfile(member), out)
            if not any(inner.iterdir()):
                raise damaged(archive, f"{genre}.NNNNN.wav")
            try:
                inner.rename(target)
            except OSError:
                if not target.exists():  # else another notebook has just done the same
                    raise
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError) as error:
        raise damaged(archive, type(error).__name__) from error
    except OSError as error:
        why = error.strerror
        told = tr(
            f"{archive} cannot be unpacked ({why}). Make its folder writable, or unpack it there.",
            f"{archive} não pode ser extraído ({why}). Permita gravar na pasta ou extraia-o ali.",
        )
        raise DataUnavailable(told) from error


def _download(archive: Path, official: bool) -> None:
    """Bring the archive; its hash is not known here, so `_unpack` is what finds a damaged one."""
    import pooch

    mirror = os.environ.get("AE_MIRROR")
    places = [f"{mirror.rstrip('/')}/{ARCHIVE}"] if mirror else []
    reasons = []
    for place in [*places, f"{ADDRESS}{archive.name}"] if official else places:
        try:
            pooch.retrieve(place, None, archive.name, archive.parent, downloader=_fetch)
            return
        except (OSError, ValueError, DataError) as error:
            reasons.append(f"{place}: {type(error).__name__}")
    folder, why = data_folder() / "gtzan", f" ({'; '.join(reasons)})" if reasons else ""
    raise DataUnavailable(
        tr(
            f"GTZAN is not in {folder}{why}. It has no licence and 1.2 GB, so it is only "
            "downloaded if AE_DATA_SOURCE=real; or put genres.tar.gz, or Kaggle's genres_original, "
            "there.",
            f"O GTZAN não está em {folder}{why}. Ele não tem licença e tem 1,2 GB, por isso só é "
            "baixado com AE_DATA_SOURCE=real; ou ponha ali genres.tar.gz ou o genres_original do "
            "Kaggle.",
        )
    )
