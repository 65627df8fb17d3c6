import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.scenario import document, overlay
from sim.scenario.load import MOST_MISTAKES, load
from sim.scenario.model import MOST_WHAT_IFS
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


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ("published: 2025-10-01, ", "", "sources.fact_sheet"),
        ("assumption: both sides prepare it", "a newspaper of November", "milestones.summit.takes_place.source"),
        ("assumption: both sides prepare it", "assumption: ", "milestones.summit.takes_place.source"),
        ("{uniform: [2025-10-29, 2025-11-01]}", "2027-01-01", "milestones.summit.date"),
        ("{uniform: [2025-10-29, 2025-11-01]}", "{uniform: [2024-10-29, 2024-11-01]}", "milestones.summit.date"),
    ],
)
def test_what_is_doubtful_warns_and_fails_when_strict(before: str, after: str, path: str, tmp_path: Path) -> None:
    assert before in TEXT
    file = written(tmp_path, TEXT.replace(before, after))
    assert [warning.path for warning in load(file).warnings] == [path]
    with pytest.raises(ScenarioError):
        load(file, strict=True)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("as_of=2025-09-01", "sources.fact_sheet.published"),
        ("as_of=2025-10-05", "instruments.hundred_percent.threatened"),
        ("instruments.hundred_percent.threatened=+30 d", "instruments.hundred_percent.threatened"),
        ("actors.us.audience_cost.known=2025-11-01", "actors.us.audience_cost.known"),
        ("actors.us.audience_cost.published=2025-11-01", "actors.us.audience_cost.published"),
        ("actors.us.known=2025-11-01", "actors.us.known"),
        ("milestones.summit.takes_place={value: 3 %, known: 2025-11-01}", "milestones.summit.takes_place.known"),
        ("sources={late: {title: Late, published: 2025-11-01}}", "sources.late.published"),
    ],
)
def test_a_setting_cannot_bring_in_what_was_not_known_yet(setting: str, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(SUMMIT, sets=[setting])
    assert told in [problem.path for problem in caught.value.problems]
    assert "later than as_of" in str(caught.value)


def test_a_file_cannot_be_set_back_before_what_the_one_it_extends_knew(tmp_path: Path) -> None:
    (tmp_path / "summit.yaml").write_text(TEXT, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(written(tmp_path, "extends: summit.yaml\nas_of: 2025-09-15\n"))
    assert {problem.path for problem in caught.value.problems} == {
        "sources.fact_sheet.published",
        "instruments.hundred_percent.threatened",
    }


def test_a_what_if_names_its_citation_like_any_part(tmp_path: Path) -> None:
    what_if = "what_ifs:\n  off: {source: fact_shet, milestones.summit.takes_place: 0 %}\n"
    with pytest.raises(ScenarioError, match=r"what_ifs.off.source: found 'fact_shet'.*did you mean 'fact_sheet'"):
        load(written(tmp_path, TEXT + what_if))


def test_of_hundreds_of_mistakes_the_first_are_told(tmp_path: Path) -> None:
    malformed = "".join(f"  a{number}: {{nam: Somebody}}\n" for number in range(400))
    unknown = "".join(f"  o{number}: {{title: x, when: nothing.o{number}}}\n" for number in range(400))
    for text in (f"{TEXT}coalitions:\n{malformed}", TEXT + unknown):
        with pytest.raises(ScenarioError) as caught:
            load(written(tmp_path, text))
        assert len(caught.value.problems) == MOST_MISTAKES + 1
        assert str(caught.value).endswith(f"these are the first {MOST_MISTAKES}")


def test_warnings_in_their_hundreds_do_not_hide_hindsight(tmp_path: Path) -> None:
    unsourced = "".join(f"  p{number}: {number} %\n" for number in range(100))
    unsourced += "".join(f"  q{number}: {number}\n" for number in range(2 * MOST_MISTAKES))
    with pytest.raises(ScenarioError) as caught:
        load(written(tmp_path, f"{TEXT}parameters:\n{unsourced}  late: {{value: 1, known: 2025-12-01}}\n"))
    assert [problem.path for problem in caught.value.problems] == ["parameters.late.known"]


def test_more_what_ifs_than_are_tried_are_refused(tmp_path: Path) -> None:
    what_ifs = "".join(f"  w{number}: {{}}\n" for number in range(MOST_WHAT_IFS + 1))
    with pytest.raises(ScenarioError, match=f"at most {MOST_WHAT_IFS} may be given"):
        load(written(tmp_path, f"{TEXT}what_ifs:\n{what_ifs}"))


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


VALUES_OF_SUMMIT = [place for place in document.read(SUMMIT).marks if place]


@pytest.mark.parametrize("place", VALUES_OF_SUMMIT, ids=document.dotted)
def test_what_follows_from_a_malformed_value_is_not_told(place: document.Path) -> None:
    """The value, or what holds it, is told of and nothing else."""
    path = document.dotted(place)
    with pytest.raises(ScenarioError) as caught:
        load(SUMMIT, sets=[f"{path}=[[true]]"])
    told = [problem.path for problem in caught.value.problems]
    assert all(f"{path}.".startswith(f"{one}.") or one.startswith(f"{path}.") for one in told), str(caught.value)


def test_what_ifs_are_tried_with_the_base(tmp_path: Path) -> None:
    file = written(tmp_path, TEXT + "what_ifs:\n  off: {milestones.summit.takes_place: 0 %}\n  bad: {horizon: soon}\n")
    with pytest.raises(ScenarioError, match="horizon: found 'soon'"):
        load(file)
    assert load(file, "off").milestones["summit"].takes_place.value == 0


def test_what_a_setting_breaks_elsewhere_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(written(tmp_path, TEXT), sets=["milestones.summit=null", "instruments.hundred_percent.on=chnia"])
    set_to, rest = caught.value.problems
    assert (set_to.mark.file, set_to.message.endswith("actors: china, us")) == ("--set", True)
    assert rest.message.endswith("; so under --set milestones.summit")


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
