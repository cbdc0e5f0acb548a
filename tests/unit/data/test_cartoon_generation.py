"""The cartoon faces: sets found and split, archives that cannot harm, files streamed."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from utils import settings
from utils.data import cartoon_generation as cartoon
from utils.data import download, files, pictures

ROOT = Path(__file__).resolve().parents[3]
COUNT = 24


@pytest.fixture(autouse=True)
def place(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of the set; drawn faces in a folder of the test."""
    monkeypatch.setattr(settings, "ROOT", tmp_path / "course")
    (folder / "cartoonset").mkdir()
    return folder / "cartoonset"


def picture(grey: int, size: int = 20, kind: str = "png", mode: str = "RGBA") -> bytes:
    """A face of one grey: opaque in the middle, transparent (red underneath) at the rim."""
    rgba = np.full((size, size, 4), (255, 0, 0, 0), np.uint8)
    rgba[size // 4 : -size // 4, size // 4 : -size // 4] = (grey, grey, grey, 255)
    out = io.BytesIO()
    Image.fromarray(rgba).convert("RGB" if kind == "jpeg" else mode).save(out, kind)
    return out.getvalue()


def table(number: int) -> bytes:
    """The csv of a face: even numbers below 22 wear glasses 3, the others none (11)."""
    values = {f"attribute_{i}": 0 for i in range(16)} | {"glasses": 11, "facial_hair": 14}
    if number % 2 == 0 and number < COUNT - 2:
        values["glasses"] = 3
    return "".join(f'"{name}", {value}, 15\n' for name, value in values.items()).encode()


def official(count: int = COUNT, inner: str = "cartoonset10k/", start: int = 0) -> dict[str, bytes]:
    """Members of an archive as Google packs it."""
    members = {}
    for i in range(start, start + count):
        members |= {f"{inner}cs{1000 + i}.png": picture(10 * i)}
        members |= {f"{inner}cs{1000 + i}.csv": table(i)}
    return members


def put(folder: Path, members: dict[str, bytes]) -> None:
    for name, content in members.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def pack(path: Path, members: dict[str, bytes], extra: tuple[tarfile.TarInfo, ...] = ()) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for info in extra:
            tar.addfile(info)
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def numbered(place: Path) -> Path:
    """Renumbered pictures: labels of 60 faces, every second picture."""
    put(place / "images_256", {f"{i}.png": picture(i, mode="RGB") for i in range(0, 60, 2)})
    rows = ["\teye_color\tface_shape\tfile_name"]
    rows += [f"{i}\t{i % 5}\t{i % 4}\t{i}.png" for i in range(60)]
    (place / "labels.csv").write_text("\n".join(rows) + "\n")
    return place / "images_256"


def everything(found: cartoon.Cartoons) -> list[str]:
    return [path for part in ("train", "val", "test") for path in found.paths[part]]


# Sets


def test_the_official_archive_is_unpacked_once(place: Path) -> None:
    numbered(place)  # the official set comes first
    archive = pack(place / "cartoonset10k.tgz", official())
    found = cartoon.load()
    assert found.source == "real" and found.keep == cartoon.KEEP and "CC BY 4.0" in found.provenance
    assert len(set(everything(found))) == COUNT
    assert [len(found.paths[part]) for part in ("train", "val", "test")] == [18, 2, 4]
    archive.unlink()
    assert cartoon.load().paths == found.paths
    for part, paths in found.paths.items():
        number = np.array([int(Path(path).stem[2:]) - 1000 for path in paths])
        worn = (number % 2 == 0) & (number < COUNT - 2)
        assert found.table[part]["glasses"].tolist() == np.where(worn, 3, 11).tolist()
        assert found.table[part]["has_glasses"].tolist() == worn.tolist()
        assert not found.table[part]["has_facial_hair"].any()


def test_the_larger_archive_has_folders_in_it(place: Path) -> None:
    halves = [official(12, "cartoonset100k/0/"), official(12, "cartoonset100k/9/", start=12)]
    pack(place / "cartoonset100k.tgz", halves[0] | halves[1])
    found = cartoon.load("100k")
    assert len(everything(found)) == COUNT


def test_the_jpg_edition_is_named_before_the_sample(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(place / "cartoonset100k_jpg", {f"{i % 3}/cs{i}.jpg": b"" for i in range(60)})
    assert cartoon.load("100k").source == "embedded"
    assert "cs0.jpg" in (shown := capsys.readouterr().out) and "cs*.png" in shown


def test_renumbered_pictures_that_are_there(place: Path) -> None:
    put(numbered(place), {"999.png": picture(0)})  # no labels: not used
    found = cartoon.load()
    assert sorted(int(Path(path).stem) for path in everything(found)) == [*range(0, 60, 2)]
    for part, paths in found.paths.items():
        numbers = np.array([int(Path(path).stem) for path in paths])
        assert found.table[part]["eye_color"].tolist() == (numbers % 5).tolist()
        assert "has_glasses" not in found.table[part]
    assert cartoon.load(most=10).paths["train"] == tuple(everything(found)[:8])


def test_unreadable_pictures_are_left_out_and_counted(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = bytearray(picture(80))
    changed[50] ^= 1
    bad = {"0": b"", "2": b"<html>login</html>", "4": picture(80)[:-7], "6": bytes(changed)}
    bad["8"] = picture(80, kind="jpeg")
    put(numbered(place), {f"{name}.png": content for name, content in bad.items()})
    put(place / "images_256", {"._12.png": b"\0\5\x16\7", "Thumbs.db": b"\xd0\xcf"})
    found = cartoon.load()
    assert {Path(path).stem for path in everything(found)} == {str(i) for i in range(10, 60, 2)}
    assert "5 of 30 files" in capsys.readouterr().out
    for path in everything(found)[:16]:
        Path(path).unlink()
    with pytest.raises(download.DataError, match="only 9 files can be used, 10 are needed"):
        cartoon.load()


@pytest.mark.parametrize("fault", ["missing", "short", "no number", "other"])
def test_a_face_with_a_broken_table_is_left_out(
    place: Path, capsys: pytest.CaptureFixture[str], fault: str
) -> None:
    put(place, official())
    path = place / "cartoonset10k/cs1004.csv"
    good = path.read_text()
    bad = {"short": '"glasses", 3\n', "no number": '"glasses", x, 12\n'}
    bad |= {"other": good.replace("glasses", "sunglasses")}
    path.write_text(bad[fault]) if fault in bad else path.unlink()
    assert len(everything(cartoon.load())) == COUNT - 1
    assert "1 of 24 files" in (shown := capsys.readouterr().out) and "cs1004.png" in shown


HEAD = "\teye_color\tface_shape\tfile_name\n"
MANY = "".join(f"{i}\t1\t1\t{i}.png\n" for i in range(60))


@pytest.mark.parametrize(
    "content",
    ["", "a\tb\n1\t2\n", f"{HEAD}0\tx\n", f'{HEAD}"{MANY}{"x" * 200_000}', HEAD + MANY[:40]],
    ids=["empty", "other columns", "no number", "endless", "cut"],
)
def test_broken_labels_are_named(place: Path, content: str) -> None:
    numbered(place)
    (place / "labels.csv").write_text(content)
    with pytest.raises(
        download.DataError, match=r"labels\.csv is damaged|images_256: only \d files"
    ):
        cartoon.load()


# Archives


def hostile(kind: str) -> tuple[dict[str, bytes], tuple[tarfile.TarInfo, ...]]:
    """A complete archive with one more member that must not be written."""
    members = official()
    if kind == "link":
        info = tarfile.TarInfo("cartoonset10k/cs1.png")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        return members, (info,)
    name = {
        "upwards": "cartoonset10k/../../cs1.png",
        "program": "cartoonset10k/cs1.py",
        "other": "elsewhere/cs1.png",
        "huge": "cartoonset10k/cs1.png",
    }[kind]
    return {name: bytes(files.LARGEST + 1) if kind == "huge" else picture(1)} | members, ()


@pytest.mark.parametrize("kind", ["link", "upwards", "program", "other", "huge"])
def test_what_does_not_belong_in_an_archive_is_not_written(place: Path, kind: str) -> None:
    pack(place / "cartoonset10k.tgz", *hostile(kind))
    cartoon.load()
    written = [p for p in place.parent.parent.rglob("*") if p.is_file() or p.is_symlink()]
    assert len(written) == 2 * COUNT + 1
    assert not [path for path in written if path.stem == "cs1"]


@pytest.mark.parametrize("content", ["junk", "empty", "cut", "fewer"])
def test_a_broken_archive_is_named_and_leaves_nothing(place: Path, content: str) -> None:
    path = pack(place / "cartoonset10k.tgz", official())
    if content == "cut":
        path.write_bytes(path.read_bytes()[:-2000])
    elif content == "fewer":
        pack(path, official(9))
    else:
        path.write_bytes({"junk": b"junk" * 99, "empty": b""}[content])
    before = path.read_bytes()
    with pytest.raises(download.DataError, match="cartoonset10k.tgz is damaged"):
        cartoon.load()
    assert path.read_bytes() == before and [p.name for p in place.iterdir()] == [path.name]


# Network and samples


def test_without_a_network(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "faces.rar").write_bytes(b"")
    assert cartoon.load().source == "embedded"
    shown = capsys.readouterr().out
    assert "cartoonset10k.tgz could not be downloaded" in shown and "faces.rar" in shown


def test_a_mirror_has_the_archive(place: Path, server: Any) -> None:
    made = pack(place.parent / "made.tgz", official())
    server.files["cartoonset10k.tgz"] = made.read_bytes()
    assert cartoon.load().source == "real" and len(server.asked) == 1


def test_the_drawn_faces_and_their_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AE_DATA_SOURCE", "embedded")
    monkeypatch.syspath_prepend(str(ROOT / "data"))
    make_cartoons = __import__("make_cartoons")
    found = cartoon.load()
    assert found.source == "embedded" and "synthetic" in found.provenance and found.keep == 1
    assert len(everything(found)) == 1000
    assert set(make_cartoons.ATTRIBUTES) < set(found.table["test"])
    for thing, none in make_cartoons.NONE.items():
        values = found.table["train"][thing]
        assert found.table["train"][f"has_{thing}"].tolist() == (values != none).tolist()
    assert cartoon.load(most=20).paths["train"] == found.paths["train"][:15]


def test_the_script_still_draws_the_faces_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "data"))
    make_cartoons = __import__("make_cartoons")
    with np.load(cartoon.DRAWN, allow_pickle=False) as file:
        images, rows, names = file["images"], file["table"], [str(n) for n in file["names"]]
    assert names == list(make_cartoons.ATTRIBUTES)
    assert np.array_equal(rows, make_cartoons.rows(make_cartoons.COUNT, make_cartoons.SEED))
    for number in range(0, 1000, 125):
        row = dict(zip(names, map(int, rows[number])))
        assert np.array_equal(make_cartoons.draw(row), images[number])


@pytest.mark.parametrize(
    ("name", "top", "bottom"), [("glasses", 0.43, 0.61), ("facial_hair", 0.56, 0.92)]
)
def test_an_attribute_changes_its_place_only(
    monkeypatch: pytest.MonkeyPatch, name: str, top: float, bottom: float
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "data"))
    make_cartoons = __import__("make_cartoons")
    row = dict.fromkeys(make_cartoons.ATTRIBUTES, 0) | make_cartoons.NONE
    bare = make_cartoons.draw(row).astype(int)
    for value in range(make_cartoons.NONE[name]):
        changed = np.abs(make_cartoons.draw(row | {name: value}) - bare).max(axis=(1, 2)) > 0
        rows = np.flatnonzero(changed) / make_cartoons.SIDE
        assert len(rows) and top <= rows.min() and rows.max() <= bottom


