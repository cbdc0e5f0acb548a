"""The builder on a small lesson: notebooks, what stays from one build to the next, errors."""

from __future__ import annotations

import json
import threading
import urllib.request
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from authoring import build, notebook, source, tables, values, watch
from authoring.source import SourceError

REPOSITORY = "https://github.com/someone/course"
SLUG = "02_mnist"
LANGUAGES = ("en", "pt-BR")
FILE = f"notebooks/source/{SLUG}.py"
LESSON = """\
# %% [markdown] lang="en"
# # Digits
# Loss {{ F1.mean }} ± {{ F1.sd }} of {{ F1.n }}; the reference is {{ F1.source }}, 60,000 images.
# %% [markdown] lang="pt-BR"
# # Dígitos
# Custo {{ F1.mean }} ± {{ F1.sd }} de {{ F1.n }}; a referência é {{ F1.source }}, 60.000 imagens.
# %% tags=["setup"]
import start

start.begin()
# %% tags=["nbval-check-output"]
count = 3
# The number of passes.
# pt: O número de passagens.
print(f"{count} passes")  # pt: f"{count} passagens"
# %% [markdown] lang="en"
# Now you.
# %% [markdown] lang="pt-BR"
# Agora é a sua vez.
# %% [markdown] lang="en" tags=["solution"]
# The answer: twice.
# %% [markdown] lang="pt-BR" tags=["solution"]
# A resposta: o dobro.
# %% exercise="A1"
def double(x):
    ### BEGIN SOLUTION
    return x + x * 1
    ### END SOLUTION


# %%
assert double
"""
CLAIMS = {
    "F1": {"en": "F1, loss", "pt": "F1, custo", "source": 0.0916, "band": [0.09, 0.0926]},
    "count": {"en": "images", "pt": "imagens", "band": [float("-inf"), 70000], "format": ",.0f"},
    "share": {"en": "share", "pt": "fração", "format": ".1%"},
}
CLAIMS["F1"]["format"] = ".4f"
RUNS = {
    "class": {
        "runs": [
            {"seed": 7, "minutes": 3.1, "peak_gb": 1.26}
            | {"claims": {"F1": 0.0915, "count": 60000.0, "share": 0.912}},
            {"seed": 1, "claims": {"F1": 0.0918, "share": 0.931}},
            {"seed": 7, "threads": 1, "claims": {"F1": 0.5, "count": 1.0, "share": 0.5}},
        ]
    },
    "quick": {"runs": [{"seed": 7, "minutes": 0.2}]},
}

Notebooks = dict[str, NotebookNode]


def made(
    text: str = LESSON, old: Notebooks | None = None, teacher: bool = False, **changes: object
) -> Notebooks:
    """The notebooks of a lesson with the source `text`, by language."""
    facts = {"claims": CLAIMS, "runs": RUNS, "repository": REPOSITORY} | changes
    cells = source.read(SLUG, text)
    paths = notebook.build(SLUG, cells, old=old or {}, teacher=teacher, **facts)
    return {path.split("/")[-2]: content for path, content in paths.items()}


def executed(notebooks: Notebooks) -> Notebooks:
    """The notebooks as if they had been run."""
    for content in notebooks.values():
        for count, cell in enumerate((c for c in content.cells if c.cell_type == "code"), 1):
            cell.execution_count = count
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"out {count}\n")]
    return notebooks


def sources(content: NotebookNode) -> list[str]:
    return [cell.source for cell in content.cells]


def ids(content: NotebookNode) -> list[str]:
    return [cell.id for cell in content.cells]


def counts(content: NotebookNode) -> list[int | None]:
    """Execution counts of the code cells: None for a cell without outputs."""
    code = [cell for cell in content.cells if cell.cell_type == "code"]
    assert all(bool(cell.outputs) == (cell.execution_count is not None) for cell in code)
    return [cell.execution_count for cell in code]


def markdown(en: str, pt: str, tags: str = "") -> str:
    """Source of a pair of Markdown cells."""
    parts = []
    for language, text in zip(LANGUAGES, (en, pt)):
        body = "\n".join(f"# {line}".rstrip() for line in text.splitlines())
        parts.append(f'# %% [markdown] lang="{language}"{tags}\n{body}\n')
    return "".join(parts)


