"""The builder on small lessons, the committed notebooks, and the cell that starts a lesson."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "pt-BR")
REPOSITORY = "https://github.com/someone/course"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("nb_build", ROOT / "notebooks" / "build.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


build = _load()

LESSON = """\
# %% [markdown] lang="en"
# # Digits
# Loss {{ F1.mean }} ± {{ F1.sd }} of {{ F1.n }}; the source has {{ F1.source }}, 60,000 images.
# %% [markdown] lang="pt-BR"
# # Dígitos
# Custo {{ F1.mean }} ± {{ F1.sd }} de {{ F1.n }}; a fonte tem {{ F1.source }}, 60.000 imagens.
# %%
# SETUP
# %% tags=["nbval-check-output"]
# cp the file
epoch = 3
print(f"epoch {epoch}")  #@en
print(f"{epoch}ª época")  #@pt-BR
# %% [markdown] lang="en" tags=["solution"]
# The answer: twice.
# %% [markdown] lang="pt-BR" tags=["solution"]
# A resposta: o dobro.
# %%
def double(x):
    ### BEGIN SOLUTION
    # twice  #@en
    # duas vezes  #@pt-BR
    return x + x * 1
    ### END SOLUTION


assert double
"""
CLAIMS = {
    "F1": {"en": "F1, loss", "pt": "F1, custo", "source": 0.0916, "band": [0.09, 0.0926]},
    "count": {"en": "images", "pt": "imagens", "band": [float("-inf"), 70000], "format": ",.0f"},
    "share": {"en": "share", "pt": "fração", "format": ".1%", "readme": True},
    "aside": {"en": "aside", "pt": "à parte", "format": ".1f"},
}
CLAIMS["F1"]["format"] = ".4f"
CLAIMS["count"]["readme"] = True
RUNS = {
    "class": {
        "claims": {"F1": [0.0915, 0.0918], "count": [60000.0], "share": [0.912, 0.931]}
        | {"aside": [1.0]},
        "minutes": 3.1,
        "peak_gb": 1.26,
    },
    "quick": {"minutes": 0.2},
}


def made(text: str = LESSON, old: dict[str, str] | None = None, **changes: Any) -> dict[str, str]:
    facts = {"claims": CLAIMS, "runs": RUNS, "repository": REPOSITORY, **changes}
    return build.build("02_mnist", text, old=old or {}, **facts)


def notebook(files: dict[str, str], folder: str = "en") -> nbformat.NotebookNode:
    return nbformat.reads(files[f"notebooks/{folder}/02_mnist.ipynb"], as_version=4)


def sources(files: dict[str, str], folder: str = "en") -> list[str]:
    return [cell.source for cell in notebook(files, folder).cells]


def executed(files: dict[str, str]) -> dict[str, str]:
    """The notebooks as if somebody had run them."""
    run = {}
    for path, text in files.items():
        nb = nbformat.reads(text, as_version=4)
        for count, cell in enumerate((c for c in nb.cells if c.cell_type == "code"), 1):
            cell.execution_count = count
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"out {count}\n")]
        run[path] = nbformat.writes(nb) + "\n"
    return run


def outputs(files: dict[str, str], folder: str = "en") -> list[int | None]:
    code = [c for c in notebook(files, folder).cells if c.cell_type == "code"]
    assert all(bool(c.outputs) == (c.execution_count is not None) for c in code)
    return [c.execution_count for c in code]


def markdown(en: str, pt: str, tags: str = "") -> str:
    """Source of one pair of Markdown cells."""
    parts = []
    for lang, text in (("en", en), ("pt-BR", pt)):
        body = "\n".join(f"# {line}".rstrip() for line in text.splitlines())
        parts.append(f'# %% [markdown] lang="{lang}"{tags}\n{body}\n')
    return "".join(parts)


def lesson(*cells: str) -> str:
    """A lesson of a title and `cells`, each the code of a cell or a pair made by `markdown`."""
    code = [c if c.startswith("# %%") else f"# %%\n{c}\n" for c in cells]
    return "".join([markdown("# Title", "# Título"), *code])


# What a good lesson gives


def test_cells_of_each_notebook() -> None:
    files = made()
    assert list(files) == [
        f"notebooks/{folder}/02_mnist.ipynb"
        for folder in ("en", "solutions/en", "pt-BR", "solutions/pt-BR")
    ]
    en, pt = sources(files), sources(files, "pt-BR")
    assert en[0] == "# Digits\nLoss 0.0917 ± 0.00021 of 2; the source has 0.0916, 60,000 images."
    assert pt[0] == "# Dígitos\nCusto 0,0917 ± 0,00021 de 2; a fonte tem 0,0916, 60.000 imagens."
    assert 'lesson.setup("02_mnist", "en")' in en[1] and REPOSITORY in en[1]
    assert 'lesson.setup("02_mnist", "pt-BR")' in pt[1]
    assert en[2] == '# cp the file\nepoch = 3\nprint(f"epoch {epoch}")'
    assert pt[2] == '# cp the file\nepoch = 3\nprint(f"{epoch}ª época")'
    assert en[3] == "def double(x):\n    ...  # your code here\n\n\nassert double"
    assert pt[3] == "def double(x):\n    ...  # escreva seu código aqui\n\n\nassert double"
    solved = sources(files, "solutions/pt-BR")
    assert solved[3] == "A resposta: o dobro."
    assert solved[4] == (
        "def double(x):\n    # duas vezes\n    return x + x * 1\n\n\nassert double"
    )
    assert "# twice\n" in sources(files, "solutions/en")[4]


def test_a_stub_that_ends_a_cell_shows_nothing() -> None:
    files = made(lesson(f"x_hat = None\n{SOLVED}", f"{SOLVED}\nprint(1)"))
    assert sources(files)[1] == "x_hat = None\n# your code here"
    assert sources(files)[2] == "...  # your code here\nprint(1)"


def test_points_and_names_of_exercises_are_carried_through() -> None:
    files = made(lesson('# %% exercise="A1" role="check" points=0.5\nx = 1\n'))
    for folder in build.FOLDERS:
        cell = notebook(files, folder).cells[1]
        exercise = {"exercise": "A1", "role": "check", "points": 0.5}
        assert cell.metadata == exercise | {"slideshow": {"slide_type": "skip"}}


def test_metadata() -> None:
    nb = notebook(made(), "pt-BR")
    assert nb.metadata.language == "pt-BR"
    assert nb.metadata.kernelspec.name == "python3"
    assert [dict(cell.metadata) for cell in nb.cells] == [
        {"slideshow": {"slide_type": "slide"}},
        {"slideshow": {"slide_type": "skip"}},
        {"slideshow": {"slide_type": "subslide"}, "tags": ["nbval-check-output"]},
        {"slideshow": {"slide_type": "skip"}},
    ]


def test_slide_types_follow_headings_and_a_mark_goes_before_them() -> None:
    pair = '# %% [markdown] lang="en"{0}\n# {1}\n# %% [markdown] lang="pt-BR"{0}\n# {1}\n'
    text = "".join(
        [
            pair.format("", "# Title"),
            "# %%\nimport os\n",
            pair.format("", "## Section"),
            "# %%\nx = 1\n# %%\ny = 1\n",
            pair.format("", "### Part"),
            pair.format("", "And so on."),
            pair.format(' slideshow={"slide_type": "notes"}', "To be said."),
            '# %% slideshow={"slide_type": "fragment"}\nz = 1\n',
        ]
    )
    cells = notebook(made(text)).cells
    assert [cell.metadata.slideshow.slide_type for cell in cells] == [
        "slide", "skip", "slide", "-", "subslide", "subslide", "-", "notes", "fragment",
    ]  # fmt: skip


def test_ids_are_stable_unique_and_the_same_in_both_languages() -> None:
    text = lesson("x = 1", "x = 1", "y = 2")
    files, moved = made(text), made(lesson("z = 0", "x = 1", "x = 1", "y = 2"))
    ids = [cell.id for cell in notebook(files).cells]
    assert len(set(ids)) == len(ids) == 4
    for folder in build.FOLDERS:
        assert [cell.id for cell in notebook(files, folder).cells] == ids
    assert [cell.id for cell in notebook(moved).cells][2:] == ids[1:]


@pytest.mark.parametrize("code", ["x = 1  # @en\nx = 1  # @pt-BR", "x = 1#@en\nx = 1   #@pt-BR  "])
def test_a_marker_may_have_been_formatted(code: str) -> None:
    assert sources(made(lesson(code)))[1] == "x = 1"


def test_f_strings_may_differ_in_text_but_not_in_expressions_and_formats() -> None:
    good = 'print(f"epoch {n:.2f}!")  #@en\nprint(f"{n:.2f}")  #@pt-BR'
    assert sources(made(lesson(good)), "pt-BR")[1] == 'print(f"{n:.2f}")'
    for other in ('f"{m:.2f}"', 'f"{n:.3f}"', 'f"{n!r:.2f}"', '"n"', "n"):
        with pytest.raises(build.BuildError, match="differs between the languages"):
            made(lesson(good.replace('f"{n:.2f}"', other)))


def test_repository_is_the_only_placeholder_of_code() -> None:
    code = 'print("{{ repository }}", f"{{{x}}} {{ F1 }}")'
    assert sources(made(lesson(code)))[1] == f'print("{REPOSITORY}", f"{{{{{{x}}}}}} {{{{ F1 }}}}")'


@pytest.mark.parametrize(
    ("name", "en", "pt"),
    [
        ("F1", "0.0915", "0,0915"),
        ("F1.low", "0.0900", "0,0900"),
        ("F1.high", "0.0926", "0,0926"),
        ("count", "60,000", "60.000"),
        ("count.high", "70,000", "70.000"),
        ("count.sd", "…", "…"),
        ("share", "91.2%", "91,2%"),
        ("share.sd", "1.3%", "1,3%"),
        ("minutes.class", "4", "4"),
        ("minutes.quick", "1", "1"),
        ("peak_gb", "1.3", "1,3"),
        ("reading_minutes", "2", "1"),
        ("repository", REPOSITORY, REPOSITORY),
    ],
)
def test_placeholders(name: str, en: str, pt: str) -> None:
    long = "word " * 250
    files = made(lesson(markdown(f"{{{{ {name} }}}}\n{long}", f"{{{{{name}}}}}\npalavra")))
    assert sources(files)[1].splitlines()[0] == en
    assert sources(files, "pt-BR")[1].splitlines()[0] == pt


def test_colab_address_is_that_of_the_made_notebook() -> None:
    files = made(lesson(markdown("{{ colab }}", "{{ colab }}")))
    start = "https://colab.research.google.com/github/someone/course/blob/main/notebooks"
    for folder in build.FOLDERS:
        assert sources(files, folder)[1] == f"{start}/{folder}/02_mnist.ipynb"


def test_a_result_still_to_come() -> None:
    assert "Loss … ± … of …; the source has 0.0916" in sources(made(runs={}))[0]


@pytest.mark.parametrize("name", ["count.low", "share.source", "share.high"])
def test_what_a_claim_does_not_have_is_an_unknown_placeholder(name: str) -> None:
    with pytest.raises(build.BuildError, match="unknown placeholder"):
        made(lesson(markdown(f"{{{{ {name} }}}}", "x")))


@pytest.mark.parametrize(
    ("values", "text"),
    [([1.0, 1.0], "0"), ([0.0, 14.07], "9.9"), ([0.0, 14.14], "10"), ([0, 175], "120")],
)
def test_two_significant_digits(values: list[float], text: str) -> None:
    assert build.spread(values, ".1f", "en") == text


# What stays from one build to the next


def test_a_rebuild_changes_no_byte() -> None:
    files = made()
    assert made(old=files) == files
    run = executed(files)
    assert made(old=run) == run
    assert all(text.endswith("}\n") and "\\u" not in text for text in files.values())


def test_volatile_metadata_goes() -> None:
    run = executed(made())
    edited = {}
    for path, text in run.items():
        nb = nbformat.reads(text, as_version=4)
        nb.metadata.language_info.version = "3.0"
        nb.cells[1].metadata.execution = {"iopub.status.busy": "now"}
        edited[path] = nbformat.writes(nb)
    assert made(old=edited) == run


def test_outputs_stay_when_only_text_comments_or_the_address_changed() -> None:
    run = executed(made())
    text = LESSON.replace("# cp the file", "# a comment").replace("60,000 images", "images")
    text = text.replace("60.000 imagens", "imagens")
    again = made(text, old=run, repository="https://github.com/another/place")
    assert "another/place" in sources(again)[1]
    for folder in build.FOLDERS:
        assert outputs(again, folder) == [1, 2, 3]


def test_outputs_go_from_the_first_changed_cell_on() -> None:
    codes = ["# SETUP", "a = 1", "b = 1", "c = 1"]
    run = executed(made(lesson(*codes)))
    assert outputs(made(lesson(*codes[:2], "b = 2", "c = 1"), old=run)) == [1, 2, None, None]
    assert outputs(made(lesson(*codes[:2], "new = 1", *codes[2:]), old=run)) == (
        [1, 2, None, None, None]
    )
    assert outputs(made(lesson(*codes[:3]), old=run)) == [1, 2, 3]


def test_each_notebook_keeps_its_own_outputs() -> None:
    run = executed(made())
    changed = made(LESSON.replace("x + x * 1", "2 * x"), old=run)
    assert outputs(changed) == outputs(changed, "pt-BR") == [1, 2, 3]
    assert outputs(changed, "solutions/en") == [1, 2, None]
    translated = made(LESSON.replace('print(f"{epoch}ª época")', 'print(f"{epoch}")'), old=run)
    assert outputs(translated) == [1, 2, 3]
    assert outputs(translated, "pt-BR") == [1, None, None]


# What a lesson must not have

SOLVED = "### BEGIN SOLUTION\nx_hat = decoder(z)\n### END SOLUTION"
BAD = {
    "no twin": (lesson('# %% [markdown] lang="en"\n# Text\n'), 3, "missing translation"),
    "twin not next": (
        lesson('# %% [markdown] lang="en"\n# T\n# %%\nx = 1\n# %% [markdown] lang="pt-BR"\n# T\n'),
        3,
        "missing translation",
    ),
    "twin first": (lesson('# %% [markdown] lang="pt-BR"\n# Text\n'), 3, "missing translation"),
    "tags differ": (
        lesson(
            '# %% [markdown] lang="en" tags=["solution"]\n# A\n# %% [markdown] lang="pt-BR"\n# A\n'
        ),
        3,
        "same tags",
    ),
    "no language": (lesson("# %% [markdown]\n# Text\n"), 3, "lang="),
    "language on code": (lesson('# %% lang="en"\nx = 1\n'), 3, "code cells no lang"),
    "raw": (lesson("# %% [raw]\n# text\n"), 3, "lang="),
    "lines not translated": (lesson("x = 1\ny = 2  #@en"), 3, "missing translation"),
    "lines apart": (lesson('x = "a"  #@en\ny = 1\nx = "b"  #@pt-BR'), 3, "missing translation"),
    "unknown marker": (lesson('x = "a"  #@en\nx = "b"  #@pt'), 3, "unknown marker #@pt"),
    "empty markdown": (lesson(markdown("Text", "")), 3, "empty in pt-BR"),
    "empty code": (lesson(""), 3, "empty in en"),
    "numbers differ": (lesson("x = 1  #@en\nx = 2  #@pt-BR"), 3, "differs between the languages"),
    "names differ": (lesson("x = 1  #@en\ny = 1  #@pt-BR"), 3, "differs between the languages"),
    "magic": (lesson("%matplotlib inline"), 3, "not Python"),
    "shell": (lesson("x = 1\n!ls"), 3, "not Python"),
    "not opened": (lesson("x = 1\n### END SOLUTION"), 3, "unbalanced"),
    "not closed": (lesson("### BEGIN SOLUTION\nx = 1"), 3, "unbalanced"),
    "opened twice": (lesson(f"### BEGIN SOLUTION\n{SOLVED}"), 3, "unbalanced"),
    "mark misspelt": (lesson("## BEGIN SOLUTION\nx = 1\n## END SOLUTION"), 3, "unbalanced"),
    "leak in text": (lesson(SOLVED, markdown("Use `x_hat = decoder(z)`.", "Use.")), 4, "solution"),
    "leak in code": (lesson("# x_hat = decoder(z) ?", SOLVED), 3, "solution line"),
    "unknown claim": (lesson(markdown("{{ F9.mean }}", "x")), 3, "unknown placeholder {{ F9.mean"),
    "long cell": (lesson("x = 1\n" * 26), 3, "25 lines"),
    "two setups": (lesson("# SETUP", "# SETUP"), 4, "one setup"),
    "no title": (markdown("Text", "Texto"), 1, "level-1"),
    "title of level 2": (markdown("# Title", "## Título"), 1, "level-1 heading .* pt-BR"),
    "code first": ("# %%\nx = 1\n" + lesson(), 1, "level-1"),
    "level skipped": (lesson(markdown("### Deep", "### Fundo")), 3, "skips a level"),
    "image": (lesson(markdown("![](a.png)", "![um a](a.png)")), 3, "alt text"),
    "html image": (lesson(markdown("ok", '<img src="a.png" alt="">')), 3, r"alt text \(pt-BR"),
    "figure": (lesson(markdown("loss 0.0916", "custo")), 3, "0.0916 .*come from claims"),
    "figure, comma": (lesson(markdown("loss", "custo de 0,0916.")), 3, "0,0916 .*come from claims"),
    "wrong thousands": (lesson(markdown("60.000 images", "x")), 3, "60.000 typed by hand"),
}


@pytest.mark.parametrize(("text", "number", "message"), BAD.values(), ids=BAD)
def test_a_broken_rule_is_named_with_lesson_cell_and_first_line(
    text: str, number: int, message: str
) -> None:
    with pytest.raises(build.BuildError, match=message) as raised:
        made(text)
    assert re.match(rf"02_mnist, cell {number} \(.+\): ", str(raised.value))


def test_a_lesson_without_cells() -> None:
    with pytest.raises(build.BuildError, match="02_mnist: .*no cells"):
        made("")


@pytest.mark.parametrize(
    "text",
    [
        lesson(markdown("`0.0916` and [a](https://arxiv.org/abs/1312.6114), arXiv:1312.6114", "x")),
        lesson(markdown("```python\n### not a heading\nlr = 0.0001\n```", "1,5 e 60.000,25")),
        lesson(markdown("1.25, 60,000 and 1,234,567.8", "![um gráfico](a.png) 3,14")),
        lesson(markdown("## A\n### B\n## C", "## A\n### B\n## C"), markdown("### D", "### D")),
        lesson("x = 1\n" * 25),
        lesson("x_hat = decoder(z)", SOLVED),
    ],
)
def test_allowed(text: str) -> None:
    made(text)


# READMEs


def test_fill_between() -> None:
    text = "a\n<!-- begin:x -->\nold\n<!-- end:x -->\nb <!-- begin:y -->1<!-- end:y -->"
    once = build.fill_between(text, "x", r"new \1")
    assert once == text.replace("old", r"new \1")
    assert build.fill_between(once, "x", r"new \1") == once
    assert build.fill_between(text, "absent", "new") == text


def test_results_table() -> None:
    lines = build.results_table({"02_mnist": (CLAIMS, RUNS)}, "pt-BR").splitlines()
    assert lines[2] == "| 02 | F1, custo | 0,0916 | 0,0917 ± 0,00021 (2) | 0,0900 a 0,0926 |"
    assert lines[3] == "| 02 | imagens | – | 60.000 (1) | ≤ 70.000 |"
    assert lines[4] == "| 02 | fração | – | 92,2% ± 1,3% (2) | – |"
    assert len(lines) == 5  # nothing of the figure without source and mark
    assert "| … |" in build.results_table({"02_mnist": (CLAIMS, {})}, "en")


# The command, in a small course


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "notebooks/source").mkdir(parents=True)
    (tmp_path / "notebooks/source/02_mnist.py").write_text(LESSON, encoding="utf-8")
    address = f'[project.urls]\nrepository = "{REPOSITORY}"\n'
    (tmp_path / "pyproject.toml").write_text(address)
    tables = "".join(f"<!-- begin:{n} -->\n<!-- end:{n} -->\n" for n in ("results", "lessons"))
    for name in ("README.md", "README.pt-BR.md"):
        (tmp_path / name).write_text(tables)
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "definitions", lambda slug: CLAIMS)
    monkeypatch.setattr(build, "results", lambda slug, profile: RUNS[profile])
    return tmp_path


def run_all(course: Path) -> None:
    paths = list(course.glob("notebooks/**/*.ipynb"))
    texts = executed({str(path): path.read_text(encoding="utf-8") for path in paths})
    for path, text in texts.items():
        Path(path).write_text(text, encoding="utf-8")


def test_check_passes_on_what_was_built_and_run(course: Path, capsys: Any) -> None:
    assert build.main([]) == 0
    assert build.main(["--check"]) == 1
    report = capsys.readouterr().out
    for language in LANGUAGES:
        assert f"notebooks/{language}/02_mnist.ipynb: 3 of 3 code cells have not been run" in report
    run_all(course)
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in course.rglob("*") if p.is_file()}
    assert build.main(["--check"]) == 0
    assert build.main(["02_mnist"]) == 0
    after = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in course.rglob("*") if p.is_file()}
    assert after == before
    readme = (course / "README.pt-BR.md").read_text(encoding="utf-8")
    assert "| [Dígitos](notebooks/pt-BR/02_mnist.ipynb) | 4 | [![Abrir no Colab](" in readme
    assert "0,0917" in readme


def test_check_asks_for_outputs_of_the_solutions_that_give_figures(
    course: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "executed", lambda slug: build.FOLDERS)
    assert build.main([]) == 0
    run_all(course)
    assert build.main(["--check"]) == 0
    path = course / "notebooks/solutions/en/02_mnist.ipynb"
    nb = nbformat.read(path, as_version=4)
    nb.cells[1].update(outputs=[], execution_count=None)
    path.write_text(nbformat.writes(nb) + "\n", encoding="utf-8")
    assert build.main(["--check"]) == 1
    report = capsys.readouterr().out
    assert "notebooks/solutions/en/02_mnist.ipynb: 1 of 3 code cells have not been run" in report


@pytest.mark.parametrize(
    ("path", "old", "new", "named"),
    [
        ("notebooks/source/02_mnist.py", "60,000", "many", "notebooks/solutions/en/02_mnist.ipynb"),
        (
            "notebooks/source/02_mnist.py",
            "epoch = 3",
            "epoch = 4",
            "notebooks/pt-BR/02_mnist.ipynb",
        ),
        ("notebooks/en/02_mnist.ipynb", "60,000", "60,001", "notebooks/en/02_mnist.ipynb"),
        ("README.md", "0.0917", "0.0918", "README.md"),
    ],
)
def test_check_names_what_is_stale(
    course: Path, capsys: Any, path: str, old: str, new: str, named: str
) -> None:
    build.main([])
    run_all(course)
    text = (course / path).read_text(encoding="utf-8")
    (course / path).write_text(text.replace(old, new), encoding="utf-8")
    assert build.main(["--check"]) == 1
    assert f"{named}: not what the source gives" in capsys.readouterr().out


def test_check_names_a_missing_result(
    course: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "results", lambda slug, profile: {})
    assert build.main([]) == 0
    run_all(course)
    assert build.main(["--check"]) == 1
    assert "02_mnist: no result yet for F1.mean" in capsys.readouterr().out


def test_the_command_reports_errors_and_unknown_lessons(course: Path, capsys: Any) -> None:
    (course / "notebooks/source/02_mnist.py").write_text("# %%\n!ls\n")
    assert build.main([]) == 1
    assert "error: 02_mnist, cell 1" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        build.main(["03_absent"])


# The committed notebooks


@pytest.mark.parametrize("slug", build.slugs())
def test_committed_notebooks_are_current(slug: str) -> None:
    assert build.check(slug) == []


def test_committed_readmes_are_current() -> None:
    assert build.stale(build.build_readmes()) == []


# The setup cell, run as in Colab: an empty folder, a `google.colab` package, no course nearby

# Says which commands run, so that a test sees whether pip was called.
SPY = """
import subprocess
_run = subprocess.run
def _spy(command, *args, **kwargs):
    print("RUN", *command)
    return _run(command, *args, **kwargs)
