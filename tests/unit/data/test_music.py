"""The music: tracks in any known layout, archives that cannot harm, bad tracks counted."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from utils import audio, text
from utils.data import download, files, music

ROOT = Path(__file__).resolve().parents[3]
RANDOM = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tracks of 64 samples."""
    monkeypatch.setattr(music, "LENGTH", 64)


def put(path: Path, x: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, x, audio.RATE, format=path.suffix[1:].upper())


def put_tracks(folder: Path, count: int, suffix: str = "wav", genre: str = "classical") -> None:
    for i in range(count):
        put(folder / f"{genre}.{i:05d}.{suffix}", RANDOM.uniform(-1, 1, 80) * (0.1 + 0.008 * i))


@pytest.mark.parametrize(
    ("place", "suffix"),
    [
        ("gtzan/classical_8000hz_30s", "flac"),
        ("gtzan/genres/classical", "au"),
        ("gtzan/Data/genres_original/classical", "wav"),
        ("GTZAN/Genres_Original/Classical", "WAV"),
        ("Data/genres_original/classical", "wav"),
        ("genres_original/classical", "wav"),
        ("gtzan-dataset-music-genre-classification/Data/genres_original/classical", "wav"),
    ],
)
def test_layouts(folder: Path, place: str, suffix: str) -> None:
    put_tracks(folder / place, 60, suffix)
    put_tracks(folder / place / "../jazz", 1, suffix, "jazz")
    put_tracks(folder / "gtzan/fewer", 10)  # the fullest folder is used
    if not place.lower().startswith("gtzan/"):
        for path in (folder / "gtzan/fewer").iterdir():
            path.unlink()
    found = music.tracks()
    assert found.source == "real" and "60 real tracks" in found.provenance
    assert [len(x) for x in (found.x_train, found.x_val, found.x_test)] == [50, 2, 8]
    assert found.x_train.dtype == np.float32 and found.x_train.shape[1] == 64
    assert np.abs(found.x_train).max() == 1 and (np.abs(found.x_train).max(axis=1) > 0.7).all()
    names = [*found.names_train, *found.names_val, *found.names_test]
    assert names == [f"classical.{i:05d}" for i in range(60)], "in order, nobody twice"


def test_a_read_only_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_tracks(folder / "Data/genres_original/classical", 55)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = set(folder.rglob("*"))
    try:
        assert music.tracks().source == "real" and set(folder.rglob("*")) == before
    finally:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)


def test_bad_tracks_are_left_out_counted_and_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = folder / "gtzan/genres/jazz"
    put_tracks(place, 60, genre="jazz")
    (place / "jazz.00054.wav").write_bytes(b"\0" * 100)
    put(place / "jazz.00010.wav", np.ones(30))
    put(place / "jazz.00011.wav", np.zeros(80))
    (place / "jazz.00099.txt").write_text("no track")
    (place / "._jazz.00001.wav").write_bytes(b"what macOS leaves")
    found = music.tracks("jazz")
    told = capsys.readouterr().out
    assert "3 of 60 files" in told and "jazz.00010.wav, jazz.00011.wav, jazz.00054.wav" in told
    assert len(found.x_train) == 50 and len(found.x_test) + len(found.x_val) == 7
    for i in range(20, 30):
        (place / f"jazz.{i:05d}.wav").write_bytes(b"")
    with pytest.raises(download.DataError, match="only 47 files can be used, 52 are needed"):
        music.tracks("jazz")


# The archive


