"""`parley assumptions`: the numbers of a scenario and its what-ifs out to a workbook, and its changes back in."""

from __future__ import annotations

from pathlib import Path as FilePath

import click

from app.assumption_changes import Changes
from app.assumption_rows import ASSUMPTIONS, WHAT_IFS, sheets_of
from app.edit import amendable, own_file, written
from app.reading import read_scenario
from app.workbook import read_workbook, write_workbook
from sim.scenario import document, overlay
from sim.scenario.edit import edited
from sim.scenario.problems import ScenarioError
from sim.scenario.provenance import scenario_hash


def exported(file: str, target: FilePath) -> str:
    """Write a workbook with the numbers of a scenario and its what-ifs; returns what to do next.

    UsageError where something is in its place: it may hold somebody's changes.
    """
    if target.suffix.lower() != ".xlsx":
        raise click.UsageError(f"found {str(target)!r}; a workbook's name ends with .xlsx")
    if target.exists():
        raise click.UsageError(f"{target} exists; choose another name")
    scenario = read_scenario(file)
    sheets = sheets_of(scenario)
    about = {
        "Scenario": scenario.title,
        "File": scenario.document_path,
        "As of": str(scenario.as_of),
        "Content": scenario_hash(scenario),
    }
    write_workbook(target, sheets, about, f"parley assumptions {file} --from {target.name}")
    return (
        f"wrote {target}: {len(sheets[0].rows)} assumptions, {len(scenario.what_ifs)} what-ifs\n"
        f"next: change cells, save, then parley assumptions {file} --from {target}"
    )


def imported(file: str, workbook: FilePath, out: FilePath | None = None) -> str:
    """Take the changes of a workbook into the scenario file, or into another file; returns what has changed.

    Raises ScenarioError with every mistake, by sheet and cell; nothing is written then.
    """
    target = own_file(file) if out is None else out
    if out is not None and out.exists():
        raise click.UsageError(f"{out} exists; choose another name")
    before = document.read(overlay.find(file))
    scenario = read_scenario(file, quiet=True)
    given = read_workbook(workbook, (ASSUMPTIONS, WHAT_IFS))
    changes = Changes(scenario)
    for row, handed_out, mark in given[ASSUMPTIONS.title]:
        changes.of_quantity(row, handed_out, mark)
    for row, handed_out, mark in given[WHAT_IFS.title]:
        changes.of_what_if(row, handed_out, mark)
    if changes.problems:
        raise ScenarioError(sorted(changes.problems))
    text = edited(before, amendable(before, scenario).changes(changes.amendments))
    try:
        return written(target, before, text, scenario)
    except ScenarioError as error:
        raise ScenarioError([changes.at_its_cell(problem) for problem in error.problems]) from None
