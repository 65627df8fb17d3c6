"""Averages by sector and by pair are one arithmetic."""

import numpy as np
import pytest

from sim.engine.plan import plan
from sim.engine.simulation import Simulation
from sim.engine.tariffs import TariffSeries
from tests.without_economy import calendar


@pytest.mark.parametrize(("importer", "exporter"), [("us", "china"), ("us", "eu"), ("china", "us")])
def test_the_average_of_a_pair_is_that_of_its_sectors_at_their_weights(importer, exporter):
    made = plan(calendar("longer-roll"))
    simulation = Simulation(made, np.arange(3), 1, 20)
    simulation.advance(made.as_of)
    tariffs = TariffSeries(made)
    by_sector = tariffs.by_sector(simulation.world, importer, exporter)
    table, actors = tariffs.stacks.table, made.scenario.actors
    weight = {
        sector: table.weight_musd[table.fits(actors[importer].regions, actors[exporter].regions, sector)].sum()
        for sector in by_sector
    }
    whole = sum(by_sector[sector] * weight[sector] for sector in by_sector) / sum(weight.values())
    assert len(by_sector) >= 13
    assert whole == pytest.approx(simulation.view.get(f"average.{importer}.{exporter}"), abs=1e-9)
