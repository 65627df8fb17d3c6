"""YAML files as plain data in which every value knows its place. The only module that knows the YAML library.

Text is composed once, to nodes that carry positions; plain data and the table of places come from one walk.
Plain scalars are read by the core schema of YAML 1.2: `NO`, `on` and `yes` are text, and so are dates. A
number with a leading plus stays text as well, for over an existing value it is an adjustment. Nothing is
ever constructed from a tag, and what aliases stand for is measured before it is spelt out.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any, Literal, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.resolver import BaseResolver
from ruamel.yaml.tag import Tag

from sim.scenario.problems import Mark, Problem, ScenarioError, describe

MAX_BYTES = 1_000_000
"""bytes of a file"""
MAX_DEPTH = 32
"""mappings and lists inside one another, aliases spelt out"""
MAX_NODES = 50_000
"""keys and values of a file, aliases spelt out"""
MAX_DIGITS = 40
"""digits of a whole number"""

Path = tuple[str | int, ...]
"""Where a value stands in the data: keys and list positions from the top down."""


class Place(NamedTuple):
    """Where a value stands: the marks of its key (if it has one) and of itself, its range in the text."""

    key: Mark | None
    value: Mark
    start: int
    end: int


@dataclass(frozen=True)
class Document:
    """A file that has been read: its text, its plain data, and the place of each value by its path.

    What cannot be read, though the rest can, is a problem; its data do without it.
    """

    file: str
    text: str
    data: Any
    marks: dict[Path, Place]
    problems: tuple[Problem, ...] = ()
    lost: frozenset[Path] = frozenset()
    """paths of the values that could not be read"""


def read(path: str | FilePath) -> Document:
    """Read a YAML file whose top level is a mapping. ScenarioError, with the place, for all else."""
    file = str(path)
    top = Mark(file, 1, 1)
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        raise ScenarioError([Problem(top, "", "is a pipe or a device; a scenario is one YAML file")])
    try:
        with open(path, "rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ScenarioError([Problem(top, "", "there is no such file")]) from None
    except IsADirectoryError:
        raise ScenarioError([Problem(top, "", "is a folder; a scenario is one YAML file")]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ScenarioError([Problem(top, "", f"cannot be read: {reason}")]) from None
    if len(content) > MAX_BYTES:
        raise ScenarioError([Problem(top, "", f"is larger than {MAX_BYTES:,} bytes, the most allowed")])
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line_start = content.rfind(b"\n", 0, error.start) + 1
        column = len(content[line_start : error.start].decode(errors="replace")) + 1
        mark = Mark(file, content.count(b"\n", 0, error.start) + 1, column)
        message = f"found the byte 0x{content[error.start]:02x}, not UTF-8 text; save the file as UTF-8"
        raise ScenarioError([Problem(mark, "", message)]) from None
    return parse(text, file)


@lru_cache(maxsize=8)
def parse(text: str, file: str) -> Document:
    """Read YAML text whose top level is a mapping. ScenarioError, with the place, for all else.

    A base and its what-ifs are one text, which is read once; nobody changes a Document.
    """
    document = parse_value(text, file)
    if document.data is None and document.marks[()].start == document.marks[()].end:
        raise ScenarioError(
            [Problem(Mark(file, 1, 1), "", "is empty; a scenario starts with `schema: 1` and `title:`")]
        )
    if () in document.lost:
        raise ScenarioError(document.problems)
    if not isinstance(document.data, dict):
        message = f"found {describe(document.data)}; a scenario is a mapping of `key: value` lines"
        raise ScenarioError([Problem(document.marks[()].value, "", message)])
    return document


def parse_value(text: str, file: str) -> Document:
    """Read YAML text that holds any one value. ScenarioError, with the place, if it cannot be read."""
    if len(text) > MAX_BYTES:
        message = f"is longer than {MAX_BYTES:,} characters, the most allowed"
        raise ScenarioError([Problem(Mark(file, 1, 1), "", message)])
    root = _compose(text, file)
    if root is None:
        top = Mark(file, 1, 1)
        return Document(file, text, None, {(): Place(None, top, 0, 0)})
    walk = _Walk(file)
    data = walk.value(root, (), None)
    return Document(file, text, data, walk.marks, tuple(sorted(walk.problems)), frozenset(walk.lost))


# ── Composing ────────────────────────────────────────────────────────────────────────────────────────

_PLAIN = Tag(suffix="plain")
_TEXT = Tag(suffix="text")
_COLLECTION = Tag(suffix="collection")
_YAML_TAGS = "tag:yaml.org,2002:"
_OWN_TAGS = (_PLAIN, _TEXT, _COLLECTION)
_UNDEFINED = Tag(suffix="undefined")
"""of a node that stands for an alias without an anchor, and holds its name"""
_TEXT_HOLDS = "text holds characters that print, tabs and line breaks"
_TOO_DEEP = f"mappings and lists stand more than {MAX_DEPTH} deep inside one another"
_TOO_MANY = f"holds more than {MAX_NODES:,} keys and values, aliases spelt out"


class _Untagged(BaseResolver):
    """Marks nodes without a tag as what they look like, so that every other tag is one of the file's own."""

    def __init__(self, version: Any = None, loader: Any = None) -> None:
        super().__init__(loader)

    def resolve(self, kind: type[Node], value: Any, implicit: Any) -> Tag:
        if kind is not ScalarNode:
            return _COLLECTION
        return _PLAIN if implicit[0] else _TEXT

    @property
    def processing_version(self) -> tuple[int, int]:
        return 1, 2


