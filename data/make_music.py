"""Play the synthetic music that stands in for GTZAN, and that the players of lesson 06 play.

Run `python data/make_music.py` to write `data/music/*.flac` again: same seed, same samples up to
rounding. Waltz, baião, bells and walking bass are ours; the other melodies are in the public domain
(J. S. Bach 1722, L. van Beethoven 1824, J. Pachelbel about 1690, C. Petzold before 1725, two
traditional songs), arranged by us. Every instrument is a sum of sines.

A voice is written as text: pitches joined by `+`, a colon, beats; `-` is a rest. `E4+G4:2` is a
third that lasts two beats.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

RATE, LENGTH, SEED = 8000, 131_072, 6
TOP = 3600  # Hz: no partial above, well below half the rate
OUT = Path(__file__).with_name("music")
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

Instrument = Callable[[float, float, np.random.Generator], np.ndarray]
Voice = tuple[str, Instrument, float]  # notes, instrument, loudness


def frequency(pitch: str) -> float:
    """Frequency in Hz of a pitch such as `C4` or `F#3`, in equal temperament with A4 = 440 Hz."""
    name, sharp, octave = re.fullmatch(r"([A-G])([#b]?)(\d)", pitch).groups()
    half_tones = STEPS[name] + {"#": 1, "b": -1, "": 0}[sharp] + 12 * (int(octave) - 4) - 9
    return 440 * 2 ** (half_tones / 12)


def shape(n: int, attack: float, release: float) -> np.ndarray:
    """A smooth rise in `attack` seconds, a smooth fall in the last `release`."""
    t = np.arange(n) / RATE
    ends = np.minimum(t / attack, (n / RATE - t) / release).clip(0, 1)
    return np.sin(np.pi / 2 * ends) ** 2


def sines(f: float, t: np.ndarray, partials: dict[float, float], fade: float) -> np.ndarray:
    """Partials (multiple k of `f` -> loudness), each fading by `fade` * (1 + k / 2) a second."""
    return sum(
        loud * np.exp(-t * fade * (1 + k / 2)) * np.sin(2 * np.pi * f * k * t + k)
        for k, loud in partials.items()
        if f * k < TOP
    )


def harmonics(count: int, slope: float) -> dict[float, float]:
    return {float(k): k**-slope for k in range(1, count + 1)}


def pluck(f: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(int((seconds + 0.35) * RATE)) / RATE
    stiff = {k * (1 + 2e-4 * k * k): a for k, a in harmonics(14, 1.1).items()}
    return sines(f, t, stiff, 1.4) * shape(len(t), 0.004, 0.3)


def strings(f: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(int((seconds + 0.12) * RATE)) / RATE
    sway = t + 0.0035 * np.sin(2 * np.pi * 5.6 * t + rng.uniform(0, 6)) / (2 * np.pi * 5.6)
    desk = [sines(f * d, sway, harmonics(12, 1.35), 0.0) for d in (0.998, 1.0, 1.0023)]
    return sum(desk) / 3 * shape(len(t), 0.09, 0.16)


def flute(f: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(int((seconds + 0.05) * RATE)) / RATE
    deep = 0.004 * np.minimum(t / 0.4, 1)
    sway = t + deep * np.sin(2 * np.pi * 4.8 * t) / (2 * np.pi * 4.8)
    tone = sines(f, sway, {1.0: 1.0, 2.0: 0.3, 3.0: 0.12, 4.0: 0.04}, 0.0)
    breath = np.convolve(rng.normal(0, 0.03, len(t)), [0.25, 0.5, 0.25], "same")
    return (tone + breath) * shape(len(t), 0.05, 0.08)


def organ(f: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(int((seconds + 0.04) * RATE)) / RATE
    stops = {0.5: 0.3, 1.0: 1.0, 2.0: 0.6, 3.0: 0.3, 4.0: 0.25, 6.0: 0.1, 8.0: 0.08}
    return sines(f, t, stops, 0.0) * shape(len(t), 0.025, 0.07)


def bell(f: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    t = np.arange(int((seconds + 1.2) * RATE)) / RATE
    hum = {0.5: 0.25, 1.0: 1.0, 1.19: 0.2, 2.0: 0.5, 2.74: 0.25, 3.76: 0.15, 5.4: 0.08}
    return sines(f, t, hum, 1.1) * shape(len(t), 0.003, 0.5)


def play(voices: list[Voice], beat: float, rng: np.random.Generator) -> np.ndarray:
    """The voices together, in a small room: float64 (131072,) with peak 0.95.

    Args:
        voices: each starts at the beginning.
        beat: seconds of a beat.
        rng: breath, phases of the vibrato, the echoes of the room.
    """
    x = np.zeros(LENGTH + 2 * RATE)
    for notes, instrument, loudness in voices:
        place = 0.03
        for note in notes.replace("|", " ").split():
            pitches, beats = note.rsplit(":", 1)
            seconds = float(beats) * beat
            for pitch in pitches.split("+") if pitches != "-" else ():
                sound = instrument(frequency(pitch), seconds, rng)
                start = int(place * RATE)
                room = x[start : start + len(sound)]
                room += loudness * rng.uniform(0.9, 1.1) * sound[: len(room)]
            place += seconds
    echo = rng.normal(0, 1, RATE // 2) * np.exp(-np.arange(RATE // 2) / (0.11 * RATE))
    echo *= 0.25 / np.sqrt(np.sum(echo**2))
    size = len(x) + len(echo)
    wet = np.fft.irfft(np.fft.rfft(x, size) * np.fft.rfft(echo, size), size)
    x = (x + wet[: len(x)])[:LENGTH] * shape(LENGTH, 0.01, 0.4)
    return 0.95 * x / np.abs(x).max()


def chords(names: str, beats: str) -> str:
    """A chord for each name, in the rhythm `beats`: `chords("C G7", "1 2")`."""
    tones = {
        "C": "C3+E3+G3", "D": "D3+F#3+A3", "G": "G2+B2+D3", "F": "F2+A2+C3", "E": "E2+G#2+B2",
        "A": "A2+C#3+E3", "Am": "A2+C3+E3", "Dm": "D3+F3+A3", "Em": "E3+G3+B3", "Bm": "B2+D3+F#3",
        "F#m": "F#2+A2+C#3", "Cm": "C3+Eb3+G3", "Fm": "F2+Ab2+C3", "G7": "G2+B2+F3",
        "Ab": "Ab2+C3+Eb3", "D7": "D3+F#3+C4",
    }  # fmt: skip
    return " ".join(f"{tones[name]}:{b}" for name in names.split() for b in beats.split())


def oom_pah(names: str) -> str:
    """A bass note and two short chords in each bar of three beats."""
    bars = (chords(name, "1").partition(":")[0] for name in names.split())
    return " ".join(f"{bar.split('+')[0]}:1 {bar}:0.5 -:0.5 {bar}:0.5 -:0.5" for bar in bars)


def prelude(rng: np.random.Generator) -> list[Voice]:
    bars = ("C4 E4 G4 C5 E5", "C4 D4 A4 D5 F5", "B3 D4 G4 D5 F5", "C4 E4 G4 C5 E5",
            "C4 E4 A4 E5 A5", "C4 D4 F#4 A4 D5", "B3 D4 G4 D5 G5", "B3 C4 E4 G4 C5")  # fmt: skip
    notes, held = [], []
    for bar in bars:
        low, second, *high = bar.split()
        notes += [f"{p}:1" for p in 2 * [low, second, *high, *high]]
        held += 2 * [f"{low}:8"]
    return [(" ".join(notes), pluck, 0.8), (" ".join(held), pluck, 0.5)]


def ode(rng: np.random.Generator) -> list[Voice]:
    first = "E4:1 E4:1 F4:1 G4:1 G4:1 F4:1 E4:1 D4:1 C4:1 C4:1 D4:1 E4:1 "
    tune = first + "E4:1.5 D4:0.5 D4:2 " + first + "D4:1.5 C4:0.5 C4:2"
    below = chords("C G C G C G C", "4") + " " + chords("C", "4")
    return [(tune, strings, 0.9), (tune.replace("4:", "5:"), flute, 0.25), (below, strings, 0.3)]


def waltz(rng: np.random.Generator) -> list[Voice]:
    tune = """E5:2 C5:1 | A4:3 | D5:2 F5:1 | A5:3 | G5:1 F5:1 E5:1 | D5:2 G4:1 | E5:3 | C5:3 |
              A5:2 G5:1 | F5:1 E5:1 D5:1 | C5:2 E5:1 | A4:3 | B4:1 C5:1 D5:1 | E5:2 G#4:1 |
              A4:3 | A4+E5:3"""
    return [(tune, flute, 0.8), (oom_pah("Am Am Dm Dm G G C C F Dm Am Am E E Am Am"), pluck, 0.35)]


def canon(rng: np.random.Generator) -> list[Voice]:
    ground = "D3:2 A2:2 B2:2 F#2:2 G2:2 D2:2 G2:2 A2:2"
    first = "F#5:2 E5:2 D5:2 C#5:2 B4:2 A4:2 B4:2 C#5:2"
    second = "D5:2 C#5:2 B4:2 A4:2 G4:2 F#4:2 G4:2 E4:2"
    tones = {"D": "D4 F#4 A4 F#4", "A": "C#4 E4 A4 E4", "Bm": "B3 D4 F#4 D4",
             "F#m": "A3 C#4 F#4 C#4", "G": "B3 D4 G4 D4"}  # fmt: skip
    broken = [f"{p}:0.5" for c in "D A Bm F#m G D G A".split() for p in tones[c].split()]
    return [(first, strings, 0.7), (second, strings, 0.5), (ground, strings, 0.5),
            (" ".join(broken), pluck, 0.4)]  # fmt: skip


def baiao(rng: np.random.Generator) -> list[Voice]:
    tune = """D4:0.5 F#4:0.5 A4:0.5 C5:0.5 B4:0.5 A4:0.5 F#4:1 |
              G4:0.5 B4:0.5 A4:0.5 G4:0.5 F#4:1 D4:1 |
              A4:0.5 A4:0.5 C5:0.5 D5:0.5 E5:0.5 D5:0.5 C5:1 | B4:0.5 A4:0.5 G4:0.5 F#4:0.5 A4:2 |
              D5:0.75 D5:0.25 C5:0.5 B4:0.5 C5:0.5 A4:0.5 F#4:1 |
              G4:0.5 A4:0.5 B4:0.5 G4:0.5 A4:0.5 F#4:0.5 E4:1 |
              F#4:0.5 A4:0.5 C5:0.5 B4:0.5 A4:0.5 G4:0.5 F#4:0.5 E4:0.5 |
              D4:0.5 E4:0.5 F#4:0.5 C4:0.5 D4:2"""
    roots = ("D2 A2", "G2 D2", "D2 C3", "G2 A2", "D2 C3", "G2 A2", "D2 A2", "D2 D2")
    bass = " ".join(f"{a}:1.5 {b}:1.5 {a}:1" for a, b in (r.split() for r in roots))
    off_beat = " ".join(f"-:0.5 {chords(c, '0.25')} -:0.75 {chords(c, '0.25')} -:0.25 "
                        f"-:0.5 {chords(c, '0.25')} -:0.75 {chords(c, '0.25')} -:0.25"
                        for c in "D G D G D G D D".split())  # fmt: skip
    return [(tune, organ, 0.6), (bass, pluck, 0.8), (off_beat, pluck, 0.25)]


