"""Scenarios laid over one another: `extends` < file < what-if < `--set`.

Maps merge, lists and distributions replace, null removes; `+20 pp`, `-5 pp` and `×0.8` adjust what they are
laid over. Every value keeps the place in the file that it came from. What an overlay says about a number's
source covers the numbers that it changes and no others; none of them keeps the source of what it replaces.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from scenarios import SHIPPED
from sim import days
from sim.scenario import defaults, document, supply_defaults
from sim.scenario.document import Document, Path, Place, dotted
from sim.scenario.parts import LONGEST_TITLE
from sim.scenario.problems import Mark, Problem, ScenarioError, closest, describe
from sim.scenario.scalars import ABOUT
from sim.scenario.shapes import SHAPES

MAX_EXTENDS = 8
"""files that may extend one another in a chain"""
WHAT_IFS = "what_ifs"
SETTING = "--set"
"""stands for a file in the places of settings"""
_FIXED = (WHAT_IFS, "extends", "schema")
_ENSEMBLE = "ensemble"
_RESERVED = ("title", "source", "known", "note")
"""keys of a what-if that describe it rather than change the scenario"""
_FROM = ("source", "known")
_MOVES = ("do", "terms")
"""keys of lists of moves, in which one move may stand for a list of one"""
_QUANTITY = re.compile(r"\s*[-+.]?\s*\d")
ADJUSTMENT = re.compile(r"\s*([+-]\s*[\d.]|[×x]\s*[\d.]+\s*$)")
_SHIPPED_NAME = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class Adjusted:
    """A quantity laid over another: `by` is `+20 pp`, `-5 pp` or `×0.8`, `base` what it adjusts."""

    base: Any
    by: str


class Origin(NamedTuple):
    """What an overlay says about where its numbers come from; `known` is YYYY-MM-DD."""

    source: str | None = None
    known: str | None = None


class Added(NamedTuple):
    """An overlaid path of which only the first `found` keys stood in what it is laid over."""

    path: Path
    found: int
    bare: bool
    """brings a single value, not a mapping"""


@dataclass(frozen=True)
class Laid:
    """A what-if or a setting that has been laid over a tree."""

    over: Tree
    name: str
    """as a user knows it"""
    changes: Mapping[Path, Mark]
    """path of each change → where it is written"""
    own: frozenset[Mark]
    """the places of its text"""

    def blamed(self, message: str, mark: Mark) -> str:
        """A message of what is wrong only since it was laid: where that is told elsewhere, it is named."""
        if mark in self.own:
            return message
        words = set(re.findall(r"\w+", message))
        change = next((path for path in self.changes if str(path[-1]) in words), None)
        blamed = f"{message}; so under {self.name}"
        if change is None or self.changes[change].file == SETTING:
            return blamed
        return f"{blamed}, which changes {dotted(change)} at {self.changes[change]}"


@dataclass(frozen=True)
class Tree:
    """A scenario with its overlays: plain data and `Adjusted`, the places of all values, origins of overlaid ones.

    What could not be read or laid is a problem; the data do without it.
    """

    file: str
    data: Any
    places: Mapping[Path, Place]
    origins: Mapping[Path, Origin] = field(default_factory=dict)
    added: Sequence[Added] = ()
    problems: Sequence[Problem] = ()
    lost: frozenset[Path] = frozenset()
    """paths of values that could not be read"""
    laid: Laid | None = None
    """the last what-if or setting that was laid over it"""

    def place(self, path: Path) -> Place:
        """Where the value at the path was written, or the nearest mapping or list around it that was."""
        written = self.written(path)
        around = (written[:length] for length in range(len(written), -1, -1))
        return next(self.places[path] for path in around if path in self.places)

    def at(self, path: Path) -> Any:
        """The value at a path that exists."""
        return _at(self.data, path)

    def without(self, path: Path) -> Tree:
        """The tree without the value at a path that exists."""
        return replace(self, data=_replaced(self.data, path, None, remove=True))

    def renamed(self, path: Path, name: str) -> Tree:
        """The tree with another name for the last key of a path."""
        data = {name if key == path[-1] else key: value for key, value in self.at(path[:-1]).items()}
        size = len(path)
        moved = {(*path[:-1], name, *at[size:]): place for at, place in self.places.items() if at[:size] == path}
        return replace(self, data=_replaced(self.data, path[:-1], data), places={**self.places, **moved})

    def wrong(self, *problems: Problem) -> Tree:
        """The same tree with these problems too."""
        return replace(self, problems=[*self.problems, *problems])

    def having(self, path: Path, value: Any) -> Tree:
        """The tree with another value at a path, which has no place of its own."""
        return replace(self, data=_replaced(self.data, path, value))

    def written(self, path: Path) -> Path:
        """The path as the file has it: steps are left out that it does not take.

        They are the tags of pydantic's unions, the `0` of one item that stands for a list, and what is missing.
        """
        node: Any = self.data
        found: list[str | int] = []
        for key in path:
            if (isinstance(node, dict) and key in node) or (
                isinstance(node, list) and isinstance(key, int) and key < len(node)
            ):
                node = _at(node, (key,))
                found.append(key)
        return tuple(found)


def resolve(
    path: str | FilePath, what_if: str | None = None, sets: Iterable[str] = (), text: str | None = None
) -> Tree:
    """Read a scenario (a file, or the name of a shipped one) and lay its overlays over it, `sets` last.

    `text` is read in the place of what the file holds. Raises ScenarioError where there is nothing to lay anything
    over.
    """
    return laid(read(path, text), what_if, sets)


def laid(chain: Sequence[Document], what_if: str | None = None, sets: Iterable[str] = ()) -> Tree:
    """A scenario, given first, laid over those that it extends, and its overlays over that, `sets` last."""
    base = chain[-1]
    tree = Tree(chain[0].file, base.data, base.marks, problems=base.problems, lost=base.lost)
    for child in reversed(chain[:-1]):
        overlay = _Overlay(tree, child)
        overlay.file({key: value for key, value in child.data.items() if key != "extends"})
        tree = overlay.tree()
    tree = with_defaults(tree)
    if what_if is not None:
        tree = with_what_if(tree, what_if)
    for setting in sets:
        tree = with_set(tree, setting)
    return tree


def with_defaults(tree: Tree) -> Tree:
    """Lay the shipped defaults under `economy` and `supply`, where these are there, as if they had been written."""
    return _with_supply(_with_economy(tree))


def _with_economy(tree: Tree) -> Tree:
    section = tree.data.get("economy")
    shipped = defaults.shipped().data["economy"] if isinstance(section, dict) else {}
    missing = [key for key in shipped if section.get(key) is None and ("economy", key) not in tree.lost]
    if not missing:
        return tree
    under = _Overlay(tree, defaults.shipped())
    for key in missing:
        under.put(("economy", key), shipped[key], ("economy", key))
    return replace(tree, data=under.data, places=under.places, origins=under.origins)


def _with_supply(tree: Tree) -> Tree:
    if not isinstance(tree.data.get(supply_defaults.SECTION), dict):
        return tree
    laying = supply_defaults.laid(tree.data, tree.places, tree.lost, _day_of(tree.data.get("as_of")))
    if laying.section is tree.data[supply_defaults.SECTION]:
        return tree
    shipped = supply_defaults.shipped()
    places = {**tree.places, **{path: shipped.document.marks[path] for path in laying.paths}}
    leaves = [path for path in laying.paths if path in shipped.origins]
    origins = {**tree.origins, **{path: Origin(*shipped.origins[path]) for path in leaves}}
    data = {**tree.data, supply_defaults.SECTION: laying.section}
    return replace(tree, data=data, places=places, origins=origins)


def _day_of(raw: Any) -> int | None:
    """The day of a date as it is written; None for what is none."""
    try:
        return days.day(str(raw))
    except ValueError:
        return None


def read(path: str | FilePath, text: str | None = None) -> list[Document]:
    """Read a scenario, then each file that the one before extends.

    `text` is read in the place of what the file holds, or will hold. Raises ScenarioError where a file cannot be read
    at all.
    """
    chain = [document.read(find(str(path))) if text is None else document.parse(text, str(path))]
    while (parent := _parent(chain[-1])) is not None:
        file, mark = parent
        listed = " → ".join([*(child.file for child in chain), str(file)])
        if not os.path.isfile(file):
            raise ScenarioError([Problem(mark, "extends", f"there is no file {str(file)!r}")])
        if any(os.path.samefile(file, child.file) for child in chain):
            raise ScenarioError([Problem(mark, "extends", f"scenarios extend each other in a circle: {listed}")])
        if len(chain) == MAX_EXTENDS:
            message = f"more than {MAX_EXTENDS} scenarios extend one another: {listed}"
            raise ScenarioError([Problem(mark, "extends", message)])
        chain.append(document.read(file))
    return chain


def find(name: str) -> FilePath:
    """The file of a scenario: a path, or a shipped name. ScenarioError if a plain name is neither."""
    return _find(name, FilePath(), Problem(Mark(name, 1, 1), "", ""))


def beside(file: str, name: str) -> FilePath:
    """The file that another one names: beside it, or a shipped scenario."""
    return _find(name, FilePath(file).parent, Problem(Mark(file, 1, 1), "extends", ""))


def _find(name: str, folder: FilePath, at: Problem) -> FilePath:
    file = folder / name
    if os.path.isfile(file) or not _SHIPPED_NAME.fullmatch(name):
        return file
    shipped = SHIPPED / f"{name}.yaml"
    if os.path.isfile(shipped):
        return shipped
    if os.path.exists(file):
        return file
    names = sorted(file.stem for file in SHIPPED.glob("*.yaml"))
    message = f"there is no file {name!r}, nor a shipped scenario of that name; shipped: {', '.join(names) or 'none'}"
    raise ScenarioError([at._replace(message=message, suggestion=closest(name, names))])


def _parent(child: Document) -> tuple[FilePath, Mark] | None:
    if "extends" not in child.data:
        return None
    mark = child.marks["extends",].value
    name = child.data["extends"]
    if not isinstance(name, str) or not name:
        message = f"found {describe(name)}; extends names a file or a shipped scenario, such as longer-roll"
        raise ScenarioError([Problem(mark, "extends", message)])
    return _find(name, FilePath(child.file).parent, Problem(mark, "extends", "")), mark


def with_what_if(tree: Tree, name: str) -> Tree:
    """Lay one of the scenario's own what-ifs over it."""
    what_ifs = tree.data.get(WHAT_IFS)
    if not isinstance(what_ifs, dict) or name not in what_ifs:
        names = list(what_ifs) if isinstance(what_ifs, dict) else []
        message = f"there is no what-if {name!r}; there are {', '.join(names) or 'none'}"
        return tree.wrong(Problem(tree.place((WHAT_IFS,)).value, WHAT_IFS, message, closest(name, names)))
    at: Path = (WHAT_IFS, name)
    overrides = what_ifs[name]
    if not isinstance(overrides, dict):
        message = f"found {describe(overrides)}; a what-if is a mapping of paths to new values"
        return tree.wrong(Problem(tree.place(at).value, dotted(at), message))
    overlay = _Overlay(tree, tree, dotted_keys=True)
    title = overrides.get("title", name.replace("_", " "))
    if not isinstance(title, str):
        overlay.wrong((*at, "title"), dotted((*at, "title")), f"found {describe(title)}; a title is text")
    elif len(title) > LONGEST_TITLE:
        message = f"found {describe(title)}; at most {LONGEST_TITLE} characters may stand here"
        overlay.wrong((*at, "title"), dotted((*at, "title")), message)
    origin = overlay.origin(overrides, at, Origin(f"what-if: {title}"))
    for key, value in overrides.items():
        if key.split(".")[0] in _FIXED:
            overlay.wrong((*at, key), dotted((*at, key)), "belongs to the file; a what-if cannot change it")
        elif key.split(".")[0] == _ENSEMBLE:
            message = "belongs to the file; a what-if is played on the same futures as the scenario that it changes"
            overlay.wrong((*at, key), dotted((*at, key)), message)
        elif key not in _RESERVED:
            overlay.lay(key.split("."), value, (*at, key), origin)
    own = (place for path, place in tree.places.items() if path[: len(at)] == at)
    return with_defaults(overlay.tree(f"the what-if {name!r}", own))


