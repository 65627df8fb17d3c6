"""Where every number comes from, and what remains of a scenario when that is left out: its content and its hash.

A source on a mapping covers every number in it that has none of its own. An overlay's numbers have the overlay's
source. A source is a citation, the key of one under `sources:`, or a signed assumption: `assumption: why`.
"""

from __future__ import annotations

import json
from ast import unparse
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from typing import Any, NamedTuple

from pydantic import PrivateAttr

from sim import days
from sim.scenario import supply_defaults
from sim.scenario.document import Path, dotted
from sim.scenario.expressions import Expression
from sim.scenario.findings import Finding
from sim.scenario.model import Citation, Scenario
from sim.scenario.overlay import Tree
from sim.scenario.parts import Part
from sim.scenario.problems import Problem, closest, describe
from sim.scenario.scalars import Distribution, Scalar
from sim.scenario.units import Dimension

DEFAULT = "default of Parley"
"""Source of the numbers that a file leaves to Parley."""
ASSUMPTION = "assumption:"
MOST_LISTED = 20
"""defaults that one message lists"""
_GROUPED = 4
"""keys of a path under which defaults are listed as one: `supply.materials.gallium.need`"""
_HOLDERS = (Scalar, Part, dict, list)
"""what is a number or may hold one"""


class Texts(NamedTuple):
    """What a scenario was read from, complete: from it, it can be read again anywhere."""

    files: tuple[tuple[str, str], ...] = ()
    """(name, text) of the scenario's file, then of each file that the one before extends"""
    what_if: str | None = None
    sets: tuple[str, ...] = ()


class _Cover(NamedTuple):
    """What the mappings around a number say of where it comes from."""

    source: str | None = None
    known: int | None = None


class _Thing(NamedTuple):
    """A part or a number of the scenario, with what covers it."""

    path: Path
    value: Part | Scalar
    cover: _Cover
    given: bool
    """stands in the file rather than being a default"""
    own_known: int | None


class Documented(Scenario):
    """A scenario that was read from a file: it knows what stood where, and what was noticed in it."""

    _tree: Tree = PrivateAttr(default_factory=lambda: Tree("", {}, {}))
    _warnings: list[Problem] = PrivateAttr(default_factory=list)
    _texts: Texts = PrivateAttr(default_factory=Texts)

    @property
    def tree(self) -> Tree:
        """The file's data with all overlays, and the places of its values."""
        return self._tree

    @property
    def document_path(self) -> str:
        """The file that was read."""
        return self._tree.file

    @property
    def warnings(self) -> list[Problem]:
        """What was noticed in the file, in its order."""
        return self._warnings

    @property
    def texts(self) -> Texts:
        """The text that was read, with what was laid over it."""
        return self._texts


class Provenance(NamedTuple):
    """Where a number comes from: source as text, day on which it was known, and where the scenario says the number."""

    source: str | None
    known: int | None
    where: str


def collect_scalars(scenario: Scenario) -> dict[str, Scalar]:
    """Every scalar by its dotted path, defaults too, with its source as text and the day on which it was known."""
    found = {}
    for path, scalar, provenance in _scalars(scenario):
        found[path] = replace(scalar, source=provenance.source, known=provenance.known)
    return found


def scalars(scenario: Scenario) -> dict[str, Scalar]:
    """Every scalar by its dotted path as the file has it, which costs less than with its source."""
    return {dotted(thing.path): thing.value for thing in _things(scenario) if isinstance(thing.value, Scalar)}


def provenance(scenario: Scenario) -> dict[str, Provenance]:
    """Where every scalar comes from, by its dotted path."""
    return {path: where for path, _, where in _scalars(scenario)}


def cited(source: str | None, scenario: Scenario) -> str | None:
    """A source as text: the citation that it is the key of, or as it stands."""
    return _cited(_Cover(source), scenario.sources.get(source or ""), "").source


def sources(scenario: Scenario) -> dict[str, str | None]:
    """The source of every scalar as the file has it, its own or that of a mapping around it, by dotted path."""
    return {
        dotted(path): cover.source
        for path, value, cover, given, _ in _things(scenario)
        if isinstance(value, Scalar) and given
    }


def expressions(scenario: Scenario) -> Iterator[tuple[Path, Expression]]:
    """Every expression of a scenario with its path."""

    def walk(value: Any, path: Path) -> Iterator[tuple[Path, Expression]]:
        if isinstance(value, Expression):
            yield path, value
        elif isinstance(value, Part):
            for name, field in type(value).model_fields.items():
                yield from walk(getattr(value, name), (*path, field.alias or name))
        elif isinstance(value, dict | list):
            for key, item in value.items() if isinstance(value, dict) else enumerate(value):
                yield from walk(item, (*path, key))

    yield from walk(scenario, ())