class _Refused(Exception):  # noqa: N818  # never leaves this module
    """A limit is passed, or an alias stands inside what it stands for; args: message, the library's mark."""


class _Bounded(Composer):
    """A composer that measures what aliases stand for as it goes, long before anything is spelt out."""

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader)
        self.warn_double_anchors = False  # as in YAML 1.2, an anchor may be set anew
        self.nodes = 0
        self.extent: dict[int, tuple[int, int]] = {}
        """node id → nodes and levels that it spells out to"""

    def compose_node(self, parent: Any, index: Any) -> Node:
        event = self.parser.peek_event()
        before = self.nodes
        node: Node
        if isinstance(event, AliasEvent) and event.anchor not in self.anchors:
            self.parser.get_event()
            node = ScalarNode(_UNDEFINED, event.anchor, event.start_mark, event.end_mark)
            self.extent[id(node)] = 1, 1
        else:
            node = super().compose_node(parent, index)
        if isinstance(event, AliasEvent):
            if id(node) not in self.extent:
                raise _Refused(f"the alias *{event.anchor} stands inside what it stands for", event.start_mark)
            nodes, height = self.extent[id(node)]
            self.nodes += nodes
            node = copy.copy(node)  # an alias has its own place; what it stands for is shared
            node.start_mark, node.end_mark = event.start_mark, event.end_mark
        else:
            self.nodes += 1
            nodes = self.nodes - before
            height = 1 + max((self.extent[id(child)][1] for child in _children(node)), default=0)
        self.extent[id(node)] = nodes, height
        if self.nodes > MAX_NODES:
            raise _Refused(_TOO_MANY, event.start_mark)
        if self.depth + height > MAX_DEPTH:
            raise _Refused(_TOO_DEEP, event.start_mark)
        return node


def _children(node: Node) -> Iterator[Node]:
    if isinstance(node, MappingNode):
        for pair in node.value:
            yield from pair
    elif isinstance(node, SequenceNode):
        yield from node.value