def with_set(tree: Tree, text: str) -> Tree:
    """Lay `path=value` over a scenario, the value in YAML; columns count in `text`."""
    try:
        path, written = read_setting(text)
        if path[0] in _FIXED:
            raise ScenarioError([Problem(Mark(SETTING, 1, 1), ".".join(path), "belongs to the file; it cannot be set")])
    except ScenarioError as error:
        return tree.wrong(*error.problems)
    overlay = _Overlay(tree, written, dotted_keys=True)
    overlay.lay(path, written.data, (), Origin("set on the command line"))
    return with_defaults(overlay.tree(f"--set {dotted(tuple(path))}", written.marks.values()))


def read_setting(text: str) -> tuple[list[str], Document]:
    """The keys and the value of `path=value`. ScenarioError, columns counted in the text, where it is none."""
    name, equals, value = text.partition("=")
    mark = Mark(SETTING, 1, 1)
    if not equals or not all(key.strip() for key in name.split(".")):
        message = f"found {describe(text)}; write path=value, such as actors.us.audience_cost='3 bn USD'"
        raise ScenarioError([Problem(mark, "", message)])
    written = document.parse_value(" " * (len(name) + 1) + value, SETTING)
    if written.problems:
        raise ScenarioError(written.problems)
    if written.data is None and written.marks[()].start == written.marks[()].end:
        raise ScenarioError([Problem(mark, name.strip(), "found no value; null removes what is there")])
    return name.strip().split("."), written


