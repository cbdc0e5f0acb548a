"""Files that repeat a fact say the same: packages, addresses, settings, commands, links."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement

from utils import environment, python_check

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.pt-BR.md")
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in (".", "docs", "data", "benchmarks")
    for path in (ROOT / folder).glob("*.md")
)
NOTEBOOKS = sorted((ROOT / "notebooks" / "en").glob("*.ipynb"))
# Imported under another name than the one they are installed by.
DISTRIBUTIONS = {"skimage": "scikit-image", "sklearn": "scikit-learn", "PIL": "pillow"}
# Imported without being in requirements.txt, because packages that are there depend on them.
BROUGHT = {"IPython", "packaging", "requests", "scipy", "soundfile"}


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def parsed(lines: list[str]) -> dict[str, str]:
    """Name -> bounds of requirements such as `numpy>=2.0`."""
    found = [Requirement(line) for line in lines]
    return {requirement.name: str(requirement.specifier) for requirement in found}


# Packages


def test_conda_and_pip_install_the_same_packages() -> None:
    lines = [line.partition("#")[0] for line in text("requirements.txt").splitlines()]
    conda = parsed(yaml.safe_load(text("environment.yml"))["dependencies"])
    project = tomllib.loads(text("pyproject.toml"))["project"]
    oldest, newest = python_check.OLDEST, python_check.NEWEST
    python = f"<{newest[0]}.{newest[1] + 1},>={oldest[0]}.{oldest[1]}"
    assert conda.pop("python") == str(Requirement(f"x{project['requires-python']}").specifier)
    assert str(Requirement(f"x{project['requires-python']}").specifier) == python
    assert conda.pop("pip") == ""
    assert conda == parsed([line for line in lines if line.strip()])


def imports(code: str) -> Iterator[str]:
    """Absolute names that Python `code` imports, functions included."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in ("data", "explore"):  # their modules are loaded at first use
                yield f"utils.{node.value.id}.{node.attr}"


def third_party(code: str, seen: set[Path]) -> set[str]:
    """Names from outside that `code` needs, directly or through `utils` and `exercises`."""
    found = set()
    for module in imports(code):
        top, *rest = module.split(".")
        if top in ("utils", "exercises"):
            for depth in range(len(rest) + 1):
                place = ROOT.joinpath(top, *rest[:depth])
                for path in (place.with_suffix(".py"), place / "__init__.py"):
                    if path.exists() and path not in seen:
                        seen.add(path)
                        found |= third_party(path.read_text(encoding="utf-8"), seen)
        elif top not in sys.stdlib_module_names | BROUGHT | {"google"}:
            found.add(top)
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_colab_installs_all_that_a_lesson_imports(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    wanted = {DISTRIBUTIONS.get(name, name) for name in third_party(code, set())}
    lacking = wanted - set(parsed(environment.requirements(path.stem)))
    assert "keras" in wanted and not lacking, (
        f"{path.stem} imports {sorted(lacking)}: name it in requirements.txt, "
        "with the lesson's number after `# lessons:`"
    )


# Documents


def outside_code(markdown: str) -> str:
    return re.sub(r"^ *```.*?^ *```", "", markdown, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_links_lead_to_files_and_headings(path: str) -> None:
    targets = re.findall(r"\]\(((?!https?:)[^)\s]+)\)", outside_code(text(path)))
    for target in targets:
        name, _, anchor = target.partition("#")
        file = (ROOT / path).parent / name if name else ROOT / path
        assert file.exists(), f"{path}: no file {target}"
        if anchor and file.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w\- ]", "", h).lower().replace(" ", "-") for h in headings}
            assert anchor in anchors, f"{path}: no heading {target}"


def test_every_setting_that_the_course_reads_is_described() -> None:
    sources = [*(ROOT / "utils").rglob("*.py"), ROOT / "authoring" / "setup_cell.py"]
    read = {n for path in sources for n in re.findall(r"\bAE_[A-Z_]+\b", path.read_text("utf-8"))}
    for path in READMES:
        described = re.findall(r"^\| `(AE_\w+)` \|", text(path), re.MULTILINE)
        assert set(described) == read


def test_the_commands_of_the_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    for path in DOCUMENTS:
        spans = "\n".join(re.findall(r"`([^`\n]+)`", text(path)))
        blocks = "\n".join(re.findall(r"^ *```\w*\n(.*?)^ *```", text(path), re.DOTALL | re.M))
        used = re.findall(r"^\s*(?:AE_\w+=\w+ )*make ([a-z-]+)", f"{spans}\n{blocks}", re.M)
        assert set(used) <= targets, path
