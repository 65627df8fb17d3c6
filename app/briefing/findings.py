"""What the results say, read once and shared by the parts of the briefing: odds, differences, names, colours."""

from __future__ import annotations

from functools import cached_property

from plots.numbers import counted, long_date
from plots.odds import ranked
from plots.style import colours
from sim.analysis.belief import Believed
from sim.analysis.economy import Economy, has_economy
from sim.analysis.odds import Difference, Odds, difference, shares
from sim.analysis.published import Comparison, comparisons
from sim.analysis.record import Record
from sim.analysis.supply import Supply, has_supply
from sim.analysis.supply_materials import Materials
from sim.results.result import Result
from sim.scenario.correlations import left_to_chance


class Findings:
    """A base result and its what-ifs; with what a reader believes of the base, if that was given."""

    def __init__(self, result: Result, what_ifs: list[Result], command: str, believed: Believed | None = None) -> None:
        self.result = result
        self.what_ifs = what_ifs
        self.command = command
        self.believed = believed
        self.scenario = result.scenario
        self.plan = result.plan
        self.titles = {name: result.outcome_title(name) for name in result.outcome_names}
        as_of, futures = long_date(self.plan.as_of), counted(result.runs, "future")
        self.source = f"Source: Parley, “{self.scenario.title}”, as of {as_of}; {futures}. No forecast."
        if self.scenario.is_record:
            self.source = f"Source: Parley, “{self.scenario.title}”, the past replayed to {as_of}."

    @cached_property
    def odds(self) -> dict[str, Odds]:
        """By outcome, in the order of the file."""
        return shares(self.result.outcome, self.result.outcome_names, self.result.chances)

    @cached_property
    def ranked(self) -> list[str]:
        """Outcomes, the likeliest first."""
        return ranked(self.odds)

    @cached_property
    def uncertain(self) -> list[str]:
        """Paths of the assumptions that are not the same in all futures. Chance is not among them."""
        return [path for path, scalar in self.plan.scalars.items() if not (scalar.fixed or left_to_chance(path))]

    @cached_property
    def deciders(self) -> dict[str, str]:
        """Titles of actors, then of coalitions, in the order of the file: the principals stand first there."""
        return {name: part.title for name, part in [*self.scenario.actors.items(), *self.scenario.coalitions.items()]}

    @cached_property
    def colours(self) -> dict[str, str]:
        """Whoever holds a lever has a colour of its own, as far as there are colours; some always the same one."""
        holders = {part.by for part in self.scenario.instruments.values()}
        regions = {name: actor.regions for name, actor in self.scenario.actors.items()}
        return colours([name for name in self.deciders if name in holders], self.deciders, regions)

    @cached_property
    def changes(self) -> dict[str, dict[str, Difference]]:
        """What-if → outcome → paired difference."""
        base = self.result
        return {
            str(other.what_if): {
                name: difference(
                    (base.outcome == place).astype(float), (other.outcome == place).astype(float), base.chances
                )
                for place, name in enumerate(base.outcome_names)
            }
            for other in self.what_ifs
        }

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """Tariff series beside published figures."""
        return comparisons(self.result)

    @cached_property
    def economy(self) -> Economy | None:
        """What the result says of the economy; None where it was not solved."""
        return Economy(self.result) if has_economy(self.result) else None

    @cached_property
    def supply(self) -> Supply | None:
        """What the result says of stocks, stoppages and output lost; None where supply was not followed."""
        return Supply(self.result) if has_supply(self.result) else None

    @cached_property
    def materials(self) -> Materials | None:
        """What it says of exports, prices and other suppliers of the materials; None likewise."""
        return Materials(self.result) if has_supply(self.result) else None

    @cached_property
    def record(self) -> Record:
        """What the past that is replayed comes to."""
        return Record(self.result)

    def what_if_title(self, name: str) -> str:
        """What a what-if is called."""
        return str(self.scenario.what_ifs[name].get("title", name))
