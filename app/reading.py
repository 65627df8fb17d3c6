"""Scenarios for commands: loaded, tried against the data that they name, and blamed for what fails in play."""

from __future__ import annotations

import click

from sim.negotiation.policy import QuantityError
from sim.scenario.document import dotted
from sim.scenario.evaluation import EvaluationError
from sim.scenario.findings import Finding
from sim.scenario.load import load
from sim.scenario.problems import Problem, ScenarioError
from sim.scenario.provenance import Documented, expressions

_READ = f"{__name__}.scenarios"
"""what the command's context remembers the scenarios under that it has read"""


def read_scenario(
    file: str,
    what_if: str | None = None,
    sets: tuple[str, ...] = (),
    strict: bool = False,
    quiet: bool = False,
    text: str | None = None,
) -> Documented:
    """Load a scenario; how many warnings it has goes to standard error. `text` stands for what the file holds.

    Raises ScenarioError with every mistake, also those between it and the data of trade and economy.
    """
    scenario = load(file, what_if, sets, strict, text)
    problems = _against_data(scenario)
    mistakes = [problem._replace(warning=False) for problem in problems if strict or not problem.warning]
    if mistakes:
        raise ScenarioError(mistakes)
    scenario.warnings.extend(problems)
    if scenario.warnings and not quiet:
        count = len(scenario.warnings)
        click.echo(f"{count} warning{'s' if count != 1 else ''}; parley validate {file} lists them", err=True)
    if (context := click.get_current_context(silent=True)) is not None:
        context.meta.setdefault(_READ, []).append(scenario)
    return scenario


def in_play(error: EvaluationError | QuantityError, context: click.Context) -> ScenarioError | None:
    """What failed in some run, with its places in the scenarios that the command has read; None where it is in none.

    The expression is looked for by its text and, where the error knows it, its path.
    """
    problems = []
    for scenario in context.meta.get(_READ, []):
        same = [path for path, expression in expressions(scenario) if expression.text == error.text]
        told = [path for path in same if dotted(path) == getattr(error, "path", None)]
        for path in told or same:
            problems.append(Problem(scenario.tree.place(path).value, dotted(path), str(error)))
    return ScenarioError(dict.fromkeys(problems)) if problems else None


def _against_data(scenario: Documented) -> list[Problem]:
    """What does not fit between the scenario and the data that it names, trade first."""
    found: list[Finding] = []
    if scenario.trade.data or scenario.trade.tranches or scenario.goods:
        from sim.engine import tariffs

        found += tariffs.findings(scenario)
    if scenario.economy is not None:
        from sim.engine import economy_findings

        found += economy_findings.findings(scenario)
    tree = scenario.tree
    problems = [
        Problem(tree.place(one.path).value, dotted(one.path), one.message, one.suggestion, one.warning) for one in found
    ]
    return sorted(problems, key=lambda problem: problem.mark)
