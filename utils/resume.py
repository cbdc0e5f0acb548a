"""Backups of long trainings: an interrupted training continues when its cell is run again."""

from __future__ import annotations

import os
import re
import time
import zipfile
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

    A training that was interrupted in this kernel, or in one that no longer runs, continues if
    network, optimizer, loss, facts, profile and seed are the same; the order of its batches is
    another one. Keras's own `BackupAndRestore` does not suit: it saves after each epoch, however
    short, and stops the training if the disk is full.

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
    model.optimizer.build(model.trainable_variables)
    state = [*model.weights, *model.optimizer.variables]
    file = settings.run_folder() / _name(model, facts)
    first_epoch = _restore(state, file)

    class Backup(keras.callbacks.Callback):
        epoch = first_epoch
        saved = time.monotonic()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            ended = epoch + 1 == self.params["epochs"]
            if ended or time.monotonic() - self.saved < seconds:
                return
            half = file.with_suffix(".half.npz")
            try:
                np.savez(half, epoch + 1, *(variable.numpy() for variable in state))
                os.replace(half, file)
            except OSError as error:
                half.unlink(missing_ok=True)
                en = f"No backup of this training after epoch {epoch + 1}: {error.strerror}."
                pt = f"Sem cópia deste treino depois da época {epoch + 1}: {error.strerror}."
                text.notice(tr(en, pt))
            self.saved = time.monotonic()

        def on_train_end(self, logs: Any = None) -> None:
            file.unlink(missing_ok=True)

    return Backup()


def _name(model: Any, facts: tuple[object, ...]) -> str:
    """Name of the backup: the same for equal trainings, in every kernel."""
    optimizer, loss = model.optimizer.get_config(), getattr(model.loss, "__name__", model.loss)
    network = [layer.get_config() for layer in model.layers]
    described = f"{network} {optimizer} {loss} {facts} {settings.profile()} {settings.seed()}"
    described = re.sub(r"_\d+", "", described)  # a kernel numbers its networks: dense_1, adam_2
    return f"training-{zlib.crc32(described.encode()):08x}.npz"


def _restore(state: list[Any], file: Path) -> int:
    """Give the variables the values of the backup, also of a run whose process is gone.

    Returns:
        The number of epochs that the backup has seen; 0 without one.
    """
    for folder in settings.abandoned_runs():
        if not file.exists() and (folder / file.name).exists():
            (folder / file.name).replace(file)
    if not file.exists():
        return 0
    try:
        with np.load(file) as arrays:
            epoch, *values = arrays.values()
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error):  # as after a power cut
        text.notice(
            tr(
                "The backup of an interrupted training is damaged. The training starts again.",
                "A cópia de um treino interrompido está danificada. O treino recomeça do zero.",
            )
        )
        return 0
    for variable, value in zip(state, values, strict=True):
        variable.assign(value)
    text.notice(
        tr(
            f"This training was interrupted after epoch {epoch} and continues from there. "
            f"To start again, delete {settings.relative(file)} and run this cell again.",
            f"Este treino foi interrompido depois da época {epoch} e continua dali. Para "
            f"recomeçar, apague {settings.relative(file)} e execute de novo esta célula.",
        )
    )
    return int(epoch)
