"""Published exports of 2025 fed straight into firms' stocks, beside a replay of the same by others.

The replay has exports by week, none in transit; non-Chinese magnets .26 of need in the world, .23 in the United States,
.03 that can do without, log dispersion of cover .5. Its month ends are not known, so weeks belong to the month in which
they begin. Of two numbers it is the output lost that is held: with triage the replay shared what there was among all
who lacked, here those of least cover are served first, which loses the same and leaves fewer without.
"""

import datetime

import numpy as np
import pytest

from sim.experiments.episodes.magnets_2025 import FIRST, MONTHS
from sim.experiments.episodes.records import exports
from sim.supply import Controls, State, step
from tests.sim.supply.parts import parameters

WEEKS, FIRMS, DISPERSION, WITHOUT = 39, 2000, 0.5, 0.03
OTHERS = {"world": 0.26, "us": 0.23}
COVERS = (9, 11, 13)
# (destination, triage) → by cover: out of stock at week 7 and at most, %, and weeks of output lost
REPLAY = {
    ("world", 0.0): ((1.5, 9.9, 0.09), (0.5, 4.6, 0.04), (0.2, 2.1, 0.02)),
    ("world", 0.02): ((1.5, 9.6, 0.04), (0, 4.3, 0.001), (0, 0, 0)),
    ("world", 0.05): ((0, 9.9, 0.004), (0, 0, 0), (0, 0, 0)),
    ("us", 0.0): ((5.7, 38, 0.81), (2.4, 24, 0.45), (1.0, 15, 0.25)),
    ("us", 0.05): ((5.8, 43, 0.54), (2.4, 25, 0.17), (1.0, 14, 0.03)),
    ("us", 0.15): ((5.8, 44, 0.24), (2.4, 4.8, 0.02), (0, 2.3, 0.003)),
}


def replayed(destination, triage):
    """(share of firms out of stock, % [week, cover], weeks of output lost [cover]); a run for each cover."""
    index, others = exports(destination).index[-len(MONTHS) :], OTHERS[destination]
    params = parameters(
        runs=len(COVERS),
        cover=np.array(COVERS, dtype=float),
        chinese_share=1 - others,
        substitutable=WITHOUT,
        cover_dispersion=DISPERSION,
        restoration=1e9,  # by need: nobody orders to restore its stock
        triage=triage,
        transit=1.0,
    )
    state, controls = State.at_rest(params, FIRMS), Controls.open(params)
    controls.non_chinese = np.full((1, 1, 1), others)
    out = []
    for week in range(WEEKS):
        month = (FIRST + datetime.timedelta(weeks=week)).month - MONTHS[0].month
        state.transit[:] = 0.0
        state.transit[state.slot] = (1 - others) * index[min(month, len(index) - 1)]
        out.append(100 * step(state, controls, params).stopped[:, 0])
    return np.array(out), state.lost_leontief[:, 0, 0]


@pytest.mark.parametrize(("destination", "triage"), REPLAY)
def test_published_exports_empty_the_shelves_of_as_many_as_in_the_replay(destination, triage):
    out, lost = replayed(destination, triage)
    for place, (_, most, loss) in enumerate(REPLAY[destination, triage]):
        assert lost[place] == pytest.approx(loss, abs=0.01 if destination == "world" else 0.03 + 0.2 * loss)
        if triage == 0:
            assert out[:, place].max() == pytest.approx(most, abs=0.2 if destination == "world" else 5)


@pytest.mark.parametrize("destination", OTHERS)
def test_the_first_are_out_of_stock_in_the_weeks_of_the_first_stoppages(destination):
    out, _ = replayed(destination, 0.0)
    for place, (seventh, _, _) in enumerate(REPLAY[destination, 0.0]):
        assert out[6, place] <= seventh + 0.05
        assert (
            out[7, place] >= seventh - 0.05
        )  # the replay's week 7 lies between the ends of the seventh and the eighth
