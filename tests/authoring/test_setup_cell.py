"""The set-up cell where the course's files are not: Colab, Kaggle, a folder with one notebook."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from authoring import editions, notebook, source

ROOT = Path(__file__).resolve().parents[2]
LESSON = """\
# %% [markdown] lang="en"
# # Title
# %% [markdown] lang="pt-BR"
# # Título
# %% tags=["setup"]
import start
"""
NAME = "autoencoder-course"
UPLOAD = {"en": "Upload the class archive", "pt-BR": "Envie o pacote da turma"}
CHECKED = {"en": "Environment check", "pt-BR": "Verificação do ambiente"}
# Says which commands run: git, and pip, which installs nothing here.
SPY = """
import subprocess
_run = subprocess.run
def _spy(command, *args, **kwargs):
    print("RUN", *command)
    if "pip" in command:
        command = [command[0], "-c", ""]
    return _run(command, *args, **kwargs)
subprocess.run = _spy
"""
# The kernel of Colab, as far as the course can tell it from others; Kaggle has Jupyter's.
KERNELS = {
    "google.colab._shell": "Shell = type('Shell', (Shell,), {'__module__': 'google.colab._shell'})",
    "ipykernel.zmqshell": "",
}


def make_course(folder: Path, requirements: str = "numpy>=1.0  # lessons: all\n") -> Path:
    """A folder with this course's `utils` and requirements that are met."""
    shutil.copytree(ROOT / "utils", folder / "utils", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "notebooks" / "en").mkdir(parents=True)
    (folder / "notebooks" / "en" / "a_file").touch()
    (folder / "requirements.txt").write_text(requirements, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small class archive."""
    return editions.pack(make_course(tmp_path_factory.mktemp("made") / f"{NAME}-0.1.0"))


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with a small course."""
    folder = make_course(tmp_path_factory.mktemp("remote") / "course")
    author = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-q", "-m", "Course"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """The folder of a notebook, without the course: its name has a space and an accent."""
    folder = tmp_path / "minha máquina" / "content"
    folder.mkdir(parents=True)
    return folder


def start(
    folder: Path,
    language: str = "en",
    address: object = "",
    kernel: str = "google.colab._shell",
    times: int = 1,
    **variables: str,
) -> subprocess.CompletedProcess[str]:
    """Run the set-up cell `times` times in one kernel that works in `folder`."""
    cells = source.read("02_mnist", LESSON)
    made = notebook.build("02_mnist", cells, {}, {}, str(address), {})
    code = made[notebook.path("02_mnist", language)].cells[1].source
    show = 'print("COURSE", environment.__file__, "FIRST", sys.path[0])'
    lines = [
        SPY,
        "from IPython.core.interactiveshell import InteractiveShell as Shell",
        KERNELS[kernel],
        "shell = Shell.instance(colors='nocolor')",
        *[f"shell.run_cell({code!r}).raise_error()"] * times,
        f"shell.run_cell({show!r})",
    ]
    script = folder.parent.parent / "kernel.py"
    script.write_text("\n".join(lines), encoding="utf-8")
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("AE_", "PIP_", "PYTHON"))}
    env = keep | {"PYTHONUTF8": "1"} | variables
    return subprocess.run(
        [sys.executable, script], cwd=folder, env=env, capture_output=True, text=True
    )


def error(done: subprocess.CompletedProcess[str]) -> str:
    """The last line of what a cell that failed says."""
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("RuntimeError: ")
    return last


# With an address


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_the_course_is_downloaded_once(remote: Path, content: Path, language: str) -> None:
    done = start(content, language, remote, times=2)
    assert done.returncode == 0, done.stderr
    course = content / NAME
    assert f"COURSE {course / 'utils' / 'environment.py'} FIRST {course}" in done.stdout
    assert done.stdout.count(CHECKED[language]) == 2
    assert done.stdout.count("RUN git clone") == 1
    again = start(content, language, remote / "gone")
    assert again.returncode == 0 and "RUN" not in again.stdout, again.stderr


@pytest.mark.parametrize("language", ["en", "pt-BR"])
def test_an_unreachable_address(content: Path, language: str) -> None:
    done = start(content, language, content / "nowhere")
    assert UPLOAD[language] in error(done)
    assert str(content / "nowhere") in done.stdout  # what git says
    assert not list(content.iterdir())


def test_a_computer_without_git(content: Path) -> None:
    assert UPLOAD["en"] in error(start(content, address="https://example.org/x", PATH=""))
    assert not list(content.iterdir())


def test_an_archive_goes_before_the_address(archive: Path, content: Path) -> None:
    shutil.copy(archive, content)
    done = start(content, address="https://example.org/x")
    assert done.returncode == 0 and "RUN git" not in done.stdout, done.stderr


# Without an address


@pytest.mark.parametrize("language", ["en", "pt-BR"])
@pytest.mark.parametrize("kernel", KERNELS)
def test_a_notebook_alone_says_how_to_go_on(content: Path, language: str, kernel: str) -> None:
    done = start(content, language, kernel=kernel)
    assert UPLOAD[language] in error(done) and "RUN" not in done.stdout
    assert not list(content.iterdir())


@pytest.mark.parametrize("place", [".", "drive/MyDrive"])
@pytest.mark.parametrize("name", [f"{NAME}-0.1.0.zip", f"{NAME}-0.1.0 (1).zip"])
def test_colab_unpacks_the_archive_once(
    archive: Path, content: Path, place: str, name: str
) -> None:
    (content / place).mkdir(parents=True, exist_ok=True)
    shutil.copy(archive, content / place / name)
    done = start(content, "pt-BR", times=2)
    assert done.returncode == 0, done.stderr
    assert f"FIRST {content / NAME}" in done.stdout and CHECKED["pt-BR"] in done.stdout
    kept = {content / NAME, content / place / name, content / place.split("/")[0]} - {content}
    assert set(content.iterdir()) <= kept
    (content / place / name).unlink()
    assert start(content).returncode == 0


def test_colab_gets_the_packages_that_the_archive_needs(tmp_path: Path, content: Path) -> None:
    folder = make_course(tmp_path / f"{NAME}-2", "no-such-package>=1.0  # lessons: 02\n")
    shutil.copy(editions.pack(folder), content)
    done = start(content)
    assert done.returncode == 0 and "pip install --quiet no-such-package>=1.0" in done.stdout
    assert "MISSING" in done.stdout


@pytest.mark.parametrize("place", ["input/course", "input/datasets/someone/course"])
@pytest.mark.parametrize("inner", [f"{NAME}-0.1.0", "."])
def test_kaggle_takes_the_unpacked_archive_of_a_data_set(
    tmp_path: Path, place: str, inner: str
) -> None:
    """Kaggle unpacks archives by itself; its image has Colab's modules, but no pip is called."""
    working = tmp_path / "kaggle" / "working"
    working.mkdir(parents=True)
    needed = "no-such-package>=1.0  # lessons: 02\n"
    make_course(tmp_path / "kaggle" / place / inner, needed)
    done = start(working, kernel="ipykernel.zmqshell", KAGGLE_KERNEL_RUN_TYPE="Interactive")
    assert done.returncode == 0 and "RUN" not in done.stdout, done.stderr
    assert "no-such-package" in done.stdout and "Internet on in Settings" in done.stdout


def test_an_upload_that_has_not_ended(archive: Path, content: Path) -> None:
    whole = archive.read_bytes()
    target = content / archive.name
    target.write_bytes(whole[: len(whole) // 2])
    assert "When the upload has ended" in error(start(content))
    assert list(content.iterdir()) == [target]
    target.write_bytes(whole)
    assert start(content).returncode == 0


def test_another_archive_of_that_name(tmp_path: Path, content: Path) -> None:
    other = tmp_path / f"{NAME}-notes"
    other.mkdir()
    (other / "notes.txt").write_text("nothing", encoding="utf-8")
    packed = shutil.copy(editions.pack(other), content)
    assert UPLOAD["en"] in error(start(content))
    assert list(content.iterdir()) == [Path(packed)]


def test_nothing_is_written_outside_the_folder(content: Path) -> None:
    with zipfile.ZipFile(content / f"{NAME}-bad.zip", "w") as bad:
        bad.writestr(f"{NAME}/utils/settings.py", "")
        bad.writestr("../../outside.txt", "x")
        bad.writestr("/tmp/outside-of-the-course.txt", "x")
    start(content)
    assert not (content.parent / "outside.txt").exists()
    assert not (content / "outside.txt").exists()
    assert not Path("/tmp/outside-of-the-course.txt").exists()


# A course around the notebook, or named


def test_the_course_around_a_notebook(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    done = start(course / "notebooks" / "en", address="nowhere", kernel="ipykernel.zmqshell")
    assert done.returncode == 0 and "RUN" not in done.stdout, done.stderr
    assert f"COURSE {course / 'utils' / 'environment.py'}" in done.stdout


def test_the_course_that_is_named(tmp_path: Path, content: Path) -> None:
    course = make_course(tmp_path / "course")
    done = start(content, address="nowhere", AE_COURSE=str(course))
    assert done.returncode == 0 and "RUN" not in done.stdout, done.stderr
    assert f"FIRST {course}" in done.stdout
