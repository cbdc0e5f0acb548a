"""The notation of the lessons' sources: English code with its Portuguese beside it in comments.

    ax.set(xlabel="time (s)", ylabel="loss")  # pt: "tempo (s)", "custo"
    # Compiling only pays off in long trainings.
    # pt: Compilar só compensa em treinos longos.

`translate` gives the code of one cell in one language. Words that recur, and strings that are no
text for readers, are listed in `words.toml`.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

Span = tuple[int, int]  # offsets of the first character and of the one after the last

MARK = re.compile(r"\s*#\s*pt:[ \t]?")
WORD = re.compile(r"[^\W\d_]{2}")
FORMULA = re.compile(r"\$[^$]*\$")
LITERAL = re.compile(r"[rRfFuUbB]{0,2}[\"']")
PRAGMA = re.compile(r"#\s*(noqa|fmt|type|ruff|isort)\b")
SOLUTION = re.compile(r"#\s*(BEGIN|END)\s*SOLUTION", re.IGNORECASE)


class NotationError(ValueError):
    """A cell breaks the notation.

    Attributes:
        line: the line of the source, counted from 1.
        message: what is wrong and what to do.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


@dataclass(frozen=True)
class Words:
    """The tables of `words.toml`."""

    words: dict[str, str] = field(default_factory=dict)  # English to Portuguese
    same: frozenset[str] = frozenset()  # the same in both languages
    values: frozenset[str] = frozenset()  # no text, such as "relu"
    keywords: frozenset[str] = frozenset()  # arguments that take no text, such as activation
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
class _String:
    node: ast.expr
    span: Span
    statement: ast.stmt
    state: str  # "text", "known" (in the tables) or "code"
    translation: str | None = None

    @property
    def line(self) -> int:
        return self.node.lineno


@dataclass
class _Comment:
    """A part of a comment: English, or the Portuguese after one `# pt:`."""

    line: int
    span: Span
    text: str
    portuguese: bool
    alone: bool  # on a line without code


@dataclass
class _Group:
    """Comment parts that belong together; for Portuguese, `strings` says what they translate."""

    parts: list[_Comment]
    strings: bool = False
    translation: _Group | None = None

    @property
    def portuguese(self) -> bool:
        return self.parts[0].portuguese

    def takes(self, part: _Comment) -> bool:
        """Whether `part`, the next one, continues this group."""
        last = self.parts[-1]
        if part.portuguese != last.portuguese or not part.alone or part.line != last.line + 1:
            return False
        if not self.portuguese:
            return last.alone
        return last.alone or self.strings or not LITERAL.match(part.text)


def translate(code: str, language: str, first_line: int = 1, words: Words | None = None) -> str:
    """The code of a cell in `language`, without the comments that translate it.

    Args:
        code: the cell as it is in the source.
        language: "en" or "pt-BR".
        first_line: line of the source on which the cell begins; error messages count from there.
        words: the tables to use; by default those of `words.toml`.

    Raises:
        NotationError: if the cell is not Python, or a translation is missing or does not fit.
    """
    try:
        return _translate(code, language, words or course_words())
    except NotationError as error:
        raise NotationError(first_line - 1 + error.line, error.message) from None


def _translate(code: str, language: str, words: Words) -> str:
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        message = f"not Python: {error.msg}; IPython's % and ! lines are not allowed"
        raise NotationError(error.lineno or 1, message) from None
    source = _Source(code)
    strings = list(_strings(tree, source, words))
    groups = _groups(source)
    _match_comments(groups)
    _match_strings(strings, [group for group in groups if group.strings], words)
    edits: list[tuple[Span, str]] = []
    for group in groups:
        if group.portuguese:
            edits += [(source.whole(part), "") for part in group.parts]
        elif PRAGMA.match(group.parts[0].text):
            edits += [(source.whole(part), "") for part in group.parts]
        elif group.translation and language != "en":
            edits += _comment_edits(source, group)
    if language != "en":
        edits += [
            (string.span, _fit(source, string))
            for string in strings
            if string.translation is not None
        ]
    return _tidy(source.apply(edits), code)


