"""The environment check: what is missing, what is set wrongly, and what to do about it."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from utils import environment, settings, text


@pytest.fixture(autouse=True)
def plain_keras(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home for Keras without settings of this computer."""
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    (tmp_path / "keras").mkdir()
    return tmp_path / "keras" / "keras.json"


def rows(capsys: pytest.CaptureFixture[str]) -> dict[str, list[str]]:
    """The check as printed: first column -> the others."""
    lines = capsys.readouterr().out.splitlines()
    return {cells[0]: cells[1:] for cells in (re.split(r"\s{2,}", line) for line in lines)}


LIST = """\
# After "lessons: all" stands why.

numpy>=2.0           # lessons: all. Arrays
tensorboard>=2.18    # lessons: 02. Curves
librosa>=0.11        # lessons: 01 06. Audio
jupyter>=1.0         # tools: opens the lessons
unmarked>=1.0
"""


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("02_mnist", ["numpy>=2.0", "tensorboard>=2.18"]),
        ("06_music", ["numpy>=2.0", "librosa>=0.11"]),
        ("03_other", ["numpy>=2.0"]),
    ],
)
def test_requirements_of_a_lesson(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, slug: str, expected: list[str]
) -> None:
    (tmp_path / "requirements.txt").write_text(LIST)
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    assert environment.requirements(slug) == expected


def test_unmet_tells_missing_from_too_old_from_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"numpy": "2.1.3", "keras": "3.5.0", "tensorflow": "2.22.0rc1"}

    def version(name: str) -> str:
        if name not in there:
            raise environment.importlib.metadata.PackageNotFoundError(name)
        return there[name]

    monkeypatch.setattr(environment.importlib.metadata, "version", version)
    specs = ["numpy>=2.0", "keras>=3.8", "tensorflow>=2.18", "absent>=1.0"]
    assert environment.unmet(specs) == {"keras>=3.8": "3.5.0", "absent>=1.0": ""}


@pytest.mark.parametrize(
    ("language", "missing", "absent"),
    [("en", "MISSING", "not installed"), ("pt-BR", "FALTA", "não instalado")],
)
def test_the_check_names_each_lack_and_its_remedy(
    capsys: pytest.CaptureFixture[str], language: str, missing: str, absent: str
) -> None:
    text.set_language(language)
    environment.check(["pytest>=1.0", "pytest>=999", "no-such-package>=1.0"])
    rows = [re.split(r"\s{2,}", line) for line in capsys.readouterr().out.splitlines()]
    python = Path(sys.executable).name
    assert [row[1:3] for row in rows if row[0] in ("packages", "pacotes")] == [["1 / 3", missing]]
    assert [
        "pytest>=999",
        pytest.__version__,
        missing,
        f'{python} -m pip install "pytest>=999"',
    ] in rows
    remedy = f'{python} -m pip install "no-such-package>=1.0"'
    assert ["no-such-package>=1.0", absent, missing, remedy] in rows
    assert not any(row[0] == "pytest>=1.0" for row in rows)


@pytest.mark.parametrize(
    ("profile", "meaning"),
    [("quick", "seconds"), ("class", "minutes"), ("full", "as many epochs")],
)
def test_the_check_of_a_complete_computer(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    profile: str,
    meaning: str,
) -> None:
    monkeypatch.setenv("AE_PROFILE", profile)
    monkeypatch.setattr(environment, "MIN_FREE_GB", 0)
    environment.check(["pytest>=1.0"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Environment check"
    assert re.split(r"\s{2,}", lines[1]) == ["what", "found", "status", "what to do, or remark"]
    assert "MISSING" not in "".join(lines) and "1 / 1" in lines[3]
    assert re.match(rf"profile\s+{profile}\s+ok\s+{meaning}", lines[-1])


def test_too_little_disk_space(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "MIN_FREE_GB", 1e9)
    environment.check([])
    assert rows(capsys)["free disk space"][1:] == ["LOW", "free at least 1 GB"]


def test_a_python_without_tensorflow_is_named_with_those_that_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment.python_check, "works", lambda: False)
    environment.check([])
    assert "3.11, 3.12, 3.13" in rows(capsys)["Python"][2]


def test_a_package_upgraded_after_its_import_asks_for_a_restart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = ModuleType("PIL")
    old.__version__ = "1.0"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "PIL", old)
    monkeypatch.setattr(environment.importlib.metadata, "version", lambda name: "99.1")
    environment.check(["pillow>=2.0"])
    assert rows(capsys)["pillow"] == ["1.0 loaded, 99.1 installed", "RESTART", "restart the kernel"]


