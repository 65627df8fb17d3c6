"""Tables in and out of an xlsx workbook. Beside what is shown, it keeps the cells as they were handed out."""

from __future__ import annotations

import datetime
import os
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.scenario.problems import Mark, Problem, ScenarioError, closest

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

Cell = str | float | datetime.date | None
Row = dict[str, Cell]
READ_ME = "Read me"
_HANDED_OUT = " as exported"
_MOST_ROWS = 20_000
_MOST_BYTES = 20_000_000
_WIDTHS = {"Path": 52, "What it is": 46, "Title": 34, "Source": 60, "Note": 44, "In full": 30, "Where": 22, "Value": 13}
_WIDTHS |= {"Kind": 17, "Within": 18}
_HEADER, _GREY, _LINE = "1F3A5F", "EDEEF0", "C9CDD2"
_HOW_TO = (
    "Change cells of the two sheets, save, and bring the changes back with:",
    "{command}",
    "",
    "Only cells that you change are taken over; comments, order and everything else of the file stay as they are.",
    "Grey columns tell where a number stands and are not changed here.",
    "Numbers are in the unit of their row; shares are per cent of one: 20 % is 0.2 shown as 20 %. Text such as 25 %, "
    "14 d or 3 bn USD may be typed too.",
    "Shape says which columns count: fixed Value; uniform Least, Most; triangular and pert Least, Most likely, Most; "
    "normal Middle (mean), Spread (standard deviation); lognormal Middle (median), Spread (of the logarithm);",
    "beta, choice and table stand In full, as in the file. Within is [least, most] of a truncated distribution.",
    "A source is a key of the file's sources or 'assumption: why'. A source of the mapping around a number is shown "
    "too; another one typed there is for this number alone.",
    "What-ifs: a new row adds a line, a new name a new what-if. Values are written as in the file: 30 %, +20 pp, "
    "{{uniform: [5 pp, 10 pp]}}, null. An emptied value takes the line out; a row that is gone changes nothing.",
)


class CellMark(Mark):
    """A place in a workbook: `file` names workbook and sheet, line and column count from 1."""

    __slots__ = ()

    @property
    def cell(self) -> str:
        """Its name in the sheet, such as F12."""
        from openpyxl.utils import get_column_letter

        return f"{get_column_letter(self.column)}{self.line}"

    def __str__(self) -> str:
        return f"{self.file}!{self.cell}"


class RowMark(NamedTuple):
    """A row of a workbook's sheet, with the places of its columns."""

    file: str
    row: int
    columns: Mapping[str, int]

    def at(self, column: str) -> CellMark:
        """The place of the cell in a column."""
        return CellMark(self.file, self.row, self.columns[column])


class Layout(NamedTuple):
    """What a sheet is called and holds."""

    title: str
    columns: Sequence[str]
    key: Sequence[str]
    """the columns that name a row"""
    shown_only: Collection[str] = ()
    """columns that are not to be changed"""
    as_typed: Collection[str] = ()
    """columns in which what is typed stays text"""
    choices: Mapping[str, Sequence[str]] = {}  # never changed
    """column → what it may hold"""


class Sheet(NamedTuple):
    """A table to be written."""

    layout: Layout
    rows: Sequence[Row]
    per_cent: Collection[tuple[int, str]]
    """rows (from 0) and columns of numbers that are shown in per cent"""
    comments: Mapping[int, str]
    """row from 0 → what the file's comments say of it"""


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────


def write_workbook(target: Path, sheets: Sequence[Sheet], about: Mapping[str, str], command: str) -> None:
    """Write a workbook whole or not at all; OSError where the disk does not take it."""
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = "Parley"
    first = book.active
    if first is not None:
        book.remove(first)
    for sheet in sheets:
        _write_sheet(book.create_sheet(sheet.layout.title), sheet)
    _write_read_me(book.create_sheet(READ_ME), about, command)
    for layout, rows, *_ in sheets:
        copy = book.create_sheet(layout.title + _HANDED_OUT)
        copy.sheet_state = "veryHidden"
        for column, name in enumerate(layout.columns, 1):
            for row, cell in enumerate([name, *(cells[name] for cells in rows)], 1):
                _fill(copy.cell(row, column), cell)
    _save(book, target)