def lesson(*cells: str) -> str:
    """A lesson of a title and `cells`, each the code of a cell or cells with their first lines."""
    code = [c if c.startswith("# %%") else f"# %%\n{c}\n" for c in cells]
    return "".join([markdown("# Title", "# Título"), *code])


# What a lesson gives


def test_each_language_has_its_texts_and_the_same_code() -> None:
    files = made()
    en, pt = (sources(files[language]) for language in LANGUAGES)
    assert en[0] == "# Digits\nLoss 0.0917 ± 0.00021 of 2; the reference is 0.0916, 60,000 images."
    assert pt[0] == "# Dígitos\nCusto 0,0917 ± 0,00021 de 2; a referência é 0,0916, 60.000 imagens."
    assert en[2] == 'count = 3\n# The number of passes.\nprint(f"{count} passes")'
    assert pt[2] == 'count = 3\n# O número de passagens.\nprint(f"{count} passagens")'
    assert en[3] == "Now you." and len(en) == len(pt) == 6


def test_students_write_where_the_teachers_notebook_has_the_solution() -> None:
    student, teacher = made(), made(teacher=True)
    assert "x * 1" not in json.dumps(student) and "twice" not in json.dumps(student)
    assert sources(student["en"])[4] == "def double(x):\n    ...  # your code here"
    assert sources(student["pt-BR"])[4] == "def double(x):\n    ...  # escreva seu código aqui"
    assert sources(teacher["pt-BR"])[4:6] == [
        "A resposta: o dobro.",
        "def double(x):\n    return x + x * 1",
    ]
    assert set(ids(student["en"])) < set(ids(teacher["en"]))


def test_a_stub_that_ends_a_cell_shows_nothing() -> None:
    solved = "### BEGIN SOLUTION\ncode = encoder(x)\n### END SOLUTION"
    files = made(lesson(f"code = None\n{solved}"))
    assert sources(files["en"])[1] == "code = None\n# your code here"


def test_the_setup_cell_is_one_folded_cell_in_the_readers_language() -> None:
    files = made()
    for language, title in zip(LANGUAGES, ("Set-up", "Preparação")):
        cell = files[language].cells[1]
        assert cell.source.replace("# @", "#@").startswith(f"#@title {title}")
        assert f'environment.start("{SLUG}", "{language}")' in cell.source
        assert REPOSITORY in cell.source and "start.begin" not in cell.source
        assert cell.metadata.jupyter.source_hidden and cell.metadata.cellView == "form"
        assert "setup" in cell.metadata.tags


def test_a_check_of_values_is_a_folded_cell_of_its_own() -> None:
    check = '# %% tags=["claims"]\nclaims.check("real", F1=loss)\n'
    files = made(lesson("loss = 0.1", check))
    for language, title in zip(LANGUAGES, ("Check the values", "Confira os valores")):
        cell = files[language].cells[2]
        assert cell.source.startswith(f"# @title {title}")
        assert cell.metadata.jupyter.source_hidden and cell.metadata.cellView == "form"
        assert cell.metadata.slideshow.slide_type == "skip"


def test_slides_follow_headings_and_a_mark_in_the_source_replaces_the_rule() -> None:
    text = "".join(
        [
            markdown("# Title", "# Título"),
            "# %%\nimport os\n",
            markdown("## Section", "## Seção"),
            "# %%\nx = 1\n# %%\ny = 1\n",
            markdown("### Part", "### Parte"),
            markdown("More.", "Mais."),
            markdown("Said.", "Dito.", ' slideshow={"slide_type": "notes"}'),
        ]
    )
    types = [cell.metadata.slideshow.slide_type for cell in made(text)["en"].cells]
    assert types == ["slide", "skip", "slide", "-", "subslide", "subslide", "-", "notes"]


