"""An economy data set: who sells what to whom, how it is made, what is taxed. The layout is in docs/economy-data.md.

Axes: importer n, exporter i, input sector k, sector j. Values are million USD a year, rates and shares fractions.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sim.economy import files
from sim.economy.files import UNTAXED_ELASTICITY, Files, is_day, read_files
from sim.economy.tables import DataError, Floats, Grid, Problems, Truths, named, shown

__all__ = ["SHIPPED", "UNTAXED_ELASTICITY", "DataError", "DataSet", "read"]

SHIPPED = Path(__file__).parent / "world_2024"
"""the world of 2024 in 18 regions and 14 sectors; sources in its DATA.md"""
SHARE_TOLERANCE = 1e-4
"""how far shares that add up to 1 may be off by rounding; within it they are scaled to add up exactly"""
TOTAL_TOLERANCE = 1e-3
"""how far a stated total may be off what the flows give, relative"""
RESIDUAL_TOLERANCE = 1e-4
"""negative final demand taken for rounding of the coefficients, relative to absorption; it stays as it is"""


@dataclass(frozen=True, eq=False)
class DataSet:
    """The base of an economy. Arrays are read-only; n importer, i exporter, k input sector, j sector."""

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    region_names: dict[str, str]
    sector_names: dict[str, str]
    flows_musd: Floats
    """[n, i, j] what n buys from i, before export taxes and tariffs, million USD a year; domestic sales at n = i"""
    tariff: Floats
    """[n, i, j] import tariff rates in force on the base day; 0 where the file has no row"""
    export_tax: Floats
    """[n, i, j] export tax rates"""
    value_added_share: Floats
    """[i, j] value added per unit of gross output"""
    input_coefficient: Floats
    """[i, k, j] purchases of k per unit of gross output of j; with the value-added share a column adds up to 1"""
    final_share: Floats | None
    """[n, j] shares of final demand, adding up to 1 over j; None where final demand is the residual"""
    taxed: Truths
    """[j] sectors with a row in the tariff file; in a set without tariff file those that cross a border"""
    population: Floats | None
    """[n] persons"""
    elasticities: dict[str, Floats]
    """name of a set → trade elasticity σ − 1 by sector [j]"""

    @property
    def output_musd(self) -> Floats:
        """Gross output [i, j], million USD: the sum of sales."""
        return self.flows_musd.sum(axis=0)

    @property
    def absorption_musd(self) -> Floats:
        """What n buys of j [n, j], export taxes and tariffs included, million USD."""
        return (self.flows_musd * (1 + self.tariff) * (1 + self.export_tax)).sum(axis=1)

    @property
    def residual_demand_musd(self) -> Floats:
        """Absorption less intermediate use [n, j], million USD: final demand of the base, unless shares are given."""
        return self.absorption_musd - np.einsum("nkj,nj->nk", self.input_coefficient, self.output_musd)


def read(
    folder: str | os.PathLike[str] = SHIPPED, tariffs_on: str = "2025-01-01", final_demand: str = "residual"
) -> DataSet:
    """The data set in `folder`, with the tariffs in force on the day `tariffs_on` (YYYY-MM-DD).

    `final_demand` is "residual" (absorption at tariff-inclusive prices less intermediate use, never negative) or
    "shares" (of final_demand_shares.csv). Raises DataError with every mistake found, in one pass.
    """
    problems, place = Problems(), Path(folder)
    if final_demand not in ("residual", "shares"):
        problems.tell("final_demand", None, shown(final_demand), "it is residual or shares")
    if not is_day(tariffs_on):
        problems.tell("tariffs_on", None, shown(tariffs_on), "a day is YYYY-MM-DD")
    if not place.is_dir():
        problems.tell(str(place), None, "no such folder", "a data set is a folder of CSV files")
    by_shares = final_demand == "shares"
    needed = [files.FLOWS, files.VALUE_ADDED, *([files.SHARES] if by_shares else [])]
    source = None if problems else read_files(place, needed, problems)
    data = None if source is None else _data(source, tariffs_on, by_shares)
    if problems or data is None:
        raise DataError(str(place), problems)
    return data


def _data(source: Files, tariffs_on: str, by_shares: bool) -> DataSet:
    """Every file read and held against the others; worth nothing if a mistake was told."""
    pair = len(source.regions), len(source.regions), len(source.sectors)
    sales = source.flows()
    flows = np.full(pair, np.nan) if sales is None else sales.values
    value_added, inputs = _technology(source, flows.sum(axis=0))
    tariff, taxed = source.tariffs(tariffs_on) or (np.zeros(pair), _crossing(flows))
    if source.broken:  # what a file that cannot be read would have taxed is not known
        taxed = np.zeros_like(taxed)
    export_taxes = source.export_taxes()
    data = DataSet(
        regions=source.regions,
        sectors=source.sectors,
        region_names=source.names(files.REGIONS),
        sector_names=source.names(files.SECTORS),
        flows_musd=flows,
        tariff=tariff,
        export_tax=np.zeros(pair) if export_taxes is None else np.where(export_taxes.lines, export_taxes.values, 0.0),
        value_added_share=value_added,
        input_coefficient=inputs,
        final_share=_final_shares(source, by_shares),
        taxed=taxed,
        population=source.population(),
        elasticities=source.elasticities(taxed),
    )
    if not source.problems:
        _check_demand(data, source)
    for array in (*vars(data).values(), *data.elasticities.values()):
        if isinstance(array, np.ndarray):
            array.setflags(write=False)
    return data


def _crossing(flows: Floats) -> Truths:
    """[j] sectors of which anything crosses a border."""
    abroad = ~np.eye(len(flows), dtype=bool)
    return np.asarray((flows[abroad] > 0).any(axis=0))


def _technology(source: Files, output: Floats) -> tuple[Floats, Floats]:
    """Value-added shares [i, j] and input coefficients [i, k, j], held against each other and against output [i, j]."""
    shares, coefficients = source.value_added(), source.coefficients()
    sectors = len(source.sectors)
    none = np.zeros((*output.shape, sectors))
    _check_total(source, "gross_output_musd", output, "gross output is the sum of the sales in trade_flows.csv")
    if shares is None:
        return np.full(output.shape, np.nan), none
    _check_total(source, "value_added_musd", shares.values * output, "value added is its share of the sum of sales")
    _check_income(source, shares, output)
    if coefficients is None:
        if files.COEFFICIENTS not in source.broken:
            _check_no_inputs(source, shares, output)
        return np.where(output > 0, 1.0, shares.values), none
    inputs = coefficients.values.sum(axis=1)
    _check_columns(source, shares, inputs, output)
    value_added = np.where((output > 0) & (inputs == 0), 1.0, shares.values)
    scale = np.divide(1 - value_added, inputs, out=np.ones_like(inputs), where=(output > 0) & (inputs > 0))
    return value_added, coefficients.values * scale[:, None, :]


def _cell(source: Files, i: int, j: int) -> str:
    return named((("region", source.regions), ("sector", source.sectors)), (i, j))


def _check_total(source: Files, column: str, expected: Floats, rule: str) -> None:
    """A total that value_added.csv states against what the flows give [i, j]."""
    stated = source.stated(column)
    if stated is None:
        return
    apart = np.abs(stated.values - expected) > TOTAL_TOLERANCE * np.maximum(stated.values, expected)
    for i, j in np.argwhere(apart):
        found = f"{column} of {_cell(source, i, j)} is {stated.values[i, j]:,.2f}, not {expected[i, j]:,.2f}"
        source.problems.tell(stated.file, int(stated.lines[i, j]), found, f"{rule}, within {TOTAL_TOLERANCE:.1%}")


def _check_income(source: Files, shares: Grid, output: Floats) -> None:
    """Every region earns something."""
    for i in np.flatnonzero((shares.values * output).sum(axis=1) == 0):
        found = f"region {source.regions[i]} has no value added"
        rule = "value-added share × sales is more than 0 in some sector of every region"
        source.problems.tell(shares.file, int(shares.lines[i, 0]), found, rule)


def _check_no_inputs(source: Files, shares: Grid, output: Floats) -> None:
    """Without input coefficients all output is value added."""
    for i, j in np.argwhere((shares.values < 1 - SHARE_TOLERANCE) & (output > 0)):
        found = f"value-added share of {_cell(source, i, j)} is {shares.values[i, j]:g}"
        rule = f"without {files.COEFFICIENTS}, which is not there, every share is 1"
        source.problems.tell(shares.file, int(shares.lines[i, j]), found, rule)


def _check_columns(source: Files, shares: Grid, inputs: Floats, output: Floats) -> None:
    """Inputs [i, j], summed over what is bought, and value added make up output."""
    total = inputs + shares.values
    for i, j in np.argwhere((np.abs(total - 1) > SHARE_TOLERANCE) & (output > 0)):
        found = (
            f"{_cell(source, i, j)}: value-added share {shares.values[i, j]:g}"
            f" and sum of input coefficients {inputs[i, j]:g} make {total[i, j]:.6g}"
        )
        rule = f"together they are 1 within {SHARE_TOLERANCE:g} wherever there is output"
        source.problems.tell(shares.file, int(shares.lines[i, j]), found, rule)


def _final_shares(source: Files, used: bool) -> Floats | None:
    """Shares of final demand [n, j], scaled to add up to 1 exactly."""
    shares = source.shares(used)
    if shares is None:
        return None
    total = shares.values.sum(axis=1)
    for n in np.flatnonzero(np.abs(total - 1) > SHARE_TOLERANCE):
        found = f"the shares of region {source.regions[n]} add up to {total[n]:.6g}"
        rule = f"the shares of a region add up to 1 within {SHARE_TOLERANCE:g}"
        source.problems.tell(shares.file, int(shares.lines[n].min()), found, rule)
    return shares.values / np.where(total > 0, total, 1.0)[:, None]


def _check_demand(data: DataSet, source: Files) -> None:
    """Final demand is not negative, and nothing is needed of which nothing is bought."""
    absorption = data.absorption_musd
    residual = data.residual_demand_musd
    if data.final_share is None:
        wrong = residual < -RESIDUAL_TOLERANCE * absorption
        rule = (
            "what industries use cannot exceed what the region buys, tariffs included:"
            ' correct the coefficients, or give final_demand_shares.csv and read with final_demand="shares"'
        )
    else:
        wrong = (absorption == 0) & ((data.final_share > 0) | (residual < 0))
        rule = "a sector in final demand or among inputs is bought from someone in trade_flows.csv"
    coefficients = replace(source, problems=Problems()).coefficients() if wrong.any() else None
    for n, k in np.argwhere(wrong):
        if data.final_share is None:
            size = f" ({residual[n, k] / absorption[n, k]:.1%} of what it buys)" if absorption[n, k] else ""
            found = f"final demand of {_cell(source, n, k)} would be {residual[n, k]:,.2f} million USD{size}"
        else:
            found = f"{_cell(source, n, k)} is needed, and nothing of it is bought"
        file = files.SHARES if coefficients is None else coefficients.file
        line = None if coefficients is None else int(coefficients.lines[n, k, 0])
        source.problems.tell(file, line, found, rule)