# Streams


def test_transparent_pixels_are_white_and_the_frame_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    path.write_bytes(picture(90, size=40))
    image = pictures.decode(str(path), 40, 1.0).numpy()
    assert image.dtype == np.uint8 and image.shape == (40, 40, 3)
    assert (image[0, 0] == 255).all() and (image[20, 20] == 90).all()
    assert (pictures.decode(str(path), 20, 0.5).numpy() == 90).all(), "only the middle is left"


def test_a_stream_keeps_the_order_or_shuffles_anew(place: Path) -> None:
    numbered(place)
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


def test_files_are_read_when_their_turn_comes_and_once_with_a_cache(place: Path) -> None:
    place = numbered(place)
    paths = everything(cartoon.load())
    missing = [str(place / f"missing-{i}.png") for i in range(500)]
    late = iter(cartoon.stream([*paths, *missing], 16, 4))
    assert next(late).shape == (4, 16, 16, 3), "later files are not needed yet"
    with pytest.raises(Exception, match="missing-0.png"):
        list(late)
    cached = cartoon.stream(paths, 16, 8, cache=True)
    before = np.concatenate([b.numpy() for b in cached])
    for path in place.iterdir():
        path.unlink()
    assert np.array_equal(np.concatenate([b.numpy() for b in cached]), before)


