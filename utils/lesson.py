"""What every lesson starts with: its language, profile, seed, and how it speaks to the reader."""

from __future__ import annotations

import html
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("en", "pt-BR")
PROFILES = ("quick", "class", "full")

_current = {"language": "en", "lesson": ""}


def tr(en: str, pt: str) -> str:
    """The one of two texts that is in the language of the notebook (see `setup`)."""
    return pt if _current["language"] == "pt-BR" else en


def number(value: float, spec: str, language: str | None = None) -> str:
    """`value` in the format `spec` with the decimal mark of `language`, by default the notebook's.

    >>> number(0.0916, ".4f", "pt-BR")
    '0,0916'
    """
    text = format(round(value) if spec.endswith("d") else value, spec)
    language = language or _current["language"]
    return text.translate(str.maketrans(",.", ".,")) if language == "pt-BR" else text


def current_lesson() -> str:
    """Slug of the lesson that called `setup`, such as `02_mnist` (empty before that)."""
    return _current["lesson"]


def current_language() -> str:
    """Language of the notebook: `en` or `pt-BR`."""
    return _current["language"]


def profile() -> str:
    """Profile of this run: the environment variable `AE_PROFILE`, by default `class`.

    Raises:
        ValueError: `AE_PROFILE` holds none of quick, class, full.
    """
    name = os.environ.get("AE_PROFILE", "class")
    if name not in PROFILES:
        raise ValueError(
            tr(
                f"AE_PROFILE={name!r} is not a profile; choose one of {', '.join(PROFILES)}.",
                f"AE_PROFILE={name!r} não é um perfil; escolha entre {', '.join(PROFILES)}.",
            )
        )
    return name


def pick(*, quick: T, class_: T, full: T) -> T:
    """The one of three values that belongs to the profile of this run."""
    return {"quick": quick, "class": class_, "full": full}[profile()]


def seed(default: int = 7) -> int:
    """Seed of this run: the environment variable `AE_SEED`, else `default`."""
    return int(os.environ.get("AE_SEED", default))


def work_folder() -> Path:
    """Folder for what the lesson writes (models, logs), made if need be: `data/cache/<lesson>`.

    Where the course's folder cannot be written, a temporary folder takes its place and a notice
    says so.
    """
    folder = ROOT / "data" / "cache" / _current["lesson"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        folder = Path(tempfile.mkdtemp(prefix="autoencoder-course-"))
        notice(
            tr(
                f"The course's folder cannot be written ({error.strerror}); models and logs of "
                f"this run go to {folder} and may be lost when the computer restarts.",
                f"Não é possível gravar na pasta do curso ({error.strerror}); modelos e registros "
                f"desta execução vão para {folder} e podem se perder ao reiniciar o computador.",
            )
        )
    return folder


def show(plain: str, rich: str, metadata: dict[str, Any] | None = None) -> None:
    """Show `rich` (HTML) in a notebook, `plain` elsewhere; `metadata` stays with the output."""
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(plain)
    else:
        display({"text/plain": plain, "text/html": rich}, raw=True, metadata=metadata or {})


def notice(message: str) -> None:
    """Show a message that must not be missed, such as "these are not the real data"."""
    box = "border-left:6px solid #E69F00;padding:8px 12px;margin:4px 0;font-size:110%"
    label = tr("Notice", "Aviso")
    show(
        f"{label}: {message}",
        f'<div role="note" style="{box}"><b>{label}:</b> {html.escape(message)}</div>',
    )


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str,
    metadata: dict[str, Any] | None = None,
) -> None:
    """Show rows of text as a table: HTML with a caption in a notebook, aligned text elsewhere."""
    widths = [max(len(str(row[i])) for row in (header, *rows)) for i in range(len(header))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths)).rstrip() for r in (header, *rows)]
    head = "".join(f'<th scope="col" style="text-align:left">{html.escape(c)}</th>' for c in header)
    body = "".join(
        "<tr>"
        + "".join(f'<td style="text-align:left">{html.escape(c)}</td>' for c in row)
        + "</tr>"
        for row in rows
    )
    rich = (
        f'<table style="font-size:110%"><caption style="text-align:left">{html.escape(caption)}'
        f"</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
    show("\n".join([caption, *lines]), rich, metadata)


def setup(slug: str, language: str) -> None:
    """Start a lesson: set its language, install what Colab lacks, show the environment check.

    From then on an error about a missing name tells which section makes it. Where the environment
    names several machines, this one joins them (see `utils.machines`).

    Outside Colab nothing is installed behind the reader's back: the check names what is missing
    and the command that brings it.

    Args:
        slug: the lesson's name, such as `02_mnist`.
        language: `en` or `pt-BR`.

    Raises:
        ValueError: unknown language or profile.
        RuntimeError: in Colab, a missing package could not be installed.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r} is none of {', '.join(LANGUAGES)}")
    _current.update(language=language, lesson=slug)
    # Imported here because they take their words from this module.
    from utils import environment, machines, names

    names.explain_missing()
    environment.prepare(slug)
    if machines.wanted():
        machines.join()
