"""Damaged, mutated and hostile data files: a loader refuses them in our words or reads them right.

Whatever stands in a file, a loader raises `DataError` or gives well-formed data, writes nothing but
what it should, ends, and takes no more than a gigabyte. `AE_FUZZ` is the number of inputs for each
loader; the same ones every time unless it is set. A new loader is one more entry of `LOADERS`.
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

from utils import audio, settings, text
from utils.data import cartoon_files, download
from utils.data import cartoon_generation as cartoon
from utils.data import ecg_anomalies as ecg
from utils.data import mnist as data
from utils.data import music as gtzan
from utils.data import pca_faces as faces

COUNT = int(os.environ.get("AE_FUZZ", 200))
SECONDS = 20  # of computing, not of waiting: a busy computer fails no test
GIGABYTE = 2**30
SIDE = 3  # of the small photos
RANDOM = np.random.default_rng(0)
MANY = search(
    max_examples=COUNT,
    derandomize="AE_FUZZ" not in os.environ,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


# Good files, small


def idx(labels: bool) -> bytes:
    shape = (12,) if labels else (12, 28, 28)
    head = b"\0\0\x08" + bytes([len(shape)]) + np.array(shape, ">u4").tobytes()
    return head + RANDOM.integers(0, 256, shape, dtype=np.uint8).tobytes()


def beats(rows: int, delimiter: str, labels_first: bool) -> bytes:
    x = RANDOM.normal(size=(rows, ecg.LENGTH)).clip(-5, 5).round(3)
    kind = 1 + np.arange(rows)[:, None] % (5 if labels_first else 2)
    table = np.hstack([kind, x]) if labels_first else np.hstack([x, kind - 1])
    out = io.StringIO()
    np.savetxt(out, table, "%.3f", delimiter)
    return out.getvalue().encode()


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def photos() -> bytes:
    out = io.BytesIO()
    np.save(out, RANDOM.random((400, SIDE, SIDE), dtype=np.float32))
    return out.getvalue()


def sound(kind: str, subtype: str | None = None, channels: int = 1) -> bytes:
    x = 0.9 * np.sin(np.arange(600) / 5)
    out = io.BytesIO()
    soundfile.write(out, np.tile(x[:, None], channels), audio.RATE, subtype, format=kind)
    return out.getvalue()


def tar(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def picture(kind: str, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    pixels = RANDOM.integers(0, 256, (24, 20, len(mode)), dtype=np.uint8)
    Image.fromarray(pixels.squeeze(), mode).save(out, kind)
    return out.getvalue()


def eye_colours(count: int) -> bytes:
    rows = [f"{i}\t{i % 5}\t{i % 4}\t{i}.png\n" for i in range(count)]
    return ("\teye_color\tface_shape\tfile_name\n" + "".join(rows)).encode()


def attribute_table() -> bytes:
    rows = [f'"attribute_{i}", {i}, {i + 1}\n' for i in range(cartoon_files.ATTRIBUTES)]
    return "".join(rows).encode()


# What a right answer looks like; all of them get what the loader gave and the file's content.


def is_idx(x: np.ndarray, content: bytes) -> bool:
    whole = gzip.decompress(content)
    return x.dtype == np.uint8 and whole.endswith(x.tobytes()) and x.ndim == whole[3]


def is_beats(found: tuple[np.ndarray, np.ndarray], content: bytes) -> bool:
    x, kind = found
    fits = x.shape == (len(kind), ecg.LENGTH) and len(x) in (10, 15, 25)
    return fits and np.abs(x).max() <= ecg.LARGEST and set(kind) <= set(range(6))


def is_photos(x: np.ndarray, content: bytes) -> bool:
    return x.shape == (400, SIDE, SIDE) and x.min() >= 0 and x.max() <= 1


def is_sound(x: np.ndarray, content: bytes) -> bool:
    return x.ndim == 1 and x.dtype == np.float32 and len(x) > 0 and np.abs(x).max() < 4


def is_picture(image: np.ndarray, content: bytes) -> bool:
    return image.shape == (8, 8, 3) and image.dtype == np.uint8


def is_labels(found: cartoon.Cartoons, content: bytes) -> bool:
    columns = [found.table["train"][name] for name in ("eye_color", "face_shape")]
    faces_there = sum(map(len, found.paths.values()))
    return 10 <= faces_there <= 12 and all(0 <= c.min() <= c.max() < 5 for c in columns)


def is_attributes(found: dict[str, int], content: bytes) -> bool:
    return len(found) == cartoon_files.ATTRIBUTES and min(found.values()) >= 0


def is_folder(found: list[Path], content: bytes) -> bool:
    return bool(found) and all(p.is_file() and not p.is_symlink() for p in found)


# The loaders


def unpack(path: Path) -> list[Path]:
    gtzan._unpack(path, "classical")
    return sorted((path.parent / "genres" / "classical").iterdir())


def olivetti(path: Path) -> np.ndarray:
    return faces._olivetti_images()


def unpack_faces(path: Path) -> list[Path]:
    place = path.with_name("cartoonset10k")
    cartoon_files.unpack(path, place, len(FACES) // 2)
    return sorted(place.iterdir())


def face(path: Path) -> np.ndarray:
    """The picture at `path` as the stream of a training reads it, if the set accepts it."""
    found = cartoon.folder(path.parent) if "jpg" in path.name else cartoon.load()
    everything = [name for paths in found.paths.values() for name in paths]
    assert str(path) in everything
    return cartoon.decode(str(path), 8, found.keep).numpy()


@dataclass(frozen=True)
class Loader:
    """A reader of files.

    Attributes:
        place: the file, in the data folder.
        read: the loader: takes the path.
        good: contents that it reads, before `wrap`.
        right: whether what it gave is well-formed.
        wrap: compresses or packs a content; damage is done before it as well as after it.
        writes: folder that the loader may fill, in the data folder.
        beside: good files that lie there too: place in the data folder -> content.
    """

    place: str
    read: Callable[[Path], Any]
    good: tuple[bytes, ...]
    right: Callable[[Any, bytes], bool]
    wrap: Callable[[bytes], bytes] = bytes
    writes: str | None = None
    beside: Mapping[str, bytes] = field(default_factory=dict)


def heartbeat(name: str, good: bytes, wrap: Callable[[bytes], bytes] = bytes) -> Loader:
    return Loader(f"ecg5000/{name}", lambda path: ecg._read([path]), (good,), is_beats, wrap)


TRAIN, TEST = ecg.TEXTS
TEXT = {TRAIN: beats(10, "  ", True), TEST: beats(15, "  ", True)}
SOUNDS = {
    "wav": (sound("WAV"), sound("WAV", "FLOAT", 2), sound("WAV", "PCM_U8")),
    "au": (sound("AU"), sound("AU", "FLOAT")),
    "flac": (sound("FLAC"),),
    "ogg": (sound("OGG"),),
}
TRACKS = {f"genres/classical/classical.{i:05d}.au": sound("AU") for i in range(3)}
PNG, JPEG = picture("PNG", "RGBA"), picture("JPEG")
NUMBERED = {f"cartoonset/images_256/{i}.png": PNG for i in range(1, 12)}
FACES = {f"cartoonset10k/cs{i}.png": PNG for i in range(3)}
FACES |= {f"cartoonset10k/cs{i}.csv": attribute_table() for i in range(3)}
squeeze = functools.partial(gzip.compress, compresslevel=1, mtime=0)
LOADERS = {
    "idx": Loader("mnist/images.gz", data._read_idx, (idx(True), idx(False)), is_idx, squeeze),
    "text": heartbeat(TRAIN, TEXT[TRAIN]),
    "csv": heartbeat(ecg.CSV, beats(25, ",", False)),
    "zip": heartbeat(ecg.ARCHIVE, TEXT[TRAIN], lambda c: packed({**TEXT, TRAIN: c})),
    "npz": Loader(
        faces.PLAIN, olivetti, (photos(),), is_photos, lambda c: packed({"images.npy": c})
    ),
    "joblib": Loader(faces.JOBLIB, olivetti, (photos(),), lambda x, content: False),
    "tar": Loader(gtzan.ARCHIVE, unpack, (tar(TRACKS),), is_folder, squeeze, "gtzan/genres"),
    "png": Loader(
        "cartoonset/images_256/0.png",
        face,
        (PNG, picture("PNG"), picture("PNG", "L")),
        is_picture,
        beside={"cartoonset/labels.csv": eye_colours(12), **NUMBERED},
    ),
    "jpg": Loader(
        "mine/0.jpg",
        face,
        (JPEG, picture("JPEG", "L")),
        is_picture,
        beside={f"mine/{i}.jpg": JPEG for i in range(1, 12)},
    ),
    "labels": Loader(
        "cartoonset/labels.csv",
        lambda path: cartoon.load(),
        (eye_colours(12),),
        is_labels,
        beside=NUMBERED,
    ),
    "attributes": Loader(
        "cartoonset/cs0.csv",
        lambda path: cartoon_files.attributes(path.with_suffix(".png")),
        (attribute_table(),),
        is_attributes,
    ),
    "faces": Loader(
        "cartoonset/cartoonset10k.tgz",
        unpack_faces,
        (tar(FACES),),
        lambda found, content: is_folder(found, content) and len(found) == len(FACES),
        squeeze,
        "cartoonset/cartoonset10k",
    ),
} | {
    kind: Loader(f"gtzan/{kind}/track.{kind}", audio.load, good, is_sound)
    for kind, good in SOUNDS.items()
}


@pytest.fixture(autouse=True)
def place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Path]:
    """The data folder, with small sets and no settings from outside."""
    for name in [name for name in os.environ if name.startswith("AE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AE_DATA", str(tmp_path / "dados da lição"))
    monkeypatch.setattr(ecg, "TEXTS", {TRAIN: 10, TEST: 15})
    monkeypatch.setattr(ecg, "CSV_ROWS", {ecg.CSV: (25,), ecg.FROM_UCR: (25,)})
    monkeypatch.setattr(ecg, "MOST_BYTES", 50_000)
    monkeypatch.setattr(faces, "SHAPE", (400, SIDE, SIDE))
    monkeypatch.setattr(gtzan, "LARGEST", 100_000)
    # Else a damaged table is no obstacle, as the embedded faces would do.
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    if any(kind in request.node.name for kind in ("[png]", "[jpg]")):
        request.getfixturevalue("tensorflow")
    text.set_language("en")
    settings.set_lesson("")
    yield tmp_path / "dados da lição"
    text.set_language("en")
    settings.set_lesson("")


@pytest.fixture(scope="session")
def tensorflow(tmp_path_factory: pytest.TempPathFactory) -> None:
    """TensorFlow awake, so that the limits below meet the loaders alone."""
    path = tmp_path_factory.mktemp("awake") / "one.png"
    path.write_bytes(PNG)
    cartoon.decode(str(path), 8, 1.0)


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
    """Endless computing and an appetite for memory become errors."""

    def stop(*_: Any) -> None:
        raise AssertionError(f"still busy after {SECONDS} s of computing")

    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
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


def tree(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def check(loader: Loader, folder: Path, content: bytes) -> bool:
    """Whether the loader took the file; fails if it did anything but read it right or refuse it."""
    path, around = folder / loader.place, folder.parent
    shutil.rmtree(folder, ignore_errors=True)
    for name, good in {**loader.beside, loader.place: content}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(good)
    before = tree(around)
    try:
        with limits():
            found = loader.read(path)
    except download.DataError as error:
        assert path.name in str(error), "the error does not name the file"
        found = None
    else:
        assert loader.right(found, content), "wrong data, and no error"
    allowed = folder / loader.writes if loader.writes else None
    strays = [p for p in tree(around) - before if allowed is None or allowed not in {p, *p.parents}]
    assert strays == [] and path.read_bytes() == content
    return found is not None


@pytest.mark.parametrize("name", LOADERS)
def test_damage_is_refused_in_our_words(place: Path, name: str) -> None:
    loader = LOADERS[name]

    @MANY
    @given(inputs(loader))
    def try_all(content: bytes) -> None:
        check(loader, place, content)

    try_all()


@pytest.mark.parametrize("name", sorted(set(LOADERS) - {"joblib"}))
def test_the_good_files_are_read(place: Path, name: str) -> None:
    """Else everything could be refused, and nobody would notice."""
    loader = LOADERS[name]
    assert all(check(loader, place, loader.wrap(good)) for good in loader.good)


# Archives made to do harm

NAMES = st.sampled_from(
    [
        "classical/classical.00000.au",
        "genres/classical/classical.00001.wav",
        "../classical/classical.00002.au",
        "../../../escaped/classical/classical.00003.au",
        "/tmp/classical/classical.00004.au",
        "classical/classical.00005.au/../../../../escaped.au",
        "classical\\classical.00006.au",
        "classical/classical.00007.au\n",
        "classical/classical.00008.au\0.txt",
        "cartoonset10k/cs0.png",
        "cartoonset10k/cs1.csv",
        "cartoonset10k/../cs2.png",
        "cartoonset10k/7/cs3.png",
        TRAIN,
        TEST,
        f"../{TRAIN}",
        "",
    ]
) | st.text(max_size=12)
MEMBERS = st.lists(
    st.tuples(
        NAMES,
        st.sampled_from([tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE,
                         tarfile.FIFOTYPE, tarfile.DIRTYPE, tarfile.GNUTYPE_SPARSE, b"?"]),
        st.sampled_from(["/etc/passwd", "..", "classical/classical.00000.au", ""]),
        st.integers(0, 3000),
        st.sampled_from([0, 0, 0, 2**20, 2**33]),  # more than there is
    ),
    max_size=6,
)  # fmt: skip


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


@pytest.mark.parametrize("name", ["tar", "faces"])
def test_hostile_tar_archives(place: Path, name: str) -> None:
    loader = LOADERS[name]

    @MANY
    @given(MEMBERS)
    def try_all(members: Any) -> None:
        check(loader, place, hostile_tar(members))

    try_all()


def test_hostile_zip_archives(place: Path) -> None:
    loader = LOADERS["zip"]

    @MANY
    @given(st.lists(st.tuples(NAMES, st.sampled_from([*TEXT.values(), b"", bytes(60_000)]))))
    def try_all(members: Any) -> None:
        content = packed({name.replace("\0", "") or "-": content for name, content in members})
        check(loader, place, content)

    try_all()


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_every_track_of_a_folder_is_used_or_counted_out(
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    suffix: str,
) -> None:
    """Thirty tracks at a time."""
    monkeypatch.setattr(gtzan, "LENGTH", 500)
    monkeypatch.setattr(gtzan, "TRAIN", 5)
    loader = LOADERS[suffix]

    @search(MANY, max_examples=-(-COUNT // 30))
    @given(st.lists(inputs(loader), min_size=30, max_size=30))
    def try_all(contents: list[bytes]) -> None:
        folder = place / "gtzan" / "genres" / "jazz"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for i, content in enumerate([loader.good[0]] * 8 + contents):
            (folder / f"jazz.{i:05d}.{suffix}").write_bytes(content)
        capsys.readouterr()
        with limits():
            music = gtzan.tracks("jazz")
        parts = (music.x_train, music.x_val, music.x_test)
        told = capsys.readouterr().out
        left_out = int(told.split()[1]) if told else 0
        assert sum(map(len, parts)) + left_out == 38 and told.count("(") == left_out
        assert all(np.isfinite(x).all() and np.abs(x).max() <= 1 for x in parts)

    try_all()


def test_a_loader_that_misbehaves_is_noticed(place: Path) -> None:
    """The harness itself: wrong data, a stray file, a crash, and an endless loop."""
    good = b"good"

    def stray(path: Path) -> int:
        (place.parent / "escaped").write_bytes(b"")
        return 1

    def crash(path: Path) -> int:
        raise KeyError(path)

    def greed(path: Path) -> int:
        return len(np.ones(GIGABYTE))

    base = Loader("set/file", lambda path: 1, (good,), lambda found, content: found == 1)
    assert check(base, place, good)
    for read, error in (
        (lambda path: 2, "wrong data"), (stray, "escaped"), (crash, "file"), (greed, "allocate")
    ):  # fmt: skip
        broken = Loader(base.place, read, base.good, base.right)
        with pytest.raises((AssertionError, KeyError, MemoryError), match=error):
            check(broken, place, good)
