"""The shipped defaults of supply: sourced, dated, laid value by value, and changed in place."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim import days
from sim.sampling.draws import check_correlations, draw_assumptions
from sim.sampling.uniforms import Uniforms
from sim.scenario import document, overlay, supply_defaults
from sim.scenario.amendment import Amendment, amended
from sim.scenario.correlations import together
from sim.scenario.load import load
from sim.scenario.problems import Mark
from sim.scenario.provenance import ASSUMPTION, collect_scalars, provenance, scenario_hash
from sim.scenario.scalars import Scalar
from sim.scenario.schema import json_schema
from tests.sim.scenario.test_schema import fits
from tests.sim.scenario.test_supply import BARE, TEXT, mistakes, of

ALL = f"{TEXT}supply: {{materials: {{{', '.join(f'{name}: {{}}' for name in supply_defaults.materials())}}}}}\n"
AS_OF = "2025-10-15"
LATER = ["vulcan", "noveon_korea", "india_scheme", "lynas_heavy"]


def scalars(text: str = ALL) -> dict[str, Scalar]:
    return {path: scalar for path, scalar in collect_scalars(of(text)).items() if path.startswith("supply.")}


LEAVES = scalars()


def test_every_default_has_a_source_and_the_day_on_which_it_was_known() -> None:
    assert len(LEAVES) > 350
    for path, scalar in LEAVES.items():
        assert scalar.source.startswith(ASSUMPTION), path
        assert scalar.known is not None, path
        assert scalar.known <= days.day(AS_OF), path


def test_every_default_that_the_file_ships_has_an_origin() -> None:
    for path, origin in supply_defaults.shipped().origins.items():
        assert origin.source, path
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", origin.known), path


def test_there_is_nothing_to_be_told_of_the_defaults() -> None:
    assert of(ALL, strict=True).warnings == []


@pytest.mark.parametrize("path", sorted(LEAVES))
def test_every_default_is_where_it_says(path: str) -> None:
    tree = of(ALL).tree
    place = tree.place(tree.written(tuple(path.split(".")))).value
    assert supply_defaults.is_shipped(place.file)
    line = supply_defaults.FILE.read_text(encoding="utf-8").splitlines()[place.line - 1]
    assert len(line) >= place.column


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(sorted(LEAVES)))
def test_every_default_is_changed_in_place_by_its_path(path: str) -> None:
    was = LEAVES[path]
    if was.dimension == "choice":
        new = "ces"
    elif was.dimension == "date":
        new = "2031-01-01"
    else:
        low, high = was.distribution.reach() if not was.fixed else (float(was.value), float(was.value))
        middle = (low + min(high, low + 1)) / 2 or 0.01
        new = f"{middle:.12g}"
    changed = collect_scalars(of(ALL, sets=[f"{path}={new}"]))
    assert changed[path].fixed
    assert changed[path].describe() != was.describe() or was.fixed
    assert {one: scalar for one, scalar in changed.items() if one.startswith("supply.") and one != path} == {
        one: scalar for one, scalar in LEAVES.items() if one != path
    }


# ── What is laid ─────────────────────────────────────────────────────────────────────────────────────


def test_one_value_of_the_file_leaves_the_others() -> None:
    said = "supply: {regions: {us: {cover: {autos: 8}}}}"
    changed = of(BARE.replace("supply: {}", said)).supply
    assert changed.regions["us"].cover["autos"].value == 8
    plain = of().supply
    assert changed.regions["us"].cover["wind"] == plain.regions["us"].cover["wind"]
    assert changed.regions["eu"] == plain.regions["eu"]


def test_a_value_of_the_file_does_not_take_the_source_of_the_default() -> None:
    told = provenance(of(BARE.replace("supply: {}", "supply: {regions: {us: {cover: {autos: 8}}}}")))
    assert told["supply.regions.us.cover.autos"].source is None
    assert told["supply.regions.us.cover.industrial"].source.startswith(ASSUMPTION)


def test_materials_are_those_that_are_named() -> None:
    assert not of(f"{TEXT}supply: {{}}\n").supply.materials
    assert list(of().supply.materials) == ["heavy_rare_earths"]
    support = "  aid: {title: Aid, kind: support, by: us, supports: [{measure: pooling, material: yttrium}]}\n"
    named = of(BARE.replace("instruments:\n", f"instruments:\n{support}", 1)).supply.materials
    assert list(named) == ["heavy_rare_earths", "yttrium"]
    written = of(f"{TEXT}supply: {{materials: {{gallium: {{}}}}}}\n").supply.materials
    assert list(written) == ["gallium"]


def test_a_setting_may_bring_a_material() -> None:
    materials = of(sets=["supply.materials.gallium.price=500"]).supply.materials
    assert materials["gallium"].price.value == 500
    assert materials["gallium"].need["japan"]["electronics"].value == 120


def test_a_what_if_that_names_a_material_brings_its_defaults() -> None:
    control = "{title: G, kind: export_control, by: china, restricts: [{item: g, sector: ELE, material: gallium}]}"
    text = f'{BARE}what_ifs: {{more: {{source: "assumption: x", instruments.g: {control}}}}}\n'
    assert list(of(text).supply.materials) == ["heavy_rare_earths"]
    assert list(of(text, "more").supply.materials) == ["heavy_rare_earths", "gallium"]


def test_projects_are_those_known_on_as_of_that_serve_a_material() -> None:
    shipped = set(supply_defaults.shipped().section["projects"])
    assert set(of(ALL).supply.projects) == shipped - set(LATER)
    only_heavy = of().supply.projects
    assert "mp_10x" in only_heavy
    assert "solvay" not in only_heavy
    assert set(of(ALL, sets=["as_of=2026-01-15"]).supply.projects) == shipped


def test_an_earlier_as_of_takes_projects_out_again() -> None:
    before = of(ALL.replace("as_of: 2025-10-15", "as_of: 2025-12-15"), sets=[f"as_of={AS_OF}"])
    assert set(before.supply.projects) == set(of(ALL).supply.projects)


def test_a_default_known_later_is_one_error_until_the_file_gives_it() -> None:
    text = BARE.replace("threatened: 2025-10-10", "threatened: 2025-10-01").replace(
        "as_of: 2025-10-15", "as_of: 2025-10-08"
    )
    (told,) = mistakes(text)
    assert "supply.licensing.granted_military (2025-10-09); give them, or an as_of from 2025-10-09" in told
    given = 'supply: {licensing: {granted_military: {value: 0 %, source: "assumption: x"}}}'
    assert of(text.replace("supply: {}", given)).supply.licensing.granted_military.value == 0


@pytest.mark.parametrize("how", ["file", "setting", "what-if"])
def test_null_takes_a_name_out_with_all_that_hangs_on_it(how: str) -> None:
    names = {"regions": "india", "sectors": "defence", "materials": "gallium", "projects": "mp_10x"}
    if how == "file":
        text = ALL.replace("gallium: {}", "gallium: null").replace(
            "supply: {", "supply: {regions: {india: null}, sectors: {defence: null}, projects: {mp_10x: null}, "
        )
        supply = of(text).supply
    elif how == "setting":
        supply = of(ALL, sets=[f"supply.{kind}.{name}=null" for kind, name in names.items()]).supply
    else:
        lines = ", ".join(f"supply.{kind}.{name}: null" for kind, name in names.items())
        supply = of(f"{ALL}what_ifs: {{without: {{{lines}}}}}\n", "without").supply
    for kind, name in names.items():
        assert name not in getattr(supply, kind)
    assert "defence" not in supply.regions["us"].cover
    assert all("india" not in material.need for material in supply.materials.values())
    assert all("defence" not in needs for one in supply.materials.values() for needs in one.need.values())


def test_a_material_goes_with_the_control_that_named_it() -> None:
    assert not of(sets=["instruments.licences=null"]).supply.materials


def test_what_the_file_writes_of_a_region_that_is_out_is_told_where_it_stands() -> None:
    text = ALL.replace("heavy_rare_earths: {}", "heavy_rare_earths: {stockpile: {india: 3}}")
    (told,) = mistakes(text, sets=["supply.regions.india=null"])
    assert told.startswith("summit.yaml:")
    assert "supply.materials.heavy_rare_earths.stockpile.india: found 'india'" in told


def test_null_brings_a_value_back() -> None:
    text = BARE.replace("supply: {}", "supply: {regions: {us: {cover: {autos: null}}}, holding: null}")
    assert of(text).supply == of().supply
    assert of(sets=["supply.holding.transit=3", "supply.holding.transit=null"]).supply == of().supply


def test_an_overlay_may_bring_the_section() -> None:
    bare = BARE.replace("supply: {}\n", "")
    by_what_if = of(f"{bare}what_ifs: {{supplied: {{supply: {{}}}}}}\n", "supplied")
    assert scenario_hash(by_what_if) == scenario_hash(of())
    assert scenario_hash(of(bare, sets=["supply={}"])) == scenario_hash(of())


def test_the_section_is_inherited_with_its_defaults(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BARE, encoding="utf-8")
    (tmp_path / "child.yaml").write_text("extends: base.yaml\nsupply: {holding: {transit: 3}}\n", encoding="utf-8")
    child = load(tmp_path / "child.yaml").supply
    assert child.holding.transit.value == 3
    assert child.regions == of().supply.regions


def test_a_setting_adjusts_a_default_in_days_or_in_weeks() -> None:
    cover = of(sets=["supply.regions.us.cover.autos=+14 d"]).supply.regions["us"].cover["autos"]
    assert cover.distribution.parameters[0] + cover.distribution.shift == 13
    assert of(sets=["supply.regions.us.cover.autos=+2 weeks"]).supply.regions["us"].cover["autos"] == cover


def test_a_part_of_a_default_is_changed_in_the_file_with_all_of_it(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(BARE, encoding="utf-8")
    tree = overlay.resolve(file)
    asked = Amendment(("supply", "licensing", "easing", "triangular", "1"), "4 weeks", Mark("", 1, 1))
    changes = amended(tree, overlay.read(file)[0], collect_scalars(load(file))).changes([asked])
    new = {"triangular": ["3 weeks", "4 weeks", "8 weeks"]}
    assert list(changes.values()) == [new] or new in [value.get("easing") for value in changes.values()]


# ── The numbers ──────────────────────────────────────────────────────────────────────────────────────


def test_magnets_with_and_without_heavy_rare_earths_add_up_to_what_regions_use() -> None:
    totals = {"us": 9_700, "eu": 22_000, "japan": 14_000, "korea": 6_100, "india": 4_000, "rest": 20_000}
    materials = of(ALL).supply.materials
    light, heavy = materials["light_rare_earths"].need, materials["heavy_rare_earths"].need
    for region, total in totals.items():
        found = sum(float(cell.value) for one in (light, heavy) for cell in one[region].values())
        assert found == pytest.approx(total, abs=2)
    with_heavy = sum(float(cell.value) for cells in heavy.values() for cell in cells.values())
    assert with_heavy / sum(totals.values()) == pytest.approx(0.4, abs=0.01)


def test_china_sells_what_its_customs_count() -> None:
    materials = of(ALL).supply.materials
    sold = 0.0
    for name in ("light_rare_earths", "heavy_rare_earths"):
        for region, cells in materials[name].need.items():
            likely = materials[name].chinese_share[region].distribution.parameters[1]
            sold += likely * sum(float(cell.value) for cell in cells.values())
    assert sold == pytest.approx(58_000, rel=0.05)


# ── Correlations ─────────────────────────────────────────────────────────────────────────────────────


def test_values_go_bothby_default() -> None:
    scenario = of(ALL)
    made = {frozenset(one.between): one.value for one in together(scenario)}
    check_correlations(together(scenario))
    spread, slip = "supply.holding.cover_dispersion", "supply.building.slip"
    covers = [path for path in LEAVES if ".cover." in path]
    assert len(covers) == len(scenario.supply.regions) * len(scenario.supply.sectors)
    assert all(made[frozenset((spread, cover))] == -0.3 for cover in covers)
    assert made[frozenset(covers[:2])] == pytest.approx(0.09)
    assert made[frozenset((slip, "supply.building.realisation"))] == -0.5
    growth = [path for path in LEAVES if path.endswith(".growth")]
    assert made[frozenset(growth[:2])] == 0.6


def test_draws_have_the_correlations() -> None:
    scenario = of(ALL)
    uncertain = {path: scalar for path, scalar in LEAVES.items() if not scalar.fixed}
    drawn = draw_assumptions(uncertain, together(scenario), Uniforms(1, np.arange(4000)))

    def rank(path: str) -> np.ndarray:
        return np.argsort(np.argsort(drawn[path]))

    def between(one: str, other: str) -> float:
        return float(np.corrcoef(rank(one), rank(other))[0, 1])

    assert between("supply.output.sigma_short", "supply.sectors.autos.criticality") == pytest.approx(-0.48, abs=0.05)
    assert between("supply.prices.adjustment", "supply.materials.gallium.elasticity") == pytest.approx(-0.29, abs=0.05)


@settings(deadline=None, max_examples=15)
@given(st.floats(-0.95, 0.95), st.floats(-0.95, 0.95))
def test_any_correlation_with_the_dispersion_is_possible(value: float, of_one: float) -> None:
    path = "supply.regions.us.cover.autos"
    own = f"correlations: [{{between: [{path}, supply.holding.cover_dispersion], value: {of_one}}}]\n"
    scenario = of(f"{ALL}{own}", sets=[f"supply.correlations.cover_dispersion={value}"])
    check_correlations(together(scenario))
    made = {frozenset(one.between): one.value for one in together(scenario)}
    assert made[frozenset((path, "supply.holding.cover_dispersion"))] == of_one


def test_they_are_switched_off_one_by_one() -> None:
    keys = ("cover_dispersion", "price_adjustment", "growth", "criticality", "slip")
    assert together(of(ALL, sets=[f"supply.correlations.{key}=0" for key in keys])) == []


def test_what_is_the_same_in_every_run_goes_with_nothing() -> None:
    made = together(of(ALL, sets=["supply.holding.cover_dispersion=0.5", "supply.building.slip=1"]))
    assert not any("cover" in path or "slip" in path for one in made for path in one.between)


def test_sim_load_reads_the_section(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(BARE, encoding="utf-8")
    assert sim.load(str(file)).supply == of().supply


def test_a_scenario_with_all_defaults_written_out_is_the_same_one() -> None:
    resolved = of(ALL)
    written = json.dumps(resolved.tree.data)
    again = of(written)
    assert again.supply == resolved.supply
    assert scenario_hash(again) == scenario_hash(resolved)


def test_editors_find_nothing_wrong_with_it() -> None:
    schema = json_schema()
    assert fits(of(ALL).tree.data, schema, schema)
    out = ALL.replace("supply: {", "supply: {projects: {mp_10x: null}, regions: {us: {cover: {autos: 8 weeks}}}, ")
    assert fits(document.parse(out, "out").data, schema, schema)
    assert not fits(document.parse(out.replace("cover:", "covers:"), "out").data, schema, schema)


def test_editors_find_nothing_wrong_with_the_example_of_the_page() -> None:
    page = (Path(__file__).parents[3] / "docs" / "scenario.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(supply:\n.*?)```", page, re.DOTALL)
    schema = json_schema()
    said, whole = document.parse(example, "page").data, document.parse(TEXT, "summit").data
    both = {**whole, **said, "instruments": {**whole["instruments"], **said["instruments"]}}
    assert fits(both, schema, schema)
    assert of(json.dumps(both)).supply.projects["mp_10x"].start.describe() == "1 Jul 2029"
