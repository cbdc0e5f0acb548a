"""Make the notebooks that people open from the lessons in `notebooks/source`.

Usage: python authoring/build.py [--check] [slug ...]

Each lesson gives four notebooks: the student's and the teacher's, in English and in Portuguese.
A rebuild of an unchanged lesson changes no byte and keeps the outputs of its last run. Every cell
says where it belongs in the slides (`slideshow`), for the slides and others that
read it.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import itertools
import math
import re
import statistics
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode, v4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from utils.claims import definitions, executed, ours, results, spread
from utils.settings import ROOT
from utils.text import LANGUAGES, number

FOLDERS = (*LANGUAGES, *(f"solutions/{language}" for language in LANGUAGES))
READMES = {"en": "README.md", "pt-BR": "README.pt-BR.md"}
BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
STUB = {"en": "...  # your code here", "pt-BR": "...  # escreva seu código aqui"}
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
SETUP_MARK, SETUP_ID = "# SETUP", "setup"
MAX_LINES = 25  # of a code cell: what fits on a projected screen
TRIVIAL = 12  # characters up to which a line gives no solution away
PENDING = "…"  # stands for a result that no run has given yet

MARKER = re.compile(r"^(.*?)\s*# ?@([\w-]+)\s*$")  # formatters write "# @en" for "#@en"
ANY_SOLUTION_MARK = re.compile(r"#\s*(BEGIN|END)\s*SOLUTION", re.IGNORECASE)
PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}")
FENCE = re.compile(r"^ *(```|~~~).*?^ *\1 *$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(#{1,6})\s", re.MULTILINE)
IMPORTS = re.compile(r"import |from \w+ import ")
NO_ALT = re.compile(r"!\[\s*\][(\[]|<img\b(?![^>]*\balt=[\"'][^\"'])", re.IGNORECASE)
# Code spans, addresses and the numbers of papers are no figures.
NO_FIGURE = re.compile(r"`[^`]*`|\]\([^)]*\)|https?://\S+|(arxiv|doi):\s*\S+", re.IGNORECASE)
FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
THOUSANDS = {
    "en": re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d{1,2})?"),
    "pt-BR": re.compile(r"[1-9]\d{0,2}(\.\d{3})+(,\d{1,2})?"),
}


class BuildError(ValueError):
    """A lesson's source breaks a rule; the message names the place and the remedy."""


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson in every language, solution marks still in it."""

    where: str
    kind: str
    id: str
    texts: Mapping[str, str]
    metadata: Mapping[str, Any]

    @property
    def only_in_solutions(self) -> bool:
        return "solution" in self.metadata.get("tags", [])

    def error(self, message: str) -> BuildError:
        return BuildError(f"{self.where}: {message}")


def read(slug: str, text: str) -> list[Cell]:
    """The checked cells of a lesson's source `text` (jupytext percent format)."""
    # Without comment_magics=False a comment such as "# cp the file" would turn into code.
    fmt = {"extension": ".py", "format_name": "percent", "comment_magics": False}
    nodes = jupytext.reads(text, fmt=fmt)["cells"]
    if not nodes:
        raise BuildError(f"{slug}: the lesson has no cells; write a title first")
    cells: list[Cell] = []
    seen: Counter[tuple[str, str]] = Counter()
    skip_twin = False
    for place, (node, twin) in enumerate(zip(nodes, [*nodes[1:], None], strict=True), 1):
        if skip_twin:
            skip_twin = False
            continue
        cell = Cell(_where(slug, place, node.source), node.cell_type, "", {}, _metadata(node))
        language = node.metadata.get("lang")
        if cell.kind == "code" and language is None:
            texts = {lang: localise(cell, node.source, lang) for lang in LANGUAGES}
        elif cell.kind == "markdown" and language is not None:
            pair = twin is not None and (twin.cell_type, twin.metadata.get("lang"))
            if language != "en" or pair != ("markdown", "pt-BR"):
                raise cell.error('missing translation; write lang="en", directly then lang="pt-BR"')
            if _metadata(twin) != cell.metadata:
                raise cell.error("give the two languages the same tags and other metadata")
            texts, skip_twin = {"en": node.source, "pt-BR": twin.source}, True
        else:
            raise cell.error('give markdown cells lang="en" or "pt-BR", code cells no lang')
        for lang in LANGUAGES:
            if not texts[lang].strip():
                raise cell.error(f"the cell is empty in {lang}; write it or delete the pair")
        key = (cell.kind, texts["en"])
        name = hashlib.sha256("\n".join((*key, str(seen[key]))).encode()).hexdigest()[:12]
        if key == ("code", SETUP_MARK):
            if seen[key]:
                raise cell.error("a lesson has one setup cell; delete this one")
            name, texts = SETUP_ID, {lang: setup_code(cell, slug, lang) for lang in LANGUAGES}
        seen[key] += 1
        cells.append(replace(cell, id=name, texts=texts))
    _check_code(cells)
    for lang in LANGUAGES:
        _check_markdown(cells, lang)
    return cells


