"""The weekly supply model in plain Python: one run, a loop over cells and firms, nothing of sim.supply but its inputs.

Flows and stocks of a cell are weeks of its need at rest, as there. What is read anew: orders, the licence queue, transit,
stockpiles, triage, use, output, prices, adaptation and the capacity of others.
"""

import math
from dataclasses import fields, is_dataclass
from statistics import NormalDist
from types import SimpleNamespace

import numpy as np

LEGAL_CLOCK = 9.0  # weeks: 45 working days
YEAR = 365.25 / 7  # weeks


def plain(source, run):
    """A dataclass of arrays whose first axis is the run as numbers and nested lists of one run."""
    found = {}
    for one in fields(source):
        value = getattr(source, one.name)
        if is_dataclass(value):
            value = plain(value, run)
        elif isinstance(value, np.ndarray) and value.ndim:
            value = value[run if len(value) > 1 else 0].tolist()
        found[one.name] = value
    return SimpleNamespace(**found)


def hazard_for(approval, granted, fastest):
    """The hazard at which `approval` of what was filed over the legal clock has been granted."""
    low, high = 0.0, fastest
    if granted <= 0 or approval >= granted * (1 - (1 - math.exp(-fastest * LEGAL_CLOCK)) / (fastest * LEGAL_CLOCK)):
        return fastest
    for _ in range(200):
        middle = (low + high) / 2
        x = middle * LEGAL_CLOCK
        share = granted * (1 - (1 - math.exp(-x)) / x) if x > 0 else 0.0
        low, high = (middle, high) if share < approval else (low, middle)
    return (low + high) / 2


def towards(value, target, weeks, w):
    """First-order relaxation, exact over a step."""
    return target + (value - target) * math.exp(-w / weeks) if weeks > 0 else target


def drained(stock, inflow, rate, w):
    """(stock afterwards, integral of the stock over the step) under a constant weekly inflow and a weekly hazard."""
    if rate < 1e-12:
        return stock + inflow * w, stock * w + inflow * w * w / 2
    after = inflow / rate + (stock - inflow / rate) * math.exp(-rate * w)
    return after, (stock + inflow * w - after) / rate


class Run:
    """One world from rest on: `step` moves it on and returns what has flowed."""

    def __init__(self, params, run=0, quantiles=50):
        self.p = p = plain(params, run)
        need = p.need
        self.regions, self.sectors, self.materials = range(len(need)), range(len(need[0])), range(len(need[0][0]))
        self.cells = [
            (g, s, m) for g in self.regions for s in self.sectors for m in self.materials if need[g][s][m] > 0
        ]
        spread = [
            math.exp(p.holding.cover_dispersion * NormalDist().inv_cdf((k + 0.5) / quantiles)) for k in range(quantiles)
        ]
        self.target = {c: [self.at(p.holding.cover, c) * one for one in spread] for c in self.cells}
        self.stock = {c: list(firms) for c, firms in self.target.items()}
        chinese = {c: p.chinese_share[c[0]][c[2]] for c in self.cells}
        self.backlog = dict.fromkeys(self.cells, 0.0)
        self.expected = dict.fromkeys(self.cells, 0.0)
        self.valid = {c: chinese[c] / p.licensing.shipping for c in self.cells}
        self.on_the_way = {c: [] for c in self.cells}  # (weeks still to go at the end of this step, tonnes as weeks)
        self.hazard = dict.fromkeys(self.cells, p.licensing.general_hazard)
        self.hoarding = dict.fromkeys(self.cells, 1.0)
        self.adapted = dict.fromkeys(self.cells, 0.0)
        users = [(g, s) for g in self.regions for s in self.sectors]
        self.age = dict.fromkeys(users, 0.0)
        self.deferred = dict.fromkeys(users, 0.0)
        self.lost_leontief = dict.fromkeys(users, 0.0)
        self.lost_ces = dict.fromkeys(users, 0.0)
        publics = [(g, m) for g in self.regions for m in self.materials]
        self.stockpile = {(g, m): p.reserve.size[g][m] for g, m in publics}
        self.asked = dict.fromkeys(publics, 0.0)

    @staticmethod
    def at(table, cell):
        g, s, m = cell
        return table[g][s][m]

    def step(self, controls, days=7.0):
        """Flows by cell (weeks of need a week) of one step."""
        c, w = plain(controls, 0), days / 7
        non_chinese = {cell: c.non_chinese[cell[0]][cell[2]] for cell in self.cells}
        need = {cell: (1 - self.adapted[cell]) * (1 + self.catch_up(cell, w)) for cell in self.cells}
        arrived = self.arrivals(w)
        released = self.releases(c, need, arrived, non_chinese, w)
        flows = {}
        for cell in self.cells:
            flows[cell] = self.of_cell(cell, c, need[cell], arrived[cell], released[cell], non_chinese[cell], w)
        return flows
