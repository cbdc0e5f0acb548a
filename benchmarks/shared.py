"""What the benchmarks share: programs in processes of their own, and a clock for trainings.

Only the standard library is imported here, because the PyTorch twin uses it too.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
sys.path.insert(0, str(ROOT))

# The lesson's own seed and no window; each program starts TensorFlow with its own switches.
SETTINGS = {
    "AE_SEED": "7",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "agg",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def say(text: str) -> None:
    """Report progress on standard error; standard output is for the table."""
    print(text, file=sys.stderr, flush=True)


def measure(script: str, *words: str, python: str = sys.executable) -> dict[str, Any]:
    """Run a program of this folder in a fresh process and return the JSON that it prints last.

    Args:
        script: name of the module, without `.py`.
        *words: its arguments.
        python: the interpreter.

    Raises:
        RuntimeError: the program failed; its messages are on standard error.
    """
    say(" ".join((script, *words)))
    command = [python, str(FOLDER / f"{script}.py"), *words]
    environment = {**os.environ, **SETTINGS}
    environment.pop("TF_ENABLE_ONEDNN_OPTS", None)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with code {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def answer(program: Callable[..., dict[str, Any]]) -> None:
    """Call `program` with the words of the command line and print what it returns as JSON."""
    with contextlib.redirect_stdout(sys.stderr):
        result = program(*sys.argv[1:])
    print(json.dumps(result))


class Clock:
    """Seconds and a value at the end of each epoch; reading the value takes no time on the clock.

    Attributes:
        ends: seconds from the start to the end of each epoch.
        values: the values read there.
    """

    def __init__(self) -> None:
        self.ends: list[float] = []
        self.values: list[float] = []
        self.start = time.perf_counter()

    def tick(self, read: Callable[[], float]) -> float:
        """End an epoch: stop the clock, read the value, go on; returns the value."""
        stopped = time.perf_counter()
        self.ends.append(stopped - self.start)
        self.values.append(float(read()))
        say(f"epoch {len(self.ends)}: {self.ends[-1]:.1f} s, {self.values[-1]:.4f}")
        self.start += time.perf_counter() - stopped
        return self.values[-1]

    def epoch_seconds(self) -> float:
        """Median seconds of an epoch, without the first one, which compiles."""
        later = [after - before for before, after in zip(self.ends, self.ends[1:])]
        return median(later or self.ends)
