"""What the world of 15 October 2025 looks like beside figures that were measured, against the base year."""

import numpy as np
import pytest

import sim
from sim.engine.economy import MEASURES
from sim.engine.economy_tables import tables
from sim.engine.plan import plan
from sim.engine.simulation import Simulation


@pytest.fixture(scope="module")
def united_states():
    """Measures of the United States on as_of, medians over 40 draws of the assumptions."""
    made = plan(sim.load("longer-roll", sets=["economy.against=base_year"]))
    simulation = Simulation(made, np.arange(400), made.scenario.ensemble.seed, 10)
    simulation.advance(made.as_of)
    table = tables(simulation.economy, simulation.world.run, np.zeros(400, dtype=np.int16))["economy"]
    chosen = (table["day"] == made.as_of) & (table["region"] == 0)
    return {name: float(np.median(table[name][chosen])) for name in MEASURES}


# Figures: facts that docs/economy.md cites; tolerances are half the distance to the next published vintage or more.
MEASURED = {
    # The Budget Lab at Yale, statutory at 2024 weights, 18 August 2025 (15.9 after two corrections, 19.2 before) to
    # 21 November (13.9, 17.1).
    "statutory_percent": (16.0, 2.0),
    # Duties over imports: 11.2 in August, 11.8 in November 2025.
    "collected_percent": (11.5, 1.5),
    # Cavallo, Llamas, Vazquez (2025): +0.7 points on consumer prices by September 2025; about half of it to a fifth
    # of the tariff passed on in shops.
    "consumer_prices_percent": (0.7, 0.35),
}


@pytest.mark.parametrize("measure", MEASURED)
def test_the_united_states_of_october_2025_are_near_what_was_measured(united_states, measure):
    published, tolerance = MEASURED[measure]
    assert united_states[measure] == pytest.approx(published, abs=tolerance)


def test_rates_fall_from_the_law_to_what_is_collected(united_states):
    law, applied, collected = (united_states[f"{name}_percent"] for name in ("statutory", "applied", "collected"))
    assert law > applied > collected > 0


def test_buyers_pay_the_tariffs_at_the_border(united_states):
    assert united_states["pass_through"] == pytest.approx(0.94, abs=0.08)  # NY Fed 2026: 94 % in January to August 2025
