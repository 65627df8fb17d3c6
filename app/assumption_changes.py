"""What has changed in the rows of a workbook, as amendments of the scenario file.

Only cells that differ from those that were handed out are changes, so what has changed in the file meanwhile stays.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from app.assumption_rows import (
    ADJUSTS,
    IN_FULL,
    KNOWN,
    NOTE,
    NUMBERS,
    PARAMETERS,
    PATH,
    SHAPE,
    SHOWN_ONLY,
    SOURCE,
    TITLE,
    UNIT,
    VALUE,
    WHAT_IF,
    WHAT_IF_COLUMNS,
    WHERE,
    WITHIN,
    Quantity,
    measures,
    quantities_of,
    shape_key,
    what_if_rows,
)
from app.workbook import Cell, CellMark, Row, RowMark
from sim.scenario import document, overlay
from sim.scenario.amendment import NULL, Amendment
from sim.scenario.document import Path, dotted
from sim.scenario.overlay import Adjusted
from sim.scenario.problems import Problem, ScenarioError, closest, describe
from sim.scenario.provenance import Documented
from sim.scenario.scalars import parse
from sim.scenario.units import Dimension, exact, is_word, value, written

_SAME = 1e-12
"""relative difference of two cells that say the same: programs keep 15 digits"""


class Changes:
    """The amendments that changed cells ask for, and what is wrong with them."""

    def __init__(self, scenario: Documented) -> None:
        self.scenario = scenario
        self.quantities = {one.path: one for one in quantities_of(scenario)}
        self.lines = dict(what_if_rows(scenario.tree))
        self.amendments: list[Amendment] = []
        self.problems: list[Problem] = []
        self.seen: dict[str, CellMark] = {}

    def at_its_cell(self, problem: Problem) -> Problem:
        """A problem of the changed scenario, told at the cell that brought it about, if one did."""
        for amendment in reversed(self.amendments):
            keys = list(map(str, amendment.keys))
            paths = {".".join(keys), ".".join(keys[2:] if keys[0] == overlay.WHAT_IFS else keys)}
            if any(path and problem.path and _meet(path, problem.path) for path in paths):
                return problem._replace(mark=amendment.mark)
        return problem

    # Cells that differ

    def _changed(self, row: Row, base: Row | None, now: Row, mark: RowMark, path: str) -> dict[str, Cell]:
        """The cells that somebody has changed. One that has changed in the file too, otherwise, is a problem."""
        changed = {}
        for column, cell in row.items():
            before = now[column] if base is None else base[column]
            if _alike(cell, before) or _alike(cell, now[column]):
                continue
            if not _alike(before, now[column]):
                message = (
                    f"found {_told(cell)} over {_told(before)}, but the file says {_told(now[column])} by now; "
                    "export it again"
                )
                self.problems.append(Problem(mark.at(column), path, message))
            changed[column] = cell
        return changed

    def _wrong(self, mark: CellMark, path: str, message: str, suggestion: str | None = None) -> None:
        self.problems.append(Problem(mark, path, message, suggestion))

    def _twice(self, name: str, mark: CellMark, path: str) -> bool:
        first = self.seen.setdefault(name, mark)
        if first != mark:
            self._wrong(mark, path, f"stands here a second time; the first is at {first.cell}")
        return first != mark

    # Assumptions

    def of_quantity(self, row: Row, base: Row | None, mark: RowMark) -> None:
        """Note what a row of the assumptions asks for."""
        path = str(row[PATH] or "").strip()
        one = self.quantities.get(path)
        if one is None:
            message = "is a path of no number of this scenario; numbers are added in the file" if path else "is missing"
            self._wrong(mark.at(PATH), path, message, closest(path, list(self.quantities)))
            return
        if self._twice(path, mark.at(PATH), path):
            return
        changed = self._changed(row, base, one.row, mark, path)
        for column in SHOWN_ONLY:
            if column != WHERE and column in changed:
                message = f"found {_told(changed[column])}; this column tells and is not changed here"
                self._wrong(mark.at(column), path, message)
            changed.pop(column, None)
        if changed:
            try:
                self._amend(one, changed, {**one.row, **changed}, mark)
            except _AtColumn as error:
                self._wrong(mark.at(error.column), path, str(error))

    def _amend(self, one: Quantity, changed: dict[str, Cell], row: Row, mark: RowMark) -> None:
        raw = one.raw
        about = {column: cell for column, cell in changed.items() if column in (SOURCE, KNOWN, NOTE)}
        measured = {column: cell for column, cell in changed.items() if column not in about}
        first = mark.at(next(iter(changed)))
        if isinstance(raw, Adjusted) and (row[SHAPE] == ADJUSTS or about):
            raise _AtColumn(next(iter(changed)), "adjusts what the file extends; change the file, or give it a shape")
        whole = not isinstance(raw, dict) or SHAPE in changed or (UNIT in changed and "unit" not in raw)
        if not whole:
            for column, cell in measured.items():
                for keys, new in _part(one, raw, column, cell, row):
                    self.amendments.append(Amendment((*one.at, *keys), new, mark.at(column), literal=True))
            for column, cell in about.items():
                for key, text in _said(raw, column, cell):
                    self.amendments.append(Amendment((*one.at, key), text, mark.at(column), literal=True))
            return
        new = _built(one, row) if measured else raw
        if about or (isinstance(raw, dict) and isinstance(new, dict)) or (isinstance(raw, dict) and raw.keys() & _SAID):
            kept = {key: item for key, item in raw.items() if key in _SAID} if isinstance(raw, dict) else {}
            new = {**(new if isinstance(new, dict) else {"value": new}), **kept}
            for column, cell in about.items():
                for key, text in _said(new, column, cell):
                    new = {name: item for name, item in new.items() if name != key}
                    new |= {} if text is None else {key: text}
        _tried(new, one, next(iter(changed)))
        self.amendments.append(Amendment(one.at, new, first, literal=True))

    # What-ifs

    def of_what_if(self, row: Row, base: Row | None, mark: RowMark) -> None:
        """Note what a row of the what-ifs asks for."""
        name, path = (str(row[column] or "").strip() for column in (WHAT_IF, PATH))
        shown = f"what_ifs.{name}.{path}".rstrip(".")
        if not name:
            self._wrong(mark.at(WHAT_IF), shown, "is missing; a line names its what-if")
            return
        if self._twice(shown, mark.at(PATH), shown):
            return
        empty: Row = dict.fromkeys(WHAT_IF_COLUMNS)
        now = self.lines.get((name, path)) or self._shared(name) or empty
        if (name, path) not in self.lines:
            now = {**now, VALUE: None, PATH: path or None}
            base = None
            row = {**row, **{column: now[column] for column in (TITLE, SOURCE) if row[column] is None}}
        changed = self._changed(row, base, {**now, WHAT_IF: name, PATH: path or None}, mark, shown)
        for column, key in ((TITLE, "title"), (SOURCE, "source")):
            if column in changed:
                self._shared_text(name, key, changed[column], mark.at(column))
        if VALUE in changed:
            self._line(name, path, changed[VALUE], mark.at(VALUE))
        elif path and (name, path) not in self.lines:
            self._wrong(mark.at(VALUE), shown, "is missing; give the new value, or null to take a part out")

    def _shared(self, name: str) -> Row | None:
        return next((row for (what_if, _), row in self.lines.items() if what_if == name), None)

    def _shared_text(self, name: str, key: str, cell: Cell, mark: CellMark) -> None:
        """Title and source stand in every row of a what-if; they may be changed in one."""
        keys = (overlay.WHAT_IFS, name, key)
        text = None if cell is None else str(cell)
        others = [one for one in self.amendments if tuple(one.keys) == keys]
        if any(one.value != text for one in others):
            self._wrong(mark, dotted(keys), f"found {_told(cell)}, and another {key} at {others[0].mark}")
        elif not others:
            self.amendments.append(Amendment(keys, text, mark))

    def _line(self, name: str, path: str, cell: Cell, mark: CellMark) -> None:
        keys = (overlay.WHAT_IFS, name, *path.split("."))
        if not path or not all(keys):
            self._wrong(mark, f"what_ifs.{name}", "has no path; give one, such as milestones.summit.takes_place")
            return
        new: Any = None
        if isinstance(cell, datetime.date):
            new = cell.isoformat()
        elif isinstance(cell, str):
            try:
                read = document.parse_value(cell, "")
            except ScenarioError as error:
                self._wrong(mark, dotted(keys), f"found {_told(cell)}: {error.problems[0].message}")
                return
            new = NULL if read.data is None else read.data
        elif cell is not None:
            new = _plain(cell, "")
        self.amendments.append(Amendment(keys, new, mark))


class _AtColumn(Exception):  # noqa: N818  # never leaves this module
    """Something is wrong with the cell in a column."""

    def __init__(self, column: str, message: str) -> None:
        self.column = column
        super().__init__(message)


_SAID = frozenset(("source", "known", "published", "note"))


def _meet(one: str, other: str) -> bool:
    """Whether one of two dotted paths leads to the other, or beyond it."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def _alike(one: Cell, other: Cell) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= _SAME * max(abs(one), abs(other))
    return (one if one != "" else None) == (other if other != "" else None)


