"""Carries out moves: what is open to the mover, what changes, who sees it."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.engine.plan import VERB_SECTION
from sim.engine.view import View, offer_stands, offered
from sim.instruments import lives, moves
from sim.negotiation.policy import Act, Quantity, Rows, Truths, Value
from sim.world.log import NATURE, What

if TYPE_CHECKING:
    from sim.engine.simulation import Simulation


class Mover:
    """Who acts, by which rule. `audience_without` does not observe the move."""

    def __init__(self, who: int, rule: int = -1, audience_without: frozenset[int] = frozenset()) -> None:
        self.who = who
        self.rule = rule
        self.audience_without = audience_without | {who}


def carry_out(simulation: Simulation, act: Act, rows: Rows, mover: Mover) -> None:
    """Do the act in those of `rows` in which it is open."""
    section = VERB_SECTION.get(act.verb, "instruments")
    for column in act.targets:
        open_rows = rows[_OPEN[act.verb](simulation.view.within(rows), act, column, mover)] if len(rows) else rows
        if len(open_rows):
            value = _DO[act.verb](simulation, act, column, open_rows, mover)
            what, subject = _TOLD[act.verb], simulation.plan.subject(section, column)
            simulation.log.add(open_rows, simulation.world.today, what, subject, mover.who, mover.rule, value)
            if act.verb in ("offer", "accept"):
                _conclude(simulation, column, open_rows, mover)
            simulation.observed(section, column, open_rows, mover)


def any_open(view: View, acts: tuple[Act, ...], mover: Mover) -> Truths:
    """[run] at least one of the acts is open."""
    found = [_OPEN[act.verb](view, act, column, mover) for act in acts for column in act.targets]
    return reduce(np.logical_or, found)


def _amount(simulation: Simulation, quantity: Quantity | None, rows: Rows) -> Value:
    """[row] by, to, rate or in of an act, or one number for all."""
    assert quantity is not None
    amount = quantity.of(simulation.view.within(rows))
    quantity.check(amount)
    return amount


def _whole_days(days: Value) -> NDArray[np.int32]:
    return np.rint(days).astype(np.int32)


# ── Instruments ──────────────────────────────────────────────────────────────────────────────────────


def _enactable(view: View, act: Act, column: int, mover: Mover) -> Truths:
    return lives.available(view.world, column, view.plan.standings[column], view.today)


def _threatenable(view: View, act: Act, column: int, mover: Mover) -> Truths:
    return _enactable(view, act, column, mover) & ~lives.threatened(view.world, column, view.today)


def _standing(view: View, act: Act, column: int, mover: Mover) -> Truths:
    return lives.enacted(view.world, column, view.plan.standings[column], view.today)


def _withdrawable(view: View, act: Act, column: int, mover: Mover) -> Truths:
    last_day = view.world.ends[:, column] == view.today
    return (_standing(view, act, column, mover) & ~last_day) | lives.threatened(view.world, column, view.today)


def _differs(array: str, enactable: bool) -> Callable[[View, Act, int, Mover], Truths]:
    def is_open(view: View, act: Act, column: int, mover: Mover) -> Truths:
        standing = _standing(view, act, column, mover)
        assert act.amount is not None
        other = standing & (getattr(view.world, array)[:, column] != act.amount.of(view))
        return np.asarray(other | _enactable(view, act, column, mover) if enactable else other)

    return is_open


def _narrowable(view: View, act: Act, column: int, mover: Mover) -> Truths:
    assert act.amount is not None
    return _standing(view, act, column, mover) & (view.world.share[:, column] > act.amount.of(view))


def _exemptable(view: View, act: Act, column: int, mover: Mover) -> Truths:
    cells = [column * len(view.plan.players) + actor for actor in act.actors]
    return np.asarray(~view.world.exempt[:, cells].all(axis=1))


def _threaten(simulation: Simulation, act: Act, column: int, rows: Rows, mover: Mover) -> Value:
    fuse = simulation.lag(column, rows)
    if act.after is not None:  # a date sooner than the law allows could not be met
        fuse = np.maximum(fuse, _amount(simulation, act.after, rows))
    _take_rate(simulation, act, column, rows)
    moves.threaten(simulation.world, column, rows, simulation.world.today, _whole_days(fuse))
    simulation.touched("effective", column, rows)
    return simulation.world.rate[rows, column]


def _take_rate(simulation: Simulation, act: Act, column: int, rows: Rows) -> None:
    if act.amount is not None:
        rate = _amount(simulation, act.amount, rows)
        moves.set_rate(simulation.world, column, rows, simulation.world.today, rate)


def _enact(simulation: Simulation, act: Act, column: int, rows: Rows, mover: Mover) -> Value:
    world, today = simulation.world, simulation.world.today
    lag = _whole_days(simulation.lag(column, rows))
    date = today + lag
    if act.after is not None:
        date = today + np.maximum(lag, _whole_days(_amount(simulation, act.after, rows)))
    else:
        threatened = world.threatened_on[rows, column] != MISSING
        date = np.where(threatened, np.maximum(world.effective[rows, column], date), date)
    _take_rate(simulation, act, column, rows)
    _begin_anew(simulation, column, rows[world.enacted_on[rows, column] != MISSING])
    life = simulation.longest_life(column, rows)
    moves.enact(world, column, rows, today, date, None if life is None else _whole_days(life))
    _carry(simulation, column, rows)
    for array in ("effective", "ends", "held_until"):
        simulation.touched(array, column, rows)
    return world.rate[rows, column]


def _begin_anew(simulation: Simulation, column: int, rows: Rows) -> None:
    """A second life has the scope and the licences that the file gives; whom a side deal has freed stays free."""
    name, part = simulation.plan.names("instruments")[column], simulation.plan.instruments[column]
    path = f"instruments.{name}"
    simulation.world.share[rows, column] = simulation.value(part.share, f"{path}.share", rows)
    if part.approval is not None:
        simulation.world.approval[rows, column] = simulation.value(part.approval, f"{path}.approval", rows)


def _carry(simulation: Simulation, column: int, rows: Rows) -> None:
    """The joint instrument of a coalition is carried by the members that take part when it is enacted."""
    holder, width = simulation.plan.instruments[column].by, len(simulation.plan.players)
    if holder in simulation.plan.columns["coalitions"]:
        coalition = simulation.plan.column("coalitions", holder)
        joined = simulation.world.joined[rows, coalition * width : (coalition + 1) * width]
        simulation.world.carried[rows, column * width : (column + 1) * width] = joined


def _withdraw(simulation: Simulation, act: Act, column: int, rows: Rows, mover: Mover) -> Value:
    moves.withdraw(simulation.world, column, rows, simulation.world.today)
    for array in ("effective", "ends"):
        simulation.touched(array, column, rows)
    return 0.0


def _delay(simulation: Simulation, act: Act, column: int, rows: Rows, mover: Mover) -> Value:
    by = _whole_days(_amount(simulation, act.amount, rows))
    moves.delay(simulation.world, column, rows, simulation.world.today, by)
    simulation.touched("held_until", column, rows)
    return by


def _set_rate(simulation: Simulation, act: Act, column: int, rows: Rows, mover: Mover) -> Value:
    """A tariff that does not stand yet is enacted at the rate."""
    new = rows[_enactable(simulation.view.within(rows), act, column, mover)]
    rate = _amount(simulation, act.amount, rows)
    moves.set_rate(simulation.world, column, rows, simulation.world.today, rate)
    if len(new):
        _enact(simulation, Act("enact", act.targets), column, new, mover)
    simulation.touched("effective", column, rows)
    return rate


def _narrow(simulation: Simulation, act: Act, column: int, rows: Rows, mover: Mover) -> Value:
    simulation.world.share[rows, column] = share = _amount(simulation, act.amount, rows)
    simulation.touched("effective", column, rows)
    return share


def _licence(simulation: Simulation, act: Act, column: int, rows: Rows, mover: Mover) -> Value:
    simulation.world.approval[rows, column] = share = _amount(simulation, act.amount, rows)
    simulation.touched("effective", column, rows)
    return share


def _exempt(simulation: Simulation, act: Act, column: int, rows: Rows, mover: Mover) -> Value:
    for actor in act.actors:
        simulation.world.exempt[rows, column * len(simulation.plan.players) + actor] = True
    simulation.touched("effective", column, rows)
    return float(len(act.actors))


# ── Agreements, deals, milestones, coalitions ────────────────────────────────────────────────────────


def _extendable(view: View, act: Act, column: int, mover: Mover) -> Truths:
    return view.world.since[:, column] <= view.today


def _live(view: View, act: Act, column: int, mover: Mover) -> Truths:
    last_day = view.world.left_on[:, column] == view.today
    return lives.live(view.world, column, view.today) & ~last_day


def _extend(simulation: Simulation, act: Act, column: int, rows: Rows, mover: Mover) -> Value:
    by = _whole_days(_amount(simulation, act.amount, rows))
    moves.extend(simulation.world, column, rows, simulation.world.today, by)
    _agreement_touched(simulation, column, rows)
    return by


def _end(simulation: Simulation, act: Act, column: int, rows: Rows, mover: Mover) -> Value:
    moves.end(simulation.world, column, rows, simulation.world.today)
    _agreement_touched(simulation, column, rows)
    return 0.0


def _agreement_touched(simulation: Simulation, column: int, rows: Rows) -> None:
    for array in ("since", "expires"):
        simulation.touched(array, column, rows)


def _offerable(view: View, act: Act, column: int, mover: Mover) -> Truths:
    """On the day of a deal what it lifts still stands, and nobody lays it on the table again for that."""
    return ~offer_stands(view, column, mover.who) & (view.world.concluded_on[:, column] != view.today)


def _acceptable(view: View, act: Act, column: int, mover: Mover) -> Truths:
    return offered(view, column) & ~offer_stands(view, column, mover.who)


def _consent(simulation: Simulation, act: Act, column: int, rows: Rows, mover: Mover) -> Value:
    cell = column * len(simulation.plan.players) + mover.who
    simulation.world.consent[rows, cell] = simulation.world.today
    simulation.touched("consent", cell, rows)
    return 0.0


def _conclude(simulation: Simulation, deal: int, rows: Rows, mover: Mover) -> None:
    """Where all parties' consents stand, the deal binds and its terms are carried out."""
    parties, terms = simulation.plan.deals[deal]
    view = simulation.view.within(rows)
    agreed = rows[reduce(np.logical_and, [offer_stands(view, deal, party) for party in parties])]
    if not len(agreed):
        return
    width = len(simulation.plan.players)
    simulation.world.consent[agreed, deal * width : (deal + 1) * width] = MISSING
    simulation.world.concluded_on[agreed, deal] = simulation.world.today
    simulation.touched("concluded_on", deal, agreed)
    subject = simulation.plan.subject("deals", deal)
    simulation.log.add(agreed, simulation.world.today, What.concluded, subject, mover.who, mover.rule)
    for term in terms:
        carry_out(simulation, term, agreed, Mover(NATURE, mover.rule, frozenset(parties)))


