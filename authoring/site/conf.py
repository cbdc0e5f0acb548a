"""Sphinx configuration of the site; `build.py` sets `AE_SITE_LANGUAGE` and calls Sphinx."""

import os
import sys
from typing import Any

from docutils import nodes

sys.path.insert(0, os.path.dirname(__file__))

from formula import mathml

language_folder = os.environ["AE_SITE_LANGUAGE"]  # en or pt-BR, as the folders of notebooks
repository = os.environ["AE_SITE_REPOSITORY"]
other = {"en": "pt-BR", "pt-BR": "en"}[language_folder]

project = "Autoencoders"
authors = {"en": "the authors of the course", "pt-BR": "os autores do curso"}
author = copyright = authors[language_folder]
language = {"en": "en", "pt-BR": "pt_BR"}[language_folder]
extensions = ["myst_nb"]
exclude_patterns: list[str] = []
templates_path = [os.path.join(os.path.dirname(__file__), "templates")]
html_static_path = [os.path.join(os.path.dirname(__file__), "static")]
html_css_files = ["site.css"]
html_favicon = os.path.join(os.path.dirname(__file__), "static", "icon.svg")

# The notebooks come with their outputs: nothing is executed, no widget library is fetched.
nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_render_text_lexer = "none"
nb_mime_priority_overrides = [("html", "text/html", 1), ("html", "image/png", 2)]
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type", "myst.header"]

html_math_renderer = "mathml"


def visit_formula(translator: Any, node: nodes.math | nodes.math_block) -> None:
    """Write a formula as MathML."""
    translator.body.append(mathml(node.astext(), isinstance(node, nodes.math_block)))
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Called by Sphinx: make the renderer of formulas known to it."""
    app.add_html_math_renderer("mathml", (visit_formula, None), (visit_formula, None))


html_theme = "sphinx_book_theme"
html_title = project
html_show_sphinx = False
html_copy_source = True
html_theme_options = {
    "repository_url": repository,
    "repository_branch": "main",
    "path_to_docs": f"notebooks/{language_folder}",
    "launch_buttons": {"colab_url": "https://colab.research.google.com"},
    "use_download_button": True,
    "use_repository_button": True,
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
