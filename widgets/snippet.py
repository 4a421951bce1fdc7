"""Colors a few lines of Python in the theme's code colors."""

from __future__ import annotations

import keyword
import re

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from widgets import theme

_WORDS = "|".join([*keyword.kwlist])
_RULES = (
    ("code_keyword", re.compile(rf"\b(?:{_WORDS})\b")),
    ("code_number", re.compile(r"\b\d+(?:\.\d+)?(?:e-?\d+)?\b")),
    ("code_function", re.compile(r"\b[A-Za-z_]\w*(?=\()")),
    ("code_text", re.compile(r"\"[^\"]*\"|'[^']*'")),
    ("text3", re.compile(r"#.*$")),
)


class Highlighter(QSyntaxHighlighter):
    """Keywords, numbers, calls, strings, comments; later rules win."""

    def __init__(self, document: QTextDocument):
        super().__init__(document)

    def highlightBlock(self, line: str) -> None:
        for role, pattern in _RULES:
            look = QTextCharFormat()
            look.setForeground(theme.color(role))
            for match in pattern.finditer(line):
                self.setFormat(match.start(), match.end() - match.start(), look)
