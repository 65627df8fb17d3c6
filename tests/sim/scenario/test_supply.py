"""The supply section: what its keys take and refuse, in which unit it is kept, what its names mean in expressions."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sim.engine.plan import plan
from sim.scenario.load import load
from sim.scenario.names import (
    SUPPLY,
    SUPPLY_OF_ACTORS,
    SUPPLY_OF_MATERIALS,
    SUPPLY_OF_SECTORS,
    supply_measures,
    supply_regions,
    symbols,
)
from sim.scenario.problems import Problem, ScenarioError
from sim.scenario.supply import SomeWeeks, Supply, TonnesAYear, WeeklyRate, Weeks, Years
from sim.scenario.units import Dimension

TEXT = (Path(__file__).parent / "errors" / "valid" / "summit.yaml").read_text(encoding="utf-8")
CONTROL = """\
  licences:
    title: Licences
    kind: export_control
    by: china
    on: us
    enacted: 2025-04-04
    effective: 2025-04-04
    source: "assumption: for the test"
    restricts: [{item: magnets, sector: MCH, material: heavy_rare_earths}]
"""
BARE = TEXT.replace("instruments:\n", f"instruments:\n{CONTROL}", 1) + "supply: {}\n"
WEEKS, SOME_WEEKS, YEARS = TypeAdapter(Weeks), TypeAdapter(SomeWeeks), TypeAdapter(Years)
RATE, NEED = TypeAdapter(WeeklyRate), TypeAdapter(TonnesAYear)


def of(text: str = BARE, what_if: str | None = None, sets: list[str] | None = None, strict: bool = False):
    return load("summit.yaml", what_if=what_if, sets=sets or [], strict=strict, text=text)


def mistakes(text: str = BARE, sets: list[str] | None = None) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        of(text, sets=sets)
    return [str(problem) for problem in caught.value.problems]


def problems_of(text: str) -> list[Problem]:
    try:
        of(text)
    except ScenarioError as error:
        return error.problems
    return []


# ── Units ────────────────────────────────────────────────────────────────────────────────────────────


@given(st.integers(1, 500))
def test_weeks_are_the_same_however_they_are_written(weeks: int) -> None:
    for written in (weeks, f"{weeks} weeks", f"{7 * weeks} d", {"value": weeks, "unit": "weeks"}):
        scalar = WEEKS.validate_python(written)
        assert (scalar.value, scalar.unit, scalar.dimension) == (weeks, "weeks", Dimension.number)


@pytest.mark.parametrize(
    ("written", "reach"),
    [
        ({"triangular": ["7 d", "14 d", "28 d"]}, (1, 4)),
        ({"pert": ["1 week", "2 weeks", "4 weeks"]}, (1, 4)),
        ({"uniform": [1, 4]}, (1, 4)),
        ({"beta": [2, 2], "between": ["7 d", "28 d"]}, (1, 4)),
        ({"choice": {"1 week": 1, "4 weeks": 2}}, (1, 4)),
        ({"table": [["0 %", "7 d"], ["100 %", "28 d"]]}, (1, 4)),
        ({"normal": ["14 d", "3 d"], "truncate": ["7 d", "28 d"]}, (1, 4)),
        ({"lognormal": ["14 d", 0.5], "truncate": ["7 d", "28 d"]}, (1, 4)),
    ],
)
def test_every_distribution_of_days_becomes_one_of_weeks(written: object, reach: tuple[float, float]) -> None:
    assert WEEKS.validate_python(written).distribution.reach() == reach


def test_the_spread_of_a_logarithm_has_no_unit_to_convert() -> None:
    assert WEEKS.validate_python({"lognormal": ["70 d", 0.3]}).distribution.parameters == (10, 0.3)


def test_parts_of_a_week_are_kept() -> None:
    assert WEEKS.validate_python("10 d").value == pytest.approx(10 / 7, rel=1e-15)
    assert WEEKS.validate_python(2.5).value == 2.5


def test_numbers_are_kept_in_the_unit_of_their_key() -> None:
    assert YEARS.validate_python(3).unit == YEARS.validate_python("3 years").unit == "years"
    assert RATE.validate_python(0.07) == RATE.validate_python("0.07 a week")
    assert NEED.validate_python("3400 t/y").describe() == "3400 t/y"


@pytest.mark.parametrize("written", [0, "0 weeks", {"uniform": [0, 3]}, -1, "20 %", "3 months", "soon"])
def test_a_cover_is_some_weeks(written: object) -> None:
    with pytest.raises(ValidationError):
        SOME_WEEKS.validate_python(written)


def test_a_lognormal_is_above_nothing_though_its_reach_begins_there() -> None:
    assert SOME_WEEKS.validate_python({"lognormal": [9, 0.4]}).distribution.shape == "lognormal"


# ── The section ──────────────────────────────────────────────────────────────────────────────────────


def test_without_the_section_nothing_is_supplied() -> None:
    scenario = of(BARE.replace("supply: {}\n", ""))
    assert scenario.supply is None
    assert not supply_measures(scenario)


def test_the_section_needs_no_economy() -> None:
    scenario = of(strict=True)
    assert scenario.economy is None
    assert list(scenario.supply.materials) == ["heavy_rare_earths"]


def test_parts_of_a_sector_may_be_all_of_it_and_no_more() -> None:
    industrial = float(of().supply.sectors["industrial"].part.value)
    assert of(sets=[f"supply.sectors.wind.part={1 - industrial:.4f}"]).supply.sectors["wind"].sector == "MCH"
    (told,) = mistakes(sets=[f"supply.sectors.wind.part={1.01 - industrial:.4f}"])
    assert "may be 101 % of MCH" in told


def test_a_sector_of_ones_own_needs_a_cover_where_it_needs_a_material() -> None:
    own = "robots: {title: Robots, sector: SRV, part: 1 %, substitutable: 5 %, adaptation_limit: 5 %, criticality: 5 %}"
    said = f'supply: {{source: "assumption: for the test", sectors: {{{own}}}'
    assert "robots" in of(BARE.replace("supply: {", f"{said}")).supply.sectors
    need = f"{said}, materials: {{heavy_rare_earths: {{need: {{us: {{robots: 5 t/y}}}}}}}}"
    (told,) = mistakes(BARE.replace("supply: {", need))
    assert "give supply.regions.us.cover.robots" in told
    cover = need + ", regions: {us: {cover: {robots: 8}}}"
    assert of(BARE.replace("supply: {", cover)).supply.regions["us"].cover["robots"].value == 8


def test_codes_of_a_data_set_of_ones_own_are_not_judged() -> None:
    economy = "economy: {data: world}\n"
    text = BARE.replace("supply: {}", "supply: {regions: {us: {regions: [NOR]}}}")
    assert of(text + economy).supply.regions["us"].regions == ["NOR"]
    assert any("found 'NOR'" in told for told in mistakes(text))


def test_a_material_may_be_used_by_some_sectors_only() -> None:
    text = BARE.replace("material: heavy_rare_earths}", "material: heavy_rare_earths, uses: [autos, wind]}")
    assert of(text).instruments["licences"].restricts[0].uses == ["autos", "wind"]


@pytest.mark.parametrize(
    ("said", "warned"),
    [
        ("denies: experts", "denies nothing, for no supply is simulated; add `supply: {}`"),
        (
            "restricts: [{item: x, sector: MCH, material: tin, uses: autos}]",
            "binds no user, for no supply is simulated",
        ),
    ],
)
def test_what_is_said_of_supply_without_the_section_is_told(said: str, warned: str) -> None:
    control = f'  further: {{title: Further, kind: export_control, by: china, {said}, source: "assumption: x"}}\n'
    text = BARE.replace("supply: {}\n", "").replace("instruments:\n", f"instruments:\n{control}", 1)
    assert any(warned in str(warning) for warning in of(text).warnings)


def test_a_restriction_of_a_material_is_felt_without_an_economy() -> None:
    assert not any("restricts nothing" in str(warning) for warning in of().warnings)
    without = of(BARE.replace("supply: {}\n", ""))
    assert any("restricts nothing" in str(warning) for warning in without.warnings)


@pytest.mark.parametrize("key", sorted(Supply.model_fields.keys() - {"note", "known", "source"}))
@pytest.mark.parametrize("raw", ["3", "soon", "[]", "[3]", "{}", "{us: 3}", "{us: {cover: 3}}", "{us: [3]}", "null"])
def test_whatever_stands_at_a_key_is_read_or_told_with_its_place(key: str, raw: str) -> None:
    problems = problems_of(BARE.replace("supply: {}", f"supply: {{{key}: {raw}}}"))
    assert all(problem.mark.file == "summit.yaml" for problem in problems)
    assert all(problem.path.startswith(f"supply.{key}") for problem in problems)


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────


def test_measures_are_those_of_buyers_and_materials() -> None:
    scenario = of()
    measures = supply_measures(scenario)
    assert supply_regions(scenario, "us") == ["us"]
    assert supply_regions(scenario, "china") == []
    sectors = len(scenario.supply.sectors)
    assert len(measures) == len(SUPPLY_OF_ACTORS) + len(SUPPLY_OF_SECTORS) * sectors + len(SUPPLY_OF_MATERIALS)
    assert measures["stopped.us.autos"] == ("stopped", "us", "autos")
    assert measures["years_to_half.heavy_rare_earths"] == ("years_to_half", "heavy_rare_earths", None)
    assert {measure for measure, _, _ in measures.values()} == set(SUPPLY)


def test_names_of_measures_resolve_with_their_units() -> None:
    found = symbols(of())
    assert found["cover.us"].unit == "weeks"
    assert found["stopped.us.autos"].kind == "share"
    assert found["price_ratio.heavy_rare_earths"].unit == "times"
    lost = "indicators: {lost: {title: Lost, value: output_lost.us.autos + cover.us}}\n"
    assert str(of(BARE + lost).indicators["lost"].value.text) == "output_lost.us.autos + cover.us"


def test_an_actor_of_several_regions_buys_for_all_of_them() -> None:
    text = BARE.replace("  china: {", "  allies: {name: Allies, regions: [JPN, FRA, DEU]}\n  china: {", 1)
    scenario = of(text)
    assert supply_regions(scenario, "allies") == ["eu", "japan"]
    assert "cover.allies" in supply_measures(scenario)


def test_names_of_measures_are_taken_only_with_the_section() -> None:
    named = BARE.replace("supply: {}\n", "parameters: {cover: {value: 3, source: 'assumption: x'}}\n")
    assert of(named).parameters["cover"].value == 3
    assert any("'cover' is a word of the expression language" in told for told in mistakes(f"{named}supply: {{}}\n"))


def test_every_value_of_the_section_is_drawn_or_held() -> None:
    scenario = of()
    paths = [path for path in plan(scenario).scalars if path.startswith("supply.")]
    assert "supply.materials.heavy_rare_earths.need.us.autos" in paths
    assert len(paths) > 150
