"""One CSV file of an economy data set as columns, and the mistakes found in it, each with file, line and rule.

A file is comma-separated UTF-8 with a header; columns may come in any order, and further ones are left alone.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]

_LONGEST_SHOWN = 40
_LINES_TOLD = 30
"""mistakes told in the text of the error; its `problems` hold all"""


class DataError(ValueError):
    """A data set cannot be used. `problems` holds every mistake found, each `file:line: what was found; the rule`."""

    def __init__(self, folder: str, problems: Iterable[str]) -> None:
        self.folder = folder
        self.problems = list(problems)
        super().__init__(folder, self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        lines = [f"{self.folder}: {count} mistake{'s' if count > 1 else ''}", *self.problems[:_LINES_TOLD]]
        if count > _LINES_TOLD:
            lines.append(f"… and {count - _LINES_TOLD} more")
        return "\n".join(lines)


class Problems(list[str]):
    """Mistakes found so far."""

    def tell(self, file: str, line: int | None, found: str, rule: str) -> None:
        """Note one, on one line; `line` counts from 1, None where the mistake is of the whole file."""
        place = file if line is None else f"{file}:{line}"
        text = f"{place}: {found}; {rule}"
        self.append("".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text))


@dataclass(frozen=True, eq=False)
class Table:
    """A file: column name → its cells, and the line of the file on which each row ends. `broken` rows are left out."""

    file: str
    columns: dict[str, list[str]]
    lines: Integers
    broken: int

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def cells(self, column: str) -> list[str]:
        """The cells of a column, without blanks around them."""
        return list(map(str.strip, self.columns[column]))

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True, eq=False)
class Grid:
    """A value for each cell of some axes, NaN where no row names it, and the line of that row, 0 where none."""

    file: str
    values: Floats
    lines: Integers


def read_table(path: Path, required: Sequence[str], problems: Problems, optional: bool = False) -> Table | None:
    """The file at `path`; None if it cannot be read (told) or is not there (told unless `optional`).

    `required` names the columns it must have; `a|b` means either.
    """
    file = path.name
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        if not optional:
            problems.tell(file, None, "no such file", f"a data set needs it, with columns {_listed(required)}")
        return None
    except OSError as error:
        problems.tell(file, None, f"cannot be read ({error.strerror})", "a CSV file is expected")
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.tell(file, line, f"byte 0x{raw[error.start]:02x} is not UTF-8", "save the file as CSV in UTF-8")
        return None
    return _table(file, text, required, problems)


def _table(file: str, text: str, required: Sequence[str], problems: Problems) -> Table | None:
    """The text as a table; rows with too few or too many cells are told and left out."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    lines, rows = [], []
    try:
        for row in reader:
            lines.append(reader.line_num)
            rows.append(row)
    except csv.Error as error:
        problems.tell(
            file, reader.line_num, f"not CSV ({error})", "cells are separated by commas, and quoted if need be"
        )
        return None
    blank = {at for at, row in enumerate(rows) if not any(row)}
    if blank:
        lines = [line for at, line in enumerate(lines) if at not in blank]
        rows = [row for at, row in enumerate(rows) if at not in blank]
    if not rows:
        problems.tell(file, None, "the file is empty", f"its first row names the columns {_listed(required)}")
        return None
    header = [name.strip() for name in rows[0]]
    if not _header_holds(file, lines[0], header, required, problems):
        return None
    if len(rows) == 1:
        problems.tell(file, lines[0], "no row after the header", "at least one is needed")
        return None
    whole = [at for at in range(1, len(rows)) if len(rows[at]) == len(header)]
    if len(whole) < len(rows) - 1:
        for line, row in zip(lines, rows, strict=True):
            if len(row) != len(header):
                problems.tell(file, line, f"{len(row)} cells", f"as many as columns in the header, {len(header)}")
    cells = zip(*(rows[at] for at in whole), strict=True) if whole else ([] for _ in header)
    columns = dict(zip(header, map(list, cells), strict=True))
    return Table(file, columns, np.array([lines[at] for at in whole], dtype=np.int64), len(rows) - 1 - len(whole))


def _header_holds(file: str, line: int, header: list[str], required: Sequence[str], problems: Problems) -> bool:
    missing = [name for name in required if not any(option in header for option in name.split("|"))]
    twice = sorted({name for name in header if name and header.count(name) > 1})
    for name in missing:
        spoken = name.replace("|", " or ")
        if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
            rule = "cells are separated by commas, here by something else"
        else:
            rule = f"the file needs it; there are {_listed(header)}{hint(name.split('|')[0], header)}"
        problems.tell(file, line, f"no column {spoken}", rule)
    for name in twice:
        problems.tell(file, line, f"column {name} stands twice", "a column has one name of its own")
    return not missing and not twice


