"""Names of groups say what is in them, by kind, list or sector, and never more."""

import pytest

from sim.analysis.groups import named, sector_title, words_of
from sim.instruments.tranches import DATASETS, load_dataset, sectors, short_words

WORDS = {
    "l1_gen": ("List 1", "general goods"),
    "l1_met": ("List 1", "metals"),
    "l2_gen": ("List 2", "general goods"),
    "l2_met": ("List 2", "metals"),
    "no_gen": ("No list", "general goods"),
}
HELD = [("AGR", name) for name in WORDS] + [("TEX", name) for name in WORDS]


def both(*tranches):
    return [(sector, tranche) for tranche in tranches for sector in ("AGR", "TEX")]


@pytest.mark.parametrize(
    ("group", "title"),
    [
        (HELD, "All goods"),
        (both("l1_gen", "l2_gen", "no_gen"), "General goods"),
        (both("l1_gen", "l1_met"), "List 1"),
        (both("l1_met", "l2_met"), "Metals"),
        (both("l2_gen"), "List 2: general goods"),
        (both("l1_gen", "l2_gen"), "List 1; List 2: general goods"),
        (both("l1_gen", "l2_met"), "List 1: general goods and 1 more"),
        (both("l1_gen", "l2_gen", "no_gen", "l1_met"), "General goods and 1 more"),
        ([("TEX", name) for name in WORDS], "Textiles, clothing"),
        ([("TEX", "l1_gen")], "Textiles, clothing: List 1: general goods"),
        ([*both("l1_gen"), ("AGR", "l1_met")], "List 1 (some sectors)"),
    ],
)
def test_a_group_is_named_by_what_it_holds_all_of(group, title):
    assert named(group, HELD, WORDS) == title


def test_where_only_sectors_are_told_apart_a_group_is_named_by_them():
    held = [("AGR", "all"), ("TEX", "all"), ("XYZ", "all")]
    assert named(held[:1], held, {"all": ("", "all goods")}) == "Agriculture"
    assert named(held[1:], held, {"all": ("", "all goods")}) == "Textiles, clothing; XYZ"


def test_tranches_of_a_scenario_go_by_their_names(world):
    scenario = world(
        "schema: 1\ntitle: t\nas_of: 2025-01-01\nhorizon: 2025-02-01\n"
        "actors: {a: {name: A, regions: [X]}, b: {name: B, regions: [Y]}}\n"
        "trade: {tranches: {bread_wheat: {importer: a, exporter: b, value: 1 bn USD}}}\n"
    )
    assert words_of(scenario) == {"bread_wheat": ("", "bread wheat")}


@pytest.mark.parametrize("name", DATASETS)
def test_every_tranche_of_the_shipped_data_has_short_words_and_no_two_the_same(name):
    words = short_words(name)
    assert set(load_dataset(name).tranche.tolist()) == set(words)
    assert len(set(words.values())) == len(words)
    assert all(len(": ".join(pair)) <= 60 for pair in words.values())


def test_sectors_have_short_names_of_their_own():
    assert len({sector_title(code) for code in sectors()}) == len(sectors())
    assert all(len(sector_title(code)) <= 24 for code in sectors())
    assert sector_title("OIL") == "OIL"
