"""The World as the scenario's file sets it on the day it starts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.engine.plan import Plan
from sim.engine.view import value_of
from sim.negotiation.policy import Value
from sim.sampling.uniforms import Uniforms
from sim.scenario.model import Instrument, LegalBasis
from sim.scenario.scalars import Scalar
from sim.world.world import World, blank

RATE_KEYS = ("adds", "rate", "tops_up_to")
"""The keys of a tariff layer that give its rate, whatever the way it combines."""


class Opening:
    """Fills a blank World from the file: facts with their dates, and what chance has already decided."""

    def __init__(self, plan: Plan, run: NDArray[np.int64], values: Mapping[str, Value], uniforms: Uniforms) -> None:
        self.plan = plan
        self.values = values
        self.uniforms = uniforms
        counts = {section: len(names) for section, names in plan.columns.items()}
        counts |= {"bases": counts["legal_bases"], "actors": counts["deciders"]}
        counts |= {"rules": len(plan.rule_names)}
        counts |= {"series": len(plan.recorded_series), "trackers": len(plan.timed)}
        self.world = blank(run, counts)

    def fill(self) -> World:
        scenario, world = self.plan.scenario, self.world
        for column, (name, instrument) in enumerate(scenario.instruments.items()):
            self._instrument(column, f"instruments.{name}", instrument)
        for column, (name, agreement) in enumerate(scenario.agreements.items()):
            world.since[:, column] = self._of(agreement.since, f"agreements.{name}.since")
            world.expires[:, column] = self._of(agreement.expires, f"agreements.{name}.expires")
        for column, (name, milestone) in enumerate(scenario.milestones.items()):
            world.date[:, column] = self._of(milestone.date, f"milestones.{name}.date")
            chance = self._of(milestone.takes_place, f"milestones.{name}.takes_place")
            world.takes_place[:, column] = self.uniforms.draw(f"takes_place:{name}") < chance
        for column, (name, basis) in enumerate(scenario.legal_bases.items()):
            self._basis(column, name, basis)
        for column, coalition in enumerate(scenario.coalitions.values()):
            for member in coalition.joined:
                world.joined[:, self._cell(column, member)] = True
        for player in self.plan.players:
            world.next_review[:, player.index] = self.plan.as_of + self.decider(player.name, "review")
        world.today = self.plan.start - 1
        world.done = True
        return world

    def decider(self, name: str, key: str) -> Value:
        """A duration of an actor or coalition."""
        section = "actors" if name in self.plan.scenario.actors else "coalitions"
        part = dict(self.plan.scenario.deciders())[name]
        return self._of(getattr(part, key), f"{section}.{name}.{key}")

    def _of(self, scalar: Scalar, path: str) -> Value:
        return value_of(scalar, path, self.values)

    def _cell(self, column: int, decider: str) -> int:
        return column * len(self.plan.players) + self.plan.column("deciders", decider)

    def _instrument(self, column: int, path: str, part: Instrument) -> None:
        world = self.world
        for key, array in (("threatened", "threatened_on"), ("effective", "effective"), ("ends", "ends")):
            if (scalar := getattr(part, key)) is not None:
                getattr(world, array)[:, column] = self._of(scalar, f"{path}.{key}")
        if part.enacted is not None:
            self._enacted(column, path, part)
        for key, array in (
            ("share", "share"),
            ("approval", "approval"),
            *((key, "rate") for key in RATE_KEYS),
        ):
            if (scalar := getattr(part, key)) is not None:
                getattr(world, array)[:, column] = self._of(scalar, f"{path}.{key}")
        if part.by in self.plan.columns["coalitions"]:
            for member in self.plan.scenario.coalitions[part.by].joined:
                world.carried[:, self._cell(column, member)] = part.enacted is not None

    def _enacted(self, column: int, path: str, part: Instrument) -> None:
        """An act of the past: no threat any more, in force after its legal basis' lag unless the file says when."""
        world = self.world
        assert part.enacted is not None
        world.threatened_on[:, column] = MISSING
        world.enacted_on[:, column] = self._of(part.enacted, f"{path}.enacted")
        scenario, path_of_basis = self.plan.scenario, f"legal_bases.{part.legal_basis}"
        basis = None if part.legal_basis is None else scenario.legal_bases[part.legal_basis]
        if part.effective is None:
            lag = 0 if basis is None else self._of(basis.lag, f"{path_of_basis}.lag")
            world.effective[:, column] = world.enacted_on[:, column] + lag
        if part.ends is None and basis is not None and basis.longest_life is not None:
            life = self._of(basis.longest_life, f"{path_of_basis}.longest_life")
            world.ends[:, column] = world.effective[:, column] + life - 1

    def _basis(self, column: int, name: str, basis: LegalBasis) -> None:
        world = self.world
        if not basis.valid:
            world.invalid_from[:, column] = 0
        if (challenge := basis.challenge) is not None:
            path = f"legal_bases.{name}.challenge"
            world.decision[:, column] = self._of(challenge.decision, f"{path}.decision")
            struck = self.uniforms.draw(f"court:{name}") < self._of(challenge.struck, f"{path}.struck")
            world.struck[:, column] = struck
            falls = world.decision[:, column] + self._of(challenge.lag, f"{path}.lag")
            world.invalid_from[struck, column] = np.asarray(falls, dtype=np.int32)[struck]
