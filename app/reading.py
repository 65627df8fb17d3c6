"""Scenarios for commands: loaded, and tried against the trade data that they name."""

from __future__ import annotations

import click

from sim.scenario.document import dotted
from sim.scenario.load import load
from sim.scenario.problems import Problem, ScenarioError
from sim.scenario.provenance import Documented


def read_scenario(
    file: str, what_if: str | None = None, sets: tuple[str, ...] = (), strict: bool = False, quiet: bool = False
) -> Documented:
    """Load a scenario; how many warnings it has goes to standard error.

    Raises ScenarioError with every mistake, also those between its tariff layers and the trade data.
    """
    scenario = load(file, what_if, sets, strict)
    if scenario.warnings and not quiet:
        count = len(scenario.warnings)
        click.echo(f"{count} warning{'s' if count != 1 else ''}; parley validate {file} lists them", err=True)
    if problems := _against_trade_data(scenario):
        raise ScenarioError(problems)
    return scenario


def _against_trade_data(scenario: Documented) -> list[Problem]:
    if not (scenario.trade.data or scenario.trade.tranches or scenario.goods):
        return []
    from sim.engine.tariffs import findings

    tree = scenario.tree
    return [
        Problem(tree.place(tree.written(path)).value, dotted(path), message, suggestion)
        for path, message, suggestion, _ in findings(scenario)
    ]
