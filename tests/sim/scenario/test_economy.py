"""The economy section: its defaults are values like those of the file, its keys refuse what makes no sense."""

import re
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.engine.chance import draw
from sim.engine.plan import plan
from sim.scenario import correlations, defaults, overlay
from sim.scenario.amendment import Amendment, amended
from sim.scenario.economy import Economy
from sim.scenario.load import load
from sim.scenario.names import ECONOMY, economy_measures, symbols
from sim.scenario.problems import Mark, ScenarioError
from sim.scenario.provenance import ASSUMPTION, collect_scalars, provenance, scenario_hash
from sim.scenario.scalars import Scalar

ERRORS = Path(__file__).parent / "errors"
SUMMIT = ERRORS / "valid" / "summit.yaml"
TEXT = SUMMIT.read_text(encoding="utf-8")
PAGE = (Path(__file__).parents[3] / "docs" / "scenario.md").read_text(encoding="utf-8")
BARE = f"{TEXT}economy: {{}}\n"
SHIPPED = defaults.shipped().data["economy"]
PAIR = "{MVH: {triangular: [2, 5, 9]}, ELE: {triangular: [1, 5, 9]}}"


def of(text: str = BARE, what_if: str | None = None, sets: list[str] | None = None, strict: bool = False):
    return load("summit.yaml", what_if=what_if, sets=sets or [], strict=strict, text=text)


def mistakes(text: str = BARE, sets: list[str] | None = None) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        of(text, sets=sets)
    return [str(problem) for problem in caught.value.problems]


def test_every_uncertain_value_has_a_shipped_default_with_a_source() -> None:
    economy = of(strict=True).economy
    scalars = {key: value for key in Economy.model_fields if isinstance(value := getattr(economy, key), Scalar)}
    assert scalars.keys() == SHIPPED.keys()
    assert all(scalar.source.startswith(ASSUMPTION) for scalar in scalars.values())


def test_the_defaults_of_the_model_are_those_of_the_file() -> None:
    assert Economy().model_dump() == of().economy.model_dump()


def test_a_default_is_listed_where_it_stands_with_its_source() -> None:
    found = provenance(of())["economy.non_collection"]
    assert found.source == SHIPPED["non_collection"]["source"]
    assert re.search(r"economy\.yaml:\d+:\d+$", found.where)


def test_there_are_no_defaults_without_the_section() -> None:
    for scenario in (of(TEXT), of(sets=["economy=null"])):
        assert scenario.economy is None
        assert not any(path.startswith("economy") for path in collect_scalars(scenario))


@pytest.mark.parametrize("how", ["what-if", "setting"])
def test_an_economy_that_an_overlay_brings_has_the_same_defaults(how: str) -> None:
    by_what_if = f"{TEXT}what_ifs: {{with_economy: {{economy: {{}}}}}}\n"
    added = of(by_what_if, "with_economy") if how == "what-if" else of(TEXT, sets=["economy={}"])
    assert scenario_hash(added) == scenario_hash(of())
    assert provenance(added)["economy.payback"] == provenance(of())["economy.payback"]


def test_the_section_is_inherited_with_its_defaults(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BARE, encoding="utf-8")
    (tmp_path / "child.yaml").write_text("extends: base.yaml\neconomy: {payback: 200 d}\n", encoding="utf-8")
    child = load(tmp_path / "child.yaml").economy
    assert child.payback.value == 200
    assert child.rerouting == of().economy.rerouting


def test_defaults_are_drawn_like_what_the_file_says() -> None:
    drawn = drawn_of(of())
    uncertain = {key for key, raw in SHIPPED.items() if "triangular" in raw}
    assert {f"economy.{key}" for key in uncertain} == {path for path in drawn if path.startswith("economy.")}
    written = f"{TEXT}economy: {{non_collection: {{triangular: [5 %, 10 %, 19 %]}}}}\n"
    assert np.array_equal(drawn["economy.non_collection"], drawn_of(of(written))["economy.non_collection"])
    assert drawn["economy.non_collection"].mean() == pytest.approx((5 + 10 + 19) / 300, abs=0.002)


def test_a_setting_adjusts_a_default_as_if_it_stood_in_the_file() -> None:
    economy = of(sets=["economy.rerouting=+5 %", "economy.payback=200 d"]).economy
    assert economy.rerouting.distribution.reach() == pytest.approx((0.067, 0.215))
    assert economy.payback.value == 200


