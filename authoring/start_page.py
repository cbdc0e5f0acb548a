"""The start page of the course, a notebook for each language: what to know, and all lessons.

A lesson is shown with its cover. What a student builds in it is said beside the cell of the cover:

    # %% cover=[0, 0, 1, 0.5] built={"en": "a denoiser", "pt-BR": "uma rede que remove ruído"}

Without this the card shows the first goal of the lesson.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

from authoring.cover import cover
from authoring.values import PENDING
from lab import PAGES, ROOT

TEXTS = Path(__file__).with_name("start")
DRAWING = {"en": "autoencoder.png", "pt-BR": "autoencoder.pt-BR.png"}  # in docs
LINKS = {
    "en": ("You build", "{} min to read · {} min to run"),
    "pt-BR": ("Você constrói", "{} min de leitura · {} min de execução"),
}
CARD = """\
<div style="box-sizing:border-box; width:260px; padding:10px 10px 0; {border}">

[![{alt}](attachment:{slug}.webp)]({address})

**[{number} · {title}]({address})**

{build}: {built}.

<small>{minutes}</small>

</div>"""
BORDER = "border:1px solid #9e9e9e; border-radius:8px"
CARDS = '<div style="display:flex; flex-wrap:wrap; gap:12px">\n\n{}\n\n</div>'


@dataclass(frozen=True)
class Lesson:
    """What the start page says about a lesson, in one language."""

    slug: str
    title: str
    minutes: str  # to run it
    notebook: NotebookNode | None  # with its outputs, if it has been made


def path(language: str) -> str:
    """Place of the start page in the course."""
    return f"notebooks/{PAGES[language]}"


def built(notebook: NotebookNode, language: str) -> str:
    """What a student builds in a lesson: what its author says, or its first goal."""
    for cell in notebook.cells:
        if "built" in cell.metadata:
            return cell.metadata["built"][language]
    goal = re.search(r"^- (.*?)[;.]?$", notebook.cells[0].source, re.MULTILINE)
    return goal[1] if goal else PENDING


def reading_minutes(notebook: NotebookNode) -> str:
    """Minutes to read a lesson, as its head says."""
    found = re.search(r"(?:reading|leitura): (\d+) min", notebook.cells[0].source)
    return found[1] if found else PENDING


def read(text: str | None) -> NotebookNode | None:
    """A start page from the text of its file; None if there is none, or one that is damaged.

    Two versions of a page conflict whenever two branches have changed lessons.
    """
    try:
        return nbformat.reads(text, as_version=4) if text else None
    except ValueError:
        return None


def build(lessons: Sequence[Lesson], language: str, old: NotebookNode | None) -> NotebookNode:
    """The start page in a language.

    Args:
        lessons: all lessons, in order.
        language: that of the page.
        old: the page of before. Cards of pictures that have not changed come from it, because
            versions of Pillow compress differently.
    """
    text = (TEXTS / f"{language}.md").read_text(encoding="utf-8")
    parts = re.split(r"^```(?:python)?$", text, flags=re.MULTILINE)
    about, code, choose = (part.strip("\n") for part in parts)
    attachments, sums, cards = {}, {}, []
    kept = old.cells[-1] if old is not None else NotebookNode(metadata={}, attachments={})
    for lesson in lessons:
        name, picture = f"{lesson.slug}.webp", lesson.notebook and cover(lesson.notebook)
        if picture:
            content = picture.png + repr(picture.box).encode()
            sums[name] = hashlib.sha256(content).hexdigest()[:16]
            if kept.metadata.get("pictures", {}).get(name) == sums[name]:
                attachments[name] = kept.attachments[name]
            else:
                small = io.BytesIO()
                picture.fitted().save(small, format="webp", quality=80)
                attachments[name] = attached("image/webp", small.getvalue())
        cards.append(card(lesson, language, picture.alt if picture else ""))
    drawing = attached("image/png", (ROOT / "docs" / DRAWING[language]).read_bytes())
    cells = [
        v4.new_markdown_cell(about, id="about", attachments={"autoencoder.png": drawing}),
        v4.new_code_cell(code, id="check"),
        v4.new_markdown_cell(
            choose.replace("{lessons}", CARDS.format("\n\n".join(cards))),
            id="lessons",
            attachments=attachments,
            metadata={"pictures": sums},
        ),
    ]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    about_it = {"kernelspec": kernel, "language_info": {"name": "python"}, "language": language}
    return v4.new_notebook(cells=cells, metadata=about_it)


def same(page: NotebookNode, old: NotebookNode | None) -> bool:
    """Whether `old` is `page`, apart from what JupyterLab saves when a reader has used it."""
    if old is None:
        return False
    used = copy.deepcopy(old)
    used.metadata.language_info = page.metadata.language_info
    for cell in used.cells:
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k == "pictures"})
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return used == page


def card(lesson: Lesson, language: str, alt: str) -> str:
    """The card of a lesson in Markdown; without a picture if `alt` is empty."""
    build_word, minutes = LINKS[language]
    reading = reading_minutes(lesson.notebook) if lesson.notebook else PENDING
    text = CARD.format(
        border=BORDER,
        alt=re.sub(r"[\[\]\n]", " ", alt),
        slug=lesson.slug,
        number=lesson.slug[:2],
        title=lesson.title,
        address=f"{language}/{lesson.slug}.ipynb",
        build=build_word,
        built=built(lesson.notebook, language) if lesson.notebook else PENDING,
        minutes=minutes.format(reading, lesson.minutes),
    )
    return text if alt else re.sub(r"\n\[!\[.*\n", "", text)


def attached(kind: str, content: bytes) -> dict[str, str]:
    """A file as the attachment of a cell."""
    return {kind: base64.b64encode(content).decode("ascii")}