def check(scenario: Scenario) -> Iterator[Finding]:
    """Numbers without a source (warnings), misspelt or empty sources, and whatever was not known yet on as_of."""
    as_of = days.day(scenario.as_of)
    for name, citation in scenario.sources.items():
        if citation.published and citation.published > scenario.as_of:
            yield _too_late(("sources", name, "published"), citation.published, scenario)
        elif citation.published is None:
            yield Finding(("sources", name), "has no date; give published, for as_of to be kept", None, True)
    for name, overrides in scenario.what_ifs.items():
        if isinstance(overrides.get("source"), str):
            yield from _source(overrides["source"], ("what_ifs", name, "source"), scenario)
    late: dict[str, int] = {}
    for path, value, cover, given, own_known in _things(scenario):
        if own_known is not None and own_known > as_of:
            if _is_shipped(path, scenario):
                key = dotted(path[:_GROUPED])
                late[key] = max(own_known, late.get(key, own_known))
            else:
                yield _too_late(_known_at(path, scenario), days.date(own_known), scenario)
        if value.source:
            yield from _source(value.source, (*path, "source"), scenario)
        if isinstance(value, Scalar) and given and not cover.source:
            yield Finding(path, f"has no source; give one, or sign it as '{ASSUMPTION} why'", None, True)
    if late:
        yield _defaults_too_late(late, scenario)


def _is_shipped(path: Path, scenario: Scenario) -> bool:
    """Whether a default of `supply:` stands at the path."""
    tree = scenario.tree if isinstance(scenario, Documented) else None
    return tree is not None and supply_defaults.is_shipped(tree.place(path).value.file)


def _defaults_too_late(late: dict[str, int], scenario: Scenario) -> Finding:
    listed = [f"{path} ({days.date(known)})" for path, known in late.items()]
    more = f" and {len(listed) - MOST_LISTED} more" if len(listed) > MOST_LISTED else ""
    found = f"{', '.join(listed[:MOST_LISTED])}{more}"
    message = f"these defaults of Parley were not known on as_of ({scenario.as_of}): {found}"
    return Finding(
        (supply_defaults.SECTION,), f"{message}; give them, or an as_of from {days.date(max(late.values()))}"
    )


def _known_at(path: Path, scenario: Scenario) -> Path:
    """Where a mapping says when it was known: under either of the two keys."""
    tree = scenario.tree if isinstance(scenario, Documented) else None
    published = tree is not None and tree.written((*path, "published"))[-1:] == ("published",)
    return (*path, "published" if published else "known")


def _source(source: str, path: Path, scenario: Scenario) -> Iterator[Finding]:
    if source.startswith(ASSUMPTION):
        if not source.removeprefix(ASSUMPTION).strip():
            yield Finding(path, f"an assumption says why: '{ASSUMPTION} why'", None, True)
    elif source not in scenario.sources:
        message = f"found {describe(source)}; name a key of sources, or write '{ASSUMPTION} why'"
        near = closest(source, scenario.sources)
        yield Finding(path, message, near, warning=near is None, unknown=source)


def _too_late(path: Path, when: date, scenario: Scenario) -> Finding:
    message = f"found {when}, later than as_of ({scenario.as_of}); what was not known yet cannot be used"
    return Finding(path, message, alone=True)


def _scalars(scenario: Scenario) -> Iterator[tuple[str, Scalar, Provenance]]:
    for path, value, cover, given, _ in _things(scenario):
        if isinstance(value, Scalar):
            citation = scenario.sources.get(cover.source or "")
            if not given:
                yield dotted(path), value, Provenance(DEFAULT, None, DEFAULT)
            else:
                where = str(scenario.tree.place(path).value) if isinstance(scenario, Documented) else dotted(path)
                yield dotted(path), value, _cited(cover, citation, where)


def _cited(cover: _Cover, citation: Citation | None, where: str) -> Provenance:
    if citation is None:
        return Provenance(cover.source or None, cover.known, where)
    published = citation.published
    parts = [citation.title, str(published) if published else None, citation.url]
    text = ", ".join(part for part in parts if part) + (f" [{citation.tag}]" if citation.tag else "")
    known = days.day(published) if cover.known is None and published else cover.known
    return Provenance(text, known, where)


