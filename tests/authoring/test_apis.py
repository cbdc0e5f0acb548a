"""Removed and harmful calls that must not stand in a lesson, the course's modules or benchmarks."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted(
    path
    for folder in ("en", "pt-BR", "solutions/*")
    for path in (ROOT / "notebooks").glob(f"{folder}/*.ipynb")
)
MODULES = sorted(
    path for folder in ("utils", "benchmarks") for path in (ROOT / folder).glob("*.py")
)

# A node, and where it stands: its ancestors with the field that leads on, the outermost first.
Ancestors = Sequence[tuple[ast.AST, str]]
Finds = Callable[[ast.AST, Ancestors], bool]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# What runs again and again in a loop: not the expression that a `for` walks over.
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
    """`np.random.seed` for that expression; `.seed` where it starts with something else."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def called(node: ast.AST) -> str:
    """Dotted name of what `node` calls, or nothing where it is no call."""
    return dotted(node.func) if isinstance(node, ast.Call) else ""


def method(node: ast.AST) -> str:
    """Name of the method that `node` calls, such as `fit` for `model.fit(x)`."""
    is_method = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return node.func.attr if is_method else ""


def keyword(node: ast.AST, name: str) -> ast.expr | None:
    """Value of the argument `name` in the call `node`."""
    found = (k.value for k in getattr(node, "keywords", []) if k.arg == name)
    return next(found, None)


def imported(node: ast.AST) -> list[str]:
    """Full names of the modules and objects that an import statement names."""
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module}.{name.name}" for name in node.names]
    return []


def arguments(node: ast.Call) -> list[ast.expr]:
    return [*node.args, *(k.value for k in node.keywords)]


def uses(*modules: str) -> Finds:
    """Imports one of `modules` or something in it, or names it in an expression."""

    def test(node: ast.AST, _: Ancestors) -> bool:
        names = imported(node) or [dotted(node)]
        return any(f"{name}.".startswith(f"{module}.") for name in names for module in modules)

    return test


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


def waveplot(node: ast.AST, _: Ancestors) -> bool:
    return any(name.endswith(".waveplot") for name in [*imported(node), f".{dotted(node)}"])


def pickle(node: ast.AST, _: Ancestors) -> bool:
    value = keyword(node, "allow_pickle")
    return value is not None and not (isinstance(value, ast.Constant) and value.value is False)


def unsafe_model(node: ast.AST, _: Ancestors) -> bool:
    value = keyword(node, "safe_mode")
    safe = isinstance(value, ast.Constant) and value.value is True
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


def global_seed(node: ast.AST, _: Ancestors) -> bool:
    return called(node) in ("np.random.seed", "numpy.random.seed")


def unfiltered(node: ast.AST, _: Ancestors) -> bool:
    return method(node) == "extractall" and keyword(node, "filter") is None


@dataclass(frozen=True)
class Rule:
    """What `test` finds, what to do instead, code that it must find and code that it must not."""

    test: Finds
    remedy: str
    bad: tuple[str, ...]
    good: tuple[str, ...]