def test_null_brings_a_default_back() -> None:
    assert of(f"{TEXT}economy: {{payback: null}}\n").economy == of().economy
    assert of(f"{TEXT}economy: {{payback: 3 d}}\n", sets=["economy.payback=null"]).economy.payback.value == 304


def test_a_part_of_a_default_is_changed_in_the_file_with_all_of_it(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(BARE, encoding="utf-8")
    tree = overlay.resolve(file)
    asked = Amendment(("economy", "front_loading", "triangular", "1"), "20 %", Mark("", 1, 1))
    changes = amended(tree, overlay.read(file)[0], collect_scalars(load(file))).changes([asked])
    assert changes == {
        ("economy", "front_loading"): {**SHIPPED["front_loading"], "triangular": ["5 %", "20 %", "22 %"]}
    }


def test_a_sector_is_no_name_of_the_file_so_a_setting_may_bring_one() -> None:
    assert of(sets=["economy.sector_elasticities.MVH=8"]).economy.sector_elasticities["MVH"].value == 8


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("labour_supply=20 %", "found 20 %; give a number from 0 to 100"),
        ("labour_supply=-1", "found -1; give a number"),
        ("elasticity_factor=0", "give a number above 0"),
        ("elasticity_factor={normal: [1, 0.1]}", "add truncate"),
        ("elasticities=4", "give a word, or a choice of words"),
        ("sector_elasticities={MVH: 0}", "give a number above 0"),
        ("sector_elasticities={MV.H: 3}", "the code of a sector has letters"),
        ("revenue=burnt", "found 'burnt'; give one of rebated, tax_relief"),
        ("revenue={choice: [rebated, burnt]}", "found 'burnt'"),
        ("deficits=gone", "allowed: held, purged"),
        ("elasticity_correlation=1", "less than 1"),
        ("elasticity_correlation=-0.1", "at least 0"),
        ("adjustment_time=0 d", "longer than 0 days"),
        ("response_first_year=10 %", "with 900 days the first year's is at least 33.4 %"),
        ("persons_per_household=2 heads", "in persons"),
        ("capacity=[{sector: MVH, limit: 50 %, from: 2026-01-01}]", "found neither"),
        ("nonsense=3", "unknown key"),
    ],
)
def test_what_makes_no_sense_is_told_once_at_its_place(setting: str, told: str) -> None:
    (mistake,) = mistakes(sets=[f"economy.{setting}"])
    assert told in mistake
    assert re.match(r"(--set|summit\.yaml):\d+:\d+: economy", mistake)


def test_every_draw_of_the_default_pace_responds_from_the_first_day() -> None:
    economy = of().economy
    first_year, days = (
        getattr(economy, key).distribution.reach()[0] for key in ("response_first_year", "adjustment_time")
    )
    assert 1 - (1 - first_year) * np.exp(365 / days) >= 0


# ── Correlations ─────────────────────────────────────────────────────────────────────────────────────


def test_uncertain_elasticities_of_sectors_go_together() -> None:
    scenario = of(sets=[f"economy.sector_elasticities={PAIR}"])
    paths = ("economy.sector_elasticities.ELE", "economy.sector_elasticities.MVH")
    (made,) = correlations.together(scenario)
    assert (made.between, made.value) == (paths, 0.5)
    drawn = drawn_of(scenario)
    ranks = [drawn[path].argsort().argsort() for path in paths]
    # Spearman's of a Gaussian copula: 6/π · arcsin(ρ/2)
    assert np.corrcoef(ranks)[0, 1] == pytest.approx(6 / np.pi * np.arcsin(0.25), abs=0.03)


@pytest.mark.parametrize("setting", ["economy.elasticity_correlation=0", "economy.sector_elasticities.MVH=5"])
def test_without_correlation_or_uncertainty_none_is_made(setting: str) -> None:
    scenario = of(sets=[f"economy.sector_elasticities={PAIR}", setting])
    assert correlations.together(scenario) == []


def test_a_correlation_of_the_file_stands_in_the_place_of_the_made_one() -> None:
    between = "[economy.sector_elasticities.MVH, economy.sector_elasticities.ELE]"
    own = f"correlations: [{{between: {between}, value: -0.3}}]\n"
    scenario = of(f"{TEXT}economy: {{sector_elasticities: {PAIR}}}\n{own}")
    assert [one.value for one in correlations.together(scenario)] == [-0.3]


