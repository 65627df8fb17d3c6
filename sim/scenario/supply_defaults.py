"""The defaults of `supply:` that Parley ships, and which of them a scenario gets, leaf by leaf.

A file has what it writes. Materials come where it writes them or a control or a support names them; projects where
they were known on as_of and serve a material that is there. What it takes out with null stays out, with all that hangs
on it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
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


@dataclass
class Laying:
    """A section with the defaults that it lacks, and the paths of these: mappings of them first, then leaves."""

    section: dict[str, Any] = field(default_factory=dict)
    paths: list[Path] = field(default_factory=list)


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
    return stays_out(path) and path[2] in shipped().section[path[1]]


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


def laid(data: Mapping[str, Any], lost: Collection[Path], as_of: int | None) -> Laying:
    """The section of a scenario's data, a mapping, with the defaults that it lacks."""
    section = data[SECTION]
    out = {name for kind in ("regions", "sectors") for name in _taken_out(section, kind)}
    serving = _named_materials(data)
    later = set(known_later(as_of))

    def wanted(path: Path, node: Any) -> bool:
        if not out.isdisjoint(path[2:]):
            return False
        if len(path) != len((SECTION, "materials", "name")):
            return True
        if path[1] == "materials":
            return path[-1] in serving
        if path[1] == "projects":
            return (
                path[-1] not in later and node["region"] not in out and not serving.isdisjoint(listed(node["material"]))
            )
        return True

    laying = Laying()
    laying.section = _merged(section, shipped().section, (SECTION,), lost, wanted, laying.paths)
    return laying


def _merged(own: Any, node: dict[str, Any], path: Path, lost: Collection[Path], wanted: Any, paths: list[Path]) -> Any:
    """A mapping with what it lacks of the shipped one: the same object where it lacks nothing."""
    found: dict[str, Any] = {}
    laid = False
    for key, part in node.items():
        at = (*path, key)
        held = own.get(key)
        if held is None:
            if key in own and stays_out(at):
                found[key] = None
            elif at not in lost and wanted(at, part):
                found[key] = _all(part, at, wanted, paths)
                laid = True
        elif isinstance(held, dict) and isinstance(part, dict) and not is_leaf(part) and wanted(at, part):
            found[key] = _merged(held, part, at, lost, wanted, paths)
            laid = laid or found[key] is not held
        elif key in own:
            found[key] = held
    return {**found, **{key: held for key, held in own.items() if key not in found}} if laid else own


def _all(part: Any, path: Path, wanted: Any, paths: list[Path]) -> Any:
    """A shipped value in whole, but for what is not wanted of it."""
    paths.append(path)
    if not isinstance(part, dict) or is_leaf(part):
        return part
    return {key: _all(inner, (*path, key), wanted, paths) for key, inner in part.items() if wanted((*path, key), inner)}


def is_leaf(part: Any) -> bool:
    """Whether a shipped value is one value rather than a mapping of values."""
    return not isinstance(part, dict) or not SHAPES.keys().isdisjoint(part)


def _taken_out(section: Mapping[str, Any], kind: str) -> Iterator[str]:
    held = section.get(kind)
    if isinstance(held, dict):
        yield from (name for name, part in held.items() if part is None)


def _named_materials(data: Mapping[str, Any]) -> set[str]:
    """Materials that the file writes, or that a control or a support names, and that are not taken out."""
    held = data[SECTION].get("materials")
    written = set(held) if isinstance(held, dict) else set()
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