RULES = {
    "lr": Rule(
        short_rate,
        "`lr=` was removed; write `learning_rate=`",
        ("keras.optimizers.Adam(lr=1e-3)", "SGD(lr=0.1)", "optimizers.schedules.New(lr=1)"),
        ("keras.optimizers.Adam(1e-3)", "Adam(learning_rate=1e-3)", "draw(lr=1)", "lr = 0.1"),
    ),
    "layer as activation": Rule(
        layer_as_activation,
        'an activation is a function or its name; write `activation="leaky_relu"` or a layer',
        (
            "layers.Dense(32, activation=layers.LeakyReLU())",
            "layers.Dense(32, keras.layers.ReLU(0.1))",
            "Conv2D(16, 3, activation=LeakyReLU(0.2))",
        ),
        (
            'layers.Dense(32, activation="leaky_relu")',
            "layers.Dense(32, activation=keras.activations.leaky_relu)",
            "model.add(layers.LeakyReLU())",
            "keras.Sequential([layers.Dense(32), layers.LeakyReLU()])",
            "layers.LeakyReLU()(x)",
        ),
    ),
    "add_loss": Rule(
        loss_on_symbols,
        "`add_loss` on symbolic tensors fails in Keras 3; call it in the `call` of a layer",
        ("vae.add_loss(kl)", "def build():\n    model.add_loss(keras.ops.mean(z))"),
        ("class KL(layers.Layer):\n    def call(self, z):\n        self.add_loss(z)",),
    ),
    "keras.backend": Rule(
        uses("keras.backend", "keras.src", "tensorflow.keras.backend", "tf.keras.backend"),
        "the old backend functions are gone; write `keras.ops`",
        (
            "from keras import backend as K",
            "import keras.backend as K",
            "from keras.backend import mean",
            "keras.backend.clear_session()",
        ),
        ("keras.ops.mean(x)", "keras.config.backend()", "import keras", "backend = 1"),
    ),
    "h5 file": Rule(
        old_file,
        "h5 is the old format; save models as `.keras`, weights as `.weights.h5`",
        (
            'model.save("a.h5")',
            'model.save(folder / "a.h5")',
            'model.save(f"{name}.h5")',
            'model.save(filepath="a.hdf5")',
            'model.save("a.weights.h5")',
            'model.save_weights("a.h5")',
        ),
        (
            'model.save("a.keras")',
            'model.save_weights(folder / "a.weights.h5")',
            'h5py.File("a.h5")',
            "np.save(path, x)",
        ),
    ),
    "predict in a loop": Rule(
        predict_in_loop,
        "`predict` sets up a loop of its own; join the inputs and call it once, or `model(x)`",
        (
            "for z in codes:\n    decoder.predict(z)",
            "while True:\n    x = model.predict(x)",
            "x = [decoder.predict(z) for z in codes]",
            "x = {k: m.predict(x) for k, m in models.items()}",
            "def f():\n    for a in b:\n        if a:\n            m.predict(a)",
            "x = [z for z in codes if m.predict(z) > 0]",
        ),
        (
            "model.predict(x)",
            "for row in model.predict(x):\n    print(row)",
            "x = [row.max() for row in model.predict(x)]",
            "for z in codes:\n    decoder.predict_on_batch(z)",
            "for m in models:\n    def f(x):\n        return m.predict(x)",
            "for a in b:\n    pass\nelse:\n    m.predict(x)",
        ),
    ),
    "waveplot": Rule(
        waveplot,
        "`waveplot` was removed from librosa; write `librosa.display.waveshow`",
        ("librosa.display.waveplot(y)", "from librosa.display import waveplot", "waveplot(y)"),
        ("librosa.display.waveshow(y)", "plot.waveforms(y)"),
    ),
    "pickle": Rule(
        pickle,
        "a pickle can run any program; store arrays that need none",
        ("np.load(path, allow_pickle=True)", "np.load(path, allow_pickle=flag)"),
        ("np.load(path)", "np.load(path, allow_pickle=False)"),
    ),
    "load_model": Rule(
        unsafe_model,
        "a model file can carry a program; write `safe_mode=True`",
        (
            "keras.models.load_model(path)",
            "keras.saving.load_model(path, safe_mode=False)",
            "load_model(path)",
        ),
        ("keras.saving.load_model(path, safe_mode=True)", "keras.models.clone_model(m)"),
    ),
    "keras.datasets": Rule(
        uses("keras.datasets", "tensorflow.keras.datasets", "tf.keras.datasets"),
        "it downloads without a mirror or a fallback; write `data.load()` and the like",
        (
            "keras.datasets.mnist.load_data()",
            "from keras.datasets import mnist",
            "from keras import datasets",
            "import keras.datasets.mnist",
        ),
        ("data.load()", "from sklearn import datasets", "sklearn.datasets.load_digits()"),
    ),
    "test data in training": Rule(
        training_on_test,
        "test data are looked at once, when a model is finished; give validation data",
        (
            "model.fit(x_train, validation_data=(x_test, x_test))",
            "model.fit(x_train, validation_data=data.batches(x_test, 100))",
            "PCA(2).fit(x_test)",
            "scaler.fit_transform(ecg.x_test)",
            "train(x_test, 5)",
            "model.fit(x_train, x_train, 8, validation_data=x_test_noisy)",
            "clf.fit(x, y_test)",
        ),
        (
            "model.fit(x_train, x_train, validation_data=(x_val, x_val))",
            "model.evaluate(x_test, x_test)",
            "scaler.fit(x_train).transform(x_test)",
            "train(model, x_test_size)",
            "pca.transform(x_test)",
        ),
    ),
    "tf.keras": Rule(
        uses("tf.keras", "tensorflow.keras"),
        "Keras 3 is a package of its own; write `keras`",
        (
            "tf.keras.Model(x, y)",
            "from tensorflow import keras",
            "import tensorflow.keras as keras",
            "from tensorflow.keras import layers",
        ),
        ("import keras", "keras.Model(x, y)", "tf.random.uniform(n)", "from tqdm.keras import T"),
    ),
    "np.random.seed": Rule(
        global_seed,
        "it seeds all of NumPy from anywhere; write `rng = np.random.default_rng(seed)`",
        ("np.random.seed(7)", "import numpy\nnumpy.random.seed(7)"),
        ("rng = np.random.default_rng(7)", "keras.utils.set_random_seed(7)", "lesson.seed(7)"),
    ),
    "extractall": Rule(
        unfiltered,
        'an archive can write outside its folder; write `extractall(folder, filter="data")`',
        ("archive.extractall(folder)", "tarfile.open(path).extractall()"),
        ('archive.extractall(folder, filter="data")',),
    ),
}


