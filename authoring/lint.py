"""Harmful calls that must not appear in a lesson, the course's modules or benchmarks.

Names that must not be used at all, such as `tf.keras`, are in pyproject.toml: ruff finds them.

Usage: python authoring/lint.py file ...
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

# A node, and where it is: its ancestors with the field that leads on, the outermost first.
Ancestors = Sequence[tuple[ast.AST, str]]
Finds = Callable[[ast.AST, Ancestors], bool]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# What runs repeatedly in a loop: not the expression that a `for` walks over.
LOOPS = {
    ast.For: {"body"},
    ast.AsyncFor: {"body"},
    ast.While: {"test", "body"},
    ast.ListComp: {"elt"},
    ast.SetComp: {"elt"},
    ast.GeneratorExp: {"elt"},
    ast.DictComp: {"key", "value"},
    ast.comprehension: {"ifs"},
}
OPTIMIZERS = set(
    "Adadelta Adafactor Adagrad Adam AdamW Adamax Ftrl Lamb Lion Muon Nadam RMSprop SGD".split()
)


def walk(tree: ast.AST, above: Ancestors = ()) -> Iterator[tuple[ast.AST, Ancestors]]:
    yield tree, above
    for field, value in ast.iter_fields(tree):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from walk(child, (*above, (tree, field)))


def dotted(node: ast.AST) -> str:
    """`np.random.seed` for that expression; `.seed` if it starts with something else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def called(node: ast.AST) -> str:
    """Dotted name of what `node` calls, or nothing if it is no call."""
    return dotted(node.func) if isinstance(node, ast.Call) else ""


def method(node: ast.AST) -> str:
    """Name of the method that `node` calls, such as `fit` for `model.fit(x)`."""
    is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return node.func.attr if is_method else ""


def keyword(node: ast.AST, name: str) -> ast.expr | None:
    """Value of the argument `name` in the call `node`."""
    found = (k.value for k in getattr(node, "keywords", []) if k.arg == name)
    return next(found, None)


def arguments(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(k.value for k in node.keywords)]


def constant(node: ast.expr | None, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


# The rules


def short_rate(node: ast.AST, _: Ancestors) -> bool:
    name = called(node)
    known = name.rpartition(".")[2] in OPTIMIZERS or "optimizers." in name
    return known and keyword(node, "lr") is not None


def layer_as_activation(node: ast.AST, _: Ancestors) -> bool:
    if not isinstance(node, ast.Call):
        return False
    # Positional too, as in Dense(32, LeakyReLU()); a first argument is a layer in model.add(...).
    given = [keyword(node, "activation"), *node.args[1:]]
    layers = re.compile(r"(.*\.)?(LeakyReLU|PReLU|ReLU|ELU|Softmax|Activation)")
    return any(value is not None and layers.fullmatch(called(value)) for value in given)


def loss_on_symbols(node: ast.AST, above: Ancestors) -> bool:
    return method(node) == "add_loss" and not any(isinstance(a, ast.ClassDef) for a, _ in above)


def old_file(node: ast.AST, _: Ancestors) -> bool:
    if method(node) not in ("save", "save_weights"):
        return False
    good = (".weights.h5",) if method(node) == "save_weights" else ()
    texts = [
        part.value
        for value in arguments(node)
        for part in ast.walk(value)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    return any(t.endswith((".h5", ".hdf5")) and not t.endswith(good) for t in texts)


def predict_in_loop(node: ast.AST, above: Ancestors) -> bool:
    if method(node) != "predict":
        return False
    for ancestor, field in reversed(above):
        if isinstance(ancestor, FUNCTIONS):
            return False
        if field in LOOPS.get(type(ancestor), ()):
            return True
    return False


def pickle(node: ast.AST, _: Ancestors) -> bool:
    value = keyword(node, "allow_pickle")
    return value is not None and not constant(value, False)


def unsafe_model(node: ast.AST, _: Ancestors) -> bool:
    safe = constant(keyword(node, "safe_mode"), True)
    return called(node).rpartition(".")[2] == "load_model" and not safe


def training_on_test(node: ast.AST, _: Ancestors) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if method(node) in ("fit", "fit_transform", "partial_fit"):
        given = arguments(node)
    elif called(node).rpartition(".")[2] == "train":
        given = node.args[:1]
    else:
        return False
    names = [dotted(part).rpartition(".")[2] for value in given for part in ast.walk(value)]
    return any(name.startswith(("x_test", "y_test")) for name in names)


def unfiltered(node: ast.AST, _: Ancestors) -> bool:
    return method(node) == "extractall" and keyword(node, "filter") is None


def forced_jit(node: ast.AST, _: Ancestors) -> bool:
    return method(node) == "compile" and constant(keyword(node, "jit_compile"), True)


# What a rule finds, and what to write instead.
RULES: dict[str, tuple[Finds, str]] = {
    "lr": (short_rate, "`lr=` was removed; write `learning_rate=`"),
    "layer as activation": (
        layer_as_activation,
        'an activation is a function or its name; write `activation="leaky_relu"` or a layer',
    ),
    "add_loss": (
        loss_on_symbols,
        "`add_loss` on symbolic tensors fails in Keras 3; call it in the `call` of a layer",
    ),
    "h5 file": (
        old_file,
        "h5 is the old format; save models as `.keras`, weights as `.weights.h5`",
    ),
    "predict in a loop": (
        predict_in_loop,
        "`predict` sets up a loop of its own; join the inputs and call it once, or `model(x)`",
    ),
    "pickle": (pickle, "a pickle can run any program; store arrays that need none"),
    "load_model": (unsafe_model, "a model file can carry a program; write `safe_mode=True`"),
    "test data in training": (
        training_on_test,
        "test data are looked at once, when a model is finished; give validation data",
    ),
    "jit_compile": (
        forced_jit,
        "forced XLA fails where it is not available; leave it out or choose it by a variable",
    ),
    "extractall": (
        unfiltered,
        'an archive can write outside its folder; write `extractall(folder, filter="data")`',
    ),
}


def problems(where: str, code: str, first_line: int = 1) -> list[str]:
    """One line for each part of `code` that a rule rejects: place, rule and remedy.

    Args:
        where: the file, as the messages name it.
        code: Python source.
        first_line: line of that file on which `code` begins.

    Raises:
        SyntaxError: `code` is not Python.
    """
    lines = [
        f"{where}:{first_line - 1 + node.lineno}: {name}: {remedy}"
        for node, above in walk(ast.parse(code))
        for name, (test, remedy) in RULES.items()
        if hasattr(node, "lineno") and test(node, above)
    ]
    return list(dict.fromkeys(lines))


def main() -> int:
    found = [
        line for name in sys.argv[1:] for line in problems(name, Path(name).read_text("utf-8"))
    ]
    print("\n".join(found), end="\n" if found else "")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
