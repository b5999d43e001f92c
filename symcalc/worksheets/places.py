"""The line of a TOML text on which each key stands, for messages: tomllib reads values and forgets where they stood."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_TOKEN = re.compile(r'''\#[^\n]* | """(?:\\.|[^\\])*?"{3,5} | \'\'\'.*?'{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*'
                        | \n | [\[\]{},=.] | [^\s\[\]{},=."'\#]+''', re.DOTALL | re.VERBOSE)


def key_lines(text: str) -> dict[Path, int]:
    """The line of each key of a text that tomllib has read, by its path: ("sections", 0, "title").

    >>> key_lines('title = "a"\\n[[sections]]\\nitems = [\\n  {kind = "b"},\\n]\\n')[("sections", 0, "items", 0, "kind")]
    4
    """
    return _Places(text).lines


class _Places:
    """One walk through the text; its tokens are known to be well placed."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._tables: dict[Path, int] = {}                # how many [[...]] of this path there were
        self._tokens = [match for match in _TOKEN.finditer(text) if not match[0].startswith("#")]
        self._text, self._k, self._line, self._counted = text, 0, 1, 0
        prefix: Path = ()
        while self._k < len(self._tokens):
            if self._token() == "\n":
                self._k += 1
            elif self._token() == "[":
                prefix = self._header()
            else:
                self._pair(prefix)

    def _token(self) -> str:
        return self._tokens[self._k][0] if self._k < len(self._tokens) else ""

    def _here(self) -> int:
        """The line of the token; counted on from the last one that was asked for."""
        start = self._tokens[self._k].start()
        self._line += self._text.count("\n", self._counted, start)
        self._counted = start
        return self._line

    def _names(self, end: str) -> list[str]:
        names = []
        while self._token() not in (end, ""):
            if self._token() != ".":
                names.append(self._token().strip("\"'"))
            self._k += 1
        self._k += 1
        return names

    def _header(self) -> Path:
        line, twice = self._here(), self._text.startswith("[[", self._tokens[self._k].start())
        self._k += 1 + twice
        path: Path = ()
        names = self._names("]")
        for k, name in enumerate(names, 1):
            path += (name,)
            if k == len(names) and twice:
                self._tables[path] = self._tables.get(path, 0) + 1
            if path in self._tables:
                path += (self._tables[path] - 1,)
            self.lines.setdefault(path, line)
        self._k += twice
        return path

    def _pair(self, prefix: Path) -> None:
        line = self._here()
        path = (*prefix, *self._names("="))
        self.lines[path] = line
        self._value(path)

    def _value(self, path: Path) -> None:
        opened = self._token()
        if opened not in ("[", "{"):
            while self._token() not in (",", "]", "}", "\n", ""):
                self._k += 1
            return
        self._k += 1
        count = 0
        while (token := self._token()) not in ("]", "}", ""):
            if token in (",", "\n"):
                self._k += 1
                count += token == ","
            elif opened == "[":
                self.lines[(*path, count)] = self._here()
                self._value((*path, count))
            else:
                self._pair(path)
        self._k += 1