def bells(rng: np.random.Generator) -> list[Voice]:
    scale = "G4 A4 C5 D5 E5 G5 A5 C6".split()
    place, notes = 3, []
    for beats in rng.choice([0.5, 0.5, 1.0], 58):
        place = int(np.clip(place + rng.choice([-2, -1, 1, 2]), 0, len(scale) - 1))
        notes.append(f"{scale[place]}:{beats}")
    return [(" ".join(notes), bell, 0.7), (chords("C Am F G C Am F C", "5"), strings, 0.15)]


def greensleeves(rng: np.random.Generator) -> list[Voice]:
    tune = """A4:1 | C5:2 D5:1 E5:1.5 F#5:0.5 E5:1 | D5:2 B4:1 G4:1.5 A4:0.5 B4:1 |
              C5:2 A4:1 A4:1.5 G#4:0.5 A4:1 | B4:2 G#4:1 E4:2 A4:1 |
              C5:2 D5:1 E5:1.5 F#5:0.5 E5:1 | D5:2 B4:1 G4:1.5 A4:0.5 B4:1 |
              C5:1.5 B4:0.5 A4:1 G#4:1.5 F#4:0.5 G#4:1 | A4:3 A4:3"""
    below = "-:1 " + chords("Am G Am E Am G", "3 3") + " " + chords("Am E Am Am", "3")
    return [(tune, flute, 0.8), (below, pluck, 0.4)]