@lru_cache(maxsize=2)
def _compose(text: str, file: str) -> Node | None:
    """The nodes of a text, which nobody changes: its data and its outline are made of the same ones."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer, yaml.Resolver = _Bounded, _Untagged
    yaml.max_depth = MAX_DEPTH
    try:
        root: Node | None = yaml.compose(text)
    except _Refused as error:
        message, found = error.args
        raise ScenarioError([Problem(_mark(file, found), "", message)]) from None
    except MaxDepthExceededError as error:
        raise ScenarioError([Problem(_mark(file, error.problem_mark), "", _TOO_DEEP)]) from None
    except MarkedYAMLError as error:
        unclosed = "end of stream" in str(error.problem)  # then it matters where it was opened
        found = error.context_mark if unclosed and error.context_mark else error.problem_mark
        raise ScenarioError([Problem(_mark(file, found), "", _in_plain_words(error))]) from None
    except ReaderError as error:
        before = text[: error.position]
        mark = Mark(file, before.count("\n") + 1, error.position - before.rfind("\n"))
        message = f"found the character U+{ord(text[error.position]):04X}; {_TEXT_HOLDS}"
        raise ScenarioError([Problem(mark, "", message)]) from None
    except (YAMLError, ValueError) as error:
        # Malformed directives and escapes make the library stumble without a position.
        message = f"cannot be read as YAML: {error}"
        raise ScenarioError([Problem(Mark(file, 1, 1), "", message)]) from None
    return root


def _mark(file: str, mark: Any) -> Mark:
    return Mark(file, mark.line + 1, mark.column + 1) if mark is not None else Mark(file, 1, 1)


_IN_PLAIN_WORDS = {
    r"character '\\t'": "found a tab; indent with spaces",
    r"character '([%@`|>])' that cannot start": r"text that starts with \1 stands in quotes",
    r"character '(.)' that cannot start": r"found \1 where a value is expected",
    r"mapping values are not allowed": "found ':' where no key can stand; quote text that holds ': '",
    r"could not find expected ':'": "this line is neither `key: value` nor a list item",
    r"expected (a single document|'<document start>')": "a second document or stray text starts here",
    r"expected <block end>": "the indentation fits none of the lines above",
    r"expected ',' or '([\]}])'": r"',' or '\1' is missing",
    r"found unexpected end of stream": "a quotation mark is not closed",
    r"expected the node content": "a value is missing, or a bracket is not closed",
    r"undefined tag handle": "tags are not part of the scenario language",
}
"""The parser's messages (regular expressions) and what an analyst can do about them."""


def _in_plain_words(error: MarkedYAMLError) -> str:
    said = f"{error.context or ''} {error.problem or ''}".strip()
    for pattern, words in _IN_PLAIN_WORDS.items():
        if found := re.search(pattern, said):
            return found.expand(words)
    return f"cannot be read as YAML: {said}"


# ── From nodes to data ───────────────────────────────────────────────────────────────────────────────

_NULL = ("", "~", "null", "Null", "NULL")
_TRUE = ("true", "True", "TRUE")
_FALSE = ("false", "False", "FALSE")
_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], float]], ...] = (
    (re.compile(r"-?[0-9]+", re.ASCII), int),
    (re.compile(r"0o[0-7]+"), lambda text: int(text[2:], 8)),
    (re.compile(r"0x[0-9a-fA-F]+"), lambda text: int(text[2:], 16)),
    (re.compile(r"-?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"), lambda text: float(text.replace(".", ""))),
)


def _plain(text: str) -> str | float | bool | None:
    """A scalar without quotes, by YAML 1.2's core schema but for a leading plus. ValueError: too long."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if text[0] not in "+-.0123456789":
        return text
    for pattern, number in _NUMBERS:
        if pattern.fullmatch(text):
            if len(text) > MAX_DIGITS:
                raise ValueError(f"found a number of {len(text)} digits; at most {MAX_DIGITS} are allowed")
            return number(text)
    return text


_NAMELESS = "?"
"""the key that stands in paths for one that cannot be read"""


class _Unreadable(Exception):  # noqa: N818  # never leaves this module
    """What stands at a node is no part of the language; args: message, node."""


_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""characters that escapes can bring in and no reader of a text can take: controls, halves of a pair, no characters"""


def _readable(node: Node) -> Node:
    """The node, if it is one of the language. _Unreadable otherwise."""
    if node.ctag is _UNDEFINED:
        raise _Unreadable(f"no anchor &{node.value} stands above this alias", node)
    if node.ctag not in _OWN_TAGS:
        tag = describe(str(node.tag).replace(_YAML_TAGS, "!!"))
        raise _Unreadable(f"found the tag {tag}; tags are not part of the scenario language", node)
    if isinstance(node, ScalarNode) and (found := _NO_TEXT.search(node.value)):
        raise _Unreadable(f"found the character U+{ord(found[0]):04X}; {_TEXT_HOLDS}", node)
    return node


