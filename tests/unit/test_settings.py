"""Profile, seed, the folder of a run, and the cost of importing the package."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from utils import settings, text

ROOT = Path(__file__).resolve().parents[2]


def test_the_profile_is_class_unless_said_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.profile() == "class"
    monkeypatch.setenv("AE_PROFILE", "full")
    assert settings.profile() == "full"


@pytest.mark.parametrize(("language", "words"), [("en", "choose one of"), ("pt-BR", "escolha")])
@pytest.mark.parametrize("name", ["fast", "", "Class"])
def test_an_unknown_profile_is_named_with_the_choices(
    monkeypatch: pytest.MonkeyPatch, language: str, words: str, name: str
) -> None:
    text.set_language(language)
    monkeypatch.setenv("AE_PROFILE", name)
    with pytest.raises(ValueError, match=f"{name!r}.*{words}.*quick, class, full"):
        settings.profile()


@pytest.mark.parametrize(("name", "value"), [("quick", 1), ("class", 10), ("full", 50)])
def test_pick(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    monkeypatch.setenv("AE_PROFILE", name)
    assert settings.pick(quick=1, class_=10, full=50) == value


def test_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.seed() == 7
    assert settings.seed(3) == 3
    monkeypatch.setenv("AE_SEED", "0")
    assert settings.seed() == settings.seed(3) == 0


# The folder for what a lesson writes


def test_a_run_has_a_folder_of_its_own_in_the_course(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    settings.set_lesson("02_mnist")
    folder = settings.run_folder()
    assert folder.parent == tmp_path / "data" / "cache" / "runs" / "02_mnist"
    assert folder.is_dir() and not list(folder.iterdir())
    assert settings.run_folder() == folder
    assert settings.relative(folder / "a b") == f"data/cache/runs/02_mnist/{folder.name}/a b"
    assert capsys.readouterr().out == ""


RUN = """
import sys; from pathlib import Path; from utils import settings
settings.ROOT = Path(sys.argv[1]); settings.set_lesson("02_mnist")
print(settings.run_folder(), flush=True); sys.stdin.read()
"""


def test_twenty_runs_side_by_side_and_what_is_left_of_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", RUN, str(tmp_path)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    runs = [subprocess.Popen(command, cwd=ROOT, text=True, **pipes) for _ in range(20)]
    folders = [Path(run.stdout.readline().strip()) for run in runs]
    assert len(set(folders)) == 20 and all(folder.is_dir() for folder in folders)
    monkeypatch.setattr(settings, "ROOT", tmp_path)
    settings.set_lesson("02_mnist")
    assert list(settings.abandoned_runs()) == []
    for run in runs[:2]:
        run.kill()
    for run in runs:
        run.communicate()
    assert set(settings.abandoned_runs()) == set(folders)
    # When a run starts, it removes what nothing has changed for a day.
    monkeypatch.setattr(settings, "KEPT_SECONDS", 3600)
    (folders[1] / "model.keras").touch()
    for path in (folders[0], folders[1], folders[2], folders[2].with_suffix(".lock")):
        os.utime(path, (0, 0))
    settings.run_folder()
    assert set(settings.abandoned_runs()) == set(folders) - {folders[0], folders[2]}


@pytest.mark.parametrize(("language", "words"), [("en", "Notice"), ("pt-BR", "Aviso")])
def test_run_folder_where_nothing_can_be_written(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    language: str,
    words: str,
) -> None:
    # Permissions do not stop the superuser; a file in place of a folder stops everybody.
    (tmp_path / "file").touch()
    monkeypatch.setattr(settings, "ROOT", tmp_path / "file" / "course")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    text.set_language(language)
    folder = settings.run_folder()
    (folder / "model.keras").touch()
    said = capsys.readouterr().out
    assert said.startswith(f"{words}: ") and str(folder) in said


# The cost of an import


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        ("import utils", {"numpy"}),
        ("from utils import data", {"numpy", "pooch"}),
        ("from utils import settings, claims, environment", {"matplotlib"}),
        (
            "from utils.data import music",
            {"soundfile", "scipy", "librosa"},
        ),
    ],
)
def test_imports_load_nothing_heavy(statement: str, heavy: set[str]) -> None:
    heavy = heavy | {"tensorflow", "keras"}
    code = f"{statement}\nimport sys\nprint(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
