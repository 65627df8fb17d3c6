"""Doctrines ready-made, as when/do rules: hold, mirror, graduated reciprocity (GRIT), brinkmanship.

Each function returns rules by name. Their settings are names of the expression language
(`us.preset.reciprocity`), so an expanded rule reads like one that a user types in.
"""

from __future__ import annotations

from functools import singledispatch

from sim.scenario.policies import Brinkmanship, Grit, Hold, Mirror, Rule
from sim.scenario.scalars import Scalar


@singledispatch
def expand(settings: object, actor: str) -> dict[str, Rule]:
    """The rules of a preset for `actor`."""
    raise TypeError(f"no such preset: {type(settings).__name__}")


@expand.register
def _hold(settings: Hold, actor: str) -> dict[str, Rule]:
    return {}


@expand.register
def _mirror(settings: Mirror, actor: str) -> dict[str, Rule]:
    """Own rate = base + reciprocity × theirs within [0, cap].

    Two mirrors settle at (b₁ + ρ₁b₂)/(1 − ρ₁ρ₂) when ρ₁ρ₂ < 1 and escalate to their caps otherwise
    (Rapoport, Fights, Games and Debates, 1960; the fixed point is that of Richardson's linear model).
    """
    own, theirs = settings.lever, settings.answers
    target = (
        f"max(pp('0 pp'), min({actor}.preset.cap, {actor}.preset.base + {actor}.preset.reciprocity * {theirs}.rate))"
    )
    rule = {
        "title": "answer in kind",
        "at": ["reaction", "review"],
        "when": f"abs({target} - {own}.rate) >= {actor}.preset.smallest_step",
        "do": {"set_rate": own, "to": target},
    }
    return {"mirror": Rule.model_validate(rule)}


@expand.register
def _grit(settings: Grit, actor: str) -> dict[str, Rule]:
    """Cut first; cut again only once the other side has cut within the stated patience (Osgood 1962)."""
    own, theirs = settings.lever, settings.answers
    reciprocated = (
        f"defined({own}.cut_on) and defined({theirs}.cut_on) and {theirs}.cut_on >= {own}.cut_on "
        f"and {theirs}.cut_on <= {own}.cut_on + {actor}.preset.patience"
    )
    rule = {
        "title": "cut, wait, cut again if answered",
        "at": ["review"],
        "when": f"{own}.rate > {actor}.preset.floor and (not defined({own}.cut_on) or ({reciprocated}))",
        "do": {"set_rate": own, "to": f"max({actor}.preset.floor, {own}.rate - {actor}.preset.cut)"},
    }
    return {"grit": Rule.model_validate(rule)}


@expand.register
def _brinkmanship(settings: Brinkmanship, actor: str) -> dict[str, Rule]:
    """Threaten while provoked; decide on the last day to act; withdraw when the cause is gone (Schelling 1960)."""
    lever = settings.lever
    provoked = " or ".join(f"({name}.enacted and not {name}.suspended)" for name in settings.answers)
    threaten = {
        "title": "threaten",
        "when": f"({provoked}) and {lever}.available and not {lever}.threatened",
        "probability": _probability(settings.threaten, f"{actor}.preset.threaten"),
        "do": {"threaten": lever, "in": f"{actor}.preset.fuse"},
    }
    carry_out = {
        "title": "carry out the threat",
        "at": ["deadline"],
        "when": f"{lever}.threatened and ({provoked})",
        "probability": _probability(settings.carry_out, f"{actor}.preset.carry_out"),
        "do": {"enact": lever},
    }
    withdraw = {
        "title": "withdraw the threat",
        "when": f"{lever}.threatened and not ({provoked})",
        "do": {"withdraw": lever},
    }
    rules = {"withdraw_threat": withdraw, "carry_out_threat": carry_out, "threaten": threaten}
    return {name: Rule.model_validate(rule) for name, rule in rules.items()}


def _probability(setting: object, name: str) -> object:
    """An expression as typed, or the name under which a quantity is known."""
    return name if isinstance(setting, Scalar) else setting
