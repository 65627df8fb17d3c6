"""What is wrong between the parts of a scenario, before the places of its file are looked up."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from sim.scenario.document import Path
from sim.scenario.problems import closest


class Finding(NamedTuple):
    """Something wrong, at a path of the file."""

    path: Path
    message: str
    suggestion: str | None = None
    warning: bool = False
    unknown: str | None = None
    """the name, if what is wrong is that nothing has it"""
    alone: bool = False
    """whether it says something of its own place, whatever else is there"""


def known(path: Path, name: str, allowed: Collection[str], what: str) -> Iterator[Finding]:
    """A finding where a name is none of the allowed ones, which are `what`."""
    if name not in allowed:
        listed = ", ".join(sorted(allowed)) or "none are declared"
        yield Finding(path, f"found {name!r}; {what}: {listed}", closest(name, list(allowed)), unknown=name)


def each(path: Path, names: Sequence[str], allowed: Collection[str], what: str) -> Iterator[Finding]:
    """The same for every name of a list, which names nothing twice."""
    for place, name in enumerate(names):
        yield from known((*path, place), name, allowed, what)
        if name in names[:place]:
            yield Finding((*path, place), f"{name!r} stands here a second time")
