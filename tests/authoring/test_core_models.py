"""The models of the lessons can be copied out: they need Keras and NumPy only."""

from __future__ import annotations

import ast
import builtins
from typing import Any

import nbformat
import pytest

from authoring import notebook, source
from utils.settings import ROOT

LIBRARIES = "import keras\nimport numpy as np\nfrom keras import layers, ops\n"
KNOWN = {*dir(builtins), "keras", "np", "layers", "ops", "__class__"}
# For a size that the lesson takes from its data or asks its run for.
SIZES: dict[str, Any] = {"pixels": 64, "size": 32, "k": 4, "code_size": 4, "widths": (8, 4)}
SIZES |= {
    "latent_dim": 2,
    "units": 4,
    "maps": 2,
    "SEEN": 2,
    "NEXT": 2,
    "narrow": (8, 8),
    "name": "x_hat",
}


def top_level(slug: str) -> dict[str, ast.stmt]:
    """Functions, classes and assigned names of the code cells of a lesson, the first of each."""
    content = nbformat.read(ROOT / notebook.path(slug, "en"), as_version=4)
    code = "\n".join(cell.source for cell in content.cells if cell.cell_type == "code")
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.setdefault(node.name, node)
        elif isinstance(node, ast.Assign):
            for target in ast.walk(ast.Tuple(node.targets, ast.Store())):
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, node)
    return found


def free(node: ast.AST) -> set[str]:
    """Names that a function or class takes from outside."""
    names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    bound = {n.id for n in names if isinstance(n.ctx, ast.Store)}
    bound |= {a.arg for a in ast.walk(node) if isinstance(a, ast.arg)}
    bound |= {f.name for f in ast.walk(node) if isinstance(f, ast.FunctionDef)}
    return {n.id for n in names} - bound - KNOWN


def needed(name: str, known: dict[str, ast.stmt]) -> list[ast.stmt]:
    """The definitions that the model `name` needs, in order; a size counts as given."""
    node = known[name]
    inner = free(node) - set(SIZES) - {name}
    missing = inner - set(known)
    assert not missing, f"{name} needs {missing}"
    parts = [part for one in sorted(inner) for part in needed(one, known)]
    return [*parts, node]


MODELS = [
    (slug, name)
    for slug in source.slugs()
    for name, node in top_level(slug).items()
    if name.startswith("build") and isinstance(node, ast.FunctionDef)
]


def test_every_lesson_writes_its_models_out() -> None:
    assert len({slug for slug, _ in MODELS}) >= len(source.slugs()) // 2


@pytest.mark.parametrize(("slug", "name"), MODELS)
def test_a_model_needs_keras_and_numpy_only(slug: str, name: str) -> None:
    known = top_level(slug)
    parts = list(dict.fromkeys(needed(name, known)))
    code = LIBRARIES + "\n".join(map(ast.unparse, parts))
    assert "utils" not in code and "settings" not in code and "tf." not in code
    space: dict[str, Any] = dict(SIZES)
    exec(code, space)  # noqa: S102
    function = space[name]
    defaults = known[name].args.defaults  # type: ignore[union-attr]
    arguments = known[name].args.args  # type: ignore[union-attr]
    required = [a.arg for a in arguments[: len(arguments) - len(defaults)]]
    if all(argument in SIZES for argument in required):
        made = function(*(SIZES[argument] for argument in required))
        import keras

        models = made if isinstance(made, tuple) else (made,)
        assert any(isinstance(model, keras.Model) for model in models)
