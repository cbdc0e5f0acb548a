"""PyTorch twins of F1, F7 and F9: the same networks, batches and data, as one writes PyTorch.

Runs in an interpreter with PyTorch and NumPy (requirements-torch.txt) on the arrays that
`trainings.py arrays` wrote, the training data of the lesson.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from shared import Clock, answer
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

SEED = 7
NOISE = 0.5


@dataclass
class Twin:
    """A network and how its source trains it.

    Attributes:
        build: makes the network; it ends in logits where the loss takes those.
        loss: of output and target.
        schedule: factor of the learning rate 1e-3 by the number of the step, if any.
        noisy: the input is the target under Gaussian noise, new in each batch.
        absolute: the figure is the mean absolute error in training; else the loss of the test data.
        channels_last: the order of memory that was measured to be the faster one.
    """

    build: Callable[[], nn.Module]
    loss: Callable[[Tensor, Tensor], Tensor]
    schedule: Callable[[int], float] | None = None
    noisy: bool = False
    absolute: bool = False
    channels_last: bool = False


def simple() -> nn.Module:
    layers = [nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 784)]
    return nn.Sequential(*layers)


def denoiser() -> nn.Module:
    layers: list[nn.Module] = []
    for before, after in ((1, 16), (16, 24), (24, 32)):
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.LeakyReLU(0.2)]
    for before, after in ((32, 16), (16, 8), (8, 4)):
        up = nn.ConvTranspose2d(before, after, 3, stride=2, padding=1, output_padding=1)
        layers += [up, nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(4, 1, 1))


def music() -> nn.Module:
    layers: list[nn.Module] = []
    for before, after in ((1, 32), (32, 32), (32, 64), (64, 64)):
        layers += [nn.Conv1d(before, after, 3, stride=2, padding=1), nn.LeakyReLU(0.2)]
    layers += [nn.Flatten(), nn.Linear(16384, 1024), nn.Linear(1024, 16384)]
    layers += [nn.Unflatten(1, (64, 256))]
    for before, after in ((64, 64), (64, 64), (64, 32), (32, 32)):
        up = nn.ConvTranspose1d(before, after, 3, stride=2, padding=1, output_padding=1)
        layers += [up, nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Conv1d(32, 1, 1), nn.Tanh())


CROSS_ENTROPY = nn.functional.binary_cross_entropy_with_logits
# On a CPU with AVX-512 channels last took F7 from 65 to 35 ms a step of 128 images.
TWINS = {
    "F1": Twin(simple, CROSS_ENTROPY),
    "F7": Twin(denoiser, CROSS_ENTROPY, noisy=True, channels_last=True),
    "F9": Twin(music, nn.functional.mse_loss, lambda step: 1 / (1 + 2e-3 * step), absolute=True),
}


def load(folder: str, label: str) -> Tensor:
    """An array of the lesson, channels first."""
    array = np.load(Path(folder, f"{label}.npy"))
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(array, -1, 1)))


def slices(x: Tensor, batch: int) -> Iterator[tuple[Tensor]]:
    """Shuffled whole batches, cut from one tensor."""
    for places in torch.randperm(len(x)).split(batch):
        if len(places) == batch:
            yield (x[places],)


def train(
    name: str, feeding: str, batch: str, epochs: str, stop: str, folder: str
) -> dict[str, Any]:
    """Train a twin with validation after each epoch, as the lesson does.

    Args:
        name: F1, F7 or F9.
        feeding: `loader` for a DataLoader, `tensors` for batches cut from one tensor.
        batch, epochs: batch size, and epochs at most.
        stop: figure at which the training ends.
        folder: of the arrays.
    """
    torch.set_num_threads(os.cpu_count() or 1)
    torch.manual_seed(SEED)
    twin, size = TWINS[name], int(batch)
    x = load(folder, "x")
    held_out = [load(folder, label) for label in ("val_x", "val_y")]
    test = [load(folder, label) for label in ("test_x", "test_y")]
    model = twin.build()
    if twin.channels_last:
        model, x = (part.to(memory_format=torch.channels_last) for part in (model, x))
    adam = torch.optim.Adam(model.parameters(), 1e-3, fused=True)
    rate = twin.schedule and torch.optim.lr_scheduler.LambdaLR(adam, twin.schedule)
    loader = DataLoader(TensorDataset(x), batch_size=size, shuffle=True, drop_last=True)

    @torch.no_grad()
    def evaluate(pair: list[Tensor]) -> float:
        model.eval()
        parts = zip(*(tensor.split(1000) for tensor in pair))
        return float(sum(twin.loss(model(a), b) * len(a) for a, b in parts) / len(pair[0]))

    def epoch() -> list[Tensor]:
        model.train()
        errors = []
        for (clean,) in loader if feeding == "loader" else slices(x, size):
            seen = (clean + NOISE * torch.randn_like(clean)).clamp(0, 1) if twin.noisy else clean
            adam.zero_grad()
            output = model(seen)
            loss = twin.loss(output, clean)
            loss.backward()
            adam.step()
            if rate:
                rate.step()
            if twin.absolute:
                errors.append((output.detach() - clean).abs().mean())
        return errors

    def figure(logs: dict[str, Any]) -> float:
        return float(torch.stack(logs["errors"]).mean()) if twin.absolute else evaluate(test)

    clock = Clock(figure)
    for _ in range(int(epochs)):
        errors = epoch()
        evaluate(held_out)
        if clock.tick({"errors": errors}) <= float(stop):
            break
    return clock.result() | {"parameters": sum(p.numel() for p in model.parameters())}


SIDES = {"train": train}

if __name__ == "__main__":
    answer(SIDES)
