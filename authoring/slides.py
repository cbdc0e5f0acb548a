"""Make the slides of the lessons: one HTML file for each lesson and language, without a network.

Usage: python authoring/slides.py [--output FOLDER] [--language LANGUAGE] [slug ...]

nbconvert makes the slides from the notebooks. The `slideshow` metadata of each cell, set by the
builder, says where a slide begins; set-up cells and answers are left out. A slide that is longer
than the screen scrolls.
"""

from __future__ import annotations

import argparse
import importlib.resources
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbconvert.exporters import SlidesExporter
from nbformat import NotebookNode, v4
from pygments.formatters import HtmlFormatter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from authoring.formula import mathml
from utils.settings import ROOT
from utils.text import LANGUAGES

TEMPLATES = Path(__file__).resolve().parent / "site"
STYLE = "a11y-high-contrast-light"
# A heading below other text.
HEADING = re.compile(r"\n\n(?=##+ )")


def markdown() -> MarkdownIt:
    """A Markdown parser that turns formulas into MathML."""

    def formula(tex: str, options: dict[str, Any]) -> str:
        return mathml(tex, options["display_mode"])

    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    return parser.use(dollarmath_plugin, renderer=formula, allow_space=False)


def exporter() -> SlidesExporter:
    """nbconvert's slides exporter with our template and Markdown."""
    made = SlidesExporter(
        template_name="slides",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    made.register_filter("markdown2html", markdown().render)
    return made


def resources(language: str, title: str) -> dict[str, str]:
    """What the template puts into the page."""
    reveal = importlib.resources.files("sphinx_revealjs") / "_static" / "revealjs" / "dist"
    return {
        "page_language": language,
        "title": title,
        "reveal_css": (reveal / "reveal.css").read_text(encoding="utf-8"),
        "reveal_js": (reveal / "reveal.js").read_text(encoding="utf-8"),
        "code_css": HtmlFormatter(style=STYLE).get_style_defs(".highlight"),
        "slides_css": (TEMPLATES / "slides" / "slides.css").read_text(encoding="utf-8"),
    }


def prepare(cells: list[NotebookNode]) -> list[NotebookNode]:
    """The cells of a lesson as the slides need them.

    A heading always begins a slide, also within a Markdown cell. Where a cell shows a picture, its
    code only draws it and is hidden.
    """
    made = []
    for cell in cells:
        cell.metadata.setdefault("slideshow", {"slide_type": "-"})
        made.append(cell)
        if cell.cell_type == "code":
            shown = (output.get("data", {}) for output in cell.outputs)
            cell.metadata["hide_input"] = any("image/png" in data for data in shown)
            continue
        cell.source, *sections = (part.strip() for part in HEADING.split(cell.source))
        for section in sections:
            kind = "subslide" if section.startswith("###") else "slide"
            made.append(v4.new_markdown_cell(section, metadata={"slideshow": {"slide_type": kind}}))
    return made


def deck(notebook: NotebookNode, language: str) -> str:
    """The slides of a notebook as one HTML page."""
    title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
    notebook.cells = prepare(notebook.cells)
    page, _ = exporter().from_notebook_node(notebook, resources(language, title))
    return page


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "slides")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    known = sorted(path.stem for path in (ROOT / "notebooks" / "source").glob("[0-9][0-9]_*.py"))
    parser.add_argument("slugs", nargs="*", metavar="slug", help="lessons; by default all")
    options = parser.parse_args()
    if unknown := set(options.slugs) - set(known):
        parser.error(f"no lesson {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    for language in options.language or LANGUAGES:
        for slug in options.slugs or known:
            notebook = nbformat.read(ROOT / "notebooks" / language / f"{slug}.ipynb", as_version=4)
            path = options.output / language / f"{slug}.html"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(deck(notebook, language), encoding="utf-8")
            print(path)


if __name__ == "__main__":
    main()
