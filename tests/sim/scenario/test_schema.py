import json
from pathlib import Path

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