subprocess.run = _spy
"""


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git repository with this course's `utils` and requirements that are met."""
    folder = tmp_path_factory.mktemp("remote")
    shutil.copytree(ROOT / "utils", folder / "utils", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "notebooks" / "en").mkdir(parents=True)
    (folder / "notebooks" / "en" / "a_file").touch()
    commit(folder, "numpy>=1.0  # lessons: all\nabsent-tool>=1  # tools: notebook\n")
    return folder


def commit(folder: Path, requirements: str) -> None:
    (folder / "requirements.txt").write_text(requirements)
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "Course"]):
        subprocess.run(["git", *command], cwd=folder, check=True)


def start(
    folder: Path, language: str, python: str = sys.executable, times: int = 1, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the setup cell `times` times in one Python that works in `folder`."""
    fake = folder.parent / f"{folder.name}-colab"
    (fake / "google" / "colab").mkdir(parents=True, exist_ok=True)
    (fake / "google" / "colab" / "__init__.py").touch()
    code = notebook(made(lesson("# SETUP")), language).cells[1].source
    script = fake / "cell.py"
    show = 'print("COURSE", lesson.__file__, "FIRST", sys.path[0])\n'
    script.write_text("\n".join([SPY, *[code] * times, show]), encoding="utf-8")
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("AE_", "PIP_", "PYTHON"))}
    env = keep | {"PYTHONPATH": str(fake), "PYTHONUTF8": "1"} | variables
    return subprocess.run([python, script], cwd=folder, env=env, capture_output=True, text=True)


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Environment check"), ("pt-BR", "Verificação do ambiente")]
)
def test_setup_fetches_the_course_once(
    remote: Path, empty: Path, language: str, title: str
) -> None:
    done = start(empty, language, times=2, AE_REPOSITORY=str(remote))
    assert done.returncode == 0, done.stderr
    course = empty / "autoencoder-course"
    assert f"COURSE {course / 'utils' / 'lesson.py'} FIRST {course}" in done.stdout
    assert done.stdout.count(title) == 2
    assert done.stdout.count("RUN git clone") == 1
    assert "pip" not in done.stdout
    again = start(empty, language, AE_REPOSITORY=str(remote / "gone"))
    assert again.returncode == 0 and "RUN" not in again.stdout, again.stderr


@pytest.mark.parametrize(("language", "text"), [("en", "check git"), ("pt-BR", "verifique git")])
def test_setup_explains_an_unreachable_address(empty: Path, language: str, text: str) -> None:
    done = start(empty, language, AE_REPOSITORY=str(empty / "nowhere"))
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("RuntimeError") and text in last and str(empty / "nowhere") in last
    assert not list(empty.iterdir())


def test_setup_explains_that_git_is_missing(empty: Path) -> None:
    done = start(empty, "en", AE_REPOSITORY="any", PATH="")
    assert "RuntimeError: could not get any: check git" in done.stderr
    assert not list(empty.iterdir())


def test_setup_finds_the_course_around_it(remote: Path) -> None:
    done = start(remote / "notebooks" / "en", "en", AE_REPOSITORY="nowhere")
    assert done.returncode == 0 and "RUN" not in done.stdout, done.stderr
    assert f"COURSE {remote / 'utils' / 'lesson.py'}" in done.stdout


def test_setup_takes_the_course_that_is_named(remote: Path, empty: Path) -> None:
    done = start(empty, "en", AE_COURSE=str(remote), AE_REPOSITORY="nowhere")
    assert done.returncode == 0 and "RUN" not in done.stdout, done.stderr
    assert f"FIRST {remote}" in done.stdout


def wheel(folder: Path, name: str, version: str) -> None:
    """A package with nothing in it but its name."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)


def test_setup_installs_in_colab_what_is_missing_and_only_that(
    remote: Path, empty: Path, tmp_path: Path
) -> None:
    """In an environment of its own, which sees the packages of this one and none of an index."""
    other = tmp_path / "remote"
    shutil.copytree(remote / "utils", other / "utils")
    met = (remote / "requirements.txt").read_text()
    commit(other, met + "course-probe>=1.0  # lessons: all\nother-probe>=1.0  # lessons: 01\n")
    links = tmp_path / "links"
    links.mkdir()
    for name in ("course_probe", "other_probe", "absent_tool"):
        wheel(links, name, "1.0")

    own = tmp_path / "venv"
    venv.create(own, with_pip=True, symlinks=True)
    python = str(own / "bin" / "python")
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(own)}))
    (site / "outer.pth").write_text(sysconfig.get_path("purelib") + "\n")
    before = {path.name for path in site.iterdir()}

    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(links), "PIP_CONFIG_FILE": os.devnull}
    done = start(empty, "en", python, times=2, AE_REPOSITORY=str(other), **offline)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("-m pip install") == 1
    new = {path.name for path in site.iterdir()} - before - {"__pycache__"}
    assert new == {"course_probe.py", "course_probe-1.0.dist-info"}
    assert "MISSING" not in done.stdout