def _things(scenario: Scenario) -> list[_Thing]:
    """Parts and scalars from the top down, in the order of the file."""
    tree = scenario.tree if isinstance(scenario, Documented) else _NO_TREE
    if not (_latest and _latest[0] is scenario and _latest[1] is tree):
        _latest[:] = scenario, tree, _walked(scenario, tree)
    things: list[_Thing] = _latest[2]
    return things


_NO_TREE = Tree("", {}, {})
_latest: list[Any] = []
"""The scenario that was walked last, its tree, and what was found: several checks of one scenario follow each other."""


def _walked(scenario: Scenario, tree: Tree) -> list[_Thing]:
    things: list[_Thing] = []

    def walk(value: Any, path: Path, cover: _Cover, given: bool) -> None:
        origin = tree.origins.get(path) or tree.origins.get(tree.written(path)) if tree.origins and given else None
        if origin is not None:
            cover = _Cover(origin.source, days.day(origin.known) if origin.known else None)
        if isinstance(value, Scalar):
            own = _Cover(value.source, value.known)
            if origin is None:  # an adjusted number still carries the source of what it adjusts
                cover = _within(cover, own)
            things.append(_Thing(path, value, cover, given, _later(own.known, cover.known if origin else None)))
        elif isinstance(value, Part):
            known = days.day(value.known) if value.known else None
            cover = _within(cover, _Cover(value.source, known))
            things.append(_Thing(path, value, cover, given, _later(known, cover.known if origin else None)))
            for name, field in type(value).model_fields.items():
                held = getattr(value, name)
                if isinstance(held, _HOLDERS) and name not in ("what_ifs", "sources"):
                    walk(held, (*path, field.alias or name), cover, given and name in value.model_fields_set)
        else:
            for key, item in value.items() if isinstance(value, dict) else enumerate(value):
                if isinstance(item, _HOLDERS):
                    walk(item, (*path, key), cover, given)

    walk(scenario, (), _Cover(), True)
    return things


def _later(own: int | None, outer: int | None) -> int | None:
    if own is None or outer is None:
        return own if outer is None else outer
    return max(own, outer)


def _within(outer: _Cover, own: _Cover) -> _Cover:
    """What holds inside: one's own source, or else the outer one; the day goes with its source."""
    if own.source:
        return own
    return outer if own.known is None else outer._replace(known=own.known)


# ── Content ──────────────────────────────────────────────────────────────────────────────────────────

_WORDS = {"source", "known", "note", "title", "short", "summary", "question", "author", "left_out"}
_WORDS |= {"sources", "what_ifs", "ensemble", "focus", "published", "verb"}
"""Fields that say nothing about what is simulated. How many futures are asked for is keyed apart from the content."""
_ORDERED = frozenset(("outcomes", "rules"))
"""mappings whose order is part of what they say"""


def canonical(scenario: Scenario) -> dict[str, Any]:
    """The resolved content that decides the simulation, as JSON types: defaults spelt out, keys in order.

    Without sources, titles and notes, what-ifs, and the ensemble (runs, chances and seed), which is not content.
    """
    content: dict[str, Any] = _content(scenario)
    return content


def scenario_hash(scenario: Scenario) -> str:
    """Hash of the canonical content, 32 hexadecimal digits: equal for every way of writing the same scenario."""
    text = json.dumps(canonical(scenario), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _content(value: Any, ordered: bool = False) -> Any:
    match value:
        case Part():
            fields = type(value).model_fields.items()
            named = {field.alias or name: name for name, field in fields if name not in _WORDS}
            return {key: _content(getattr(value, name), name in _ORDERED) for key, name in sorted(named.items())}
        case Scalar():
            return _quantity(value)
        case Expression():
            return unparse(value.tree)
        case dict():
            return {key: _content(item) for key, item in (value.items() if ordered else sorted(value.items()))}
        case list() | tuple():
            return [_content(item) for item in value]
        case date():
            return value.isoformat()
        case _:
            return value


def _quantity(scalar: Scalar) -> Any:
    """A scalar as JSON: `20.0 pp`, a date or a word when it is fixed, its distribution otherwise."""
    own = scalar.distribution
    if scalar.fixed:
        if scalar.dimension is Dimension.date:
            return days.date(int(scalar.value)).isoformat()
        return scalar.value if own.labels else f"{scalar.value!r} {scalar.unit}".strip()
    plain = Distribution(own.shape, own.parameters)
    told = {key: item for key, item in vars(own).items() if item != getattr(plain, key)}
    return {own.shape: list(own.parameters), "unit": scalar.unit, **told}