class _Source:
    """Code with the offsets of its lines."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.lines = code.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def node_span(self, node: ast.expr) -> Span:
        """Offsets of `node`; the parser counts columns in bytes."""

        def offset(line: int, column: int) -> int:
            text = self.lines[line - 1].encode()[:column].decode()
            return self.starts[line - 1] + len(text)

        return (
            offset(node.lineno, node.col_offset),
            offset(node.end_lineno or node.lineno, node.end_col_offset or 0),
        )

    def comments(self) -> Iterator[_Comment]:
        """Every comment, divided at its `# pt:` marks."""
        for token in tokenize.generate_tokens(io.StringIO(self.code).readline):
            if token.type != tokenize.COMMENT:
                continue
            line, column = token.start
            start = self.starts[line - 1] + column
            marks = list(MARK.finditer(token.string))
            alone = not self.lines[line - 1][:column].strip()
            bounds = [*(mark.start() for mark in marks), len(token.string)]
            if english := token.string[: bounds[0]]:
                yield _Comment(line, (start, start + len(english)), english, False, alone)
            for mark, end in zip(marks, bounds[1:], strict=True):
                text = token.string[mark.end() : end].rstrip()
                span = (start + mark.start(), start + end)
                yield _Comment(line, span, text, True, alone and mark.start() == 0)

    def whole(self, part: _Comment) -> Span:
        """What goes when `part` goes: its line if it is alone, else also the space before it."""
        start, end = part.span
        line_start, line_end = self.starts[part.line - 1], self.starts[part.line]
        if part.alone and not self.code[end:line_end].strip():
            return line_start, line_end
        return line_start + len(self.code[line_start:start].rstrip()), end

    def indent(self, offset: int) -> str:
        """The indentation of the line at `offset`, as far as `offset` goes beyond it."""
        start = self.code.rfind("\n", 0, offset) + 1
        before = self.code[start:offset]
        return before[: len(before) - len(before.lstrip())]

    def apply(self, edits: list[tuple[Span, str]]) -> str:
        """The code with the text at each span replaced; comments inside a string go with it."""
        made, position = [], 0
        for (start, end), text in sorted(edits):
            if start < position:
                continue
            made += [self.code[position:start], text]
            position = end
        return "".join([*made, self.code[position:]])


def _strings(tree: ast.Module, source: _Source, words: Words) -> Iterator[_String]:
    """Every string of the code in the order of the source, with what it is."""
    keys = {
        node.slice.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
    }

    def visit(node: ast.AST, statement: ast.stmt | None, is_code: bool) -> Iterator[_String]:
        if isinstance(node, ast.stmt):
            statement = node
        if isinstance(node, ast.JoinedStr) or _is_string(node):
            assert isinstance(node, ast.expr) and statement is not None
            state = _state(node, words)
            if is_code and state != "none":
                state = "code"
            yield _String(node, source.node_span(node), statement, state)
            return
        for name, value in ast.iter_fields(node):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    code = is_code or _takes_no_text(node, name, child, keys, words)
                    yield from visit(child, statement, code)

    found = [string for string in visit(tree, None, False) if string.state != "none"]
    yield from sorted(found, key=lambda string: string.span)


def _is_string(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _takes_no_text(
    parent: ast.AST, name: str, child: ast.AST, keys: set[object], words: Words
) -> bool:
    """Whether a string in the field `name` of `parent` is no text because of its place."""
    match parent:
        case ast.Subscript():
            return name == "slice"
        case ast.Compare():
            return _is_string(child)
        case ast.Dict():
            return name == "keys" and isinstance(child, ast.Constant) and child.value in keys
        case ast.BinOp(op=ast.Div()):  # a path
            return True
        case ast.keyword(arg=arg):
            return arg in words.keywords
        case ast.Call(func=function):
            dotted = ast.unparse(function)
            endings = {dotted.split(".", start)[-1] for start in range(dotted.count(".") + 1)}
            return name == "args" and not endings.isdisjoint(words.callables)
    return False


def _state(node: ast.expr, words: Words) -> str:
    """What a string is by its content: "none" without words, "code", "known" or "text"."""
    if isinstance(node, ast.Constant):
        text = node.value
        if not WORD.search(FORMULA.sub("", text)):
            return "none"
        if text in words.values:
            return "code"
        return "known" if text in words.words or text in words.same else "text"
    shown = "".join("$" if v is None else v for v in _shown_text(node))
    inner = {_state(value, words) for value in _inner_strings(node)}
    if "text" in inner:
        return "text"
    plain = FORMULA.sub("", shown.replace("{}", " ")).strip()
    if not WORD.search(plain):
        return "text" if "known" in inner else "none"
    return "known" if plain in words.same else "text"


def _shown_text(node: ast.expr) -> Iterator[str]:
    """The text of an f-string between its values; `{}` stands for a value."""
    assert isinstance(node, ast.JoinedStr)
    for value in node.values:
        yield str(value.value) if isinstance(value, ast.Constant) else "{}"


def _inner_strings(node: ast.expr) -> Iterator[ast.Constant]:
    """Strings inside the values of an f-string, keys excepted."""
    assert isinstance(node, ast.JoinedStr)
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            hidden = {
                id(inner.slice) for inner in ast.walk(value) if isinstance(inner, ast.Subscript)
            }
            specs = [inner.format_spec for inner in ast.walk(value) if _has_spec(inner)]
            for spec in specs:
                hidden.update(id(inner) for inner in ast.walk(spec))
            for inner in ast.walk(value.value):
                if isinstance(inner, ast.Constant) and _is_string(inner):
                    if id(inner) not in hidden:
                        yield inner


def _has_spec(node: ast.AST) -> bool:
    return isinstance(node, ast.FormattedValue) and node.format_spec is not None


def _groups(source: _Source) -> list[_Group]:
    """The comments in order, those that belong together joined."""
    groups: list[_Group] = []
    for part in source.comments():
        special = not part.portuguese and bool(
            SOLUTION.search(part.text) or PRAGMA.match(part.text)
        )
        last = groups[-1].parts[-1].text if groups else ""
        if groups and not special and not SOLUTION.search(last) and groups[-1].takes(part):
            groups[-1].parts.append(part)
        else:
            groups.append(_Group([part], part.portuguese and bool(LITERAL.match(part.text))))
    return groups


def _match_comments(groups: list[_Group]) -> None:
    """Give every comment its translation."""
    for place, group in enumerate(groups):
        if group.portuguese:
            if not group.strings and groups[place - 1].translation is not group:
                raise NotationError(
                    group.parts[0].line,
                    "this translation has no comment before it; put it directly after the comment, "
                    "or in quotes if it translates a string",
                )
            continue
        following = groups[place + 1] if place + 1 < len(groups) else None
        if following and following.portuguese and not following.strings:
            if following.parts[0].line - group.parts[-1].line <= 1:
                group.translation = following
                continue
        if _has_words(group):
            raise NotationError(
                group.parts[-1].line,
                f'no translation of the comment "{group.parts[-1].text}"; write # pt: … directly '
                "after it",
            )


def _has_words(group: _Group) -> bool:
    """Whether a comment says something, which marks, pragmas and code do not."""
    text = "\n".join(re.sub(r"^#+\s?", "", part.text) for part in group.parts)
    first = group.parts[0].text
    if SOLUTION.search(first) or PRAGMA.match(first) or not WORD.search(text):
        return False
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return True
    return not all(
        isinstance(line, ast.Assign)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Call))
        for line in body
    )


def _match_strings(strings: list[_String], groups: list[_Group], words: Words) -> None:
    """Give every string its translation, from the comments after it or from the tables."""
    for string in strings:
        if string.state == "known" and isinstance(string.node, ast.Constant):
            if (known := words.words.get(string.node.value)) is not None:
                string.translation = _quoted(known)
    position = {id(group): group.parts[0].span[0] for group in groups}
    waiting: list[_String] = []
    events: list[tuple[int, _String | _Group]] = [(s.span[0], s) for s in strings]
    events += [(position[id(group)], group) for group in groups]
    # A comment inside an implicit concatenation comes after the string that began before it.
    for _, event in sorted(events, key=lambda pair: pair[0]):
        if isinstance(event, _Group):
            _assign(event, waiting)
            waiting = []
        else:
            if waiting and waiting[0].statement is not event.statement:
                _require_none(waiting)
                waiting = []
            waiting.append(event)
    _require_none(waiting)
    _check_logic(strings)


def _require_none(waiting: list[_String]) -> None:
    for string in waiting:
        if string.state == "text":
            raise NotationError(
                string.line,
                f'no translation of {_short(string)}; write # pt: "…" after it in the same '
                "statement. What is no text, or recurs in the course, belongs in "
                "authoring/words.toml.",
            )


def _assign(group: _Group, waiting: list[_String]) -> None:
    """Translate the strings before `group` by its literals, in order."""
    line = group.parts[0].line
    literals = _literals(group)
    for states in (("text",), ("text", "known")):
        wanted = [string for string in waiting if string.state in states]
        if len(wanted) == len(literals):
            break
    else:
        wanted = [string for string in waiting if string.state == "text"]
        listed = ", ".join(_short(string) for string in wanted) or "none"
        raise NotationError(
            line,
            f"{len(literals)} translations for {len(wanted)} strings without one before them "
            f"({listed}); write one for each, in the same order",
        )
    for string, (text, node) in zip(wanted, literals, strict=True):
        if _values(string.node) != _values(node):
            raise NotationError(
                line, f"{text} has other values in braces than {_short(string)}; use the same"
            )
        string.translation = text


def _literals(group: _Group) -> list[tuple[str, ast.expr]]:
    """The literals of a comment, as they are written and as nodes."""
    text = "[" + "\n".join(part.text for part in group.parts) + "\n]"
    try:
        value = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise NotationError(
            group.parts[0].line,
            f"this translation is not Python ({error.msg}); write strings in quotes with commas "
            "between them",
        ) from None
    assert isinstance(value, ast.List)
    for node in value.elts:
        if not (_is_string(node) or isinstance(node, ast.JoinedStr)):
            raise NotationError(
                group.parts[0].line,
                f"{ast.unparse(node)} is no string; a translation consists of strings only",
            )
    return [(ast.get_source_segment(text, node) or "", node) for node in value.elts]


def _values(node: ast.expr) -> list[str]:
    """The values that an f-string shows, sorted; their own strings may differ, keys may not."""
    if not isinstance(node, ast.JoinedStr):
        return []
    texts = {id(inner) for inner in _inner_strings(node)}

    class Blank(ast.NodeTransformer):
        def visit_Constant(self, inner: ast.Constant) -> ast.Constant:
            return ast.Constant("") if id(inner) in texts else inner

    shown = [value for value in node.values if isinstance(value, ast.FormattedValue)]
    return sorted(ast.dump(Blank().visit(value)) for value in shown)


def _check_logic(strings: list[_String]) -> None:
    """No string that a reader sees decides what the program does."""
    shown = {
        string.node.value
        for string in strings
        if string.state == "text" and isinstance(string.node, ast.Constant)
    }
    for string in strings:
        if string.state == "code" and isinstance(string.node, ast.Constant):
            if string.node.value in shown and string.translation is None:
                raise NotationError(
                    string.line,
                    f"{_short(string)} is translated elsewhere in this cell, but the code depends "
                    "on it here; use a key that is not shown",
                )


def _short(string: _String) -> str:
    text = ast.unparse(string.node)
    return text if len(text) <= 60 else f"{text[:57]}…{text[-1]}"


def _quoted(text: str) -> str:
    """`text` as a literal in double quotes where possible, as the formatter writes it."""
    literal = repr(text)
    if literal.startswith("'") and '"' not in text:
        return f'"{literal[1:-1]}"'
    return literal


def _fit(source: _Source, string: _String) -> str:
    """The translation of a string, its lines indented as the string is."""
    text = string.translation or ""
    if "\n" not in text:
        return text
    start, end = string.span
    column = start - source.code.rfind("\n", 0, start) - 1
    several = "\n" in source.code[start:end] and not isinstance(string.statement, ast.Expr)
    between = "\n" + " " * column if several else " "
    tokens = tokenize.generate_tokens(io.StringIO(f"(\n{text}\n)").readline)
    breaks = {token.start[0] - 1 for token in tokens if token.type == tokenize.NL}
    made = ""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        made += line
        if number < len(lines):
            inside = "\n" + (source.indent(start) if lines[number] else "")
            made = made.rstrip() + between if number in breaks else made + inside
    return made


def _comment_edits(source: _Source, group: _Group) -> list[tuple[Span, str]]:
    """The edits that put the Portuguese of a comment in its place."""
    assert group.translation is not None
    lines = [part.text for part in group.translation.parts]
    first = group.parts[0]
    if not first.alone:
        return [(first.span, "# " + " ".join(lines))]
    indent = source.indent(first.span[0])
    text = f"\n{indent}".join(f"# {line}".rstrip() for line in lines)
    return [((first.span[0], group.parts[-1].span[1]), text)]


def _tidy(code: str, before: str) -> str:
    """`code` without empty lines that removed comments left behind, ending as `before` does."""
    lines = [line.rstrip() for line in code.split("\n")]
    return "\n".join(lines).strip("\n") + ("\n" if before.endswith("\n") else "")
