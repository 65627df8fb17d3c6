"""Where a change of a scenario is written in its own file: `path=value` as `--set` has it, and as the file says it.

What a file inherits is changed by an entry of its own that is laid over it; the file that it extends stays as it is.
Lines of what-ifs have dotted or nested paths, and a line that is there is found however it is written. `+5 pp` and
`×0.8` are worked out, for a file holds what they come to; lines of what-ifs keep them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple

from sim import days
from sim.scenario import overlay
from sim.scenario.document import Document, Path, dotted
from sim.scenario.edit import REMOVED, holds, with_value
from sim.scenario.overlay import ADJUSTMENT, WHAT_IFS, Adjusted, Tree, is_distribution, located, replaces
from sim.scenario.problems import Mark, Problem, ScenarioError, closest, describe
from sim.scenario.scalars import ABOUT, Scalar, parse
from sim.scenario.units import UNIT, Dimension, exact

_WHOLE = ("do", "terms")
"""lists of moves, in which an overlay replaces the whole"""
_VALUE = ("value", "fixed")


class Literal(Enum):
    """A value that stands as it is in a line of a what-if, though None would mean something else here."""

    null = "null"


NULL = Literal.null


class Amendment(NamedTuple):
    """A change as somebody asked for it: keys, and the new value in YAML's terms; None takes out what stands there."""

    keys: Sequence[str | int]
    value: Any
    mark: Mark
    """where it was asked for"""
    literal: bool = False
    """`-5 pp` is a negative value, not an adjustment of what stands there"""


class Amended:
    """A scenario file and what it extends, for which the changes to its own text are found."""

    def __init__(self, tree: Tree, file: Document, inherited: Tree | None, scalars: Mapping[Path, Scalar]) -> None:
        self.tree = tree
        self.file = file
        self.inherited = inherited
        """what the file extends"""
        self.scalars = scalars
        """by their paths in the tree, for what they measure"""
        self.own: Any = file.data
        """the file's data with the changes found so far"""

    def changes(self, amendments: Sequence[Amendment]) -> dict[Path, Any]:
        """Path in the file's own data → new value, in the order in which they are made.

        ScenarioError with every amendment that cannot be written.
        """
        changes: dict[Path, Any] = {}
        problems = []
        for amendment in amendments:
            try:
                keys, asked = tuple(amendment.keys), amendment.value
                if amendment.literal and keys[0] != WHAT_IFS:
                    asked = self._literal(keys, asked)
                for path, new in list(self._of(keys, asked, amendment.literal)):
                    self._take(path, new)
                    changes[path] = new
            except ValueError as error:
                problems.append(Problem(amendment.mark, ".".join(map(str, amendment.keys)), str(error)))
        if problems:
            raise ScenarioError(problems)
        return changes

    def _take(self, path: Path, new: Any) -> None:
        """Let later changes see this one."""
        self.own = with_value(self.own, path, new)
        gone = new is REMOVED or (new is None and path[0] != WHAT_IFS)
        if not gone:
            self.tree = self.tree.having(path, new)
        elif holds(self.tree.data, path):
            self.tree = self.tree.without(path)

    def _literal(self, keys: Path, new: Any) -> Any:
        """A value that is not read as an adjustment where it is laid over what the file inherits."""
        adjusts = isinstance(new, str) and ADJUSTMENT.match(new)
        return {"value": new} if adjusts and self.inherited and holds(self.inherited.data, keys) else new

    def _of(self, keys: Path, new: Any, literal: bool = False) -> Iterator[tuple[Path, Any]]:
        if keys[0] == WHAT_IFS and len(keys) > 1:
            yield from self._in_what_if(keys, new)
            return
        path, found = located(self.tree.data, keys)
        existing = self.tree.at(path) if found == len(path) else None
        if isinstance(new, dict) and isinstance(existing, dict) and not replaces(path, new, existing):
            for key, part in new.items():
                yield from self._of((*path, *key.split(".")), part)
        elif new is None:
            yield from self._out(path, found)
        elif isinstance(new, str) and ADJUSTMENT.match(new) and found == len(path) and not literal:
            yield from self._worked_out(path, existing, new)
        else:
            yield from self._written(path, new)

    # ── In the scenario itself ───────────────────────────────────────────────────────────────────────

    def _written(self, path: Path, new: Any) -> Iterator[tuple[Path, Any]]:
        """The change for a value that stands in the file, is new in it, or is laid over what it inherits."""
        if self.inherited is not None and not holds(self.own, path):
            for length in range(1, len(path)):
                whole = path[:length]
                if holds(self.own, whole) or not holds(self.tree.data, whole):
                    continue
                standing = self.tree.at(whole)
                shaped = is_distribution(standing) and path[length] not in ABOUT
                if shaped or isinstance(standing, list | Adjusted) or whole[-1] in _WHOLE:
                    if _adjusts(standing):
                        raise ValueError(f"{dotted(whole)} adjusts what it is laid over; give all of {dotted(whole)}")
                    yield whole, with_value(standing, path[length:], new)
                    return
        yield path, new

    def _out(self, path: Path, found: int) -> Iterator[tuple[Path, Any]]:
        if found < len(path):
            around = self.tree.at(path[:found])
            names = list(around) if isinstance(around, dict) else []
            near = closest(str(path[found]), names)
            hint = f" (did you mean {near!r}?)" if near else ""
            raise ValueError(f"{dotted(path[:found]) or 'the file'} has no {path[found]!r} to take out{hint}")
        inherited = self.inherited is not None and holds(self.inherited.data, path)
        yield from self._written(path, None if inherited and not isinstance(path[-1], int) else REMOVED)

    def _worked_out(self, path: Path, existing: Any, by: str) -> Iterator[tuple[Path, Any]]:
        if isinstance(existing, dict) and any(key in existing for key in _VALUE) and is_distribution(existing):
            key = next(key for key in _VALUE if key in existing)
            path, existing = (*path, key), existing[key]
        if is_distribution(existing) or _adjusts(existing):
            what = "is uncertain" if is_distribution(existing) else "is an adjustment itself"
            raise ValueError(f"found {by!r}, but what stands here {what}; give the new values")
        if isinstance(existing, bool) or not isinstance(existing, str | int | float):
            raise ValueError(f"found {by!r}, which adjusts a quantity, but what stands here is {describe(existing)}")
        scalar = self.scalars.get(path) or self.scalars.get(path[:-1])
        yield from self._written(path, sum_of(existing, by, scalar.dimension if scalar else None))

    # ── In what-ifs ──────────────────────────────────────────────────────────────────────────────────

    def _in_what_if(self, keys: Path, new: Any) -> Iterator[tuple[Path, Any]]:
        at, inside = keys[:2], keys[2:]
        what_ifs = self.tree.data.get(WHAT_IFS)
        standing = what_ifs.get(at[1]) if isinstance(what_ifs, dict) else None
        own = holds(self.own, at)
        if not inside:
            if new is None and standing is None:
                raise ValueError(f"there is no what-if {at[1]!r}")
            inherited = self.inherited is not None and holds(self.inherited.data, at)
            if new is None:
                new = None if inherited else REMOVED
            elif isinstance(new, dict) and isinstance(standing, dict):
                for key, part in new.items():
                    yield from self._in_what_if((*at, *key.split(".")), part)
                return
            yield at, new
            return
        line = _line(standing, inside) if isinstance(standing, dict) else None
        if new is None:
            new = None if line is None else REMOVED  # a line that is not there: it takes out a part of the scenario
        elif new is NULL:
            new = None
        line = line or (".".join(map(str, inside)),)
        if own or standing is None:
            yield (*at, *line), new
        else:  # what-ifs of files that extend others take the place of theirs
            yield at, with_value(standing, line, new)


