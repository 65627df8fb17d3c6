"""Values as text of a scenario file, on one line, so that they read back as they are wherever they stand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from sim.scenario.document import parse_value
from sim.scenario.problems import ScenarioError

_PLAIN_LENGTH = 1_000
"""characters beyond which text is quoted without a try"""
_AS_VALUE: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("{{k: {}}}", lambda value: {"k": value}),
    ("[{}, 0]", lambda value: [value, 0]),
    ("k: {}", lambda value: {"k": value}),
    ("- {}", lambda value: [value]),
)
"""where a value may come to stand, and what is read there then"""
_AS_KEY: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("{{{}: 0}}", lambda name: {name: 0}),
    ("{}: 0", lambda name: {name: 0}),
)


def spelt(value: Any, like: str = "") -> str:
    """The text of a value: scalars without quotes if they may do without, mappings and lists in brackets.

    `like` is the text that it replaces, whose quotation marks are kept.
    """
    match value:
        case dict():
            return "{" + ", ".join(f"{key(name)}: {spelt(item)}" for name, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(spelt, value)) + "]"
        case str():
            return _text(value, like[:1])
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case float():
            return _number(value)
        case _:
            return str(value)


def key(name: str) -> str:
    """The text of a key."""
    return name if _reads_back(name, _AS_KEY) else _quoted(name)


def same(one: Any, other: Any, ordered: bool = True) -> bool:
    """Whether two values of a file are the same, kinds too: 1 is neither true nor 1.0.

    Where they are `ordered`, so are the keys of their mappings.
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        keys = list(one) == list(other) if ordered else one.keys() == other.keys()
        return keys and all(same(item, other[name], ordered) for name, item in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(same(*items, ordered) for items in zip(one, other, strict=True))
    return bool(one == other) or one != one


def _number(value: float) -> str:
    if value != value:
        return ".nan"
    if abs(value) == float("inf"):
        return ".inf" if value > 0 else "-.inf"
    return repr(value)


def _text(value: str, quote: str) -> str:
    if quote == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if quote != '"' and _reads_back(value, _AS_VALUE):
        return value
    return _quoted(value)


def _quoted(value: str) -> str:
    letters = (letter if letter.isprintable() else _escaped(letter) for letter in value)
    return '"' + "".join({'"': '\\"', "\\": "\\\\"}.get(letter, letter) for letter in letters) + '"'


def _escaped(letter: str) -> str:
    """A letter that does not print, as JSON escapes it, which YAML reads too."""
    return f"\\U{ord(letter):08x}" if ord(letter) > 0xFFFF else json.dumps(letter)[1:-1]


def _reads_back(text: str, surroundings: Iterable[tuple[str, Callable[[Any], Any]]]) -> bool:
    """Whether text without quotes is read as that text."""
    if not text or len(text) > _PLAIN_LENGTH or not text.isprintable():
        return False
    for around, expected in surroundings:
        try:
            read = parse_value(around.format(text), "")
        except ScenarioError:
            return False
        if read.problems or not same(read.data, expected(text)):
            return False
    return True