def walk(rng: np.random.Generator) -> list[Voice]:
    bass = """C2:1 Eb2:1 G2:1 A2:1 | Bb2:1 A2:1 G2:1 Eb2:1 |
              F2:1 Ab2:1 C3:1 D3:1 | Eb3:1 D3:1 C3:1 Ab2:1 |
              C2:1 D2:1 Eb2:1 G2:1 | Ab2:1 G2:1 F2:1 Eb2:1 | G2:1 B2:1 D3:1 F3:1 | C3:1 G2:1 C2:2"""
    stabs = " ".join(f"-:1.5 {chords(c, '0.4')} -:2.1" for c in "Cm Cm Fm Fm Cm Ab G7 Cm".split())
    tune = """-:2 G4:0.5 C5:0.5 Eb5:1 | D5:0.5 C5:1.5 -:2 |
              -:1 Ab4:0.5 C5:0.5 F5:1 Eb5:0.5 C5:0.5 | D5:1 C5:1 -:2 |
              -:1 Eb5:0.5 D5:0.5 C5:0.5 G4:1.5 | Ab4:1 C5:1 Eb5:1 D5:0.5 C5:0.5 |
              B4:1.5 D5:0.5 G4:2 | C5:4"""
    return [(bass, pluck, 1.0), (stabs.replace("3", "4"), organ, 0.15), (tune, bell, 0.4)]


