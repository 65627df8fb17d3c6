"""The reference pages that the code itself writes: every key of the language, every command with its options."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click

from app.cli import main
from sim.scenario.model import Scenario
from sim.scenario.moves import VERBS
from sim.scenario.parts import Part
from sim.scenario.policies import PRESETS
from sim.scenario.supply import Supply, Support

_WORDS = {
    "Title": "text",
    "Prose": "text",
    "str": "text",
    "Name": "name",
    "Names": "name, or list of names",
    "Date": "date",
    "Day": "date",
    "Duration": "duration",
    "Share": "share",
    "Points": "rate",
    "Money": "money",
    "AnyScalar": "scalar",
    "Elasticity": "number",
    "Factor": "number",
    "Response": "number",
    "Persons": "number",
    "SetNames": "word",
    "Revenue": "`rebated`, `tax_relief`",
    "Weeks": "weeks",
    "SomeWeeks": "weeks",
    "Years": "years",
    "SomeYears": "years",
    "WeeklyRate": "number a week",
    "YearlyRate": "number a year",
    "Times": "number",
    "AtLeastOnce": "number of at least 1",
    "AtMostOnce": "number of at most 1",
    "TonnesAYear": "t/y",
    "TonnesAWeek": "t/week",
    "Price": "USD/kg",
    "SomeShare": "share",
    "Pair": "number between -1 and 1",
    "AllPairs": "number from 0 to 1",
    "Branch": "`leontief`, `ces`",
    "Denied": "`technology`, `experts`, or both",
    "Measure": "`stockpile_release`, `price_floor`, `offtake`, `capacity_subsidy`, `pooling`",
    "Condition": "expression",
    "ShareOrExpression": "share or expression",
    "DurationOrExpression": "duration or expression",
    "PointsOrExpression": "rate or expression",
    "bool": "true or false",
    "int": "whole number",
    "float": "number",
    "Any": "anything",
    "Moves": "moves",
    "ListedMoves": "moves",
    "Policy": "[Doctrine](#doctrine) or [Script](#script)",
}
"""What a user calls the types of the models."""


def write(folder: Path) -> None:
    """Write `keys.md` and `commands.md` into the folder."""
    folder.mkdir(exist_ok=True)
    (folder / "keys.md").write_text("\n".join(keys()), encoding="utf-8")
    (folder / "commands.md").write_text("\n".join(commands()), encoding="utf-8")


def keys() -> Iterator[str]:
    """Every key of the language, part by part, from the models that check a file."""
    yield "# Every key\n"
    yield "Written from the models that check a scenario; [the language](../scenario.md) explains them."
    for part in _parts():
        yield f"\n## {part.__name__}\n\n{_paragraph(part.__doc__)}\n"
        yield "| key | takes | default | meaning |\n|---|---|---|---|"
        for name, field in part.model_fields.items():
            if name in _EVERYWHERE and part is not Scenario:
                continue
            if not field.exclude or name == "kind":
                takes = _takes(_annotation(part, name))
                default = _needed(part) if field.is_required() else _default(field)
                yield f"| `{field.alias or name}` | {takes} | {default} | {field.description or ''} |"
    yield "\nAny mapping may also have `source`, `known` and `note`."


def _needed(part: type[Part]) -> str:
    """What stands as default of a key that a model requires: those of `supply:` are laid from a file."""
    return "shipped" if part.__module__ == Supply.__module__ and part is not Support else "required"


_EVERYWHERE = ("source", "known", "note")


def _parts() -> list[type[Part]]:
    """The scenario, then its parts in the order in which its keys lead to them; moves and presets last."""
    found: list[type[Part]] = [Scenario]
    for part in found:
        for field in part.model_fields.values():
            found += [one for one in _inside(field.annotation) if one not in found]
    last = [*VERBS.values(), *PRESETS.values()]
    return [*(part for part in found if part not in last), *last]


def _inside(annotation: object) -> Iterator[type[Part]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for argument in get_args(annotation):
        yield from _inside(argument)


def _annotation(part: type[Part], name: str) -> str:
    """As it is written in the code, without the field's settings."""
    written = (inspect.get_annotations(one) for one in part.__mro__)
    return next((str(one[name]) for one in written if name in one), "")


def _takes(written: str) -> str:
    """A type in the words of the language."""
    written = re.sub(r" \| None$", "", re.sub(r"^Annotated\[(dict\[[^\]]+\]|[^,]+),.*\]$", r"\1", written))
    if choices := re.fullmatch(r"Literal\[(.*)\]", written):
        return ", ".join(f"`{one}`" for one in re.findall(r"[\w.]+", choices[1]))
    if written == "tuple[str, str]":
        return "list of two paths"
    if mapping := re.fullmatch(r"dict\[(\w+), (.*)\]", written):
        return f"map: {'sector' if mapping[1] == 'Code' else 'name'} → {_takes(mapping[2])}"
    if listed := re.fullmatch(r"(?:list|tuple)\[(.*)\]", written):
        return f"list of {_takes(listed[1])}"
    if written in _WORDS:
        return _WORDS[written]
    return f"[{written}](#{written.lower()})" if written.isidentifier() else f"`{written}`".replace("|", "or")


def _default(field: object) -> str:
    try:
        value = field.get_default(call_default_factory=True, validated_data={})
    except (KeyError, TypeError):
        return "–"
    told = value.describe() if hasattr(value, "describe") else getattr(value, "text", value)
    return "–" if told in (None, [], {}) or isinstance(told, Part) else f"`{told}`"


def commands() -> Iterator[str]:
    """Every command with its arguments and options, from the command line itself."""
    yield "# Every command\n"
    yield "`FILE` is a scenario file or the name of a shipped scenario."
    for name, command in sorted(main.commands.items()):
        context = click.Context(command, info_name=f"parley {name}")
        yield f"\n## parley {name}\n\n{_paragraph(command.help)}\n\n```text\n{command.get_usage(context)}\n```\n"
        options = [option for option in command.params if isinstance(option, click.Option)]
        if options:
            yield "| option | meaning |\n|---|---|"
        for option in options:
            written, meaning = option.get_help_record(context) or ("", "")
            yield f"| `{written}` | {meaning.replace('|', 'or')} |"


def _paragraph(text: str | None) -> str:
    return re.sub(r":\w+:`\.?([^`]*)`", r"`\1`", " ".join((text or "").split()))
