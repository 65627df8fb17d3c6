"""The files of an economy data set, each laid out over regions and sectors. The layout is in docs/economy-data.md.

Axes: importer n, exporter i, input sector k, sector j.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from sim.economy.tables import Floats, Grid, Integers, Problems, Table, Truths, codes, grid, numbers, read_table, shown

FLOWS = "trade_flows.csv"
VALUE_ADDED = "value_added.csv"
COEFFICIENTS = "io_coefficients.csv"
TARIFFS = "tariffs_baseline.csv"
EXPORT_TAXES = "export_taxes.csv"
SHARES = "final_demand_shares.csv"
REGIONS = "regions.csv"
SECTORS = "sectors.csv"
GDP = "gdp.csv"
ELASTICITIES = "trade_elasticities.csv"

COLUMNS = {
    FLOWS: ("exporter", "importer", "sector", "value_musd"),
    VALUE_ADDED: ("region", "sector", "value_added_share"),
    COEFFICIENTS: ("region", "input_sector", "using_sector", "coefficient"),
    TARIFFS: ("importer", "exporter", "sector", "rate"),
    EXPORT_TAXES: ("exporter", "importer", "sector", "rate"),
    SHARES: ("region", "sector", "final_demand_share"),
    REGIONS: ("region|code",),
    SECTORS: ("sector|code",),
    GDP: ("region",),
    ELASTICITIES: ("sector", "study", "trade_elasticity"),
}
"""file → columns that it must have; `a|b` means either"""
UNTAXED_ELASTICITY = 5.0
"""trade elasticity of a sector that bears no tariff and of which a set says nothing; no unit. What Lashkaripour (2021)
takes for services; assumption, range 4 to 10"""
HIGHEST_RATE = 10.0
"""a rate above this, 1000 %, is taken for one in per cent"""
_LAST_DIGITS = 1e-12
_A_SHARE = "a share is 0 to 1"
_A_RATE = f"a rate is a fraction, 0 to {HIGHEST_RATE:g}: 0.10 is 10 %"


def is_share(values: Floats) -> Truths:
    """0 to 1, but for the last digits of a difference such as 1 − 0.9 − 0.1."""
    return (values >= -_LAST_DIGITS) & (values <= 1 + _LAST_DIGITS)


def is_rate(values: Floats) -> Truths:
    """A tariff or export tax: no subsidy, and not in per cent."""
    return (values >= 0) & (values <= HIGHEST_RATE)


@dataclass(frozen=True, eq=False)
class Files:
    """The files of one folder, read, and the codes of its regions and sectors in their order."""

    tables: dict[str, Table | None]
    broken: frozenset[str]
    """files that are there and cannot be read, which was told"""
    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    problems: Problems

    def axis(self, table: Table, column: str) -> tuple[str, Integers, Sequence[str]]:
        """The column of codes as an axis; codes that are not known are told."""
        kind = "sector" if column.endswith("sector") else "region"
        allowed = self.sectors if kind == "sector" else self.regions
        return column, codes(table, column, allowed, kind, self.problems), allowed

    def cells(
        self, file: str, axes: Sequence[str], value: str, holds: Callable[[Floats], Truths], rule: str, complete: str
    ) -> Grid | None:
        """A column of values over columns of codes; None if the file is not there or cannot be read."""
        table = self.tables[file]
        if table is None:
            return None
        laid = [self.axis(table, column) for column in axes]
        values = numbers(table, value, holds, rule, self.problems)
        if holds is is_share:
            values = np.clip(values, 0, 1)
        return grid(table, laid, values, complete, self.problems)

    def flows(self) -> Grid | None:
        """Sales by importer, exporter, sector, million USD."""
        complete = "every exporter × importer × sector stands once, domestic sales and zeros too"
        axes = ("importer", "exporter", "sector")
        return self.cells(FLOWS, axes, "value_musd", lambda v: v >= 0, "sales are 0 or more, million USD", complete)

    def value_added(self) -> Grid | None:
        """Value-added share by region and sector."""
        axes = ("region", "sector")
        complete = "every region × sector stands once"
        return self.cells(VALUE_ADDED, axes, "value_added_share", is_share, _A_SHARE, complete)

    def stated(self, column: str) -> Grid | None:
        """A total that value_added.csv may state, by region and sector, million USD."""
        table = self.tables[VALUE_ADDED]
        if table is None or column not in table:
            return None
        told = replace(self, problems=Problems())  # of codes and doubled rows, beside the shares
        values = numbers(table, column, lambda v: v >= 0, "a total is 0 or more, million USD", self.problems)
        return grid(table, [told.axis(table, "region"), told.axis(table, "sector")], values, "", told.problems)

    def coefficients(self) -> Grid | None:
        """Input coefficients by region, input sector and using sector."""
        complete = "every region × input sector × using sector stands once, zeros too"
        axes = ("region", "input_sector", "using_sector")
        return self.cells(COEFFICIENTS, axes, "coefficient", is_share, "a coefficient is 0 to 1", complete)

    def export_taxes(self) -> Grid | None:
        """Export tax rates by importer, exporter, sector; cells without a row bear none."""
        return self.cells(EXPORT_TAXES, ("importer", "exporter", "sector"), "rate", is_rate, _A_RATE, "")

    def shares(self, used: bool) -> Grid | None:
        """Shares of final demand by region and sector; of a file that is not `used` only the codes are looked at."""
        table = self.tables[SHARES]
        if used or table is None:
            complete = "every region × sector stands once"
            return self.cells(SHARES, ("region", "sector"), "final_demand_share", is_share, _A_SHARE, complete)
        self.axis(table, "region")
        self.axis(table, "sector")
        return None

    def tariffs(self, on: str) -> tuple[Floats, Truths] | None:
        """Rates in force on the day `on` by importer, exporter, sector, and which sectors have rows of any day."""
        table = self.tables[TARIFFS]
        if table is None:
            return None
        days, of_row = self._days(table)
        laid = [*(self.axis(table, column) for column in ("importer", "exporter", "sector")), ("date", of_row, days)]
        rates = grid(table, laid, numbers(table, "rate", is_rate, _A_RATE, self.problems), "", self.problems)
        there = rates.lines > 0
        past = there & np.array([day <= on for day in days])
        last = np.where(past, np.arange(len(days)), -1).max(axis=-1, keepdims=True)
        tariff = np.where(last < 0, 0.0, np.take_along_axis(rates.values, np.maximum(last, 0), axis=-1))
        for n in np.flatnonzero(there.any(axis=(1, 2, 3)) & ~past.any(axis=(1, 2, 3))):
            line = int(rates.lines[n][there[n]].min())
            found = f"importer {self.regions[n]} has no rate at or before {on}"
            rule = "its rates on that day would be taken for 0; add rows of an earlier date"
            self.problems.tell(TARIFFS, line, found, rule)
        return tariff[..., 0], np.asarray(there.any(axis=(0, 1, 3)))

    def _days(self, table: Table) -> tuple[list[str], Integers]:
        """The dates of a file in order, and that of each row; one, before any other, for a file without dates."""
        if "date" not in table:
            return [""], np.zeros(len(table), dtype=np.int64)
        cells = table.cells("date")
        good = {cell: is_day(cell) for cell in set(cells)}
        days = sorted(cell for cell in good if good[cell])
        position = {day: number for number, day in enumerate(days)}
        for row, cell in enumerate(cells):
            if not good[cell]:
                rule = "a date is YYYY-MM-DD; or leave the whole column out"
                self.problems.tell(table.file, int(table.lines[row]), f"date is {shown(cell)}", rule)
        return days or [""], np.array([position.get(cell, -1) for cell in cells], dtype=np.int64)

    def population(self) -> Floats | None:
        """Persons by region, of the column `population`, or else of the latest `population_YYYY`."""
        table = self.tables[GDP]
        if table is None:
            return None
        years = sorted(name for name in table.columns if re.fullmatch(r"population(_\d{4})?", name))
        if not years:
            self.axis(table, "region")
            return None
        column = years[0] if years[0] == "population" else years[-1]
        rule = "persons, more than 0"
        persons = self.cells(GDP, ("region",), column, lambda v: v > 0, rule, "every region stands once")
        return None if persons is None else persons.values

    def elasticities(self, taxed: Truths) -> dict[str, Floats]:
        """Name of each set → trade elasticity by sector; a row with sector * stands for those without a row."""
        table = self.tables[ELASTICITIES]
        if table is None:
            return {}
        sets, of_row = self._sets(table)
        sectors = (*self.sectors, "*")
        laid = [("set", of_row, sets), ("sector", codes(table, "sector", sectors, "sector", self.problems), sectors)]
        rule = "a trade elasticity σ − 1 is more than 0"
        values = numbers(table, "trade_elasticity", lambda v: v > 0, rule, self.problems)
        found = grid(table, laid, values, "", self.problems)
        every = np.where(found.lines[:, -1:] > 0, found.values[:, -1:], np.nan)
        filled = np.where(found.lines[:, :-1] > 0, found.values[:, :-1], every)
        open_ = (found.lines[:, :-1] == 0) & (found.lines[:, -1:] == 0)
        for at in np.flatnonzero((open_ & taxed).any(axis=1)):
            lacking = ", ".join(code for code, gap in zip(self.sectors, open_[at] & taxed, strict=True) if gap)
            lines = found.lines[at][found.lines[at] > 0]
            line = int(lines.min()) if lines.size else None
            rule = "a set has a row for every sector that bears tariffs, or one with sector *"
            self.problems.tell(ELASTICITIES, line, f"set {sets[at]} says nothing of {lacking}", rule)
        return dict(zip(sets, np.where(open_, UNTAXED_ELASTICITY, filled), strict=True))

    def _sets(self, table: Table) -> tuple[list[str], Integers]:
        """Keys of the sets in order of appearance, and that of each row: column `set`, or made from the study."""
        studies = table.cells("study")
        given = table.cells("set") if "set" in table else [""] * len(table)
        keys = [name or set_key(study) for name, study in zip(given, studies, strict=True)]
        sets = [key for key in dict.fromkeys(keys) if re.fullmatch(r"[a-z0-9_]+", key)]
        position = {key: number for number, key in enumerate(sets)}
        for row, key in enumerate(keys):
            if key not in position:
                rule = "the name of a set, or of a study to make one from, has lower-case letters, digits, underscores"
                self.problems.tell(table.file, int(table.lines[row]), f"set is {shown(key)}", rule)
        return sets or [""], np.array([position.get(key, -1) for key in keys], dtype=np.int64)

    def names(self, file: str) -> dict[str, str]:
        """Code → name; the code itself where the file has none."""
        table, all_codes = self.tables[file], self.regions if file == REGIONS else self.sectors
        if table is None or "name" not in table:
            return {code: code for code in all_codes}
        return {code: name or code for code, name in zip(_codes_of(table), table.cells("name"), strict=True) if code}


def read_files(folder: Path, needed: Sequence[str], problems: Problems) -> Files | None:
    """The files of the folder; `needed` ones must be there. None if nothing tells regions and sectors."""
    tables = {
        file: read_table(folder / file, columns, problems, file not in needed) for file, columns in COLUMNS.items()
    }
    regions = _axis_codes(tables[REGIONS], tables[FLOWS], ("exporter", "importer"), problems)
    sectors = _axis_codes(tables[SECTORS], tables[FLOWS], ("sector",), problems)
    broken = frozenset(file for file, table in tables.items() if table is None and (folder / file).exists())
    if regions and sectors:
        return Files(tables, broken, regions, sectors, problems)
    if not problems:
        problems.tell(FLOWS, None, "no codes of regions and sectors", "a code is not empty, and not *")
    return None


def _axis_codes(
    table: Table | None, flows: Table | None, columns: Sequence[str], problems: Problems
) -> tuple[str, ...]:
    if table is not None:
        return _listed_codes(table, problems)
    return () if flows is None else _appearing_codes(flows, columns)


def _codes_of(table: Table) -> list[str]:
    return next(table.cells(name) for name in ("region", "sector", "code") if name in table)


def _listed_codes(table: Table, problems: Problems) -> tuple[str, ...]:
    """Codes of regions.csv or sectors.csv; empty, doubled and reserved ones are told."""
    lines: dict[str, int] = {}
    for code, line in zip(_codes_of(table), table.lines.tolist(), strict=True):
        if code in ("", "*"):
            problems.tell(table.file, line, f"code is {shown(code)}", "a code is not empty, and not *")
        elif code in lines:
            rule = f"a code stands once, and this one in line {lines[code]} already"
            problems.tell(table.file, line, f"second row of {code}", rule)
        else:
            lines[code] = line
    return tuple(lines)


def _appearing_codes(flows: Table, columns: Sequence[str]) -> tuple[str, ...]:
    """Codes of the flows in order of first appearance.

    In a whole file all stand in equally many rows; one in less than half as many as the commonest is taken for a slip.
    """
    cells = [flows.cells(column) for column in columns]
    counts = [Counter(column) for column in cells]
    appearing = dict.fromkeys(code for row in zip(*cells, strict=True) for code in row)
    least = {code: min(count[code] for count in counts) for code in appearing}
    most = max(least.values(), default=0)
    return tuple(code for code, count in least.items() if code not in ("", "*") and most and 2 * count >= most)


def is_day(text: str) -> bool:
    """YYYY-MM-DD, of a day that exists."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def set_key(study: str) -> str:
    """The name of a set made from its study: "Caliendo, Parro 2015" → caliendo_parro_2015."""
    plain = unicodedata.normalize("NFKD", study).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
