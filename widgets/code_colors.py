"""Colors for Python source: keywords, functions, numbers, texts and comments, from the theme."""

from __future__ import annotations

import keyword
import re

from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from widgets import theme

_WORDS = "|".join(keyword.kwlist)
_TOKENS = re.compile(
    r"(?P<text>[rRbBfF]{0,2}(?:\"[^\"\\]*(?:\\.[^\"\\]*)*\"|'[^'\\]*(?:\\.[^'\\]*)*'))"
    r"|(?P<comment>#.*$)"
    r"|(?P<number>\b\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?\b)"
    rf"|(?P<keyword>\b(?:{_WORDS})\b)"
    r"|(?P<function>\b[A-Za-z_]\w*(?=\s*\())"
    r"|(?P<kind>(?<=nn\.)[A-Z]\w*)"
)
_ROLES = {
    "text": "code_text", "comment": "text3", "number": "code_number", "keyword": "code_keyword",
    "function": "code_function", "kind": "code_function",
}  # fmt: skip
_TRIPLE = '"""'
_PLAIN, _IN_TEXT = 0, 1


class CodeColors(QSyntaxHighlighter):
    """Colors one document; `recolor` after a change of look."""

    def __init__(self, document: QTextDocument):
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        self._load()

    def _load(self) -> None:
        for token, role in _ROLES.items():
            made = QTextCharFormat()
            made.setForeground(theme.color(role))
            self._formats[token] = made

    def recolor(self) -> None:
        """Take the colors of the look again."""
        self._load()
        self.rehighlight()

    def highlightBlock(self, line: str) -> None:
        at = 0
        self.setCurrentBlockState(_PLAIN)
        if self.previousBlockState() == _IN_TEXT:
            at = self._text_from(line, 0, 0)
        while 0 <= at < len(line):
            opening = line.find(_TRIPLE, at)
            end = len(line) if opening < 0 else opening
            self._tokens(line, at, end)
            if opening < 0:
                return
            at = self._text_from(line, opening, opening + len(_TRIPLE))

    def _text_from(self, line: str, start: int, search: int) -> int:
        """Color a long text from `start`; returns where it ends, -1 where it goes on."""
        closing = line.find(_TRIPLE, search)
        if closing < 0:
            self.setFormat(start, len(line) - start, self._formats["text"])
            self.setCurrentBlockState(_IN_TEXT)
            return -1
        end = closing + len(_TRIPLE)
        self.setFormat(start, end - start, self._formats["text"])
        return end

    def _tokens(self, line: str, start: int, end: int) -> None:
        for token in _TOKENS.finditer(line, start, end):
            assert token.lastgroup is not None
            self.setFormat(token.start(), token.end() - token.start(), self._formats[token.lastgroup])
