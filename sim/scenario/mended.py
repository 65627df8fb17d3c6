"""A scenario with mistakes made good for the sake of further checks, so that none hides the others.

What is malformed is taken out, or a stand-in put in its place. What is then found only because of that follows from a
mistake that has been told already, and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from sim.scenario import supply_defaults
from sim.scenario.document import Path
from sim.scenario.findings import Finding
from sim.scenario.moves import VERBS
from sim.scenario.names import ECONOMY, SUPPLY, SUPPLY_OF_MATERIALS, SUPPLY_OF_SECTORS
from sim.scenario.overlay import Tree
from sim.scenario.problems import closest
from sim.scenario.provenance import ASSUMPTION
from sim.scenario.schema import keys_at, takes_names

_NEVER = "9999-12-31"
_EVER = "0001-01-01"
_STAND_INS: dict[Path, Any] = {
    ("schema",): 1,
    ("as_of",): _NEVER,
    ("start",): _EVER,
    ("horizon",): _NEVER,
    ("actors",): {"somebody": {"name": "Somebody"}},
}
"""What stands at the top in place of what a scenario cannot do without; no fact of a file is later than these dates."""
_TEXTS = {"title": "…", "name": "…", "source": f"{ASSUMPTION} …"}
_NO_TEXT = ("missing", "string_type", "string_too_long")
"""pydantic's errors of text"""
_LISTED = ("parties", "members", "instruments", "regions")
"""keys of a part on which it rests what may be said of others"""
_UNTOLD = ("goods", "outcomes", "indicators", "published", "what_ifs")
"""sections to whose names, as they stand, nothing refers"""
_WORDS = {
    "policy": ("preset",),
    "goods": ("stack",),
    "economy": tuple(ECONOMY),
    "supply": tuple(SUPPLY),
    "regions": (*ECONOMY, *SUPPLY),
    "sectors": SUPPLY_OF_SECTORS,
    "materials": SUPPLY_OF_MATERIALS,
}
"""key → words that it has in expressions, where they are others"""


@dataclass(frozen=True)
class Mended:
    """A tree without what is malformed in it, and the paths of that."""

    tree: Tree
    taken: frozenset[Path]

    def without(self, errors: Iterable[ErrorDetails]) -> Mended:
        """The same without what pydantic finds malformed."""
        malformed = {place_of(self.tree, details): details for details in errors}
        tree, malformed = _read_as_meant(self.tree, malformed)
        stand_ins = {path: _stand_in(path, details) for path, details in malformed.items()}
        out = {
            path[:-1] if details["type"] == "missing" else path
            for path, details in malformed.items()
            if stand_ins[path] is None
        }
        for path, stand_in in stand_ins.items():
            if stand_in is not None:
                tree = tree.having(path, stand_in)
        for path in sorted(out, key=_from_the_end, reverse=True):
            if not any(path[:length] in out for length in range(len(path))):
                tree = tree.without(path)
        return Mended(tree, self.taken | out | (stand_ins.keys() & _STAND_INS.keys()))

    def made(self, details: ErrorDetails) -> bool:
        """Whether pydantic's error comes from what has been taken out."""
        path = place_of(self.tree, details)
        return any(taken[: len(path)] == path for taken in self.taken)

    def follows(self, finding: Finding) -> bool:
        """Whether something is found only because of what has been taken out."""
        return any(self._follows(finding, path) for path in self.taken)

    def _follows(self, finding: Finding, taken: Path) -> bool:
        if taken in _STAND_INS and str(_STAND_INS[taken]) in finding.message:
            return True
        part = self._part(taken)
        if finding.unknown is not None:
            words = finding.unknown.split(".")
            names = taken[0] not in _UNTOLD and takes_names(self.tree.data, taken)
            return not _last_words(taken).isdisjoint(words) or (names and (not part or part[-1] in words))
        if not part or finding.alone:
            return False
        shared = len(taken) == len(part) or taken[len(part)] in _LISTED
        named = re.search(rf"\b{re.escape(str(part[-1]))}\b", finding.message)
        return finding.path[: len(part)] == part or (shared and named is not None)

    def _part(self, path: Path) -> Path:
        """The innermost part with a name of its own in which a path leads."""
        named = (length for length in range(len(path)) if takes_names(self.tree.data, path[:length]))
        return path[: max(named, default=-1) + 1]


def _stand_in(path: Path, details: ErrorDetails) -> Any:
    """What may stand in place of something malformed or missing; None where nothing may."""
    told = _TEXTS.get(str(path[-1])) if details["type"] in _NO_TEXT else None
    return _STAND_INS.get(path) or supply_defaults.at(path) or told


def _read_as_meant(tree: Tree, malformed: dict[Path, ErrorDetails]) -> tuple[Tree, dict[Path, ErrorDetails]]:
    """The tree with the keys that are meant in place of misspelt ones, and what else is malformed."""
    rest = dict(malformed)
    for path, details in malformed.items():
        if (key := _meant(tree, path, details)) is not None:
            tree = tree.renamed(path, key)
            del rest[path]
            rest.pop((*path[:-1], key), None)
    return tree, rest


def _meant(tree: Tree, path: Path, details: ErrorDetails) -> str | None:
    """The key that an unknown one stands for, unless that is there too."""
    if details["type"] != "extra_forbidden":
        return None
    near = closest(str(path[-1]), keys_at(tree.data, path[:-1]))
    return near if near not in tree.at(path[:-1]) else None


def _last_words(path: Path) -> set[str]:
    """The last key of a path, as the parts of names in expressions."""
    word = next(key for key in reversed(path) if isinstance(key, str))
    return set(_WORDS.get(word, (word,)))


def _from_the_end(path: Path) -> list[tuple[bool, str | int]]:
    """Sorts places of a list by their numbers."""
    return [(isinstance(key, int), key) for key in path]


def place_of(tree: Tree, details: ErrorDetails) -> Path:
    """The path in the file of what pydantic finds malformed, or missing."""
    location = location_of(details)
    path = tree.written(location)
    return (*path, location[-1]) if details["type"] == "missing" else path


def location_of(details: ErrorDetails) -> Path:
    """Pydantic's location without what is no key of the file but looks like one: the tags of moves."""
    loc = details["loc"]
    return tuple(
        key
        for before, key in zip(("", *loc), loc, strict=False)
        if key != "[key]" and not (isinstance(before, int) and key in VERBS)
    )
