"""What the lessons share: loading, plotting, explorers, claims.

Importing this package is cheap (under 0.2 s) and never imports TensorFlow.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


def submodules(package: str) -> Callable[[str], Any]:
    """A `__getattr__` that imports the modules of `package` when they are first used."""

    def load(name: str) -> Any:
        path = f"{package}.{name}"
        try:
            return importlib.import_module(path)
        except ModuleNotFoundError as error:
            if error.name != path:
                raise
            raise AttributeError(f"module {package!r} has no attribute {name!r}") from None

    return load
