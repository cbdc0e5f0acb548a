"""Each rule of `authoring.lint` finds its mistakes and nothing else; the course breaks none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from authoring.lint import RULES, problems

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    path
    for folder in ("utils", "exercises", "benchmarks", "notebooks/source")
    for path in (ROOT / folder).rglob("*.py")
    if path.stem != "torch_twin"  # PyTorch, where other rules apply
)

# Code that the rule must find, and code that it must not find.
EXAMPLES = {
    "lr": (
        ("keras.optimizers.Adam(lr=1e-3)", "SGD(lr=0.1)", "optimizers.schedules.New(lr=1)"),
        ("keras.optimizers.Adam(1e-3)", "Adam(learning_rate=1e-3)", "draw(lr=1)", "lr = 0.1"),
    ),
    "layer as activation": (
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
    "add_loss": (
        ("vae.add_loss(kl)", "def build():\n    model.add_loss(keras.ops.mean(z))"),
        ("class KL(layers.Layer):\n    def call(self, z):\n        self.add_loss(z)",),
    ),
    "h5 file": (
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
    "predict in a loop": (
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
    "pickle": (
        ("np.load(path, allow_pickle=True)", "np.load(path, allow_pickle=flag)"),
        ("np.load(path)", "np.load(path, allow_pickle=False)"),
    ),
    "load_model": (
        (
            "keras.models.load_model(path)",
            "keras.saving.load_model(path, safe_mode=False)",
            "load_model(path)",
        ),
        ("keras.saving.load_model(path, safe_mode=True)", "keras.models.clone_model(m)"),
    ),
    "test data in training": (
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
    "jit_compile": (
        ("model.compile(loss='mse', jit_compile=True)", "vae.compile(jit_compile=True)"),
        ('model.compile(jit_compile="auto")', "model.compile(jit_compile=XLA)"),
    ),
    "extractall": (
        ("archive.extractall(folder)", "tarfile.open(path).extractall()"),
        ('archive.extractall(folder, filter="data")',),
    ),
}
CASES = {
    f"{name}, {kind} {place}": (name, code, kind == "bad")
    for name, examples in EXAMPLES.items()
    for kind, codes in zip(("bad", "good"), examples)
    for place, code in enumerate(codes, 1)
}


def test_every_rule_has_examples() -> None:
    assert set(EXAMPLES) == set(RULES)


@pytest.mark.parametrize(("name", "code", "rejected"), CASES.values(), ids=CASES)
def test_rules(name: str, code: str, rejected: bool) -> None:
    found = problems("here", code)
    assert any(f": {name}: {RULES[name][1]}" in line for line in found) == rejected, found
    assert rejected or found == []


def test_a_problem_is_named_once_with_its_place() -> None:
    code = "x = 1\nkeras.saving.load_model(path)\n"
    (line,) = problems("notebooks/source/02_mnist.py", code, first_line=40)
    assert line.startswith("notebooks/source/02_mnist.py:41: load_model: ")


@pytest.mark.parametrize(
    "code",
    [
        "from keras import backend as K\n\nK.mean(1)",
        "import keras\n\nkeras.datasets.mnist.load_data()",
        "from keras.datasets import mnist\n\nmnist.load_data()",
        "import tensorflow as tf\n\ntf.keras.Model(1, 2)",
        "from tensorflow import keras\n\nkeras.Model(1, 2)",
        "import librosa\n\nlibrosa.display.waveplot(1)",
        "import numpy as np\n\nnp.random.seed(7)",
    ],
)
def test_ruff_finds_names_that_must_not_be_used(code: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--stdin-filename", "notebooks/source/x.py"]
    done = subprocess.run([*command, "-"], input=code, cwd=ROOT, capture_output=True, text=True)
    assert "is banned" in done.stdout and "write `" in done.stdout


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_course(path: Path) -> None:
    where = path.relative_to(ROOT).as_posix()
    assert problems(where, path.read_text(encoding="utf-8")) == []
