"""Make what readers open from the lessons in `notebooks/source`.

Usage: python authoring/build.py [--check | --teacher] [slug ...]

A lesson gives a notebook in each language; all lessons together give the tables of the READMEs,
RESULTS.md and data/claims.json. With --teacher only the notebooks with the solutions are made, in
build/teacher. A rebuild of an unchanged lesson changes no byte and keeps the outputs of its last
run. Nothing is written if any source has an error.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from authoring import facts, notebook, source, start_page, tables, values
from authoring.source import SourceError
from utils.settings import ROOT
from utils.text import LANGUAGES

READMES = {"en": "README.md", "pt-BR": "README.pt-BR.md"}


def existing(path: str) -> str | None:
    """Text of a file of the course; None if it is not there."""
    file = ROOT / path
    return file.read_text(encoding="utf-8") if file.exists() else None


def lesson(slug: str, teacher: bool = False) -> dict[str, str]:
    """Text of the notebooks of a lesson as they should be, by path in the course.

    Raises:
        SourceError: the source or its toml breaks a rule.
    """
    cells = source.read(slug, source.source(slug))
    before = {language: existing(notebook.path(slug, language)) for language in LANGUAGES}
    old = {k: nbformat.reads(text, as_version=4) for k, text in before.items() if text}
    claims, runs = values.definitions(slug), values.results(slug)
    made = notebook.build(slug, cells, claims, runs, facts.repository(), old, teacher)
    return {path: notebook.text(content) for path, content in made.items()}


def course(made: Mapping[str, str] | None = None) -> dict[str, str]:
    """Text of the files that all lessons share, by path in the course.

    Args:
        made: notebooks that have just been made, by path; the others are read.
    """
    facts_of = {slug: (values.definitions(slug), values.results(slug)) for slug in source.slugs()}
    readers = {slug: values.for_readers(*known) for slug, known in facts_of.items()}
    shared = {"RESULTS.md": tables.results(facts_of)}
    shared["data/claims.json"] = json.dumps(readers, indent=1, ensure_ascii=False) + "\n"
    titles = {slug: source.titles(slug) for slug in facts_of}
    address = facts.repository()
    for language, path in READMES.items():
        if (text := existing(path)) is not None:
            rows = tables.lessons_table(titles, facts_of, address, language)
            text = tables.fill_between(text, "lessons", rows)
            ways = tables.without_installation(address, language)
            shared[path] = facts.repeated(path, tables.fill_between(text, "online", ways))
    for path in facts.REPEATING:
        if (text := existing(path)) is not None:
            shared[path] = facts.repeated(path, text)
    for language in LANGUAGES:
        cards = []
        for slug, known in facts_of.items():
            place = notebook.path(slug, language)
            text = (made or {}).get(place) or existing(place)
            minutes = values.placeholders(*known, language)["minutes.class"] or values.PENDING
            content = nbformat.reads(text, as_version=4) if text else None
            cards.append(start_page.Lesson(slug, titles[slug][language], minutes, content))
        place = start_page.path(language)
        text = existing(place)
        old = start_page.read(text)
        page = start_page.build(cards, language, old)
        shared[place] = text if start_page.same(page, old) else notebook.text(page)
    return shared


def write_whole(target: Path, text: str) -> None:
    """Write a file in one step: nobody ever reads half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.new")
    beside.write_text(text, encoding="utf-8", newline="\n")
    os.replace(beside, target)


def write(made: Mapping[str, str]) -> list[str]:
    """Write the files that differ from what is there; their paths."""
    changed = [path for path, text in made.items() if existing(path) != text]
    for path in changed:
        write_whole(ROOT / path, made[path])
    return changed


def stale(made: Mapping[str, str]) -> list[str]:
    """A line for each file that is not what the sources give."""
    remedy = "is not what the source gives; run make notebooks"
    return [f"{path}: {remedy}" for path, text in made.items() if existing(path) != text]


def not_run(slug: str, made: Mapping[str, str]) -> list[str]:
    """A line for each notebook of a lesson with cells that have no outputs yet, and values."""
    found = []
    for path, text in made.items():
        code = [c for c in nbformat.reads(text, 4).cells if c.cell_type == "code"]
        idle = [c.source.splitlines()[0] for c in code if c.execution_count is None]
        if idle:
            found.append(
                f"{path}: {len(idle)} of {len(code)} code cells have not been run, the first "
                f'begins with "{idle[0]}"; run make claims LESSON={slug}'
            )
    claims, runs = values.definitions(slug), values.results(slug)
    used = {*claims, *values.PLACEHOLDER.findall(source.source(slug))}
    for name, value in values.placeholders(claims, runs, "en").items():
        if value is None and name in used:
            found.append(f"{slug}: no run has given {name} yet; run make claims LESSON={slug}")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail if not current")
    parser.add_argument("--teacher", action="store_true", help="make build/teacher instead")
    parser.add_argument("slugs", nargs="*", metavar="slug", help="lessons; by default all")
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a console of Windows may lack some characters
        sys.stdout.reconfigure(errors="replace")
    chosen = options.slugs or source.slugs()
    if unknown := set(chosen) - set(source.slugs()):
        names = ", ".join(source.slugs())
        parser.error(f"no source of {', '.join(sorted(unknown))}; there are: {names}")
    try:
        lessons = {slug: lesson(slug, options.teacher) for slug in chosen}
        made = dict(pair for files in lessons.values() for pair in files.items())
        shared = {} if options.teacher else course(made)
    except SourceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.check:
        problems = stale(shared)
        for slug, made in lessons.items():
            problems += [*stale(made), *not_run(slug, made)]
        print("\n".join(problems) or "All generated files are current.")
        return bool(problems)
    print("\n".join(write(made | shared)) or "All generated files were current.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
