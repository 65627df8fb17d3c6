"""Exposure is the trade data, added up, as far as it was public."""

from pathlib import Path

import pytest

import sim
from app.show import legal_clock
from sim.analysis.exposure import flows, imports_by_sector, taxed
from sim.analysis.facing import facing, pairs
from sim.days import day
from sim.instruments.tranches import load_dataset

ALLIES = str(Path(__file__).parents[2] / "app" / "allies.yaml")


@pytest.fixture(scope="module")
def allies():
    return sim.load(ALLIES)


def test_buyers_and_sellers_are_the_sums_of_the_data(allies):
    buyers, sellers = flows(allies, ["DEU"])
    table = load_dataset("us_imports_2024").select("USA", "DEU")
    to_us = next(flow for flow in buyers if flow.importer == "USA")
    assert to_us.value == pytest.approx(table.weight_musd.sum() / 1000)
    assert to_us.year == 2024
    from_china = next(flow for flow in sellers if flow.exporter == "CHN")
    assert from_china.value == pytest.approx(
        load_dataset("other_imports").select("DEU", "CHN").weight_musd.sum() / 1000
    )
    assert buyers == sorted(buyers, key=lambda flow: -flow.value)


def test_the_mix_by_sector_is_not_read_before_it_was_public(allies):
    assert imports_by_sector(allies, ["DEU"], ["CHN"]) == []
    later = allies.model_copy(update={"as_of": allies.horizon})
    found = imports_by_sector(later, ["DEU"], ["CHN"])
    whole = load_dataset("other_imports").select("DEU", "CHN").weight_musd.sum() / 1000
    assert sum(one.value for one in found) == pytest.approx(whole, rel=1e-3)


def test_an_average_tariff_is_that_of_its_sectors(allies):
    clock = legal_clock(allies, day(allies.as_of))
    sold = taxed(clock, "us", "germany")
    whole = sum(one.value for one in sold)
    pair = next(pair for pair in pairs(clock.plan, "germany")[0] if pair.importer == "us")
    assert whole == pytest.approx(pair.trade)
    assert {one.covered for one in sold} == {0.0}  # the duty is neither enacted nor threatened
    result = sim.simulate(allies, runs=2)
    today = facing(result, [0, 1], [pair.series]).today[pair.series]
    assert sum(one.value * one.tariff for one in sold) / whole == pytest.approx(today[0])


def test_replayed_tariffs_are_those_of_the_run_whatever_its_neighbours(allies):
    result = sim.simulate(allies, runs=20)
    series = "average.us.germany"
    every = facing(result, range(20), [series]).later[series]
    few = facing(result, [3, 17], [series]).later[series]
    assert list(few) == [every[3], every[17]]
