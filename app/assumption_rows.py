"""The numbers of a scenario and the lines of its what-ifs as rows of cells under named columns."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from app.workbook import Cell, Layout, Row, Sheet
from sim import days
from sim.scenario import document, overlay, supply_defaults
from sim.scenario.document import Path, dotted
from sim.scenario.overlay import Adjusted, Tree, is_distribution
from sim.scenario.problems import Mark
from sim.scenario.provenance import DEFAULT, Documented, collect_scalars, provenance, sources
from sim.scenario.scalars import Scalar
from sim.scenario.shapes import SHAPES
from sim.scenario.spelling import spelt
from sim.scenario.units import Dimension, exact, is_date, unit_of

PARAMETERS: dict[str, tuple[str, ...]] = {
    "fixed": ("Value",),
    "uniform": ("Least", "Most"),
    "triangular": ("Least", "Most likely", "Most"),
    "pert": ("Least", "Most likely", "Most"),
    "normal": ("Middle", "Spread"),
    "lognormal": ("Middle", "Spread"),
    "beta": ("In full",),
    "choice": ("In full",),
    "table": ("In full",),
}
"""shape → the columns of its parameters, in the order of the file"""
ADJUSTS = "adjusts"
"""stands for a shape where the file changes by `+5 pp` what it extends"""
NUMBERS = ("Value", "Least", "Most likely", "Most", "Middle", "Spread")
PATH, WHAT, KIND, SHAPE, IN_FULL, WITHIN, UNIT = "Path", "What it is", "Kind", "Shape", "In full", "Within", "Unit"
SOURCE, KNOWN, NOTE, WHERE = "Source", "Known", "Note", "Where"
COLUMNS = (PATH, WHAT, KIND, SHAPE, *NUMBERS, IN_FULL, WITHIN, UNIT, SOURCE, KNOWN, NOTE, WHERE)
SHOWN_ONLY = (PATH, WHAT, KIND, WHERE)
WHAT_IF, TITLE, VALUE = "What-if", "Title", "Value"
WHAT_IF_COLUMNS = (WHAT_IF, TITLE, PATH, VALUE, SOURCE)
ASSUMPTIONS = Layout("Assumptions", COLUMNS, key=(PATH,), shown_only=SHOWN_ONLY, choices={SHAPE: tuple(PARAMETERS)})
WHAT_IFS = Layout("What-ifs", WHAT_IF_COLUMNS, key=(WHAT_IF, PATH), as_typed=(VALUE,))
_KINDS = {
    Dimension.share: "share",
    Dimension.points: "percentage points",
    Dimension.days: "duration",
    Dimension.date: "date",
    Dimension.money: "money",
    Dimension.tonnes: "mass",
    Dimension.number: "number",
    Dimension.choice: "word",
}
_BETWEEN = {"parameters", "policy", "rules", "beliefs", "do", "terms", "challenge", "preset"}
"""keys that say little about the number beneath them"""


class Quantity(NamedTuple):
    """A scalar of the scenario, as it is written."""

    path: str
    """as `parley show` has it"""
    at: Path
    """where it stands in the data"""
    raw: Any
    scalar: Scalar
    row: Row


def sheets_of(scenario: Documented) -> tuple[Sheet, Sheet]:
    """The two tables of a scenario: its assumptions and its what-ifs."""
    quantities = list(quantities_of(scenario))
    per_cent = {(place, column) for place, one in enumerate(quantities) for column in _per_cent(one)}
    lines = [row for _, row in what_if_rows(scenario.tree)]
    rows = [one.row for one in quantities]
    return Sheet(ASSUMPTIONS, rows, per_cent, _comments(scenario, quantities)), Sheet(WHAT_IFS, lines, set(), {})


def _per_cent(one: Quantity) -> Iterator[str]:
    """The columns whose numbers are shown in per cent."""
    for column in NUMBERS if one.row[UNIT] == "%" else ():
        if isinstance(one.row[column], int | float) and (column != "Spread" or one.row[SHAPE] != "lognormal"):
            yield column


def quantities_of(scenario: Documented) -> Iterator[Quantity]:
    """Every scalar that the file gives, in its order, with its row; then those of files that it extends."""
    found = sorted(_quantities(scenario), key=lambda one: (one[0].file != scenario.tree.file, one[0]))
    yield from (one for _, one in found)


def _quantities(scenario: Documented) -> Iterator[tuple[Mark, Quantity]]:
    """Each scalar with its place."""
    tree, raw_sources, told = scenario.tree, sources(scenario), provenance(scenario)
    for path, scalar in collect_scalars(scenario).items():
        if told[path].source == DEFAULT:
            continue
        steps = tuple(int(key) if key.isdecimal() else key for key in path.split("."))
        at = tree.written(steps)
        raw = tree.at(at)
        row: Row = dict.fromkeys(COLUMNS)
        mark = tree.place(at).value
        row |= {PATH: path, WHAT: _in_words(tree, at), KIND: _KINDS[scalar.dimension]}
        row |= {SOURCE: raw_sources[path], WHERE: f"{FilePath(mark.file).name}:{mark.line}"}
        row |= _cells(raw, scalar.dimension)
        if (day := told[path].known) is not None and supply_defaults.is_shipped(mark.file):
            row[KNOWN] = days.date(day)  # a default's day stands around it
        yield mark, Quantity(path, at, raw, scalar, row)


def _in_words(tree: Tree, at: Path) -> str:
    titles: list[str] = []
    rest: list[str] = []
    node = tree.data
    for key in at:
        node = node[key]
        title = (node.get("title") or node.get("name")) if isinstance(node, dict) else None
        if isinstance(title, str):
            titles.append(title)
            rest = []
        elif isinstance(key, str) and key not in _BETWEEN:
            rest.append(_title(tree, at, key) or key.replace("_", " "))
    return ": ".join([", ".join(titles[:1] + titles[1:][-1:]), *rest] if titles else rest)


def _title(tree: Tree, at: Path, key: str) -> str | None:
    """The title of a region or a sector of `supply:` that is a key beneath another part of it."""
    supply = tree.data[supply_defaults.SECTION] if at[0] == supply_defaults.SECTION else {}
    named = (supply.get(kind) or {} for kind in ("regions", "sectors"))
    return next((part["title"] for names in named if isinstance(part := names.get(key), dict)), None)


def _cells(raw: Any, dimension: Dimension) -> Row:
    """The cells of a quantity's shape, parameters, unit and what is said about it."""
    if isinstance(raw, Adjusted):
        return {SHAPE: ADJUSTS, IN_FULL: raw.by}
    if not isinstance(raw, dict):
        unit = _unit(raw)
        return {SHAPE: "fixed", "Value": _number(raw, dimension, unit), UNIT: unit or None}
    key = shape_key(raw)
    shape = "fixed" if key == "value" else key
    inside = raw[key]
    unit = unit_of(raw["unit"], raw["unit"]) if "unit" in raw else _common_unit(shape, inside)
    cells: Row = {SHAPE: shape, UNIT: unit or None, NOTE: raw.get("note")}
    if PARAMETERS[shape] == (IN_FULL,):
        cells[IN_FULL] = spelt(inside if "between" not in raw else {"beta": inside, "between": raw["between"]})
    else:
        items = inside if isinstance(inside, list) else [inside]
        for column, item in zip(PARAMETERS[shape], items, strict=True):
            kind = measures(column, shape, dimension)
            of_row = kind is dimension and (column, shape) != ("Spread", "lognormal")
            cells[column] = _number(item, kind, unit if of_row else _unit(item), "unit" in raw)
    if "truncate" in raw:
        cells[WITHIN] = spelt(raw["truncate"])
    known = raw.get("known", raw.get("published"))
    cells[KNOWN] = datetime.date.fromisoformat(known) if isinstance(known, str) and is_date(known) else None
    return cells


