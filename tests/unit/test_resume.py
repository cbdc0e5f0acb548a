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

# The training cell of lesson 06 itself, with a small network and no wait between two backups.
BEFORE = """
import os, signal, sys, time
from pathlib import Path
os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", AE_PROFILE="class")
import keras, numpy as np, tensorflow as tf
from keras import layers
from utils import resume, settings, text
from utils.data import mnist as data
tqdm, backup, fatal = None, resume.backup, -1
class TqdmCallback(keras.callbacks.Callback):
    def __init__(self, *_, **__):
        super().__init__()
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
    def on_epoch_end(self, epoch, logs=None):
        print("ended", epoch + 1, int(self.model.optimizer.iterations), flush=True)
    def on_train_end(self, logs=None):
        if fatal == "end":
            os.kill(os.getpid(), signal.SIGKILL)
def build(activation="linear"):
    keras.utils.set_random_seed(7)
    return keras.Sequential([keras.Input((8, 1)), layers.Flatten(), layers.Dense(3, activation),
                             layers.Dense(8), layers.Reshape((8, 1))])
def go(seconds=0, peak=1e-2, count=256, model=None):
    print("== call", flush=True)
    settings.work_folder = lambda: Path(folder)
    resume.backup = lambda *facts: backup(*facts, seconds=seconds)
    x = np.random.default_rng(0).random((256, 8, 1), dtype="float32")[:count]
    history, _ = train(model or build(), x, None, 24, peak)
    print("loss", history.history["loss"][-1], flush=True)
"""


def training_cell() -> str:
    """The cell of lesson 06 that defines `train`, in English."""
    source = (ROOT / "notebooks" / "source" / "06_music.py").read_text(encoding="utf-8")
    (cell,) = re.findall(r"^# %%\n(BATCH = 64\n.+?)^# %%", source, re.M | re.S)
    return "\n".join(line for line in cell.splitlines() if not line.endswith("#@pt-BR"))


def kernel(folder: Path, calls: str) -> tuple[int, list[str]]:
    """Exit code of a process that trains, and what each call of `go` said."""
    done = subprocess.run(
        [sys.executable, "-c", f"{BEFORE}\n{training_cell()}\nfolder = {str(folder)!r}\n{calls}"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, done.stdout.split("== call\n")[1:]


def epochs(told: str) -> dict[int, int]:
    """Steps of the optimizer by epoch that has ended."""
    return {int(a): int(b) for a, b in re.findall(r"^ended (\d+) (\d+)$", told, re.M)}


def loss(told: str) -> float:
    return float(told.splitlines()[-1].removeprefix("loss "))


ALL = {1: 4, 2: 8, 3: 12, 4: 16, 5: 20, 6: 24}


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the backup of a training that was killed in its fourth epoch."""
    folder = tmp_path_factory.mktemp("cut off")
    code, (told,) = kernel(folder, "fatal = 3; go()")
    assert code == -signal.SIGKILL and epochs(told) == {1: 4, 2: 8, 3: 12}
    return folder


@pytest.fixture
def killed(cut_off: Path, tmp_path: Path) -> Path:
    """The same for one test, in a folder with a space and accents."""
    return Path(shutil.copytree(cut_off, tmp_path / "época três"))


def test_a_killed_training_goes_on_and_ends(killed: Path) -> None:
    (backup,) = killed.iterdir()
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
    assert len(epochs(fewer)) == 8 and "Notice" not in fewer, "so does one on other data"
    assert epochs(resumed) == {4: 16, 5: 20, 6: 24}, "the schedule goes on too"
    assert "Notice: This training was cut off after epoch 3" in resumed
    assert str(backup) in resumed
    assert epochs(again) == ALL and "Notice" not in again, "it has ended: nothing is left"
    assert list(killed.iterdir()) == []
    assert loss(again) == loss(plain) != loss(other), "a backup changes no figure"
    assert loss(resumed) == pytest.approx(loss(plain), rel=0.01)


def test_killed_when_all_was_done_but_the_last_line(tmp_path: Path) -> None:
    code, (told,) = kernel(tmp_path, "fatal = 'end'; go()")
    assert code == -signal.SIGKILL and epochs(told) == ALL
    code, (told,) = kernel(tmp_path, "go()")
    assert code == 0 and epochs(told) == {6: 24}, "one epoch is left, with a loss to show"


def test_a_backup_half_written_by_the_kill(killed: Path) -> None:
    (weights,) = killed.glob("*/latest.weights.h5")
    half = weights.read_bytes()[: weights.stat().st_size // 2]
    weights.write_bytes(half)
    _, (told,) = kernel(killed, "fatal = 4; go()")
    assert epochs(told) == {3: 12, 4: 16} and "cut off after epoch 2" in told, "the older one"

    for file in weights.parent.iterdir():
        file.write_bytes(half)
    pt = "text.set_language('pt-BR')\n"
    _, (told, plain) = kernel(killed, f"{pt}go()\ngo(seconds=1e9)")
    assert epochs(told) == ALL and loss(told) == loss(plain)
    assert f"Aviso: A cópia de um treino interrompido está danificada ({weights.parent})" in told


def test_a_backup_without_its_epoch_is_damaged(killed: Path) -> None:
    for file in killed.glob("*/*.json*"):
        file.unlink()
    _, (told, plain) = kernel(killed, "go()\ngo(seconds=1e9)")
    assert "damaged" in told and epochs(told) == ALL
    assert loss(told) == loss(plain), "from fresh weights"


def test_a_full_disk_stops_no_training(tmp_path: Path) -> None:
    full = (
        "def full(self, filepath, overwrite):\n"
        "    Path(filepath).write_bytes(b'half')\n"
        "    raise OSError(28, 'No space left on device')\n"
        "keras.Model.save_weights = full\n"
    )
    _, (told,) = kernel(tmp_path, full + "go()")
    assert epochs(told) == ALL and list(tmp_path.iterdir()) == []
    assert "Notice: No backup of this training after epoch 1: No space left on device." in told


def test_a_model_that_is_not_built_is_refused_at_once() -> None:
    import keras

    with pytest.raises(ValueError, match="call build"):
        resume.backup(keras.Sequential([keras.layers.Dense(2)]))
