"""What governments hold in place during a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from sim.supply.parameters import Parameters

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(eq=False)
class Controls:
    """The first axis is the run, or has length 1."""

    licensed: Numbers
    """[run, region, sector, material] share of the Chinese flow that needs a licence"""
    approval: Numbers
    """[run, region, sector, material] share of the applications of the past legal clock that has been granted; it sets
    the processing hazard, and 0 is an embargo"""
    threatened: Flags
    """[run, material] buyers hoard"""
    technology_denied: Numbers
    """[run] share of Chinese technology that is denied"""
    experts_denied: Numbers
    """[run] share of Chinese experts that is denied"""
    released: Flags
    """[run, region, material] release of the stockpile is asked for"""
    pooled: Flags
    """[run, region] regions that put their stockpiles and what is not Chinese together"""
    price_floor: Numbers
    """[run, material] USD per kg, 0 where there is none"""
    floor_scope: Numbers
    """[run] share of non-Chinese output that has the floor"""
    subsidy: Numbers
    """[run] share of the capital cost of new capacity that is paid"""
    non_chinese: Numbers | None = None
    """[run, region, material] share of need met without China, in place of what capacity says"""

    @classmethod
    def open(cls, params: Parameters, runs: int = 1) -> Self:
        """Nothing is controlled or supported."""
        regions, sectors, materials = params.need.shape[1:]
        cell = (runs, regions, sectors, materials)
        return cls(
            licensed=np.zeros(cell),
            approval=np.ones(cell),
            threatened=np.zeros((runs, materials), dtype=bool),
            technology_denied=np.zeros(runs),
            experts_denied=np.zeros(runs),
            released=np.zeros((runs, regions, materials), dtype=bool),
            pooled=np.zeros((runs, regions), dtype=bool),
            price_floor=np.zeros((runs, materials)),
            floor_scope=np.zeros(runs),
            subsidy=np.zeros(runs),
        )
