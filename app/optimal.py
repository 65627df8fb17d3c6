"""`parley optimal-tariffs`: what each region would charge if nobody responded, and if everybody did."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import numpy as np

import sim.economy
from app.reading import read_scenario
from plots.amounts import decimals, level, signed
from plots.numbers import NARROW, whole
from plots.optimal_tariff import Optimum, optimal_tariff_chart
from plots.style import write_as
from plots.words import the
from sim.economy import DataError, Economy, optimal
from sim.engine.levers import economy_of
from sim.scenario.model import Scenario

EUROPEAN_UNION = "DEU+FRA+ITA+REU"
"""The members of the customs union in the shipped world (Regulation (EU) No 952/2013, article 4)."""
MANY = ("ASN", "ROW")
"""Regions of the shipped world that have as many tariffs as countries: they keep their rates."""
SETS = ("central", "low", "high")
"""Named sets of the shipped world; the first is the one that is told, the others make the range."""
PLAIN = "4"
"""Trade elasticity of data without named sets (Simonovska and Waugh 2014)."""
ENDINGS = (".svg", ".png", ".pdf")


def optimal_shown(place: str | None, sets: str | None, regions: str | None, as_json: bool, chart: Path | None) -> str:
    """The table, or JSON. `place` is a scenario or a folder of data, `sets` and `regions` are joined by commas.

    UsageError for what cannot be read or is not there; ClickException where no optimum is found.
    """
    if chart is not None and chart.suffix.lower() not in ENDINGS:
        raise click.UsageError(f"--chart: found {chart.name!r}; the name ends in {', '.join(ENDINGS)}")
    economy = _economy(place)
    chosen = _sets(economy, sets)
    parties = _listed(regions) if regions else _parties(economy)
    try:
        optima = optimal.optimal_by_region(economy, chosen, parties)
        first = next(iter(chosen))
        war = optimal.nash(economy, parties, chosen[first]) if len(parties) > 1 else None
    except (KeyError, ValueError) as error:
        raise click.UsageError(f"--regions: {error.args[0]}") from error
    except ArithmeticError as error:
        raise click.ClickException(str(error)) from error
    rows = _rows(economy, optima, war)
    if chart is not None:
        subtitle = (
            "Uniform tariff on all imports of goods that brings the highest real income, %; dot: while others keep "
            f"the rates of 1 January 2025, under {first} elasticities; bar: {', '.join(chosen)}"
        )
        write_as(optimal_tariff_chart(rows, finding(rows, _world(economy, war)), subtitle, _source(economy)), chart)
    if as_json:
        return json.dumps(_plain(optima, war, rows), indent=1, ensure_ascii=False)
    return "\n".join(_table(rows, _world(economy, war), tuple(chosen)))


def _economy(place: str | None) -> Economy:
    try:
        if place is None:
            return sim.economy.load()
        if Path(place).is_dir():
            return sim.economy.load(place)
        scenario: Scenario = read_scenario(place, quiet=True)
        if scenario.economy is None:
            raise click.UsageError(f"{place} has no section economy; give a folder of data, or nothing")
        return economy_of(scenario.economy.data)
    except DataError as error:
        raise click.UsageError(str(error)) from error


def _listed(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))


def _sets(economy: Economy, words: str | None) -> dict[str, str | float]:
    """Name → set of the data, or one number for all sectors."""
    known = economy.data.elasticities
    usual = [name for name in SETS if name in known] or list(known) or [PLAIN]
    found: dict[str, str | float] = {}
    for word in _listed(words) if words else usual:
        number = _number(word)
        if word not in known and number is None:
            raise click.UsageError(f"--elasticities: found {word!r}; it is a number above 0 or {', '.join(known)}")
        found[word] = word if number is None else number
    return found


def _number(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if 0 < value < np.inf else None


def _parties(economy: Economy) -> tuple[str, ...]:
    """Who has a tariff: regions, and in worlds that part its members the European Union as one."""
    regions, union = economy.data.regions, optimal.members(EUROPEAN_UNION)
    if not set(union) <= set(regions):
        return regions
    left = [code for code in regions if code not in (*union, *MANY)]
    return EUROPEAN_UNION, *left


def _name(economy: Economy, party: str) -> str:
    if party == EUROPEAN_UNION:
        return "European Union"
    names = economy.data.region_names
    return " + ".join(names.get(code, code) for code in optimal.members(party))


def _rows(economy: Economy, optima: optimal.Optima, war: optimal.Nash | None) -> list[Optimum]:
    rows = []
    for place, party in enumerate(optima.regions):
        rate = 100 * optima.rate[place]
        row = Optimum(
            _name(economy, party),
            float(rate[0]),
            float(rate.min()),
            float(rate.max()),
            None if war is None else 100 * float(war.rate[party][0]),
            100 * float(optima.gain[place, 0]),
            100 * float(optima.others[place, 0]),
        )
        rows.append(row)
    return rows


def _world(economy: Economy, war: optimal.Nash | None) -> tuple[float, int, int] | None:
    """(change of world real income in a war, %; how many of all regions lose; of how many)."""
    if war is None:
        return None
    weight = economy.base.income / economy.base.income.sum()
    return 100 * float(war.gain @ weight), int((war.gain < 0).sum()), len(war.gain)


def finding(rows: list[Optimum], world: tuple[float, int, int] | None) -> str:
    """What the chart shows, in one sentence."""
    low, high = min(rows, key=lambda row: row.rate), max(rows, key=lambda row: row.rate)
    ends = [f"{whole(row.rate):.0f}" for row in (low, high)]
    if len(rows) == 1:
        told = f"The tariff that pays {the(low.name)} most is {ends[0]}{NARROW}%"
    elif ends[0] == ends[1]:
        told = f"Alone, everybody would do best with a tariff of {ends[0]}{NARROW}%"
    else:
        told = f"Alone, each would do best with a tariff of {ends[0]} to {ends[1]}{NARROW}%"
    if world is None:
        return told
    _, losing, count = world
    who = "every region loses" if losing == count else f"{losing} of {count} regions lose"
    return f"{told}; if all do so, {who}"


def _table(rows: list[Optimum], world: tuple[float, int, int] | None, sets: tuple[str, ...]) -> list[str]:
    """Lines of text, the highest tariff first."""
    rows = sorted(rows, key=lambda row: -round(row.rate, 1))  # as they are shown
    places = max(2, decimals([row.others for row in rows]))
    cells = [("", "optimum", "range", "if all respond", "own gain", "others")]
    for row in rows:
        nash = "" if row.nash is None else level(row.nash, 1)
        changes = signed(row.gain, places), signed(row.others, places)
        cells.append((row.name, level(row.rate, 1), f"{level(row.low, 1)} to {level(row.high, 1)}", nash, *changes))
    wides = [max(len(one[k]) for one in cells) for k in range(6)]
    lines = [
        "Uniform tariff on all imports of goods that brings the highest real income, %",
        f"under {sets[0]} elasticities"
        + (f"; range: {', '.join(sets)}" if len(sets) > 1 else "")
        + "; gains are % of real income",
        "",
    ]
    for first, *rest in cells:
        right = (cell.rjust(wide) for cell, wide in zip(rest, wides[1:], strict=True))
        lines.append(f"{first.ljust(wides[0])}  {'  '.join(right)}".rstrip())
    return [*lines, "", finding(rows, world) + _of_world(world) + "."]


def _of_world(world: tuple[float, int, int] | None) -> str:
    if world is None:
        return ""
    return f", and the world {'loses' if world[0] < 0 else 'gains'} {level(abs(world[0]), 2)}{NARROW}% of real income"


def _source(economy: Economy) -> str:
    data = "the world of 2024" if EUROPEAN_UNION in _parties(economy) else "own data"
    return f"Source: equilibria of {data}, trade balanced; rates that maximise exact real income"


def _plain(optima: optimal.Optima, war: optimal.Nash | None, rows: list[Optimum]) -> dict[str, Any]:
    """For machines: rates and changes in per cent."""
    found: dict[str, Any] = {"sets": list(optima.sets), "regions": {}}
    for place, (party, row) in enumerate(zip(optima.regions, rows, strict=True)):
        found["regions"][party] = {
            "name": row.name,
            "optimum_percent": dict(zip(optima.sets, (100 * optima.rate[place]).tolist(), strict=True)),
            "own_gain_percent": dict(zip(optima.sets, (100 * optima.gain[place]).tolist(), strict=True)),
            "others_percent": dict(zip(optima.sets, (100 * optima.others[place]).tolist(), strict=True)),
            "if_all_respond_percent": row.nash,
        }
    if war is not None:
        found["war"] = {"converged": war.converged, "rounds": war.rounds, "change_percent": (100 * war.gain).tolist()}
    return found
