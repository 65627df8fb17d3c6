"""What is on record of the episodes: the files beside this module, read once each."""

from __future__ import annotations

import csv
import datetime
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.experiments.episodes.shipped import HERE, levers

Numbers = NDArray[np.float64]

WORLD, US = "world", "us"


@dataclass(frozen=True)
class Series:
    """Monthly exports of magnets from China."""

    starts: tuple[datetime.date, ...]
    """first days of the months"""
    index: Numbers
    """[month] exports as a multiple of a normal month of 2024"""


@dataclass(frozen=True)
class Regime:
    """What holds for a region from a date on."""

    start: datetime.date
    region: str
    licensed: float
    """share of the flow that needs a licence"""
    approval: float
    """share of the applications of the past nine weeks that have been granted"""


@dataclass(frozen=True)
class Study:
    """What somebody else found, in per cent of GDP."""

    study: str
    country: str
    shock: str
    low: float
    high: float
    source: str


def rows(name: str) -> list[dict[str, str]]:
    """Lines of a file of this folder by the names of its columns."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def exports(destination: str) -> Series:
    """Published exports of 2025 to `world` or `us`. KeyError for another destination."""
    normal = {row["destination"]: float(row["tonnes_a_month"]) for row in rows("normal_months.csv")}[destination]
    some = [row for row in rows("magnet_exports_2025.csv") if row["destination"] == destination]
    starts = tuple(datetime.date.fromisoformat(f"{row['month']}-01") for row in some)
    return Series(starts, np.array([float(row["tonnes"]) for row in some]) / normal)


def regimes() -> list[Regime]:
    """Of 2025, by date. ValueError for a region that there is not."""
    found, regions = [], levers().regions
    for row in rows("regimes_2025.csv"):
        if row["region"] not in regions:
            raise ValueError(f"regimes_2025.csv: found region {row['region']!r}; it is one of {', '.join(regions)}")
        start = datetime.date.fromisoformat(row["date"])
        found.append(
            Regime(start, row["region"], float(row["licensed_percent"]) / 100, float(row["approval_percent"]) / 100)
        )
    return sorted(found, key=lambda one: one.start)


def studies() -> list[Study]:
    """Of the GDP effect of a cut."""
    return [
        Study(
            row["study"],
            row["country"],
            row["shock"],
            float(row["low_percent"]),
            float(row["high_percent"]),
            row["source"],
        )
        for row in rows("studies_gdp.csv")
    ]


def quotes() -> tuple[datetime.date, float, float]:
    """Day of the last quotes of 2025 on record, and the least and most that they were of the middle of the first."""
    first, *_, last = rows("quotes_2025.csv")
    before = (float(first["low"]) + float(first["high"])) / 2
    return datetime.date.fromisoformat(last["date"]), float(last["low"]) / before, float(last["high"]) / before


def dysprosium_prices() -> dict[datetime.date, float]:
    """Date → USD per kg of dysprosium oxide outside China."""
    return {datetime.date.fromisoformat(row["date"]): float(row["usd_per_kg"]) for row in rows("dysprosium_prices.csv")}


def dysprosium() -> dict[str, float]:
    """Measures of 2009 to 2018, by name, in the units of the file."""
    return {row["measure"]: float(row["value"]) for row in rows("dysprosium_2010.csv")}