def is_distribution(value: Any) -> bool:
    """Whether a mapping is one quantity, such as `{uniform: [5 pp, 10 pp], source: …}`, and nothing else."""
    return isinstance(value, dict) and not SHAPES.keys().isdisjoint(value) and value.keys() <= {*SHAPES, *ABOUT}


class _Overlay:
    """Lays values over a tree, which stays as it is: what changes is copied on the way down."""

    def __init__(self, base: Tree, overlay: Document | Tree, dotted_keys: bool = False) -> None:
        self.base = base
        self.data = base.data
        self.places = dict(base.places)
        self.origins = dict(base.origins)
        self.added = list(base.added)
        self.written = overlay.marks if isinstance(overlay, Document) else overlay.places
        """places in the overlay's own text"""
        self.dotted_keys = dotted_keys
        self.changes: dict[Path, Mark] = {}
        self.problems = list(base.problems)
        self.lost = base.lost
        if isinstance(overlay, Document):
            self.problems += overlay.problems
            self.lost |= overlay.lost

    def tree(self, name: str | None = None, own: Iterable[Place] = ()) -> Tree:
        """The whole; with the name of what was laid and the places of its text, it can be blamed."""
        marks = frozenset(mark for place in own for mark in (place.key, place.value) if mark is not None)
        laid = None if name is None else Laid(self.base, name, self.changes, marks)
        return Tree(self.base.file, self.data, self.places, self.origins, self.added, self.problems, self.lost, laid)

    def wrong(self, at: Path, path: str, message: str, suggestion: str | None = None) -> None:
        self.problems.append(Problem(self.written[at].value, path, message, suggestion))

    def file(self, data: dict[str, Any]) -> None:
        """Lay a whole file over the one it extends; its what-ifs replace those of the same name."""
        changes = {key: value for key, value in data.items() if key != WHAT_IFS}
        self.lay([], changes, (), Origin())
        what_ifs, existing = data.get(WHAT_IFS), self.data.get(WHAT_IFS)
        if not isinstance(what_ifs, dict) or not isinstance(existing, dict):
            if what_ifs is None and existing is not None and WHAT_IFS in data:
                self._remove((WHAT_IFS,))
            elif WHAT_IFS in data:
                self.put((WHAT_IFS,), what_ifs, (WHAT_IFS,))
            return
        for name, overrides in what_ifs.items():
            if overrides is None and name in existing:
                self._remove((WHAT_IFS, name))
            else:
                self.put((WHAT_IFS, name), overrides, (WHAT_IFS, name))

    def origin(self, value: dict[str, Any], at: Path, outer: Origin) -> Origin:
        """The origin of what a mapping of the overlay brings: its own source and date, or else the outer ones."""
        found = outer
        if isinstance(source := value.get("source"), str):
            found = Origin(source)
        elif source is not None:
            self.wrong((*at, "source"), dotted((*at, "source")), f"found {describe(source)}; a source is text")
        for key in ("known", "published") if is_distribution(value) else ("known",):
            if value.get(key) is not None:
                try:
                    days.day(str(value[key]))
                    found = found._replace(known=value[key])
                except ValueError as error:
                    self.wrong((*at, key), dotted((*at, key)), str(error))
        return found

    def lay(self, keys: Sequence[str | int], value: Any, at: Path, origin: Origin) -> None:
        """Lay a value over the one that stands at `keys`. `at` is its place in the overlay's own file."""
        try:
            path, found = located(self.data, keys)
        except ValueError as error:
            self.wrong(at, ".".join(map(str, keys)), str(error))
            return
        existing = _at(self.data, path) if found == len(path) else None
        if isinstance(value, dict) and isinstance(existing, dict) and not replaces(path, value, existing):
            self._merge(path, value, at, origin)
            return
        self.changes[path] = self.written[at].value
        if found < len(path):
            self.added.append(Added(path, found, not isinstance(value, dict)))
            self.put(path, value, at, origin)
        elif value is None:
            self._remove(path)
        elif isinstance(value, str) and ADJUSTMENT.match(value):
            self._adjust(path, existing, value, at, origin)
        else:
            self.put(path, value, at, origin)

    def _merge(self, path: Path, value: dict[str, Any], at: Path, origin: Origin) -> None:
        origin = self.origin(value, at, origin)
        describes = [key for key in value if key in _FROM]
        for key, part in value.items():
            if key in describes and len(describes) < len(value):
                continue  # it tells of the numbers laid here, not of those that stay
            keys = key.split(".") if self.dotted_keys else [key]
            self.lay([*path, *keys], part, (*at, key), origin)

    def _adjust(self, path: Path, existing: Any, by: str, at: Path, origin: Origin) -> None:
        adjustable = is_distribution(existing) or isinstance(existing, int | float | Adjusted)
        if adjustable or (isinstance(existing, str) and _QUANTITY.match(existing)):
            self.put(path, Adjusted(existing, by), at, origin)
        else:
            message = f"found {by!r}, which adjusts a quantity, but what stands here is {describe(existing)}"
            self.wrong(at, dotted(path), message)

    def put(self, path: Path, value: Any, at: Path, origin: Origin | None = None) -> None:
        self._forget(path)
        self.data = _replaced(self.data, path, value)
        for length in range(1, len(path)):
            self.places.setdefault(path[:length], self.written[at])
        self._take_places(path, value, at)
        if origin is not None:
            self.origins[self._number(path)] = self.origin(value, at, origin) if is_distribution(value) else origin

    def _number(self, path: Path) -> Path:
        """The path, or that of the distribution in which it changes a part."""
        wholes = (path[:length] for length in range(len(path)))
        return next((whole for whole in wholes if is_distribution(_at(self.data, whole))), path)

    def _take_places(self, path: Path, value: Any, at: Path) -> None:
        self.places[path] = self.written[at]
        for key, part in _parts(value):
            self._take_places((*path, key), part, (*at, key))

    def _remove(self, path: Path) -> None:
        self._forget(path)
        self.data = _replaced(self.data, path, None, remove=not supply_defaults.stays_out(path))

    def _forget(self, path: Path) -> None:
        """Drop the places and origins of what stands at the path."""
        if path not in self.places:
            return
        for key, _ in _parts(_at(self.data, path)):
            self._forget((*path, key))
        del self.places[path]
        self.origins.pop(path, None)


