"""Changes to the text of a scenario file: what is not concerned stays as it is, byte for byte, and no comment is lost.

A change patches the text of one value, adds an entry to a mapping or takes one out; then the text is read again.
What the file says elsewhere is the same afterwards. So the definition behind an anchor moves to its first alias
before the anchored value changes, and a value that an alias brings is spelt out at the alias before a part of it
changes. Comments that stand inside what is replaced move to lines of their own above it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from sim.scenario import document
from sim.scenario.document import Document, Outline, Path, Stand, dotted
from sim.scenario.problems import Mark, Problem, ScenarioError, closest, describe
from sim.scenario.spelling import key as spelt_key
from sim.scenario.spelling import same, spelt

_ANCHOR = re.compile(r"&\S+[ \t]*")


class Removal(Enum):
    """Stands in the place of a new value: the entry is taken out of its mapping or list."""

    removed = "removed"


REMOVED = Removal.removed


class Patch(NamedTuple):
    """Text that takes the place of a range of the old one; offsets count characters."""

    start: int
    end: int
    text: str

    def touches(self, other: Patch) -> bool:
        """Whether two patches meet, so that only one of them may be applied at a time."""
        return self.start <= other.end and other.start <= self.end


class _Change(NamedTuple):
    path: Path
    value: Any


class _Step(NamedTuple):
    """What is patched now, and what remains to be changed after that."""

    patches: list[Patch]
    rest: list[_Change]


def edited(file: Document, changes: Mapping[Path, Any]) -> str:
    """The text of a file with new values at paths of its own data; `REMOVED` takes an entry out, None writes null.

    A path whose last steps are not there yet is added. Changes are made in the order given, removals last. Raises
    ScenarioError where a path leads through a value that has no parts, and where the text cannot be patched.
    """
    if file.problems:
        raise ScenarioError(file.problems)
    expected, text = file.data, file.text
    waiting = _in_order(changes)
    for path, value in waiting:
        expected = _changed(file, path, expected, value)
    while waiting:
        now = document.parse(text, file.file)
        text, left = _round(now, waiting)
        if left == waiting and text == now.text:
            raise _unpatched(file, waiting[0].path)
        waiting = left
    _verify(file, text, expected, list(changes))
    return text


def _in_order(changes: Mapping[Path, Any]) -> list[_Change]:
    """Values first, as given; then removals from the back, so that places in lists stay what they were."""
    given = [_Change(path, value) for path, value in changes.items()]
    removals = [change for change in given if change.value is REMOVED]
    back = sorted(removals, key=lambda change: [(isinstance(step, int), step) for step in change.path], reverse=True)
    return [change for change in given if change.value is not REMOVED] + back


def _round(now: Document, waiting: list[_Change]) -> tuple[str, list[_Change]]:
    """Make the changes that do not meet one another; the new text, and what waits for the next reading of it."""
    surgeon = _Surgeon(now)
    patches: list[Patch] = []
    left: list[_Change] = []
    for place, change in enumerate(waiting):
        alone = change.value is REMOVED  # what stands beside it decides how it goes
        if any(_related(change.path, other.path) for other in waiting[:place]) or (alone and patches):
            left.append(change)
            continue
        step = surgeon.step(change)
        if any(patch.touches(other) for patch in step.patches for other in patches):
            left.append(change)
        else:
            patches += step.patches
            left += step.rest
    text = now.text
    for patch in sorted(patches, reverse=True):
        text = text[: patch.start] + patch.text + text[patch.end :]
    return text, left


def _related(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _verify(file: Document, text: str, expected: Any, paths: list[Path]) -> None:
    """ScenarioError unless the text says what was asked for and still holds every comment."""
    try:
        new = document.parse(text, file.file)
    except ScenarioError:
        raise _unpatched(file, paths[0]) from None
    lost = Counter(_comments(file.text, file.file)) - Counter(_comments(text, file.file))
    ordered = "<<" not in file.text  # what a `<<` brings stands behind a mapping's own keys, new ones too
    if new.problems or not same(new.data, expected, ordered) or lost:
        raise _unpatched(file, paths[0])


def _comments(text: str, file: str) -> Iterable[str]:
    return (text[start:end].rstrip() for start, end in document.outline(text, file).comments)


def _unpatched(file: Document, path: Path) -> ScenarioError:
    message = "the way it is written here cannot be changed in place; change it in an editor"
    return ScenarioError([Problem(_nearest(file, path), dotted(path), message)])


def _nearest(file: Document, path: Path) -> Mark:
    around = (path[:length] for length in range(len(path), -1, -1))
    return next(file.marks[one].value for one in around if one in file.marks)


def _changed(file: Document, path: Path, data: Any, value: Any) -> Any:
    """The data with a value at a path, or without it. ScenarioError where the path leads nowhere."""
    try:
        return with_value(data, path, value)
    except _NoSuchPart as error:
        node, left = error.args
        what = f"has no {left[0]!r}" if isinstance(node, dict | list) else f"is {describe(node)}, which has no parts"
        around = path[: len(path) - len(left)]
        name = dotted(around) or "the file"
        near = closest(str(left[0]), node) if isinstance(node, dict) else None
        suggestion = dotted((*around, near, *left[1:])) if near else None
        raise ScenarioError([Problem(_nearest(file, path), dotted(path), f"{name} {what}", suggestion)]) from None


class _NoSuchPart(ValueError):  # noqa: N818  # a path, not a value, is at fault
    """A path leads nowhere; args: the value at which it ends, the keys that are left."""

    def __str__(self) -> str:
        node, left = self.args
        return f"found {describe(node)}, which has no {left[0]!r}"


def with_value(node: Any, keys: Path, value: Any) -> Any:
    """Data with another value at the path that keys take in it, or with `REMOVED` without it.

    Mappings that are not there yet are added.
    """
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    within = isinstance(node, list) and isinstance(key, int) and key < len(node)
    here = within or (isinstance(node, dict) and key in node)
    may_be_added = (node is None or isinstance(node, dict)) and isinstance(key, str) and value is not REMOVED
    if not here and not may_be_added:
        raise _NoSuchPart(node, keys)
    copied: Any = list(node) if isinstance(node, list) else dict(node or {})
    if value is REMOVED and not rest:
        del copied[key]
    else:
        copied[key] = with_value(copied[key] if here else None, rest, value)
    return copied


def holds(data: Any, path: Path) -> bool:
    """Whether there is a value at a path."""
    for key in path:
        if isinstance(data, dict):
            here = key in data
        else:
            here = isinstance(data, list) and isinstance(key, int) and key < len(data)
        if not here:
            return False
        data = data[key]
    return True


class _Surgeon:
    """Finds the patches for one change after another, all in the same text."""

    def __init__(self, now: Document) -> None:
        self.text = now.text
        self.data = now.data
        self.outline: Outline = document.outline(now.text, now.file)
        self.stands = self.outline.stands
        self.line_end = "\r\n" if "\r\n" in now.text else "\n"

    def step(self, change: _Change) -> _Step:
        """The next patches towards a change."""
        path, value = change
        if value is not REMOVED and holds(self.data, path) and same(self._at(path), value):
            return _Step([], [])
        there = self._written(path)
        stand = self.stands[path[:there]]
        if stand.style == "alias" and there < len(path):
            return _Step([Patch(stand.start, stand.end, spelt(self._at(path[:there])))], [change])
        if there == len(path) and (parts := self._part_by_part(path, value)):
            return _Step([], parts)
        if (moved := self._definition_moved(path)) is not None:
            return _Step(moved, [change])
        if there == len(path):
            return _Step(self._removed(path) if value is REMOVED else self._replaced(path, value), [])
        if value is REMOVED and there == len(path) - 1:
            return _Step([], [change])  # it comes from a `<<` and cannot be taken out here
        return _Step(self._added(path[:there], path[there:], value), [])

    def _written(self, path: Path) -> int:
        """How many steps of a path the text takes by itself, without aliases and `<<`."""
        for length, key in enumerate(path):
            if key not in self.stands[path[:length]].parts:
                return length
        return len(path)

    def _at(self, path: Path) -> Any:
        node = self.data
        for step in path:
            node = node[step]
        return node

    # ── Anchors ──────────────────────────────────────────────────────────────────────────────────────

    def _definition_moved(self, path: Path) -> list[Patch] | None:
        """Patches that hand the anchor of what changes to its first alias elsewhere; None where none is concerned."""
        for at, stand in self.stands.items():
            if stand.anchor is None or not _related(at, path):
                continue
            for other in self.stands.values():
                if other.target == at and not self._inside(other, path):
                    return [self._without_anchor(stand), Patch(other.start, other.end, self._definition(at, stand))]
        return None

    def _inside(self, alias: Stand, path: Path) -> bool:
        whole = self.stands.get(path)
        return whole is not None and whole.start <= alias.start and alias.end <= whole.end

    def _without_anchor(self, stand: Stand) -> Patch:
        end = self._content(stand)
        if stand.style == "block":
            end = stand.start + 1 + len(stand.anchor or "")
        before = 1 if self.text[end : end + 1] in "\r\n" and self.text[stand.start - 1] == " " else 0
        return Patch(stand.start - before, end, "")

    def _definition(self, at: Path, stand: Stand) -> str:
        content = self.text[self._content(stand) : stand.end]
        nested = any(other.anchor for path, other in self.stands.items() if path != at and path[: len(at)] == at)
        alone = content and content[0] not in "|>" and content.isprintable()
        if (stand.style == "block" or nested or not alone) and "<<" not in at:
            content = spelt(self._at(at))
        return f"&{stand.anchor} {content}"

    def _content(self, stand: Stand) -> int:
        """Where a value begins behind its anchor."""
        found = _ANCHOR.match(self.text, stand.start) if stand.anchor else None
        return found.end() if found else stand.start

    # ── Replacing ────────────────────────────────────────────────────────────────────────────────────

    def _part_by_part(self, path: Path, value: Any) -> list[_Change]:
        """The changes of parts that make a mapping or a list what it shall be; none where it is replaced whole."""
        old, stand = self._at(path), self.stands[path]
        if stand.style == "alias":
            return []
        if isinstance(old, list) and isinstance(value, list) and len(old) == len(value):
            return [_Change((*path, place), item) for place, item in enumerate(value) if not same(old[place], item)]
        if not isinstance(old, dict) or not isinstance(value, dict) or "<<" in stand.parts:
            return []
        stays = [name for name in old if name in value]
        if [*stays, *(name for name in value if name not in old)] != list(value):
            return []  # in another order
        new = [
            _Change((*path, name), item) for name, item in value.items() if name not in old or not same(old[name], item)
        ]
        return new + [_Change((*path, name), REMOVED) for name in reversed(list(old)) if name not in value]

    def _replaced(self, path: Path, value: Any) -> list[Patch]:
        stand = self.stands[path]
        if stand.start == stand.end:
            return [self._filled(stand, spelt(value))]
        begin = self._content(stand)
        end = begin + len(self.text[begin : stand.end].rstrip())
        if stand.style != "block" and self.text[begin] not in "|>":
            old = self.text[begin:end] if stand.style == "scalar" else ""
            return [*self._rescued(path, begin, end), Patch(begin, end, spelt(value, old))]
        if stand.key is None:
            return [*self._rescued(path, stand.start, end), Patch(stand.start, end, spelt(value))]
        begin = self.text.index(":", stand.key[1]) + 1
        return [*self._rescued(path, begin, end), Patch(begin, end, f" {spelt(value)}")]

    def _filled(self, stand: Stand, text: str) -> Patch:
        """The patch that writes a value where a key has none."""
        if stand.key is not None and ":" not in self.text[stand.key[1] : stand.start]:
            return Patch(stand.key[1], stand.key[1], f": {text}")
        return Patch(stand.start, stand.start, f" {text}")

    def _rescued(self, path: Path, start: int, end: int) -> list[Patch]:
        """The comments of a range that goes, as lines above the entry that holds it."""
        inside = [range_ for range_ in self.outline.comments if start <= range_[0] and range_[1] <= end]
        if not inside:
            return []
        entry = path
        while entry and self.stands[entry[:-1]].style == "flow":
            entry = entry[:-1]
        at = self._line_start(self._entry_start(entry))
        indent = re.match(r"[ \t]*", self.text[at:])
        lines = (f"{indent[0] if indent else ''}{self.text[a:b].rstrip()}{self.line_end}" for a, b in inside)
        return [Patch(at, at, "".join(lines))]

    def _line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1

    def _after_line(self, offset: int) -> int:
        """The offset behind the line, its break included."""
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1

    def _entry_start(self, path: Path) -> int:
        """Where an entry begins: at its key, or at the dash of an item in block style."""
        stand = self.stands[path]
        if stand.key is not None:
            return stand.key[0]
        if path and self.stands[path[:-1]].style == "block":
            return self.text.rindex("-", 0, stand.start)
        return stand.start

    # ── Adding and removing ──────────────────────────────────────────────────────────────────────────

    def _added(self, at: Path, keys: Path, value: Any) -> list[Patch]:
        """The patches that add an entry under keys of which the first is not there, or comes from a `<<`."""
        stand = self.stands[at]
        owner = self._at(at)
        nested = with_value(owner[keys[0]] if owner and keys[0] in owner else None, keys[1:], value)
        if stand.style == "scalar":
            return self._replaced(at, {keys[0]: nested})
        entry = f"{spelt_key(str(keys[0]))}: {spelt(nested)}"
        if not stand.parts:
            inside = self._content(stand) + 1
            return [Patch(inside, inside, entry)]
        last = self.stands[(*at, stand.parts[-1])]
        if stand.style == "flow":
            comma = " ," if last.start == last.end else ","
            return [Patch(last.end, last.end, f"{comma} {entry}")]
        first = self.stands[(*at, stand.parts[0])]
        start = self._entry_start((*at, stand.parts[0])) if first.key else stand.start
        indent = " " * (start - self._line_start(start))
        if self.text[last.end - 1] == "\n":  # text that keeps its blank lines
            return [Patch(last.end, last.end, f"{indent}{entry}{self.line_end}")]
        end = self._after_line(last.end)
        end -= len(self.text[last.end : end]) - len(self.text[last.end : end].rstrip("\r\n"))
        return [Patch(end, end, f"{self.line_end}{indent}{entry}")]

    def _removed(self, path: Path) -> list[Patch]:
        owner = self.stands[path[:-1]]
        place = owner.parts.index(path[-1])
        stand, start = self.stands[path], self._entry_start(path)
        if len(owner.parts) == 1:
            return self._replaced(path[:-1], [] if isinstance(path[-1], int) else {})
        following = owner.parts[place + 1] if place + 1 < len(owner.parts) else None
        before = self._line_start(start)
        if owner.style == "block" and not self.text[before:start].strip():
            end = stand.end if self.text[stand.end - 1] == "\n" else self._after_line(stand.end)
            return [*self._rescued(path, before, end), Patch(before, end, "")]
        if following is not None and (owner.style == "block" or place == 0):
            end = self._entry_start((*path[:-1], following))
            return [*self._rescued(path, start, end), Patch(start, end, "")]
        previous = self.stands[(*path[:-1], owner.parts[place - 1])]
        space = " " if previous.start == previous.end else ""
        return [*self._rescued(path, previous.end, stand.end), Patch(previous.end, stand.end, space)]