def _scalar(node: Node) -> str | float | bool | None:
    try:
        return str(node.value) if node.ctag is _TEXT else _plain(node.value)
    except ValueError as error:
        raise _Unreadable(str(error), node) from None


def _merged(node: Node) -> list[MappingNode]:
    """The mappings that `<<` merges."""
    sources = node.value if isinstance(_readable(node), SequenceNode) else [node]
    if not all(isinstance(_readable(source), MappingNode) for source in sources):
        raise _Unreadable("<< merges a mapping or a list of them, usually an alias such as *base", node)
    return list(sources)


def _key(node: Node) -> str:
    found = _scalar(node) if isinstance(_readable(node), ScalarNode) else None
    if isinstance(found, str):
        return found
    what = describe(found) if isinstance(node, ScalarNode) else "brackets"
    raise _Unreadable(f"found {what} as a key; keys are text (put a number or true/false in quotes)", node)


class _Walk:
    """Turns nodes into plain data, noting places and problems on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.marks: dict[Path, Place] = {}
        self.problems: list[Problem] = []
        self.lost: set[Path] = set()

    def value(self, node: Node, path: Path, key: Node | None) -> Any:
        """What stands at a node; None, and its path among the lost, if it cannot be read."""
        start, end = node.start_mark, node.end_mark
        of_key = None if key is None else _mark(self.file, key.start_mark)
        where = key.end_mark if key is not None and start.index == end.index else start  # nothing stands behind its key
        self.marks[path] = Place(of_key, _mark(self.file, where), start.index, end.index)
        try:
            return self._read(_readable(node), path)
        except _Unreadable as error:
            self._wrong(error, path)
            self.lost.add(path)
            return None

    def _read(self, node: Node, path: Path) -> Any:
        if isinstance(node, MappingNode):
            values = {
                name: self.value(item, (*path, name), key) for name, (key, item) in self._items(node, path).items()
            }
            return {name: value for name, value in values.items() if (*path, name) not in self.lost}
        if isinstance(node, SequenceNode):
            return [self.value(item, (*path, position), None) for position, item in enumerate(node.value)]
        return _scalar(node)

    def _items(self, node: MappingNode, path: Path) -> dict[str, tuple[Node, Node]]:
        """Key → nodes of key and value; `<<` adds the keys that the mapping has none of its own for."""
        items: dict[str, tuple[Node, Node]] = {}
        merges: list[tuple[Node, Node]] = []
        for key, item in node.value:
            try:
                name = _key(key)
            except _Unreadable as error:
                self._wrong(error, path)
                self.lost.add((*path, _NAMELESS))
                continue
            merging = name == "<<" and key.ctag is _PLAIN
            first = merges[0] if merging and merges else items.get(name)
            if first is not None:
                at = f"{first[0].start_mark.line + 1}:{first[0].start_mark.column + 1}"
                message = f"this key stands here a second time; the first is at {at}"
                self._wrong(_Unreadable(message, key), (*path, name))
            elif merging:
                merges.append((key, item))
            else:
                items[name] = key, item
        for _, merge in merges:
            for source in _merged(merge):
                for name, pair in self._items(source, path).items():
                    items.setdefault(name, pair)
        return items

    def _wrong(self, error: _Unreadable, path: Path) -> None:
        message, node = error.args
        self.problems.append(Problem(_mark(self.file, node.start_mark), dotted(path), message))


# ── Where the text may be changed ────────────────────────────────────────────────────────────────────


class Stand(NamedTuple):
    """How a value stands in the text: offsets of its key and of itself, and what it is written as.

    `start` is that of its anchor if it has one; `end` is behind its own last character, or that of its last part.
    An alias has no parts here, and what `<<` merges stands where it was written.
    """

    key: tuple[int, int] | None
    start: int
    end: int
    style: Literal["scalar", "flow", "block", "alias"]
    anchor: str | None
    target: Path | None
    """of an alias: the path of what it stands for"""
    parts: tuple[str | int, ...]
    """keys, or places in a list, in the order of the text"""


class Outline(NamedTuple):
    """What a text is made of, for whoever changes it: every value as it stands, and all comments."""

    stands: dict[Path, Stand]
    comments: tuple[tuple[int, int], ...]
    """offsets of each comment, from its `#` to the end of its line"""


@lru_cache(maxsize=8)
def outline(text: str, file: str) -> Outline:
    """The outline of a text that can be read. ScenarioError otherwise."""
    root = _compose(text, file)
    if root is None:
        return Outline({}, tuple(_comments(text, [])))
    survey = _Survey(text)
    survey.visit(root, (), None)
    return Outline(survey.stands, tuple(_comments(text, sorted(survey.scalars))))


_ANCHOR = re.compile(r"&(\S+)")
_BLOCK_SCALAR = re.compile(r"(?:&\S+\s+)?[|>]([-+0-9]*)")
_COMMENT = re.compile(r"(?:(?<=[ \t\r\n])|\A)#[^\r\n]*")


class _Survey:
    """Notes how each value stands, in the order of the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stands: dict[Path, Stand] = {}
        self.scalars: list[tuple[int, int]] = []
        """ranges in which `#` begins no comment"""
        self.anchors: dict[str, Path] = {}

    def visit(self, node: Node, path: Path, key: tuple[int, int] | None) -> int:
        """Note a node and its parts; the offset at which it ends."""
        start, end = node.start_mark.index, node.end_mark.index
        if start < end and self.text[start] == "*":
            target = self.anchors.get(self.text[start + 1 : end])
            self.stands[path] = Stand(key, start, end, "alias", None, target, ())
            return end
        found = _ANCHOR.match(self.text, start) if start < end else None
        if found is not None:
            self.anchors[found[1]] = path
        anchor = found[1] if found else None
        if isinstance(node, ScalarNode):
            if start == end and key is not None:  # nothing stands behind its key, wherever the library marks that
                colon = self.text.find(":", key[1], start)
                start = end = colon + 1 if colon >= 0 else start
            end = self._end_of_scalar(start, end)
            self.stands[path] = Stand(key, start, end, "scalar", anchor, None, ())
            return end
        style: Literal["flow", "block"] = "flow" if getattr(node, "flow_style", False) else "block"
        self.stands[path] = Stand(key, start, end, style, anchor, None, ())  # before its parts, as in the text
        last, parts = start, []
        for name, of_key, item in self._parts_of(node):
            parts.append(name)
            last = self.visit(item, (*path, name), of_key)
        end = end if style == "flow" else last
        self.stands[path] = Stand(key, start, end, style, anchor, None, tuple(parts))
        return end

    def _parts_of(self, node: Node) -> Iterator[tuple[str | int, tuple[int, int] | None, Node]]:
        if isinstance(node, SequenceNode):
            yield from ((place, None, item) for place, item in enumerate(node.value))
            return
        for key, item in node.value:
            range_ = key.start_mark.index, key.end_mark.index
            self.scalars.append(range_)
            yield str(key.value), range_, item

    def _end_of_scalar(self, start: int, end: int) -> int:
        header = _BLOCK_SCALAR.match(self.text, start, end)
        if header is None:
            self.scalars.append((start, end))
            return end
        line_end = self.text.find("\n", start, end)
        self.scalars.append((end if line_end < 0 else line_end, end))  # a comment may stand behind `>-`
        return end if "+" in header[1] else start + len(self.text[start:end].rstrip())


def _comments(text: str, scalars: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ranges of the comments, which begin outside of scalars."""
    after = 0
    for start, end in [*scalars, (len(text), len(text))]:
        yield from (found.span() for found in _COMMENT.finditer(text, after, max(after, start)))
        after = max(after, end)


def dotted(path: Path) -> str:
    """The path as a user writes it: `actors.us.policy`."""
    return ".".join(map(str, path))
