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

    def weight(self, cell):
        return self.at(self.p.need, cell)

    # ── one step ──
    def step(self, controls, days=7.0):
        """Flows by cell (weeks of need a week), and by region and sector, of one step."""
        self.c, self.w = plain(controls, self.run), days / 7
        needs = {cell: (1 - self.adapted[cell]) * (1 + self.extra(cell)) for cell in self.cells}
        others = {cell: self.non_chinese(cell) for cell in self.cells}
        came = {cell: self.arrivals(cell) for cell in self.cells}
        released = self.releases(needs, others, came)
        flows = {}
        for cell in self.cells:
            flows[cell] = self.orders(cell, needs[cell], others[cell], came[cell], released[cell])
        self.processing(flows)
        for cell in self.cells:
            self.shipping(cell, flows[cell])
            self.firms(cell, flows[cell], came[cell], others[cell], released[cell])
        self.output(flows)
        self.prices(flows, needs, others)
        self.learning()
        self.now += 1
        return flows

    def extra(self, cell):
        g, s, _ = cell
        if self.met[g, s] < 1 - 1e-9:
            return 0.0
        return min(self.p.production.overproduction - 1, self.deferred[g, s] / self.w)

    def arrivals(self, cell):
        here = [(when, amount) for when, amount in self.at_sea[cell] if when <= self.now]
        self.at_sea[cell] = [(when, amount) for when, amount in self.at_sea[cell] if when > self.now]
        return sum(amount for _, amount in here) / self.w

    def send(self, cell, amount, weeks):
        """A journey between two steps arrives in parts at both."""
        steps = weeks / self.w
        whole = math.floor(steps)
        for when, part in ((whole, 1 - (steps - whole)), (whole + 1, steps - whole)):
            if amount * part:
                self.at_sea[cell].append((self.now + when, amount * part))

    def releases(self, needs, others, came):
        """Public stocks fill what users lack, least of lack, stock and cap, once asked for long enough."""
        found = dict.fromkeys(self.cells, 0.0)
        for g in self.regions:
            for m in self.materials:
                cells = [cell for cell in self.cells if cell[0] == g and cell[2] == m]
                asked = self.c.released[g][m]
                waited = self.asked[g, m] if asked else None
                self.asked[g, m] = self.asked[g, m] + self.w if asked else 0.0
                if waited is None or waited < self.p.reserve.decision_lag or not cells:
                    continue
                lack = {cell: max(0.0, needs[cell] - others[cell] - came[cell]) for cell in cells}
                whole = sum(self.weight(cell) for cell in cells)
                wanted = sum(self.weight(cell) * lack[cell] for cell in cells) / whole
                let_go = min(self.stockpile[g, m] / self.w, self.p.reserve.release_cap, wanted)
                self.stockpile[g, m] -= let_go * self.w
                for cell in cells:
                    found[cell] = lack[cell] * let_go / wanted if wanted > 0 else 0.0
        return found

    def orders(self, cell, need, others, came, released):
        p, h, w = self.p, self.p.holding, self.w
        g, s, m = cell
        chinese = p.chinese_share[g][m]
        done_without = min(p.substitutable[s], max(0.0, need - came - others - released))
        required = need - done_without
        goal = h.hoarding if self.c.threatened[m] else 1.0
        self.hoarding[cell] = towards(self.hoarding[cell], goal, h.hoarding_lag, w)
        usual = chinese / p.licensing.shipping + chinese * h.transit
        at_sea = sum(amount for _, amount in self.at_sea[cell])
        pipeline = self.backlog[cell] + self.valid[cell] + at_sea
        short = usual + self.expected[cell] - pipeline
        orders = [
            required
            + max(0.0, self.hoarding[cell] * target * (1 - self.adapted[cell]) - stock + short) / h.restoration
            for target, stock in zip(self.target[cell], self.stock[cell], strict=True)
        ]
        filed = max(0.0, sum(orders) / len(orders) - others)
        return SimpleNamespace(need=need, substituted=done_without, required=required, orders=orders, filed=filed)

    def processing(self, flows):
        """Applications wait and are decided; the office's staff may limit how many tonnes of a material."""
        law, w = self.p.licensing, self.w
        for cell in self.cells:
            flow, (g, s, m) = flows[cell], cell
            licensed = self.at(self.c.licensed, cell)
            granted = law.granted_military if law.military[s] else law.granted_civil
            goal = hazard_for(self.at(self.c.approval, cell), law.granted_civil, law.general_hazard)
            pace = law.easing if goal > self.hazard[cell] else law.tightening
            mean = self.hazard_over_step(cell, goal, pace)
            before = self.licensed[cell]
            free = 1 - licensed / before if before > licensed else 0.0
            self.licensed[cell] = licensed
            through = self.backlog[cell] * free
            backlog, filed = self.backlog[cell] - through, flow.filed * licensed
            back = 1 - law.refiled * (1 - granted)
            after, waited = drained(backlog, filed, mean * back, w)
            flow.granted_share, flow.back, flow.through = granted, back, through
            flow.processed, flow.there = mean * waited / w, backlog + filed * w
        for m in self.materials:
            cells = [cell for cell in self.cells if cell[2] == m]
            tonnes = sum(self.weight(cell) * flows[cell].processed for cell in cells)
            able = min(1.0, law.staff_cap[m] / tonnes) if tonnes > 0 else 1.0
            for cell in cells:
                flow = flows[cell]
                flow.processed *= able
                self.backlog[cell] = max(0.0, flow.there - flow.processed * flow.back * w)
                flow.denied = flow.processed * (1 - law.refiled) * (1 - flow.granted_share)
                licensed = self.at(self.c.licensed, cell)
                flow.granted = (
                    flow.filed * (1 - licensed) + flow.through / w + flow.processed * flow.granted_share
                )

    def hazard_over_step(self, cell, goal, pace):
        self.hazard[cell] = towards(self.hazard[cell], goal, pace, self.w)
        return self.hazard[cell]

    def shipping(self, cell, flow):
        law, h, w = self.p.licensing, self.p.holding, self.w
        chinese = self.p.chinese_share[cell[0]][cell[2]]
        licensed = self.at(self.c.licensed, cell)
        leaving = law.shipping + licensed / law.validity
        _, held = drained(self.valid[cell], flow.granted, leaving, w)
        flow.lapsed = held * licensed / law.validity / w
        flow.shipped = min(held * law.shipping / w, law.export_capacity * chinese)
        self.valid[cell] += (flow.granted - flow.lapsed - flow.shipped) * w
        flow.leaked = h.leakage * licensed * max(0.0, chinese - flow.shipped)
        self.send(cell, flow.shipped * w, h.transit)
        self.send(cell, flow.leaked * w, h.transit + h.leakage_delay)
        self.expected[cell] = towards(self.expected[cell], self.backlog[cell], h.restoration, w)

    def firms(self, cell, flow, came, others, released):
        h, w = self.p.holding, self.w
        came += self.arrivals(cell)  # what was on its way for less than a step
        flow.arrived = came
        stock, count = self.stock[cell], len(self.stock[cell])
        mean = sum(flow.orders) / count
        urgent = h.triage * came * w
        share = [one / mean if mean > 0 else 1.0 for one in flow.orders]
        even = (others + released) * w
        at_hand = [
            held + even + (came * w - urgent) * part for held, part in zip(stock, share, strict=True)
        ]
        wanted = flow.required * w
        left = urgent * count
        for k in sorted(range(count), key=lambda k: stock[k]):
            given = min(left, max(0.0, wanted - at_hand[k]))
            at_hand[k] += given
            left -= given
        used, out = [], 0
        for k in range(count):
            at_hand[k] += left / count * share[k]
            floor = h.rationing_start * self.target[cell][k]
            use = min(wanted, at_hand[k] * wanted / (floor + wanted)) if wanted > 0 else 0.0
            out += use < (0.5 if floor > 0 else 1 - 1e-9) * wanted
            stock[k] = at_hand[k] - use
            used.append(use)
        flow.used, flow.stopped = sum(used) / count / w, out / count
        phi, u = self.adapted[cell], flow.substituted
        satisfied = flow.used / flow.required if flow.required > 0 else 1.0
        flow.met = phi + (1 - phi) * (flow.used + u) / flow.need if flow.need > 0 else 1.0
        flow.satisfied = satisfied
