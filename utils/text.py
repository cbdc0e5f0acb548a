"""What the reader sees: the language of the notebook, numbers, notices and tables in it."""

from __future__ import annotations

import html
import string
from collections.abc import Sequence
from typing import Any

LANGUAGES = ("en", "pt-BR")

_current = {"language": "en"}


def set_language(name: str) -> None:
    """Set the language of everything that is shown from here on: `en` or `pt-BR`.

    Raises:
        ValueError: the course does not have this language.
    """
    if name not in LANGUAGES:
        raise ValueError(f"language {name!r} is none of {', '.join(LANGUAGES)}")
    _current["language"] = name


def language() -> str:
    """Language of the notebook: `en` or `pt-BR`."""
    return _current["language"]


def tr(en: str, pt: str) -> str:
    """The one of two texts that is in the language of the notebook (see `set_language`)."""
    return pt if _current["language"] == "pt-BR" else en


def number(value: float, spec: str, language: str | None = None) -> str:
    """`value` in the format `spec`, with the marks of `language`, by default the notebook's.

    The minus sign is a true one, not a hyphen.

    >>> number(-0.0916, ".4f", "pt-BR")
    '−0,0916'
    """
    text = format(round(value) if spec.endswith("d") else value, spec)
    portuguese = (language or _current["language"]) == "pt-BR"
    return text.translate(str.maketrans("-,.", "−.," if portuguese else "−,."))


class _Local(string.Formatter):
    """Numbers with the marks of the notebook's language."""

    def format_field(self, value: Any, spec: str) -> str:
        return number(value, spec) if spec else str(value)


def fill(template: str, /, *args: Any, **values: Any) -> str:
    """`template.format(*args, **values)` with the numbers as the notebook's language writes them.

    >>> fill("loss {:.4f}", 0.0916)
    'loss 0.0916'
    """
    return _Local().format(template, *args, **values)


def say(template: str, /, *args: Any, **values: Any) -> None:
    """Print `template` filled in; see `fill`."""
    print(fill(template, *args, **values))


def in_notebook() -> bool:
    """Whether IPython runs this program: outputs can be more than text."""
    from IPython.core.getipython import get_ipython

    return get_ipython() is not None


def display(data: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
    """Show an output (media type -> content) in a notebook; print its plain text elsewhere."""
    from IPython.display import display

    if in_notebook():
        display(data, raw=True, metadata=metadata or {})
    else:
        print(data["text/plain"])


def show(plain: str, rich: str, metadata: dict[str, Any] | None = None) -> None:
    """Show `rich` (HTML) in a notebook, `plain` elsewhere; `metadata` stays with the output."""
    display({"text/plain": plain, "text/html": rich}, metadata)


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

    def line(cells: Sequence[str], tag: str, scope: str = "") -> str:
        inner = [f'<{tag}{scope} style="text-align:left">{html.escape(c)}</{tag}>' for c in cells]
        return f"<tr>{''.join(inner)}</tr>"

    widths = [max(map(len, column)) for column in zip(header, *rows)]
    lines = ["  ".join(c.ljust(w) for c, w in zip(r, widths)).rstrip() for r in (header, *rows)]
    head, body = line(header, "th", ' scope="col"'), "".join(line(row, "td") for row in rows)
    rich = (
        f'<table style="font-size:110%"><caption style="text-align:left">{html.escape(caption)}'
        f"</caption><thead>{head}</thead><tbody>{body}</tbody></table>"
    )
    show("\n".join([caption, *lines]), rich, metadata)
