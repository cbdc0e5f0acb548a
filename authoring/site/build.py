"""Make the site: the lessons of both languages, with the outputs of their last run, as web pages.

Usage: python authoring/site/build.py [--output FOLDER]     (default: build/site)

Neither the build nor the pages need a network: search, styles and scripts are in the folder.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from authoring import facts
from authoring.site import front
from utils.settings import ROOT
from utils.text import LANGUAGES

HERE = Path(__file__).resolve().parent
CAPTIONS = {"en": ("Lessons", "More"), "pt-BR": ("Aulas", "Mais")}
# Pages beside the lessons: name of the page -> file of the course, by language.
DOCUMENTS = {
    "teaching": {"en": "TEACHING.md", "pt-BR": "TEACHING.pt-BR.md"},
    "server": {"en": "docs/server.md", "pt-BR": "docs/server.pt-BR.md"},
    "glossary": {"en": "docs/glossary.md", "pt-BR": "docs/glossary.md"},
}
OTHER_VERSION = re.compile(r" ?\[(Em português|In English)\]\([^)]*\)\.?")  # a button leads to it
LINK = re.compile(r"\[([^\]]+)\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)")
REDIRECT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Autoencoders</title>
<link rel="icon" href="en/_static/icon.svg">
<script>
location.replace((navigator.language || "en").startsWith("pt") ? "pt-BR/" : "en/");
</script></head>
<body><p><a href="en/index.html">English</a> ·
<a lang="pt-BR" href="pt-BR/index.html">Português</a></p>
</body></html>
"""


def prepare(notebook: NotebookNode) -> None:
    """Fold the code that the notebook hides and give pictures their alt texts, in place.

    The alt text of a picture is the plain text in the same output.
    """
    for cell in notebook.cells:
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            cell.metadata.setdefault("tags", []).append("hide-input")
        alts = [
            output.data.get("text/plain", "")
            for output in cell.get("outputs", [])
            if "image/png" in output.get("data", {})
        ]
        if alts:
            cell.metadata["mystnb"] = {"image": {"alt": " ".join(alts).replace("\n", " ")}}


def document(path: Path) -> str:
    """A document of the course as a page: links to pages of the site, none to other files."""

    def link(found: re.Match[str]) -> str:
        target = (path.parent / found[2]).resolve()
        for name, files in DOCUMENTS.items():
            if target in [ROOT / file for file in files.values()]:
                label = found[1] if "/" not in found[1] else name
                return f"[{label}]({name}.md{found[3] or ''})"
        return found[1]

    return LINK.sub(link, OTHER_VERSION.sub("", path.read_text(encoding="utf-8")))


def write_sources(language: str, folder: Path) -> None:
    """Put the pages of a language into `folder`, for Sphinx.

    The front page replaces the index; Sphinx takes the side bar's entries from it.
    """
    entries = []
    for path in notebooks(language):
        notebook = nbformat.read(path, as_version=4)
        prepare(notebook)
        nbformat.write(notebook, folder / path.name)
        entries.append(f"{path.stem[:2]} · {front.title(notebook)} <{path.stem}>")
    for name, files in DOCUMENTS.items():
        text = document(ROOT / files[language])
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    lines = ["# Autoencoders"]
    for caption, pages in zip(CAPTIONS[language], (entries, DOCUMENTS)):
        lines += ["", "```{toctree}", f":caption: {caption}", ":maxdepth: 1", "", *pages, "```"]
    (folder / "index.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def notebooks(language: str) -> list[Path]:
    """The lessons of a language, in their order."""
    return sorted((ROOT / "notebooks" / language).glob("[0-9][0-9]_*.ipynb"))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "site")
    output = parser.parse_args().output.resolve()
    shutil.rmtree(output, ignore_errors=True)
    for language in LANGUAGES:
        settings = {"AE_SITE_LANGUAGE": language, "AE_SITE_REPOSITORY": facts.repository()}
        with tempfile.TemporaryDirectory() as pages:
            write_sources(language, Path(pages))
            command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
            command += ["-c", str(HERE), pages, str(output / language)]
            subprocess.run(command, check=True, env={**os.environ, **settings})
        front.write(language, notebooks(language), facts.repository(), output / language)
    shutil.rmtree(output / "jupyter_execute", ignore_errors=True)  # an empty folder of myst-nb
    (output / "index.html").write_text(REDIRECT, encoding="utf-8")
    (output / ".nojekyll").touch()  # folders whose names begin with _ are served too
    print(f"{output / 'index.html'}")


if __name__ == "__main__":
    main()
