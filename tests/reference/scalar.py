"""One run in plain Python: a loop over days, dictionaries for state, nothing of the engine but what it is given.

Shared with the engine are the parsed scenario and its plan (which rule, which target), the sampled assumptions, the
keyed uniforms and the tariff arithmetic; the order of a day, lives, moves, deals, turns and expressions are read anew.
"""

import ast
import operator
from functools import cache
from types import SimpleNamespace

import numpy as np

from sim import days
from sim.days import MISSING
from sim.engine import chance
from sim.engine.tariffs import TariffSeries
from sim.sampling.uniforms import Uniforms
from sim.scenario.expressions import dotted
from sim.scenario.names import named_assumptions
from sim.world.log import What

COMPARE = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
ARITHMETIC = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}
ANY = ("in_force", "threatened", "suspended", "narrowed")


@cache
def parsed(text):
    return ast.parse(text, mode="eval").body


class Run:
    def __init__(self, plan, run, seed, chances, tariffs=None):
        self.plan, self.scenario = plan, plan.scenario
        self.uniforms = Uniforms(seed, np.array([run]))
        drawn = chance.draw(plan, seed, np.array([run]), chances)
        self.drawn = {path: values[0] for path, values in drawn.items()}
        self.assumptions = named_assumptions(self.scenario)
        self.tariffs = tariffs or TariffSeries(plan)
        self.log, self.today, self.timed = [], plan.start - 1, {}
        self.known_state, self.known_series = None, {}
        self._open()

    # ── the file ──
    def value(self, scalar, path):
        return scalar.value if scalar.fixed else self.drawn[path]

    def optional(self, part, key, path, default=None):
        scalar = getattr(part, key)
        return default if scalar is None else self.value(scalar, f"{path}.{key}")

    def uniform(self, stream, occasion=""):
        return self.uniforms.draw(stream, occasion)[0]

    def _open(self):
        s = self.scenario
        self.bases = {}
        for name, basis in s.legal_bases.items():
            path, one = (
                f"legal_bases.{name}",
                SimpleNamespace(decision=MISSING, struck=False, invalid=MISSING if basis.valid else 0),
            )
            if basis.challenge is not None:
                one.decision = self.value(basis.challenge.decision, f"{path}.challenge.decision")
                one.struck = self.uniform(f"court:{name}") < self.value(
                    basis.challenge.struck, f"{path}.challenge.struck"
                )
                if one.struck:
                    one.invalid = one.decision + self.value(basis.challenge.lag, f"{path}.challenge.lag")
            self.bases[name] = one
        self.coalitions = {name: set(part.joined) for name, part in s.coalitions.items()}
        self.instruments = {name: self._instrument(name, part) for name, part in s.instruments.items()}
        self.agreements = {
            name: SimpleNamespace(
                since=self.value(part.since, f"agreements.{name}.since"),
                expires=self.value(part.expires, f"agreements.{name}.expires"),
                extended=None,
                lapsed=None,
                left=None,
                suspends=set(s.instruments_named(part.suspends)),
            )
            for name, part in s.agreements.items()
        }
        self.deals = {name: SimpleNamespace(consent={}, concluded=None) for name in s.deals}
        self.milestones = {}
        for name, part in s.milestones.items():
            takes = self.uniform(f"takes_place:{name}") < self.value(part.takes_place, f"milestones.{name}.takes_place")
            self.milestones[name] = SimpleNamespace(
                date=self.value(part.date, f"milestones.{name}.date"), takes=takes, cancelled=None
            )
        self.reaction, self.last_move = {}, {}
        self.review = {p.name: self.plan.as_of + self.duration(p.name, "review") for p in self.plan.players}

    def _instrument(self, name, part):
        path = f"instruments.{name}"
        one = SimpleNamespace(
            held_from=None,
            held_until=None,
            lapsed=None,
            withdrawn=None,
            cut=None,
            raised=None,
            exempt=set(),
            carried=set(),
            force=False,
        )
        one.threatened = self.optional(part, "threatened", path)
        one.enacted = self.optional(part, "enacted", path)
        one.effective = self.optional(part, "effective", path)
        one.ends = self.optional(part, "ends", path, MISSING)
        one.share = one.share0 = self.optional(part, "share", path)
        one.approval = one.approval0 = self.optional(part, "approval", path, 0.0)
        one.rate = next(
            (
                self.value(getattr(part, k), f"{path}.{k}")
                for k in ("adds", "rate", "tops_up_to")
                if getattr(part, k) is not None
            ),
            0.0,
        )
        if one.enacted is not None:
            one.threatened = None
            if one.effective is None:
                one.effective = one.enacted + self.lag(name)
            if part.ends is None and (life := self.longest_life(name)) is not None:
                one.ends = one.effective + life - 1
        if part.by in self.scenario.coalitions and one.enacted is not None:
            one.carried = set(self.scenario.coalitions[part.by].joined)
        return one

    def duration(self, name, key):
        section = "actors" if name in self.scenario.actors else "coalitions"
        return round(self.value(getattr(getattr(self.scenario, section)[name], key), f"{section}.{name}.{key}"))

    def lag(self, name):
        basis = self.scenario.instruments[name].legal_basis
        return (
            0 if basis is None else round(self.value(self.scenario.legal_bases[basis].lag, f"legal_bases.{basis}.lag"))
        )

    # ── lives ──
    def valid(self, name):
        basis = self.scenario.instruments[name].legal_basis
        return basis is None or self.bases[basis].invalid > self.today

    def live(self, name):
        return self.agreements[name].since <= self.today <= self.agreements[name].expires

    def enacted(self, name):
        one = self.instruments[name]
        return one.enacted is not None and one.enacted <= self.today <= one.ends and self.valid(name)

    def stayed(self, name):
        one = self.instruments[name]
        held = one.held_from is not None and one.held_from <= self.today <= one.held_until
        return held or any(name in a.suspends and self.live(key) for key, a in self.agreements.items())

    def in_force(self, name):
        return self.enacted(name) and self.instruments[name].effective <= self.today and not self.stayed(name)

    def threatened(self, name):
        day = self.instruments[name].threatened
        return day is not None and day <= self.today

    def instrument_attribute(self, name, key):
        one = self.instruments[name]
        return {
            "threatened": lambda: self.threatened(name),
            "enacted": lambda: self.enacted(name),
            "in_force": lambda: self.in_force(name),
            "suspended": lambda: self.enacted(name) and self.stayed(name),
            "delayed": lambda: one.held_from is not None,
            "narrowed": lambda: one.share < one.share0,
            "withdrawn": lambda: one.withdrawn is not None,
            "ended": lambda: one.enacted is not None and one.enacted <= self.today and not self.enacted(name),
            "lapsed": lambda: one.lapsed is not None,
            "available": lambda: self.available(name),
            "rate": lambda: one.rate if self.in_force(name) else 0.0,
            "share": lambda: one.share,
            "approval": lambda: one.approval,
            "cut_on": lambda: one.cut,
            "raised_on": lambda: one.raised,
            "enacted_on": lambda: one.enacted,
        }[key]()

    # ── expressions ──
    def name(self, name):
        if name in ("today", "as_of", "horizon"):
            return self.today if name == "today" else getattr(self.plan, name)
        if name in self.assumptions:
            path, scalar, _ = self.assumptions[name]
            return self.value(scalar, path)
        root, _, key = name.partition(".")
        if root in ("stack", "average"):
            return self.series[name]
        if root in self.instruments:
            if key.startswith("on."):
                return self.in_force(root) and key[3:] not in self.instruments[root].exempt
            return self.instrument_attribute(root, key)
        if root in self.scenario.packages:
            truths = [self.instrument_attribute(part, key) for part in self.scenario.packages[root].instruments]
            return any(truths) if key in ANY else all(truths)
        if root in self.agreements:
            one = self.agreements[root]
            values = {"live": self.live(root), "extended": one.extended is not None, "lapsed": one.lapsed is not None}
            return (values | {"ended": one.left is not None, "expires": one.expires, "since": one.since})[key]
        if root in self.deals:
            one = self.deals[root]
            values = {"concluded": one.concluded is not None, "concluded_on": one.concluded}
            return (values | {"offered": any(self.stands(root, party) for party in one.consent)})[key]
        if root in self.milestones:
            one = self.milestones[root]
            passed, held = one.date <= self.today, self.held(root)
            return {
                "held": held,
                "failed": passed and not held,
                "cancelled": one.cancelled is not None,
                "passed": passed,
                "date": one.date,
            }[key]
        if root in self.bases:
            one = self.bases[root]
            decided = one.decision <= self.today
            return {
                "valid": one.invalid > self.today,
                "decided": decided,
                "struck": decided and one.struck,
                "decided_on": one.decision if decided else None,
            }[key]
        members = self.scenario.coalitions[root].members
        joined = self.coalitions[root]
        return {"joined": len(joined) / len(members), "joined_count": float(len(joined))}.get(key, key in joined)

    def read(self, node):
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                return days.day(node.value)
            return node.value
        if isinstance(node, ast.Name | ast.Attribute):
            return self.name(dotted(node))
        if isinstance(node, ast.BoolOp):
            if isinstance(node.op, ast.And):
                return all(self.read(value) for value in node.values)
            return any(self.read(value) for value in node.values)
        if isinstance(node, ast.UnaryOp):
            return not self.read(node.operand) if isinstance(node.op, ast.Not) else -self.read(node.operand)
        if isinstance(node, ast.BinOp):
            return ARITHMETIC[type(node.op)](self.read(node.left), self.read(node.right))
        if isinstance(node, ast.IfExp):
            return self.read(node.body) if self.read(node.test) else self.read(node.orelse)
        if isinstance(node, ast.Compare):
            values = [self.read(node.left), *(self.read(one) for one in node.comparators)]
            return all(COMPARE[type(op)](a, b) for op, a, b in zip(node.ops, values, values[1:], strict=False))
        return self.call(node)

    def call(self, node):
        function, arguments = node.func.id, node.args
        if function in ("ever", "first_day", "mean", "on") or (function in ("max", "min") and len(arguments) == 1):
            return self.timed_value(ast.unparse(node))
        if function in ("pct", "pp"):
            number = float(arguments[0].value.replace("%", "").replace("pp", ""))
            return number / 100 if function == "pct" else number
        values = [self.read(one) for one in arguments]
        if function == "count":
            return float(sum(values))
        simple = {
            "days_to": lambda x: x - self.today,
            "days_since": lambda x: self.today - x,
            "abs": abs,
            "max": max,
            "min": min,
        }
        return values[0] is not None if function == "defined" else simple[function](*values)

    def timed_value(self, key):
        function, seen = key.split("(")[0], self.timed.get(key, [])
        if function == "ever":
            return any(value for _, value in seen)
        if function == "first_day":
            return next((day for day, value in seen if value), None)
        if function == "mean":
            total = sum(float(value) for day, value in seen if self.plan.as_of <= day < self.plan.horizon)
            return total / (self.plan.horizon - self.plan.as_of)
        if function == "on":
            return dict(seen)[days.day(ast.parse(key).body[0].value.args[0].value)]
        return (max if function == "max" else min)(value for _, value in seen)

    def gather(self):
        for timed in self.plan.timed.values():
            node = parsed(timed.key)
            self.timed.setdefault(timed.key, []).append((self.today, self.read(node.args[-1])))

    # ── moves ──
    def tell(self, what, section, name, who=-1):
        self.log.append((self.today, what, who, f"{section}.{name}"))

    def amount(self, quantity):
        if quantity.expression is not None:
            return self.read(parsed(quantity.expression.text))
        return self.value(quantity.scalar, quantity.path)

    def stands(self, deal, party):
        day = self.deals[deal].consent.get(party)
        path = f"deals.{deal}.offer_stands"
        return day is not None and day <= self.today < day + self.value(self.scenario.deals[deal].offer_stands, path)

    def held(self, name):
        one = self.milestones[name]
        return one.takes and one.date <= self.today and one.cancelled is None

    def available(self, name):
        once = self.longest_life(name) is not None
        return self.valid(name) and not self.enacted(name) and not (once and self.instruments[name].enacted is not None)

    def longest_life(self, name):
        basis = self.scenario.instruments[name].legal_basis
        life = None if basis is None else self.scenario.legal_bases[basis].longest_life
        return None if life is None else int(self.value(life, f"legal_bases.{basis}.longest_life"))

    def is_open(self, act, name, who):
        verb, me = act.verb, None if who < 0 else self.plan.players[who].name
        one = self.instruments.get(name)
        enactable = one is not None and self.available(name)
        return {
            "threaten": lambda: enactable and not self.threatened(name),
            "enact": lambda: enactable,
            "withdraw": lambda: (self.enacted(name) and one.ends != self.today) or self.threatened(name),
            "delay": lambda: self.enacted(name),
            "narrow": lambda: self.enacted(name) and one.share > self.amount(act.amount),
            "set_rate": lambda: enactable or (self.enacted(name) and one.rate != self.amount(act.amount)),
            "licence": lambda: self.enacted(name) and one.approval != self.amount(act.amount),
            "exempt": lambda: not {self.plan.players[a].name for a in act.actors} <= one.exempt,
            "extend": lambda: self.agreements[name].since <= self.today,
            "end": lambda: self.live(name) and self.agreements[name].left != self.today,
            "offer": lambda: not self.stands(name, me) and self.deals[name].concluded != self.today,
            "accept": lambda: any(self.stands(name, p) for p in self.deals[name].consent) and not self.stands(name, me),
            "cancel": lambda: self.milestones[name].cancelled is None and self.milestones[name].date > self.today,
            "join": lambda: me not in self.coalitions[name],
            "leave": lambda: me in self.coalitions[name],
        }[verb]()

    def act(self, act, who, without=frozenset()):
        from sim.engine.plan import VERB_SECTION

        section = VERB_SECTION.get(act.verb, "instruments")
        for column in act.targets:
            name = self.plan.names(section)[column]
            if self.is_open(act, name, who):
                getattr(self, f"do_{act.verb}")(act, name, who)
                told = {"set_rate": "sets_rate", "licence": "sets_licences"}.get(act.verb, f"{act.verb}s")
                self.log.append((self.today, What[told], who, f"{section}.{name}"))
                if act.verb in ("offer", "accept"):
                    self.conclude(name, who)
                self.observed(section, column, who, without)

    def set_to(self, name, rate):
        one = self.instruments[name]
        one.cut = self.today if rate < one.rate else one.cut
        one.raised = self.today if rate > one.rate else one.raised
        one.rate = rate

    def do_threaten(self, act, name, who):
        one = self.instruments[name]
        if act.amount is not None:
            self.set_to(name, self.amount(act.amount))
        fuse = self.lag(name) if act.after is None else max(self.lag(name), round(self.amount(act.after)))
        one.threatened, one.effective, one.lapsed, one.withdrawn = self.today, self.today + fuse, None, None

    def do_enact(self, act, name, who):
        one, lag = self.instruments[name], self.lag(name)
        date = self.today + lag
        if act.after is not None:
            date = self.today + max(lag, round(self.amount(act.after)))
        elif one.threatened is not None:
            date = max(one.effective, date)
        if act.amount is not None and act.verb != "set_rate":
            self.set_to(name, self.amount(act.amount))
        if one.enacted is not None:
            one.share, one.approval = one.share0, one.approval0
        one.threatened = one.withdrawn = one.held_from = one.held_until = None
        one.enacted, one.effective, one.ends = self.today, date, MISSING
        if (life := self.longest_life(name)) is not None:
            one.ends = date + life - 1
        holder = self.scenario.instruments[name].by
        if holder in self.coalitions:
            one.carried = set(self.coalitions[holder])

    def do_withdraw(self, act, name, who):
        one = self.instruments[name]
        if one.threatened is not None:
            one.threatened = one.effective = None
        one.withdrawn = self.today
        if one.enacted is not None and one.enacted <= self.today < one.ends:
            one.ends = self.today

    def do_delay(self, act, name, who):
        one, by = self.instruments[name], round(self.amount(act.amount))
        begin = max(one.effective, self.today)
        if one.held_until is not None and one.held_until >= self.today:
            begin = max(begin, one.held_until + 1)
        else:
            one.held_from = self.today
        one.held_until = begin + by - 1

    def do_narrow(self, act, name, who):
        self.instruments[name].share = self.amount(act.amount)

    def do_licence(self, act, name, who):
        self.instruments[name].approval = self.amount(act.amount)

    def do_set_rate(self, act, name, who):
        new = not self.enacted(name)
        self.set_to(name, self.amount(act.amount))
        if new:
            self.do_enact(act, name, who)

    def do_exempt(self, act, name, who):
        self.instruments[name].exempt |= {self.plan.players[a].name for a in act.actors}

    def do_extend(self, act, name, who):
        one, by = self.agreements[name], round(self.amount(act.amount))
        alive = one.since <= self.today <= one.expires
        one.since = one.since if alive else self.today
        one.expires = (one.expires if alive else self.today) + by
        one.extended = self.today

    def do_end(self, act, name, who):
        self.agreements[name].left = self.agreements[name].expires = self.today

    def do_offer(self, act, name, who):
        self.deals[name].consent[self.plan.players[who].name] = self.today

    do_accept = do_offer

    def do_cancel(self, act, name, who):
        self.milestones[name].cancelled = self.today

    def do_join(self, act, name, who):
        self.coalitions[name].add(self.plan.players[who].name)

    def do_leave(self, act, name, who):
        self.coalitions[name].discard(self.plan.players[who].name)

    def conclude(self, name, who):
        parties, terms = self.plan.deals[self.plan.column("deals", name)]
        if all(self.stands(name, self.plan.players[p].name) for p in parties):
            self.deals[name].consent, self.deals[name].concluded = {}, self.today
            self.tell(What.concluded, "deals", name, who)
            for term in terms:
                self.act(term, -1, frozenset(parties))

    def observed(self, section, column, who, without):
        audience = self.plan.audience[column] if section == "instruments" else self.plan.parties[section][column]
        for index in audience - without - {who}:
            player = self.plan.players[index]
            if player.listens("reaction"):
                due = self.today + max(1, self.duration(player.name, "reaction"))
                self.reaction[player.name] = min(self.reaction.get(player.name, MISSING), due)

    # ── the day ──
    def note_in_force(self):
        for name, one in self.instruments.items():
            now = self.in_force(name)
            if now != one.force:
                if self.today > self.plan.start or one.effective == self.today:
                    self.tell(What.enters_into_force if now else What.stops_being_in_force, "instruments", name)
                one.force = now

    @property
    def series(self):
        """Stacks and averages as the instruments stand, worked out when one of them has changed."""
        state = tuple(
            (self.in_force(name), float(one.rate), float(one.share), frozenset(one.exempt), frozenset(one.carried))
            for name, one in self.instruments.items()
        )
        if state != self.known_state:
            self.known_state, self.known_series = state, self.tariff_series()
        return self.known_series

    def tariff_series(self):
        instruments, players = list(self.instruments.values()), [player.name for player in self.plan.players]
        world = SimpleNamespace(
            in_force=np.array([[self.in_force(name) for name in self.instruments]]),
            rate=np.array([[float(one.rate) for one in instruments]]),
            share=np.array([[float(one.share) for one in instruments]]),
            exempt=np.array([[name in one.exempt for one in instruments for name in players]]),
            carried=np.array([[name in one.carried for one in instruments for name in players]]),
        )
        values = self.tariffs.of(world, np.arange(1))[0] if len(self.tariffs) else []
        keys = [f"stack.{name}" for name in self.tariffs.goods] + [f"average.{a}.{b}" for a, b in self.tariffs.averages]
        return dict(zip(keys, values, strict=True))

    def day(self):
        for name, one in self.instruments.items():
            if one.threatened is not None and one.effective + (self.lag(name) == 0) == self.today:
                one.lapsed, one.threatened, one.effective = self.today, None, None
                self.tell(What.threat_lapses, "instruments", name)
        for name, one in self.agreements.items():
            if one.expires + 1 == self.today and one.left != one.expires:
                one.lapsed = one.lapsed or self.today
                self.tell(What.agreement_lapses, "agreements", name)
        self.note_in_force()
        for name, one in self.bases.items():
            if one.decision == self.today:
                self.tell(What.struck_down if one.struck else What.upheld, "legal_bases", name)
        for column, (name, one) in enumerate(self.milestones.items()):
            if one.date == self.today:
                self.tell(What.takes_place if self.held(name) else What.does_not_take_place, "milestones", name)
                for act in self.plan.events.get(column, ()) if self.held(name) else ():
                    self.act(act, -1)
        self.turns()
        self.note_in_force()
        self.gather()

    def occasions(self, player):
        date, found = days.date(self.today).isoformat(), []
        for column in player.milestones:
            name = self.plan.names("milestones")[column]
            if self.milestones[name].date == self.today and self.held(name) and player.listens(name):
                found.append((name, name))
        own = [self.plan.names("instruments")[i] for i in player.own_instruments]
        last = any(
            self.instruments[n].threatened is not None and self.instruments[n].effective - self.lag(n) == self.today
            for n in own
        )
        last = last or any(
            self.agreements[self.plan.names("agreements")[a]].expires == self.today for a in player.agreements
        )
        if last and player.listens("deadline"):
            found.append((f"deadline:{date}", "deadline"))
        if self.reaction.get(player.name) == self.today:
            del self.reaction[player.name]
            found.append((f"reaction:{date}", "reaction"))
        if self.review[player.name] == self.today:
            self.review[player.name] += max(1, self.duration(player.name, "review"))
            if player.listens("review"):
                found.append((f"review:{date}", "review"))
        return found

    def turns(self):
        due = []
        for player in self.plan.players:
            scripted = [move for move in player.script if self.amount(move.on) == self.today]
            points = self.occasions(player) if self.today >= self.plan.as_of and player.rules else []
            if scripted or points:
                due.append((player, scripted, points))
        date = days.date(self.today).isoformat()
        due.sort(key=lambda one: self.uniform(f"turn:{one[0].name}", date))
        self.acted = set()
        for player, scripted, points in due:
            self.script(player, scripted)
            self.rules(player, points)
        before = set()
        while self.acted != before:
            before = set(self.acted)
            for player, scripted, points in due:
                self.script(player, scripted)
                self.rules(player, [(name, at) for name, at in points if at not in ("reaction", "review")])

    def script(self, player, scripted):
        for move in scripted:
            if move.index not in self.acted and self.any_open(move.acts, player.index):
                self.acted.add(move.index)
                for act in move.acts:
                    self.act(act, player.index)

    def any_open(self, acts, who):
        from sim.engine.plan import VERB_SECTION

        return any(
            self.is_open(act, self.plan.names(VERB_SECTION.get(act.verb, "instruments"))[column], who)
            for act in acts
            for column in act.targets
        )

    def rules(self, player, points):
        for rule in player.rules:
            if rule.index not in self.acted:
                self.rule(player, rule, [name for name, at in points if not rule.at or at in rule.at])

    def rule(self, player, rule, points):
        if not points or not self.read(parsed(rule.when.text)):
            return
        if not self.any_open(rule.acts, player.index):
            return
        drawn = self.uniform(rule.stream) if rule.once else self.uniform(rule.stream, points[0])
        if drawn < self.amount(rule.probability):
            self.acted.add(rule.index)
            for act in rule.acts:
                self.act(act, player.index)

    def play(self):
        for today in range(self.plan.start, self.plan.horizon + 1):
            self.today = today
            self.day()
        return self

    def outcome(self):
        for name, outcome in self.plan.outcomes.items():
            if self.read(parsed(outcome.text)):
                return name
        return "other"
