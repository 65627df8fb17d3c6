"""The shipped trade data, and the tariffs of 2025 that they must reproduce."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

import numpy as np
import pytest

from sim.days import day
from sim.instruments.layers import Layer, Mode, Stacks
from sim.instruments.tranches import (
    DATA,
    DATASETS,
    TrancheTable,
    combine,
    load_dataset,
    meanings,
    regions,
    sectors,
)

AS_OF = day("2025-10-15")


def imports(table: TrancheTable, importer: str, *exporters: str) -> float:
    return float(table.select(importer, exporters).weight_musd.sum())


@pytest.mark.parametrize("name", DATASETS)
def test_codes_are_those_of_the_region_and_sector_files(name: str) -> None:
    table = load_dataset(name)
    assert {*table.importer.tolist(), *table.exporter.tolist()} <= set(regions())
    assert set(table.sector.tolist()) <= {*sectors(), "GOODS"}
    assert not (table.importer == table.exporter).any()


@pytest.mark.parametrize("name", DATASETS)
def test_every_tranche_has_a_meaning_and_every_meaning_a_tranche(name: str) -> None:
    assert set(load_dataset(name).tranche.tolist()) == set(meanings(name))


def test_weights_of_a_pair_add_up_to_its_imports() -> None:
    table = load_dataset("us_imports_2024")
    assert imports(table, "USA", "CHN") == pytest.approx(417_986.71, abs=0.01)
    assert imports(table, "USA", "CAN") == pytest.approx(390_175.42, abs=0.01)
    assert imports(load_dataset("china_imports_2017"), "CHN", "USA") == pytest.approx(148_117.72, abs=0.01)


def test_the_four_regions_of_the_european_union_share_its_imports_sector_by_sector() -> None:
    table = load_dataset("us_imports_2024")
    assert imports(table, "USA", "DEU", "FRA", "ITA", "REU") == pytest.approx(562_425.41, abs=1)
    mix = {
        region: {cell[3]: weight for cell, weight in zip(part.cells, part.weight_musd, strict=True)}
        for region in ("DEU", "FRA")
        if (part := table.select(exporter=region, sector="MVH"))
    }
    ratios = [mix["DEU"][tranche] / mix["FRA"][tranche] for tranche in mix["FRA"] if mix["FRA"][tranche] > 50]
    assert ratios == pytest.approx([ratios[0]] * len(ratios), rel=1e-3)


def test_data_sets_combine_without_counting_a_pair_twice() -> None:
    names = ("us_imports_2024", "china_imports_2017", "other_imports")
    tables = [load_dataset(name) for name in names]
    assert len(combine(tables)) == sum(map(len, tables))
    with pytest.raises(ValueError, match="in two sets"):
        combine([load_dataset("other_imports"), load_dataset("other_imports_by_sector")])


def test_pair_totals_are_the_sums_of_their_sectors() -> None:
    whole, parts = load_dataset("other_imports"), load_dataset("other_imports_by_sector")
    for importer, exporter, _, _ in whole.cells:
        assert imports(whole, importer, exporter) == pytest.approx(imports(parts, importer, exporter), abs=0.2)


def test_what_a_scenario_of_october_2025_needs_was_public_by_then() -> None:
    for name in ("us_imports_2024", "china_imports_2017", "other_imports"):
        assert load_dataset(name).known.max() <= AS_OF
    assert load_dataset("other_imports_by_sector").known.min() > AS_OF


def test_no_definition_tells_of_anything_after_the_lists_it_is_made_of() -> None:
    for file in DATA.glob("*definitions.csv"):
        header, *_ = csv.reader(file.read_text(encoding="utf-8").splitlines())
        assert not [name for name in header if "2026" in name and not name.startswith("s301")]


def test_section_301_rates_follow_from_the_class() -> None:
    with (DATA / "tranches_us_definitions.csv").open(encoding="utf-8") as lines:
        rates = {
            row["s301_class"]: tuple(float(row[f"s301_pp_{when}"]) for when in ("2020_02", "2025_01", "2026_01"))
            for row in csv.DictReader(lines)
        }
    assert rates == {
        "l123": (25, 25, 25),
        "l4a": (7.5, 7.5, 7.5),
        "none": (0, 0, 0),
        "rev25": (7.5, 25, 25),
        "rev26": (7.5, 7.5, 25),
        "rev50": (25, 50, 50),
    }


# ── United States on China ───────────────────────────────────────────────────────────────────────────


def on_china(name: str, *covers: str, excepts: tuple[str, ...] = ()) -> Layer:
    return Layer(name, ("USA",), ("CHN",), covers or ("*",), excepts)


def section_232(name: str, *covers: str) -> Layer:
    reciprocal = ("reciprocal", "reciprocal_upper")
    return Layer(name, ("USA",), covers=covers, mode=Mode.replaces, replaces=reciprocal)


US_LAYERS = [
    on_china("s301_lists_1_3", "l123_*"),
    on_china("s301_list_4a", "l4a_*", "rev26_*"),
    on_china("s301_review_25", "rev25_*"),
    on_china("s301_review_50", "rev50_*"),
    on_china("fentanyl"),
    on_china("reciprocal", excepts=("*_xmp", "*_cop")),
    on_china("reciprocal_upper", excepts=("*_xmp", "*_cop")),
    on_china("hundred_percent"),
    section_232("s232_metals", "*_met"),
    section_232("s232_derivatives", "*_dvm"),
    section_232("s232_autos", "*_aut"),
    section_232("s232_copper", "*_cop"),
    section_232("s232_wood", "*_wod"),
    section_232("s232_trucks", "*_trk"),
]
S301 = {"s301_lists_1_3": 25.0, "s301_list_4a": 7.5, "s301_review_25": 25.0, "s301_review_50": 50.0}
METALS_2025 = {
    "s232_metals": 50.0,
    "s232_derivatives": 50.0,
    "s232_autos": 25.0,
    "s232_copper": 50.0,
    "s232_wood": 25.0,
}
OCTOBER = S301 | METALS_2025 | {"fentanyl": 20.0, "reciprocal": 10.0}


@dataclass
class Tariffs:
    """Stacks and averages of one pair while the layers with a rate are in force."""

    layers: list[Layer]
    table: TrancheTable
    importer: str
    exporter: str
    stacks: Stacks = field(init=False)

    def __post_init__(self) -> None:
        self.stacks = Stacks.compile(self.layers, self.table)

    def row(self, rates: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
        assert set(rates) <= {layer.name for layer in self.layers}
        in_force = np.array([layer.name in rates for layer in self.layers])
        return in_force, np.array([rates.get(layer.name, 0.0) for layer in self.layers])

    def stack(self, rates: dict[str, float], tranche: str) -> float:
        in_force, rate_pp = self.row(rates)
        cls = self.stacks.class_of(self.importer, self.exporter, tranche)
        return float(self.stacks.add_on(in_force[None], rate_pp[None])[0, cls])

    def average(self, rates: dict[str, float]) -> float:
        in_force, rate_pp = self.row(rates)
        series = self.stacks.series([self.importer], [self.exporter])
        return float(series.average(self.stacks.add_on(in_force[None], rate_pp[None]))[0])


@pytest.fixture(scope="module")
def us() -> Tariffs:
    return Tariffs(US_LAYERS, load_dataset("us_imports_2024"), "USA", "CHN")


def test_the_stacks_of_october_2025(us: Tariffs) -> None:
    assert us.stack(OCTOBER, "none_gen") == 30
    assert us.stack(OCTOBER, "l123_gen") == 55
    assert us.stack(OCTOBER, "l4a_gen") == 37.5
    assert us.stack(OCTOBER, "none_xmp") == 20
    assert us.stack(OCTOBER, "l123_met") == 95
    assert us.stack(OCTOBER, "l123_aut") == 70


def test_a_lapse_of_the_truce_gives_54_and_79(us: Tariffs) -> None:
    lapsed = OCTOBER | {"reciprocal_upper": 24.0}
    assert us.stack(lapsed, "none_gen") == 54
    assert us.stack(lapsed, "l123_gen") == 79
    assert us.stack(lapsed, "l123_trk") == 79
    assert us.stack(lapsed | {"s232_trucks": 25.0}, "l123_trk") == 70


def test_the_threat_carried_out_gives_130_and_155(us: Tariffs) -> None:
    threat = OCTOBER | {"hundred_percent": 100.0}
    assert us.stack(threat, "none_gen") == 130
    assert us.stack(threat, "l123_gen") == 155


def test_without_the_emergency_act_only_sections_232_and_301_stay(us: Tariffs) -> None:
    struck = S301 | METALS_2025
    assert us.stack(struck, "none_gen") == 0
    assert us.stack(struck, "l123_gen") == 25


def test_the_breakdown_of_a_stack_reads_as_the_law_does(us: Tariffs) -> None:
    in_force, rate_pp = us.row(OCTOBER)
    cls = us.stacks.class_of("USA", "CHN", "l123_gen")
    assert us.stacks.breakdown(cls, in_force, rate_pp) == [
        ("fentanyl", 20.0),
        ("reciprocal", 10.0),
        ("s301_lists_1_3", 25.0),
    ]


@pytest.mark.parametrize(
    ("date", "rates", "expected"),
    [
        ("2025-01-01", S301, 12.84),
        ("2025-02-04", S301 | {"fentanyl": 10.0}, 22.84),
        ("2025-03-04", S301 | {"fentanyl": 20.0}, 32.84),
        ("2025-04-10", S301 | {"fentanyl": 20.0, "reciprocal": 125.0, "s232_metals": 25.0}, 118.68),
        (
            "2025-05-14",
            S301 | {"fentanyl": 20.0, "reciprocal": 10.0, "s232_metals": 25.0, "s232_autos": 25.0},
            41.33,
        ),
        ("2025-10-15", OCTOBER, 43.29),
        ("2025-11-10", OCTOBER | {"fentanyl": 10.0, "s232_trucks": 25.0}, 33.30),
    ],
)
def test_the_average_on_china_matches_the_check_table(
    us: Tariffs, date: str, rates: dict[str, float], expected: float
) -> None:
    assert us.average(rates) == pytest.approx(expected, abs=0.006), date


def test_the_average_of_may_2025_matches_layer_by_layer(us: Tariffs) -> None:
    # The tracker's figure for each law plus the gap that DATA.md explains.
    mfn = us.average({})
    assert mfn == pytest.approx(2.16 + 0.44, abs=0.01)
    assert us.average(S301) - mfn == pytest.approx(9.62 + 0.62, abs=0.01)
    metals = {"s232_metals": 25.0, "s232_autos": 25.0}
    assert us.average(metals) - mfn == pytest.approx(2.98 - 0.81, abs=0.01)
    emergency = us.average(metals | {"fentanyl": 20.0, "reciprocal": 10.0}) - us.average(metals)
    assert emergency == pytest.approx(19.83 + 5.99 + 0.50, abs=0.01)


# ── China on the United States ───────────────────────────────────────────────────────────────────────


def on_us(name: str, *covers: str, excepts: tuple[str, ...] = ()) -> Layer:
    return Layer(name, ("CHN",), ("USA",), covers or ("*",), excepts)


CHINA_LAYERS = [
    on_us("retaliation_2018_lists_1_2", "l12_*", excepts=("l12_s232_*",)),
    on_us("retaliation_2018_metals", "l12_s232_*"),
    on_us("retaliation_2018_list_3_high", "l3_high_*"),
    on_us("retaliation_2018_list_3_low", "l3_low_*"),
    on_us("energy_2025", "*_feb15"),
    on_us("machinery_2025", "*_feb10"),
    on_us("farm_15", "*_farm15"),
    on_us("farm_10", "*_farm10"),
    on_us("general"),
    on_us("general_upper"),
]
RETALIATION = {
    "retaliation_2018_lists_1_2": 25.0,
    "retaliation_2018_metals": 47.236,
    "retaliation_2018_list_3_high": 22.515,
    "retaliation_2018_list_3_low": 7.423,
}
FEBRUARY = {"energy_2025": 15.0, "machinery_2025": 10.0}
FARM = {"farm_15": 15.0, "farm_10": 10.0}


@pytest.fixture(scope="module")
def china() -> Tariffs:
    return Tariffs(CHINA_LAYERS, load_dataset("china_imports_2017"), "CHN", "USA")


@pytest.mark.parametrize(
    ("date", "rates", "expected"),
    [
        ("2025-01-01", {}, 15.7),
        ("2025-02-10", FEBRUARY, 16.5),
        ("2025-03-10", FEBRUARY | FARM, 17.9),
        ("2025-04-12", FEBRUARY | FARM | {"general": 125.0}, 142.9),
        ("2025-05-14", FEBRUARY | FARM | {"general": 10.0}, 27.9),
        ("2025-11-10", FEBRUARY | {"general": 10.0}, 26.5),
    ],
)
def test_the_average_of_china_on_the_us_matches_the_check_table(
    china: Tariffs, date: str, rates: dict[str, float], expected: float
) -> None:
    assert china.average(RETALIATION | rates) == pytest.approx(expected, abs=0.06), date


def test_the_general_rate_of_china_is_10_and_34_when_the_truce_lapses(china: Tariffs) -> None:
    assert china.stack({"general": 10.0}, "none_rest") == 10
    assert china.stack({"general": 10.0, "general_upper": 24.0}, "none_rest") == 34


def test_the_shipped_list_averages_are_those_of_the_cells() -> None:
    with (DATA / "tranches_china_imports.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    with (DATA / "tranches_china_definitions.csv").open(encoding="utf-8") as lines:
        shipped = {row["list_2018_19"]: float(row["retaliation_pp_2019_06"]) for row in csv.DictReader(lines)}
    for name, rate in shipped.items():
        cells = [row for row in rows if row["tranche"].rsplit("_", 1)[0] == name]
        weight = sum(float(row["import_musd"]) for row in cells)
        duty = sum(float(row["import_musd"]) * float(row["retaliation_pp_2019_06"]) for row in cells)
        assert rate == pytest.approx(duty / weight, abs=0.006)
