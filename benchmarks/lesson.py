"""Run a lesson's source as it is and record its trainings.

Usage: python benchmarks/lesson.py SLUG [NAME ...]

A training is found by its network, not by its place in the lesson: F1 is the first training of a
network with the parameters and the penalty of program F1 in plain.py. Without names the first
training of the lesson is recorded. The lesson ends after the last training that is wanted.
"""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from plain import PROGRAMS, Program, signature
from shared import ROOT, Clock, answer, say

BATCHES = 100  # taken of an input stream while nothing is trained


class Finished(BaseException):
    """Ends the lesson; no `except Exception` of a lesson catches it."""


def stream_seconds(batches: Any) -> float | None:
    """Seconds to take a batch of a stream while nothing is trained; None for arrays."""
    import tensorflow as tf

    if not isinstance(batches, tf.data.Dataset):
        return None
    stream = iter(batches.repeat())
    next(stream)  # fills the buffers
    start = time.perf_counter()
    for _ in range(BATCHES):
        next(stream)
    return (time.perf_counter() - start) / BATCHES


def recorder(program: Program | None, model: Any) -> tuple[Any, Clock]:
    """A Keras callback for one training and its clock.

    The callback keeps the steps of an epoch (`steps`) and the seconds of its training part, without
    validation (`parts`).
    """
    import keras

    test = program.data("test") if program and program.tested else None

    class Recorder(keras.callbacks.Callback):
        def __init__(self) -> None:
            super().__init__()
            self.steps, self.parts, self.begin = 0, [], 0.0

        def on_train_begin(self, logs: Any = None) -> None:
            clock.start = time.perf_counter()

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.begin = time.perf_counter()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.steps = batch + 1

        def on_test_begin(self, logs: Any = None) -> None:
            self.end_of_training()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.end_of_training()
            clock.tick(lambda: self.value(logs))

        def end_of_training(self) -> None:
            if self.begin:
                self.parts.append(time.perf_counter() - self.begin)
                self.begin = 0.0

        def value(self, logs: dict[str, float]) -> float:
            if test:
                logs = model.evaluate(*test, batch_size=1000, verbose=0, return_dict=True)
            return logs[program.value if program else "loss"]

    clock = Clock()
    return Recorder(), clock


def record(path: Path, programs: dict[str, Program]) -> dict[str, Any]:
    """Run the source at `path` up to the end of the trainings that `programs` names.

    Args:
        path: a lesson's source.
        programs: the programs whose networks are wanted, by name; empty for the first training.

    Returns:
        For each name (`first` if there are no programs) the seconds and the value at the end of
        each epoch (`ends`, `values`), the seconds of a step and of a batch of the input alone
        (`step`, `stream`), the batch size and the network's signature.
        A name is missing if the lesson trains no such network.
    """
    from utils import environment

    environment.start(path.stem, "en")
    import keras  # after the lesson's switches are set

    wanted = {signature(program.network()): name for name, program in programs.items()}
    keras.utils.clear_session()
    found: dict[str, Any] = {}
    original = keras.Model.fit

    def fit(model: Any, *args: Any, **kwargs: Any) -> Any:
        name = wanted.get(signature(model), "") if wanted else "first"
        if not name or name in found:
            return original(model, *args, **kwargs)
        say(f"{path.stem}: {name}")
        callback, clock = recorder(programs.get(name), model)
        kwargs["callbacks"] = [*kwargs.get("callbacks", ()), callback]
        history = original(model, *args, **kwargs)
        x = args[0] if args else kwargs["x"]
        stream = stream_seconds(x)
        first = next(iter(x))[0] if stream is not None else None
        found[name] = {
            "ends": clock.ends,
            "values": clock.values,
            "step": median(callback.parts[1:] or callback.parts) / callback.steps,
            "stream": stream,
            "batch": kwargs.get("batch_size", 32) if first is None else len(first),
            "signature": signature(model),
        }
        if len(found) == max(1, len(wanted)):
            raise Finished
        return history

    keras.Model.fit = fit
    sys.path.insert(0, str(path.parent))
    try:
        runpy.run_path(str(path), run_name="__main__")
    except Finished:
        pass
    finally:
        keras.Model.fit = original
    return found


def main(slug: str, *names: str) -> dict[str, Any]:
    path = ROOT / "notebooks" / "source" / f"{slug}.py"
    return record(path, {name: PROGRAMS[name] for name in names})


if __name__ == "__main__":
    answer(main)
