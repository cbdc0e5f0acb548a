"""Sound: exact cuts, files that are read or refused, players that publish only our own music."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import soundfile

from utils import audio, settings, text
from utils.data import download
from utils.data import music as gtzan

ROOT = Path(__file__).resolve().parents[2]
RANDOM = np.random.default_rng(0)
# What an output with sound looks like, however it was made.
SOUND = re.compile(
    r"<audio|data:audio/|audio/(?:wav|x-wav|flac|ogg|mpeg)|AudioModel", re.IGNORECASE
)


@pytest.fixture(autouse=True)
def folder(fresh_lesson: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty data folder."""
    place = tmp_path / "dados da lição"
    place.mkdir()
    monkeypatch.setenv("AE_DATA", str(place))
    settings.set_lesson("06_music")
    return place


def put(path: Path, x: np.ndarray, rate: int = audio.RATE, **settings: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, x, rate, **settings)
    return path


# Cut, join, compare


def test_cut_and_join_lose_nothing() -> None:
    tracks = RANDOM.normal(size=(3, 131_072)).astype("float32")
    parts = audio.cut(tracks, 4096)
    assert parts.shape == (96, 4096, 1)
    assert np.array_equal(parts[33, :, 0], tracks[1, 4096:8192])
    joined = audio.join(parts, 131_072)
    assert joined.dtype == np.float32 and np.array_equal(joined, tracks)


def test_what_would_be_left_over_is_refused() -> None:
    with pytest.raises(ValueError, match="leave 100 of 8292 over"):
        audio.cut(np.zeros((2, 8292)), 4096)
    with pytest.raises(ValueError, match="do not fill tracks of 8192"):
        audio.join(np.zeros((3, 4096, 1)), 8192)


def test_snr_of_known_noise() -> None:
    x = np.sin(np.arange(8000) / 9)[None]
    assert audio.snr(x, 0 * x) == pytest.approx(0)
    assert audio.snr(x, 0.9 * x) == pytest.approx(20)
    assert audio.snr(x, x) == np.inf
    both = audio.snr(np.repeat(x, 2, 0), np.concatenate([0 * x, 0.9 * x]))
    assert both == pytest.approx([0, 20])


def test_peak() -> None:
    assert np.abs(audio.to_peak(np.array([0.1, -0.4, 0.2]))).max() == pytest.approx(1)
    assert not audio.to_peak(np.zeros(5)).any()


# Files


@pytest.mark.parametrize(("suffix", "subtype"), [("wav", "PCM_16"), ("au", None), ("flac", None)])
def test_formats_are_read_alike(tmp_path: Path, suffix: str, subtype: str | None) -> None:
    x = RANDOM.uniform(-0.9, 0.9, 500)
    read = audio.load(put(tmp_path / f"a.{suffix}", x, subtype=subtype))
    assert read.dtype == np.float32 and read.shape == (500,)
    np.testing.assert_allclose(read, x, atol=1e-4)


def test_stereo_becomes_mono_and_another_rate_is_converted(tmp_path: Path) -> None:
    t = np.arange(22_050) / 22_050
    tone = 0.5 * np.sin(2 * np.pi * 440 * t)
    hiss = 0.4 * np.sin(2 * np.pi * 7000 * t)  # above what 8 kHz can hold: must go, not fold down
    x = audio.load(put(tmp_path / "a.wav", np.stack([tone + hiss, tone - hiss / 2], 1), 22_050))
    assert x.shape == (8000,)
    wanted = 0.5 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)
    np.testing.assert_allclose(x[200:-200], wanted[200:-200], atol=0.01)


@pytest.mark.parametrize("fault", ["empty", "junk", "cut off", "no samples", "nan", "missing"])
def test_what_is_no_sound_is_named(tmp_path: Path, fault: str) -> None:
    path = put(tmp_path / "jazz.00054.flac", RANDOM.uniform(-1, 1, 20_000))
    content = path.read_bytes()
    if fault == "empty":
        path.write_bytes(b"")
    elif fault == "junk":
        path.write_bytes(b"RIFF\0\0\0\0 no sound")
    elif fault == "cut off":
        path.write_bytes(content[: len(content) // 2])
    elif fault == "no samples":
        soundfile.write(path, np.zeros(0), 8000)
    elif fault == "missing":
        path.unlink()
    else:
        soundfile.write(path, np.full(9, np.nan), 8000, "FLOAT", format="WAV")
    with pytest.raises(download.DataError, match=r"jazz\.00054\.flac cannot be read.*WAV, FLAC"):
        audio.load(path)


def test_lossless_formats_return_every_bit() -> None:
    x = (RANDOM.integers(-32767, 32768, 50_000) / 32768).astype("float32")
    for kind in ("WAV", "FLAC"):
        written = audio.encode(x, kind)
        assert np.array_equal(audio.load(io.BytesIO(written)), x)
    loud = audio.load(io.BytesIO(audio.encode(np.array([2.0, -2.0, 0.5]), "WAV")))
    assert loud[0] > 0.99 and loud[1] < -0.99, "clipped, not wrapped around"
    tone = np.sin(np.arange(100_000) / 9)
    written = audio.encode(tone, "OGG")
    assert audio.snr(tone, audio.load(io.BytesIO(written))) > 15 and len(written) < 100_000


# Players


def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, Any]]:
    outputs: list[tuple[str, str, Any]] = []
    monkeypatch.setattr(
        text, "show", lambda plain, rich, meta=None: outputs.append((plain, rich, meta))
    )
    return outputs


