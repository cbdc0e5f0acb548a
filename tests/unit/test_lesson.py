"""What every lesson starts with: language, profile, seed, folder, notices, environment check."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from utils import environment, settings, text

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings from outside, and no language left over from another test."""
    for name in [name for name in os.environ if name.startswith("AE_")]:
        monkeypatch.delenv(name)
    text.set_language("en")
    settings.set_lesson("")
    yield
    text.set_language("en")
    settings.set_lesson("")


@pytest.fixture
def portuguese(fresh: None) -> None:
    text.set_language("pt-BR")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """As in a notebook: what is displayed, with its metadata."""
    outputs: list[tuple[dict[str, str], dict[str, Any]]] = []

    def display(data: dict[str, str], raw: bool, metadata: dict[str, Any]) -> None:
        assert raw
        outputs.append((data, metadata))

    monkeypatch.setattr("IPython.core.getipython.get_ipython", object)
    monkeypatch.setattr("IPython.display.display", display)
    return outputs


# Language and numbers


def test_tr_in_english() -> None:
    assert text.tr("loss", "custo") == "loss"


def test_tr_in_portuguese(portuguese: None) -> None:
    assert text.tr("loss", "custo") == "custo"


@pytest.mark.parametrize(
    ("value", "spec", "en", "pt"),
    [
        (0.0916, ".4f", "0.0916", "0,0916"),
        (50992, ",d", "50,992", "50.992"),
        (50991.7, ",d", "50,992", "50.992"),
        (1234.5, ",.1f", "1,234.5", "1.234,5"),
        (0.914, ".1%", "91.4%", "91,4%"),
        (-0.5, ".2f", "-0.50", "-0,50"),
        (3.0, ".0f", "3", "3"),
    ],
)
def test_number(value: float, spec: str, en: str, pt: str) -> None:
    assert text.number(value, spec) == text.number(value, spec, "en") == en
    assert text.number(value, spec, "pt-BR") == pt
    text.set_language("pt-BR")
    assert text.number(value, spec) == pt
    assert text.number(value, spec, "en") == en


# Profile and seed


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


# What is shown


def test_notice_in_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    text.notice("not the real data: 8 < 28")
    assert capsys.readouterr().out == "Notice: not the real data: 8 < 28\n"


def test_notice_in_a_notebook(
    shown: list[Any], portuguese: None, capsys: pytest.CaptureFixture[str]
) -> None:
    text.notice("8 < 28")
    ((data, metadata),) = shown
    assert data["text/plain"] == "Aviso: 8 < 28"
    assert 'role="note"' in data["text/html"] and "<b>Aviso:</b> 8 &lt; 28" in data["text/html"]
    assert metadata == {}
    assert capsys.readouterr().out == ""


def test_table_in_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    text.table(("what", "n"), [("a long name", "1"), ("b", "22")], "Caption")
    assert capsys.readouterr().out.splitlines() == [
        "Caption",
        "what         n",
        "a long name  1",
        "b            22",
    ]


def test_table_in_a_notebook(shown: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    text.table(("what", "<n>"), [("a & b", "1")], "Caption", {"claims": {"x": 1.0}})
    ((data, metadata),) = shown
    rich = data["text/html"]
    assert rich.count("<tr>") == 2 and ">Caption</caption>" in rich
    assert rich.count('<th scope="col"') == 2
    assert "&lt;n&gt;</th>" in rich and ">a &amp; b</td>" in rich
    assert data["text/plain"].startswith("Caption\nwhat")
    assert metadata == {"claims": {"x": 1.0}}
    assert capsys.readouterr().out == ""


# The environment check

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


def test_this_environment_meets_all_lessons() -> None:
    for number in range(1, 10):
        assert environment.unmet(environment.requirements(f"{number:02}_lesson")) == {}


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
    [("quick", "seconds"), ("class", "minutes"), ("full", "the source's own epochs")],
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
    assert re.split(r"\s{2,}", lines[1]) == ["what", "found", "verdict", "remedy or remark"]
    assert "MISSING" not in "".join(lines) and "1 / 1" in lines[3]
    assert re.match(rf"profile\s+{profile}\s+ok\s+{meaning}", lines[-1])


def test_the_check_asks_for_disk_space_and_python(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "MIN_FREE_GB", 1e9)
    monkeypatch.setattr(environment, "MIN_PYTHON", (99, 1))
    environment.check([])
    said = capsys.readouterr().out
    assert "install Python 99.1 or newer" in said and "free at least 1 GB" in said


def test_setup_shows_the_check_in_the_language_of_the_lesson(
    capsys: pytest.CaptureFixture[str],
) -> None:
    environment.start("02_mnist", "pt-BR")
    assert capsys.readouterr().out.startswith("Verificação do ambiente\n")
    assert settings.lesson() == "02_mnist"
    with pytest.raises(ValueError, match="'pt' is none of en, pt-BR"):
        environment.start("02_mnist", "pt")


def test_outside_colab_nothing_is_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed: list[list[str]] = []
    monkeypatch.setattr(environment, "install", installed.append)
    monkeypatch.setattr(environment, "requirements", lambda slug: ["no-such-package>=1.0"])
    assert not environment.in_colab()
    environment.prepare("02_mnist")
    assert installed == []
    monkeypatch.setattr(environment, "in_colab", lambda: True)
    environment.prepare("02_mnist")
    assert installed == [["no-such-package>=1.0"]]


def test_a_failed_installation_says_what_pip_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "no matching distribution")

    monkeypatch.setattr(environment.subprocess, "run", run)
    with pytest.raises(RuntimeError, match="pip install absent>=1:\nno matching distribution"):
        environment.install(["absent>=1"])


# The cost of an import


@pytest.mark.parametrize(
    "statement",
    [
        "import utils",
        *(f"from utils import {name}" for name in ("settings", "claims", "environment", "data")),
    ],
)
def test_imports_leave_tensorflow_asleep(statement: str) -> None:
    code = f"{statement}\nimport sys\nprint(*{{'tensorflow', 'keras'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_programs_beside_python_are_found_without_an_activated_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beside = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", "/usr/bin")
    environment.prepare("02_mnist")
    environment.prepare("02_mnist")
    assert os.environ["PATH"].split(os.pathsep) == [beside, "/usr/bin"]
