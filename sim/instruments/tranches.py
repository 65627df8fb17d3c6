"""Tranches: disjoint groups of goods of one sector, with their trade at fixed weights between two regions.

A tranche is what a tariff layer covers wholly or not at all. The shipped data sets, their sources and what
is estimated in them are described in `sim/data/DATA.md`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.days import day

Texts = NDArray[np.str_]
Truths = NDArray[np.bool_]
_Words = tuple[list[str], NDArray[np.intp]]
"""The different words of a column, and for each cell the place of its own: patterns are held against few."""

DATA = Path(__file__).parents[1] / "data"
DATASETS = {
    "us_imports_2024": "tranches_us_imports.csv",
    "china_imports_2017": "tranches_china_imports.csv",
    "other_imports": "other_imports.csv",
    "other_imports_by_sector": "other_imports_by_sector.csv",
}
"""Name of each shipped data set and its file. The last two hold the same pairs: use one of them."""
_DEFINITIONS = {
    "us_imports_2024": "tranches_us_definitions.csv",
    "china_imports_2017": "tranches_china_definitions.csv",
}


@dataclass(frozen=True, eq=False)
class TrancheTable:
    """Cells, one for each importer, exporter, sector and tranche; every column is [cell] and read-only.

    Raises ValueError where two cells have the same name, a weight or MFN rate is negative or not a number,
    or a sector or tranche has a slash in its name.
    """

    importer: Texts
    """region code"""
    exporter: Texts
    """region code"""
    sector: Texts
    tranche: Texts
    weight_musd: NDArray[np.float64]
    """trade in a year at fixed weights, million USD"""
    mfn_pp: NDArray[np.float64]
    """rate before any layer, percentage points"""
    known: NDArray[np.int32]
    """day since 1970 from which the figures of the cell were public"""
    year: NDArray[np.int32]
    """year of the weights; 0 where none is stated"""

    def __post_init__(self) -> None:
        if repeated := _repeated(self.cells):
            raise ValueError(f"the tranche {' '.join(repeated)} is given twice")
        for name in sorted({*self.sector.tolist(), *self.tranche.tolist()}):
            if "/" in name:
                raise ValueError(f"found {name!r}; the name of a sector or tranche has no slash")
        for name, column in (("weight", self.weight_musd), ("MFN rate", self.mfn_pp)):
            if not (np.isfinite(column) & (column >= 0)).all():
                raise ValueError(f"a {name} is a number that is not negative")
        for column in vars(self).values():
            if isinstance(column, np.ndarray):
                column.setflags(write=False)

    def __len__(self) -> int:
        return len(self.tranche)

    @cached_property
    def cells(self) -> list[tuple[str, str, str, str]]:
        """(importer, exporter, sector, tranche) of each cell."""
        columns = (self.importer, self.exporter, self.sector, self.tranche)
        return list(zip(*(column.tolist() for column in columns), strict=True))

    @cached_property
    def _importers(self) -> _Words:
        return _worded(self.importer)

    @cached_property
    def _exporters(self) -> _Words:
        return _worded(self.exporter)

    @cached_property
    def _sectors(self) -> _Words:
        return _worded(self.sector)

    @cached_property
    def _goods(self) -> _Words:
        return _worded(np.array([f"{sector}/{tranche}" for _, _, sector, tranche in self.cells], dtype=np.str_))

    def fits(
        self,
        importer: str | Sequence[str] = "*",
        exporter: str | Sequence[str] = "*",
        sector: str | Sequence[str] = "*",
        tranche: str | Sequence[str] = "*",
    ) -> Truths:
        """[cell] whether each of its four names fits one of the patterns.

        Patterns are those of file names (`*`, `?`, `[ab]`), and case matters. A tranche pattern with a slash
        names the sector too: `ENE/*`, `MVH/l123_*`.
        """
        goods = [pattern if "/" in pattern else f"*/{pattern}" for pattern in _listed(tranche)]
        return (
            _fitting(self._importers, _listed(importer))
            & _fitting(self._exporters, _listed(exporter))
            & _fitting(self._sectors, _listed(sector))
            & _fitting(self._goods, goods)
        )

    def select(
        self,
        importer: str | Sequence[str] = "*",
        exporter: str | Sequence[str] = "*",
        sector: str | Sequence[str] = "*",
        tranche: str | Sequence[str] = "*",
    ) -> TrancheTable:
        """The cells that fit; patterns as in `fits`."""
        return self.where(self.fits(importer, exporter, sector, tranche))

    def where(self, chosen: Truths) -> TrancheTable:
        """The chosen cells, a mask [cell]."""
        return TrancheTable(**{name: getattr(self, name)[chosen] for name in _COLUMNS})


_COLUMNS: dict[str, type[np.generic]] = {
    "importer": np.str_,
    "exporter": np.str_,
    "sector": np.str_,
    "tranche": np.str_,
    "weight_musd": np.float64,
    "mfn_pp": np.float64,
    "known": np.int32,
    "year": np.int32,
}


def load_dataset(name: str) -> TrancheTable:
    """A shipped data set by its name in `DATASETS`; KeyError for any other name."""
    return _load(DATASETS[name])


@cache
def _load(file: str) -> TrancheTable:
    return from_records(
        {
            **row,
            "weight_musd": float(row["import_musd"]),
            "mfn_pp": float(row["mfn_pp"]),
            "known": day(row["known"]),
            "year": int(row["year"]),
        }
        for row in _rows(file)
    )


def from_records(records: Iterable[Mapping[str, Any]]) -> TrancheTable:
    """A table from one mapping for each cell, such as the tranches written in a scenario.

    Needs `importer`, `exporter`, `tranche`, `weight_musd`; may have `sector` (GOODS), `mfn_pp` (0), `known`
    (a day; 0, which is before every scenario) and `year` (0, none stated). ValueError as in `TrancheTable`.
    """
    absent = {"sector": "GOODS", "mfn_pp": 0.0, "known": 0, "year": 0}
    full = [{**absent, **record} for record in records]
    return TrancheTable(
        **{name: np.array([cell[name] for cell in full], dtype=kind) for name, kind in _COLUMNS.items()}
    )


def combine(tables: Sequence[TrancheTable]) -> TrancheTable:
    """The cells of all tables, in order. ValueError when two of them hold the same pair of regions."""
    pairs = [pair for table in tables for pair in {cell[:2] for cell in table.cells}]
    if repeated := _repeated(pairs):
        importer, exporter = repeated
        raise ValueError(f"imports of {importer} from {exporter} are in two sets of trade data; use one")
    columns = {
        name: np.concatenate([np.empty(0, dtype=kind), *(getattr(table, name) for table in tables)])
        for name, kind in _COLUMNS.items()
    }
    return TrancheTable(**columns)


def meanings(name: str) -> dict[str, str]:
    """Tranche → what it holds, for a shipped data set; `all` where it knows only whole sectors or pairs."""
    if name not in _DEFINITIONS:
        return {"all": "all goods"}
    return {row["tranche"]: row["meaning"] for row in _rows(_DEFINITIONS[name])}


def short_words(name: str) -> dict[str, tuple[str, str]]:
    """Tranche → (list of tariffs that it is on, kind of goods) in a few words, for a shipped data set.

    `all` where the set knows only whole sectors or pairs.
    """
    if name not in _DEFINITIONS:
        return {"all": ("", "all goods")}
    return {row["tranche"]: (row["list_short"], row["goods_short"]) for row in _rows(_DEFINITIONS[name])}


def regions() -> dict[str, str]:
    """Region code → name, in the order of the shipped data."""
    return {row["region"]: row["name"] for row in _rows("regions.csv")}


def sectors(short: bool = False) -> dict[str, str]:
    """Code → name of the goods sectors of the shipped data, in full or in two or three words."""
    return {row["sector"]: row["short" if short else "name"] for row in _rows("sectors.csv")}


def _rows(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _listed(patterns: str | Sequence[str]) -> Sequence[str]:
    return [patterns] if isinstance(patterns, str) else patterns


def _worded(names: Texts) -> _Words:
    words, place = np.unique(names, return_inverse=True)
    return words.tolist(), place


def _fitting(names: _Words, patterns: Sequence[str]) -> Truths:
    words, place = names
    if not {"*", "*/*"}.isdisjoint(patterns):
        return np.ones(len(place), dtype=np.bool_)
    fit = [any(fnmatchcase(word, pattern) for pattern in patterns) for word in words]
    return np.array(fit, dtype=np.bool_)[place]


def _repeated(names: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    """The first name that is there twice."""
    seen: set[tuple[str, ...]] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None