def _line(what_if: Any, keys: Path) -> Path | None:
    """The path at which a what-if says something of the keys, dotted or nested; None where it says nothing."""
    if not keys:
        return ()
    if isinstance(what_if, list):
        place = int(keys[0]) if str(keys[0]).isdecimal() else len(what_if)
        rest = _line(what_if[place], keys[1:]) if place < len(what_if) else None
        return None if rest is None else (place, *rest)
    if not isinstance(what_if, dict):
        return None
    for length in range(len(keys), 0, -1):
        name = ".".join(map(str, keys[:length]))
        if name in what_if and (rest := _line(what_if[name], keys[length:])) is not None:
            return (name, *rest)
    return None


# ── Adjustments ──────────────────────────────────────────────────────────────────────────────────────


def sum_of(base: Any, by: str, dimension: Dimension | None) -> Any:
    """What `+5 pp`, `-3 d` or `×0.8` makes of a plain value, written in its unit. ValueError where it does not go.

    The arithmetic is decimal, as on paper: 80 % + 5 % is 85 %.
    """
    scalar = parse(Adjusted(base, by), dimension)
    if scalar.dimension is Dimension.date:
        return days.date(int(scalar.value)).isoformat()
    number, unit = _decimal(base)
    text = by.strip()
    if text[0] in "×x":
        result = number * Decimal(text[1:].strip())
    else:
        step, of_step = _decimal(text)
        if of_step != unit:
            return _in_own_unit(scalar)
        result = number + step
    plain = f"{result.normalize():f}"
    return f"{plain} {unit}" if unit else int(plain) if plain.lstrip("-").isdecimal() else float(plain)


def _decimal(raw: Any) -> tuple[Decimal, str]:
    """Number and unit of a quantity that has been read before."""
    parts = exact(str(raw))
    assert parts is not None, raw
    return parts


def _in_own_unit(scalar: Scalar) -> str:
    number = float(scalar.value)
    if scalar.dimension is Dimension.share:
        return f"{number * 100:.12g} %"
    return f"{number:.12g} {scalar.unit or UNIT[scalar.dimension]}".strip()


# ── Data ─────────────────────────────────────────────────────────────────────────────────────────────


def amended(tree: Tree, file: Document, scalars: Mapping[str, Scalar]) -> Amended:
    """A file ready to be amended: `tree` is what it resolves to, `scalars` are those of the scenario by dotted path."""
    inherited = None
    if isinstance(parent := file.data.get("extends"), str):
        inherited = overlay.resolve(overlay.beside(file.file, parent))
    below = inherited or Tree("", {}, {})
    if isinstance(file.data.get("economy"), dict) and not isinstance(below.data.get("economy"), dict):
        inherited = below = below.having(("economy",), {})  # what it leaves out is there by default
    if isinstance(materials := _materials(tree.data), dict):
        names = {**{name: {} for name in materials}, **(_materials(below.data) or {})}
        inherited = below = below.having(("supply",), {**(below.data.get("supply") or {}), "materials": names})
    if inherited is not None:
        inherited = overlay.with_defaults(inherited)
    by_path = {tree.written(tuple(_steps(path))): scalar for path, scalar in scalars.items()}
    return Amended(tree, file, inherited, by_path)


def _materials(data: Any) -> Any:
    """The materials of a scenario's data that are there, each perhaps by default; None without the section."""
    section = data.get("supply")
    return section.get("materials", {}) if isinstance(section, dict) else None


def _steps(path: str) -> Iterator[str | int]:
    yield from (int(key) if key.isdecimal() else key for key in path.split("."))


def _adjusts(data: Any) -> bool:
    """Whether a value adjusts what it was laid over, or holds something that does."""
    if isinstance(data, Adjusted):
        return True
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return any(map(_adjusts, parts))
