"""What is in force on a date: in words and as a chart, if nobody moves or in the run that stands for a branch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from plots.numbers import long_date, percent
from plots.words import the
from sim import days
from sim.analysis.in_force import (
    Measure,
    Moment,
    Pair,
    PairRates,
    laws,
    measures,
    pair_rates,
    pairs,
    principal_pairs,
)
from sim.analysis.story import nearest_the_medians
from sim.engine.plan import Plan, plan
from sim.engine.simulation import Simulation
from sim.engine.tariffs import TariffSeries
from sim.results.block import Block, finish, outcome_names
from sim.scenario.model import Scenario
from sim.scenario.problems import closest

if TYPE_CHECKING:
    from plots.heat_map import Rates
    from plots.style import Chart

RUNS, BLOCK = 400, 500
"""Futures that are played to find the run that stands for a branch; runs in a block."""


def branch_played(scenario: Scenario, outcome: str, runs: int | None, day: int) -> tuple[Simulation, str]:
    """The run that stands for a branch at the end of a day, and what it is.

    It is the one of `runs` futures whose dates lie nearest to the medians of those that end in the outcome.
    UsageError for an unknown outcome; ClickException where no future ends in it.
    """
    made, ensemble = plan(scenario), scenario.ensemble
    names = outcome_names(made)
    if outcome not in names:
        near = closest(outcome, names)
        hint = f" Did you mean {near!r}?" if near else ""
        raise click.UsageError(f"no outcome {outcome!r}; there are {', '.join(names)}.{hint}")
    number, seed = runs or min(RUNS, ensemble.runs), ensemble.seed
    blocks = list(_blocks(made, number, seed))
    columns = {name: np.concatenate([block.runs[name] for block in blocks]) for name in blocks[0].runs}
    among = np.flatnonzero(columns["outcome"] == names.index(outcome))
    if not len(among):
        raise click.ClickException(f"none of {number} futures ends in {outcome!r}; try more --runs")
    run = int(columns["run"][among[nearest_the_medians(columns, among)]])
    simulation = Simulation(made, [run], seed, ensemble.chances)
    simulation.advance(day)
    simulation.world.today = day
    title = scenario.outcomes[outcome].title if outcome in scenario.outcomes else "Something else"
    return simulation, f"in run {run}, which stands for {len(among)} of {number} futures that end in “{title}”"


def _blocks(made: Plan, runs: int, seed: int) -> Iterator[Block]:
    for first in range(0, runs, BLOCK):
        simulation = Simulation(made, np.arange(first, min(first + BLOCK, runs)), seed, made.scenario.ensemble.chances)
        simulation.advance()
        yield finish(simulation)


# ── Words ────────────────────────────────────────────────────────────────────────────────────────────


def told(simulation: Simulation, day: int, pair: str | None = None) -> dict[str, list[str]]:
    """Sections of lines: measures that are no tariffs, law, rates by group of the pairs in question."""
    made, moment = simulation.plan, Moment("", simulation.world, day)
    when = days.date(day)
    sections = {
        f"Controls, rules and support on {when}": _measures(made, moment),
        f"Legal bases on {when}": _law(made, moment),
    }
    series = TariffSeries(made)
    for one in asked_pairs(made, series, pair):
        rates = pair_rates(made, series, [moment], one)
        head = f"{rates.importer} on goods from {the(rates.exporter)} on {when}, points over MFN by group of goods"
        sections[head] = _groups(rates)
    return sections


def asked_pairs(made: Plan, series: TariffSeries, pair: str | None) -> list[Pair]:
    """The pair written `importer.exporter`, or those of the named goods; UsageError where no tariff touches it."""
    if pair is None:
        return principal_pairs(made, series)
    known = {f"{importer}.{exporter}": (importer, exporter) for importer, exporter in pairs(series)}
    if pair not in known:
        near = closest(pair, list(known))
        hint = f" Did you mean {near!r}?" if near else ""
        raise click.UsageError(f"--pair: found {pair!r}; tariffs touch {', '.join(known) or 'no trade'}.{hint}")
    return [known[pair]]


def _groups(rates: PairRates) -> list[str]:
    lines = [f"{'of trade':>8} {'points':>7}  goods = tariffs"]
    for group in rates.groups:
        parts = " + ".join(f"{levy.instrument} {levy.points:g}" for levy in group.levies[0] if levy.points > 0)
        lines.append(f"{group.share:8.1%} {group.over_mfn():7.1f}  {group.title} = {parts or 'nothing'}")
    average = rates.average()
    lines.append(f"{1:8.0%} {average - rates.mfn:7.1f}  all goods; with {rates.mfn:.1f} MFN {average:.1f} %")
    return lines


def _measures(made: Plan, moment: Moment) -> list[str]:
    lines = []
    for one in measures(made, moment):
        if one.kind != "tariff":
            law = f"; {one.basis}" if one.basis else ""
            on = f"on {', '.join(one.on)}" if one.on else "on everybody"
            free = f" (not {', '.join(one.exempt)})" if one.exempt else ""
            lines.append(f"{one.name:<32} {_state(one):<36} {one.title}, {on}{free}{law}")
    return lines


def _state(one: Measure) -> str:
    word = {"suspended": " to", "enacted": " for", "threatened": " for"}.get(one.state.value, "")
    words = one.state.value + (f"{word} {days.date(one.date)}" if one.date is not None else "")
    words += f", {percent(one.approval)} approved" if one.approval is not None and one.state == "in force" else ""
    return words + (f", {percent(one.share)} of its scope" if one.share < 1 else "")


def _law(made: Plan, moment: Moment) -> list[str]:
    lines = []
    for law in laws(made, moment):
        state = "valid" if law.valid else "struck down" if law.struck else "not valid"
        rest = f"{law.rest_on_it} in force rest on it"
        lines.append(f"{law.title}: {state}" + (", ruled to fall" if law.struck and law.valid else "") + f"; {rest}")
    return lines


# ── The chart ────────────────────────────────────────────────────────────────────────────────────────


SUFFIXES = (".svg", ".png", ".pdf")


def written(simulation: Simulation, day: int, about: str, file: Path, pair: str | None = None) -> None:
    """Draw what is in force into a file, and write its table as CSV beside it.

    UsageError where no tariff touches any trade of the scenario.
    """
    from plots.style import write_as

    chart = drawn(simulation, day, about, pair)
    if chart is None:
        raise click.UsageError("--chart: no tariff of this scenario touches trade of which it has data")
    write_as(chart, file)


def checked(file: Path) -> None:
    """UsageError for a chart of a kind that cannot be written."""
    if file.suffix.lower() not in SUFFIXES:
        raise click.UsageError(f"--chart: found {file.name!r}; a chart ends in {', '.join(SUFFIXES)}")


def drawn(
    simulation: Simulation, day: int, about: str = "", pair: str | None = None, size: str = "page"
) -> Chart | None:
    """The chart of what is in force; None where no tariff touches any trade of the scenario."""
    from plots.in_force import in_force_chart

    made, moment = simulation.plan, Moment("", simulation.world, day)
    series = TariffSeries(made)
    asked = asked_pairs(made, series, pair)
    if not asked:
        return None
    rates = pair_rates(made, series, [moment], asked[0])
    source = f"Source: Parley, “{made.scenario.title}”. Legal rates; no forecast."
    holders, colours = holders_and_colours(made)
    subtitle = measured(rates) + (f" {about[:1].upper()}{about[1:]}." if about else " If nobody moves.")
    return in_force_chart(
        rates, measures(made, moment), holders, colours, finding(rates, long_date(day)), subtitle, source, size
    )


def measured(rates: PairRates) -> str:
    """Measure, unit, place."""
    return (
        f"Legal tariffs of {the(rates.importer)} on goods from {the(rates.exporter)}, percentage points over the "
        "most-favoured-nation rate (MFN), by group of goods and law; share of trade at fixed weights."
    )


def finding(rates: PairRates, when: str, moment: int = 0) -> str:
    """What goods pay on a day: from least to most, and the largest group."""
    from plots.in_force import number

    low, high = (number(value) for value in rates.range(moment))
    where = f"On {when} goods from {the(rates.exporter)} pay"
    if low == high:
        return f"{where} {low} points over MFN" if high != "0" else f"{where} no more than the MFN rate"
    largest = rates.groups[0]
    on_largest = f"{number(largest.over_mfn(moment))} on the largest group ({percent(largest.share)} of trade)"
    return f"{where} {low} to {high} points over MFN, {on_largest}"


def holders_and_colours(made: Plan) -> tuple[dict[str, str], dict[str, str]]:
    """Titles of actors and coalitions in the order of the file, and the colour that each has in every chart."""
    from plots.style import colours

    scenario = made.written
    titles = {name: part.title for name, part in [*scenario.actors.items(), *scenario.coalitions.items()]}
    holding = {part.by for part in scenario.instruments.values()}
    return titles, colours([name for name in titles if name in holding], titles)


def sector_rates(series: TariffSeries, moments: Sequence[Moment], chosen: Sequence[Pair]) -> list[Rates]:
    """Average rates of the pairs by sector at each moment, as the heat map draws them."""
    from plots.heat_map import Rates as Drawn
    from sim.analysis.groups import sector_title
    from sim.instruments.tranches import sectors

    averages = [series.average_by_sector(*pair) for pair in chosen]
    held = {sector for line in averages for sector in line}
    order = [*(code for code in sectors() if code in held), *sorted(held - set(sectors()))]
    actors = series.plan.scenario.actors
    titles = tuple((actors[a].short or actors[a].title, actors[b].short or actors[b].title) for a, b in chosen)
    found = []
    for moment in moments:
        add_on = series.stacks.add_on(*series.layer_state(moment.world, np.arange(1)))
        values = [
            [float(line[code].average(add_on)[0]) if code in line else np.nan for line in averages] for code in order
        ]
        whole = [float(average.average(add_on)[0]) for pair in chosen if (average := series.averages[pair])]
        found.append(Drawn(titles, tuple(map(sector_title, order)), np.array(values), np.array(whole)))
    return found


def heat_pairs(made: Plan, series: TariffSeries) -> list[Pair]:
    """All pairs: those of the named goods, then the others by trade."""
    return list(dict.fromkeys([*principal_pairs(made, series), *pairs(series)]))