def codes(table: Table, column: str, allowed: Sequence[str], kind: str, problems: Problems) -> Integers:
    """Position of each row's code in `allowed`, −1 for one that is not there, told once with its first line."""
    position = {code: number for number, code in enumerate(allowed)}
    cells = table.cells(column)
    found = np.array([position.get(code, -1) for code in cells], dtype=np.int64)
    unknown: dict[str, list[int]] = {}
    for row in np.flatnonzero(found < 0):
        unknown.setdefault(cells[row], []).append(int(table.lines[row]))
    for code, lines in unknown.items():
        more = f" (and in {len(lines) - 1:,} more row{'s' if len(lines) > 2 else ''})" if len(lines) > 1 else ""
        rule = f"a {kind} is one of {_listed(allowed)}{hint(code, allowed)}"
        problems.tell(table.file, lines[0], f"{column} is {shown(code)}{more}", rule)
    return found


def numbers(table: Table, column: str, holds: Callable[[Floats], Truths], rule: str, problems: Problems) -> Floats:
    """The column as numbers; NaN, and told, where a cell is none, not finite, or not what the rule says."""
    cells = table.columns[column]
    try:
        values = np.array(list(map(float, cells)))
    except ValueError:
        values = np.array([_number(cell) for cell in cells])
    finite = np.isfinite(values)
    good = finite & holds(np.where(finite, values, 0.0))
    for row in np.flatnonzero(~good):
        wanted = rule if finite[row] else "a finite number with a decimal point and no other marks, as 1234.5"
        problems.tell(table.file, int(table.lines[row]), f"{column} is {shown(cells[row].strip())}", wanted)
    return np.where(good, values, np.nan)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def grid(
    table: Table, axes: Sequence[tuple[str, Integers, Sequence[str]]], values: Floats, complete: str, problems: Problems
) -> Grid:
    """Rows laid out over axes (column, position of each row, codes). A cell named twice is told, and left out once.

    With `complete`, the rule in words, cells that no row names are told too, unless broken rows and unknown codes
    explain them.
    """
    shape = tuple(len(allowed) for _, _, allowed in axes)
    known = np.logical_and.reduce([position >= 0 for _, position, _ in axes])
    flat = np.ravel_multi_index(tuple(np.where(known, position, 0) for _, position, _ in axes), shape)
    rows = np.flatnonzero(known)
    _, first = np.unique(flat[rows], return_index=True)
    kept = rows[first]
    lines = np.zeros(shape, dtype=np.int64)
    laid = np.full(shape, np.nan)
    lines.flat[flat[kept]] = table.lines[kept]
    laid.flat[flat[kept]] = values[kept]
    for row in np.setdiff1d(rows, kept):
        cell = named([(column, allowed) for column, _, allowed in axes], np.unravel_index(flat[row], shape))
        rule = f"each cell stands once, and this one in line {lines.flat[flat[row]]} already"
        problems.tell(table.file, int(table.lines[row]), f"second row of {cell}", rule)
    missing = np.argwhere(lines == 0)
    if complete and len(missing) > table.broken + np.count_nonzero(~known):
        cell = named([(column, allowed) for column, _, allowed in axes], missing[0])
        found = f"{len(missing):,} of {lines.size:,} cells missing, the first {cell}"
        problems.tell(table.file, None, found, complete)
    return Grid(table.file, laid, lines)


def named(axes: Sequence[tuple[str, Sequence[str]]], cell: Iterable[int]) -> str:
    """A cell in words: exporter CHN, importer USA, sector AGR."""
    return ", ".join(f"{column} {allowed[at]}" for (column, allowed), at in zip(axes, cell, strict=True))


def hint(word: str, allowed: Sequence[str]) -> str:
    """The closest valid word as a question, empty when none is near."""
    by_lower = {name.lower(): name for name in allowed}
    near = get_close_matches(word.lower()[:_LONGEST_SHOWN], by_lower, n=1)
    return f" (did you mean {by_lower[near[0]]}?)" if near else ""


def shown(cell: str) -> str:
    """What was found, on one line; a long text is cut."""
    if not cell:
        return "empty"
    return repr(cell if len(cell) <= _LONGEST_SHOWN else cell[: _LONGEST_SHOWN - 3] + "...")


def _listed(words: Sequence[str]) -> str:
    spoken = [word.replace("|", " or ") for word in words]
    return ", ".join(spoken) if len(spoken) <= 20 else ", ".join([*spoken[:20], f"… ({len(spoken)})"])
