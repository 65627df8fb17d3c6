"""The weekly supply model in plain Python: one run, loops over cells and firms, nothing of sim.supply but its inputs.

Flows and stocks of a cell are weeks of its need at rest, as there. What is read anew: orders, licences, transit, pools
and stockpiles, triage, use, output, prices, adaptation, and growth of capacity without named projects.
"""

import math
from dataclasses import fields, is_dataclass
from statistics import NormalDist
from types import SimpleNamespace

import numpy as np

LEGAL_CLOCK = 9.0  # weeks: 45 working days
YEAR = 365.25 / 7  # weeks
CHAIN = 4  # stages that follow one another; the fifth is the chain as a whole


def plain(source, run):
    """A dataclass of arrays whose first axis is the run as numbers and nested lists of one run."""
    found = {}
    for one in fields(source):
        value = getattr(source, one.name)
        if is_dataclass(value):
            value = plain(value, run)
        elif isinstance(value, np.ndarray):
            shared = one.name in ("military", "material", "stage")
            value = (value if shared else value[run if len(value) > 1 else 0]).tolist()
        found[one.name] = value
    return SimpleNamespace(**found)


def granted_within(hazard, granted, weeks):
    x = hazard * weeks
    return granted * (1 + math.expm1(-x) / x) if x > 1e-6 else granted * x / 2


def hazard_for(approval, granted, fastest):
    """The hazard at which `approval` of what was filed evenly over the legal clock has been granted."""
    if granted <= 0 or approval >= granted_within(fastest, granted, LEGAL_CLOCK):
        return fastest if approval > 0 else 0.0
    low, high = 0.0, fastest
    for _ in range(200):
        middle = (low + high) / 2
        if granted_within(middle, granted, LEGAL_CLOCK) < approval:
            low = middle
        else:
            high = middle
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


def ces(x, beta, sigma):
    if x >= 1:
        return 1.0
    if abs(sigma - 1) < 1e-9:
        return x**beta
    rho = (sigma - 1) / sigma
    return ((1 - beta) + beta * x**rho) ** (1 / rho)


