"""The tables of textbook tariffs are what the solver says, and the page draws the right conclusions from them."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

DOCS = Path(__file__).parents[2] / "docs"

spec = importlib.util.spec_from_file_location("pairs", DOCS / "pairs.py")
pairs = importlib.util.module_from_spec(spec)
sys.modules["pairs"] = pairs
spec.loader.exec_module(pairs)
PAGE = pairs.PAGE.read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_solver():
    assert {match[2] for match in pairs.BLOCK.finditer(PAGE)} == set(pairs.TABLES)
    assert pairs.written(PAGE) == PAGE, "run python docs/pairs.py"


def test_the_sign_of_the_us_effect_flips_between_1_and_4():
    world = pairs.worlds()["as shipped"]
    low, high = (pairs.effects(world, pairs.pair(world, 20, 0, elasticity))[0] for elasticity in (1.0, 4.0))
    assert low > 0.02
    assert high < -0.05


def test_of_what_differs_tariffs_in_the_base_move_the_us_most():
    worlds = pairs.worlds()
    shipped = pairs.turning(worlds["as shipped"])
    moved = {name: abs(pairs.turning(world) - shipped) for name, world in list(worlds.items())[:4]}
    assert max(moved, key=moved.get) == "no tariffs in the base"
    free = pairs.turning(worlds["no tariffs in the base"])
    assert 3.5 < free < 4


def test_links_add_two_thirds_to_the_us_effect_and_more_than_double_chinas():
    linked, plain = (pairs.worlds()[name] for name in ("as shipped", "no input–output links"))
    for rates in ((20, 0), (20, 20), (145, 125)):
        us, china = np.divide(*(pairs.effects(world, pairs.pair(world, *rates, 4.0)) for world in (linked, plain)))
        assert us == pytest.approx(5 / 3, abs=0.1)
        assert china > 2


def test_the_base_tariff_on_china_is_the_one_that_the_page_names():
    data = pairs.worlds()["as shipped"].data
    us, china = (data.regions.index(code) for code in (pairs.US, pairs.CHINA))
    imports = data.flows_musd[us, china] * data.taxed
    average = 100 * (imports * data.tariff[us, china]).sum() / imports.sum()
    assert f"({average:.1f} % on China)" in PAGE
