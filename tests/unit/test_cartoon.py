"""The cartoon faces of lesson 09: sets found and cut, archives that cannot harm, files streamed.

Nothing leaves this computer; the archives are small twins made here.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pooch
import pytest
from PIL import Image

from utils import settings, text
from utils.data import cartoon_files, download
from utils.data import cartoon_generation as cartoon
from utils.explore import cartoon_generation as explore_cartoon

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "data"))
make_cartoons = importlib.import_module("make_cartoons")
sys.path.pop(0)
NAMES = [f"attribute_{i}" for i in range(16)] + ["glasses", "facial_hair"]
COUNT = 24


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """An empty data folder, small archives, no settings from outside, no network."""
    for name in [name for name in os.environ if name.startswith("AE_")]:
        monkeypatch.delenv(name)
    place = tmp_path / "dados da lição"
    (place / "cartoonset").mkdir(parents=True)
    monkeypatch.setenv("AE_DATA", str(place))
    monkeypatch.setattr(cartoon, "COUNTS", {"10k": COUNT, "100k": COUNT})
    monkeypatch.setattr(settings, "run_folder", lambda: tmp_path)

    def unreachable(*args: Any, **settings: Any) -> None:
        raise OSError("no network")

    monkeypatch.setattr(pooch, "retrieve", unreachable)
    text.set_language("en")
    settings.set_lesson("")
    yield place / "cartoonset"
    text.set_language("en")
    settings.set_lesson("")


def png(grey: int, size: int = 20, mode: str = "RGBA") -> bytes:
    """A face of one grey: opaque in the middle, transparent (red underneath) at the rim."""
    rgba = np.full((size, size, 4), (255, 0, 0, 0), np.uint8)
    rgba[size // 4 : -size // 4, size // 4 : -size // 4] = (grey, grey, grey, 255)
    buffer = io.BytesIO()
    Image.fromarray(rgba).convert(mode).save(buffer, "png")
    return buffer.getvalue()


def table(number: int) -> bytes:
    """The csv of a face: even numbers wear glasses 3, the others none (11)."""
    values = {name: 0 for name in NAMES} | {"glasses": 3 if number % 2 == 0 else 11}
    values["glasses"] = 11 if number >= COUNT - 2 else values["glasses"]
    return "".join(f'"{name}", {value}, 15\n' for name, value in values.items()).encode()


def official(count: int = COUNT, inner: str = "cartoonset10k/") -> dict[str, bytes]:
    """Members of an archive as Google packs it."""
    pictures = {f"{inner}cs{1000 + i}.png": png(10 * i) for i in range(count)}
    return pictures | {f"{inner}cs{1000 + i}.csv": table(i) for i in range(count)}


def pack(path: Path, members: dict[str, bytes], extra: tuple[tarfile.TarInfo, ...] = ()) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for info in extra:
            tar.addfile(info)
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def numbered(folder: Path, present: range = range(0, 60, 2)) -> Path:
    """Renumbered pictures: labels of 60 faces, pictures of some."""
    (folder / "images_256").mkdir()
    for i in present:
        (folder / "images_256" / f"{i}.png").write_bytes(png(i, mode="RGB"))
    rows = ["\teye_color\tface_shape\tfile_name"]
    rows += [f"{i}\t{i % 5}\t{i % 4}\t{i}.png" for i in range(60)]
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    return folder / "images_256"


def everything(found: cartoon.Cartoons) -> list[str]:
    return [path for part in ("train", "val", "test") for path in found.paths[part]]


# Sets


def test_the_official_archive_is_unpacked_once(folder: Path) -> None:
    pack(folder / "cartoonset10k.tgz", official())
    found = cartoon.load()
    assert found.source == "real" and found.keep == cartoon.KEEP and "CC BY 4.0" in found.provenance
    assert len(set(everything(found))) == COUNT
    assert [len(found.paths[part]) for part in ("train", "val", "test")] == [18, 2, 4]
    (folder / "cartoonset10k.tgz").unlink()
    again = cartoon.load()
    assert again.paths == found.paths
    assert sorted(p.name for p in folder.iterdir()) == ["cartoonset10k"]


def test_the_larger_archive_has_folders_in_it(folder: Path) -> None:
    members = official(COUNT // 2, "cartoonset100k/0/") | official(COUNT // 2, "cartoonset100k/9/")
    pack(folder / "cartoonset100k.tgz", members)
    found = cartoon.load("100k")
    assert {Path(path).parent.name for path in everything(found)} == {"0", "9"}
    assert len(everything(found)) == COUNT


def test_attributes_stay_with_their_faces(folder: Path) -> None:
    pack(folder / "cartoonset10k.tgz", official())
    found = cartoon.load()
    for part, paths in found.paths.items():
        number = np.array([int(Path(path).stem[2:]) - 1000 for path in paths])
        worn = (number % 2 == 0) & (number < COUNT - 2)
        assert found.table[part]["glasses"].tolist() == np.where(worn, 3, 11).tolist()
        assert found.table[part]["has_glasses"].tolist() == worn.tolist()
        assert not found.table[part]["has_facial_hair"].any()


def test_renumbered_pictures_that_are_there(folder: Path) -> None:
    numbered(folder)
    (folder / "images_256" / "999.png").write_bytes(png(0))  # no labels: left out
    found = cartoon.load()
    names = [Path(path).name for path in everything(found)]
    assert sorted(names, key=lambda n: int(n[:-4])) == [f"{i}.png" for i in range(0, 60, 2)]
    for part, paths in found.paths.items():
        numbers = np.array([int(Path(path).stem) for path in paths])
        assert found.table[part]["eye_color"].tolist() == (numbers % 5).tolist()
        assert "has_glasses" not in found.table[part]
    assert cartoon.load(most=10).paths["train"] == tuple(everything(found)[:8])


def test_the_official_set_comes_first(folder: Path) -> None:
    numbered(folder)
    pack(folder / "cartoonset10k.tgz", official())
    assert len(everything(cartoon.load())) == COUNT


def test_any_folder_of_pictures(tmp_path: Path) -> None:
    place = tmp_path / "mine"
    (place / "deeper").mkdir(parents=True)
    for i in range(8):
        (place / f"{i}.PNG").write_bytes(png(i))
        Image.new("RGB", (30, 20), (i, i, i)).save(place / "deeper" / f"{i}.jpg")
    (place / "notes.txt").write_text("no picture")
    found = cartoon.folder(place)
    assert len(everything(found)) == 16 and found.keep == 1 and found.table["train"] == {}
    (batch,) = cartoon.stream(everything(found), 16, 16)
    assert batch.shape == (16, 16, 16, 3)
    for i in range(8):
        (place / f"{i}.PNG").unlink()
    with pytest.raises(download.DataError, match="8 pictures. Give a folder with at least ten"):
        cartoon.folder(place)


def test_an_unknown_set_or_source_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="neither '10k' nor '100k'"):
        cartoon.load("1k")
    monkeypatch.setenv("AE_DATA_SOURCE", "sometimes")
    with pytest.raises(download.DataError, match="auto, real, embedded"):
        cartoon.load()


# Damage


def hostile(kind: str) -> tuple[dict[str, bytes], tuple[tarfile.TarInfo, ...]]:
    """A complete archive with one more member that must not be written."""
    members = official()
    if kind == "link":
        info = tarfile.TarInfo("cartoonset10k/cs1.png")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        return members, (info,)
    name = {
        "upwards": "cartoonset10k/../../cs1.png",
        "absolute": "/cartoonset10k/cs1.png",
        "program": "cartoonset10k/cs1.py",
        "other": "elsewhere/cs1.png",
        "huge": "cartoonset10k/cs1.png",
    }[kind]
    return {name: bytes(cartoon_files.LARGEST + 1) if kind == "huge" else png(1)} | members, ()


@pytest.mark.parametrize("kind", ["link", "upwards", "absolute", "program", "other", "huge"])
def test_what_does_not_belong_in_an_archive_is_not_written(folder: Path, kind: str) -> None:
    pack(folder / "cartoonset10k.tgz", *hostile(kind))
    cartoon.load()
    written = [p for p in folder.parent.parent.rglob("*") if p.is_file() or p.is_symlink()]
    assert len(written) == 2 * COUNT + 1
    assert not [p for p in written if p.stem == "cs1"]


@pytest.mark.parametrize("content", ["junk", "empty", "page", "cut", "fewer", "more", "no csv"])
def test_a_broken_archive_is_named_and_leaves_nothing(folder: Path, content: str) -> None:
    path = pack(folder / "cartoonset10k.tgz", official())
    if content == "cut":
        path.write_bytes(path.read_bytes()[:-2000])
    elif content == "fewer":
        pack(path, official(COUNT - 1))
    elif content == "more":  # else an archive of endless small files would fill the disk
        pack(path, official(COUNT + 1))
    elif content == "no csv":
        pack(path, {n: c for n, c in official().items() if n.endswith("png")})
    else:
        path.write_bytes({"junk": b"junk" * 99, "empty": b"", "page": b"<html>"}[content])
    before = path.read_bytes()
    with pytest.raises(download.DataError, match="cartoonset10k.tgz is damaged.*Delete it"):
        cartoon.load()
    assert path.read_bytes() == before and [p.name for p in folder.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "text",
    ["", '"glasses", 3\n', '"glasses", x, 12\n', "row", "range", "quoted", "other", None],
    ids=str,
)
def test_a_broken_table_is_named(folder: Path, text: str | None) -> None:
    members = official()
    good = members["cartoonset10k/cs1000.csv"].decode()
    bad = {"row": good[: good.rindex('"facial')], "range": good.replace(" 3,", " 15,")}
    bad |= {"quoted": f'"{good}{"x" * 200_000}', "other": good.replace("glasses", "sunglasses")}
    pack(folder / "cartoonset10k.tgz", members)
    cartoon.load()
    path = folder / "cartoonset10k" / "cs1000.csv"
    path.write_text(bad.get(text or "", text or "")) if text is not None else path.unlink()
    with pytest.raises(download.DataError, match="cs1000.csv is damaged"):
        cartoon.load()


@pytest.mark.parametrize(
    "content", [b"", b"<html>login</html>", "cut", "other", "changed", "bomb"], ids=str
)
def test_a_broken_picture_is_named(folder: Path, content: bytes | str) -> None:
    path = numbered(folder) / "4.png"
    whole = path.read_bytes()
    other, bomb = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (9, 9)).save(other, "jpeg")
    Image.new("1", (10_000, 10_000)).save(bomb, "png")  # 12 kB, as floats 1.6 GB
    bad = {"cut": whole[:-7], "other": other.getvalue(), "bomb": bomb.getvalue()}
    bad["changed"] = whole[:50] + bytes([whole[50] ^ 1]) + whole[51:]  # both ends are right
    path.write_bytes(bad.get(content, content))
    with pytest.raises(download.DataError, match=r"4\.png is damaged"):
        cartoon.load()


@pytest.mark.parametrize("content", ["cut", "text"])
def test_a_broken_jpg_is_named(folder: Path, content: str) -> None:
    for i in range(12):
        Image.new("RGB", (30, 20), (9 * i, 0, 0)).save(folder / f"{i}.jpg")
    whole = (folder / "4.jpg").read_bytes()
    (folder / "4.jpg").write_bytes({"cut": whole[:-9], "text": b"\xff\xd8 no \xff\xd9"}[content])
    with pytest.raises(download.DataError, match=r"4\.jpg is damaged"):
        cartoon.folder(folder)


HEAD = "\teye_color\tface_shape\tfile_name\n"
MANY = "".join(f"{i}\t1\t1\t{i}.png\n" for i in range(60))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\tb\n1\t2\n",
        f"{HEAD}0\tx\n",
        HEAD + MANY.replace("0\t1\t1", "0\t1\t5"),
        f"{HEAD}{MANY}60\t1\t2\t7.png\n",
        f'{HEAD}"{MANY}{"x" * 200_000}',
        HEAD + MANY[:40],
    ],
    ids=["empty", "other columns", "no number", "too large", "twice", "endless", "cut"],
)
def test_broken_labels_are_named(folder: Path, text: str) -> None:
    numbered(folder)
    (folder / "labels.csv").write_text(text)
    with pytest.raises(download.DataError, match=r"labels\.csv is damaged"):
        cartoon.load()


def test_a_set_with_missing_pictures_is_named(folder: Path) -> None:
    pack(folder / "cartoonset10k.tgz", official())
    Path(everything(cartoon.load())[0]).unlink()
    with pytest.raises(download.DataError, match="cartoonset10k is damaged.*23 png"):
        cartoon.load()


# Network


def test_without_a_network(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cartoon.load().source == "embedded"
    told = capsys.readouterr().out
    assert told.startswith("Notice: ") and "cartoonset10k.tgz is not there" in told
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    with pytest.raises(download.DataError, match="Remedy"):
        cartoon.load()
    text.set_language("pt-BR")
    with pytest.raises(download.DataError, match="Solução"):
        cartoon.load("100k")


def test_addresses_are_tried_in_order(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def retrieve(place: str, *, fname: str, path: Path, **settings: Any) -> None:
        asked.append(place)
        if "huggingface" not in place:
            raise OSError("dead")
        pack(path / fname, official())

    monkeypatch.setattr(pooch, "retrieve", retrieve)
    monkeypatch.setenv("AE_MIRROR", "http://school/")
    assert cartoon.load().source == "real"
    assert asked[0] == "http://school/cartoonset/cartoonset10k.tgz" and len(asked) == 3


# Streams


def test_transparent_pixels_are_white_and_the_frame_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    path.write_bytes(png(90, size=40))
    image = cartoon.decode(str(path), 40, 1.0).numpy()
    assert image.dtype == np.uint8 and image.shape == (40, 40, 3)
    assert (image[0, 0] == 255).all() and (image[20, 20] == 90).all()
    assert (cartoon.decode(str(path), 20, 0.5).numpy() == 90).all(), "only the middle is left"
    small = cartoon.decode(str(path), 10, 1.0).numpy()
    assert small.shape == (10, 10, 3) and abs(small.mean() - image.mean()) < 2


def test_a_stream_keeps_the_order_or_shuffles_anew(folder: Path) -> None:
    numbered(folder)
    paths = everything(cartoon.load())
    expected = [int(Path(path).stem) for path in paths]

    def greys(dataset: Any) -> list[int]:
        batches = [batch.numpy() for batch in dataset]
        assert all(b.max() <= 1 and b.dtype == np.float32 for b in batches)
        return [round(255 * float(v)) for b in batches for v in b[:, 8, 8, 0]]

    assert greys(cartoon.stream(paths, 16, 7)) == expected
    for cache in (False, True):
        shuffled = cartoon.stream(paths, 16, 7, seed=1, cache=cache)
        first, second = greys(shuffled), greys(shuffled)
        assert sorted(first) == sorted(second) == sorted(expected)
        assert len({tuple(first), tuple(second), tuple(expected)}) == 3
        assert greys(cartoon.stream(paths, 16, 7, seed=1, cache=cache)) == first


def test_files_are_read_only_when_their_turn_comes(folder: Path) -> None:
    """A stream that loaded everything first would stumble over the files that are not there."""
    numbered(folder)
    missing = [str(folder / f"missing-{i}.png") for i in range(500)]
    stream = iter(cartoon.stream([*everything(cartoon.load())[:20], *missing], 16, 4))
    assert next(stream).shape == (4, 16, 16, 3)
    with pytest.raises(Exception, match="missing-0.png"):
        for _ in stream:
            pass


def test_the_cache_needs_the_files_once(folder: Path) -> None:
    place = numbered(folder)
    paths = everything(cartoon.load())
    cached, plain = (cartoon.stream(paths, 16, 8, cache=cache) for cache in (True, False))
    before = np.concatenate([b.numpy() for b in cached])
    for path in place.iterdir():
        path.unlink()
    assert np.array_equal(np.concatenate([b.numpy() for b in cached]), before)
    with pytest.raises(Exception, match="png"):
        list(plain)


# Drawn faces


def test_the_drawn_faces_and_their_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AE_DATA_SOURCE", "embedded")
    found = cartoon.load()
    assert found.source == "embedded" and "synthetic" in found.provenance and found.keep == 1
    assert len(everything(found)) == 1000
    assert set(make_cartoons.ATTRIBUTES) < set(found.table["test"])
    for thing, none in make_cartoons.NONE.items():
        values = found.table["train"][thing]
        assert found.table["train"][f"has_{thing}"].tolist() == (values != none).tolist()
        assert 0.4 < (values == none).mean() < 0.6
    written = Path(found.paths["train"][0])
    stamp = written.stat().st_mtime_ns
    assert cartoon.load(most=20).paths["train"][0] == str(written)
    assert written.stat().st_mtime_ns == stamp, "written once"


def test_the_script_still_draws_the_faces_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    with np.load(cartoon.DRAWN, allow_pickle=False) as file:
        images, table, names = file["images"], file["table"], [str(n) for n in file["names"]]
    assert cartoon.DRAWN.stat().st_size < 1_200_000
    assert names == list(make_cartoons.ATTRIBUTES)
    assert np.array_equal(table, make_cartoons.rows(make_cartoons.COUNT, make_cartoons.SEED))
    for number in range(0, 1000, 125):
        row = dict(zip(names, map(int, table[number])))
        assert np.array_equal(make_cartoons.draw(row), images[number])


@pytest.mark.parametrize(
    ("name", "top", "bottom"), [("glasses", 0.43, 0.61), ("facial_hair", 0.56, 0.92)]
)
def test_an_attribute_changes_its_place_only(name: str, top: float, bottom: float) -> None:
    row = dict.fromkeys(make_cartoons.ATTRIBUTES, 0) | make_cartoons.NONE
    bare = make_cartoons.draw(row).astype(int)
    for value in range(make_cartoons.NONE[name]):
        changed = np.abs(make_cartoons.draw(row | {name: value}) - bare).max(axis=(1, 2)) > 0
        rows = np.flatnonzero(changed) / make_cartoons.SIDE
        assert len(rows) and top <= rows.min() and rows.max() <= bottom


# Explorer


class Painter:
    """Stands for a decoder: the first number of a code is red, the second green."""

    def __call__(self, z: np.ndarray) -> np.ndarray:
        images = np.zeros((len(z), 8, 8, 3), "float32")
        images[..., :2] = z[:, None, None, :2]
        return images

    predict_on_batch = __call__


def test_the_explorer_walks_along_each_direction(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(explore_cartoon, "show_widget", lambda *args: shown.append(args))
    z = np.array([[0.2, 0.5], [0.6, 0.5]], "float32")
    directions = {"red": np.array([0.1, 0.0]), "green": np.array([0.0, 0.1])}
    explore_cartoon.attributes(Painter(), z, Painter()(z), directions)
    ((box, fallback, alt),) = shown
    _, which, red, green, image = box.children

    def middles() -> list[list[float]]:
        picture = plt.imread(io.BytesIO(image.value), format="png")[:, :, :3]
        height, width = picture.shape[:2]
        return [picture[height // 2, (2 * i + 1) * width // 6, :2].tolist() for i in range(3)]

    close = {"abs": 0.01}
    assert np.ravel(middles()) == pytest.approx([0.2, 0.5] * 3, **close)
    red.value = 3
    assert np.ravel(middles()) == pytest.approx([0.2, 0.5, 0.2, 0.5, 0.5, 0.5], **close)
    green.value = -2
    which.value = 1
    assert np.ravel(middles()) == pytest.approx([0.6, 0.5, 0.6, 0.5, 0.9, 0.3], **close)
    assert fallback.startswith(b"\x89PNG") and "red" in alt


def test_the_real_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ROOT / "../shared/data"
    if not (real / "cartoonset" / "labels.csv").exists():
        pytest.skip("Cartoon Set is not on this computer")
    monkeypatch.undo()
    monkeypatch.setenv("AE_DATA", str(real.resolve()))
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    found = cartoon.load(most=40)
    (batch,) = cartoon.stream(found.paths["train"], 32, 64, found.keep)
    assert batch.shape == (30, 32, 32, 3) and float(batch[:, 0, 0].numpy().min()) > 0.95
    originals = cartoon.folder(real / "cartoonset" / "originals_500")
    (batch,) = cartoon.stream(originals.paths["train"], 32, 64, cartoon.KEEP)
    assert float(batch[:, 0, 0].numpy().min()) > 0.95, "transparent pixels came out dark"