def minuet(rng: np.random.Generator) -> list[Voice]:
    tune = """D5:1 G4:0.5 A4:0.5 B4:0.5 C5:0.5 | D5:1 G4:1 G4:1 |
              E5:1 C5:0.5 D5:0.5 E5:0.5 F#5:0.5 |
              G5:1 G4:1 G4:1 | C5:1 D5:0.5 C5:0.5 B4:0.5 A4:0.5 | B4:1 C5:0.5 B4:0.5 A4:0.5 G4:0.5 |
              F#4:1 G4:0.5 A4:0.5 B4:0.5 G4:0.5 | A4:3"""
    bass = """G3+B3+D4:2 A3:1 | B3:3 | C4:3 | B3:3 | A3:3 | G3:3 | D4:1 B3:1 G3:1 |
              D4:1 D3:0.5 C4:0.5 B3:0.5 A3:0.5"""
    return [(tune, pluck, 0.9), (bass, pluck, 0.6)]


def canon_at_the_octave(rng: np.random.Generator) -> list[Voice]:
    tune = """C5:1 D5:1 E5:1 C5:1 | C5:1 D5:1 E5:1 C5:1 | E5:1 F5:1 G5:2 | E5:1 F5:1 G5:2 |
              G5:0.5 A5:0.5 G5:0.5 F5:0.5 E5:1 C5:1 | G5:0.5 A5:0.5 G5:0.5 F5:0.5 E5:1 C5:1 |
              C5:1 G4:1 C5:2 | C5:1 G4:1 C5:2"""
    lower = "-:8 " + re.sub(r"([A-G])(\d)", lambda m: f"{m[1]}{int(m[2]) - 1}", tune)
    drone = chords("C C C C C C C C", "4")
    return [(tune, organ, 0.6), (lower, strings, 0.6), (drone, strings, 0.15)]


MUSIC = {  # file -> composition, seconds of a beat
    "prelude": (prelude, 0.126),
    "ode": (ode, 0.5),
    "waltz": (waltz, 0.335),
    "canon": (canon, 1.0),
    "baiao": (baiao, 0.5),
    "bells": (bells, 0.4),
    "greensleeves": (greensleeves, 0.33),
    "walk": (walk, 0.5),
    "minuet": (minuet, 0.67),
    "round": (canon_at_the_octave, 0.5),
}


def piece(name: str) -> np.ndarray:
    """The samples of a piece: int16 (131072,)."""
    compose, beat = MUSIC[name]
    rng = np.random.default_rng([SEED, list(MUSIC).index(name)])
    return np.round(play(compose(rng), beat, rng) * 32767).astype(np.int16)


def main() -> None:
    """Write all pieces."""
    import soundfile

    OUT.mkdir(exist_ok=True)
    for name in MUSIC:
        path = OUT / f"{name}.flac"
        soundfile.write(path, piece(name), RATE, "PCM_16")
        print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
