"""Inputs that the charts of branches, threats and what-ifs must bear; with those of all other charts."""

import numpy as np

from plots.parting import Column, State, parting_chart
from plots.style import ACCENT, BLUE, GREEN, GREY, VERMILLION, VIOLET
from plots.threats import Row, threats_chart
from plots.what_if_fans import what_if_fans_chart
from sim.analysis.threats import Fate, Life, Stretch
from sim.results.result import Steps
from tests.plots import awkward
from tests.plots.awkward import FINDING, FIRST, LONG, SOURCE, TOLD, days
from tests.plots.awkward_diversification import DIVERSIFICATION
from tests.plots.awkward_economy import ECONOMY
from tests.plots.awkward_episodes import EPISODES
from tests.plots.awkward_optimal import OPTIMAL
from tests.plots.awkward_supply import SUPPLY

FULL = (
    FINDING,
    "A measure, percentage points, of some place and period, told at such length that it needs two lines",
    SOURCE,
)


def parting_of(states, gates, size, long=False, seed=5):
    """Random walks of futures among states, all of them in the last state at first."""
    chance = np.random.default_rng(seed)
    titles = [f"{LONG} {k}" if long else f"Deal {k}" for k in range(states)]
    shades = (ACCENT, BLUE, VERMILLION, GREEN, VIOLET)
    shown = [State(title, shades[k % 5], 1.0 if k < 5 else 0.4) for k, title in enumerate(titles)]
    shown.append(State("None of these", GREY, 0.3))
    shares = np.zeros(states + 1)
    shares[-1] = 1
    columns = [Column("Today", (FIRST, FIRST), shares, np.zeros((states + 1, states + 1)))]
    for k in range(gates):
        moves = chance.dirichlet(np.full(states + 1, 0.25), states + 1)
        flows = shares[:, None] * (0.5 * np.eye(states + 1) + 0.5 * moves)
        shares = flows.sum(axis=0)
        day = FIRST + 20 * k + 10
        columns.append(Column(f"{LONG} {k}" if long else f"Meeting {k}", (day, day + 3), shares, flows))
    columns.append(Column("End", (FIRST + 442, FIRST + 442), shares, np.diag(shares)))
    return parting_chart(columns, shown, *TOLD, size)


def threats_of(rows, count, size, long=False, alone=False, holders=3):
    chance = np.random.default_rng(6)
    found = []
    for k in range(rows):
        days_ = np.sort(chance.integers(FIRST, FIRST + count + 1, 4)).tolist()
        one, two, three, four = days_
        stretches = (Stretch(one, two, False), Stretch(two, four, True)) if k % 3 else (Stretch(one, three, False),)
        marks = ((three, list(Fate)[1 + k % 3]),) if k % 2 else ()
        life = Life(stretches, marks) if k % 7 != 6 else Life((), ())
        title = f"{LONG} {k}" if long else f"Threat {k}"
        place = k * holders // rows
        shade = (BLUE, VERMILLION, GREEN)[place % 3]
        holder = f"{LONG} {place}" if long else f"Holder {place}"
        found.append(Row(title, holder, shade, life, chance.dirichlet(np.ones(4)) * (0 if k == 3 else 1)))
    return threats_chart(found, (FIRST, FIRST + count), FIRST + count // 20, *FULL, size, alone)


def what_if_fans_of(panels, count, size, long=False, values=30.0):
    span = days(count)[:: max(1, count // 60)]

    def walk(seed):
        steps = np.random.default_rng(seed).normal(0, 1 if values else 0, (50, len(span)))
        return Steps(span, np.cumsum(steps, axis=1) + values)

    names = [f"w{k}" for k in range(panels)]
    titles = {name: f"{LONG} {name}" if long else f"What if {name}" for name in names}
    told = dict.fromkeys(names, "no clear difference on the last day")
    paths = {name: walk(k) for k, name in enumerate(names)}
    return what_if_fans_chart(paths, walk(99), titles, told, BLUE, *FULL, size)


CASES = awkward.CASES | {
    "parting in two": lambda size: parting_of(1, 1, size),
    "parting in six at five dates": lambda size: parting_of(5, 5, size),
    "parting in six, long": lambda size: parting_of(5, 5, size, long=True),
    "parting at no date": lambda size: parting_of(3, 0, size),
    "one threat": lambda size: threats_of(1, 442, size, holders=1),
    "eight threats": lambda size: threats_of(8, 442, size),
    "twenty threats of eight years": lambda size: threats_of(20, 2900, size, alone=True),
    "thirty threats, long": lambda size: threats_of(30, 442, size, long=True),
    "threats of three weeks": lambda size: threats_of(4, 21, size),
    "fan of one what-if": lambda size: what_if_fans_of(1, 442, size),
    "fans of six what-ifs": lambda size: what_if_fans_of(6, 442, size),
    "fans of five what-ifs, long": lambda size: what_if_fans_of(5, 442, size, long=True),
    "fans of an absurd rate": lambda size: what_if_fans_of(4, 2190, size, values=9_000.0),
    "fans at zero": lambda size: what_if_fans_of(2, 21, size, values=0.0),
    "fans below zero": lambda size: what_if_fans_of(3, 442, size, values=-3.0),
}
CASES |= ECONOMY | EPISODES | OPTIMAL | DIVERSIFICATION | SUPPLY