def _told(cell: Cell) -> str:
    return "an empty cell" if cell is None else describe(cell)


def _plain(number: float, unit: str) -> Any:
    """A number of a cell as it is written in the file: 0.2 in per cent is `20 %`."""
    exactly = Decimal(f"{number:.15g}") * (100 if unit == "%" else 1)
    text = f"{exactly.normalize():f}"
    return f"{text} {unit}" if unit else int(text) if text.lstrip("-").isdecimal() else float(text)


def _quantity(cell: Cell, column: str, kind: Dimension, unit: str, own_unit: bool) -> Any:
    """What a number's cell says, as it is written in the file. `own_unit`: the mapping has its unit once for all."""
    spoken = "" if own_unit else unit
    if cell is None:
        raise _AtColumn(column, "is empty; give " + _wanted(kind))
    if isinstance(cell, datetime.datetime):
        if cell.time() != datetime.time():
            raise _AtColumn(column, f"found {cell}; a date has no time of day")
        cell = cell.date()
    if isinstance(cell, bool):
        raise _AtColumn(column, f"found {describe(cell)}; give {_wanted(kind)}")
    if kind is Dimension.choice:
        if not is_word(cell):
            raise _AtColumn(column, f"found {_told(cell)}; give {_wanted(kind)}")
        return cell
    new: Any = cell
    if isinstance(cell, datetime.date):
        new = cell.isoformat()
    elif isinstance(cell, str):
        new = cell.strip()
        try:
            bare = None if kind is Dimension.date else exact(new)
        except ValueError as error:
            raise _AtColumn(column, str(error)) from None
        if bare is not None and not bare[1]:
            new = _plain(float(bare[0]), spoken)
    else:
        new = _plain(cell, spoken)
    try:
        value(new, kind, unit if own_unit else "")
    except ValueError as error:
        raise _AtColumn(column, str(error)) from None
    return new


