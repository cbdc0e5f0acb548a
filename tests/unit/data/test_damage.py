"""Damaged and hostile data files: a loader refuses them with a DataError or reads them right.

It writes nothing but what it should, ends, and takes no more than a gigabyte. `AE_FUZZ` is the
number of inputs for each loader, such as 2000 for a long search; without it the same few each time.
"""

from __future__ import annotations

import functools
import gzip
import io
import os
import resource
import shutil
import signal
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given
from hypothesis import settings as search
from hypothesis import strategies as st
from PIL import Image

from utils import audio
from utils.data import cartoon_generation as cartoon
from utils.data import download, files, music, pictures
from utils.data import ecg_anomalies as ecg

LONG = os.environ.get("AE_FUZZ")
SECONDS = 20  # of computing, not of waiting: a busy computer fails no test
GIGABYTE = 2**30
RANDOM = np.random.default_rng(0)
MANY = search(
    max_examples=int(LONG or 10),
    derandomize=LONG is None,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


# Good files, small


def beats(rows: int, delimiter: str = " ", last: bool = False) -> bytes:
    x = RANDOM.normal(size=(rows, ecg.LENGTH)).clip(-5, 5).round(3)
    kind = 1 + np.arange(rows)[:, None] % 5
    out = io.StringIO()
    np.savetxt(out, np.hstack([x, kind > 2] if last else [kind, x]), "%.3f", delimiter)
    return out.getvalue().encode()


def zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tar(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def sound(kind: str, subtype: str | None = None, channels: int = 1) -> bytes:
    out = io.BytesIO()
    x = np.tile(0.9 * np.sin(np.arange(600) / 5)[:, None], channels)
    soundfile.write(out, x, audio.RATE, subtype, format=kind)
    return out.getvalue()


def picture(kind: str, mode: str) -> bytes:
    out = io.BytesIO()
    pixels = RANDOM.integers(0, 256, (24, 20, len(mode)), dtype=np.uint8)
    Image.fromarray(pixels.squeeze(), mode).save(out, kind)
    return out.getvalue()


def labels(count: int) -> bytes:
    rows = [f"{i}\t{i % 5}\t{i % 4}\t{i}.png\n" for i in range(count)]
    return ("\teye_color\tface_shape\tfile_name\n" + "".join(rows)).encode()


# The loaders


@dataclass(frozen=True)
class Loader:
    """A reader of files.

    Attributes:
        place: the file, in the data folder.
        read: the loader; takes the path.
        good: contents that it reads, before `wrap`.
        right: whether what it gave is well-formed.
        wrap: compresses or packs a content; damage is done before it as well as after it.
        writes: folder that the loader may fill, in the data folder.
        beside: good files that are there too: place in the data folder -> content.
    """

    place: str
    read: Callable[[Path], Any]
    good: tuple[bytes, ...]
    right: Callable[[Any], bool]
    wrap: Callable[[bytes], bytes] = bytes
    writes: str | None = None
    beside: Mapping[str, bytes] = field(default_factory=dict)


def are_beats(found: ecg.HeartbeatData) -> bool:
    fits = found.x.shape == (25, ecg.LENGTH) and found.kind.shape == (25,)
    return fits and np.abs(found.x).max() <= ecg.LARGEST and set(found.kind) <= set(range(6))


def is_sound(x: np.ndarray) -> bool:
    return x.ndim == 1 and x.dtype == np.float32 and len(x) > 0 and np.abs(x).max() < 4


def are_faces(found: cartoon.Cartoons) -> bool:
    counts = {part: len(paths) for part, paths in found.paths.items()}
    columns = [(part, c) for part, table in found.table.items() for c in table.values()]
    return sum(counts.values()) >= 10 and all(len(c) == counts[part] for part, c in columns)


def can_be_streamed(found: cartoon.Cartoons) -> bool:
    """Whether the picture that was damaged can be decoded if it was accepted."""
    paths = [path for part in found.paths.values() for path in part if path.endswith("/0.png")]
    return all(pictures.decode(path, 8, 1.0).shape == (8, 8, 3) for path in paths)


def load_beats(path: Path) -> ecg.HeartbeatData:
    return ecg.heartbeats()


def load_cartoons(path: Path) -> cartoon.Cartoons:
    return cartoon.load()


def load_tracks(path: Path) -> music.Music:
    return music.tracks()


TEXTS = {"ECG5000_TRAIN.txt": beats(10), "ECG5000_TEST.txt": beats(15)}
CSV = beats(25, ",", last=True)
PNG = picture("PNG", "RGBA")
NUMBERED = {f"cartoonset/images_256/{i}.png": PNG for i in range(12)}
TABLE = "".join(f'"attribute_{i}", {i}, {i + 1}\n' for i in range(18)).encode()
FACES = {f"cartoonset10k/cs{i}.png": PNG for i in range(11)}
FACES |= {f"cartoonset10k/cs{i}.csv": TABLE for i in range(11)}
TRACKS = {f"genres/classical/classical.{i:05d}.au": sound("AU") for i in range(5)}
SOUNDS = {
    "wav": (sound("WAV"), sound("WAV", "FLOAT", 2), sound("WAV", "PCM_U8")),
    "au": (sound("AU"), sound("AU", "FLOAT")),
    "flac": (sound("FLAC"),),
    "ogg": (sound("OGG"),),
}
squeeze = functools.partial(gzip.compress, compresslevel=1, mtime=0)
LOADERS = {
    "text": Loader(
        "ecg5000/ECG5000_TRAIN.txt",
        load_beats,
        (TEXTS["ECG5000_TRAIN.txt"],),
        are_beats,
        beside={"ecg5000/ECG5000_TEST.txt": TEXTS["ECG5000_TEST.txt"]},
    ),
    "csv": Loader(
        "ecg5000/ecg.csv",
        load_beats,
        (CSV, CSV.replace(b",", b";"), b"\xef\xbb\xbf" + CSV),
        are_beats,
    ),
    "zip": Loader(
        "ecg5000/ECG5000.zip",
        load_beats,
        (TEXTS["ECG5000_TRAIN.txt"],),
        are_beats,
        lambda content: zipped({**TEXTS, "ECG5000_TRAIN.txt": content}),
    ),
    "tracks": Loader(
        "gtzan/genres.tar.gz",
        load_tracks,
        (tar(TRACKS),),
        lambda found: len(found.x_train) == 2,
        squeeze,
        "gtzan/genres",
    ),
    "faces": Loader(
        "cartoonset/cartoonset10k.tgz",
        load_cartoons,
        (tar(FACES),),
        are_faces,
        squeeze,
        "cartoonset/cartoonset10k",
    ),
    "labels": Loader(
        "cartoonset/labels.csv", load_cartoons, (labels(12),), are_faces, beside=NUMBERED
    ),
    "table": Loader(
        "cartoonset/cartoonset10k/cs0.csv",
        load_cartoons,
        (TABLE,),
        are_faces,
        beside={f"cartoonset/{name}": content for name, content in FACES.items()},
    ),
    "picture": Loader(
        "cartoonset/images_256/0.png",
        load_cartoons,
        (PNG, picture("PNG", "RGB"), picture("PNG", "L")),
        can_be_streamed,
        beside=NUMBERED | {"cartoonset/labels.csv": labels(12)},
    ),
} | {
    kind: Loader(f"gtzan/{kind}/track.{kind}", audio.load, good, is_sound)
    for kind, good in SOUNDS.items()
}


@pytest.fixture(autouse=True)
def small(folder: Path, monkeypatch: pytest.MonkeyPatch, tensorflow: None) -> None:
    """Small sets; a damaged file is refused, not replaced by a sample."""
    monkeypatch.setattr(ecg, "ROWS", {"train": (10,), "test": (15,), "": (25,)})
    monkeypatch.setattr(files, "MOST_BYTES", 50_000)
    monkeypatch.setattr(files, "LARGEST", 100_000)
    monkeypatch.setattr(music, "LENGTH", 500)
    monkeypatch.setattr(music, "TRAIN", 2)
    monkeypatch.setattr(music, "FEWEST", 4)
    monkeypatch.setenv("AE_DATA_SOURCE", "real")


@pytest.fixture(scope="session")
def tensorflow(tmp_path_factory: pytest.TempPathFactory) -> None:
    """TensorFlow started before the limits below, which are for the loaders alone."""
    path = tmp_path_factory.mktemp("start") / "one.png"
    path.write_bytes(PNG)
    pictures.decode(str(path), 8, 1.0)


# Damage


@st.composite
def damaged_bytes(draw: Any, good: bytes) -> bytes:
    """`good` after a few changes, more of them near its start, where the headers are."""
    content = bytearray(good)
    for _ in range(draw(st.integers(0, 3))):
        end = max(0, len(content) - 1)
        at = draw(st.integers(0, min(64, end)) | st.integers(0, end))
        size = draw(st.integers(1, 8) | st.integers(1, max(1, len(content))))
        match draw(st.sampled_from(["set", "number", "insert", "delete", "repeat", "cut"])):
            case "set":
                content[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case "number":
                number = draw(st.sampled_from([0, 1, 2**15, 2**16 - 1, 2**31 - 1, 2**32 - 1]))
                content[at : at + 4] = number.to_bytes(4, draw(st.sampled_from(["big", "little"])))
            case "insert":
                content[at:at] = draw(st.binary(max_size=20) | st.sampled_from([b"nan", b"1e999"]))
            case "delete":
                del content[at : at + size]
            case "repeat":
                content[at:at] = content[at : at + size]
            case "cut":
                del content[at:]
    return bytes(content)


@st.composite
def inputs(draw: Any, loader: Loader) -> bytes:
    good = draw(st.sampled_from(loader.good))
    match draw(st.integers(0, 9)):
        case 0:
            return draw(st.binary(max_size=300))
        case 1 | 2 | 3 | 4:
            return draw(damaged_bytes(loader.wrap(good)))
        case _:
            return loader.wrap(draw(damaged_bytes(good)))


@contextmanager
def limits() -> Iterator[None]:
    """Endless computing and a large use of memory become errors."""

    def stop(*_: Any) -> None:
        raise AssertionError(f"still busy after {SECONDS} s of computing")

    size = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (size + GIGABYTE, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def check(loader: Loader, folder: Path, content: bytes) -> bool:
    """Whether the loader took the file; fails if it did anything but read it right or refuse it."""
    path, around = folder / loader.place, folder.parent
    shutil.rmtree(folder, ignore_errors=True)
    for name, good in {**loader.beside, loader.place: content}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(good)
    before = set(around.rglob("*"))
    try:
        with limits():
            found = loader.read(path)
    except download.DataError as error:
        assert str(folder) in str(error) or path.name in str(error), "the error names no file"
        found = None
    else:
        assert loader.right(found), "wrong data, and no error"
    allowed = folder / loader.writes if loader.writes else None
    new = set(around.rglob("*")) - before
    assert [p for p in new if allowed not in {p, *p.parents}] == []
    assert path.read_bytes() == content
    return found is not None


@pytest.mark.parametrize("name", LOADERS)
def test_damage_is_refused(folder: Path, name: str) -> None:
    loader = LOADERS[name]
    assert all(check(loader, folder, loader.wrap(good)) for good in loader.good)

    @MANY
    @given(inputs(loader))
    def try_all(content: bytes) -> None:
        check(loader, folder, content)

    try_all()


# Archives made to do harm

NAMES = st.sampled_from(
    [
        "genres/classical/classical.00001.wav",
        "../classical/classical.00002.au",
        "../../../escaped/classical/classical.00003.au",
        "/tmp/classical/classical.00004.au",
        "classical/classical.00005.au/../../../../escaped.au",
        "classical\\classical.00006.au",
        "classical/classical.00007.au\n",
        "classical/classical.00008.au\0.txt",
        "cartoonset10k/cs0.png",
        "cartoonset10k/../cs2.png",
        "cartoonset10k/7/cs3.png",
        *TEXTS,
        "../ECG5000_TRAIN.txt",
        "",
    ]
) | st.text(max_size=12)
KINDS = [tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
KINDS += [tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE, b"?"]
MEMBERS = st.lists(
    st.tuples(
        NAMES,
        st.sampled_from(KINDS),
        st.sampled_from(["/etc/passwd", "..", "classical/classical.00000.au", ""]),
        st.integers(0, 3000),
        st.sampled_from([0, 0, 0, 2**20, 2**33]),  # more than there is
    ),
    max_size=6,
)


def hostile_tar(members: list[tuple[str, bytes, str, int, int]]) -> bytes:
    out = io.BytesIO()
    for name, kind, link, size, more in members:
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.size = kind, link, size + more
        try:
            out.write(info.tobuf(tarfile.GNU_FORMAT, errors="replace"))
        except ValueError:  # a name that tar cannot hold
            continue
        out.write(bytes(-(-size // 512) * 512))
    return squeeze(out.getvalue() + bytes(1024))


@pytest.mark.parametrize("name", ["tracks", "faces", "zip"])
def test_hostile_archives(folder: Path, name: str) -> None:
    @MANY
    @given(MEMBERS)
    def try_all(members: Any) -> None:
        if name == "zip":
            texts = [*TEXTS.values(), b"", bytes(60_000)]
            named = {m[0].replace("\0", "") or "-": texts[m[3] % 4] for m in members}
            check(LOADERS[name], folder, zipped(named))
        else:
            check(LOADERS[name], folder, hostile_tar(members))

    try_all()
