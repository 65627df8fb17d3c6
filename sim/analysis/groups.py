"""Names for groups of goods that pay the same: from the tranches that a group holds to a few words for a reader."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from sim.instruments.tranches import sectors, short_words
from sim.scenario.model import Scenario

Cell = tuple[str, str]
"""(sector, tranche)"""
Words = Mapping[str, tuple[str, str]]
"""Tranche → (list of tariffs that it is on, kind of goods); either may be empty"""
_Part = TypeVar("_Part", bound=Hashable)
_Key = TypeVar("_Key", bound=Hashable)
MOST = 2
"""So many kinds or lists are named; of more only the largest."""


def words_of(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """Short words for every tranche of the scenario's trade data; its own tranches go by their names."""
    found = {tranche: words for name in scenario.trade.data for tranche, words in short_words(name).items()}
    return found | {name: ("", name.replace("_", " ")) for name in scenario.trade.tranches}


def named(group: Sequence[Cell], held: Collection[Cell], words: Words) -> str:
    """What a group of cells is called among all the cells of its pair; `group` begins with its largest trade.

    By kind of goods alone, or by list alone, where the group holds all there is of them; else by both; with its
    sectors where it holds only some of those of its tranches.
    """
    if set(group) == set(held):
        return "All goods"
    inside = list(dict.fromkeys(sector for sector, _ in group))
    if _all_of(group, held, lambda cell: cell[0]) and (len(inside) == 1 or len({cell[1] for cell in held}) == 1):
        return _joined([sector_title(sector) for sector in inside])
    tranches = list(dict.fromkeys(tranche for _, tranche in group))
    title = _of_tranches(tranches, list(dict.fromkeys(tranche for _, tranche in held)), words)
    if {cell for cell in held if cell[1] in tranches} == set(group):
        return title[:1].upper() + title[1:]
    if len(inside) == 1:
        return f"{sector_title(inside[0])}: {title}"
    return f"{title[:1].upper()}{title[1:]} (some sectors)"


def sector_title(sector: str) -> str:
    """A sector in two or three words; one of the scenario's own goes by its code."""
    return sectors(short=True).get(sector, sector)


def _of_tranches(tranches: list[str], held: list[str], words: Words) -> str:
    """By kind alone where the group holds all of its kinds, by list alone likewise; else by both."""

    def both(tranche: str) -> tuple[str, str]:
        return words.get(tranche, ("", tranche.replace("_", " ")))

    lists, kinds = (list(dict.fromkeys(both(tranche)[place] for tranche in tranches)) for place in (0, 1))
    if _all_of(tranches, held, lambda tranche: both(tranche)[1]):
        return _joined(kinds)
    if _all_of(tranches, held, lambda tranche: both(tranche)[0]):
        return _joined(lists)
    product = {tranche for tranche in held if both(tranche)[0] in lists and both(tranche)[1] in kinds}
    if product == set(tranches):
        return f"{_joined(lists)}: {_joined(kinds)}"
    if all(tranche in tranches for tranche in held if both(tranche)[1] == kinds[0]):
        return f"{kinds[0]} and {len(kinds) - 1} more"
    more = len(tranches) - 1
    return ": ".join(part for part in both(tranches[0]) if part) + (f" and {more} more" if more else "")


def _all_of(group: Iterable[_Part], held: Iterable[_Part], key: Callable[[_Part], _Key]) -> list[_Key]:
    """The keys in the group, in its order, if it holds everything that has one of them; else none."""
    members = list(group)
    keys = dict.fromkeys(key(one) for one in members)
    return list(keys) if {one for one in held if key(one) in keys} == set(members) else []


def _joined(parts: Sequence[str]) -> str:
    """One or two in full; of more the first, and how many more."""
    return "; ".join(parts) if len(parts) <= MOST else f"{parts[0]} and {len(parts) - 1} more"
