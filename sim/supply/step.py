"""One step of the supply layer: from the need of firms to what they make of what they get.

Firms order; China licenses and ships; goods travel; stockpiles are released; firms use what they have; output, prices,
adaptation and capacity follow. All is worked out run by run: no result depends on which runs share the arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.supply import capacity, leverage, prices, transit
from sim.supply.controls import Controls
from sim.supply.firms import Firms, Supply, Use, Wishes, over_quantiles
from sim.supply.licences import Passage, Queue, relax, relaxed_mean
from sim.supply.output import Output, catch_up, produced
from sim.supply.parameters import Parameters
from sim.supply.prices import WEEKS_A_YEAR
from sim.supply.state import State, target_hazard
from sim.supply.stockpile import pooled_supply, release
from sim.supply.stocks import ALARM, adapted

Numbers = NDArray[np.float64]

SHORT = 0.05
"""Share of a sector's users out of stock from which a week counts as short."""
ROUNDING = 1e-9
"""Share of demand below which a lack is rounding and no scarcity."""


@dataclass(eq=False)
class Flows:
    """What went on in a step. [run, cell] in weeks of need a week unless said otherwise."""

    filed: Numbers
    """ordered in China"""
    processed: Numbers
    """applications decided upon"""
    granted: Numbers
    """made ready to ship, with what needs no licence"""
    denied: Numbers
    """denied and not filed again"""
    lapsed: Numbers
    """licences expired"""
    shipped: Numbers
    leaked: Numbers
    """sent round the licences"""
    arrived: Numbers
    """Chinese goods, leaked ones too"""
    non_chinese: Numbers
    released: Numbers
    substituted: Numbers
    used: Numbers
    met: Numbers
    """share of need met, with what is adapted or substituted"""
    stopped: Numbers
    """share of users out of stock"""
    cover: Numbers
    """mean stock, weeks"""
    leontief: Numbers
    """[run, region, sector] output, 1 at rest"""
    ces: Numbers
    """[run, region, sector]"""
    exports_index: Numbers
    """[run, material] shipped over normal, by tonnes"""
    wait: Numbers
    """[run, material] weeks: backlog over what is decided upon a week; inf where nothing is"""
    quoted_ratio: Numbers
    """[run, material] to the price at rest"""
    transacted_ratio: Numbers
    """[run, material]"""
    chinese_ratio: Numbers
    """[run, material]"""
    revenue_lost_musd: Numbers
    """[run] million USD a week that China does not earn, at prices at rest"""


def step(state: State, controls: Controls, params: Parameters, days: float = 7.0) -> Flows:
    """One step of `days` days; `state` moves in place.

    ValueError where the state was laid for steps of another length: goods at sea are kept by step.
    """
    if days != state.days:
        raise ValueError(f"found a step of {days:g} days; this state was laid for steps of {state.days:g}")
    weeks, cells, by = days / 7, params.cells, params.by_cell
    extra = catch_up(state.deferred, state.met, params.production, weeks)
    need = (1 - state.adapted) * (1 + cells.of_branch(extra))
    firms = Firms(state.stock, state.spread, state.low, state.high)
    wishes = _wishes(state, need, params)
    mean = over_quantiles(state.spread) / len(state.spread)
    ordered = firms.ordered(wishes, state.held, mean)
    non_chinese = _non_chinese(state, controls, params)
    filed = np.maximum(ordered - non_chinese, 0.0)
    passage = _license(state, filed, controls, params, weeks)
    leaked = _send(state, passage, filed, params, weeks)
    arrived = transit.receive(state.transit, state.slot, weeks)
    state.slot = (state.slot + 1) % len(state.transit)
    non_chinese = pooled_supply(non_chinese, np.maximum(need - arrived, 0.0), by.need, controls.pooled, cells)
    lacking = np.maximum(need - non_chinese - arrived, 0.0)
    state.substituted[:] = np.minimum(by.substitutable, lacking)
    lacking -= state.substituted
    released = _release(state, lacking, controls, params, weeks)
    required = need - state.substituted
    use = firms.step(wishes, ordered, _supply(state, non_chinese + released, arrived, required, params), weeks)
    inflow = non_chinese + released + arrived
    state.held += (inflow - use.used) * weeks
    np.maximum(state.held, 0.0, out=state.held)
    met = _met(state, use, required)
    output = _produce(state, met, extra, use, params, weeks)
    exports = _exports(state, passage, params, weeks)
    demand = cells.by_material(by.need * ordered)
    available = cells.by_material(by.need * np.maximum(inflow, use.used))
    transacted = _prices(state, demand, available, params, weeks)
    _adapt(state, params, weeks)
    _hoard(state, controls, params, weeks)
    _build(state, controls, transacted, params, weeks)
    lost = _lose_revenue(state, exports, params, weeks)
    return Flows(
        filed=filed,
        **passage._asdict(),
        leaked=leaked,
        arrived=arrived,
        non_chinese=non_chinese,
        released=released,
        substituted=state.substituted.copy(),
        used=use.used,
        met=met,
        stopped=use.stopped,
        cover=state.held.copy(),
        **output._asdict(),
        exports_index=state.exports.copy(),
        wait=_wait(state, passage, params),
        quoted_ratio=np.exp(state.quoted),
        transacted_ratio=transacted,
        chinese_ratio=np.exp(state.chinese),
        revenue_lost_musd=lost,
    )


