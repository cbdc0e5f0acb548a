"""The functions of a lesson's source, for tests of what the lesson relies on."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import tensorflow as tf

from utils import data, settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def seeded() -> None:
    """The same weights in every run; with others a ReLU unit may start dead."""
    keras.utils.set_random_seed(7)


@pytest.fixture(scope="session")
def functions_of() -> Callable[..., dict[str, Any]]:
    """A function from a lesson's slug (and names its cells need) to its functions and classes."""

    def load(slug: str, **known: Any) -> dict[str, Any]:
        path = ROOT / "notebooks" / "source" / f"{slug}.py"
        names: dict[str, Any] = {
            "keras": keras, "layers": keras.layers, "ops": keras.ops, "np": np, "tf": tf,
            "data": data, "settings": settings, **known,
        }  # fmt: skip
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tree.body = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
        exec(compile(tree, path.name, "exec"), names)
        return names

    return load
