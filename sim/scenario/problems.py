"""What is wrong with a scenario file, and where."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, NamedTuple

LONGEST_WORD = 80
"""characters beyond which no word is compared: it is not a misspelling"""
MOST_WORDS = 1000
"""words among which every one is compared; of more, only those with the same first letter"""
_LONGEST_SHOWN = 60


class Mark(NamedTuple):
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Problem(NamedTuple):
    """One mistake, or with `warning` one thing to be told of. `path` is dotted, empty for the whole file."""

    mark: Mark
    path: str
    message: str
    suggestion: str | None = None
    warning: bool = False

    def __str__(self) -> str:
        path = f"{self.path}: " if self.path else ""
        hint = f" (did you mean {self.suggestion!r}?)" if self.suggestion else ""
        return printable(f"{self.mark}: {'warning: ' if self.warning else ''}{path}{self.message}{hint}")


class ScenarioError(Exception):
    """A scenario cannot be used. `problems` holds every mistake found; as text, one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


def printable(text: str) -> str:
    """The text on one line: what a terminal would act upon (a line break, an escape) is spelt out."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def describe(value: Any) -> str:
    """What was found, in words for a message."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case dict():
            return "a mapping" if value else "an empty mapping"
        case list():
            return "a list" if value else "an empty list"
        case str() if len(value) > _LONGEST_SHOWN:
            return repr(value[: _LONGEST_SHOWN - 3] + "...")
        case str():
            return repr(value)
        case _:
            return str(value)


def closest(word: str, allowed: Iterable[str]) -> str | None:
    """The other allowed word that is most like the given one, whatever its case; None when none is near."""
    if not 0 < len(word) <= LONGEST_WORD:
        return None
    by_lower = {name.lower(): name for name in allowed if name != word}
    if len(by_lower) > MOST_WORDS:
        by_lower = {lower: name for lower, name in by_lower.items() if lower.startswith(word[0].lower())}
    if len(by_lower) > MOST_WORDS:
        return None
    near = get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[near[0]] if near else None