def test_the_real_faces(real: Path) -> None:
    found = cartoon.load(most=40)
    (batch,) = cartoon.stream(found.paths["train"], 32, 64, found.keep)
    assert batch.shape == (30, 32, 32, 3) and float(batch[:, 0, 0].numpy().min()) > 0.95
    originals = sorted(map(str, (real / "cartoonset" / "originals_500").glob("*.png")))
    (batch,) = cartoon.stream(originals[:64], 32, 64, cartoon.KEEP)
    assert float(batch[:, 0, 0].numpy().min()) > 0.95, "transparent pixels came out dark"


def test_pictures_of_a_reader(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Any mode and size; upright, the middle square, transparency on white."""
    wide = Image.new("RGB", (90, 30), "red")
    wide.paste("blue", (0, 0, 45, 30))
    turned = Image.Exif()
    turned[0x112] = 6  # a camera held upright: the left side is the top
    wide.save(tmp_path / "a.jpg", exif=turned, quality=95)
    Image.new("RGBA", (40, 60), (0, 0, 0, 0)).save(tmp_path / "b.png")
    Image.fromarray(np.full((20, 20), 65535, "uint16")).save(tmp_path / "c.png")
    for name, mode in (("d.jpg", "CMYK"), ("e.png", "P"), ("f.png", "1"), ("g.png", "LA")):
        Image.new("RGB", (50, 20), "white").convert(mode).save(tmp_path / name)
    (tmp_path / "h.png").write_bytes(b"no picture")
    x = pictures.own(tmp_path, 16)
    assert x.shape == (7, 16, 16, 3) and x.dtype == np.float32
    np.testing.assert_allclose(x[0, 2, 8], [0, 0, 1], atol=0.05)
    np.testing.assert_allclose(x[0, 13, 8], [1, 0, 0], atol=0.05)
    np.testing.assert_allclose(x[1:], 1, atol=0.02)
    assert "1 files" in capsys.readouterr().out
    assert len(pictures.own(tmp_path, 16, most=3)) == 3
    with pytest.raises(FileNotFoundError, match="Check the name"):
        pictures.own(tmp_path / "none", 16)