def shape_key(raw: Mapping[str, Any]) -> str:
    """The key that names the shape of a distribution."""
    return next(key for key in raw if key in SHAPES)


def measures(column: str, shape: str, dimension: Dimension) -> Dimension:
    """What a parameter measures: the spread of dates is a duration, of logarithms a number."""
    if column != "Spread":
        return dimension
    if shape == "lognormal":
        return Dimension.number
    return Dimension.days if dimension is Dimension.date else dimension


def _unit(raw: Any) -> str:
    if not isinstance(raw, str) or is_date(raw):
        return ""
    parts = exact(raw)
    return parts[1] if parts else ""


def _common_unit(shape: str, inside: Any) -> str:
    items = inside if isinstance(inside, list) else [inside]
    if shape in ("normal", "lognormal"):
        items = items[:1]
    return next((unit for unit in map(_unit, items) if unit), "") if PARAMETERS[shape] != (IN_FULL,) else ""


def _number(raw: Any, dimension: Dimension, unit: str, bare: bool = False) -> Cell:
    """A quantity as a cell: a number in the row's unit (20 % is 0.2), a date; text where its unit is another."""
    if dimension is Dimension.choice:
        return str(raw)
    if dimension is Dimension.date:
        return datetime.date.fromisoformat(str(raw).strip())
    parts = exact(str(raw))
    if parts is None or (parts[1] != unit and not (bare and not parts[1])):
        return str(raw)
    number = parts[0] / 100 if unit == "%" else parts[0]
    return int(number) if number == number.to_integral_value() else float(number)


def what_if_rows(tree: Tree) -> Iterator[tuple[tuple[str, str], Row]]:
    """(what-if, path) → row, for every line of every what-if; one without a path for a what-if without lines."""
    what_ifs = tree.data.get(overlay.WHAT_IFS) or {}
    for name, lines in what_ifs.items():
        shared: Row = {WHAT_IF: name, TITLE: lines.get("title"), SOURCE: lines.get("source")}
        leaves = {dotted(path): found for path, found in _leaves(lines) if path[0] not in ("title", "source")}
        for path, found in leaves.items():
            yield (name, path), {**shared, PATH: path, VALUE: spelt(found)}
        if not leaves:
            yield (name, ""), {**shared, PATH: None, VALUE: None}


def _leaves(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(node, dict) and node and not is_distribution(node):
        for key, part in node.items():
            yield from _leaves(part, (*path, key))
    elif path:
        yield path, node


def _comments(scenario: Documented, quantities: Sequence[Quantity]) -> dict[int, str]:
    """Row (from 0) → the comments of its file beside the value and in the lines above it."""
    own = document.read(scenario.document_path)
    lines = own.text.splitlines()
    by_line: dict[int, str] = {}
    for start, end in document.outline(own.text, own.file).comments:
        by_line[own.text.count("\n", 0, start) + 1] = own.text[start:end].lstrip("#").strip()
    found = {}
    for place, one in enumerate(quantities):
        marks = own.marks.get(one.at)
        if marks is None:
            continue
        first, last = (marks.key or marks.value).line, own.text.count("\n", 0, max(marks.start, marks.end - 1)) + 1
        above = first - 1
        while above and lines[above - 1].lstrip().startswith("#"):
            above -= 1
        told = [by_line[line] for line in range(above + 1, last + 1) if by_line.get(line)]
        if told:
            found[place] = "\n".join(told)
    return found