def test_of_real_tracks_no_player_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = shown(monkeypatch)
    audio.play({"track": RANDOM.uniform(-1, 1, 800)}, "real")
    ((plain, rich, _),) = outputs
    assert not SOUND.search(plain + rich) and len(rich) < 1000
    assert "the course's own pieces" in plain
    with pytest.raises(ValueError, match="neither 'real' nor 'embedded'"):
        audio.play({"track": np.zeros(8)}, "gtzan")
    assert len(outputs) == 1


def test_a_reader_may_play_the_own_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = shown(monkeypatch)
    audio.play({"track": np.zeros(800)}, "real", my_copy=True)
    assert SOUND.search(outputs[0][1]) and outputs[0][2] == {"sound": "real"}


def test_a_reader_may_play_own_sounds(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = shown(monkeypatch)
    audio.play({"voice.wav": np.zeros(800)}, "own")
    assert SOUND.search(outputs[0][1]) and outputs[0][2] == {"sound": "own"}


def test_players_of_our_pieces_carry_label_and_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = shown(monkeypatch)
    x = (RANDOM.integers(-20_000, 20_000, 4000) / 32768).astype("float32")
    audio.play({'<b>"A"</b>': x, "B": -x}, "embedded")
    ((plain, rich, metadata),) = outputs
    assert metadata == {"sound": "embedded"} and "0.5 s" in plain
    assert "<b>" not in rich and rich.count("<audio controls") == 2
    first, second = re.findall(r"data:audio/flac;base64,([^\"]+)", rich)
    assert np.array_equal(audio.load(io.BytesIO(base64.b64decode(first))), x)
    assert np.array_equal(audio.load(io.BytesIO(base64.b64decode(second))), -x)


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_committed_notebooks_play_nothing_but_our_pieces(language: str) -> None:
    """Every sound in the outputs is marked as ours, and sounds like one of our pieces."""
    notebook = nbformat.read(ROOT / "notebooks" / language / "06_music.ipynb", as_version=4)
    code = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    assert re.search(r"^LISTEN = False$", code, re.MULTILINE)
    assert (
        "my_copy=True" not in code and "Audio(" not in code and "widgets" not in notebook.metadata
    )
    ours = [audio.load(gtzan.PIECES / f"{name}.flac") for name in gtzan.TITLES]
    spectra = [np.fft.rfft(x, 2**18) for x in ours]
    for output in (o for c in notebook.cells for o in c.get("outputs", [])):
        told = json.dumps(output)
        assert bool(SOUND.search(told)) == (output.get("metadata", {}).get("sound") == "embedded")
        for sound in re.findall(r"data:audio/flac;base64,([^\"\\]+)", told):
            x = audio.load(io.BytesIO(base64.b64decode(sound)))
            wave = np.fft.rfft(x / np.linalg.norm(x), 2**18).conj()
            norm = np.sqrt(len(x)) * max(np.std(piece) for piece in ours)
            alike = max(np.abs(np.fft.irfft(wave * s)).max() for s in spectra) / norm
            assert alike > 0.3, "a sound that is none of our pieces"


@pytest.mark.parametrize(
    ("rate", "frames", "subtype"), [(1, 9, None), (2**31 - 1, 9, None), (8000, 9, "FLOAT")]
)
def test_sounds_that_no_recorder_makes(
    tmp_path: Path, rate: int, frames: int, subtype: str | None
) -> None:
    """A rate that would blow the sound up, and values far beyond full scale."""
    x = np.full(frames, 1e30 if subtype else 0.1, "float32")
    with pytest.raises(download.DataError, match="cannot be read as sound"):
        audio.load(put(tmp_path / "x.wav", x, rate, subtype=subtype))


def test_a_header_that_promises_too_much_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "x.wav", np.zeros(1000))
    monkeypatch.setattr(audio, "MOST_SAMPLES", 999)
    monkeypatch.setattr(soundfile.SoundFile, "read", lambda *a, **s: pytest.fail("was read"))
    with pytest.raises(download.DataError, match="1000 x 1"):
        audio.load(path)


def test_a_loud_recording_in_floating_point_is_scaled_with_a_notice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    x = RANDOM.uniform(-1, 1, 500).astype("float32")
    x[7] = 1
    for loud in (1.5, 32_768):
        read = audio.load(put(tmp_path / "mine.wav", loud * x, subtype="FLOAT"))
        np.testing.assert_allclose(read, x, atol=1e-6)
        assert f"mine.wav has values up to {loud:.1f}" in capsys.readouterr().out


def test_a_format_that_is_not_read_is_named_with_the_way_to_convert_it(tmp_path: Path) -> None:
    (tmp_path / "voice.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(2000))
    with pytest.raises(download.DataError, match="ffmpeg -i voice.m4a"):
        audio.load(tmp_path / "voice.m4a")
