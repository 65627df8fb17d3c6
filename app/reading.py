"""Scenarios for commands: loaded, tried against the trade data that they name, and blamed for what fails in play."""

from __future__ import annotations

import re

import click

from sim.scenario.document import dotted
from sim.scenario.load import load
from sim.scenario.problems import Problem, ScenarioError
from sim.scenario.provenance import Documented, expressions

_AT = re.compile(r"^[\w.]+: ")
"""a path before what is said"""
_READ = f"{__name__}.scenarios"
"""what the command's context remembers the scenarios under that it has read"""


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
    if (context := click.get_current_context(silent=True)) is not None:
        context.meta.setdefault(_READ, []).append(scenario)
    return scenario


def in_play(error: Exception, context: click.Context) -> ScenarioError | None:
    """What failed in some run, with its places in the scenarios that the command has read; None where it is in none.

    The expression is looked for by its text, which the message quotes; a path that stands before it tells which one.
    """
    problems = []
    for scenario in context.meta.get(_READ, []):
        quoted = [path for path, expression in expressions(scenario) if repr(expression.text) in str(error)]
        told = [path for path in quoted if str(error).startswith(f"{dotted(path)}: ")]
        for path in told or quoted:
            problems.append(Problem(scenario.tree.place(path).value, dotted(path), _AT.sub("", str(error))))
    return ScenarioError(dict.fromkeys(problems)) if problems else None


def _against_trade_data(scenario: Documented) -> list[Problem]:
    if not (scenario.trade.data or scenario.trade.tranches or scenario.goods):
        return []
    from sim.engine.tariffs import findings

    tree = scenario.tree
    return [
        Problem(tree.place(path).value, dotted(path), message, suggestion)
        for path, message, suggestion, _ in findings(scenario)
    ]
