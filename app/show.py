"""`parley show`, `names`, `diff`: a scenario in plain text, without playing it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import click
import numpy as np

from app.in_force import branch_played, checked, told, written
from sim import days
from sim.days import MISSING
from sim.engine.plan import Plan, plan
from sim.engine.simulation import Simulation
from sim.engine.tariffs import TariffSeries
from sim.engine.view import offered
from sim.instruments import lives
from sim.scenario.expressions import FUNCTIONS
from sim.scenario.model import Decider, LegalBasis, Milestone, Scenario
from sim.scenario.policies import Script
from sim.scenario.provenance import DEFAULT, canonical, collect_scalars, provenance
from sim.scenario.scalars import Scalar

_Decider = TypeVar("_Decider", bound=Decider)


def shown(
    scenario: Scenario,
    on: str | None = None,
    sectors: bool = False,
    outcome: str | None = None,
    runs: int | None = None,
    chart: Path | None = None,
    pair: str | None = None,
) -> str:
    """Calendar, what is in force on a date if nobody moves, stacks, last days to act, assumptions.

    With `sectors` also the average tariffs of each pair by sector, with `pair` the groups of goods of that pair; with
    `outcome` only what stands on the date in the run that stands for it (see `app.in_force.branch_played`). A `chart`
    of what is in force is written to that file.
    """
    day = _day(scenario, on)
    if chart is not None:
        checked(chart)
    if outcome is None:
        simulation = legal_clock(scenario, day)
        about = "if nobody moves" if day > days.day(scenario.as_of) else ""
    else:
        simulation, about = branch_played(scenario, outcome, runs, day)
    if chart is not None:
        written(simulation, day, about, chart, pair)
    when = f"{days.date(day)} {about}".rstrip()
    standing = {
        f"In force on {when}": _in_force(scenario, simulation, day),
        f"Agreements on {when}": _agreements(scenario, simulation, day),
        f"Tariff stacks on {when}": _stacks(scenario, simulation),
        f"Average tariffs by sector on {days.date(day)}, %, fixed weights, MFN included (importer.exporter)": (
            _by_sector(simulation) if sectors else []
        ),
        **told(simulation, day, pair),
    }
    if outcome is not None:
        return _written_out(scenario, standing)
    made = plan(scenario)
    sections = {
        "Calendar": _calendar(scenario),
        **standing,
        "Last day to act": [f"{days.date(day)}  {who}: {what}" for day, who, what in last_days(scenario)],
        "Assumptions": _assumptions(made, defaults=False),
        "Defaults of Parley (change any in place)": _assumptions(made, defaults=True),
    }
    return _written_out(scenario, sections)


def _written_out(scenario: Scenario, sections: Mapping[str, list[str]]) -> str:
    head = f"{scenario.title}\nas of {scenario.as_of}, horizon {scenario.horizon}"
    body = [f"{title}\n" + "\n".join(f"  {line}" for line in lines) for title, lines in sections.items() if lines]
    return "\n\n".join([head, *body])


def _day(scenario: Scenario, on: str | None) -> int:
    try:
        day = scenario.as_of if on is None else datetime.datetime.strptime(on, "%Y-%m-%d").date()
    except ValueError:
        raise click.UsageError(f"--on: found {on!r}; a date is written 2025-11-10") from None
    if not scenario.start <= day <= scenario.horizon:
        raise click.UsageError(f"--on: {day} is outside the scenario, {scenario.start} to {scenario.horizon}")
    return days.day(day)


def quiet(scenario: Scenario) -> Plan:
    """The same world in which nobody decides: what the file states as fact is replayed, and then nobody moves.

    Facts are scripted moves, events and court decisions whose date is fixed and not later than as_of.
    """
    as_of = days.day(scenario.as_of)
    still = scenario.model_copy(
        update={
            "milestones": {name: _event_of_fact(part, as_of) for name, part in scenario.milestones.items()},
            "legal_bases": {name: _ruling_of_fact(part, as_of) for name, part in scenario.legal_bases.items()},
            "actors": {name: _script_of_fact(part, as_of) for name, part in scenario.actors.items()},
            "coalitions": {name: _script_of_fact(part, as_of) for name, part in scenario.coalitions.items()},
        }
    )
    made = plan(still)
    # The doctrines stay in the scenario, for expressions read their settings.
    made.players = [replace(player, rules=()) for player in made.players]
    return made


def _has_come(date: Scalar, as_of: int) -> bool:
    return date.fixed and int(date.value) <= as_of


def _event_of_fact(part: Milestone, as_of: int) -> Milestone:
    """The milestone; an event that is not a fact brings nothing about."""
    happened = _has_come(part.date, as_of) and part.takes_place.fixed
    return part if happened or not part.do else part.model_copy(update={"do": []})


def _ruling_of_fact(part: LegalBasis, as_of: int) -> LegalBasis:
    """The legal basis; a case that has not been decided by as_of, or not for certain, never is."""
    case = part.challenge
    decided = case is not None and _has_come(case.decision, as_of) and case.struck.fixed and case.struck.value in (0, 1)
    return part if case is None or decided else part.model_copy(update={"challenge": None})


def _script_of_fact(part: _Decider, as_of: int) -> _Decider:
    """The decider; of a script only the moves that are facts."""
    if not isinstance(part.policy, Script):
        return part
    moves = [move for move in part.policy.moves if _has_come(move.on, as_of)]
    return part.model_copy(update={"policy": part.policy.model_copy(update={"moves": moves})})


def legal_clock(scenario: Scenario, day: int) -> Simulation:
    """One run to the end of `day` of the facts alone; uncertain values stand at their medians."""
    made = quiet(scenario)
    medians = {path: np.array([0.5]) for path, scalar in made.scalars.items() if not scalar.fixed}
    simulation = Simulation(made, [0], seed=0, quantiles=medians)
    simulation.advance(day)
    simulation.world.today = day
    return simulation


def _calendar(scenario: Scenario) -> list[str]:
    entries: list[tuple[int, str]] = [(days.day(scenario.as_of), "as of: decisions start")]
    for milestone in scenario.milestones.values():
        chance = (
            ""
            if milestone.takes_place.fixed and milestone.takes_place.value == 1
            else f" ({milestone.takes_place.describe()} that it takes place)"
        )
        entries.append((_first(milestone.date), f"{milestone.title}, {milestone.date.describe()}{chance}"))
    for part in scenario.instruments.values():
        word = "threatened for" if part.enacted is None else "takes effect"
        if part.effective is not None and _first(part.effective) >= days.day(scenario.as_of):
            entries.append((_first(part.effective), f"{part.title}: {word} {part.effective.describe()}"))
        if part.ends is not None:
            entries.append((_first(part.ends), f"{part.title}: last day {part.ends.describe()}"))
    for agreement in scenario.agreements.values():
        entries.append((_first(agreement.expires), f"{agreement.title}: last day {agreement.expires.describe()}"))
    for basis in scenario.legal_bases.values():
        if basis.challenge is not None:
            entries.append(
                (
                    _first(basis.challenge.decision),
                    f"Ruling on {basis.title}, {basis.challenge.decision.describe()}",
                )
            )
    for _, decider in scenario.deciders():
        for move in decider.policy.moves if isinstance(decider.policy, Script) else ():
            entries.append(
                (_first(move.on), f"{decider.title}: {move.title or ', '.join(one.verb for one in move.do)}")
            )
    entries.append((days.day(scenario.horizon), "horizon"))
    return [f"{days.date(day)}  {text}" for day, text in sorted(entries)]


def _first(scalar: Scalar) -> int:
    from sim.sampling.distributions import quantile

    if scalar.fixed:
        return int(scalar.value)
    return int(quantile(scalar.distribution, np.array([1e-9]), scalar.dimension)[0])


def _in_force(scenario: Scenario, simulation: Simulation, day: int) -> list[str]:
    world, lines = simulation.world, []
    for name, part in scenario.instruments.items():
        column = simulation.plan.column("instruments", name)
        standing = simulation.plan.standings[column]
        state = None
        if lives.in_force(world, column, standing, day)[0]:
            share = world.share[0, column]
            state = f"in force, {world.rate[0, column]:g} pp" if part.kind == "tariff" else "in force"
            state += f" on {share:.1%}" if share < 1 else ""
        elif lives.suspended(world, column, standing, day)[0]:
            state = "suspended"
        elif lives.enacted(world, column, standing, day)[0]:
            state = f"enacted, effective {days.date(int(lives.effective(world, column)[0]))}"
        elif lives.threatened(world, column, day)[0]:
            state = f"threatened for {days.date(int(world.effective[0, column]))}"
        if state is not None:
            lines.append(f"{name:<32} {state:<28} {part.title}")
    return lines


def _agreements(scenario: Scenario, simulation: Simulation, day: int) -> list[str]:
    """Those that are live, with their last day and what they hold back; deals on the table."""
    world, lines = simulation.world, []
    for name, agreement in scenario.agreements.items():
        column = simulation.plan.column("agreements", name)
        if lives.live(world, column, day)[0]:
            until = f"live to {days.date(int(world.expires[0, column]))}"
            columns = {
                one: simulation.plan.column("instruments", one)
                for one in scenario.instruments_named(agreement.suspends)
            }
            stayed = [
                one for one, i in columns.items() if lives.suspended(world, i, simulation.plan.standings[i], day)[0]
            ]
            held = f"; holds back {', '.join(stayed)}" if stayed else ""
            lines.append(f"{name:<32} {until:<28} {agreement.title}{held}")
    for name, deal in scenario.deals.items():
        if offered(simulation.view, simulation.plan.column("deals", name))[0]:
            lines.append(f"{name:<32} {'offered':<28} {deal.title}")
    return lines


def _stacks(scenario: Scenario, simulation: Simulation) -> list[str]:
    tariffs = TariffSeries(simulation.plan)
    lines: list[str] = []
    if not len(tariffs):
        return lines
    rows = np.arange(1)
    bite, rate = tariffs.layer_state(simulation.world, rows)
    for name in scenario.goods:
        stack = tariffs.goods[name]
        parts = tariffs.stacks.breakdown(stack, bite[0], rate[0])
        total = sum(points for _, points in parts)
        listed = " + ".join(f"{layer.split('#')[0]} {points:g}" for layer, points in parts) or "nothing"
        lines.append(f"{'stack.' + name:<32} {total:6.1f} pp over MFN = {listed}")
    values = tariffs.of(simulation.world, rows)[0, len(tariffs.goods) :]
    for (importer, exporter), value in zip(tariffs.averages, values, strict=True):
        if not np.isnan(value):
            lines.append(f"{f'average.{importer}.{exporter}':<32} {value:6.1f} %  fixed weights, MFN included")
    return lines


def _by_sector(simulation: Simulation) -> list[str]:
    """A row for each sector, a column for each pair of which there are data."""
    tariffs = TariffSeries(simulation.plan)
    pairs = [pair for pair, series in tariffs.averages.items() if series is not None]
    columns = {f"{a}.{b}": tariffs.by_sector(simulation.world, a, b) for a, b in pairs}
    width = max((len(name) for name in columns), default=0) + 2
    lines = [f"{'':<8}" + "".join(f"{name:>{width}}" for name in columns)]
    for sector in sorted({sector for column in columns.values() for sector in column}):
        cells = (f"{float(column[sector][0]):.1f}" if sector in column else "–" for column in columns.values())
        lines.append(f"{sector:<8}" + "".join(f"{cell:>{width}}" for cell in cells))
    return lines if columns else []


def last_days(scenario: Scenario) -> list[tuple[int, str, str]]:
    """(day, who, what): the last day to carry out a threat, stop an enacted instrument, extend an agreement."""
    simulation = legal_clock(scenario, days.day(scenario.as_of))
    world, today = simulation.world, simulation.world.today
    titles = {name: decider.title for name, decider in scenario.deciders()}
    found = []
    for name, part in scenario.instruments.items():
        column = simulation.plan.column("instruments", name)
        last = int(lives.last_day_to_act(world, column, simulation.whole_lag(column))[0])
        begins = int(lives.effective(world, column)[0])
        held_until = int(world.held_until[0, column])
        if last < MISSING:
            found.append((last, titles[part.by], f"carry out or let lapse: {part.title}"))
        elif lives.enacted(world, column, simulation.plan.standings[column], today)[0] and today < begins < MISSING:
            found.append((begins - 1, titles[part.by], f"stop before it enters into force: {part.title}"))
        elif (
            lives.suspended(world, column, simulation.plan.standings[column], today)[0]
            and today <= held_until < MISSING
        ):
            found.append((held_until, titles[part.by], f"stop before it is in force again: {part.title}"))
    for name, agreement in scenario.agreements.items():
        parties = ", ".join(titles[party] for party in agreement.parties)
        last = int(world.expires[0, simulation.plan.column("agreements", name)])
        found.append((last, parties, f"extend: {agreement.title}"))
    return sorted(one for one in found if one[0] >= today)


def _assumptions(made: Plan, defaults: bool) -> list[str]:
    sources = provenance(made.written)
    chosen = {path: scalar for path, scalar in made.scalars.items() if (sources[path].source == DEFAULT) == defaults}
    width = max((len(path) for path in chosen), default=0)
    if defaults:
        return [f"{path:<{width}}  {scalar.describe()}" for path, scalar in chosen.items()]
    return [
        f"{path:<{width}}  {scalar.describe():<34} {sources[path].source or 'no source'}"
        for path, scalar in chosen.items()
    ]


def names_shown(scenario: Scenario, find: str = "") -> str:
    """Every name with kind, unit, value on the first day and meaning; then the functions."""
    made = plan(scenario)
    simulation = legal_clock(scenario, days.day(scenario.as_of))
    lines = []
    for name, symbol in made.symbols.items():
        if find in name:
            value = _value(made, simulation, name)
            lines.append(f"{name:<44} {symbol.unit or symbol.kind:<14} {value:<12} {symbol.doc}")
    functions = [f"{function.usage:<44} {function.doc}" for function in FUNCTIONS.values()]
    return "\n".join([*lines, "", *functions])


def _value(made: Plan, simulation: Simulation, name: str) -> str:
    value = np.asarray(simulation.view.get(name)).reshape(-1)[0]
    kind = made.symbols[name].kind
    if kind == "date":
        return "–" if int(value) >= MISSING else str(days.date(int(value)))
    if kind == "truth":
        return "yes" if value else "no"
    if kind == "choice":
        return str(value) if isinstance(value, str) else made.symbols[name].words[int(value)]
    return f"{float(value):.4g}"


def difference_shown(old: Scenario, new: Scenario) -> str:
    """Values that differ between two resolved scenarios, one a line: path, old, new."""
    before, after = dict(_values(old)), dict(_values(new))
    lines = []
    for path in sorted({*before, *after}):
        if before.get(path) != after.get(path):
            lines.append(f"{path}: {before.get(path, '(not there)')} → {after.get(path, '(not there)')}")
    lines += _orders(canonical(old), canonical(new))
    return "\n".join(lines) or "no difference in what is simulated"


def _orders(old: object, new: object, path: str = "") -> Iterator[str]:
    """Mappings whose order differs: in canonical content a key stands elsewhere only where order says something."""
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return
    before, after = ([key for key in one if key in other] for one, other in ((old, new), (new, old)))
    if before != after:
        yield f"{path}, in this order: {', '.join(before)} → {', '.join(after)}"
    for key in before:
        yield from _orders(old[key], new[key], f"{path}.{key}" if path else str(key))


def _values(scenario: Scenario) -> Iterator[tuple[str, object]]:
    """Everything that decides the simulation, by path; quantities as a reader writes them."""
    scalars = collect_scalars(scenario)
    yield from ((path, scalar.describe()) for path, scalar in scalars.items())
    for path, value in _leaves(canonical(scenario)):
        owners = (path.rsplit(".", parts)[0] for parts in range(path.count(".") + 1))
        if scalars.keys().isdisjoint(owners):
            yield path, value


def _leaves(tree: object, path: str = "") -> Iterator[tuple[str, object]]:
    items: Iterable[tuple[object, object]]
    if isinstance(tree, Mapping) and tree:
        items = tree.items()
    elif isinstance(tree, list) and any(isinstance(item, Mapping | list) for item in tree):
        items = enumerate(tree)
    else:
        yield path, tree
        return
    for key, value in items:
        yield from _leaves(value, f"{path}.{key}" if path else str(key))
