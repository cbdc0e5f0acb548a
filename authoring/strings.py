"""Which strings of a lesson's code a reader sees as text.

The rest is recognised by its form or its place, or listed in `words.toml`.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

WORD = re.compile(r"[^\W\d_]{2,}")
# No words: formulas, and names such as x_train or encoder.keras.
NO_WORDS = re.compile(r"\$[^$]*\$|[^\s,;:()]*\w[._]\w[^\s,;:()]*")

# What a string is: it needs a translation beside it, a table translates it, or it is no text.
TEXT, KNOWN, CODE = "text", "known", "code"


@dataclass(frozen=True)
class Words:
    """The tables of `words.toml`."""

    words: dict[str, str] = field(default_factory=dict)  # English to Portuguese
    same: frozenset[str] = frozenset()  # words that are the same in both languages
    values: frozenset[str] = frozenset()  # strings that are rarely text, such as "relu"
    keywords: frozenset[str] = frozenset()  # arguments that take no text, such as padding
    callables: frozenset[str] = frozenset()  # functions whose strings are no text

    @classmethod
    def read(cls, path: Path) -> Words:
        """The tables in the file at `path`."""
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        names = ("same", "values", "keywords", "callables")
        return cls(content["words"], *(frozenset(content[name]) for name in names))


@cache
def course_words() -> Words:
    """The tables of the course."""
    return Words.read(Path(__file__).with_name("words.toml"))


@dataclass
class String:
    """A string of the code that has words, and its translation where it has one."""

    node: ast.expr
    statement: ast.stmt
    kind: str
    translation: str | None = None  # a literal, as it is written

    @property
    def line(self) -> int:
        return self.node.lineno

    @property
    def unchanged(self) -> bool:
        """Whether the translation says the same."""
        return ast.unparse(ast.parse(f"({self.translation})", mode="eval")) == ast.unparse(
            self.node
        )

    def __str__(self) -> str:
        text = ast.unparse(self.node)
        return text if len(text) <= 60 else f"{text[:57]}…{text[-1]}"


def is_literal(node: object) -> bool:
    """Whether `node` is a string or an f-string."""
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def find_strings(tree: ast.Module, words: Words) -> list[String]:
    """The strings of `tree` that have words, in the order of the code."""
    keys = {node.slice.value for node in ast.walk(tree) if _constant_key(node)}

    def visit(node: ast.AST, statement: ast.stmt, place: str) -> Iterator[String]:
        if is_literal(node):
            if kind := _kind(node, words):
                yield String(node, statement, place if place != TEXT else kind)
            return
        if isinstance(node, ast.stmt):
            statement = node
        for name, value in ast.iter_fields(node):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    inner = CODE if place == CODE else _place(node, name, child, keys, words)
                    yield from visit(child, statement, inner)

    found = [string for line in tree.body for string in visit(line, line, TEXT)]
    return sorted(found, key=lambda string: (string.line, string.node.col_offset))


def _constant_key(node: ast.AST) -> bool:
    return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)


def _place(parent: ast.AST, name: str, child: ast.AST, keys: set[object], words: Words) -> str:
    """What the place says about strings in `child`, in the field `name` of `parent`."""
    match parent:
        case ast.Subscript() if name == "slice":
            return CODE
        case ast.Compare() | ast.BinOp(op=ast.Div()):  # a comparison, a path
            return CODE
        case ast.Dict() if name == "keys" and isinstance(child, ast.Constant):
            return KNOWN if child.value in keys else TEXT
        case ast.keyword() if parent.arg in words.keywords:
            return CODE
        case ast.Call() if name == "args":
            parts = ast.unparse(parent.func).split(".")
            names = {".".join(parts[start:]) for start in range(len(parts))}
            return TEXT if names.isdisjoint(words.callables) else CODE
    return TEXT


def _kind(node: ast.AST, words: Words) -> str | None:
    """What a literal is by its content; None without words."""
    if isinstance(node, ast.JoinedStr):
        text = "".join(v.value if isinstance(v, ast.Constant) else "0" for v in node.values)
        inner = inner_strings(node)
        if any(i.value in words.words or _kind(i, words) == TEXT for i in inner):
            return TEXT
    else:
        assert isinstance(node, ast.Constant)
        text = node.value
        if text in words.values:
            return KNOWN
    found = WORD.findall(NO_WORDS.sub(" ", text))
    if not found:
        return None
    return KNOWN if text in words.words or words.same.issuperset(found) else TEXT


def inner_strings(node: ast.JoinedStr) -> list[ast.Constant]:
    """The strings inside the values of an f-string, but for keys and format specifications."""
    values = [value for value in node.values if isinstance(value, ast.FormattedValue)]
    nodes = [inner for value in values for inner in ast.walk(value)]
    specs = [n.format_spec for n in nodes if isinstance(n, ast.FormattedValue) and n.format_spec]
    hidden = {id(inner) for spec in specs for inner in ast.walk(spec)}
    hidden |= {id(inner.slice) for inner in nodes if _constant_key(inner)}
    return [
        n for n in nodes if isinstance(n, ast.Constant) and is_literal(n) and id(n) not in hidden
    ]


def values_shown(node: ast.expr) -> list[str]:
    """What an f-string shows, sorted: its values without their texts. Other strings: nothing."""
    if not isinstance(node, ast.JoinedStr):
        return []
    texts = {id(inner) for inner in inner_strings(node)}

    class Blank(ast.NodeTransformer):
        def visit_Constant(self, inner: ast.Constant) -> ast.Constant:
            return ast.Constant("") if id(inner) in texts else inner

    shown = [value for value in node.values if isinstance(value, ast.FormattedValue)]
    return sorted(ast.dump(Blank().visit(value)) for value in shown)


def span(code: str, node: ast.expr) -> tuple[int, int]:
    """Offsets of `node` in `code`; the parser counts columns in bytes."""
    lines = code.splitlines(keepends=True)

    def offset(line: int, column: int) -> int:
        return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())

    assert node.end_lineno is not None and node.end_col_offset is not None
    start = offset(node.lineno, node.col_offset)
    return start, offset(node.end_lineno, node.end_col_offset)