def _where(slug: str, number: int, source: str) -> str:
    return f"{slug}, cell {number} ({(source.strip().splitlines() or ['empty'])[0]})"


def _metadata(node: NotebookNode) -> dict[str, Any]:
    """What the author said about a cell, apart from its language; nothing that jupytext notes."""
    return {k: v for k, v in node.metadata.items() if k != "lang" and not k.startswith("lines_to")}


def setup_code(cell: Cell, slug: str, language: str) -> str:
    """The code that starts a lesson (`setup_cell.py`), for this lesson and language."""
    source = Path(__file__).with_name("setup_cell.py").read_text(encoding="utf-8")
    code = localise(cell, source.split("# %%\n", 1)[1].strip(), language)
    return code.replace("{{ slug }}", slug).replace("{{ language }}", language)


def localise(cell: Cell, code: str, language: str) -> str:
    """`code` with the lines of the other language gone and the markers of this one stripped."""
    kept, block = [], []
    for line in [*code.splitlines(), ""]:
        marked = MARKER.match(line)
        if marked and marked[2] not in LANGUAGES:
            raise cell.error(f"unknown marker #@{marked[2]}; use #@en or #@pt-BR")
        if marked and block[-1:] != [marked[2]]:
            block.append(marked[2])
        elif not marked:
            if len(block) % 2:
                raise cell.error(f"missing translation of the lines marked #@{block[-1]}")
            block = []
        if not marked or marked[2] == language:
            kept.append(marked[1] if marked else line)
    return "\n".join(kept[:-1])


def split_solution(cell: Cell, language: str) -> tuple[str, str, list[str]]:
    """The student's code, the teacher's code and the lines that only the latter has."""
    student, solved, hidden, inside = [], [], [], False
    for line in cell.texts[language].splitlines():
        mark = line.strip()
        if mark == (END if inside else BEGIN):
            inside = not inside
            if inside:
                student.append(line[: line.index("#")] + STUB[language])
        elif ANY_SOLUTION_MARK.search(line):
            raise cell.error(f'solution marks unbalanced at "{mark}"; write {BEGIN} … {END}')
        else:
            solved.append(line)
            (hidden if inside else student).append(line)
    if inside:
        raise cell.error(f"solution marks unbalanced; write {END} after {BEGIN}")
    if student[-1:] == [STUB[language]]:  # as the value of a cell, "..." would be shown
        student[-1] = STUB[language].removeprefix("...").strip()
    return "\n".join(student), "\n".join(solved), hidden


