"""What a result says of materials: exports under licence, prices, who else supplies them, what the seller earns."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.analysis.economy import Band, band
from sim.analysis.supply import WEEKS_A_YEAR, Recorded, number, times
from sim.results import store
from sim.results.result import Steps

QUARTILES = (25, 50, 75)
"""Per cent of the demand outside China whose years are told."""
UNMOVED = 1e-6
"""Per cent or ratio below which a change is arithmetic, not a change."""


class Materials(Recorded):
    """Materials and the stages of their chains."""

    @cached_property
    def names(self) -> dict[str, str]:
        """Material → what it is called."""
        return dict(self.about["material_names"])

    @cached_property
    def stage_names(self) -> dict[str, str]:
        """Stage → what it is called."""
        return dict(self.about["stage_names"])

    def path(self, column: str, material: str) -> Steps:
        """A column of the table `supply_materials` for one material."""
        return self.path_of("supply_materials", "material", self.materials.index(material), column)

    def on(self, column: str, day: int) -> NDArray[np.float64]:
        """[run, material] a column on a recorded day."""
        return self.cells("supply_materials", column, {"material": len(self.materials)}, f"day = {day}")

    def peak(self, column: str) -> NDArray[np.float64]:
        """[run, material] the highest value on any recorded day."""
        return self.highest("supply_materials", column, "material", len(self.materials))

    def least(self, column: str) -> NDArray[np.float64]:
        """[run, material] the lowest value on any recorded day."""
        return -self.peak(f"-{column}")

    # ── What moves ───────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def curbed(self) -> list[str]:
        """Materials whose exports differ from normal, here or with the policy held; largest fall of sales first."""
        lowest = self.least("exports_percent")
        ends = [lowest, self.peak("exports_percent"), self.least("held_exports_percent")]
        moved = np.max([np.abs(one - 100) for one in ends], axis=0) > UNMOVED
        return self._ordered(moved, (lowest.mean(axis=0) - 100) * self._worth)

    @cached_property
    def dearer(self) -> list[str]:
        """Materials whose quoted price moves in some future, the largest rise first, times what is sold."""
        highest = self.peak("quoted_ratio")
        moved = (np.abs(highest - 1) > UNMOVED) | (np.abs(self.least("quoted_ratio") - 1) > UNMOVED)
        return self._ordered(moved, -(highest.mean(axis=0) - 1) * self._worth)

    @property
    def _worth(self) -> NDArray[np.float64]:
        """[material] normal exports of China, million USD a week."""
        return np.array([self.about["normal_exports_musd_a_week"][code] for code in self.materials])

    def _ordered(self, moved: NDArray[np.bool_], sizes: NDArray[np.float64]) -> list[str]:
        """Materials that have moved in any run, by size."""
        return [self.materials[place] for place in np.argsort(sizes, kind="stable") if moved[:, place].any()]

    # ── Stages ───────────────────────────────────────────────────────────────────────────────────────

    def by_stage(self, column: str) -> NDArray[np.float64]:
        """[run, material, stage] a column of the table `supply_years`; not a number where a chain lacks the stage."""
        found = store.read(self.result.folder, "supply_years", f"run, material, stage, {number(column)} AS value")
        values = np.full((self.result.runs, len(self.materials), len(self.stages)), np.nan)
        values[found["run"], found["material"], found["stage"]] = found["value"]
        return values

    def shares(self, material: str) -> dict[str, tuple[float, Band]]:
        """Stage of a material → share met without China, per cent: on as_of (median) and at the horizon (band)."""
        place = self.materials.index(material)
        start, end = (self.by_stage(f"share_{moment}_percent")[:, place] for moment in ("start", "end"))
        chosen = [k for k in range(len(self.stages)) if not np.isnan(start[:, k]).all()]
        return {self.stages[k]: (float(np.nanmedian(start[:, k])), band(end[:, k])) for k in chosen}

    def years(self, material: str, stage: str, percent: int, held: bool = False) -> Band:
        """Years from as_of to a share of demand without China; infinite beyond the end of what is followed."""
        column = f"held_years_{percent}" if held else f"years_{percent}"
        return times(self.by_stage(column)[:, self.materials.index(material), self.stages.index(stage)])

    # ── Money ────────────────────────────────────────────────────────────────────────────────────────

    @property
    def sales(self) -> dict[str, float]:
        """Material → million USD that China earns with it in a normal week."""
        return {code: float(value) for code, value in self.about["normal_exports_musd_a_week"].items()}

    @property
    def hanging(self) -> dict[str, float]:
        """Region → million USD a week of value added in the sectors that use the materials."""
        return {code: float(value) * 1000 / WEEKS_A_YEAR for code, value in self.about["value_added_bn"].items()}