@pytest.mark.parametrize(
    ("name", "en", "pt"),
    [
        ("F1", "0.0915", "0,0915"),
        ("F1.low", "0.0900", "0,0900"),
        ("F1.max", "0.0918", "0,0918"),
        ("count", "60,000", "60.000"),
        ("count.high", "70,000", "70.000"),
        ("count.sd", "…", "…"),
        ("share.sd", "1.3%", "1,3%"),
        ("minutes.class", "4", "4"),
        ("minutes.quick", "1", "1"),
        ("peak_gb", "1.3", "1,3"),
        ("repository", REPOSITORY, REPOSITORY),
        ("colab", f"{notebook.colab(REPOSITORY, f'notebooks/en/{SLUG}.ipynb')}", None),
    ],
)
def test_placeholders(name: str, en: str, pt: str | None) -> None:
    files = made(lesson(markdown(f"{{{{ {name} }}}}", f"{{{{{name}}}}}")))
    assert sources(files["en"])[1] == en
    assert pt is None or sources(files["pt-BR"])[1] == pt


def test_a_value_that_no_run_has_given_yet() -> None:
    assert "Loss … ± … of …; the reference is 0.0916" in sources(made(runs={})["en"])[0]


# Bands

THREE = [
    {"seed": seed, "claims": {"loss": loss}} for seed, loss in ((7, 0.10), (1, 0.11), (2, 0.12))
]


@pytest.mark.parametrize(
    ("claim", "runs", "profile", "expected"),
    [
        ({"band": [1, 2]}, {}, "full", [1, 2]),
        ({"band": [1, 2], "band_full": [0, 1]}, {}, "full", [0, 1]),
        ({}, {"class": THREE}, "class", None),
        ({"band": "runs"}, {"class": THREE[:2]}, "class", None),
        ({"band": "runs"}, {"class": THREE}, "class", [0.07, 0.15]),
        ({"band": "runs"}, {"class": THREE}, "full", None),
        (
            {"band": "runs"},
            {"class": THREE, "full": [{"seed": 7, "claims": {"loss": 0.05}}]},
            "full",
            [0.01, 0.09],
        ),
        (
            {"band": "runs"},
            {"class": [{"seed": s, "claims": {"loss": 100.0}} for s in (1, 2, 3)]},
            "class",
            [98, 102],
        ),
        (
            {"band": "runs"},
            {"class": [{"seed": s, "claims": {"loss": 0.001}} for s in (1, 2, 3)]},
            "class",
            [0, 0.011],
        ),
    ],
)
def test_bands_follow_the_rule(
    claim: dict[str, Any], runs: dict[str, Any], profile: str, expected: list[float] | None
) -> None:
    recorded = {name: {"runs": entries} for name, entries in runs.items()}
    limits = values.band({"format": ".2f", **claim}, "loss", recorded, profile)
    assert limits == (None if expected is None else pytest.approx(expected))


LINKS = "[Open]({{ colab }}) · Lesson 02. Code: [{{ repository }}]({{ repository }}), MIT."


def test_links_to_an_address_that_the_course_has_not_are_left_out() -> None:
    text = lesson(markdown(LINKS, LINKS))
    assert sources(made(text, repository="")["en"])[1] == "Lesson 02. Code: MIT."
    assert f"[{REPOSITORY}]({REPOSITORY}), MIT." in sources(made(text)["en"])[1]
    with pytest.raises(SourceError, match="write a link"):
        made(lesson(markdown("{{ repository }}", "…")), repository="")


# What stays from one build to the next


def test_a_rebuild_changes_nothing() -> None:
    run = executed(made())
    assert made(old=run) == run


def test_one_sentence_changes_one_cell_of_that_language() -> None:
    run = executed(made())
    again = made(LESSON.replace("# Now you.", "# Now it is your turn."), old=run)
    assert again["pt-BR"] == run["pt-BR"]
    pairs = zip(run["en"].cells, again["en"].cells, strict=True)
    (changed,) = ((old, new) for old, new in pairs if old != new)
    assert changed[0].id == changed[1].id
    assert changed[1].source == "Now it is your turn."


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("# The number of passes.", "# How many passes.", [1, 2, 3, 4]),
        ("count = 3\n", "count = 4\n", [1, None, 3, 4]),
        ('print(f"{count} passes")', 'print(f"passes: {count}")', [1, None, 3, 4]),
        ("assert double", "x = 1\n# %%\nassert double", [1, 2, 3, None, 4]),
        ("# Now you.", "# Now it is your turn.", [1, 2, 3, 4]),
    ],
)
def test_a_cell_loses_its_outputs_only_if_its_own_code_changes(
    old: str, new: str, expected: list[int | None]
) -> None:
    run = executed(made())
    again = made(LESSON.replace(old, new), old=run)
    assert sorted(counts(again["en"]), key=str) == sorted(expected, key=str)
    kept = {cell.id for cell in again["en"].cells if cell.get("execution_count")}
    assert kept <= set(ids(run["en"]))