def _wanted(kind: Dimension) -> str:
    return written(kind)


def _part(one: Quantity, raw: Mapping[str, Any], column: str, cell: Cell, row: Row) -> Iterator[tuple[Path, Any]]:
    """The change of one part of a distribution, for one cell."""
    key = shape_key(raw)
    shape = str(row[SHAPE])
    if column == UNIT:
        yield ("unit",), cell
    elif column == WITHIN:
        yield ("truncate",), None if cell is None else _yaml(cell, column)
    elif column == IN_FULL and PARAMETERS[shape] == (IN_FULL,):
        read = _yaml(cell, column)
        if isinstance(read, dict) and "between" in read and "beta" in read:
            yield ("between",), read["between"]
            read = read["beta"]
        yield (key,), read
    elif column in PARAMETERS[shape]:
        kind = measures(column, shape, one.scalar.dimension)
        unit = _of_spread(one, column, row)
        new = _quantity(cell, column, kind, unit, "unit" in raw)
        yield (key,) if shape == "fixed" else (key, PARAMETERS[shape].index(column)), new
    else:
        raise _AtColumn(column, f"{shape} has no such parameter; it has {', '.join(PARAMETERS[shape])}")


def _of_spread(one: Quantity, column: str, row: Row) -> str:
    """The unit of a cell: that of the row, but the spread of dates is in days and of logarithms has none."""
    if column != "Spread":
        return str(row[UNIT] or "")
    kind = measures(column, str(row[SHAPE]), one.scalar.dimension)
    if kind is one.scalar.dimension and row[SHAPE] != "lognormal":
        return str(row[UNIT] or "")
    return "d" if kind is Dimension.days else ""


