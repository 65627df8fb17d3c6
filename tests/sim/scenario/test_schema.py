import json
import re
from pathlib import Path
from types import NoneType
from typing import Any

import pytest

from sim.scenario import document
from sim.scenario.schema import DIALECT, json_schema, keys_at, modeline, takes_names

SUMMIT = document.read(Path(__file__).parent / "errors" / "valid" / "summit.yaml").data
MOVE = ("actors", "us", "policy", "rules", "roll", "do")


def test_the_schema_is_json_with_its_dialect_and_descriptions() -> None:
    schema = json_schema()
    assert schema["$schema"] == DIALECT
    assert json.loads(json.dumps(schema)) == schema
    assert "nothing learnt later" in schema["properties"]["as_of"]["description"]
    assert schema["properties"]["as_of"]["examples"] == ["2025-10-15"]


def test_a_file_that_extends_another_need_say_nothing_else() -> None:
    alone, whole = json_schema()["anyOf"]
    assert alone == {"required": ["extends"]}
    assert {"schema", "title", "as_of", "horizon", "actors"} <= set(whole["required"])


def test_the_modeline_is_a_comment_for_editors() -> None:
    assert modeline("parley.schema.json") == "# yaml-language-server: $schema=parley.schema.json"


def test_keys_are_those_of_the_part_that_is_meant() -> None:
    assert {"name", "audience_cost", "policy"} <= keys_at(SUMMIT, ("actors", "us")).keys()
    assert {"extend", "by"} <= keys_at(SUMMIT, MOVE).keys()
    assert "enact" not in keys_at(SUMMIT, MOVE)
    assert keys_at(SUMMIT, ("actors", "us", "policy")).keys() >= {"rules", "preset"}
    assert keys_at({"actors": {"us": {"policy": {"kind": "script"}}}}, ("actors", "us", "policy")).keys() >= {"moves"}
    assert keys_at(SUMMIT, ("actors", "us", "name")) == {}


def test_only_mappings_of_one_s_own_things_have_free_names() -> None:
    assert takes_names(SUMMIT, ("instruments",))
    assert takes_names(SUMMIT, ("actors", "us", "beliefs"))
    assert not takes_names(SUMMIT, ("ensemble",))
    assert not takes_names(SUMMIT, ("actors", "us"))
    assert not takes_names(SUMMIT, ("nothing", "there"))


ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "scenarios").glob("*.yaml"))
WRITTEN = [
    *SHIPPED,
    *sorted((ROOT / "tests" / "app").rglob("*.yaml")),
    Path(__file__).parent / "errors/valid/summit.yaml",
]
TYPES = {
    "string": str,
    "number": int | float,
    "integer": int,
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": NoneType,
}


def fits(value: Any, schema: Any, whole: dict[str, Any]) -> bool:
    """Whether a value satisfies a schema, as far as the keywords go that editors are given here."""
    if "$ref" in schema:
        return fits(value, whole["$defs"][schema["$ref"].removeprefix("#/$defs/")], whole)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    known = schema.get("properties", {})
    return all(
        (
            not kinds or any(isinstance(value, TYPES[kind]) for kind in kinds),
            value == schema.get("const", value),
            value in schema.get("enum", [value]),
            "anyOf" not in schema or any(fits(value, option, whole) for option in schema["anyOf"]),
            "oneOf" not in schema or sum(fits(value, option, whole) for option in schema["oneOf"]) == 1,
            not isinstance(value, list) or all(fits(item, schema.get("items", {}), whole) for item in value),
            not isinstance(value, dict) or set(schema.get("required", [])) <= value.keys(),
            not isinstance(value, dict)
            or all(key in known or schema.get("additionalProperties", True) is not False for key in value),
            not isinstance(value, dict)
            or all(fits(item, known.get(key) or _of_names(schema), whole) for key, item in value.items()),
        )
    )


def _of_names(schema: Any) -> Any:
    """What stands under names of the user's own."""
    (pattern,) = schema.get("patternProperties", {"": {}}).values()
    additional = schema.get("additionalProperties", {})
    return pattern or (additional if isinstance(additional, dict) else {})


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: file.stem)
def test_editors_find_nothing_wrong_with_a_valid_scenario(file: Path) -> None:
    schema = json_schema()
    assert fits(document.read(file).data, schema, schema)


def test_editors_find_nothing_wrong_with_the_scenario_of_the_page() -> None:
    page = (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(schema: 1\n.*?)```", page, re.DOTALL)
    schema = json_schema()
    assert fits(document.parse(text, "page").data, schema, schema)


@pytest.mark.parametrize(
    "case", ["unknown_key", "unknown_kind", "unknown_move", "text_for_number", "ensemble", "presets"]
)
def test_editors_are_told_of_mistakes_of_form(case: str) -> None:
    schema = json_schema()
    assert not fits(document.read(Path(__file__).parent / "errors" / f"{case}.yaml").data, schema, schema)
