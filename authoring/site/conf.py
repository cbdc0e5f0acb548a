"""Sphinx configuration of the site; `build.py` sets `AE_SITE_LANGUAGE` and calls Sphinx."""

import os
import sys
from pathlib import Path
from typing import Any

from docutils import nodes

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from authoring.formula import mathml

HERE = Path(__file__).resolve().parent
language_folder = os.environ["AE_SITE_LANGUAGE"]  # en or pt-BR, as the folders of notebooks
repository = os.environ["AE_SITE_REPOSITORY"]  # empty: the course has no address
other = {"en": "pt-BR", "pt-BR": "en"}[language_folder]

project = "Autoencoders"
authors = {"en": "the authors of the course", "pt-BR": "os autores do curso"}
author = copyright = authors[language_folder]
language = {"en": "en", "pt-BR": "pt_BR"}[language_folder]
extensions = ["myst_nb"]
exclude_patterns: list[str] = []
templates_path = [str(HERE / "templates")]
html_static_path = [str(HERE / "static")]
html_css_files = ["site.css"]
html_favicon = str(HERE / "static" / "icon.svg")

# Notebooks are shown with their outputs: nothing is executed and no widget library is fetched.
nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_render_text_lexer = "none"
nb_code_prompt_show = {"en": "Show the code", "pt-BR": "Mostrar o código"}[language_folder]
nb_code_prompt_hide = {"en": "Hide the code", "pt-BR": "Ocultar o código"}[language_folder]
nb_mime_priority_overrides = [("html", "text/html", 1), ("html", "image/png", 2)]
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type", "myst.header"]

html_math_renderer = "mathml"


def visit_formula(translator: Any, node: nodes.math | nodes.math_block) -> None:
    """Write a formula as MathML; one in a block scrolls where the page is too narrow for it."""
    block = isinstance(node, nodes.math_block)
    formula = mathml(node.astext(), block)
    translator.body.append(f'<div class="formula">{formula}</div>' if block else formula)
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Register the renderer of formulas; Sphinx calls this."""
    app.add_html_math_renderer("mathml", (visit_formula, None), (visit_formula, None))


html_theme = "sphinx_book_theme"
html_title = project
html_show_sphinx = False
html_copy_source = True
html_theme_options = {
    "repository_url": repository,
    "repository_branch": "main",
    "path_to_docs": f"notebooks/{language_folder}",
    "launch_buttons": {"colab_url": "https://colab.research.google.com"}
    if repository.startswith("https://github.com/")
    else {},
    "use_download_button": True,
    "use_repository_button": bool(repository),
    "use_fullscreen_button": False,
    "article_header_start": ["toggle-primary-sidebar.html", "switch-language.html"],
    "navbar_persistent": [],
    "show_toc_level": 2,
}
html_context = {
    "default_mode": "auto",
    "other_language": other,
    "other_label": {"en": "English", "pt-BR": "Português"}[other],
}
