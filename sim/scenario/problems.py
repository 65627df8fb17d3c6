"""What is wrong with a scenario file, and where."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple

LONGEST_WORD = 80
"""characters beyond which no word is compared: it is not a misspelling"""


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
        return f"{self.mark}: {'warning: ' if self.warning else ''}{path}{self.message}{hint}"


class ScenarioError(Exception):
    """A scenario cannot be used. `problems` holds every mistake found; as text, one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


def closest(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed word that is most like the given one, whatever its case; None when none is near."""
    if len(word) > LONGEST_WORD:
        return None
    by_lower = {name.lower(): name for name in allowed}
    near = get_close_matches(word.lower(), by_lower, n=1)
    return by_lower[near[0]] if near else None
