"""A long training that was cut off goes on from its last backup when its cell is run again."""

from __future__ import annotations

import contextlib
import os
import re
import time
import zlib
from typing import Any

import numpy as np

from utils import machines, settings, text
from utils.text import tr


def backup(model: Any, *facts: object, seconds: float = 60) -> Any:
    """Callback for `fit`: Keras's `BackupAndRestore`, with a folder of its own for each training.

    Weights, the optimizer's memory and the number of the epoch are kept until the training ends.
    If a training of the same network with the same optimizer, loss, facts, profile and seed was
    cut off (a dead kernel, a power cut, the stop button), this one goes on from there, and a notice
    says so; the images come in another order than they would have.

    What is added to Keras: a backup at most once in `seconds`; a damaged one or a full disk costs
    the backup, not the training; another `fit` of the same network starts from its first epoch.
    Of several machines (see `utils.machines`) none keeps anything.

    Args:
        model: a built and compiled Keras model.
        facts: what else tells this training from others, such as epochs and number of examples.
        seconds: a training that is shorter writes nothing.

    Raises:
        ValueError: the model is not built.
    """
    import keras

    if not model.built:  # Keras would only say so when there is something to put back
        raise ValueError(f"{model.name}: call build(shape of a batch) before backup")
    if machines.wanted():  # each would go on from an epoch of its own
        return keras.callbacks.Callback()
    optimizer, loss = model.optimizer.get_config(), getattr(model.loss, "__name__", model.loss)
    network = [layer.get_config() for layer in model.layers]
    told = f"{network} {optimizer} {loss} {facts} {settings.profile()} {settings.seed()}"
    told = re.sub(r"_\d+", "", told)  # a kernel numbers its networks: dense_1, adam_2
    folder = settings.work_folder() / f"training-{zlib.crc32(told.encode()):08x}"

    class Backup(keras.callbacks.BackupAndRestore):
        last = time.monotonic()

        def on_train_begin(self, logs: Any = None) -> None:
            # Keras never forgets an epoch to start from, not even for the next `fit`.
            self.model._initial_epoch = None
            if not folder.exists():
                return
            self.model.optimizer.build(self.model.trainable_variables)
            state = [*self.model.variables, *self.model.optimizer.variables]
            fresh = [np.array(variable) for variable in state]
            with contextlib.suppress(OSError, ValueError, KeyError):  # damaged: told below
                super().on_train_begin(logs)
            if epoch := self.model._initial_epoch:
                en = f"This training was cut off after epoch {epoch}; it goes on from there."
                en += f" To start anew, delete the folder {folder}."
                pt = f"Este treino foi interrompido depois da época {epoch}; continua dali."
                pt += f" Para recomeçar do zero, apague a pasta {folder}."
            else:
                for variable, value in zip(state, fresh, strict=True):
                    variable.assign(value)
                en = f"The backup of a training that was cut off is damaged ({folder}); "
                en += "the training starts anew."
                pt = f"A cópia de um treino interrompido está danificada ({folder}); "
                pt += "o treino recomeça do zero."
            text.notice(tr(en, pt))

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            ended = epoch + 1 == self.params["epochs"]
            if ended or time.monotonic() - self.last < seconds:
                return
            try:
                super().on_epoch_end(epoch, logs)
            except OSError as error:  # HDF5 packs the reason into ten lines
                reason = os.strerror(error.errno) if error.errno else error
                en = f"No backup of this training after epoch {epoch + 1}: {reason}."
                pt = f"Sem cópia deste treino depois da época {epoch + 1}: {reason}."
                text.notice(tr(en, pt))
            self.last = time.monotonic()

    # Two copies: if a kill meets the newer one half-written, Keras takes the older.
    return Backup(str(folder), double_checkpoint=True)
