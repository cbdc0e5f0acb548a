"""A training that is killed goes on; one that is not gives the same as without the callback."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from utils import resume

ROOT = Path(__file__).resolve().parents[2]

# A small training with no wait between two backups, in a course folder of its own.
BEFORE = """
import os, signal, sys, time
from pathlib import Path
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", AE_PROFILE="class")
import keras, numpy as np
from keras import layers
from utils import resume, settings, text
settings.set_lesson("06_music")
fatal = pause = -1
class Talk(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        if epoch == pause:
            print("waiting", flush=True)
            sys.stdin.readline()
    def on_epoch_end(self, epoch, logs=None):
        print("ended", epoch + 1, int(self.model.optimizer.iterations), flush=True)
    def on_train_end(self, logs=None):
        if fatal == "end":
            os.kill(os.getpid(), signal.SIGKILL)
def build(activation="linear"):
    keras.utils.set_random_seed(7)
    return keras.Sequential([keras.Input((8, 1)), layers.Flatten(), layers.Dense(3, activation),
                             layers.Dense(8), layers.Reshape((8, 1))])
def go(seconds=0, peak=1e-2, count=256, model=None, epochs=6):
    print("== call", flush=True)
    x = np.random.default_rng(0).random((256, 8, 1), dtype="float32")[:count]
    model = model or build()
    rate = keras.optimizers.schedules.CosineDecay(peak, 24)
    model.compile(keras.optimizers.Adam(rate), "mse")
    kept = resume.backup(model, epochs, len(x), seconds=seconds)
    history = model.fit(x, x, batch_size=64, epochs=epochs, initial_epoch=kept.epoch, verbose=0,
                        shuffle=False, callbacks=[Talk(), kept])
    print("loss", history.history["loss"][-1], flush=True)
"""


def start(course: Path, calls: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", f"{BEFORE}\nsettings.ROOT = Path({str(course)!r})\n{calls}"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def kernel(course: Path, calls: str) -> tuple[int, list[str]]:
    """Exit code of a process that trains, and what each call of `go` printed."""
    process = start(course, calls)
    out, errors = process.communicate()
    assert process.returncode in (0, -signal.SIGKILL), errors
    return process.returncode, out.split("== call\n")[1:]


def epochs(printed: str) -> dict[int, int]:
    """Steps of the optimizer by epoch that has ended."""
    return {int(a): int(b) for a, b in re.findall(r"^ended (\d+) (\d+)$", printed, re.M)}


def loss(printed: str) -> float:
    return float(printed.splitlines()[-1].removeprefix("loss "))


def backups(course: Path) -> list[Path]:
    return sorted(course.glob("data/cache/runs/06_music/*/*"))


ALL = {1: 4, 2: 8, 3: 12, 4: 16, 5: 20, 6: 24}


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Course folder with the backup of a training that was killed in its fourth epoch."""
    course = tmp_path_factory.mktemp("interrupted")
    code, (printed,) = kernel(course, "fatal = 3; go()")
    assert code == -signal.SIGKILL and epochs(printed) == {1: 4, 2: 8, 3: 12}
    return course


@pytest.fixture
def killed(interrupted: Path, tmp_path: Path) -> Path:
    """The same for one test, in a folder with a space and accents."""
    return Path(shutil.copytree(interrupted, tmp_path / "época três"))


def test_a_killed_training_goes_on_and_ends(killed: Path) -> None:
    calls = """
go(peak=1e-3)
go(model=build('tanh'))
go(count=192)
model = build()
go(model=model)
model.set_weights(build().get_weights())
go(model=model)
go(seconds=1e9)
"""
    _, (other, bent, fewer, resumed, again, plain) = kernel(killed, calls)
    assert epochs(other) == ALL and "Notice" not in other, "another training starts from zero"
    assert epochs(bent) == ALL and "Notice" not in bent, "so does another network"
    assert len(epochs(fewer)) == 6 and "Notice" not in fewer, "so does one on other data"
    assert epochs(resumed) == {4: 16, 5: 20, 6: 24}, "the schedule goes on too"
    assert "Notice: This training was interrupted after epoch 3" in resumed
    assert "delete data/cache/runs/06_music/" in resumed
    assert epochs(again) == ALL and "Notice" not in again, "it has ended: nothing is left"
    assert backups(killed) == []
    assert loss(again) == loss(plain) != loss(other), "a backup changes no value"
    assert loss(resumed) == pytest.approx(loss(plain), rel=0.01)


def test_a_running_training_is_left_alone_and_a_dead_one_resumed_once(tmp_path: Path) -> None:
    running = start(tmp_path, "pause = 3; go()")
    while "waiting" not in (line := running.stdout.readline()):
        assert line, running.stderr.read()
    _, (printed,) = kernel(tmp_path, "go()")
    assert epochs(printed) == ALL and "Notice" not in printed, "the other process is alive"
    running.kill()
    running.wait()
    # Two newcomers: both wait before their first epoch would end, so that both are alive.
    newcomers = [start(tmp_path, "pause = 3; go()") for _ in range(2)]
    ended = [epochs(process.communicate("\n")[0]) for process in newcomers]
    assert sorted(ended, key=len) == [{4: 16, 5: 20, 6: 24}, ALL]
    assert backups(tmp_path) == []


@pytest.mark.slow
def test_a_stopped_training_goes_on_in_the_same_kernel(tmp_path: Path) -> None:
    stop = (
        "def stop(self, epoch, logs=None):\n"
        "    if epoch == 2: raise KeyboardInterrupt\n"
        "begin, Talk.on_epoch_begin = Talk.on_epoch_begin, stop\n"
        "try:\n    go()\nexcept KeyboardInterrupt:\n    Talk.on_epoch_begin = begin\n"
    )
    _, (stopped, resumed) = kernel(tmp_path, stop + "go()")
    assert epochs(stopped) == {1: 4, 2: 8} and epochs(resumed) == {3: 12, 4: 16, 5: 20, 6: 24}


@pytest.mark.slow
def test_killed_when_all_was_done_but_the_last_line(tmp_path: Path) -> None:
    code, (printed,) = kernel(tmp_path, "fatal = 'end'; go()")
    assert code == -signal.SIGKILL and epochs(printed) == ALL
    code, (printed,) = kernel(tmp_path, "go()")
    assert code == 0 and epochs(printed) == {6: 24}, "one epoch is left, with a loss to show"


def test_a_damaged_backup_starts_the_training_again(killed: Path) -> None:
    (weights,) = backups(killed)
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    _, (printed, plain) = kernel(killed, "text.set_language('pt-BR')\ngo()\ngo(seconds=1e9)")
    assert epochs(printed) == ALL and loss(printed) == loss(plain), "from fresh weights"
    assert "Aviso: A cópia de um treino interrompido está danificada." in printed


def test_a_full_disk_stops_no_training(tmp_path: Path) -> None:
    full = (
        "def full(file, *arrays):\n"
        "    Path(file).write_bytes(b'half')\n"
        "    raise OSError(28, 'No space left on device')\n"
        "np.savez = full\n"
    )
    _, (printed,) = kernel(tmp_path, full + "go()")
    assert epochs(printed) == ALL and backups(tmp_path) == []
    assert "Notice: No backup of this training after epoch 1: No space left on device." in printed


def test_a_model_that_is_not_built_is_refused_at_once() -> None:
    import keras

    with pytest.raises(ValueError, match="call build"):
        resume.backup(keras.Sequential([keras.layers.Dense(2)]))