def _cancellable(view: View, act: Act, column: int, mover: Mover) -> Truths:
    return (view.world.cancelled_on[:, column] == MISSING) & (view.world.date[:, column] > view.today)


def _cancel(simulation: Simulation, act: Act, column: int, rows: Rows, mover: Mover) -> Value:
    simulation.world.cancelled_on[rows, column] = simulation.world.today
    return 0.0


def _membership(member: bool) -> Callable[[View, Act, int, Mover], Truths]:
    def is_open(view: View, act: Act, column: int, mover: Mover) -> Truths:
        return view.world.joined[:, column * len(view.plan.players) + mover.who] != member

    return is_open


def _joining(member: bool) -> Callable[[Simulation, Act, int, Rows, Mover], Value]:
    def join(simulation: Simulation, act: Act, column: int, rows: Rows, mover: Mover) -> Value:
        simulation.world.joined[rows, column * len(simulation.plan.players) + mover.who] = member
        return 0.0

    return join


_OPEN: dict[str, Callable[[View, Act, int, Mover], Truths]] = {
    "threaten": _threatenable,
    "enact": _enactable,
    "withdraw": _withdrawable,
    "delay": _standing,
    "narrow": _narrowable,
    "set_rate": _differs("rate", enactable=True),
    "licence": _differs("approval", enactable=False),
    "exempt": _exemptable,
    "extend": _extendable,
    "end": _live,
    "offer": _offerable,
    "accept": _acceptable,
    "cancel": _cancellable,
    "join": _membership(True),
    "leave": _membership(False),
}
_DO: dict[str, Callable[[Simulation, Act, int, Rows, Mover], Value]] = {
    "threaten": _threaten,
    "enact": _enact,
    "withdraw": _withdraw,
    "delay": _delay,
    "narrow": _narrow,
    "set_rate": _set_rate,
    "licence": _licence,
    "exempt": _exempt,
    "extend": _extend,
    "end": _end,
    "offer": _consent,
    "accept": _consent,
    "cancel": _cancel,
    "join": _joining(True),
    "leave": _joining(False),
}
_TOLD = {
    "threaten": What.threatens,
    "enact": What.enacts,
    "withdraw": What.withdraws,
    "delay": What.delays,
    "narrow": What.narrows,
    "set_rate": What.sets_rate,
    "licence": What.sets_licences,
    "exempt": What.exempts,
    "extend": What.extends,
    "end": What.ends,
    "offer": What.offers,
    "accept": What.accepts,
    "cancel": What.cancels,
    "join": What.joins,
    "leave": What.leaves,
}
OF_NATURE = Mover(NATURE)
