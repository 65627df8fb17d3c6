"""Where the supply layer of all runs stands: arrays that a step changes in place."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from numpy.typing import NDArray

from sim.supply import transit
from sim.supply.firms import laid, over_quantiles, quantiles
from sim.supply.licences import CLOCK_WEEKS, hazard_of, steady
from sim.supply.parameters import Parameters

if TYPE_CHECKING:
    from sim.supply.controls import Controls

Numbers = NDArray[np.float64]

LONGEST_WAIT = 52.0
"""Weeks of filing that wait at the start where applications are taken but hardly decided upon (assumption)."""


@dataclass(eq=False)
class State:
    """All that a step carries on. Weeks are weeks of a cell's need at rest, unless said otherwise."""

    stock: Numbers
    """[quantile, run, cell] of firms by cover, ascending"""
    spread: Numbers
    """[quantile, run] cover relative to that of the median firm"""
    held: Numbers
    """[run, cell] mean stock"""
    low: Numbers
    """[run, cell] no stock is less than this times the relative cover of its firm"""
    high: Numbers
    """[run, cell] no stock is more than this times it"""
    backlog: Numbers
    """[run, cell] applications that wait"""
    expected_backlog: Numbers
    """[run, cell] what firms count on waiting, and order on top"""
    valid: Numbers
    """[run, cell] licences not used yet"""
    transit: Numbers
    """[slot, run, cell] what arrives in each of the coming steps"""
    licensed: Numbers
    """[run, cell] share that needs a licence, as of the last step"""
    approval: Numbers
    """[run, cell] approval share, as of the last step"""
    aim: Numbers
    """[run, cell] processing hazard that belongs to it, a week"""
    hazard: Numbers
    """[run, cell] processing hazard, a week"""
    hoarding: Numbers
    """[run, cell] multiple of the target"""
    adapted: Numbers
    """[run, cell] share of need that users have learnt to do without"""
    substituted: Numbers
    """[run, cell] share of need met otherwise in the last step"""
    shortage_age: Numbers
    """[run, region, sector] weeks of shortage"""
    deferred: Numbers
    """[run, region, sector] output that is put off, weeks"""
    met: Numbers
    """[run, region, sector] share of need met in the last step"""
    stockpile: Numbers
    """[run, region, material] weeks of the region's need"""
    asked: Numbers
    """[run, region, material] weeks since release was asked for; −1 where it is not"""
    quoted: Numbers
    """[run, material] log ratio"""
    chinese: Numbers
    """[run, material] log ratio"""
    tight: Numbers
    """[run, material] weeks that scarcity has lasted"""
    exports: Numbers
    """[run, material] Chinese exports of the last step over normal ones"""
    progress: Numbers
    """[run, material] effective years of building"""
    late: Numbers
    """[run, material] years that the calendar was ahead while named projects came"""
    held_up: Numbers
    """[run] years of pause that denial has taken"""
    elapsed: Numbers
    """[run] years since the start"""
    lost_leontief: Numbers
    """[run, region, sector] weeks of output so far"""
    lost_ces: Numbers
    """[run, region, sector] weeks of output so far"""
    short_weeks: Numbers
    """[run, region, sector] weeks in which at least 5 % of users were out of stock"""
    first_short: Numbers
    """[run, region, sector] weeks from the start to the first of them, inf where there was none"""
    lowest: Numbers
    """[run, region, sector] lowest output (Leontief branch)"""
    revenue_lost: Numbers
    """[run] million USD so far"""
    exported: Numbers
    """[run, material] tonnes so far"""
    slot: int
    """the step that is now, in the ring of `transit`"""
    days: float
    """length of a step"""

    @classmethod
    def at_rest(
        cls, params: Parameters, quantiles: int | Numbers = 50, days: float = 7.0, runs: int | None = None
    ) -> Self:
        """The fixed point with everything open.

        `quantiles` is how many firms a cell has, or their cover relative to that of the median, [quantile], ascending.
        `runs` is needed only where the parameters of all runs agree.
        """
        cells, by = params.cells, params.by_cell
        runs = params.runs if runs is None else runs
        regions, sectors, materials = cells.shape
        spread = np.ascontiguousarray(np.broadcast_to(_spread(quantiles, params), (_count(quantiles), runs)))
        weeks = days / 7
        holding, licensing = params.holding, params.licensing

        def full(shape: tuple[int, ...], value: Numbers | float = 0.0) -> Numbers:
            order: Literal["C", "F"] = "F" if shape is one else "C"
            return np.array(np.broadcast_to(value, (runs, *shape)), dtype=np.float64, order=order)

        one = (len(cells),)
        stock = spread[:, :, np.newaxis] * by.cover
        longest = float((holding.transit + holding.leakage_delay).max())
        ring = laid(np.zeros((transit.slots(longest, weeks), runs, len(cells))))
        _fill(ring, full(one, by.chinese), holding.transit, weeks)
        output = (regions, sectors)
        return cls(
            stock=laid(stock),
            spread=spread,
            held=over_quantiles(spread)[:, np.newaxis] / len(spread) * by.cover,
            low=full(one, by.cover),
            high=full(one, by.cover),
            backlog=full(one),
            expected_backlog=full(one),
            valid=full(one, by.chinese / licensing.shipping[:, np.newaxis]),
            transit=ring,
            licensed=full(one),
            approval=full(one, 1.0),
            aim=full(one, licensing.general_hazard[:, np.newaxis]),
            hazard=full(one, licensing.general_hazard[:, np.newaxis]),
            hoarding=full(one, 1.0),
            adapted=full(one),
            substituted=full(one),
            shortage_age=full(output),
            deferred=full(output),
            met=full(output, 1.0),
            stockpile=full((regions, materials), params.reserve.size),
            asked=full((regions, materials), -1.0),
            exports=full((materials,), 1.0),
            **{name: full((materials,)) for name in ("quoted", "chinese", "tight", "progress", "late", "exported")},
            held_up=full(()),
            elapsed=full(()),
            lost_leontief=full(output),
            lost_ces=full(output),
            short_weeks=full(output),
            first_short=full(output, np.inf),
            lowest=full(output, 1.0),
            revenue_lost=full(()),
            slot=0,
            days=days,
        )

    @classmethod
    def under(
        cls,
        params: Parameters,
        controls: Controls,
        starting_cover: Numbers,
        quantiles: int | Numbers = 50,
        days: float = 7.0,
        runs: int | None = None,
    ) -> Self:
        """The licence queue in the steady state of the controls, and stocks at `starting_cover` [run] times the target.

        Firms file what brings their normal flow, but no more than they would order with empty stocks. Where nothing is
        decided upon, applications of a year wait.
        """
        state = cls.at_rest(params, quantiles, days, runs)
        cells, by, rules = params.cells, params.by_cell, params.rules
        licensed, approval = cells.of(controls.licensed), cells.of(controls.approval)
        state.licensed[:], state.approval[:] = licensed, approval
        state.aim[:] = target_hazard(state.approval, params)
        state.hazard[:] = state.aim
        reaches = steady(np.ones(state.held.shape), state.licensed, state.hazard, rules, LONGEST_WAIT)[2]
        most = by.chinese + by.cover / params.holding.restoration[:, np.newaxis]
        filed = np.minimum(by.chinese / np.where(reaches > 0, reaches, 1e-300), most)
        backlog, valid, shipped = steady(filed, state.licensed, state.hazard, rules, LONGEST_WAIT)
        state.backlog[:], state.valid[:], state.expected_backlog[:] = backlog, valid, backlog
        state.transit[:] = 0.0
        _fill(state.transit, np.minimum(shipped, rules.capacity), params.holding.transit, days / 7)
        for stocks in (state.stock, state.held, state.low, state.high):
            stocks *= np.asarray(starting_cover)[:, np.newaxis]
        normal = by.normal_exports
        exported = cells.by_material(by.need * np.minimum(shipped, rules.capacity))
        state.exports[:] = np.where(normal > 0, exported / np.where(normal > 0, normal, 1.0), 1.0)
        return state

    def take(self, rows: NDArray[np.intp] | slice) -> Self:
        """Some runs, copied."""
        taken = {}
        for name, value in self.arrays().items():
            if name in ("stock", "transit"):
                taken[name] = laid(value[:, rows])
            elif name == "spread":
                taken[name] = np.array(value[:, rows], order="C")
            else:
                taken[name] = np.array(value[rows], order="F" if value.flags.f_contiguous else "C")
        return type(self)(**taken, slot=self.slot, days=self.days)

    def arrays(self) -> dict[str, Numbers]:
        """All arrays by name, not copied."""
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name not in ("slot", "days")}


def target_hazard(approval: Numbers, params: Parameters) -> Numbers:
    """Processing hazard [run, cell] a week at an approval share, no faster than the fastest there is.

    The share is of civil applications; those for military use wait as long, for another answer.
    """
    fastest, civil = params.licensing.general_hazard[:, np.newaxis], params.licensing.granted_civil[:, np.newaxis]
    return np.minimum(hazard_of(approval, civil, CLOCK_WEEKS), fastest)


def _spread(given: int | Numbers, params: Parameters) -> Numbers:
    return quantiles(given, params.holding.cover_dispersion) if isinstance(given, int) else given[:, np.newaxis]


def _count(given: int | Numbers) -> int:
    return given if isinstance(given, int) else len(given)


def _fill(ring: Numbers, shipped: Numbers, journey: Numbers, weeks: float) -> None:
    """Lay the ring as if `shipped` had been sent for ever."""
    for slot in range(len(ring)):
        ring[slot] = shipped * weeks * np.clip(journey / weeks - slot, 0.0, 1.0)[:, np.newaxis]