def test_a_changed_translation_drops_outputs_of_that_language_only() -> None:
    run = executed(made())
    again = made(LESSON.replace('f"{count} passagens"', 'f"passagens: {count}"'), old=run)
    assert counts(again["en"]) == [1, 2, 3, 4]
    assert counts(again["pt-BR"]) == [1, None, 3, 4]


def test_new_cells_get_new_ids_and_the_others_keep_theirs() -> None:
    first = made()
    new = markdown("A new cell.", "Uma célula nova.") + "# %%\nnew = 1\n"
    text = LESSON.replace('# %% tags=["nbval', f'{new}# %% tags=["nbval')
    again = made(text, old=first)
    assert ids(again["en"]) == ids(again["pt-BR"])
    assert [name for name in ids(again["en"]) if name in ids(first["en"])] == ids(first["en"])
    assert len(set(ids(again["en"]))) == len(first["en"].cells) + 2


def test_cells_that_change_places_keep_ids_and_outputs() -> None:
    cells = ["# %%\nfirst = 1\n", "# %%\nsecond = 2\n", "# %%\nthird = 3\n"]
    run = executed(made(lesson("".join(cells))))
    again = made(lesson("".join([cells[2], cells[0], cells[1]])), old=run)
    assert counts(again["en"]) == [3, 1, 2]
    assert set(ids(again["en"])) == set(ids(run["en"]))


def test_an_id_written_by_hand_is_kept() -> None:
    files = made(lesson('# %% id="by-hand"\nx = 1\n'))
    assert ids(files["pt-BR"])[1] == "by-hand"
    assert "id" not in files["en"].cells[1].metadata


# Errors

SOLVED = "### BEGIN SOLUTION\nx_hat = decoder(z)\n### END SOLUTION"
# The cell after the title begins on line 5, its text on line 6.
BAD = {
    "no translation": (lesson('# %% [markdown] lang="en"\n# Text\n'), 6, "missing translation"),
    "code between": (
        lesson('# %% [markdown] lang="en"\n# T\n# %%\nx = 1\n# %% [markdown] lang="pt-BR"\n# T\n'),
        6,
        "missing translation",
    ),
    "wrong order": (lesson('# %% [markdown] lang="pt-BR"\n# Text\n'), 6, "missing translation"),
    "tags differ": (
        lesson(markdown("A", "B").replace('"pt-BR"', '"pt-BR" tags=["solution"]')),
        8,
        "same tags",
    ),
    "no language": (lesson("# %% [markdown]\n# Text\n"), 6, "lang="),
    "language on code": (lesson('# %% lang="en"\nx = 1\n'), 6, "no lang"),
    "string": (lesson('x = 1\nprint("two words")'), 7, "no translation of"),
    "comment": (lesson("x = 1\n\n# Why it is so.\ny = 1"), 8, "no translation of the comment"),
    "two for one": (lesson('print("one word")  # pt: "uma", "duas"'), 6, "translations: 2"),
    "other values": (lesson('print(f"is {n}")  # pt: f"é {m}"'), 6, "different values"),
    "empty markdown": (lesson(markdown("Text", "")), 8, "empty"),
    "not Python": (lesson("x = 1\ny = = 2"), 7, "not Python"),
    "magic": (lesson("%matplotlib inline"), 6, "not Python"),
    "not opened": (lesson("x = 1\n### END SOLUTION"), 7, "unbalanced"),
    "not closed": (lesson("y = 1\n### BEGIN SOLUTION\nx = 1"), 7, "unbalanced"),
    "opened twice": (lesson(f"### BEGIN SOLUTION\n{SOLVED}"), 7, "unbalanced"),
    "leak in text": (lesson(SOLVED, markdown("Use `x_hat = decoder(z)`.", "Use.")), 10, "solution"),
    "unknown claim": (lesson(markdown("Text\n{{ F9.mean }}", "x")), 7, "unknown value {{ F9.mean"),
    "unknown in Portuguese": (lesson(markdown("x", "a\n{{ F9 }}")), 9, "unknown value"),
    "claim without reference": (lesson(markdown("{{ share.source }}", "x")), 6, "unknown value"),
    "long cell": (lesson("x = 1\n" * 26), 6, "25; split"),
    "two setups": (lesson(*['# %% tags=["setup"]\nimport start\n'] * 2), 8, "one set-up"),
    "no title": (markdown("Text", "Texto"), 2, "level-1"),
    "title of level 2": (markdown("# Title", "## Título"), 4, "level-1 heading .*pt-BR"),
    "level skipped": (lesson(markdown("a\n\n### Deep", "### Fundo")), 8, "skips a level"),
    "image": (lesson(markdown("![](a.png)", "![um a](a.png)")), 6, "alt text"),
    "html image": (lesson(markdown("ok", '<img src="a.png" alt="">')), 8, r"alt text \(pt-BR"),
    "value": (lesson(markdown("x\nloss 0.0916", "custo")), 7, "0.0916 typed by hand"),
    "value, comma": (lesson(markdown("loss", "x\n0,0916.")), 9, "0,0916 typed by hand"),
    "wrong thousands": (lesson(markdown("60.000 images", "x")), 6, "60.000 typed by hand"),
}


