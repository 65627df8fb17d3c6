"""Policies: how an actor decides. Scripts, doctrines and the doctrines that come ready-made."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from sim.scenario.expressions import parse as parse_expression
from sim.scenario.moves import Moves
from sim.scenario.parts import Condition, Name, Names, Part, ShareOrExpression, Title
from sim.scenario.problems import closest, describe
from sim.scenario.scalars import AnyScalar, Day, Duration, Points
from sim.scenario.scalars import parse as parse_scalar
from sim.scenario.units import Dimension

DECISION_POINTS = ("review", "reaction", "deadline")
"""When an actor decides besides its milestones."""


class Rule(Part):
    """When the condition holds at a decision point, do the moves with the stated probability."""

    title: Title | None = None
    at: Names = Field(
        default_factory=list,
        description="milestones, review, reaction, deadline; nothing means every decision point of the actor",
    )
    when: Condition = Field(default_factory=lambda: parse_expression("True"))
    probability: ShareOrExpression = Field(default_factory=lambda: parse_scalar("100 %", Dimension.share))
    draw: Literal["each", "once"] = Field(
        "each",
        description="each: a new draw at every decision point; once: one draw decides for the whole run",
    )
    do: Moves


class Hold(Part):
    """Moves only as its own rules say."""

    preset: Literal["hold"] = Field("hold", exclude=True)


class Mirror(Part):
    """Answer a rate with a rate: own = base + reciprocity × theirs, clipped to [0, cap] (Rapoport; Richardson)."""

    preset: Literal["mirror"] = Field("mirror", exclude=True)
    lever: str = Field(description="own tariff whose rate answers")
    answers: str = Field(description="the other side's tariff")
    reciprocity: AnyScalar = Field(
        description="answer per point of theirs; two mirrors escalate iff the product is ≥ 1"
    )
    base: Points = Field(default_factory=lambda: parse_scalar("0 pp", Dimension.points))
    cap: Points
    smallest_step: Points = Field(
        default_factory=lambda: parse_scalar("0.5 pp", Dimension.points),
        description="smaller changes are not made",
    )


class Grit(Part):
    """Graduated reciprocation (Osgood 1962): cut, wait, and cut again only if the other side has cut too."""

    preset: Literal["grit"] = Field("grit", exclude=True)
    lever: str
    answers: str
    cut: Points
    patience: Duration = Field(description="days within which the other side must have cut")
    floor: Points = Field(default_factory=lambda: parse_scalar("0 pp", Dimension.points))


class Brinkmanship(Part):
    """Threaten with a fuse; at the last day to act carry out or let it lapse; withdraw when the cause is gone."""

    preset: Literal["brinkmanship"] = Field("brinkmanship", exclude=True)
    lever: str
    answers: Names = Field(description="instruments of the other side that provoke the threat")
    threaten: ShareOrExpression = Field(description="probability of a threat at each decision point while provoked")
    fuse: Duration
    carry_out: ShareOrExpression = Field(description="probability of carrying out on the last day to act")


PRESETS: dict[str, type[Part]] = {"hold": Hold, "mirror": Mirror, "grit": Grit, "brinkmanship": Brinkmanship}


def _preset_of(value: Any) -> Any:
    """`preset: hold` and `preset: {mirror: {lever: …}}` are the two ways to write one."""
    if isinstance(value, Part):
        return value
    if isinstance(value, str):
        value = {value: {}}
    if not (isinstance(value, dict) and len(value) == 1 and next(iter(value)) in PRESETS):
        names = [str(key) for key in value] if isinstance(value, dict) else []
        near = next((near for name in names if (near := closest(name, PRESETS)) and near not in names), None)
        hint = f" (did you mean {near!r}?)" if near else ""
        found = " and ".join(map(repr, names)) or describe(value)
        raise ValueError(f"found {found}; a preset is one of {', '.join(PRESETS)}, with its settings below it{hint}")
    ((name, settings),) = value.items()
    return {name: settings or {}}


class Preset(Part):
    """One doctrine ready-made: hold, mirror, grit or brinkmanship."""

    hold: Hold | None = None
    mirror: Mirror | None = None
    grit: Grit | None = None
    brinkmanship: Brinkmanship | None = None

    @property
    def settings(self) -> Hold | Mirror | Grit | Brinkmanship:
        return self.mirror or self.grit or self.brinkmanship or self.hold or Hold()


class Doctrine(Part):
    """When/do rules, read top to bottom; every rule whose condition holds and whose draw comes up acts."""

    kind: Literal["doctrine"] = "doctrine"
    preset: Annotated[Preset, BeforeValidator(_preset_of, json_schema_input_type=Preset | Literal["hold"])] = Field(
        default_factory=Preset
    )
    rules: dict[Name, Rule] = Field(default_factory=dict)


class ScriptedMove(Part):
    """What the actor does on one date, whatever happens."""

    title: Title | None = None
    on: Day
    do: Moves


class Script(Part):
    """Does what the file says on the date it says."""

    kind: Literal["script"] = "script"
    moves: list[ScriptedMove]


Policy = Annotated[Doctrine | Script, Field(discriminator="kind")]
