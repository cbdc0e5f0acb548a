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
import tokenize

from authoring.comments import Comment, Part, find_comments
from authoring.strings import (
    CODE,
    KNOWN,
    TEXT,
    String,
    Words,
    course_words,
    find_strings,
    is_literal,
    span,
    values_shown,
)


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
    strings = find_strings(tree, words)
    comments = find_comments(code)
    _match_comments(comments)
    _match_strings(code, strings, comments, words)
    _check_logic(tree, strings)
    edits = []
    for comment in comments:
        if comment.portuguese or comment.pragma:
            edits += [(*_whole(code, part), "") for part in comment.parts]
        elif comment.translation and language != "en":
            edits.append(_comment_edit(code, comment))
    if language != "en":
        edits += [_string_edit(code, s) for s in strings if s.translation is not None]
    return _apply(code, edits).strip("\n") + "\n" * code.endswith("\n")


def _match_comments(comments: list[Comment]) -> None:
    """Give every English comment its translation."""
    before: Comment | None = None
    for comment in [*comments, None]:
        translates = comment is not None and comment.portuguese and not comment.of_strings
        adjacent = before and comment and comment.line - before.parts[-1].line <= 1
        if translates and before and not before.portuguese and adjacent:
            before.translation = comment
        elif translates:
            raise NotationError(
                comment.line,
                "no comment directly before this translation; move it, or put it in quotes if it "
                "translates a string",
            )
        elif before and not before.portuguese and before.has_words:
            raise NotationError(
                before.parts[-1].line,
                f'no translation of the comment "{before.parts[-1].text}"; write # pt: … after it',
            )
        before = comment


def _match_strings(code: str, strings: list[String], comments: list[Comment], words: Words) -> None:
    """Give every string its translation: from the tables, or from the comments after it."""
    for string in strings:
        if string.kind == KNOWN and isinstance(string.node, ast.Constant):
            known = words.words.get(string.node.value)
            string.translation = None if known is None else _quoted(known)
    events: list[tuple[int, String | Comment]] = [(span(code, s.node)[0], s) for s in strings]
    events += [(c.parts[0].start, c) for c in comments if c.of_strings]
    waiting: list[String] = []
    for _, event in sorted(events, key=lambda pair: pair[0]):
        if isinstance(event, Comment):
            _assign(event, waiting)
            waiting = []
        else:
            if waiting and waiting[0].statement is not event.statement:
                _require_nothing(waiting)
                waiting = []
            waiting.append(event)
    _require_nothing(waiting)


def _require_nothing(waiting: list[String]) -> None:
    for string in waiting:
        if string.kind == TEXT:
            raise NotationError(
                string.line,
                f'no translation of {string}; write # pt: "…" after it in the same statement. '
                "A string that is no text, or recurs, can be listed in authoring/words.toml.",
            )


def _assign(comment: Comment, waiting: list[String]) -> None:
    """Translate the strings before `comment` by its literals, in order."""
    literals = _literals(comment)
    needed = [string for string in waiting if string.kind == TEXT]
    last = [string for string in waiting if string.kind != CODE][-len(literals) :]
    # More than needed: the last ones, to say a word of the tables in another way.
    chosen = last if len(literals) > len(needed) else needed
    if len(chosen) != len(literals) or any(string not in chosen for string in needed):
        listed = ", ".join(map(str, needed)) or "none"
        raise NotationError(
            comment.line,
            f"translations: {len(literals)}, strings to translate before them: {len(needed)} "
            f"({listed}). Write one for each, in the same order.",
        )
    for string, (text, node) in zip(chosen, literals, strict=True):
        if values_shown(string.node) != values_shown(node):
            message = f"{text} and {string} show different values in braces; use the same ones"
            raise NotationError(comment.line, message)
        string.translation = text


def _literals(comment: Comment) -> list[tuple[str, ast.expr]]:
    """The literals of a comment, as they are written and as nodes."""
    text = "[" + "\n".join(part.text for part in comment.parts) + "\n]"
    try:
        listed = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        message = f"not Python: {error.msg}; write strings in quotes with commas between them"
        raise NotationError(comment.line, f"this translation is {message}") from None
    assert isinstance(listed, ast.List)
    for node in listed.elts:
        if not is_literal(node):
            message = f"{ast.unparse(node)} is no string; a translation consists of strings only"
            raise NotationError(comment.line, message)
    return [(ast.get_source_segment(text, node) or "", node) for node in listed.elts]


def _check_logic(tree: ast.Module, strings: list[String]) -> None:
    """No string that is translated for readers also decides what the program does."""
    changed = {ast.unparse(s.node) for s in strings if s.translation and not s.unchanged}
    comparisons = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    for node in (inner for comparison in comparisons for inner in ast.walk(comparison)):
        if is_literal(node) and ast.unparse(node) in changed:
            message = f"{ast.unparse(node)} is translated in this cell; compare a key instead"
            raise NotationError(node.lineno, message)


def _quoted(text: str) -> str:
    """`text` as a literal in the quotes that the formatter prefers."""
    literal = repr(text)
    return f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in text else literal


def _whole(code: str, part: Part) -> tuple[int, int]:
    """What goes when `part` goes: its line if it is alone, else also the space before it."""
    line_start = code.rfind("\n", 0, part.start) + 1
    line_end = code.find("\n", part.end) + 1 or len(code)
    if part.alone and not code[part.end : line_end].strip():
        if not code[:line_start].strip() or code[:line_start].endswith("\n\n"):
            rest = code[line_end:]  # one of two empty lines would be left over
            line_end += 1 if rest.startswith("\n") else 0
        return line_start, line_end
    return line_start + len(code[line_start : part.start].rstrip()), part.end


def _comment_edit(code: str, comment: Comment) -> tuple[int, int, str]:
    """The edit that puts the Portuguese of a comment in its place."""
    assert comment.translation is not None
    lines = [part.text for part in comment.translation.parts]
    first, last = comment.parts[0], comment.parts[-1]
    if not first.alone:
        return first.start, last.end, "# " + " ".join(lines)
    newline = "\n" + _indent(code, first.start)
    return first.start, last.end, newline.join(f"# {line}".rstrip() for line in lines)


def _string_edit(code: str, string: String) -> tuple[int, int, str]:
    """The edit that puts the translation of a string in its place, indented as the string is."""
    start, end = span(code, string.node)
    text = string.translation or ""
    column = start - code.rfind("\n", 0, start) - 1
    bracketed = "\n" in code[start:end] and not code[start:end].endswith('"""')
    between = "\n" + " " * column if bracketed else " "
    inside = "\n" + _indent(code, start)
    tokens = tokenize.generate_tokens(io.StringIO(f"(\n{text}\n)").readline)
    breaks = {token.start[0] - 1 for token in tokens if token.type == tokenize.NL}
    lines = text.split("\n")
    made = lines[0]
    for number, line in enumerate(lines[1:], 1):
        if number in breaks:
            made = made.rstrip() + between + line.strip()
        else:
            made += (inside if line else "\n") + line
    return start, end, made


def _indent(code: str, offset: int) -> str:
    line = code[code.rfind("\n", 0, offset) + 1 : offset]
    return line[: len(line) - len(line.lstrip())]


def _apply(code: str, edits: list[tuple[int, int, str]]) -> str:
    """`code` with each text in place of what is at its offsets."""
    made, position = [], 0
    for start, end, text in sorted(edits):
        if start >= position:  # a comment between the lines of a string goes with the string
            made += [code[position:start], text]
            position = end
    return "".join([*made, code[position:]])
