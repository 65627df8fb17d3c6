import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.scenario import overlay
from sim.scenario.load import load
from sim.scenario.problems import ScenarioError
from sim.scenario.provenance import Documented

ERRORS = Path(__file__).parent / "errors"
SUMMIT = ERRORS / "valid" / "summit.yaml"
TEXT = SUMMIT.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", sorted(path.stem for path in ERRORS.glob("*.yaml")))
def test_each_mistake_is_told_with_its_place(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ERRORS)
    monkeypatch.setattr(overlay, "SHIPPED", ERRORS / "valid")
    with pytest.raises(ScenarioError) as caught:
        load(f"{case}.yaml")
    assert f"{caught.value}\n" == Path(f"{case}.txt").read_text(encoding="utf-8")


def test_a_valid_file_loads_without_a_word_and_knows_where_it_was_read() -> None:
    scenario = load(SUMMIT, strict=True)
    assert scenario.title == "A summit and a truce"
    assert scenario.document_path == str(SUMMIT)
    assert scenario.warnings == []


def test_numbers_without_a_source_are_warnings_and_errors_when_strict(tmp_path: Path) -> None:
    sourced = 'takes_place: {value: 80 %, source: "assumption: both sides prepare it"}\n    source: fact_sheet'
    file = written(tmp_path, TEXT.replace(sourced, "takes_place: 80 %"))
    warnings = load(file).warnings
    assert [warning.path for warning in warnings] == ["milestones.summit.date", "milestones.summit.takes_place"]
    assert all(warning.warning and "has no source" in warning.message for warning in warnings)
    with pytest.raises(ScenarioError) as caught:
        load(file, strict=True)
    assert [problem.path for problem in caught.value.problems] == [warning.path for warning in warnings]


def test_settings_reach_what_the_file_leaves_to_defaults() -> None:
    assert load(SUMMIT, sets=["ensemble.runs=10"]).ensemble.runs == 10
    assert load(SUMMIT, sets=["actors.china.reaction=5 d"]).actors["china"].reaction.value == 5


def test_an_overlay_may_add_a_whole_thing_but_no_single_value_under_a_new_name(tmp_path: Path) -> None:
    added = "instruments.second={title: Second, kind: tariff, by: us, on: china, adds: 5 pp}"
    assert "second" in load(SUMMIT, sets=[added]).instruments
    for setting in ("parameters.growth=2 %", "instruments.second.adds=5 pp", "actors.us.beliefs.trust=20 %"):
        with pytest.raises(ScenarioError, match="has no"):
            load(SUMMIT, sets=[setting])


def test_misspelt_paths_do_not_hide_other_mistakes() -> None:
    with pytest.raises(ScenarioError) as caught:
        load(SUMMIT, sets=["milestones.sumit.takes_place=0 %", "horizon=never"])
    assert {problem.path for problem in caught.value.problems} == {"milestones.sumit.takes_place", "horizon"}


def test_what_ifs_are_tried_with_the_base(tmp_path: Path) -> None:
    file = written(tmp_path, TEXT + "what_ifs:\n  off: {milestones.summit.takes_place: 0 %}\n  bad: {horizon: soon}\n")
    with pytest.raises(ScenarioError, match="horizon: found 'soon'"):
        load(file)
    assert load(file, "off").milestones["summit"].takes_place.value == 0


def test_a_loaded_scenario_survives_a_worker_process() -> None:
    scenario = load(SUMMIT)
    again = pickle.loads(pickle.dumps(scenario))
    assert again == scenario
    assert again.document_path == scenario.document_path


FRAGMENTS = st.sampled_from(
    ["{", "}", "[", "]", ": ", "- ", "\n", "\n  ", "&a ", "*a", "<<: ", "!!x ", "'", '"', "#", "|", ">", "\t", "\x00",
     "~", "20 %", "+20 pp", "2025-11-10", "-1", "1e999", "schema", "triangular", "value",
     "extends: summit.yaml", "what_ifs"]
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.integers(0, len(TEXT)), length=st.integers(0, 40), put=st.text(max_size=5) | FRAGMENTS)
def test_a_damaged_file_gives_a_scenario_or_a_scenario_error(start: int, length: int, put: str, tmp_path: Path) -> None:
    damaged = (TEXT[:start] + put + TEXT[start + length :]).encode(errors="replace")
    damage_is_told(tmp_path, damaged)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200) | st.lists(FRAGMENTS).map(lambda parts: "".join(parts).encode()))
def test_any_bytes_give_a_scenario_or_a_scenario_error(content: bytes, tmp_path: Path) -> None:
    damage_is_told(tmp_path, content)


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | FRAGMENTS
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FRAGMENTS, inner, max_size=3))


@settings(max_examples=150, deadline=None)
@given(path=st.sampled_from([
    "title", "as_of", "start", "ensemble.runs", "actors", "actors.us", "actors.us.policy", "actors.us.policy.rules",
    "actors.us.policy.preset", "actors.us.policy.rules.roll.do", "actors.us.audience_cost",
    "instruments.hundred_percent", "instruments.hundred_percent.adds", "milestones.summit.date",
    "milestones.summit.parties",
    "outcomes.longer.when", "correlations", "trade", "sources", "parameters", "known", "source", "actors.us.known",
]), value=VALUES)  # fmt: skip
def test_any_value_anywhere_gives_a_scenario_or_a_scenario_error(path: str, value: object) -> None:
    assert loads_or_tells(SUMMIT, f"{path}={value!r}")


def written(folder: Path, text: str) -> Path:
    file = folder / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def damage_is_told(folder: Path, content: bytes) -> None:
    (folder / "scenario.yaml").write_bytes(content)
    (folder / "summit.yaml").write_text(TEXT, encoding="utf-8")
    assert loads_or_tells(folder / "scenario.yaml")


def loads_or_tells(file: Path, *sets: str) -> bool:
    """Whether the file gives a scenario, or an error in which every problem has a message and a place."""
    try:
        return isinstance(load(file, sets=sets), Documented)
    except ScenarioError as error:
        return bool(error.problems) and all(problem.message and problem.mark.line >= 1 for problem in error.problems)
