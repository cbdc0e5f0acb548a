"""The front page of a language: pictures of the lessons, three ways to use them, and a demo."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nbformat import NotebookNode

from authoring import values
from authoring.cover import cover
from authoring.site import networks
from utils.text import LANGUAGES

HERE = Path(__file__).resolve().parent


def title(notebook: NotebookNode) -> str:
    """The heading of a lesson."""
    return notebook.cells[0].source.splitlines()[0].lstrip("# ")


def lesson(path: Path, language: str, covers: Path) -> dict[str, Any]:
    """What the page shows of a lesson; its picture is written to the folder `covers`."""
    notebook, slug = nbformat.read(path, as_version=4), path.stem
    known = values.placeholders(values.definitions(slug), values.results(slug), language)
    shown = {"slug": slug, "number": slug[:2], "title": title(notebook)}
    shown["minutes"] = known["minutes.class"]
    if picture := cover(notebook):
        shown |= {"alt": picture.alt, "cover": f"{slug}.webp"}
        picture.fitted().save(covers / shown["cover"], quality=80)
    return shown


def weights() -> dict[str, Any]:
    """All networks of the page by name."""
    return {path.stem: networks.read(path.stem) for path in sorted(networks.FOLDER.glob("*.json"))}


def write(language: str, paths: Sequence[Path], repository: str, folder: Path) -> None:
    """Write the page, the pictures and the weights into the folder of a language's pages.

    Args:
        language: that of the page.
        paths: the notebooks of the lessons, in their order.
        repository: address of the course, empty where it has none.
        folder: where Sphinx has written the pages of the language.
    """
    covers = folder / "_static" / "covers"
    covers.mkdir(exist_ok=True)
    texts = tomllib.loads((HERE / "front.toml").read_text(encoding="utf-8"))[language]
    lessons = [lesson(path, language, covers) for path in paths]
    homework = [entry["slug"] for entry in lessons if entry["slug"].endswith("_homework")]
    numbers = weights()
    faces = numbers["faces"]
    loader = FileSystemLoader(HERE / "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    page = environment.get_template("front.html").render(
        language=language,
        other=next(name for name in LANGUAGES if name != language),
        t=texts,
        spoken=texts["spoken"],
        lessons=lessons,
        homework=homework[0] if homework else lessons[0]["slug"],
        repository=repository,
        betas=numbers["map"]["betas"],
        components=len(networks.decode(faces["scale"], "<f4")),
        faces=len(networks.decode(numbers["faces"]["faces"], "u1"))
        // numbers["faces"]["side"] ** 2,
    )
    (folder / "index.html").write_text(page, encoding="utf-8")
    script = "const demoWeights = " + json.dumps(numbers, separators=(",", ":")) + ";\n"
    (folder / "_static" / "weights.js").write_text(script, encoding="utf-8")