class Run:
    """One world from rest on: `step` moves it on and returns what has flowed."""

    def __init__(self, params, run=0, quantiles=50):
        self.run, self.p, self.now = run, plain(params, run), 0
        p, need = self.p, self.p.need
        self.regions, self.sectors, self.materials = range(len(need)), range(len(need[0])), range(len(need[0][0]))
        self.cells = [
            (g, s, m) for g in self.regions for s in self.sectors for m in self.materials if need[g][s][m] > 0
        ]
        normal = NormalDist()
        self.spread = [
            math.exp(p.holding.cover_dispersion * normal.inv_cdf((k + 0.5) / quantiles)) for k in range(quantiles)
        ]
        self.target = {c: [self.at(p.holding.cover, c) * one for one in self.spread] for c in self.cells}
        self.stock = {c: list(firms) for c, firms in self.target.items()}
        self.backlog, self.expected, self.licensed, self.adapted, self.substituted = (
            dict.fromkeys(self.cells, 0.0) for _ in range(5)
        )
        self.hazard = dict.fromkeys(self.cells, p.licensing.general_hazard)
        self.hoarding = dict.fromkeys(self.cells, 1.0)
        self.valid = {c: self.chinese(c) / p.licensing.shipping for c in self.cells}
        self.at_sea = {c: [] for c in self.cells}  # (step of arrival, weeks of need)
        users = [(g, s) for g in self.regions for s in self.sectors]
        self.age, self.deferred = dict.fromkeys(users, 0.0), dict.fromkeys(users, 0.0)
        self.met = dict.fromkeys(users, 1.0)
        self.lost_leontief, self.lost_ces = dict.fromkeys(users, 0.0), dict.fromkeys(users, 0.0)
        self.stockpile = {(g, m): p.reserve.size[g][m] for g in self.regions for m in self.materials}
        self.asked = dict.fromkeys(self.stockpile)
        self.exports = dict.fromkeys(self.materials, 1.0)
        self.quoted, self.home, self.tight, self.progress = ([0.0 for _ in self.materials] for _ in range(4))
        self.held_up, self.revenue_lost = 0.0, 0.0
        self.laid = False

    @staticmethod
    def at(table, cell):
        g, s, m = cell
        return table[g][s][m]

    def chinese(self, cell):
        return self.p.chinese_share[cell[0]][cell[2]]

    def weight(self, cell):
        return self.at(self.p.need, cell)

    def of(self, material):
        return [cell for cell in self.cells if cell[2] == material]

    def step(self, controls, days=7.0):
        """Flows by cell (weeks of need a week), and by region and sector, of one step."""
        self.c, self.w = plain(controls, self.run), days / 7
        if not self.laid:
            self.lay()
        flows = {cell: SimpleNamespace(need=(1 - self.adapted[cell]) * (1 + self.extra(cell))) for cell in self.cells}
        for cell, flow in flows.items():
            flow.others = self.others(cell)
            flow.orders = self.orders(cell, flow.need)
            flow.ordered = sum(flow.orders) / len(flow.orders)
            flow.filed = max(0.0, flow.ordered - flow.others)
        self.license(flows)
        for cell, flow in flows.items():
            self.ship(cell, flow)
            flow.arrived = self.arrivals(cell)
        self.pool(flows)
        for cell, flow in flows.items():
            lack = max(0.0, flow.need - flow.others - flow.arrived)
            self.substituted[cell] = flow.substituted = min(self.p.substitutable[cell[1]], lack)
            flow.lack, flow.required = lack - flow.substituted, flow.need - flow.substituted
        self.release(flows)
        for cell, flow in flows.items():
            self.serve(cell, flow)
        made = self.produce(flows)
        self.price(flows)
        self.learn()
        self.build()
        self.now += 1
        return flows, made

    def lay(self):
        """Goods at sea at rest: what was sent in each of the past steps, as far as it is still to come."""
        self.laid = True
        for cell in self.cells:
            for ago in range(1, 1000):
                if ago > self.p.holding.transit / self.w + 1:
                    break
                self.send(cell, self.chinese(cell) * self.w, self.p.holding.transit, -ago)
            self.at_sea[cell] = [(when, amount) for when, amount in self.at_sea[cell] if when >= 0]

    def extra(self, cell):
        g, s, _ = cell
        if self.met[g, s] < 1 - 1e-9:
            return 0.0
        return min(self.p.production.overproduction - 1, self.deferred[g, s] / self.w)

    def others(self, cell):
        g, _, m = cell
        if self.c.non_chinese is not None:
            return self.c.non_chinese[g][m]
        at_rest, chinese, b = 1 - self.chinese(cell), self.chinese(cell), self.p.building
        start, now = self.chain(m, 0.0), self.chain(m, self.progress[m])
        grown = max(0.0, now - start) / (1 - start) if start is not None and start < 1 else 0.0
        fed = 1 - b.feed_dependence[m] * (1 - min(1.0, self.exports[m]))
        return (at_rest + chinese * grown) * fed

    def chain(self, m, years):
        shares = []
        for share, growth in zip(self.p.building.stage_share[m], self.p.building.stage_growth[m], strict=True):
            shares.append(share / (share + (1 - share) * math.exp(-growth * years)))
        known = [share for share in shares[:CHAIN] if not math.isnan(share)]
        return min(known) if known else None

    def orders(self, cell, need):
        h = self.p.holding
        usual = self.chinese(cell) * (1 / self.p.licensing.shipping + h.transit)
        pipeline = self.backlog[cell] + self.valid[cell] + sum(amount for _, amount in self.at_sea[cell])
        short = usual + self.expected[cell] - pipeline
        wanted = self.hoarding[cell] * (1 - self.adapted[cell])
        return [
            max(0.0, need - self.substituted[cell]) + max(0.0, wanted * target - stock + short) / h.restoration
            for target, stock in zip(self.target[cell], self.stock[cell], strict=True)
        ]

    # ── China ──
    def license(self, flows):
        """Applications wait and are decided; the office's staff may limit how many tonnes of a material."""
        law, w = self.p.licensing, self.w
        for cell, flow in flows.items():
            licensed, before = self.at(self.c.licensed, cell), self.licensed[cell]
            granted = law.granted_military if law.military[cell[1]] else law.granted_civil
            hazard = self.processing(cell)
            through = self.backlog[cell] * (1 - licensed / before) if licensed < before else 0.0
            waiting, filed = self.backlog[cell] - through, flow.filed * licensed
            flow.final = 1 - law.refiled * (1 - granted)
            _, waited = drained(waiting, filed, hazard * flow.final, w)
            flow.processed, flow.there = hazard * waited / w, waiting + filed * w
            flow.p, flow.free = granted, flow.filed * (1 - licensed) + through / w
            self.licensed[cell] = licensed
        for m in self.materials:
            tonnes = sum(self.weight(cell) * flows[cell].processed for cell in self.of(m))
            able = min(1.0, law.staff_cap[m] / tonnes) if tonnes > 0 else 1.0
            for cell in self.of(m):
                flow = flows[cell]
                flow.processed *= able
                self.backlog[cell] = max(0.0, flow.there - flow.processed * flow.final * w)
                flow.denied = flow.processed * (1 - flow.p) * (1 - law.refiled)
                flow.granted = flow.free + flow.processed * flow.p

    def processing(self, cell):
        """Mean hazard over the step, on its way to what belongs to the approval share."""
        law, w, now = self.p.licensing, self.w, self.hazard[cell]
        goal = hazard_for(self.at(self.c.approval, cell), law.granted_civil, law.general_hazard)
        pace = law.tightening if goal < now else law.easing
        self.hazard[cell] = towards(now, goal, pace, w)
        return goal + (now - self.hazard[cell]) * pace / w if pace > 0 else goal

    def ship(self, cell, flow):
        law, h, w, licensed = self.p.licensing, self.p.holding, self.w, self.licensed[cell]
        _, held = drained(self.valid[cell], flow.granted, law.shipping + licensed / law.validity, w)
        flow.lapsed = held * licensed / law.validity / w
        flow.shipped = min(held * law.shipping / w, law.export_capacity * self.chinese(cell))
        self.valid[cell] += (flow.granted - flow.lapsed - flow.shipped) * w
        flow.leaked = min(h.leakage * licensed * max(0.0, self.chinese(cell) - flow.shipped), flow.filed)
        self.send(cell, flow.shipped * w, h.transit, self.now)
        self.send(cell, flow.leaked * w, h.transit + h.leakage_delay, self.now)
        self.expected[cell] = towards(self.expected[cell], self.backlog[cell], h.restoration, w)

    def send(self, cell, amount, weeks, step):
        """A journey that ends between two steps arrives in parts at both."""
        whole = math.floor(weeks / self.w)
        later = weeks / self.w - whole
        self.at_sea[cell] += [(step + whole, amount * (1 - later)), (step + whole + 1, amount * later)]

    def arrivals(self, cell):
        here = sum(amount for when, amount in self.at_sea[cell] if when == self.now)
        self.at_sea[cell] = [(when, amount) for when, amount in self.at_sea[cell] if when > self.now]
        return here / self.w

    # ── users ──
    def pool(self, flows):
        """Regions that pool share what is not Chinese: first by what each still wants, the rest by need."""
        for m in self.materials:
            members = [cell for cell in self.of(m) if self.c.pooled[cell[0]]]
            if not members:
                continue
            wanted = {cell: max(0.0, flows[cell].need - flows[cell].arrived) for cell in members}
            tonnes = sum(self.weight(cell) * flows[cell].others for cell in members)
            called = sum(self.weight(cell) * wanted[cell] for cell in members)
            whole = sum(self.weight(cell) for cell in members)
            part = min(1.0, tonnes / called) if called > 0 else 0.0
            for cell in members:
                flows[cell].others = wanted[cell] * part + max(0.0, tonnes - called) / whole

    def release(self, flows):
        """Public stocks fill what users lack: the least of lack, stock and cap, once asked for long enough."""
        r = self.p.reserve
        for flow in flows.values():
            flow.released = 0.0
        for m in self.materials:
            able, lack = {}, {}
            for g in self.regions:
                cells = [cell for cell in self.of(m) if cell[0] == g]
                need = sum(self.weight(cell) for cell in cells)
                asked = self.c.released[g][m]
                waited = (self.asked[g, m] or 0.0) if asked else None
                ready = waited is not None and waited >= r.decision_lag
                able[g] = min(r.release_cap * need, self.stockpile[g, m] * need / self.w) if ready else 0.0
                lack[g] = sum(self.weight(cell) * flows[cell].lack for cell in cells)
                self.asked[g, m] = waited + self.w if asked else None
            groups = [[g for g in self.regions if self.c.pooled[g]], *([g] for g in self.regions)]
            for group in groups:
                if len(group) == 1 and self.c.pooled[group[0]] and group is not groups[0]:
                    continue
                can, lacked = sum(able[g] for g in group), sum(lack[g] for g in group)
                tonnes = min(can, lacked)
                if tonnes <= 0:
                    continue
                for g in group:
                    cells = [cell for cell in self.of(m) if cell[0] == g]
                    need = sum(self.weight(cell) for cell in cells)
                    self.stockpile[g, m] -= able[g] / can * tonnes * self.w / need if need else 0.0
                    for cell in cells:
                        flows[cell].released = flows[cell].lack * tonnes / lacked

    def serve(self, cell, flow):
        """Chinese goods by orders, a part of them to exact deficits, least stock first; all else by need; then use."""
        h, w, stock = self.p.holding, self.w, self.stock[cell]
        count, wanted = len(stock), flow.required * w
        share = [one / flow.ordered if flow.ordered > 0 else 1.0 for one in flow.orders]
        urgent = h.triage * flow.arrived * w
        even, plenty = (flow.others + flow.released) * w, flow.arrived * w - urgent
        at_hand = [held + even + plenty * part for held, part in zip(stock, share, strict=True)]
        left = urgent * count
        poorest_first = sorted(range(count), key=lambda k: round(stock[k], 12))  # whatever the last digits of nothing
        for k in poorest_first:
            given = min(left, max(0.0, wanted - at_hand[k]))
            at_hand[k] += given
            left -= given
        used, out = 0.0, 0
        for k in range(count):
            at_hand[k] += left / count * share[k]
            floor = h.rationing_start * self.target[cell][k] * (1 - self.adapted[cell])
            use = min(wanted, at_hand[k] * wanted / (floor + wanted)) if wanted > 0 else 0.0
            out += use < (0.5 if floor > 0 else 1 - 1e-9) * wanted
            stock[k] = at_hand[k] - use
            used += use / count / w
        flow.used, flow.stopped, flow.cover = used, out / count, sum(stock) / count
        satisfied = used / flow.required if flow.required > 0 else 1.0
        done_without = self.adapted[cell] + flow.substituted
        flow.met = done_without + (1 - done_without) * satisfied if done_without < 1 else 1.0

    def produce(self, flows):
        p, w, made = self.p.production, self.w, {}
        for g in self.regions:
            for s in self.sectors:
                cells = [cell for cell in self.cells if cell[:2] == (g, s)]
                extra = self.extra((g, s, 0))
                needs = self.p.dependence[s]
                met = min([1 - needs[cell[2]] * (1 - flows[cell].met) for cell in cells], default=1.0)
                self.met[g, s] = met
                lost, more = max(0.0, 1 - met * (1 + extra)), max(0.0, met * (1 + extra) - 1)
                self.age[g, s] = max(0.0, self.age[g, s] + (w if met < 1 - 1e-9 else -w))
                leontief = 1 - p.criticality[s] * (lost - more)
                self.deferred[g, s] = max(0.0, self.deferred[g, s] + (p.recovered * lost - more) * w)
                years = self.age[g, s] / YEAR
                sigma = p.sigma_long - (p.sigma_long - p.sigma_short) * math.exp(-years / p.sigma_time)
                smooth = ces(1 - lost, p.cost_share, sigma)
                self.lost_leontief[g, s] += (1 - leontief) * w
                self.lost_ces[g, s] += (1 - smooth) * w
                made[g, s] = (leontief, smooth)
        return made

    # ── prices and what they bring about ──
    def price(self, flows):
        market, w = self.p.market, self.w
        for m in self.materials:
            cells = self.of(m)
            tonnes = sum(self.weight(cell) for cell in cells)
            normal = sum(self.weight(cell) * self.chinese(cell) for cell in cells)
            exported = sum(self.weight(cell) * flows[cell].shipped for cell in cells)
            self.exports[m] = exported / normal if normal > 0 else 1.0
            self.revenue_lost += market.price[m] * (normal - exported) / 1000 * w
            if not cells:
                continue
            demand = sum(self.weight(cell) * flows[cell].ordered for cell in cells)
            inflow = {cell: flows[cell].others + flows[cell].released + flows[cell].arrived for cell in cells}
            offered = sum(self.weight(cell) * max(inflow[cell], flows[cell].used) for cell in cells)
            cover = sum(self.weight(cell) * flows[cell].cover for cell in cells) / tonnes
            scarce = math.log(demand / max(offered, 1e-9 * demand)) if demand - offered > 1e-9 * demand else 0.0
            self.quote(m, scarce, cover, 1 - min(1.0, self.exports[m]))

    def quote(self, m, scarce, cover, held):
        market, w = self.p.market, self.w
        self.home[m] = towards(self.home[m], -market.chinese_response * held, 1 / market.adjustment, w)
        linked = (1 - held) * self.home[m]
        self.tight[m] = self.tight[m] + w if scarce > 0 else 0.0
        awake = min(w, max(0.0, self.tight[m] - market.deadband))
        if scarce > 0 and cover < market.panic_cover:
            awake = w
        for target, weeks in ((linked, w - awake), (linked + scarce / market.elasticity[m], awake)):
            now = self.quoted[m]
            if target > now:
                now = towards(now, target, 1 / market.adjustment, weeks)
            else:
                now = max(target, now - math.log(2) * weeks / (market.half_life * YEAR))
            self.quoted[m] = min(now, math.log(market.cap[m]))

    def paid(self, m):
        market = self.p.market
        free = (1 - market.exposed) * min(1.0, self.exports[m])
        part = market.exposed / (market.exposed + free) if market.exposed > 0 else 0.0
        return part * math.exp(self.quoted[m]) + (1 - part) * math.exp(self.home[m])

    def learn(self):
        h, years = self.p.holding, self.w / YEAR
        for cell in self.cells:
            limit, m = h.adaptation_limit[cell[1]], cell[2]
            usual = sum(self.target[cell]) / len(self.target[cell])
            held = sum(self.stock[cell]) / len(self.stock[cell])
            low = held < min(h.adaptation_cover, usual / 2)
            now = self.adapted[cell]
            if low or self.quoted[m] > h.adaptation_price:
                rate = h.adaptation_rate / limit if limit > 0 else 0.0
                self.adapted[cell] = max(now, towards(now, limit, 1 / rate if rate else math.inf, years))
            else:
                self.adapted[cell] = towards(now, 0.0, h.adaptation_decay, years)
            aim = h.hoarding if self.c.threatened[m] else 1.0
            self.hoarding[cell] = towards(self.hoarding[cell], aim, h.hoarding_lag, self.w)

    def build(self):
        b, c, years = self.p.building, self.c, self.w / YEAR
        denied = (c.technology_denied + c.experts_denied) / 2
        paused = min(years, max(0.0, b.denial_delay * denied - self.held_up))
        self.held_up += paused
        slower = (1 + (b.denial_time - 1) * denied) * (1 + (b.access_time - 1) * b.access * (1 - denied))
        for m in self.materials:
            paid = self.paid(m)
            floor = c.price_floor[m] / self.p.market.price[m]
            counted = paid + c.floor_scope * max(0.0, floor - paid)
            drive = min(b.fastest, max(b.slowest, counted**b.price_response)) * (1 + b.subsidy_response * c.subsidy)
            self.progress[m] += drive / slower * (years - paused)