def test_correlations_that_contradict_the_made_ones_are_refused() -> None:
    three = "{A: {uniform: [2, 9]}, B: {uniform: [2, 9]}, C: {uniform: [2, 9]}}"
    pairs = "".join(
        f"  - {{between: [economy.sector_elasticities.{a}, economy.sector_elasticities.{b}], value: {value}}}\n"
        for a, b, value in (("A", "B", -0.9), ("A", "C", 0.9))
    )
    text = f"{TEXT}economy: {{sector_elasticities: {three}, elasticity_correlation: 0.9}}\ncorrelations:\n{pairs}"
    (mistake,) = mistakes(text)
    assert "contradict each other" in mistake


# ── Names ────────────────────────────────────────────────────────────────────────────────────────────


def test_names_of_the_economy_are_there_only_with_it() -> None:
    assert economy_measures(of(TEXT)) == {}
    scenario = of()
    measures = economy_measures(scenario)
    assert measures["real_income.us"] == ("real_income", "us", None)
    assert measures["imports.us.china"] == ("imports", "us", "china")
    assert len(measures) == 2 * (len(ECONOMY) - 1) + 2
    assert symbols(scenario).keys() - symbols(of(TEXT)).keys() == measures.keys()
    assert symbols(scenario)["tariff_revenue.us"].unit == "bn USD a year"


def test_an_actor_without_regions_has_no_economy() -> None:
    assert not [name for name in economy_measures(of(sets=["actors.china.regions=[]"])) if "china" in name]


def test_measures_are_no_names_for_anything_else_beside_an_economy() -> None:
    parameter = "parameters: {exports: {value: 3, source: 'assumption: for the test'}}\n"
    assert of(TEXT + parameter).parameters["exports"].value == 3
    (mistake,) = mistakes(BARE + parameter)
    assert "parameters.exports: 'exports' is a word of the expression language" in mistake


def test_a_malformed_section_is_told_alone() -> None:
    outcome = "indicators: {income: {title: Income, value: real_income.us}}\n"
    (mistake,) = mistakes(f"{TEXT}economy: 3\n{outcome}")
    assert "economy: found 3; a mapping is wanted" in mistake


# ── Restrictions and quotas ──────────────────────────────────────────────────────────────────────────

CARS = "{title: Cars, kind: quota, by: us, on: china, restricts: [{item: cars, sector: MVH, share: 20 %}]}"


def with_instrument(text: str, part: str) -> str:
    return text.replace("agreements:\n", f"  lever: {part}\nagreements:\n")


def test_restrictions_without_an_economy_are_doubtful() -> None:
    told = [str(one) for one in of(with_instrument(TEXT, CARS)).warnings if "restricts" in one.message]
    assert len(told) == 1
    assert "no economy is solved" in told[0]
    assert not [one for one in of(with_instrument(BARE, CARS)).warnings if "restricts" in one.message]


@pytest.mark.parametrize("kind", ["tariff", "rule", "support", "statement"])
def test_only_controls_and_quotas_restrict(kind: str) -> None:
    part = CARS.replace("quota", kind).replace(
        "on: china", "on: china, adds: 3 pp" if kind == "tariff" else "on: china"
    )
    (mistake,) = mistakes(with_instrument(BARE, part))
    assert f"belongs to an export_control or a quota; this instrument is of kind '{kind}'" in mistake


def test_a_quota_has_licences_which_a_move_opens(tmp_path: Path) -> None:
    quota = CARS.replace("by: us", "by: us, approval: 30 %, enacted: 2025-10-01")
    text = with_instrument(BARE, quota).replace("do: {extend: truce, by: 90 d}", "do: {licence: lever, to: 70 %}")
    text = text.replace("when: hundred_percent.threatened", "when: True").replace("probability: 60 %", "probability: 1")
    text = text.replace("takes_place: {value: 80 %", "takes_place: {value: 100 %")
    text += "indicators: {open: {title: Open, value: lever.approval}}\n"
    result = sim.simulate(of(text), runs=3)
    assert result.column("indicator.open") == pytest.approx(0.7)


def test_the_example_of_the_page_is_a_valid_scenario(tmp_path: Path) -> None:
    (example,) = (text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if text.startswith("economy:"))
    (tmp_path / "summit.yaml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(
        f"extends: summit.yaml\nsource: 'assumption: an example'\n{example}", encoding="utf-8"
    )
    scenario = load(tmp_path / "mine.yaml", strict=True)
    (magnets,) = scenario.instruments["magnets"].restricts
    assert (magnets.allowed, magnets.share.value) == (None, 0.02)
    assert "central" in scenario.economy.elasticities.distribution.labels


def drawn_of(scenario) -> dict[str, np.ndarray]:
    return draw(plan(scenario), 1, np.arange(4000), 1)