@pytest.mark.parametrize(("text", "line", "message"), BAD.values(), ids=BAD)
def test_an_error_names_file_and_line(text: str, line: int, message: str) -> None:
    with pytest.raises(SourceError, match=message) as raised:
        made(text)
    assert str(raised.value).startswith(f"{FILE}:{line}: ")


@pytest.mark.parametrize(
    "text",
    [
        lesson(markdown("`0.0916` and [a](https://arxiv.org/abs/1312.6114), arXiv:1312.6114", "x")),
        lesson(markdown("```python\n### no heading\nlr = 0.0001\n```", "1,5 e 60.000,25")),
        lesson(markdown("## A\n### B\n## C", "## A\n### B\n## C"), markdown("### D", "### D")),
        lesson("x = 1\n" * 25),
        lesson("x_hat = decoder(z)", SOLVED),
    ],
)
def test_allowed(text: str) -> None:
    made(text)


# The command, in a small course


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one lesson, with README and recorded runs."""
    folder = tmp_path / "notebooks" / "source"
    folder.mkdir(parents=True)
    (folder / f"{SLUG}.py").write_text(LESSON, encoding="utf-8")
    claims = 'en = "loss"\npt = "custo"\nformat = ".4f"\nsource = 0.0916\nband = [0.09, 0.0926]\n'
    (folder / f"{SLUG}.toml").write_text(f"[F1]\n{claims}", encoding="utf-8")
    (folder / "results.json").write_text(json.dumps({SLUG: RUNS}))
    (tmp_path / "pyproject.toml").write_text(f'[project.urls]\nrepository = "{REPOSITORY}"\n')
    for name in build.READMES.values():
        (tmp_path / name).write_text("<!-- begin:lessons -->\n<!-- end:lessons -->\n")
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(source, "FOLDER", folder)
    monkeypatch.setattr(values, "FOLDER", folder)
    monkeypatch.setattr(values, "RESULTS", folder / "results.json")
    return tmp_path


def run_all(course: Path) -> None:
    paths = {path: nbformat.read(path, 4) for path in course.glob("notebooks/*/*.ipynb")}
    for path, content in executed(paths).items():
        path.write_text(notebook.text(content), encoding="utf-8")


def state(course: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}


def test_check_passes_on_what_was_built_and_run(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.main([]) == 0
    assert build.main(["--check"]) == 1
    report = capsys.readouterr().out
    for language in LANGUAGES:
        assert f"notebooks/{language}/{SLUG}.ipynb: 4 of 4 code cells have not been run" in report
    run_all(course)
    before = state(course)
    assert build.main(["--check"]) == build.main([SLUG]) == 0
    assert state(course) == before
    readme = (course / "README.pt-BR.md").read_text(encoding="utf-8")
    assert f"[Dígitos](notebooks/pt-BR/{SLUG}.ipynb) | 4 |" in readme
    assert "| 0.0916 | 0.0917 ± 0.00021 (2) |" in (course / "RESULTS.md").read_text("utf-8")
    readers = json.loads((course / "data" / "claims.json").read_text("utf-8"))[SLUG]
    assert readers["recorded"]["F1"] == [0.0915, 0.0918]


@pytest.mark.parametrize(
    ("path", "old", "new", "named"),
    [
        (FILE, "60,000", "many", f"notebooks/en/{SLUG}.ipynb"),
        (FILE, "count = 3", "count = 4", f"notebooks/pt-BR/{SLUG}.ipynb"),
        (f"notebooks/source/{SLUG}.toml", '"loss"', '"mean loss"', "data/claims.json"),
        (f"notebooks/en/{SLUG}.ipynb", "60,000", "60,001", f"notebooks/en/{SLUG}.ipynb"),
        ("README.md", "Digits", "Figures", "README.md"),
        ("RESULTS.md", "0.0917", "0.0918", "RESULTS.md"),
    ],
)
def test_check_names_what_is_not_current(
    course: Path, capsys: pytest.CaptureFixture[str], path: str, old: str, new: str, named: str
) -> None:
    build.main([])
    run_all(course)
    text = (course / path).read_text(encoding="utf-8")
    (course / path).write_text(text.replace(old, new), encoding="utf-8")
    assert build.main(["--check"]) == 1
    assert f"{named}: is not what the source gives" in capsys.readouterr().out


def test_nothing_is_written_if_one_lesson_has_an_error(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build.main([])
    second = course / "notebooks" / "source" / "03_next.py"
    second.write_text(lesson("y = = 1"), encoding="utf-8")
    changed = course / FILE
    changed.write_text(LESSON.replace("60,000", "many"), encoding="utf-8")
    before = state(course)
    assert build.main([]) == 1
    assert "error: notebooks/source/03_next.py:6: not Python" in capsys.readouterr().err
    assert state(course) == before


def test_the_teachers_notebooks_are_made_apart(course: Path) -> None:
    build.main([])
    before = state(course)
    assert build.main(["--teacher"]) == 0
    new = {path.relative_to(course).as_posix() for path in state(course).keys() - before.keys()}
    assert new == {f"build/teacher/{language}/{SLUG}.ipynb" for language in LANGUAGES}


def test_an_unknown_lesson_is_refused(course: Path) -> None:
    with pytest.raises(SystemExit):
        build.main(["03_absent"])


def test_fill_between() -> None:
    text = "a\n<!-- begin:x -->\nold\n<!-- end:x -->\nb <!-- begin:y -->1<!-- end:y -->"
    once = tables.fill_between(text, "x", r"new \1")
    assert once == text.replace("old", r"new \1")
    assert tables.fill_between(text, "absent", "new") == text


def test_the_watched_page_follows_the_source_and_survives_an_error(course: Path) -> None:
    lesson = watch.Lesson(SLUG)
    server = watch.server(lesson)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def get(path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/{path}") as answer:
            return answer.read().decode()

    def save(text: str) -> dict[str, object]:
        (course / FILE).write_text(LESSON.replace("# Now you.", text), encoding="utf-8")
        assert lesson.follow() and not lesson.follow()
        return json.loads(get("state"))

    try:
        first = save("# Now you.")
        assert "Now you." in get("en") and "Agora é a sua vez." in get("pt-BR")
        second = save("# Now it is your turn, $x^2$.")
        assert second["version"] != first["version"] and second["error"] == ""
        assert "Now it is your turn" in get("en") and "<math" in get("en")
        third = save("# A line.\n# ![](bad.png)")
        assert third["version"] == second["version"]
        assert str(third["error"]).startswith(f"{FILE}:18: image without alt text")
        assert "Now it is your turn" in get("en")
    finally:
        server.shutdown()
        server.server_close()


# The course itself


@pytest.mark.parametrize("slug", source.slugs())
def test_generated_notebooks_are_current(slug: str) -> None:
    assert build.stale(build.lesson(slug)) == []


def test_generated_tables_are_current() -> None:
    assert build.stale(build.course()) == []


def test_an_error_in_one_lesson_does_not_stop_the_build_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = source.source
    monkeypatch.setattr(source, "source", lambda slug: f"{right(slug)}\n# %%\nx = (\n")
    assert build.stale(build.course()) == []
