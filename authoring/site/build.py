"""Make the site: the lessons of both languages, as they were run, as static pages.

Usage: python authoring/site/build.py [--output FOLDER]     (default: site/html)

Needs no network. The pages ask none either: search, styles and fonts lie in the folder.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
LANGUAGES = ("en", "pt-BR")
WELCOME = {
    "en": (
        "Autoencoders",
        "A course in executable notebooks. Every page here is a lesson with the outputs of a run "
        "on the real data; the buttons at its top open it in Colab or download it. The "
        "[repository]({}) has the installation, the teacher's version, and how every figure is "
        "checked.",
        "Lessons",
    ),
    "pt-BR": (
        "Autoencoders",
        "Um curso em notebooks executáveis. Cada página é uma aula com as saídas de uma execução "
        "com os dados reais; os botões no alto abrem a aula no Colab ou a baixam. O "
        "[repositório]({}) traz a instalação, a versão de quem ensina e como cada valor é "
        "conferido.",
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


def repository() -> str:
    """Address of the course, from the one place that has it."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]["urls"]["repository"]


def describe_pictures(notebook: nbformat.NotebookNode) -> None:
    """Give every picture of a notebook its alt text, in place: it lies in the output beside it."""
    for cell in notebook.cells:
        alts = [
            output.data.get("text/plain", "")
            for output in cell.get("outputs", [])
            if "image/png" in output.get("data", {})
        ]
        if alts:
            cell.metadata["mystnb"] = {"image": {"alt": " ".join(alts).replace("\n", " ")}}


def write_sources(language: str, folder: Path) -> None:
    """Put the pages of a language into `folder` as Sphinx wants them."""
    entries = []
    for path in sorted((ROOT / "notebooks" / language).glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        describe_pictures(notebook)
        nbformat.write(notebook, folder / path.name)
        heading = notebook.cells[0].source.splitlines()[0].lstrip("# ")
        entries.append(f"{path.stem[:2]} · {heading} <{path.stem}>")
    title, text, caption = WELCOME[language]
    lines = [f"# {title}", "", text.format(repository()), "", "```{toctree}"]
    lines += [f":caption: {caption}", ":maxdepth: 1", "", *entries, "```", ""]
    (folder / "index.md").write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, default=HERE / "html")
    output = parser.parse_args().output.resolve()
    shutil.rmtree(output, ignore_errors=True)
    for language in LANGUAGES:
        settings = {"AE_SITE_LANGUAGE": language, "AE_SITE_REPOSITORY": repository()}
        with tempfile.TemporaryDirectory() as pages:
            write_sources(language, Path(pages))
            command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
            command += ["-c", str(HERE), pages, str(output / language)]
            subprocess.run(command, check=True, env={**os.environ, **settings})
    shutil.rmtree(output / "jupyter_execute", ignore_errors=True)  # myst-nb's own, empty
    (output / "index.html").write_text(REDIRECT, encoding="utf-8")
    (output / ".nojekyll").touch()  # folders whose names begin with _ are served too
    print(f"{output / 'index.html'}")


if __name__ == "__main__":
    main()
