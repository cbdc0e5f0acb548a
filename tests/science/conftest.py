"""The functions in the cells of a lesson, for tests of what the lesson relies on."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras

from utils import settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def seeded() -> None:
    """The same weights in every run; with others a ReLU unit may start dead."""
    keras.utils.set_random_seed(7)


@pytest.fixture(scope="session")
def functions_of() -> Callable[..., dict[str, Any]]:
    """A function from a lesson's slug (and names its cells need) to its functions and classes."""

    def load(slug: str, **known: Any) -> dict[str, Any]:
        path = ROOT / "notebooks" / "en" / f"{slug}.ipynb"
        names: dict[str, Any] = {
            "keras": keras, "layers": keras.layers, "ops": keras.ops, "np": np,
            "settings": settings, **known,
        }  # fmt: skip
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                for node in ast.parse(cell.source).body:
                    if isinstance(node, ast.FunctionDef | ast.ClassDef):
                        exec(compile(ast.Module([node], []), path.name, "exec"), names)
        return names

    return load
