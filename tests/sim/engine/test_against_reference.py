"""The engine tells, run by run, the story that a plain loop over days tells."""

import sys
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.engine.plan import plan
from sim.engine.simulation import Simulation
from sim.results.block import finish, outcome_names

sys.path.insert(0, str(Path(__file__).parents[3]))
from tests.reference.scalar import Run
from tests.without_economy import calendar

SMALL = str(Path(__file__).parents[2] / "app" / "small.yaml")


@pytest.mark.parametrize(
    ("scenario", "what_if", "runs"),
    [
        (SMALL, None, 100),
        ("longer-roll", None, 16),
        ("longer-roll", "threat_carried_out", 8),
        ("longer-roll", "allies_make_side_deals", 4),
        ("longer-roll", "china_denies_experts", 4),
    ],
)
def test_events_and_outcomes_agree_run_by_run(scenario, what_if, runs):
    made = plan(sim.load(scenario) if scenario == SMALL else calendar(scenario, what_if))
    simulation = Simulation(made, np.arange(runs), 1, 20)
    simulation.advance()
    entries, outcome = simulation.log.entries(), finish(simulation).runs["outcome"]
    tariffs = None
    for run in range(runs):
        scalar = Run(made, run, 1, 20, tariffs)
        tariffs = scalar.tariffs
        scalar.play()
        rows = np.flatnonzero(entries.row == run)
        engine = [
            (int(entries.day[i]), int(entries.what[i]), int(entries.who[i]), made.subjects[entries.subject[i]])
            for i in rows
        ]
        assert engine == [(day, int(what), who, subject) for day, what, who, subject in scalar.log], run
        assert outcome_names(made)[outcome[run]] == scalar.outcome()
