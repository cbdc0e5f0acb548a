"""Files that repeat a fact say the same: packages and bounds, versions, addresses, settings."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # pre-commit and jupytext bring it
from packaging.requirements import Requirement

from utils import environment

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.pt-BR.md")
SLUGS = sorted(path.stem for path in (ROOT / "notebooks" / "source").glob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks" / "en").glob("*.ipynb"))

# Versions that Colab has; the lessons must run on them without installing anything newer.
COLAB = dict(
    line.split("==")
    for line in (ROOT / "tests" / "colab.txt").read_text(encoding="utf-8").split()
    if "==" in line
)
# Imported under another name than the one they are installed by.
DISTRIBUTIONS = {"skimage": "scikit-image", "sklearn": "scikit-learn", "PIL": "pillow"}
# Imported, yet not named in requirements.txt: what is named there cannot be installed without them.
BROUGHT = {
    "IPython": "ipywidgets; and every notebook runs in it",
    "packaging": "matplotlib and scikit-image",
    "requests": "pooch",
    "scipy": "scikit-learn, scikit-image and librosa",
    "soundfile": "librosa",
}


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def toml() -> dict[str, Any]:
    return tomllib.loads(text("pyproject.toml"))["project"]


def parsed(lines: list[str]) -> dict[str, str]:
    """Name -> bounds of requirements such as `numpy>=2.0`."""
    found = [Requirement(line) for line in lines]
    names = [requirement.name for requirement in found]
    assert len(set(names)) == len(names), f"named twice: {names}"
    return {requirement.name: str(requirement.specifier) for requirement in found}


def requirement_lines() -> list[str]:
    lines = text("requirements.txt").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def packages() -> dict[str, str]:
    return parsed([line.partition("#")[0] for line in requirement_lines()])


# Packages


def test_conda_and_pip_name_the_same_packages_with_the_same_bounds() -> None:
    conda = parsed(yaml.safe_load(text("environment.yml"))["dependencies"])
    assert conda.pop("python") == toml()["requires-python"]
    assert conda.pop("pip") == ""
    assert conda == packages()


def test_conda_environment_has_the_name_that_the_readmes_use() -> None:
    settings = yaml.safe_load(text("environment.yml"))
    assert settings["channels"] == ["conda-forge"]
    for path in READMES:
        assert f"conda activate {settings['name']}\n" in text(path)


@pytest.mark.parametrize("line", requirement_lines())
def test_each_requirement_says_who_needs_it(line: str) -> None:
    assert re.search(r"# (lessons:( all| \d\d)+\.|tools:) ?\S", line), line


def test_development_builds_on_the_same_list() -> None:
    lines = text("requirements-dev.txt").splitlines()
    assert "-r requirements.txt" in lines
    others = [x.partition("#")[0] for x in lines if x.strip() and x[0] not in "#-"]
    assert not set(parsed(others)) & set(packages())


def test_python_is_the_same_everywhere() -> None:
    oldest = ".".join(map(str, environment.MIN_PYTHON))
    assert toml()["requires-python"] == f">={oldest}"
    workflow = yaml.safe_load(text(".github/workflows/test.yml"))
    versions = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert versions[0] == oldest and len(versions) > 1
    for path in READMES:
        assert f"Python {oldest} " in text(path)


# Colab


@pytest.mark.parametrize("slug", [f"{number:02}_lesson" for number in range(1, 10)])
def test_colab_installs_only_what_requirements_name(slug: str) -> None:
    needed = environment.requirements(slug)
    assert parsed(needed).items() <= packages().items()
    assert {"tensorflow", "keras", "numpy"} <= set(parsed(needed))


@pytest.mark.parametrize("name", sorted(COLAB.keys() & packages().keys()))
def test_colab_is_new_enough(name: str) -> None:
    bounds = Requirement(f"{name}{packages()[name]}").specifier
    assert bounds.contains(COLAB[name]), f"Colab has {name} {COLAB[name]}"


def imports(code: str) -> Iterator[str]:
    """Absolute module names that Python `code` imports, functions included."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def third_party(code: str, seen: set[str]) -> set[str]:
    """Import names from outside that `code` needs, directly and by way of `utils`."""
    found = set()
    for module in imports(code):
        top, *rest = module.split(".")
        if top == "utils":
            path = ROOT / "utils" / f"{rest[0] if rest else '__init__'}.py"
            if path.exists() and path.name not in seen:
                seen.add(path.name)
                found |= third_party(path.read_text(encoding="utf-8"), seen)
        elif top not in sys.stdlib_module_names and top not in BROUGHT and top != "google":
            found.add(top)
    return found


