import json
from pathlib import Path

import pytest

from sim.days import day
from sim.scenario.load import load
from sim.scenario.problems import ScenarioError
from sim.scenario.provenance import DEFAULT, Provenance, canonical, collect_scalars, provenance, scenario_hash

SUMMIT = Path(__file__).parent / "errors" / "valid" / "summit.yaml"
TEXT = SUMMIT.read_text(encoding="utf-8")
CHANCE = "milestones.summit.takes_place"


def changed(folder: Path, *pairs: tuple[str, str], more: str = "") -> Path:
    text = TEXT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    file = folder / "changed.yaml"
    file.write_text(text + more, encoding="utf-8")
    return file


def test_a_source_covers_every_number_inside_that_has_none_of_its_own() -> None:
    sources = provenance(load(SUMMIT))
    assert sources["actors.us.policy.rules.roll.do.0.by"].source == "assumption: typical of the period"
    assert sources["actors.us.audience_cost"].source == "assumption: no direct estimate"
    assert sources[CHANCE].source == "assumption: both sides prepare it"
    assert sources["actors.china.reaction"] == Provenance(DEFAULT, None, DEFAULT)


def test_a_key_of_sources_stands_for_its_citation_with_its_date() -> None:
    scalar = collect_scalars(load(SUMMIT))["instruments.hundred_percent.adds"]
    assert scalar.source == "Fact sheet, 2025-10-01, https://example.org/sheet [V]"
    assert scalar.known == day("2025-10-01")
    assert scalar.value == 100


def test_where_a_number_stands_is_told_with_line_and_column() -> None:
    assert provenance(load(SUMMIT))[CHANCE].where.endswith("summit.yaml:42:18")


@pytest.mark.parametrize("change", ["0 %", "+5 %", "{uniform: [10 %, 20 %]}"])
def test_an_overlaid_number_keeps_nothing_of_the_old_source(tmp_path: Path, change: str) -> None:
    file = changed(
        tmp_path,
        more=f"what_ifs:\n  less: {{title: Less hope, {CHANCE}: '{change}'}}\n".replace("'{", "{").replace("}'", "}"),
    )
    assert provenance(load(file, "less"))[CHANCE].source == "what-if: Less hope"
    assert provenance(load(file, sets=[f"{CHANCE}={change}"]))[CHANCE].source == "set on the command line"
    child = tmp_path / "child.yaml"
    child.write_text(f"extends: changed.yaml\nmilestones: {{summit: {{takes_place: {change}}}}}", encoding="utf-8")
    assert provenance(load(child))[CHANCE].source is None
    assert [warning.path for warning in load(child).warnings] == [CHANCE]


def test_an_overlay_s_source_covers_only_what_it_changes(tmp_path: Path) -> None:
    more = "what_ifs:\n  poll: {milestones: {summit: {takes_place: 40 %, source: Poll, known: 2025-10-02}}}\n"
    sources = provenance(load(changed(tmp_path, more=more), "poll"))
    assert sources[CHANCE][:2] == ("Poll", day("2025-10-02"))
    assert sources["milestones.summit.date"].source == "Fact sheet, 2025-10-01, https://example.org/sheet [V]"


def test_what_became_known_after_as_of_is_refused(tmp_path: Path) -> None:
    late = "what_ifs:\n  poll: {known: 2026-01-01, milestones.summit.takes_place: 40 %}\n"
    with pytest.raises(ScenarioError, match=r"takes_place\.known: found 2026-01-01, later than as_of"):
        load(changed(tmp_path, more=late))
    with pytest.raises(ScenarioError, match=r"sources\.fact_sheet\.published: found 2025-10-16"):
        load(changed(tmp_path, ("published: 2025-10-01", "published: 2025-10-16")))
    load(changed(tmp_path, ("published: 2025-10-01", "published: 2025-10-15")))


def test_an_assumption_without_a_reason_is_noticed(tmp_path: Path) -> None:
    file = changed(tmp_path, ('"assumption: no direct estimate"', '"assumption: "'))
    assert [warning.path for warning in load(file).warnings] == ["actors.us.audience_cost.source"]


@pytest.mark.parametrize(
    "pair",
    [
        ("on: china", "on: [china]"),
        ("do: {extend: truce, by: 90 d}", "do: [{by: 90 days, extend: truce}]"),
        ("takes_place: {value: 80 %, source: \"assumption: both sides prepare it\"}", "takes_place: 0.8"),
        ("title: Leaders meet", "title: A meeting"),
        ("when: truce.extended", "when: ' truce.extended '"),
        ("horizon: 2026-12-31", "horizon: '2026-12-31'\nstart: 2025-10-15"),
        ("schema: 1", "schema: 1\nensemble: {runs: 7, seed: 3}\nnote: mine\nleft_out: [much]"),
        ("    kind: tariff\n    by: us", "    by: us\n    kind: tariff"),
    ],
)  # fmt: skip
def test_every_way_of_writing_a_scenario_has_one_hash(pair: tuple[str, str], tmp_path: Path) -> None:
    assert scenario_hash(load(changed(tmp_path, pair))) == scenario_hash(load(SUMMIT))


def test_a_what_if_that_restates_a_value_is_the_same_scenario(tmp_path: Path) -> None:
    file = changed(tmp_path, more=f"what_ifs:\n  same: {{{CHANCE}: 80 %, actors.us.audience_cost: +0 bn USD}}\n")
    assert canonical(load(file, "same")) == canonical(load(file))
    assert scenario_hash(load(file, "same")) == scenario_hash(load(SUMMIT))


@pytest.mark.parametrize("setting", [f"{CHANCE}=79 %", "horizon=2026-12-30", "outcomes.longer.when=truce.lapsed",
                                     "actors.us.audience_cost=×1.01", "actors.us.regions=[CAN]"])  # fmt: skip
def test_another_content_has_another_hash(setting: str) -> None:
    assert scenario_hash(load(SUMMIT, sets=[setting])) != scenario_hash(load(SUMMIT))


def test_the_order_of_outcomes_is_content_that_of_instruments_is_not(tmp_path: Path) -> None:
    outcome = "  other_way: {title: Lapse, when: truce.lapsed}\n"
    first = changed(tmp_path, ("outcomes:\n", f"outcomes:\n{outcome}"))
    ahead = scenario_hash(load(first))
    assert scenario_hash(load(changed(tmp_path, more=outcome))) != ahead


def test_the_content_is_json() -> None:
    content = canonical(load(SUMMIT))
    assert json.loads(json.dumps(content)) == content
    assert content["instruments"]["hundred_percent"]["adds"] == "100.0 pp"
    assert content["agreements"]["truce"]["expires"] == "2025-11-10"
    assert content["milestones"]["summit"]["date"] == {"uniform": [20390, 20393], "unit": "date"}