class _NoText(ast.NodeTransformer):
    """Code without its text: what must be the same in every language."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.JoinedStr:
        return ast.JoinedStr(
            [self.visit(v) for v in node.values if not isinstance(v, ast.Constant)]
        )

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.FormattedValue:
        node.value = self.visit(node.value)  # the format specification stays
        return node


def _check_code(cells: Sequence[Cell]) -> None:
    for cell in (c for c in cells if c.kind == "code"):
        versions = [split_solution(cell, lang)[:2] for lang in LANGUAGES]
        try:
            dumps = [[ast.dump(_NoText().visit(ast.parse(v))) for v in pair] for pair in versions]
        except SyntaxError as error:
            raise cell.error(
                f"not Python: {error.msg} ({error.text}); IPython's % and ! lines are not allowed"
            ) from error
        if dumps[0] != dumps[1]:
            raise cell.error("the code differs between the languages; only text may differ")
        if any(len(solved.splitlines()) > MAX_LINES for _, solved in versions):
            raise cell.error(f"more than {MAX_LINES} lines of code; split the cell")


def _check_markdown(cells: Sequence[Cell], language: str) -> None:
    if cells[0].kind != "markdown" or not cells[0].texts[language].startswith("# "):
        raise cells[0].error(f'start the lesson with a level-1 heading "# …" in {language}')
    level = 0
    for cell in (c for c in cells if c.kind == "markdown"):
        text = FENCE.sub("", cell.texts[language])
        for marks in HEADING.findall(text):
            if len(marks) > level + 1:
                raise cell.error(f"heading skips a level: {marks} after {'#' * level} ({language})")
            level = len(marks)
        if NO_ALT.search(text):
            raise cell.error(f"image without alt text ({language}); say what it shows")
        for figure in FIGURE.findall(NO_FIGURE.sub("", text)):
            if re.search(r"[.,]\d{3}", figure) and not THOUSANDS[language].fullmatch(figure):
                raise cell.error(
                    f"{figure} typed by hand ({language}); figures in the text come from claims: "
                    "write a placeholder, or a code span if it is a setting"
                )


Claims = Mapping[str, Mapping[str, Any]]
Runs = Mapping[str, Mapping[str, Any]]  # by profile


def placeholders(claims: Claims, runs: Runs, language: str) -> dict[str, str | None]:
    """Text of every placeholder that depends on results; None for a result still to come."""
    run = runs.get("class", {})
    known: dict[str, str | None] = {}
    for profile in ("class", "quick"):
        minutes = runs.get(profile, {}).get("minutes")
        known[f"minutes.{profile}"] = None if minutes is None else str(max(1, math.ceil(minutes)))
    known["peak_gb"] = number(run["peak_gb"], ".1f", language) if "peak_gb" in run else None
    for name, claim in claims.items():
        spec, values = claim["format"], run.get("claims", {}).get(name, [])
        known[name] = number(values[0], spec, language) if values else None
        for key, statistic in (("mean", statistics.mean), ("min", min), ("max", max)):
            known[f"{name}.{key}"] = number(statistic(values), spec, language) if values else None
        known[f"{name}.sd"] = spread(values, spec, language) if len(values) > 1 else None
        known[f"{name}.n"] = str(len(values)) if values else None
        low, high = claim.get("band", (-math.inf, math.inf))
        for key, value in (("source", claim.get("source")), ("low", low), ("high", high)):
            if value is not None and math.isfinite(value):
                known[f"{name}.{key}"] = number(value, spec, language)
    return known


def fill(cell: Cell, text: str, known: Mapping[str, str | None]) -> str:
    """`text` with its placeholders resolved."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in known:
            raise cell.error(f"unknown placeholder {found[0]}; is the claim in the toml file?")
        return known[found[1]] or PENDING

    return PLACEHOLDER.sub(value, text)


def slide_type(cell: Cell, before: Cell | None) -> str:
    """Where a cell belongs in the slides; a `slideshow` mark in the source goes before this.

    Sections are slides, their parts sub-slides; text without a heading goes on. Code stands on the
    slide of the heading above it, or begins a sub-slide. Preparations and answers are left out.
    """
    text = cell.texts["en"]
    level = HEADING.match(text)
    if cell.kind == "markdown":
        return "-" if not level else "slide" if len(level[1]) <= 2 else "subslide"
    answers = cell.only_in_solutions or BEGIN in text or "role" in cell.metadata
    if cell.id == SETUP_ID or IMPORTS.match(text) or answers:
        return "skip"
    headed = before is not None and before.kind == "markdown" and HEADING.search(before.texts["en"])
    return "-" if headed else "subslide"


def make(
    cells: Sequence[Cell], language: str, solutions: bool, known: Mapping[str, str | None]
) -> NotebookNode:
    """The notebook of one language, for the student or with the solutions; nothing executed."""
    made = []
    for cell, before in zip(cells, [None, *cells]):
        if cell.only_in_solutions and not solutions:
            continue
        slide = {"slideshow": {"slide_type": slide_type(cell, before)}}
        more = {"id": cell.id, "metadata": slide | dict(cell.metadata)}
        if cell.kind == "markdown":
            made.append(v4.new_markdown_cell(fill(cell, cell.texts[language], known), **more))
        else:
            code = split_solution(cell, language)[solutions]
            code = code.replace("{{ repository }}", known["repository"] or "")
            made.append(v4.new_code_cell(code, **more))
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    about = {"kernelspec": kernel, "language_info": {"name": "python"}, "language": language}
    return v4.new_notebook(cells=made, metadata=about)


def check_leaks(cells: Sequence[Cell], language: str, student: NotebookNode) -> None:
    """No line of a solution stands in the student's notebook, alone or within another line."""
    hidden: set[str] = set()
    outside: set[str] = set()
    for cell in cells:
        shown, secret = cell.texts[language].splitlines(), []
        if cell.only_in_solutions:
            shown, secret = [], shown
        elif cell.kind == "code":
            stub, _, secret = split_solution(cell, language)
            shown = stub.splitlines()
        hidden.update(line.strip() for line in secret)
        outside.update(line.strip() for line in shown)
    telling = [line for line in sorted(hidden - outside) if len(line) > TRIVIAL]
    for cell in cells:
        text = "".join(c.source for c in student.cells if c.id == cell.id)
        for line in telling:
            if line in text:
                raise cell.error(f'shows students the solution line "{line}" ({language}); reword')


