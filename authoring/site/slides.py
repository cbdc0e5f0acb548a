"""Make the slides of a lesson: one HTML file a language that needs no network.

Usage: python authoring/site/slides.py [--output FOLDER] [--language LANGUAGE] [slug ...]

The notebook says where each cell belongs (`slideshow`, set by authoring/build.py). What goes on a
slide of 1280 x 720 is chosen here by a few rules, so that nobody writes a lesson twice:

- Headings begin slides. Of the prose only key sentences are shown: the first below a heading or
  a result, those with bold words, and what introduces a formula, list or table. A paragraph that
  begins in bold (a question to the class) stays whole. Everything else is in the speaker's notes.
- Code that draws or checks (`plot.`, `claims.`, `alt=`) is not shown: its results are.
- Results printed below code on one slide appear at the next key, after the class has guessed.
- What finds no room goes on below, under the same heading, a result together with what is said
  of it. A picture takes the room that is left.
"""

from __future__ import annotations

import argparse
import ast
import base64
import html
import importlib.resources
import math
import re
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from formula import mathml
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
LANGUAGES = ("en", "pt-BR")
STYLE = "a11y-high-contrast-light"

# Pixels on a slide of 1280 x 720. Heights are those of slides.css, rounded up.
ROOM, TEXT_LINE, CODE_LINE, PRINT_LINE = 566, 42, 29, 27
GAP, PICTURE, TALL = 16, 400, 480  # below a block; least height of a picture, of a tall one
TITLE_WIDTH, TEXT_WIDTH, CODE_WIDTH, PRINT_WIDTH = 60, 78, 98, 95  # characters
LONG_FORMULA = 90  # characters of TeX
NORMAL_CODE = 86  # characters of a line of code in the larger type
MAX_CODE, MAX_PRINT = 19, 19  # lines on one slide
WHOLE = 360  # characters of a paragraph in bold that is not cut

SENTENCE = re.compile(r"(?<=[.!?])(?<!\b[A-Z]\.)(?<!\be\.g\.)\s+(?=[^\sa-z])")
SPANS = re.compile(r"(`[^`]*`|\$[^$]+\$|\]\([^)]*\)|\*\*[^*]+\*\*)")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
# Names in code that draws, checks or explores.
DRAWING = re.compile(r"plt|plot|fig|ax|axes|ax_\w+|left|right|claims|check|explore\w*")
PROGRESS = re.compile(r"\d+%\|")


@dataclass
class Block:
    """A part of a slide: its HTML and the height in pixels that it needs."""

    html: str
    height: int
    result: bool = False  # of a cell: what is said of it stands beside it


