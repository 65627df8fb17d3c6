"""What the scenario language allows: the JSON Schema for editors, and the keys that may stand at a place of a file."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from sim.scenario.document import Path
from sim.scenario.model import Scenario
from sim.scenario.moves import VERBS
from sim.scenario.parts import Name, Part

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_EXAMPLES: dict[str, list[Any]] = {
    "title": ["A longer roll for a delay?"],
    "as_of": ["2025-10-15"],
    "horizon": ["2026-12-31"],
    "what_ifs": [{"summit_cancelled": {"milestones.leaders_meeting.takes_place": "0 %"}}],
}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of scenario files, for completion, hover and checks in editors.

    A file that extends another may leave out whatever the other one has, so nothing is required of it at the top, and
    of parts only of moves, which are never laid over one another; `parley validate` tells what is missing.
    """
    made = Scenario.model_json_schema()
    required = made.pop("required", [])
    moves = {verb.__name__ for verb in VERBS.values()}
    for name, part in made["$defs"].items():
        if name not in moves:
            part.pop("required", None)
    extends = {
        "type": "string",
        "description": "the scenario that this one changes: a file beside it, or the name of a shipped scenario",
        "examples": ["longer-roll"],
    }
    made["properties"] = {"extends": extends, **made["properties"]}
    for key, examples in _EXAMPLES.items():
        made["properties"][key]["examples"] = examples
    made["anyOf"] = [{"required": ["extends"]}, {"required": required}]
    return {"$schema": DIALECT, "title": "Parley scenario", **{k: v for k, v in made.items() if k != "title"}}


def modeline(schema_file: str) -> str:
    """The comment that tells an editor's YAML language server where the schema is, as the first line of a scenario."""
    return f"# yaml-language-server: $schema={schema_file}"


def keys_at(data: Any, path: Path) -> dict[str, str]:
    """Keys that the mapping at a path of the data may have, with their descriptions; empty where names are free."""
    parts = _parts(_choices(data, path))
    fields = _likeliest(parts, _value(data, path)).model_fields if parts else {}
    return {_key(name, field): field.description or "" for name, field in fields.items() if not field.exclude}


def takes_names(data: Any, path: Path) -> bool:
    """Whether the mapping at a path of the data has names of the user's own for keys, as `instruments` has.

    Dates and the codes of a data set are none.
    """
    return any(get_origin(choice) is dict and get_args(choice)[0] == Name for choice in _choices(data, path))


def _choices(data: Any, path: Path) -> list[Any]:
    """The types that may stand at a path."""
    choices: list[Any] = [Scenario]
    for position, key in enumerate(path):
        parts, value = _parts(choices), _value(data, path[:position])
        if len(parts) > 1 and isinstance(value, dict):
            likeliest = _likeliest(parts, value)
            choices = [likeliest, *(choice for choice in choices if get_origin(choice) is dict)]
        choices = [option for choice in choices for option in _step(choice, key)]
    return choices


def _step(choice: Any, key: str | int) -> Iterator[Any]:
    """The types that a key leads to; a list may be written as its only item."""
    origin, arguments = get_origin(choice), get_args(choice)
    if origin is dict:
        yield from _alternatives(arguments[1])
    elif origin is list and isinstance(key, int):
        yield from _alternatives(arguments[0])
    elif origin is list:
        for item in _alternatives(arguments[0]):
            yield from _step(item, key)
    elif isinstance(choice, type) and issubclass(choice, Part):
        for name, field in choice.model_fields.items():
            if key in (name, field.alias):
                yield from _alternatives(field.annotation)


def _alternatives(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for argument in get_args(annotation):
            yield from _alternatives(argument)
    else:
        yield annotation


def _parts(choices: list[Any]) -> list[type[Part]]:
    found: list[type[Part]] = []
    for choice in choices:
        if get_origin(choice) is list:
            found += _parts(list(_alternatives(get_args(choice)[0])))
        elif isinstance(choice, type) and issubclass(choice, Part):
            found.append(choice)
    return found


def _likeliest(parts: list[type[Part]], value: Any) -> type[Part]:
    """The part that is meant: of the same kind, or else the one that knows most of the keys that are there."""

    def likeness(part: type[Part]) -> tuple[bool, int]:
        same_kind = "kind" in part.model_fields and part.model_fields["kind"].default == value.get("kind")
        known = {_key(name, field) for name, field in part.model_fields.items()}
        return same_kind, len(known & value.keys())

    return max(parts, key=likeness) if isinstance(value, dict) else parts[0]


def _key(name: str, field: FieldInfo) -> str:
    return field.alias or name


def _value(data: Any, path: Path) -> Any:
    """What stands at the path, None where nothing does."""
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data