def _save(book: Workbook, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    try:
        book.save(name)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _write_sheet(paper: Worksheet, sheet: Sheet) -> None:
    layout = sheet.layout
    for column, name in enumerate(layout.columns, 1):
        _write_head(paper, column, name, layout)
        for place, row in enumerate(sheet.rows):
            cell = paper.cell(place + 2, column)
            _fill(cell, row[name])
            _dress(cell, name, layout)
            if (place, name) in sheet.per_cent:
                cell.number_format = _per_cent(row[name])
    for place, text in sheet.comments.items():
        _note(paper.cell(place + 2, 1), text)
    _arrange(paper, len(layout.columns), len(sheet.rows))
    for name, allowed in layout.choices.items():
        _limit(paper, list(layout.columns).index(name) + 1, len(sheet.rows), allowed)


def _write_head(paper: Worksheet, column: int, name: str, layout: Layout) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    head = paper.cell(1, column, name)
    head.font = Font(bold=True, color="FFFFFF")
    head.fill = PatternFill("solid", fgColor=_HEADER)
    head.alignment = Alignment(vertical="center", wrap_text=True)
    wide = 44 if name in layout.as_typed else _WIDTHS.get(name, 13)
    paper.column_dimensions[get_column_letter(column)].width = wide


def _dress(cell: Any, name: str, layout: Layout) -> None:
    from openpyxl.styles import Border, Font, PatternFill, Side

    cell.border = Border(bottom=Side("hair", color=_LINE))
    if name in layout.shown_only:
        cell.fill = PatternFill("solid", fgColor=_GREY)
        cell.font = Font(color="555555")
    if name in layout.as_typed:
        cell.number_format = "@"


def _note(cell: Any, text: str) -> None:
    from openpyxl.comments import Comment

    lines = 1 + text.count("\n") + len(text) // 45
    cell.comment = Comment(text, "Parley", height=40 + 18 * lines, width=320)


def _arrange(paper: Worksheet, columns: int, rows: int) -> None:
    """Frozen head, filter, print layout."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    paper.row_dimensions[1].height = 24
    paper.freeze_panes = "C2"
    paper.auto_filter.ref = f"A1:{get_column_letter(columns)}{rows + 1}"
    paper.page_setup.orientation = "landscape"
    paper.page_setup.fitToWidth, paper.page_setup.fitToHeight = 1, 0
    paper.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    paper.print_title_rows = "1:1"


def _limit(paper: Worksheet, column: int, rows: int, allowed: Sequence[str]) -> None:
    """Let a column hold nothing but the allowed words, offered as a list."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    listed = DataValidation(type="list", formula1=f'"{",".join(allowed)}"', allow_blank=False, showErrorMessage=True)
    listed.errorTitle, listed.error = "Not in the list", f"Choose one of {', '.join(allowed)}."
    letter = get_column_letter(column)
    listed.add(f"{letter}2:{letter}{max(rows, 1) + 1}")
    paper.add_data_validation(listed)


def _per_cent(number: Cell) -> str:
    """The number format that shows all digits of a share."""
    exponent = (Decimal(repr(number)) * 100).normalize().as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    return f"0.{'0' * places}%" if places else "0%"


def _fill(cell: Any, value: Cell) -> None:
    """Write a value; text stays text, though it begins like a formula."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in "=+-@" and value != ""
    elif isinstance(value, datetime.date):
        cell.number_format = "yyyy-mm-dd"


def _write_read_me(paper: Worksheet, about: Mapping[str, str], command: str) -> None:
    from openpyxl.styles import Alignment, Font

    paper.column_dimensions["A"].width, paper.column_dimensions["B"].width = 14, 110
    for row, (name, text) in enumerate(about.items(), 1):
        paper.cell(row, 1, name).font = Font(bold=True)
        _fill(paper.cell(row, 2), text)
    for row, text in enumerate(_HOW_TO, len(about) + 2):
        cell = paper.cell(row, 2)
        _fill(cell, text.format(command=command))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if text == "{command}":
            cell.font = Font(name="Consolas", bold=True)


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────

Given = tuple[Row, Row | None, RowMark]
"""a row as it is now, as it was handed out (None if that is not known), and where it stands"""


def read_workbook(path: Path, layouts: Sequence[Layout]) -> dict[str, list[Given]]:
    """Sheet → its rows. One that is not there has none.

    Raises ScenarioError with every missing column and every cell that holds an error or a formula without a value.
    """
    values, formulas = _opened(path, data_only=True), _opened(path, data_only=False)
    titles = [layout.title for layout in layouts]
    if not any(title in values.sheetnames for title in titles):
        message = f"has none of the sheets {', '.join(titles)}; it has {', '.join(values.sheetnames)}"
        raise ScenarioError([Problem(Mark(str(path), 1, 1), "", message)])
    problems: list[Problem] = []
    given: dict[str, list[Given]] = {title: [] for title in titles}
    for layout in layouts:
        if layout.title not in values.sheetnames:
            continue
        table = _Table(f"{path}, {layout.title}", values[layout.title], formulas[layout.title], layout, problems)
        base: dict[tuple[Cell, ...], Row] = {}
        copy = layout.title + _HANDED_OUT
        if copy in values.sheetnames:
            handed_out = _Table(f"{path}, {copy}", values[copy], formulas[copy], layout, problems)
            base = {_name_of(row, layout): row for row, _ in handed_out.rows()}
        given[layout.title] = [(row, base.get(_name_of(row, layout)), mark) for row, mark in table.rows()]
    if problems:
        raise ScenarioError(problems)
    return given


def _name_of(row: Row, layout: Layout) -> tuple[Cell, ...]:
    return tuple(row[name] for name in layout.key)


def _opened(path: Path, data_only: bool) -> Workbook:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    place = Mark(str(path), 1, 1)
    if not path.is_file():
        raise ScenarioError([Problem(place, "", "there is no such file")])
    if path.stat().st_size > _MOST_BYTES:
        raise ScenarioError([Problem(place, "", f"is larger than {_MOST_BYTES:,} bytes, the most allowed")])
    try:
        return load_workbook(path, data_only=data_only)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, SyntaxError):
        message = "is no xlsx workbook; save it as .xlsx (parley assumptions FILE --xlsx OUT.xlsx writes one)"
        raise ScenarioError([Problem(place, "", message)]) from None


class _Table:
    """One sheet as rows under its header."""

    def __init__(
        self, name: str, values: Worksheet, formulas: Worksheet, layout: Layout, problems: list[Problem]
    ) -> None:
        self.name, self.values, self.formulas, self.layout, self.problems = name, values, formulas, layout, problems
        header = {str(cell.value).strip(): int(cell.column) for cell in values[1] if cell.value is not None}
        self.columns = {column: header[column] for column in layout.columns if column in header}
        for column in layout.columns:
            if column not in header:
                message = f"the column {column!r} is missing from row 1; found {', '.join(header) or 'nothing'}"
                self.problems.append(Problem(CellMark(name, 1, 1), "", message, closest(column, list(header))))

    def rows(self) -> Iterator[tuple[Row, RowMark]]:
        """The rows that hold anything; none while columns are missing."""
        whole = len(self.columns) == len(self.layout.columns)
        for number in range(2, min(self.values.max_row, _MOST_ROWS) + 1) if whole else ():
            mark = RowMark(self.name, number, self.columns)
            row = {column: self._cell(number, column, mark) for column in self.columns}
            if any(cell is not None for cell in row.values()):
                yield row, mark

    def _cell(self, number: int, column: str, mark: RowMark) -> Cell:
        cell = self.values.cell(number, self.columns[column])
        formula = self.formulas.cell(number, self.columns[column])
        found: Any = cell.value
        if cell.data_type == "e":
            self.problems.append(Problem(mark.at(column), "", f"found the error {found}; give a value"))
            return None
        if formula.data_type == "f" and found is None:
            message = f"found the formula {formula.value} without a value; save the workbook in a spreadsheet program"
            self.problems.append(Problem(mark.at(column), "", message))
            return None
        if isinstance(found, str):
            return found.strip() or None
        if isinstance(found, datetime.datetime) and found.time() == datetime.time():
            return found.date()
        if isinstance(found, int | float) and column in self.layout.as_typed and "%" in str(cell.number_format):
            return f"{(Decimal(f'{found:.15g}') * 100).normalize():f} %"
        return found if isinstance(found, int | float | datetime.date | None) else str(found)
