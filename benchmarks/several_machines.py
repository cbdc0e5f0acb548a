"""Train the first network of lesson 09 on several machines: does it reach the loss of one?

Usage: python benchmarks/several_machines.py [--machines N] [--seeds N ...] [--epochs N]

The machines are processes on this computer that meet on the loopback network. Each runs the code of
`notebooks/en/09_cartoon_generation.ipynb`, cell by cell and unchanged, on JAX
(requirements-jax.txt). The same training on one machine, and the lesson as it is on TensorFlow,
stand beside it. The table goes to standard output, progress to standard error; a loss outside the
spread of one machine over the seeds is an error. `AE_PROFILE` (by default `quick`), `AE_DATA` and
`AE_DATA_SOURCE` choose the size and the data.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import mean, stdev
from typing import Any

from shared import ROOT, chosen, free_port, play_all, say

from utils import settings

# The cells that the first training needs, the last two only as far as it needs them.
CELLS = ("…import tensorflow as tf", "faces = cartoon.load(", "def stream(", "in_memory =")
CELLS += ("def twice(", "maps =", "def block(", "def build_reconstruction(")
CELLS += (("widths =", "autoencoder = build"), ("def train(", "def train("))
ENGINES = {"tensorflow": "TensorFlow, as the lesson is", "jax": "JAX, the same code"}


def work(epochs: int) -> dict[str, Any]:
    """What one machine does: the lesson up to its first training. Losses by epoch, seconds."""
    space = play_all(chosen("09_cartoon_generation", CELLS))
    history, seconds = space["train"](space["autoencoder"], "mse", epochs, batch=8, peak=5e-3)
    return {"losses": history.history["val_loss"], "seconds": seconds}


def run(engine: str, machines: int, seed: int, epochs: int) -> dict[str, Any]:
    """What the first of `machines` fresh processes gave; all must tell the same losses."""
    say(f"{engine}, machines: {machines}, seed {seed}")
    settings = {"KERAS_BACKEND": engine, "AE_SEED": str(seed), "TF_CPP_MIN_LOG_LEVEL": "2"}
    if machines > 1:
        settings["KERAS_DISTRIBUTION_JOB_ADDRESSES"] = f"127.0.0.1:{free_port()}"
        settings["KERAS_DISTRIBUTION_NUM_PROCESSES"] = str(machines)
    command = [sys.executable, __file__, "--worker", "--epochs", str(epochs)]
    workers = [
        subprocess.Popen(
            command,
            env={**os.environ, **settings, "KERAS_DISTRIBUTION_PROCESS_ID": str(number)},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(machines)
    ]
    try:
        while (codes := [w.poll() for w in workers]) != [0] * machines:
            if any(codes):
                raise RuntimeError(f"{engine}: a machine failed, exit codes {codes}")
            time.sleep(0.2)
        told = [worker.communicate()[0] for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    results = [json.loads(text.splitlines()[-1]) for text in told]  # JAX talks before
    if any(result["losses"] != results[0]["losses"] for result in results):
        raise RuntimeError(f"the machines tell different losses: {results}")
    return results[0]


def table(machines: int, seeds: Sequence[int], epochs: int) -> bool:
    """Print the table; whether several machines came within the spread of one."""
    versions = ", ".join(f"{p} {importlib.metadata.version(p)}" for p in (*ENGINES, "keras"))
    profile = f"profile {settings.profile()}, {epochs} epochs"
    print(f"{os.cpu_count()} cores, {platform.machine()}; {versions}; {profile}\n")
    print("| engine | machines | validation loss, by seed | mean ± sd | seconds of training |")
    print("| --- | --- | --- | --- | --- |")
    ends: dict[tuple[str, int], list[float]] = {}
    for engine, count in (("tensorflow", 1), ("jax", 1), ("jax", machines)):
        runs = [run(engine, count, seed, epochs) for seed in seeds]
        losses = ends[engine, count] = [result["losses"][-1] for result in runs]
        told = ", ".join(f"{loss:.5f}" for loss in losses)
        spread = f"{mean(losses):.5f} ± {stdev(losses):.5f}"
        seconds = mean(result["seconds"] for result in runs)
        row = (ENGINES[engine], count, told, spread, f"{seconds:.0f}")
        print("|", " | ".join(map(str, row)), "|", flush=True)
    one, several = ends["jax", 1], ends["jax", machines]
    inside = abs(mean(several) - mean(one)) <= stdev(one)
    verdict = "within" if inside else "OUTSIDE"
    print(f"\nMean loss of {machines} machines {verdict} one sd of one machine's.")
    return inside


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--machines", type=int, default=2)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 1, 2], help="at least two")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.setdefault("AE_PROFILE", "quick")
    if options.worker:
        with contextlib.redirect_stdout(sys.stderr):
            result = work(options.epochs)
        print(json.dumps(result))
    elif options.machines < 2 or len(options.seeds) < 2:
        parser.error("two machines and two seeds at least")
    elif not table(options.machines, options.seeds, options.epochs):
        sys.exit(1)


if __name__ == "__main__":
    main()