def _non_chinese(state: State, controls: Controls, params: Parameters) -> Numbers:
    """[run, cell] what is not Chinese: grows with the narrowest stage of the chain, falls without Chinese feed."""
    cells, by = params.cells, params.by_cell
    if controls.non_chinese is not None:
        given = cells.of_store(controls.non_chinese)
        return np.array(np.broadcast_to(given, state.held.shape), order="F")
    now = capacity.narrowest(capacity.share(state.progress, state.late, params.building))
    start = by.non_chinese_at_rest
    left = 1 - start
    grown = np.nan_to_num(np.maximum(now - start, 0.0) / np.where(left > 0, left, 1.0))
    fed = 1 - params.building.feed_dependence * (1 - np.minimum(state.exports, 1.0))
    at_rest = 1 - by.chinese
    return (at_rest + by.chinese * cells.of_material(grown)) * cells.of_material(fed)


def _wishes(state: State, need: Numbers, params: Parameters) -> Wishes:
    by = params.by_cell
    pipeline = state.backlog + state.valid + transit.at_sea(state.transit, state.slot)
    return Wishes(
        by.cover * state.hoarding * (1 - state.adapted),
        by.pipeline + state.expected_backlog - pipeline,
        np.maximum(need - state.substituted, 0.0),
        params.holding.restoration[:, np.newaxis],
    )


def _license(state: State, filed: Numbers, controls: Controls, params: Parameters, weeks: float) -> Passage:
    """What is filed passes the licensing office."""
    cells, licensing = params.cells, params.licensing
    licensed, approval = cells.of(controls.licensed), cells.of(controls.approval)
    changed = np.nonzero(state.approval != approval)
    if len(changed[0]):
        state.approval[:] = approval
        state.aim[:] = target_hazard(state.approval, params)
    slower = state.aim < state.hazard
    pace = np.where(slower, licensing.tightening[:, np.newaxis], licensing.easing[:, np.newaxis])
    hazard, state.hazard[:] = relaxed_mean(state.hazard, state.aim, pace, weeks)
    before = state.licensed
    freed = np.where(before > 0, np.maximum(before - licensed, 0.0) / np.where(before > 0, before, 1.0), 0.0)
    state.licensed[:] = licensed
    passage = Queue(state.backlog, state.valid).step(filed, state.licensed, freed, hazard, params.rules, cells, weeks)
    restoration = params.holding.restoration[:, np.newaxis]
    state.expected_backlog[:] = relax(state.expected_backlog, state.backlog, restoration, weeks)
    return passage


def _send(state: State, passage: Passage, filed: Numbers, params: Parameters, weeks: float) -> Numbers:
    """Goods leave China. What leaks, [run, cell] a week, is a part of what licences hold back of normal trade, and no
    more than is ordered.
    """
    holding = params.holding
    transit.send(state.transit, state.slot, passage.shipped, holding.transit, weeks)
    blocked = state.licensed * np.maximum(params.by_cell.chinese - passage.shipped, 0.0)
    leaked = np.minimum(holding.leakage[:, np.newaxis] * blocked, filed)
    if leaked.any():
        transit.send(state.transit, state.slot, leaked, holding.transit + holding.leakage_delay, weeks)
    return leaked


def _release(state: State, lacking: Numbers, controls: Controls, params: Parameters, weeks: float) -> Numbers:
    state.asked[:] = np.where(controls.released, np.maximum(state.asked, 0.0), -1.0)
    released = release(
        state.stockpile, state.asked, lacking, params.by_cell.need, params.reserve, controls.pooled, params.cells, weeks
    )
    state.asked[:] += np.where(controls.released, weeks, 0.0)
    return released


def _supply(state: State, by_need: Numbers, by_orders: Numbers, required: Numbers, params: Parameters) -> Supply:
    holding = params.holding
    threshold = holding.rationing_start[:, np.newaxis] * params.by_cell.cover * (1 - state.adapted)
    return Supply(by_need, by_orders, required, threshold, holding.triage[:, np.newaxis])


def _met(state: State, use: Use, required: Numbers) -> Numbers:
    """[run, cell] share of need met: adapted, substituted, and of the rest what is used of what is required."""
    share = np.where(required > 0, use.used / np.where(required > 0, required, 1.0), 1.0)
    return 1 - np.maximum(1 - state.adapted - state.substituted, 0.0) * (1 - share)


