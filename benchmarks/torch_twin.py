"""PyTorch twins of F1, F7 and F9: the same networks and batches, as one writes PyTorch.

Usage: python benchmarks/torch_twin.py NAME BATCH FILE   (FILE: array from `plain.py export`)

Needs PyTorch and NumPy only (requirements-torch.txt).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Any

import numpy as np
import torch
from shared import answer
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

SEED = 7
NOISE = 0.5
STEPS = 100  # of a round; after an epoch of fewer steps the next one begins
ROUNDS = 3


@dataclass(frozen=True)
class Twin:
    """A network and how it is trained.

    Attributes:
        network: builds it; the last layer gives logits if the loss expects them.
        loss: of output and target.
        noisy: the input is the target with Gaussian noise, new in each batch.
        channels_last: the faster order of memory for this network.
    """

    network: Callable[[], nn.Module]
    loss: Callable[[Tensor, Tensor], Tensor]
    noisy: bool = False
    channels_last: bool = False


def simple() -> nn.Module:
    return nn.Sequential(nn.Linear(784, 32), nn.ReLU(), nn.Linear(32, 784))


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
TWINS = {
    "F1": Twin(simple, CROSS_ENTROPY),
    "F7": Twin(denoiser, CROSS_ENTROPY, noisy=True, channels_last=True),
    "F9": Twin(music, nn.functional.mse_loss),
}


def slices(x: Tensor, batch: int) -> Iterator[Tensor]:
    """Shuffled whole batches, cut from one tensor."""
    for places in torch.randperm(len(x)).split(batch):
        if len(places) == batch:
            yield x[places]


def forever(epoch: Callable[[], Iterator[Tensor]]) -> Iterator[Tensor]:
    while True:
        yield from epoch()


def main(name: str, batch: str, path: str) -> dict[str, Any]:
    """Seconds of a training step, with a DataLoader and with batches cut from one tensor."""
    torch.set_num_threads(os.cpu_count() or 1)
    torch.manual_seed(SEED)
    twin, size = TWINS[name], int(batch)
    array = np.load(path)
    if array.ndim > 2:
        array = np.moveaxis(array, -1, 1)
    x, model = torch.from_numpy(np.ascontiguousarray(array)), twin.network()
    if twin.channels_last:
        model, x = (part.to(memory_format=torch.channels_last) for part in (model, x))
    adam = torch.optim.Adam(model.parameters(), 1e-3, fused=True)
    loader = DataLoader(TensorDataset(x), batch_size=size, shuffle=True, drop_last=True)
    ways = {
        "loader": forever(lambda: (clean for (clean,) in loader)),
        "tensors": forever(lambda: slices(x, size)),
    }

    def step(clean: Tensor) -> None:
        seen = (clean + NOISE * torch.randn_like(clean)).clamp(0, 1) if twin.noisy else clean
        adam.zero_grad()
        twin.loss(model(seen), clean).backward()
        adam.step()

    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(1 + ROUNDS):
        for way, batches in ways.items():
            start = time.perf_counter()
            for clean in islice(batches, STEPS):
                step(clean)
            times[way].append((time.perf_counter() - start) / STEPS)
    found = {way: median(several[1:]) for way, several in times.items()}
    return found | {"parameters": sum(p.numel() for p in model.parameters())}


if __name__ == "__main__":
    answer(main)