def keep_outputs(new: NotebookNode, old: NotebookNode) -> None:
    """Take over outputs from `old` up to the first cell whose code, comments aside, changed.

    The setup cell does not count: its address and messages may change, what it shows stays.
    """
    code = [[c for c in notebook.cells if c.cell_type == "code"] for notebook in (new, old)]
    setups = [[c for c in cells if c.get("id") == SETUP_ID] for cells in code]
    others = [[c for c in cells if c.get("id") != SETUP_ID] for cells in code]
    same = itertools.takewhile(
        lambda pair: _tree(pair[0]) == _tree(pair[1]), zip(*others, strict=False)
    )
    for cell, before in (*zip(*setups, strict=False), *same):
        cell.outputs, cell.execution_count = before.outputs, before.execution_count


def _tree(cell: NotebookNode) -> str:
    try:
        return ast.dump(ast.parse(cell.source))
    except SyntaxError:  # somebody edited the made notebook
        return cell.source


def build(
    slug: str, text: str, claims: Claims, runs: Runs, repository: str, old: Mapping[str, str]
) -> dict[str, str]:
    """The four notebooks of a lesson as JSON text, by their path in the course.

    Args:
        slug: the lesson's name, such as `02_mnist`.
        text: the lesson's source.
        claims: definitions of its claims, by name.
        runs: its results, by profile.
        repository: address of the course, such as `https://github.com/OWNER/NAME`.
        old: the made notebooks of before, by path: where the outputs come from.
    """
    cells = read(slug, text)
    made = {}
    for language in LANGUAGES:
        words = sum(
            len(PLACEHOLDER.sub("0", c.texts[language]).split())
            for c in cells
            if c.kind == "markdown" and not c.only_in_solutions
        )
        for folder in (language, f"solutions/{language}"):
            path = f"notebooks/{folder}/{slug}.ipynb"
            known = placeholders(claims, runs, language) | {
                "repository": repository,
                "reading_minutes": str(math.ceil(words / 200)),
                "colab": colab(repository, path),
            }
            notebook = make(cells, language, folder != language, known)
            if folder == language:
                check_leaks(cells, language, notebook)
            if path in old:
                keep_outputs(notebook, nbformat.reads(old[path], as_version=4))
            nbformat.validate(notebook)
            made[path] = nbformat.writes(notebook) + "\n"
    return made


def colab(repository: str, path: str) -> str:
    """Address that opens the notebook at `path` in Google Colab."""
    name = repository.removeprefix("https://github.com/").removesuffix(".git")
    return f"https://colab.research.google.com/github/{name}/blob/main/{path}"