def _yaml(cell: Cell, column: str) -> Any:
    if cell is None:
        raise _AtColumn(column, "is empty; write it as in the file, such as {high: 60 %, low: 40 %}")
    try:
        return document.parse_value(str(cell), "").data
    except ScenarioError as error:
        raise _AtColumn(column, f"found {_told(cell)}: {error.problems[0].message}") from None


def _built(one: Quantity, row: Row) -> Any:
    """The whole value that a row describes: a plain one, or a mapping with its shape."""
    shape = str(row[SHAPE] or "").strip()
    if shape not in PARAMETERS:
        near = closest(shape, PARAMETERS)
        hint = f" (did you mean {near!r}?)" if near else ""
        raise _AtColumn(SHAPE, f"found {_told(row[SHAPE])}{hint}; allowed: {', '.join(PARAMETERS)}")
    raw = one.raw if isinstance(one.raw, dict) else {}
    own_unit = "unit" in raw
    extra = {"unit": str(row[UNIT])} if own_unit and row[UNIT] else {}
    for column in (*NUMBERS, IN_FULL):
        if row[column] is not None and column not in PARAMETERS[shape] and not _alike(row[column], one.row[column]):
            raise _AtColumn(column, f"{shape} has no such parameter; it has {', '.join(PARAMETERS[shape])}")
    if row[WITHIN] is not None and shape not in ("fixed", "choice"):
        extra["truncate"] = _yaml(row[WITHIN], WITHIN)
    if PARAMETERS[shape] == (IN_FULL,):
        read = _yaml(row[IN_FULL], IN_FULL)
        return {**(read if isinstance(read, dict) and "beta" in read else {shape: read}), **extra}
    numbers = []
    for column in PARAMETERS[shape]:
        kind = measures(column, shape, one.scalar.dimension)
        numbers.append(_quantity(row[column], column, kind, _of_spread(one, column, row), own_unit))
    if shape != "fixed":
        return {shape: numbers, **extra}
    return {"value": numbers[0], **extra} if extra else numbers[0]


def _said(raw: Any, column: str, cell: Cell) -> Iterator[tuple[str, Any]]:
    """The change of what is said about a number: key → text, or None to take it out."""
    key = {SOURCE: "source", NOTE: "note", KNOWN: "known"}[column]
    if key == "known" and isinstance(raw, dict) and "published" in raw:
        key = "published"
    if cell is None:
        if not (isinstance(raw, dict) and key in raw):
            raise _AtColumn(column, "comes from around the number and cannot be emptied here; give another one")
        yield key, None
    elif key in ("known", "published"):
        yield key, _quantity(cell, column, Dimension.date, "", False)
    else:
        yield key, str(cell)


def _tried(new: Any, one: Quantity, column: str) -> None:
    of_any_kind = one.at[-2:-1] == ("parameters",)  # which may be negative
    try:
        parse(new, None if of_any_kind else one.scalar.dimension)
    except ValueError as error:
        raise _AtColumn(column, str(error)) from None