def located(data: Any, keys: Sequence[str | int]) -> tuple[Path, int]:
    """The path that keys lead to in the data, and how many of its steps exist. ValueError if it leads nowhere.

    Items of lists are counted from 0; where the file has one item for a list of one, `0` stands for it.
    """
    node: Any = data
    path: Path = ()
    for position, key in enumerate(keys):
        if isinstance(node, list):
            if not str(key).isdecimal() or int(key) >= len(node):
                raise ValueError(f"{dotted(path)} is a list of {len(node)}, counted from 0; found {key!r}")
            key = int(key)
        elif node is None or (isinstance(node, dict) and key not in node):
            rest = keys[position:]
            if str(key) == "0" and isinstance(node, dict) and len(rest) > 1 and rest[1] in node:
                continue
            return (*path, *rest), len(path)
        elif not isinstance(node, dict):
            raise ValueError(f"{dotted(path)} is {describe(node)}, which has no parts")
        node, path = node[key], (*path, key)
    return path, len(path)


def replaces(path: Path, value: dict[str, Any], existing: dict[str, Any]) -> bool:
    """Whether a mapping takes the place of another rather than merging: quantities, moves, another kind of policy."""
    match path[-1:]:
        case ("policy",):
            return value.get("kind", existing.get("kind")) != existing.get("kind")
        case ("preset",):
            return value.keys().isdisjoint(existing)
        case (key,) if key in _MOVES:
            return True
        case _:
            return is_distribution(value) and is_distribution(existing)


def _parts(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _at(data: Any, path: Path) -> Any:
    for key in path:
        data = data[key]
    return data


def _replaced(data: Any, path: Path, value: Any, remove: bool = False) -> Any:
    """The data with another value at the path (or without it); only what holds the path is copied."""
    if not path:
        return value
    key, rest = path[0], path[1:]
    copied: Any = list(data) if isinstance(data, list) else dict(data or {})
    if remove and not rest:
        del copied[key]
    else:
        held = copied[key] if rest and (isinstance(data, list) or key in copied) else None
        copied[key] = _replaced(held, rest, value, remove)
    return copied