def _produce(state: State, met: Numbers, extra: Numbers, use: Use, params: Parameters, weeks: float) -> Output:
    """Output of the sectors, each held back by the material that it lacks most; and its ledger."""
    cells, dependence = params.cells, params.by_cell.dependence
    state.met[:] = cells.least(1 - dependence * (1 - met))
    output = produced(state.met, extra, state.deferred, state.shortage_age, params.production, weeks)
    state.lost_leontief += (1 - output.leontief) * weeks
    state.lost_ces += (1 - output.ces) * weeks
    np.minimum(state.lowest, output.leontief, out=state.lowest)
    short = cells.least(1 - np.where(dependence > 0, use.stopped, 0.0)) <= 1 - SHORT
    began = (state.elapsed * WEEKS_A_YEAR)[:, np.newaxis, np.newaxis]
    state.first_short[:] = np.where(short, np.minimum(state.first_short, began), state.first_short)
    state.short_weeks += np.where(short, weeks, 0.0)
    return output


def _exports(state: State, passage: Passage, params: Parameters, weeks: float) -> Numbers:
    """[run, material] tonnes a week that China exports."""
    by = params.by_cell
    exports = params.cells.by_material(by.need * passage.shipped)
    state.exported += exports * weeks
    normal = by.normal_exports
    state.exports[:] = np.where(normal > 0, exports / np.where(normal > 0, normal, 1.0), 1.0)
    return exports


def _lose_revenue(state: State, exports: Numbers, params: Parameters, weeks: float) -> Numbers:
    """[run] million USD a week that China does not earn."""
    lost = leverage.revenue_at_stake(params.market.price, params.by_cell.normal_exports, exports).sum(axis=1)
    state.revenue_lost += lost * weeks
    return lost


def _prices(state: State, demand: Numbers, available: Numbers, params: Parameters, weeks: float) -> Numbers:
    """Prices move; [run, material] ratio of prices paid. Demand is what firms order, with stocks that they restore;
    available is what comes in, or what is used where owners draw on stocks.
    """
    by, market = params.by_cell, params.market
    available = np.where(demand - available > ROUNDING * demand, available, demand)
    tonnes = np.where(by.tonnes > 0, by.tonnes, 1.0)
    cover = params.cells.by_material(by.need * state.held) / tonnes
    unexported = 1 - np.minimum(state.exports, 1.0)
    moved = prices.step(
        state.quoted, state.chinese, state.tight, demand, available, np.zeros(1), unexported, cover, market, weeks
    )
    state.quoted[:], state.chinese[:], state.tight[:] = moved
    return prices.transacted(state.quoted, state.chinese, unexported, market)


def _adapt(state: State, params: Parameters, weeks: float) -> None:
    """Firms hoard under threat, and learn to do without what has become dear or scarce."""
    cells, by, holding = params.cells, params.by_cell, params.holding
    usual = by.cover * over_quantiles(state.spread)[:, np.newaxis] / len(state.spread)
    scarce = state.held < np.minimum(holding.adaptation_cover[:, np.newaxis], ALARM * usual)
    dear = np.maximum(state.quoted - holding.adaptation_price[:, np.newaxis], 0.0)
    state.adapted[:] = adapted(
        state.adapted,
        by.adaptation_limit,
        holding.adaptation_rate[:, np.newaxis],
        holding.adaptation_decay[:, np.newaxis],
        scarce | (cells.of_material(dear) > 0),
        weeks / WEEKS_A_YEAR,
    )


def _hoard(state: State, controls: Controls, params: Parameters, weeks: float) -> None:
    holding = params.holding
    most = holding.hoarding[:, np.newaxis]
    aim = params.cells.of_material(np.where(controls.threatened, most, 1.0))
    state.hoarding[:] = relax(state.hoarding, aim, holding.hoarding_lag[:, np.newaxis], weeks)


def _build(state: State, controls: Controls, transacted: Numbers, params: Parameters, weeks: float) -> None:
    """The clock of capacity outside China."""
    building = params.building
    denied = capacity.denied(controls.technology_denied, controls.experts_denied)
    floor = controls.price_floor / params.market.price
    incentive = capacity.incentive(transacted, floor, controls.floor_scope, controls.subsidy, building)
    state.progress[:], state.late[:], state.held_up[:] = capacity.advance(
        state.progress, state.late, state.held_up, denied, incentive, building, weeks
    )
    state.elapsed += weeks / WEEKS_A_YEAR


def _wait(state: State, passage: Passage, params: Parameters) -> Numbers:
    """[run, material] weeks."""
    by, cells = params.by_cell, params.cells
    waiting = cells.by_material(by.need * state.backlog)
    processed = cells.by_material(by.need * passage.processed)
    weeks = np.divide(waiting, processed, out=np.full(waiting.shape, np.inf), where=processed > 0)
    return np.where(waiting > 0, weeks, 0.0)
