"""The class edition: without solutions, complete, and working in an empty folder."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import v4

from authoring import facts, source
from authoring.solutions import solution_lines
from lab import PAGES
from utils.text import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
SLUGS = source.slugs()
LABEL = re.compile(r"\w+=[rf]?\"[^\"]*\",?")  # of a plot, alone on its line


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class edition, unpacked from its archive into an empty folder."""
    output = tmp_path_factory.mktemp("made")
    command = [sys.executable, ROOT / "authoring" / "editions.py", "--output", output]
    subprocess.run(command, check=True)
    (archive,) = output.glob("*.zip")
    expected = Path(f"{archive}.sha256").read_text(encoding="utf-8").split()[0]
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == expected
    empty = tmp_path_factory.mktemp("empty")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(empty)
    (folder,) = empty.iterdir()
    return folder


def test_no_file_shows_a_solution(edition: Path) -> None:
    """A hint may quote one line, and a short idiom may occur by chance; two lines are a leak."""
    texts = {
        path.relative_to(edition).as_posix(): path.read_text(encoding="utf-8").replace('\\"', '"')
        for path in edition.rglob("*")
        if path.suffix in {".ipynb", ".py", ".toml", ".md"}
    }
    cells = {slug: source.read(slug, source.source(slug)) for slug in SLUGS}
    solutions = {
        (slug, language): [
            line
            for line in solution_lines(cells[slug], language)
            if len(line) > 25 and not LABEL.fullmatch(line)
        ]
        for slug in SLUGS
        for language in LANGUAGES
    }
    assert any(solutions.values())
    for (lesson, _), hidden in solutions.items():
        for name, text in texts.items():
            found = [line for line in hidden if line in text]
            assert len(found) < 2, f"{name} shows a solution of {lesson}: {found}"


def test_it_has_what_students_need_and_nothing_else(edition: Path) -> None:
    names = {path.relative_to(edition).as_posix() for path in edition.rglob("*") if path.is_file()}
    for language in LANGUAGES:
        assert {f"notebooks/{language}/{slug}.ipynb" for slug in SLUGS} <= names
    assert {f"notebooks/{page}" for page in PAGES.values()} <= names
    texts = {"README.md", "README.pt-BR.md", "LICENSE", "LICENSE-TEXT", "requirements.txt"}
    assert texts | {"lab.py"} <= names
    version = f"{facts.project()['version']}"
    for readme in ("README.md", "README.pt-BR.md"):
        text = (edition / readme).read_text(encoding="utf-8")
        assert version in text and "MIT" in text and "SHA256SUMS" in text and "{" not in text
    folders = {name.split("/")[0] for name in names if "/" in name}
    assert folders == {"notebooks", "utils", "exercises", "data"}
    assert not {name for name in names if "grading" in name or "source/" in name}
    listed = dict(
        line.split("  ")[::-1] for line in (edition / "SHA256SUMS").read_text().splitlines()
    )
    assert listed.keys() == names - {"SHA256SUMS"}
    for name, expected in listed.items():
        assert hashlib.sha256((edition / name).read_bytes()).hexdigest() == expected


def test_a_lesson_runs_from_the_archive(edition: Path) -> None:
    folder = edition / "notebooks" / "pt-BR"
    notebook = nbformat.read(folder / f"{SLUGS[1]}.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"][:3]
    where = v4.new_code_cell("import utils; print(utils.__file__)")
    notebook.cells = [*code, where]
    settings = {"AE_PROFILE": "quick", "AE_DATA_SOURCE": "embedded"}
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH" and not k.startswith("AE_")}
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}})
    client.execute(env=clean | settings)
    assert notebook.cells[-1].outputs[0].text.startswith(str(edition))
