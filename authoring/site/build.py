"""Make the site: the lessons of both languages, with the outputs of their last run, as web pages.

Usage: python authoring/site/build.py [--output FOLDER]     (default: build/site)

Neither the build nor the pages need a network: search, styles and fonts are in the folder.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from authoring import facts
from utils.settings import ROOT
from utils.text import LANGUAGES

HERE = Path(__file__).resolve().parent
WELCOME = {
    "en": (
        "Autoencoders",
        "A course in executable notebooks. Each page is one lesson, with the outputs of a run on "
        "the real data. A button at the top of a page downloads the lesson.",
        "The [repository]({}) explains the installation, the class edition and how the results "
        "are checked.",
        "Lessons",
    ),
    "pt-BR": (
        "Autoencoders",
        "Um curso em notebooks executáveis. Cada página é uma aula, com as saídas de uma execução "
        "com os dados reais. Um botão no alto da página baixa a aula.",
        "O [repositório]({}) explica a instalação, a edição para a turma e como os resultados "
        "são conferidos.",
        "Aulas",
    ),
}
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


def write_sources(language: str, folder: Path) -> None:
    """Put the pages of a language and their index into `folder`, for Sphinx."""
    entries = []
    for path in sorted((ROOT / "notebooks" / language).glob("[0-9][0-9]_*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        prepare(notebook)
        nbformat.write(notebook, folder / path.name)
        heading = notebook.cells[0].source.splitlines()[0].lstrip("# ")
        entries.append(f"{path.stem[:2]} · {heading} <{path.stem}>")
    title, text, source, caption = WELCOME[language]
    address = facts.repository()
    about = f"{text} {source.format(address)}" if address else text
    lines = [f"# {title}", "", about, "", "```{toctree}"]
    lines += [f":caption: {caption}", ":maxdepth: 1", "", *entries, "```", ""]
    (folder / "index.md").write_text("\n".join(lines), encoding="utf-8")


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
    shutil.rmtree(output / "jupyter_execute", ignore_errors=True)  # an empty folder of myst-nb
    (output / "index.html").write_text(REDIRECT, encoding="utf-8")
    (output / ".nojekyll").touch()  # folders whose names begin with _ are served too
    print(f"{output / 'index.html'}")


if __name__ == "__main__":
    main()
