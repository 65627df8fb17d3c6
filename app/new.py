"""`parley new`: a scenario of one's own, from a shipped one."""

from __future__ import annotations

import json
from pathlib import Path

import click

from scenarios import SHIPPED
from sim.scenario.load import load
from sim.scenario.problems import closest
from sim.scenario.schema import json_schema, modeline

SCHEMA_FILE = "parley.schema.json"


def write_new(target: Path, origin: str, overlay: bool) -> str:
    """Write `target` (never over an existing file) and the schema beside it; returns what to do next."""
    shipped = {path.stem: path for path in SHIPPED.glob("*.yaml")}
    if origin not in shipped:
        near = closest(origin, list(shipped))
        hint = f" Did you mean {near!r}?" if near else ""
        raise click.UsageError(f"no shipped scenario {origin!r}; there are {', '.join(sorted(shipped))}.{hint}")
    if not target.name or not str(target).isprintable():
        raise click.UsageError(f"found {str(target)!r}; give the name of a file, such as mine.yaml")
    if target.suffix not in (".yaml", ".yml"):
        target = target.with_suffix(".yaml")
    text = _overlay(origin) if overlay else _without_modeline(shipped[origin].read_text(encoding="utf-8"))
    schema = target.with_name(SCHEMA_FILE)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(f"{modeline(SCHEMA_FILE)}\n{text}")
        schema.write_text(json.dumps(json_schema(), indent=1, ensure_ascii=False), encoding="utf-8")
    except FileExistsError as error:
        raise click.UsageError(f"{error.filename} exists; choose another name") from None
    except OSError as error:
        raise click.UsageError(f"{target} cannot be written: {error.strerror}") from None
    return f"wrote {target} and {schema}\nnext: parley validate {target} && parley run {target}"


def _overlay(origin: str) -> str:
    scenario = load(origin)
    return (
        f"extends: {origin}\ntitle: {json.dumps(scenario.title + ' (my version)', ensure_ascii=False)}\n\n"
        "# Write only what differs, e.g.\n# milestones:\n#   leaders_meeting: {takes_place: 50 %}\n"
    )


def _without_modeline(text: str) -> str:
    first, _, rest = text.partition("\n")
    return rest if first.startswith("# yaml-language-server") else text
