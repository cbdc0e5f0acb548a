"""Costs as the work grows: music of lesson 06, and whether the input keeps up with the training."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from shared import Clock, answer, chosen, play_to_fit
from trainings import TRAININGS, fit_of

FED = {"04": "F7", "06": "F9"}
CARTOON = chosen("09_cartoon_generation", ("…history_mse, seconds_mse = train(",))
ROUNDS = 3


def timed(fit: Any, model: Any, batches: Any, epochs: int, steps: int | None = None) -> list[float]:
    """Seconds of each epoch of `fit` on a stream of batches, without validation."""
    import keras

    clock = Clock(lambda logs: logs["loss"])
    tick = keras.callbacks.LambdaCallback(on_epoch_end=lambda _, logs: clock.tick(logs))
    settings = {"shuffle": False, "verbose": 0, "callbacks": [tick]}
    fit(model, batches, epochs=epochs, steps_per_epoch=steps, **settings)
    return [after - before for before, after in zip([0.0, *clock.ends], clock.ends)]


def taken(batches: Any, count: int) -> float:
    """Seconds to take `count` batches of a stream while nobody trains, once it flows."""
    stream = iter(batches)
    next(stream)  # fills the buffers that shuffle
    start = time.perf_counter()
    for _ in range(count):
        next(stream)
    return time.perf_counter() - start


def music(tracks: str, epochs: str) -> dict[str, Any]:
    """Seconds of an epoch of lesson 06 on so many tracks of GTZAN, all but the first epoch."""
    spec, found = TRAININGS["F9"], {}

    def action(space: dict[str, Any], fit: Any, model: Any, *_: Any, **__: Any) -> None:
        np, every = space["np"], [space[f"x_{part}"] for part in ("train", "val", "test")]
        x = space["audio"].cut(np.concatenate(every)[: int(tracks)], space["PART"])
        batches = space["data"].batches(space["tf"].constant(x), space["BATCH"], seed=7)
        times = timed(fit, model, batches, int(epochs))[1:]
        found.update(parts=len(x), tracks=int(tracks), seconds=median(times))

    play_to_fit(chosen(spec.slug, spec.marks, spec.folder), action)
    return found


def feeding(which: str, steps: str) -> dict[str, Any]:
    """Seconds of a batch of the lesson's own stream alone, and of a training step.

    The step is timed with that stream and with one batch that is there. The first steps with the
    own stream, before which lesson 09 reads its files, are given apart (`cold`).
    """
    found: dict[str, Any] = {}

    def action(_: Any, fit: Any, model: Any, batches: Any, **__: Any) -> None:
        count = int(steps)
        own, one = batches.repeat(), batches.take(1).cache().repeat()
        times: dict[str, list[float]] = {"own": [], "one": [], "alone": []}
        timed(fit, model, one, 1, count)  # compiles
        (found["cold"],) = (seconds / count for seconds in timed(fit, model, own, 1, count))
        for _ in range(ROUNDS):
            for name, stream in (("own", own), ("one", one)):
                times[name] += timed(fit, model, stream, 2, count)[1:]
            times["alone"].append(taken(own, count))
        found.update({name: median(several) / count for name, several in times.items()})

    if which in FED:
        fit_of(FED[which], action)
    else:
        play_to_fit(CARTOON, action)
    return found


SIDES = {"music": music, "feeding": feeding}

if __name__ == "__main__":
    answer(SIDES)
