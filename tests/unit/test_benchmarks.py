"""The benchmarks: trainings are found by their network, and both sides are timed to one value."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

import bench

BENCHMARKS = Path(bench.__file__).parent

# A training of another network, then that of F1; the lesson must end after it.
LESSON = """
import keras
import numpy as np

from utils import data

x = np.zeros((64, 784), "float32") + 0.1  # dark, as most pixels of digits


def train(size, epochs):
    inner = [keras.layers.Dense(size, "relu"), keras.layers.Dense(784, "sigmoid")]
    model = keras.Sequential([keras.Input((784,)), *inner])
    model.compile("adam", "binary_crossentropy", steps_per_execution=2)
    batches = data.batches(x, 16, seed=1)
    model.fit(batches, validation_data=(x, x), epochs=epochs, verbose=0)


train(8, 1)
train(32, 3)
raise AssertionError
"""


@pytest.mark.slow
def test_a_training_is_found_by_its_network(tmp_path: Path) -> None:
    source = tmp_path / "99_tiny.py"
    source.write_text(LESSON, encoding="utf-8")
    code = f"""
import json, sys
from pathlib import Path
sys.path.insert(0, {str(BENCHMARKS)!r})
import lesson, plain
found = lesson.record(Path({str(source)!r}), {{"F1": plain.PROGRAMS["F1"]}})
plain_run = plain.train("F1", "0", "1")
print(json.dumps([found, plain_run]))
"""
    quick = {"AE_PROFILE": "quick", "AE_DATA_SOURCE": "embedded", "MPLBACKEND": "agg"}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **quick}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found, plain_run = json.loads(done.stdout.splitlines()[-1])
    run = found["F1"]
    assert len(run["ends"]) == len(run["values"]) == 3
    assert run["ends"] == sorted(run["ends"])
    assert run["values"][-1] < run["values"][0], "the loss of the test digits falls"
    assert run["batch"] == 16 and run["step"] > 0 and run["stream"] > 0
    assert plain_run["signature"] == run["signature"]


def run_of(*values: float, seconds: float) -> dict[str, Any]:
    """A training of epochs of some seconds, with these values at their ends."""
    ends = [seconds * n for n in range(1, len(values) + 1)]
    return {"ends": ends, "values": values, "signature": "[50992, []]"}


@pytest.mark.parametrize(
    ("ours", "other", "end"),
    [
        ((0.3, 0.09), (0.2, 0.091), "| 10.00 | ≥ 10: yes |"),  # both reach the reported value
        ((0.3, 0.2), (0.25, 0.15), "| 10.00 | ≥ 10: yes |"),  # the lesson's value counts
        ((0.15, 0.09), (0.3, 0.2), "| 20.00 | ≥ 10: yes |"),  # the plain program's value counts
        ((0.3, 0.09), (0.09, 0.08), "| 5.00 | ≥ 10: **no** |"),
    ],
)
def test_both_sides_are_timed_to_a_value_that_both_reach(
    ours: tuple[float, ...], other: tuple[float, ...], end: str
) -> None:
    row = bench.training("F1", run_of(*ours, seconds=1), run_of(*other, seconds=10))
    assert row.endswith(end)


def test_different_networks_are_not_compared() -> None:
    ours, other = run_of(0.1, seconds=1), run_of(0.1, seconds=1) | {"signature": "[1, []]"}
    with pytest.raises(ValueError, match="F1: networks"):
        bench.training("F1", ours, other)
