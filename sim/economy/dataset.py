"""An economy data set: who sells what to whom, how it is made, what is taxed. The layout is in docs/economy-data.md.

Axes: importer n, exporter i, input sector k, sector j. Values are million USD a year, rates and shares fractions.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
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
RESIDUAL_TOLERANCE = 1e-6
"""negative final demand taken for rounding, relative to absorption"""


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

    `final_demand` is "residual" (absorption at tariff-inclusive prices less intermediate use, which must not be negative)
    or "shares" (of final_demand_shares.csv). Raises DataError with every mistake found, in one pass.
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
    taxes = source.tariffs(tariffs_on)
    tariff, taxed = (np.zeros(pair), _crossing(flows)) if taxes is None else taxes
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
    return (flows[abroad] > 0).any(axis=0)


def _technology(source: Files, output: Floats) -> tuple[Floats, Floats]:
    """Value-added shares [i, j] and input coefficients [i, k, j], checked against each other and against output [i, j]."""
    regions, sectors = output.shape
    shares, coefficients = source.value_added(), source.coefficients()
    _check_total(source, "gross_output_musd", output, "the sum of its sales in trade_flows.csv")
    if shares is None:
        return np.full(output.shape, np.nan), np.zeros((regions, sectors, sectors))
    _check_total(source, "value_added_musd", shares.values * output, "value-added share × sum of sales")
    _check_income(source, shares.values * output)
    if source.tables[files.COEFFICIENTS] is None:
        _check_no_inputs(source, shares, output)
        return np.where(output > 0, 1.0, shares.values), np.zeros((regions, sectors, sectors))
    assert coefficients is not None
    inputs = coefficients.values.sum(axis=1)
    for i, j in np.argwhere((np.abs(inputs + shares.values - 1) > SHARE_TOLERANCE) & (output > 0)):
        found = f"{source.at(i, j)}: value-added share {shares.values[i, j]:g} and coefficients {inputs[i, j]:g} add up to "
        rule = f"a column of io_coefficients.csv and its value-added share add up to 1 within {SHARE_TOLERANCE:g}"
        line = int(shares.lines[i, j])
        source.problems.tell(files.VALUE_ADDED, line, f"{found}{inputs[i, j] + shares.values[i, j]:.6g}", rule)
    value_added = np.where((output > 0) & (inputs == 0), 1.0, shares.values)
    scale = np.divide(1 - value_added, inputs, out=np.ones_like(inputs), where=(output > 0) & (inputs > 0))
    return value_added, coefficients.values * scale[:, None, :]