def code_of(path: Path) -> str:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")


def test_imports_are_followed_into_utils_and_functions() -> None:
    code = "import os, sklearn.svm\nfrom utils import explore_faces\n"
    code += "def f():\n    from librosa import load"
    found = third_party(code, set())
    assert {"sklearn", "librosa", "ipywidgets", "matplotlib"} <= found
    assert not {"os", "utils", "IPython"} & found


def test_there_is_a_notebook_for_each_lesson() -> None:
    assert SLUGS and [path.stem for path in NOTEBOOKS] == SLUGS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_colab_installs_all_that_the_lesson_imports(path: Path) -> None:
    needed = parsed(environment.requirements(path.stem))
    wanted = {DISTRIBUTIONS.get(name, name) for name in third_party(code_of(path), set())}
    assert wanted and wanted <= set(needed), (
        f"{path.stem} imports {sorted(wanted - set(needed))}: name it in requirements.txt, "
        "with the lesson's number after `# lessons:`"
    )


def test_all_modules_of_utils_import_only_what_requirements_name() -> None:
    wanted = set()
    for path in (ROOT / "utils").glob("*.py"):
        wanted |= third_party(path.read_text(encoding="utf-8"), {path.name})
    assert {DISTRIBUTIONS.get(name, name) for name in wanted} <= set(packages())


# Listed without an import: where the course calls for it all the same.
CALLED = {
    "PyWavelets": ("notebooks/source/04_denoising.py", "denoise_wavelet("),
    "jupyter": ("Makefile", "/jupyter lab "),
    "nbval": ("Makefile", "--nbval-lax"),
}


def unused(lines: list[str], imported: dict[str, set[str]]) -> list[str]:
    """Requirements that nobody imports of those who, the line says, need them."""
    found = []
    for line in lines:
        name = Requirement(line.partition("#")[0]).name
        numbers = re.search(r"# lessons:([ \d]+)\.", line)
        uses = [name in imported[n] for n in (numbers[1].split() if numbers else imported)]
        if not (all(uses) if numbers else any(uses)):
            found.append(name)
    return found


def test_nothing_is_listed_that_the_course_does_not_use() -> None:
    imported = {
        path.stem[:2]: {DISTRIBUTIONS.get(n, n) for n in third_party(code_of(path), set())}
        for path in NOTEBOOKS
    }
    idle = set(unused(requirement_lines(), imported))
    assert idle == set(CALLED), "delete it from requirements.txt, or say here where it is used"
    for name, (path, call) in CALLED.items():
        assert call in text(path), f"{name}: {path} no longer has {call}"
    lines = ["numpy>=2 # lessons: all. X", "pandas>=2 # lessons: 01 02. X"]
    assert unused(lines, {"01": {"pandas", "numpy"}, "02": set()}) == ["pandas"]


# Address and version of the course

ADDRESSES = (
    r"github\.com/(?P<name>[^/\s]+/autoencoder-course)",
    r"mybinder\.org/v2/gh/(?P<name>[^/\s]+/[^/\s]+)/",
    r"colab\.research\.google\.com/github/(?P<name>[^/\s]+/[^/\s]+)/",
)


@pytest.mark.parametrize("path", [*READMES, "CITATION.cff", "CONTRIBUTING.md"])
def test_the_address_is_that_of_pyproject(path: str) -> None:
    ours = toml()["urls"]["repository"].removeprefix("https://github.com/")
    for place, line in enumerate(text(path).splitlines(), 1):
        for found in (m["name"] for pattern in ADDRESSES for m in re.finditer(pattern, line)):
            assert found == ours, f"{path}, line {place}: says {found}, pyproject.toml says {ours}"


def test_the_address_is_where_it_must_be() -> None:
    address = toml()["urls"]["repository"]
    assert yaml.safe_load(text("CITATION.cff"))["repository-code"] == address
    binder = f"https://mybinder.org/v2/gh/{address.removeprefix('https://github.com/')}/HEAD"
    for path, language in zip(READMES, ("en", "pt-BR"), strict=True):
        assert f"({binder}?labpath=notebooks%2F{language})" in text(path)
        assert (ROOT / "notebooks" / language).is_dir()


def test_citation() -> None:
    citation = yaml.safe_load(text("CITATION.cff"))
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == toml()["version"]
    assert {"message", "title", "authors"} <= set(citation)
    assert citation["license"] == ["MIT", "CC-BY-4.0"]
    assert text("LICENSE").startswith("MIT License\n")
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in text("LICENSE-TEXT")


# READMEs


