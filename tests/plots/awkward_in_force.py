"""Awkward states of law for the charts of what is in force: one group or many, no law or seven, long names."""

from dataclasses import replace

import numpy as np

from plots.branch_rates import Column, Standing, branches_chart, differing
from plots.heat_map import Rates, change_chart, heat_map_chart
from plots.in_force import in_force_chart
from plots.style import ACCENT, BLUE, VERMILLION
from sim.analysis.in_force import Accord, Group, Law, Levy, Measure, PairRates, State

FINDING = "A finding that takes more than one line, because what is found is 100 % surprising to most who read of it"
SOURCE = "Source: a scenario with a long title, as of 15 October 2025; 2,000 futures"
LONG = "A customs matter of some length, with Kraftfahrzeughaftpflichtversicherungsgesellschaften in it, number"
HOLDERS = {"us": "United States", "china": "China", "allies": LONG}
COLOURS = {"us": BLUE, "china": VERMILLION, "allies": "#6B6B6B"}


def rates_of(groups, levies, laws, long=False, points=10.0, moments=1):
    chance = np.random.default_rng(4)
    shares = np.geomspace(1, 0.001, groups)
    made = []
    for k, share in enumerate(shares / shares.sum()):
        stacks = []
        for moment in range(moments):
            stacks.append(
                tuple(
                    Levy(
                        f"t{j}",
                        f"{LONG} {j}" if long else f"Tariff {j}",
                        f"{LONG} law {j % laws}" if long else f"Law {j % laws}" if laws > 1 else "",
                        float(chance.integers(0, 3) * points * (1 + moment)),
                    )
                    for j in range(levies)
                )
            )
        title = f"{LONG} {k}" if long else f"Goods {k}"
        made.append(Group(title, (("AGR", f"g{k}"),), float(share), 2.0, tuple(stacks)))
    return PairRates(("us", "china"), "United States", "China", 400.0, 2.0, tuple(made))


def measures_of(count, long=False, shift=0):
    states = list(State)
    return [
        Measure(
            f"m{k}",
            f"{LONG} {k}" if long else f"Control {k}",
            "export_control",
            list(HOLDERS)[k % 3],
            (),
            (),
            states[(k + shift) % len(states)],
            20400 if states[(k + shift) % len(states)] in (State.suspended, State.enacted, State.threatened) else None,
            None,
            0.5 if k % 4 == 0 else 1.0,
            0.36 if k % 2 == 0 else None,
            "",
            True,
        )
        for k in range(count)
    ]


def in_force_of(size, measures=6, long=False, **rates):
    state = measures_of(measures, long)
    subtitle = "Legal tariffs of one on another, points over MFN."
    return in_force_chart(rates_of(long=long, **rates), state, HOLDERS, COLOURS, FINDING, subtitle, SOURCE, size)


def branches_of(size, branches, measures=4, long=False, **rates):
    moments = branches + 1
    state = rates_of(long=long, moments=moments, **rates)
    columns = [Column("Today", "15 October 2025", 0, 0)]
    columns += [Column(LONG if long else f"Branch {k}", "under 1 % of futures", k, 0) for k in range(1, moments)]
    accords = [[Accord("Truce", ("a", "b"), k % 2 == 0, 20400 + k, True)] for k in range(moments)]
    laws = [[Law(LONG if long else "Law", k % 2 == 0, k % 2 == 1, 3)] for k in range(moments)]
    standing = differing(accords, laws, [measures_of(measures, long, k) for k in range(moments)], COLOURS)
    return branches_chart(state, columns, standing, COLOURS, FINDING, "Points.", SOURCE, size)


def heat_of(size, sectors, pairs, change=False, long=False, scale=30.0):
    chance = np.random.default_rng(5)
    names = tuple((f"Importer {k // 5}", LONG if long else f"Partner {k}") for k in range(pairs))
    values = np.abs(chance.normal(0, 1, (sectors, pairs))) * scale
    if sectors > 2 and pairs > 2:
        values[1, 2] = np.nan
    titles = tuple(LONG if long else f"Sector {k}" for k in range(sectors))
    one = Rates(names, titles, values, np.nanmean(values, axis=0))
    if not change:
        return heat_map_chart(one, FINDING, "Per cent.", SOURCE, size)
    moved = values + chance.normal(0, scale, values.shape)
    other = replace(one, values=moved, averages=np.nanmean(moved, axis=0))
    return change_chart(one, other, FINDING, "Points.", SOURCE, size)


def no_difference(size):
    state = rates_of(3, 2, 2, moments=2)
    columns = [Column("Today", "15 October 2025", 0, 0), Column("The same", "100 % of futures", 0, 0)]
    row = Standing("A truce", ACCENT, ((State.in_force, "live"), (None, "over")))
    return branches_chart(state, columns, [row], COLOURS, FINDING, "Points.", SOURCE, size, peaks=[5.0, 5.0])


IN_FORCE = {
    "one group, no law": lambda size: in_force_of(size, groups=1, levies=1, laws=1),
    "nothing in force": lambda size: in_force_of(size, groups=2, levies=0, laws=1, measures=0),
    "rates of an absurd height": lambda size: in_force_of(size, groups=4, levies=3, laws=3, points=3_000.0),
    "rates of a tenth of a point": lambda size: in_force_of(size, groups=4, levies=3, laws=3, points=0.1),
    "seven laws, forty groups, long": lambda size: in_force_of(
        size, groups=40, levies=9, laws=7, measures=40, long=True
    ),
    "one branch": lambda size: branches_of(size, 1, groups=3, levies=2, laws=2),
    "five branches, long": lambda size: branches_of(size, 5, measures=20, groups=20, levies=3, laws=3, long=True),
    "branches that differ in nothing": no_difference,
    "branches of an absurd rate": lambda size: branches_of(size, 4, groups=5, levies=3, laws=3, points=3_000.0),
    "heat of one": lambda size: heat_of(size, 1, 1),
    "heat of many, long": lambda size: heat_of(size, 20, 30, long=True),
    "heat of an absurd rate": lambda size: heat_of(size, 5, 12, scale=3_000.0),
    "change": lambda size: heat_of(size, 13, 13, change=True),
    "change of one": lambda size: heat_of(size, 1, 1, change=True),
}
