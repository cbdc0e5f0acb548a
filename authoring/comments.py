"""The comments of a lesson's code: English ones, and the Portuguese after `# pt:`."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

MARK = re.compile(r"\s*#\s*pt:[ \t]?")
LITERAL = re.compile(r"[rRfFuUbB]{0,2}[\"']")
PRAGMA = re.compile(r"#\s*(noqa|fmt|type|ruff|isort)\b")
SOLUTION = re.compile(r"#\s*(BEGIN|END)\s*SOLUTION", re.IGNORECASE)


@dataclass
class Part:
    """A part of a comment: what stands before the first `# pt:`, or after one."""

    line: int
    start: int  # offsets in the code
    end: int
    text: str
    portuguese: bool
    alone: bool  # on a line of its own


@dataclass
class Comment:
    """Parts that belong together: lines that follow each other, all of one language."""

    parts: list[Part]
    translation: Comment | None = None

    @property
    def line(self) -> int:
        return self.parts[0].line

    @property
    def portuguese(self) -> bool:
        return self.parts[0].portuguese

    @property
    def of_strings(self) -> bool:
        """Whether it translates strings, not a comment."""
        return self.portuguese and bool(LITERAL.match(self.parts[0].text))

    @property
    def pragma(self) -> bool:
        """Whether it speaks to tools, such as `# noqa`."""
        return bool(PRAGMA.match(self.parts[0].text))

    @property
    def has_words(self) -> bool:
        """Whether it says something; solution marks, pragmas and calls do not."""
        text = "\n".join(re.sub(r"^#+\s?", "", part.text) for part in self.parts)
        if SOLUTION.search(self.parts[0].text) or self.pragma:
            return False
        return bool(re.search(r"[^\W\d_]{2}", text)) and not _is_code(text)

    def continued_by(self, part: Part) -> bool:
        """Whether `part`, the next one in the code, belongs to this comment."""
        last = self.parts[-1]
        follows = part.alone and part.line == last.line + 1
        if not follows or part.portuguese != self.portuguese:
            return False
        if not self.portuguese:
            marks = SOLUTION.search(last.text) or SOLUTION.search(part.text)
            return last.alone and not marks and not PRAGMA.match(part.text)
        return last.alone or self.of_strings or not LITERAL.match(part.text)


def _is_code(text: str) -> bool:
    """Whether a comment is a call or an assignment that a reader may activate."""
    try:
        lines = ast.parse(text).body
    except SyntaxError:
        return False
    return all(
        isinstance(line, ast.Assign)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Call))
        for line in lines
    )


def find_comments(code: str) -> list[Comment]:
    """The comments of `code`, in order."""
    comments: list[Comment] = []
    for part in _parts(code):
        if comments and comments[-1].continued_by(part):
            comments[-1].parts.append(part)
        else:
            comments.append(Comment([part]))
    return comments


def _parts(code: str) -> Iterator[Part]:
    lines = code.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            line, column = token.start
            start = sum(map(len, lines[: line - 1])) + column
            alone = not lines[line - 1][:column].strip()
            marks = list(MARK.finditer(token.string))
            ends = [*(mark.start() for mark in marks), len(token.string)]
            if ends[0]:
                yield Part(line, start, start + ends[0], token.string[: ends[0]], False, alone)
            for mark, end in zip(marks, ends[1:], strict=True):
                text = token.string[mark.end() : end].rstrip()
                first = alone and mark.start() == 0
                yield Part(line, start + mark.start(), start + end, text, True, first)
