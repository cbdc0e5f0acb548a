"""Backups of long trainings: an interrupted training continues when its cell is run again."""

from __future__ import annotations

import os
import re
import time
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from utils import settings, text
from utils.text import tr


def backup(model: Any, *facts: object, seconds: float = 60) -> Any:
    """Load the backup of an interrupted training, if there is one; return a callback that saves.

    Pass the result to `fit` as a callback, and its attribute `epoch` as `initial_epoch`:

        kept = resume.backup(model, epochs, len(x))
        model.fit(x, x, epochs=epochs, initial_epoch=kept.epoch, callbacks=[kept])

    Weights and the state of the optimizer are saved in the folder of this run until the training
    ends. A training that was interrupted in this kernel, or in a kernel that no longer runs,
    continues if network, optimizer, loss, facts, profile and seed are the same. The order of its
    batches differs from that of an uninterrupted training. A full disk costs the backup, not the
    training.

    Args:
        model: a built and compiled Keras model.
        facts: what distinguishes this training from others, such as epochs and number of examples.
        seconds: least time between two backups, and before the first one.

    Raises:
        ValueError: the model is not built.
    """
    import keras

    if not model.built:
        raise ValueError(f"{model.name}: call build(shape of a batch) before backup")
    name = _name(model, facts)
    folder = settings.run_folder()
    first_epoch = _restore(model, folder, name)

    class Backup(keras.callbacks.Callback):
        epoch = first_epoch
        saved = time.monotonic()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            ended = epoch + 1 == self.params["epochs"]
            if ended or time.monotonic() - self.saved < seconds:
                return
            older = list(folder.glob(f"{name}-*"))
            half = folder / f"half-{name}.weights.h5"
            try:
                self.model.save_weights(half, overwrite=True)
                os.replace(half, folder / f"{name}-{epoch + 1:06}.weights.h5")
            except OSError as error:  # HDF5 describes the reason in ten lines
                half.unlink(missing_ok=True)
                reason = os.strerror(error.errno) if error.errno else error
                en = f"No backup of this training after epoch {epoch + 1}: {reason}."
                pt = f"Sem cópia deste treino depois da época {epoch + 1}: {reason}."
                text.notice(tr(en, pt))
            else:
                _remove(older)
            self.saved = time.monotonic()

        def on_train_end(self, logs: Any = None) -> None:
            _remove(list(folder.glob(f"{name}-*")))

    return Backup()


def _name(model: Any, facts: tuple[object, ...]) -> str:
    """Name of the backup's files: the same for equal trainings, in every kernel."""
    optimizer, loss = model.optimizer.get_config(), getattr(model.loss, "__name__", model.loss)
    network = [layer.get_config() for layer in model.layers]
    described = f"{network} {optimizer} {loss} {facts} {settings.profile()} {settings.seed()}"
    described = re.sub(r"_\d+", "", described)  # a kernel numbers its networks: dense_1, adam_2
    return f"training-{zlib.crc32(described.encode()):08x}"


def _restore(model: Any, folder: Path, name: str) -> int:
    """Load the newest readable backup and return how many epochs it has seen; 0 without one."""
    files = sorted(folder.glob(f"{name}-*"), reverse=True) or _adopt(folder, name)
    if not files:
        return 0
    model.optimizer.build(model.trainable_variables)
    state = [*model.variables, *model.optimizer.variables]
    fresh = [np.array(variable) for variable in state]
    for file in files:
        try:
            model.load_weights(file)
        except (OSError, ValueError, KeyError):  # damaged, as after a power cut
            continue
        epoch = int(file.name.split("-")[-1].partition(".")[0])
        text.notice(
            tr(
                f"This training was interrupted after epoch {epoch} and continues from there. "
                f"To start again, delete {settings.relative(file)} and run this cell again.",
                f"Este treino foi interrompido depois da época {epoch} e continua dali. Para "
                f"recomeçar, apague {settings.relative(file)} e execute de novo esta célula.",
            )
        )
        return epoch
    for variable, value in zip(state, fresh, strict=True):
        variable.assign(value)
    _remove(files)
    text.notice(
        tr(
            "The backup of an interrupted training is damaged. The training starts again.",
            "A cópia de um treino interrompido está danificada. O treino recomeça do zero.",
        )
    )
    return 0


def _adopt(folder: Path, name: str) -> list[Path]:
    """Move the backup of a run whose process is gone into `folder`; its files, the newest first."""
    for abandoned in settings.abandoned_runs():
        if files := sorted(abandoned.glob(f"{name}-*"), reverse=True):
            return [file.replace(folder / file.name) for file in files]
    return []


def _remove(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