def pack(path: Path, source: Path, extra: list[tarfile.TarInfo] | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for file in sorted(source.iterdir()):
            archive.add(file, f"genres/classical/{file.name}")
        for member in extra or []:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    put_tracks(tmp_path / "source", 55, "au")
    return tmp_path / "source"


def test_the_archive_is_unpacked_once_and_nothing_lands_elsewhere(
    folder: Path, tmp_path: Path, source: Path
) -> None:
    bad = [tarfile.TarInfo(name) for name in (
        "../../classical/classical.00090.wav", "/classical/classical.00091.wav",
        "genres/classical/../../escaped.wav", "genres/classical/notes.txt",
        "genres/classical/._classical.00000.wav", "genres/blues/blues.00000.wav",
        "genres/classical/classical.00092.wav", "genres/classical/classical.00093.wav",
    )]  # fmt: skip
    bad[0].size = 3
    bad[-2].type, bad[-2].linkname = tarfile.SYMTYPE, "/etc/passwd"
    bad[-1].size = files.LARGEST + 1
    archive = pack(folder / "gtzan/genres.tar.gz", source, bad)
    before = set(tmp_path.rglob("*"))
    assert len(music.tracks().x_train) == 50
    inside = folder / "gtzan/genres/classical"
    written = set(tmp_path.rglob("*")) - before - {inside, inside.parent}
    assert all(path.parent == inside for path in written)
    names = {path.name for path in inside.iterdir()}
    assert names - {"classical.00090.wav", "classical.00091.wav"} == {
        f"classical.{i:05d}.au" for i in range(55)
    }
    archive.write_bytes(b"not needed any more")
    assert len(music.tracks().x_train) == 50


@pytest.mark.parametrize("fault", ["junk", "empty", "cut off", "other genre"])
def test_a_broken_archive_is_named_and_leaves_nothing(
    folder: Path, source: Path, fault: str
) -> None:
    path = pack(folder / "gtzan/genres.tar.gz", source)
    content = path.read_bytes()
    cases = {"junk": b"junk" * 9, "empty": b"", "cut off": content[: len(content) // 2]}
    path.write_bytes(cases.get(fault, content))
    with pytest.raises(download.DataError, match=r"genres\.tar\.gz is damaged"):
        music.tracks("jazz" if fault == "other genre" else "classical")
    left = [p for p in (folder / "gtzan").rglob("*") if p != path and p.name != "genres"]
    assert left == [] and path.exists()


def test_another_kernel_may_unpack_at_the_same_time(
    folder: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack(folder / "gtzan/genres.tar.gz", source)
    replace = files.os.replace

    def too_late(room: Path, place: Path) -> None:
        put_tracks(place, 55)  # the other kernel was faster
        replace(room, place)

    monkeypatch.setattr(files.os, "replace", too_late)
    assert music.tracks().source == "real"
    assert {path.name for path in (folder / "gtzan").iterdir()} == {"genres", "genres.tar.gz"}


# Without GTZAN


def test_nothing_is_downloaded_unless_asked_for(
    folder: Path,
    source: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(music, "LENGTH", 131_072)
    with monkeypatch.context() as patch:
        patch.setattr("pooch.retrieve", lambda *a, **s: pytest.fail("1.2 GB were not asked for"))
        (folder / "gtzan").mkdir()
        (folder / "gtzan/classical.00000.m4a").write_bytes(b"")
        assert music.tracks().source == "embedded"
        told = capsys.readouterr().out
        assert (
            "classical.00000.m4a" in told
            and "only downloaded with" in told
            and "genres_original/classical" in told
        )
    monkeypatch.setenv("AE_DATA_SOURCE", "real")
    with pytest.raises(download.DataError, match=r"127\.0\.0\.1:9: no connection"):
        music.tracks()
    text.set_language("pt-BR")
    with pytest.raises(download.DataError, match="Não foi possível baixar genres.tar.gz"):
        music.tracks()


def test_a_mirror_is_asked(folder: Path, source: Path, server: Any) -> None:
    server.files["genres.tar.gz"] = pack(source.parent / "made.tar.gz", source).read_bytes()
    assert music.tracks().source == "real" and server.asked == ["genres.tar.gz"]


# What the course carries


def test_the_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    found = music.pieces()
    assert [len(x) for x in (found.x_train, found.x_val, found.x_test)] == [6, 2, 2]
    x = np.concatenate([found.x_train, found.x_val, found.x_test])
    assert x.shape == (10, 131_072) and x.dtype == np.float32 and found.source == "embedded"
    assert np.abs(x).max(axis=1) == pytest.approx(np.ones(10))
    assert (x.std(axis=1) > 0.1).all() and np.abs(x.mean(axis=1)).max() < 0.01
    quiet = (np.abs(x.reshape(10, 32, 4096)).max(axis=2) < 0.05).sum(axis=1)
    assert quiet.max() <= 1, "music from the beginning to the end"
    assert (np.abs(np.corrcoef(x)) - np.eye(10)).max() < 0.5, "ten different pieces"


def test_the_music_is_what_its_script_plays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "data"))
    import make_music

    assert set(make_music.MUSIC) == set(music.TITLES)
    for name in ("prelude", "bells"):
        kept = np.round(audio.load(music.PIECES / f"{name}.flac") * 32768)
        assert np.abs(kept - make_music.piece(name)).max() <= 1
    assert make_music.frequency("A4") == 440
    assert make_music.frequency("Bb3") == pytest.approx(make_music.frequency("A3") * 2 ** (1 / 12))


def test_the_real_tracks(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(music, "LENGTH", 131_072)
    found = music.tracks()
    assert [len(x) for x in (found.x_train, found.x_val, found.x_test)] == [50, 10, 40]
    assert found.names_test[-1] == "classical.00099" and found.rate == 8000


# The reader's own sounds


@pytest.fixture
def voice() -> np.ndarray:
    """Two seconds of a buzz with a slow envelope at 44.1 kHz, two channels."""
    t = np.arange(2 * 44_100) / 44_100
    buzz = sum(np.sin(2 * np.pi * 130 * k * t) / k for k in range(1, 12)) * np.sin(3 * t) ** 2
    return 0.3 * np.stack([buzz, 0.8 * buzz], axis=1)


@pytest.fixture
def usual_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(music, "LENGTH", 131_072)


@pytest.mark.parametrize(
    ("suffix", "subtype", "rate"),
    [
        ("wav", "PCM_16", 44_100),
        ("wav", "PCM_U8", 22_050),
        ("flac", None, 48_000),
        ("ogg", None, 44_100),
    ],
)
def test_own_sounds_of_any_form_are_alike(
    tmp_path: Path, voice: np.ndarray, usual_length: None, suffix: str, subtype: str, rate: int
) -> None:
    soundfile.write(tmp_path / f"voz.{suffix}", voice, rate, subtype=subtype)
    ((name, x),) = music.own(str(tmp_path / f"voz.{suffix}")).items()
    assert name == f"voz.{suffix}" and x.dtype == np.float32 and x.ndim == 1
    assert len(x) % 256 == 0 and 0 <= len(voice) / rate * 8000 - len(x) < 257
    assert np.abs(x).max() == pytest.approx(1)


def test_own_folder_skips_what_is_no_sound_and_long_sounds_are_cut(
    tmp_path: Path, voice: np.ndarray, usual_length: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices: list[str] = []
    monkeypatch.setattr(music, "notice", notices.append)
    soundfile.write(tmp_path / "a.wav", np.tile(voice, (10, 1)), 44_100)
    soundfile.write(tmp_path / "b.wav", voice[:4000], 44_100)  # a tenth of a second
    (tmp_path / "c.m4a").write_bytes(b"\0\0\0 ftypM4A ")
    (tmp_path / "notes.txt").write_text("no sound")
    found = music.own(tmp_path)
    assert [(name, len(x)) for name, x in found.items()] == [("a.wav", 131_072)]
    assert len(notices) == 2 and "b.wav" in notices[0] and "c.m4a" in notices[1]


def test_without_own_sounds_the_course_plays(tmp_path: Path, usual_length: None) -> None:
    assert list(music.own("")) == list(music.pieces().names_test)
    with pytest.raises(download.DataError, match="no sound file that can be used"):
        music.own(tmp_path)
    with pytest.raises(download.DataError, match="gone.wav"):
        music.own(tmp_path / "gone.wav")
