"""The defaults of `supply:` that Parley ships, and which of them a scenario gets, leaf by leaf.

A file has what it writes. Materials come where it writes them or a control or a support names them; projects where
they were known on as_of and serve a material that is there. What it takes out with null stays out, with all that hangs
on it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from sim import days
from sim.scenario import document
from sim.scenario.document import Document, Path
from sim.scenario.parts import listed
from sim.scenario.shapes import SHAPES

FILE = FilePath(__file__).with_name("supply.yaml")
SECTION = "supply"
NAMED = ("regions", "sectors", "materials", "projects")
"""Mappings of names of which one may be taken out with null."""
_FROM = ("source", "known")


class Origin(NamedTuple):
    """What the shipped file says of where a value comes from; `known` is YYYY-MM-DD."""

    source: str | None = None
    known: str | None = None


@dataclass(frozen=True)
class Shipped:
    """The shipped file without its sources, and those by the path of each leaf."""

    document: Document
    section: dict[str, Any]
    origins: dict[Path, Origin]


class Laying(NamedTuple):
    """A section with defaults, and the paths of those that have been laid, each mapping before what it holds."""

    section: dict[str, Any]
    paths: list[Path]


@cache
def shipped() -> Shipped:
    """The shipped defaults with the place and the origin of each."""
    read = document.read(FILE)
    origins: dict[Path, Origin] = {}
    return Shipped(read, _without_sources(read.data[SECTION], (SECTION,), Origin(), origins), origins)


def is_shipped(file: str) -> bool:
    """Whether a file is that of the shipped defaults."""
    return file == str(FILE)


def stays_out(path: Path) -> bool:
    """Whether a path is one of the names that, once taken out, no default brings back."""
    return len(path) == len((SECTION, "kind", "name")) and path[0] == SECTION and path[1] in NAMED


def has(path: Path) -> bool:
    """Whether a path is that of a region, sector, material or project with defaults."""
    return stays_out(path) and path[2] in shipped().section[str(path[1])]


def at(path: Path) -> Any:
    """The shipped value at a path, as it is written; None where there is none."""
    node: Any = shipped().section if path[:1] == (SECTION,) else None
    for key in path[1:]:
        node = node.get(key) if isinstance(node, dict) else None
    return node


def materials() -> Collection[str]:
    """Names of the materials that have defaults."""
    names: dict[str, Any] = shipped().section["materials"]
    return names


def known_later(as_of: int | None) -> list[str]:
    """Names of the shipped projects that were not known on a day; none without one."""
    if as_of is None:
        return []
    origins = shipped().origins
    known = {name: origins[SECTION, "projects", name, "title"].known for name in shipped().section["projects"]}
    return [name for name, day in known.items() if days.day(str(day)) > as_of]


def laid(data: Mapping[str, Any], places: Mapping[Path, Any], lost: Collection[Path], as_of: int | None) -> Laying:
    """The section of a scenario's data, a mapping, with the defaults that it lacks.

    Without those that were laid before (their places are in the shipped file) and no longer belong there. The section
    is the same object where nothing changes.
    """
    section = data[SECTION]
    out = {name for kind in ("regions", "sectors") for name in _taken_out(section, kind)}
    serving = _named_materials(data, places)
    here = section["projects"] if isinstance(section.get("projects"), dict) else {}
    own = {name for name in here if not _was_laid(places, (SECTION, "projects", name))}
    later = set(known_later(as_of)) - own

    def wanted(path: Path, node: Any) -> bool:
        if not out.isdisjoint(path[2:]):
            return False
        if len(path) == len((SECTION, "materials", "name")) and path[1] == "materials":
            return path[-1] in serving
        if len(path) == len((SECTION, "projects", "name")) and path[1] == "projects":
            serves = not serving.isdisjoint(listed(node["material"]))
            return path[-1] not in later and node["region"] not in out and serves
        return True

    merging = _Merging(wanted, places, lost)
    return Laying(merging.merged(section, shipped().section, (SECTION,)), merging.paths)


def _was_laid(places: Mapping[Path, Any], path: Path) -> bool:
    place = places.get(path)
    return place is not None and is_shipped(place.value.file)


class _Merging:
    """Puts shipped values under those of a file."""

    def __init__(self, wanted: Callable[[Path, Any], bool], places: Mapping[Path, Any], lost: Collection[Path]) -> None:
        self.wanted = wanted
        self.places = places
        self.lost = lost
        self.paths: list[Path] = []
        """paths of what has been put, each mapping before what it holds"""

    def merged(self, own: dict[str, Any], node: dict[str, Any], path: Path) -> dict[str, Any]:
        """A mapping with what it lacks of the shipped one: the same object where that is nothing."""
        found: dict[str, Any] = {}
        changed = False
        for key, part in node.items():
            at = (*path, key)
            held = own.get(key)
            if held is None and not (key in own and stays_out(at)):
                if at not in self.lost and self.wanted(at, part):
                    found[key] = self._whole(part, at)
                    changed = True
            elif not self.wanted(at, part):
                if _was_laid(self.places, at):
                    changed = True
                else:
                    found[key] = held
            elif isinstance(held, dict) and not is_leaf(part):
                found[key] = self.merged(held, part, at)
                changed = changed or found[key] is not held
            else:
                found[key] = held
        return {**found, **{key: held for key, held in own.items() if key not in node}} if changed else own

    def _whole(self, part: Any, path: Path) -> Any:
        """A shipped value, but for what is not wanted of it."""
        self.paths.append(path)
        if not isinstance(part, dict) or is_leaf(part):
            return part
        inner = {key: (held, (*path, key)) for key, held in part.items()}
        return {key: self._whole(held, at) for key, (held, at) in inner.items() if self.wanted(at, held)}


def is_leaf(part: Any) -> bool:
    """Whether a shipped value is one value rather than a mapping of values."""
    return not isinstance(part, dict) or not SHAPES.keys().isdisjoint(part)


def _taken_out(section: Mapping[str, Any], kind: str) -> Iterator[str]:
    held = section.get(kind)
    if isinstance(held, dict):
        yield from (name for name, part in held.items() if part is None)


def _named_materials(data: Mapping[str, Any], places: Mapping[Path, Any]) -> set[str]:
    """Materials that the file writes, or that a control or a support names, and that are not taken out."""
    held = data[SECTION].get("materials")
    here = held if isinstance(held, dict) else {}
    written = {name for name in here if not _was_laid(places, (SECTION, "materials", name))}
    instruments = data.get("instruments")
    for part in instruments.values() if isinstance(instruments, dict) else ():
        for key in ("restricts", "supports") if isinstance(part, dict) else ():
            listed = part.get(key)
            for one in listed if isinstance(listed, list) else ():
                if isinstance(one, dict) and isinstance(one.get("material"), str):
                    written.add(one["material"])
    return written - set(_taken_out(data[SECTION], "materials"))


def _without_sources(part: Any, path: Path, outer: Origin, origins: dict[Path, Origin]) -> Any:
    own = Origin(part.get("source", outer.source), part.get("known", outer.known)) if isinstance(part, dict) else outer
    if is_leaf(part):
        origins[path] = own
    if not isinstance(part, dict):
        return part
    held = {key: inner for key, inner in part.items() if key not in _FROM}
    if is_leaf(part):
        return held
    return {key: _without_sources(inner, (*path, key), own, origins) for key, inner in held.items()}