def outside_code(markdown: str) -> str:
    return re.sub(r"^ *```.*?^ *```", "", markdown, flags=re.DOTALL | re.MULTILINE)


def settings(path: str) -> list[str]:
    """Names of the variables in the table of settings."""
    return re.findall(r"^\| `(AE_\w+)` \|", text(path), re.MULTILINE)


def shape(path: str) -> dict[str, Any]:
    markdown = text(path)
    plain = outside_code(markdown)
    return {
        "headings": [len(marks) for marks in re.findall(r"^(#+) ", plain, re.MULTILINE)],
        "code blocks": len(re.findall(r"^ *```", markdown, re.MULTILINE)),
        "rows of tables": len(re.findall(r"^\|", plain, re.MULTILINE)),
        "steps": len(re.findall(r"^\d\. ", plain, re.MULTILINE)),
        "settings": settings(path),
        "marks": re.findall(r"<!-- (?:begin|end):\w+ -->", plain),
    }


def test_the_readmes_have_the_same_parts() -> None:
    english, portuguese = map(shape, READMES)
    assert english == portuguese
    assert len(english["settings"]) > 5 and len(english["marks"]) == 4
    for path, other in zip(READMES, reversed(READMES), strict=True):
        assert f"]({other})" in text(path)


def test_the_readmes_give_the_same_commands() -> None:
    def commands(path: str) -> list[str]:
        blocks = re.findall(r"^ *```bash\n(.*?)^ *```", text(path), re.DOTALL | re.MULTILINE)
        lines = "".join(blocks).splitlines()
        return [line.partition("#")[0].strip().replace("pt-BR", "en") for line in lines]

    assert commands(READMES[0]) == commands(READMES[1])
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    for path in (*READMES, "CONTRIBUTING.md"):
        spoken = re.sub(r"[^`\n]*`([^`\n]+)`[^`\n]*", r"\1\n", text(path))
        used = re.findall(r"^(?:AE_\w+=\w+ )?make ([a-z]+)", spoken, re.MULTILINE)
        assert used and set(used) <= targets, path


def test_every_setting_that_the_code_reads_is_described() -> None:
    sources = [*(ROOT / "utils").glob("*.py"), ROOT / "notebooks" / "setup_cell.py"]
    read = {
        name for path in sources for name in re.findall(r"\bAE_[A-Z_]+\b", path.read_text("utf-8"))
    }
    assert set(settings(READMES[0])) == read


@pytest.mark.parametrize("path", [*READMES, "CONTRIBUTING.md"])
def test_links_lead_to_files_of_the_course(path: str) -> None:
    targets = re.findall(r"\]\(((?!https?:|#)[^)]+)\)", outside_code(text(path)))
    missing = [target for target in targets if not (ROOT / target).exists()]
    assert not missing
    assert "http://" not in text(path), "write https"


def test_the_table_of_faults_names_tests_that_exist() -> None:
    rows = re.findall(r"^\| .+ \| .+ \| (`tests/.+`) \|$", text("CONTRIBUTING.md"), re.MULTILINE)
    assert len(rows) > 10
    for path, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", "".join(rows)):
        assert f"\ndef {name}(" in text(path), f"{path}::{name}"
    assert all(row.count("::") == row.count("`") // 2 for row in rows)


# Continuous integration


def test_the_workflow_runs_the_test_command_and_may_only_read() -> None:
    workflow = yaml.safe_load(text(".github/workflows/test.yml"))
    assert workflow["permissions"] == {"contents": "read"}
    # YAML 1.1 reads the key `on` as true.
    assert {"push", "pull_request", "schedule"} <= set(workflow[True])
    job = workflow["jobs"]["test"]
    assert job["timeout-minutes"] <= 120
    assert any(step.get("run") == ".ci/run" for step in job["steps"])
    assert all(re.search(r"@v\d+$", step["uses"]) for step in job["steps"] if "uses" in step)
    assert re.search(r"^make test$", text(".ci/run"), re.MULTILINE)
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


def test_pre_commit_needs_no_network() -> None:
    hooks = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"]
    assert [repo["repo"] for repo in hooks] == ["local"]
    assert {hook["language"] for hook in hooks[0]["hooks"]} == {"system"}


def test_the_dev_container_sets_up_what_make_lab_needs() -> None:
    container = json.loads(text(".devcontainer/devcontainer.json"))
    target = container["postCreateCommand"].removeprefix("make ")
    assert f"\nlab: {target} " in text("Makefile")
    major, minor = container["image"].removeprefix("python:").split(".")
    assert (int(major), int(minor)) >= environment.MIN_PYTHON