def fill_between(text: str, name: str, content: str) -> str:
    """`text` with `content` in place of what stands between the marks of `name`, if there."""
    marks = f"(<!-- begin:{name} -->).*?(<!-- end:{name} -->)"
    return re.sub(marks, lambda m: f"{m[1]}\n{content}\n{m[2]}", text, flags=re.DOTALL)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    escaped = [[text.replace("|", r"\|") for text in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in escaped)


def results_table(lessons: Mapping[str, tuple[Claims, Runs]], language: str) -> str:
    """The claims that have a source or `readme = true`: source, ours over the seeds, band."""
    pt = language == "pt-BR"
    rows = []
    for slug, (claims, runs) in lessons.items():
        known = placeholders(claims, runs, language)
        for name, claim in claims.items():
            if "source" not in claim and not claim.get("readme"):
                continue
            values = runs.get("class", {}).get("claims", {}).get(name, [])
            own = ours(claim["format"], values, language)
            low, high = known.get(f"{name}.low"), known.get(f"{name}.high")
            band = f"≥ {low}" if low else f"≤ {high}" if high else "–"
            if low and high:
                band = f"{low} {'a' if pt else 'to'} {high}"
            what = claim["pt" if pt else "en"]
            rows.append((slug[:2], what, known.get(f"{name}.source", "–"), own, band))
    header = {
        "en": ("Lesson", "Figure", "Source", "Ours: mean ± sd (seeds)", "Band"),
        "pt-BR": ("Aula", "Valor", "Fonte", "Nosso: média ± dp (sementes)", "Faixa"),
    }[language]
    return table(header, rows)


def lessons_table(
    titles: Mapping[str, str],
    lessons: Mapping[str, tuple[Claims, Runs]],
    repository: str,
    language: str,
) -> str:
    """Every lesson: its title, the minutes it runs in profile class, a badge that opens it."""
    rows = []
    label, header = {
        "en": ("Open in Colab", ("Lesson", "Minutes to run", "Colab")),
        "pt-BR": ("Abrir no Colab", ("Aula", "Minutos de execução", "Colab")),
    }[language]
    for slug, title in titles.items():
        path = f"notebooks/{language}/{slug}.ipynb"
        minutes = placeholders(*lessons[slug], language)["minutes.class"] or PENDING
        badge = f"[![{label}]({BADGE})]({colab(repository, path)})"
        rows.append((f"[{title}]({path})", minutes, badge))
    return table(header, rows)


# What follows reads the course's files; all of the above is text in, text out.


def slugs() -> list[str]:
    """Names of the lessons that have a source."""
    return sorted(path.stem for path in (ROOT / "notebooks" / "source").glob("*.py"))


def source(slug: str) -> str:
    return (ROOT / "notebooks" / "source" / f"{slug}.py").read_text(encoding="utf-8")


def facts(slug: str) -> tuple[Claims, Runs]:
    return definitions(slug), {profile: results(slug, profile) for profile in ("class", "quick")}


def repository() -> str:
    """Address of the course; pyproject.toml is the one place that says it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["urls"]["repository"]


def present(paths: Iterable[str]) -> dict[str, str]:
    """Text of those files that are there, by path in the course."""
    there = {path: ROOT / path for path in paths}
    return {p: f.read_text(encoding="utf-8") for p, f in there.items() if f.exists()}


def build_lesson(slug: str) -> dict[str, str]:
    """The notebooks of the lesson `slug` as they should stand, by path."""
    old = present(f"notebooks/{folder}/{slug}.ipynb" for folder in FOLDERS)
    return build(slug, source(slug), *facts(slug), repository(), old)


def build_readmes() -> dict[str, str]:
    """The READMEs with their tables as they should stand, by path."""
    lessons = {slug: facts(slug) for slug in slugs()}
    made = present(READMES.values())
    for place, (language, path) in enumerate(READMES.items()):
        if path in made:
            found = {slug: re.findall("^# # (.+)", source(slug), re.M) for slug in lessons}
            titles = {slug: [*names, slug, slug][place] for slug, names in found.items()}
            text = fill_between(made[path], "results", results_table(lessons, language))
            tables = lessons_table(titles, lessons, repository(), language)
            made[path] = fill_between(text, "lessons", tables)
    return made


def stale(made: Mapping[str, str]) -> list[str]:
    """One line for each file that is not what the sources give."""
    old = present(made)
    remedy = "not what the source gives; run python authoring/build.py"
    return [f"{path}: {remedy}" for path, text in made.items() if old.get(path) != text]


def check(slug: str) -> list[str]:
    """What is wrong with the made notebooks of a lesson: stale, never run, results missing."""
    made = build_lesson(slug)
    found = stale(made)
    for folder in executed(slug):
        path = f"notebooks/{folder}/{slug}.ipynb"
        code = [c for c in nbformat.reads(made[path], 4).cells if c.cell_type == "code"]
        idle = sum(c.execution_count is None for c in code)
        if idle:
            found.append(f"{path}: {idle} of {len(code)} code cells have not been run; run it")
    claims, runs = facts(slug)
    used = {*claims, *PLACEHOLDER.findall(source(slug))}
    for name, value in placeholders(claims, runs, "en").items():
        if value is None and name in used:
            found.append(f"{slug}: no result yet for {name} in notebooks/results.json")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail if not current")
    parser.add_argument("slugs", nargs="*", metavar="slug", help="lessons; by default all")
    options = parser.parse_args(arguments)
    if unknown := set(options.slugs) - set(slugs()):
        parser.error(f"no source of {', '.join(sorted(unknown))}; there are: {', '.join(slugs())}")
    chosen = options.slugs or slugs()
    try:
        if options.check:
            problems = [line for slug in chosen for line in check(slug)] + stale(build_readmes())
            print("\n".join(problems) or "All made files are current.")
            return bool(problems)
        for slug in chosen:
            write(build_lesson(slug))
        write(build_readmes())
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def write(made: Mapping[str, str]) -> None:
    """Write the files that differ from what is there."""
    old = present(made)
    for path, text in made.items():
        if old.get(path) != text:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(text, encoding="utf-8", newline="\n")
            print(path)


if __name__ == "__main__":
    sys.exit(main())