@dataclass
class Slide:
    """What one slide shows, and what the speaker says."""

    title: str
    level: int
    blocks: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Room that is left, in pixels."""
        heading = TEXT_LINE * (len(self.title) > TITLE_WIDTH)
        return ROOM - heading - sum(block.height + GAP for block in self.blocks)


def markdown() -> MarkdownIt:
    def formula(tex: str, options: dict[str, Any]) -> str:
        return mathml(tex, options["display_mode"])

    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    return parser.use(dollarmath_plugin, renderer=formula, allow_space=False)


MD = markdown()


def sentences(text: str) -> list[str]:
    """The sentences of a Markdown paragraph; code, formulas and bold words are not cut."""
    spans: list[str] = []

    def hide(found: re.Match[str]) -> str:
        spans.append(found[0])
        return f"\x00{len(spans) - 1}\x00"

    hidden = SPANS.sub(hide, " ".join(text.split()))
    return [
        re.sub("\x00(\\d+)\x00", lambda m: spans[int(m[1])], part)
        for part in SENTENCE.split(hidden)
    ]


def key_sentences(text: str, opens: bool, introduces: bool) -> str:
    """What of a paragraph is shown; the rules stand at the top of this file.

    Args:
        text: the paragraph, in Markdown.
        opens: it is the first below a heading or a result.
        introduces: a formula, a list or a table follows.
    """
    parts = sentences(text)
    if text.startswith("**"):
        kept = parts[:1]
        for part in parts[1:]:
            if len(" ".join([*kept, part])) > WHOLE:
                break
            kept.append(part)
        return " ".join(kept)
    if text.startswith("["):  # addresses, in the first cell and the last
        return ""
    return " ".join(
        part
        for i, part in enumerate(parts)
        if "**" in part or opens and i == 0 or introduces and i == len(parts) - 1
    )


def blocks_of(text: str) -> Iterator[tuple[str, str]]:
    """The blocks of a Markdown text with their kind; a list gives one block for each item."""
    lines = text.splitlines()
    depth = 0
    for token in MD.parse(text):
        inside = depth
        depth += token.nesting
        item = token.type == "list_item_open" and token.level == 1
        is_list = token.type in ("bullet_list_open", "ordered_list_open")
        if token.map and (item or inside == 0 and token.nesting >= 0 and not is_list):
            kind = token.type.removesuffix("_open")
            yield kind, "\n".join(lines[token.map[0] : token.map[1]]).strip()


def visible(text: str) -> str:
    """About the characters that a reader sees of HTML."""
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def text_block(kind: str, text: str) -> Block:
    """A block of Markdown as it is shown."""
    shown = MD.render(text)
    if kind == "math_block":
        if len(text) > LONG_FORMULA:
            shown = f'<div style="font-size:82%">{shown}</div>'
        return Block(shown, 30 + TEXT_LINE * max(1, text.count(r"\\") + 1) + 10)
    if kind == "table":
        return Block(shown, 52 * table_lines(shown))
    width = TEXT_WIDTH - (6 if kind == "list_item" else 0)
    lines = math.ceil(len(visible(re.sub(r"<annotation.*?</annotation>", "", shown))) / width)
    tall = 12 * shown.count("<mfrac")
    return Block(shown, TEXT_LINE * lines + tall)


def shown_code(source: str) -> list[str]:
    """The lines of a code cell without calls that draw or check."""
    lines = source.splitlines()
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a line for the notebook, such as %load_ext
        return lines
    for node in reversed(tree.body):
        if isinstance(node, ast.Import | ast.ImportFrom) or draws(node):
            del lines[node.lineno - 1 : node.end_lineno]
    if all(not line.strip() or line.startswith("#") for line in lines):
        return []
    text = re.sub(r" *# fmt: skip$", "", "\n".join(lines), flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text.strip("\n")).splitlines()


def draws(statement: ast.stmt) -> bool:
    """Whether a statement draws, checks, plays or tabulates, rather than computes."""
    nodes = list(ast.walk(statement))
    names = [node.id for node in nodes if isinstance(node, ast.Name)]
    described = any(isinstance(node, ast.keyword) and node.arg == "alt" for node in nodes)
    shows = re.match(r"(audio\.play|lesson\.table)\(", ast.unparse(statement))
    label = isinstance(statement, ast.Assign) and isinstance(
        statement.value, ast.JoinedStr | ast.Constant
    )
    about = label and isinstance(getattr(statement.value, "value", ""), str)
    return bool(about or described or shows or any(map(DRAWING.fullmatch, names)))


def pieces(lines: Sequence[str]) -> Iterator[list[str]]:
    """Lines of code in parts that fit on a slide, cut at blank lines where there are some."""
    rest = list(lines)
    while wrapped(rest, CODE_WIDTH) > MAX_CODE:
        most = max(i for i in range(MAX_CODE + 1) if wrapped(rest[:i], CODE_WIDTH) <= MAX_CODE)
        blank = [i for i in range(4, most) if not rest[i].strip()]
        cut = blank[-1] if blank else most
        yield rest[:cut]
        rest = rest[cut:]
        while rest and not rest[0].strip():
            del rest[0]
    yield rest


def code_block(lines: Sequence[str]) -> Block:
    shown = highlight("\n".join(lines), PythonLexer(), HtmlFormatter(style=STYLE))
    if max(map(len, lines)) > NORMAL_CODE:
        shown = shown.replace('class="highlight"', 'class="highlight small"')
    return Block(shown, 24 + CODE_LINE * wrapped(lines, CODE_WIDTH))


def wrapped(lines: Sequence[str], width: int) -> int:
    """How many lines of at most `width` characters `lines` need."""
    return sum(max(1, math.ceil(len(line) / width)) for line in lines)


def print_block(texts: Sequence[str]) -> list[Block]:
    """What a cell printed, as one block: no progress bars, no rules within tables, not too long."""
    lines = [
        line
        for line in ANSI.sub("", "\n".join(texts)).splitlines()
        if line.strip() and not line.startswith("├") and not PROGRESS.search(line)
    ]
    if wrapped(lines, PRINT_WIDTH) > MAX_PRINT:
        lines = [*lines[: MAX_PRINT - 1 - (wrapped(lines, PRINT_WIDTH) - len(lines))], "…"]
    if not lines:
        return []
    shown = f"<pre>{html.escape(chr(10).join(lines))}</pre>"
    return [Block(shown, 16 + PRINT_LINE * wrapped(lines, PRINT_WIDTH))]


def output_blocks(outputs: Sequence[NotebookNode]) -> list[Block]:
    """The results of a cell."""
    printed, rich = [], []
    for output in outputs:
        data = output.get("data", {})
        page = data.get("text/html", "")
        if "image/png" in data:
            rich.append(picture_block(data["image/png"], data.get("text/plain", "")))
        elif "<table" in page:
            rich.append(table_block(page))
        elif "<audio" in page:
            rich.append(Block(f'<div class="players">{page}</div>', PICTURE))
        elif page and "<pre" not in page:
            rich.append(Block(page, 2 * TEXT_LINE))
        else:
            printed.append(output.get("text") or data.get("text/plain", ""))
    return print_block(printed) + rich


def picture_block(image: str, alt: str) -> Block:
    """A PNG file in base64: as wide as the slide, as high as there is room, `PICTURE` at least."""
    width, height = struct.unpack(">II", base64.b64decode(image)[16:24])
    full = min(ROOM, 1176 * height // width)
    source = "data:image/png;base64," + image.replace("\n", "")
    shown = (
        f'<img class="picture" style="flex-basis:{full}px" src="{source}" alt="{html.escape(alt)}">'
    )
    return Block(shown, min(full, max(PICTURE, min(height, TALL))), result=True)


def table_lines(page: str) -> int:
    """About the lines that the rows of a table in HTML take."""
    lines = 0
    for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL):
        lengths = [len(visible(cell).strip()) for cell in re.split("</t[hd]>", row)]
        lines += max(1, math.ceil(sum(lengths) / 85), math.ceil(max(lengths) / 30))
    return lines


def table_block(page: str) -> Block:
    """A table; the type shrinks a little where it is long."""
    page = re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL).replace("font-size:110%", "")
    page = re.sub(r"<td[^>]*>([^<]{0,16}</td>)", r'<td class="short">\1', page)
    lines = 1 + page.count("<caption") + table_lines(page)
    size = min(24, max(16, int((ROOM - 2 * GAP) / (1.75 * lines))))
    shown = f'<div class="table" style="font-size:{size}px">{page}</div>'
    return Block(shown, int(1.75 * size * lines), result=True)


def slides_of(notebook: NotebookNode) -> list[Slide]:
    """The slides of a notebook, in order."""
    slides: list[Slide] = []

    def put(block: Block, apart: bool = False) -> None:
        """Onto the last slide, or, where it has no room, onto a new one under its heading."""
        last = slides[-1]
        if last.blocks and (apart or block.height > last.left):
            slides.append(Slide(last.title, 3))
            about = last.blocks[-1].result and not block.result and not apart
            if about and len(last.blocks) > 1:
                slides[-1].blocks.append(last.blocks.pop())
        slides[-1].blocks.append(block)

    opens = True
    for cell in notebook.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        if kind == "skip":
            continue
        if cell.cell_type == "code":
            put_code(cell, kind, put)
            slides[-1].notes.append(f"```python\n{cell.source}\n```")
            opens = True
            continue
        parts = list(blocks_of(cell.source))
        for (name, text), (follows, _) in zip(parts, [*parts[1:], ("", "")]):
            if name == "heading":
                level = len(text) - len(text.lstrip("#"))
                slides.append(Slide(text.lstrip("# "), min(level, 3)))
                opens = True
                continue
            slides[-1].notes.append(text)
            if kind == "notes" or name == "html_block":
                continue
            if name == "paragraph":
                introduces = follows in ("math_block", "list_item", "table")
                text = key_sentences(text, opens, introduces)
                opens = opens and not text
            elif name == "list_item":
                text = item_text(text)
            if text:
                block = text_block(name, text)
                put(faded(block) if kind == "fragment" else block)
    return [s for s in slides if s.blocks or s.level == 1]


def item_text(text: str) -> str:
    """The first sentence of a list item, its mark kept."""
    mark, _, rest = text.partition(" ")
    return f"{mark} {sentences(rest)[0]}"


def faded(block: Block) -> Block:
    """The block, to appear at the next key."""
    return Block(f'<div class="fragment">{block.html}</div>', block.height)


def put_code(cell: NotebookNode, kind: str, put: Any) -> None:
    """Code and results of a cell: on one slide if there is room, else one below the other."""
    code, results = shown_code(cell.source), output_blocks(cell.outputs)
    apart = kind in ("slide", "subslide")
    if code:
        for lines in pieces(code):
            put(code_block(lines), apart)
            apart = True
    for block in results:
        put(faded(block) if code and "<pre" in block.html else block, apart and not code)
        apart = False


def render(slides: Sequence[Slide], language: str) -> str:
    """The deck as one HTML page with all that it needs."""
    sections: list[list[str]] = []
    for slide in slides:
        title = MD.renderInline(slide.title)
        tag = "h1" if slide.level == 1 else "h2"
        body = "".join(block.html for block in slide.blocks)
        notes = MD.render("\n\n".join(slide.notes))
        text = (
            f'<section><{tag}>{title}</{tag}>{body}<aside class="notes">{notes}</aside></section>'
        )
        if slide.level <= 2 or not sections:
            sections.append([])
        sections[-1].append(text)
    body = "\n".join(f"<section>{''.join(column)}</section>" for column in sections)
    reveal = importlib.resources.files("sphinx_revealjs") / "_static" / "revealjs"

    def read(path: str) -> str:
        return (reveal / path).read_text(encoding="utf-8")

    style = (HERE / "slides.css").read_text(encoding="utf-8")
    colours = HtmlFormatter(style=STYLE).get_style_defs(".highlight")
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>{html.escape(slides[0].title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{read("dist/reveal.css")}</style><style>{colours}</style><style>{style}</style></head>
<body><div class="reveal"><div class="slides">
{body}
</div></div>
<script>{read("dist/reveal.js")}</script><script>{read("plugin/notes/notes.js")}</script>
<script>
Reveal.initialize({{
  width: 1280, height: 720, margin: 0, center: false, display: "flex", hash: true,
  slideNumber: "c/t", transition: "none", plugins: [RevealNotes],
}});
</script></body></html>
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, default=HERE / "slides")
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    known = sorted(path.stem for path in (ROOT / "notebooks" / "source").glob("*.py"))
    parser.add_argument("slugs", nargs="*", metavar="slug", help="lessons; by default all")
    options = parser.parse_args()
    if unknown := set(options.slugs) - set(known):
        parser.error(f"no lesson {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    for slug in options.slugs or known:
        for language in options.language or LANGUAGES:
            notebook = nbformat.read(ROOT / "notebooks" / language / f"{slug}.ipynb", as_version=4)
            path = options.output / language / f"{slug}.html"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(render(slides_of(notebook), language), encoding="utf-8")
            print(path)


if __name__ == "__main__":
    sys.exit(main())