def problems(where: str, code: str) -> list[str]:
    """One line for each call in `code` that a rule refuses: place, what it is, what to write."""
    lines = [
        f"{where}, line {node.lineno}: {name}: {rule.remedy}"
        for node, above in walk(ast.parse(code))
        for name, rule in RULES.items()
        if hasattr(node, "lineno") and rule.test(node, above)
    ]
    return list(dict.fromkeys(lines))


def cells(path: Path) -> Iterator[tuple[str, str]]:
    """Place and code of each code cell of a notebook; cells are counted from 1, text included."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for place, cell in enumerate(notebook["cells"], 1):
        if cell["cell_type"] == "code":
            yield f"{path.relative_to(ROOT)}, cell {place}", "".join(cell["source"])


CASES = {
    f"{name}, {kind} {place}": (name, code, kind == "bad")
    for name, rule in RULES.items()
    for kind in ("bad", "good")
    for place, code in enumerate(getattr(rule, kind), 1)
}


@pytest.mark.parametrize(("name", "code", "refused"), CASES.values(), ids=CASES)
def test_rules(name: str, code: str, refused: bool) -> None:
    found = problems("here", code)
    assert any(f": {name}: {RULES[name].remedy}" in line for line in found) == refused, found
    assert refused or found == []


def test_a_problem_is_named_once_with_its_place() -> None:
    code = "x = 1\nkeras.datasets.mnist.load_data()\n"
    (line,) = problems("notebooks/en/02_mnist.ipynb, cell 7", code)
    assert line.startswith("notebooks/en/02_mnist.ipynb, cell 7, line 2: keras.datasets: ")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: "/".join(p.parts[-2:]))
def test_notebooks(path: Path) -> None:
    found = [line for where, code in cells(path) for line in problems(where, code)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: "/".join(p.parts[-2:]))
def test_modules(path: Path) -> None:
    found = problems(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
    assert not found, "\n".join(found)
