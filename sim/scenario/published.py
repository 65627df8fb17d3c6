"""Published tariff figures: the shipped tables, and what a comparison of the file may name."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path as FilePath

from sim.days import day
from sim.scenario.document import Path
from sim.scenario.findings import Finding, known
from sim.scenario.model import Published, Scenario
from sim.scenario.names import symbols
from sim.scenario.scalars import Scalar

DATA = FilePath(__file__).parents[1] / "data"
Figures = list[tuple[int, float]]
"""(day, percentage points), in order; each holds until the next"""


@cache
def table(name: str) -> dict[str, Figures]:
    """Partner → published average tariff of a shipped table (`us_tariff_by_partner`), from each date to the next."""
    found: dict[str, Figures] = {}
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["exporter"], []).append((day(row["date"]), 100 * float(row["total"])))
    return {partner: sorted(figures) for partner, figures in found.items()}


def figures(part: Published) -> Figures:
    """What has been published: of the shipped table, or as the file has it."""
    if part.data is not None and part.partner is not None:
        return table(part.data)[part.partner]
    return sorted((day(date), float(scalar.value)) for date, scalar in part.values.items())


def check(scenario: Scenario) -> Iterator[Finding]:
    """What a comparison names that is not there, and windows that end before they begin."""
    if not scenario.published:
        return
    series = [name for name in symbols(scenario) if name.startswith(("average.", "stack."))]
    for name, part in scenario.published.items():
        path: Path = ("published", name)
        yield from known((*path, "series"), part.series, series, "a tariff series")
        yield from _figures(path, part)
        for place, window in enumerate(part.windows):
            if window.to < window.from_:
                message = f"found {window.to}, a last day before the first ({window.from_})"
                yield Finding((*path, "windows", place, "to"), message)
        for key, scalar in _numbers(part):
            if not scalar.fixed:
                yield Finding((*path, *key), f"found {scalar.describe()}; what is compared with is one value")


def _figures(path: Path, part: Published) -> Iterator[Finding]:
    if (part.data is None) == (not part.values):
        found = "neither" if part.data is None else "both"
        yield Finding(
            path, f"published figures come from data (a shipped table) or are typed in as values; found {found}"
        )
    if part.data is None:
        if part.partner is not None:
            yield Finding((*path, "partner"), "partner is a region of a shipped table: give data")
        return
    if part.partner is None:
        yield Finding((*path, "data"), "a shipped table has a series for each partner: give partner")
    else:
        yield from known((*path, "partner"), part.partner, table(part.data), f"a partner in {part.data}")
    if part.series.startswith("stack."):
        message = f"{part.data} holds averages with the MFN rate, {part.series} is over it; name an average"
        yield Finding((*path, "series"), message)


def _numbers(part: Published) -> Iterator[tuple[Path, Scalar]]:
    yield ("tolerance",), part.tolerance
    yield from ((("values", date), scalar) for date, scalar in part.values.items())