def test_an_old_tensorboard_with_a_new_setuptools(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)
    for version, wanted in (("2.20.0", True), ("2.21.0", False)):
        monkeypatch.setattr(environment.importlib.metadata, "version", lambda name, v=version: v)
        environment.check(["tensorboard>=2.18"])
        assert ('install "setuptools<82"' in capsys.readouterr().out) == wanted


def test_keras_settings_of_another_course(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], plain_keras: Path
) -> None:
    plain_keras.write_text(
        json.dumps({"backend": "jax", "floatx": "float32", "epsilon": 1e-7}), encoding="utf-8"
    )
    environment.check([])
    found = rows(capsys)
    assert found["Keras: backend"][:2] == ["jax", "CHANGE"]
    assert str(plain_keras) in found["Keras: backend"][2]
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    environment.check([])
    assert "KERAS_BACKEND" in rows(capsys)["Keras: backend"][2]
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    environment.check([])
    assert "Keras: backend" not in rows(capsys)


@pytest.mark.parametrize("content", ["{", "[1]", "null"])
def test_an_unreadable_keras_file_stops_nothing(
    capsys: pytest.CaptureFixture[str], plain_keras: Path, content: str
) -> None:
    plain_keras.write_text(content, encoding="utf-8")
    environment.check([])
    assert "profile" in rows(capsys)


def test_setup_shows_the_check_in_the_language_of_the_lesson(
    capsys: pytest.CaptureFixture[str],
) -> None:
    environment.start("02_mnist", "pt-BR")
    assert capsys.readouterr().out.startswith("Verificação do ambiente\n")
    assert settings.lesson() == "02_mnist"
    with pytest.raises(ValueError, match="'pt' is none of en, pt-BR"):
        environment.start("02_mnist", "pt")


def test_the_start_sets_switches_unless_the_reader_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "")
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL")
    beside = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", "/usr/bin")
    for _ in range(2):
        environment.start("02_mnist")
    assert os.environ["TF_ENABLE_ONEDNN_OPTS"] == "0"
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"
    # TensorBoard's program is found without an activated environment.
    assert os.environ["PATH"].split(os.pathsep) == [beside, "/usr/bin"]


@pytest.mark.parametrize(
    ("module", "installs"),
    [("google.colab._shell", True), ("ipykernel.zmqshell", False), ("builtins", False)],
)
def test_only_the_kernel_of_colab_gets_packages(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    module: str,
    installs: bool,
) -> None:
    """Kaggle's image holds the modules of Colab, but its kernel is Jupyter's."""
    shell = type("Shell", (), {"__module__": module, "set_custom_exc": lambda *_: None})()
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: shell)
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)
    monkeypatch.setattr(environment, "requirements", lambda slug: ["no-such-package>=1.0"])
    commands: list[list[str]] = []

    def run(command: list[str], **_: Any) -> SimpleNamespace:
        commands.append(command)
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(environment.subprocess, "run", run)
    environment.start("02_mnist")
    assert [command[-1] for command in commands] == ["no-such-package>=1.0"] * installs


def test_a_failed_installation_says_why_and_the_lesson_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = SimpleNamespace(returncode=1, stderr="warning\nno matching distribution")
    monkeypatch.setattr(environment.subprocess, "run", lambda *_, **__: failed)
    environment.install(["absent>=1"])
    printed = capsys.readouterr().out
    assert "(no matching distribution)" in printed and "Check the network" in printed


# TensorFlow itself


def test_xla_works_only_if_a_compiled_function_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    def fails(*_: Any, **__: Any) -> Any:
        raise tf.errors.InvalidArgumentError(None, None, "could not find registered platform")

    assert environment.xla_works.__wrapped__()
    monkeypatch.setattr(tf, "function", lambda *_, **__: fails)
    assert not environment.xla_works.__wrapped__()
