"""The supply layer of a scenario: what industries need of scarce materials, from whom, and with how much in store.

The defaults are in `supply.yaml` beside this module, each with its range, its source and the day on which that was
known. They are laid under the section leaf by leaf (:func:`sim.scenario.overlay.with_defaults`), so that a file says
only what it has otherwise. Weeks, years and rates are numbers; their units are fixed here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from sim.scenario.parts import Date, Name, Names, Part, Title, listed
from sim.scenario.scalars import AnyScalar, Day, Scalar, Share
from sim.scenario.scalars import parse as parse_scalar
from sim.scenario.shapes import Distribution
from sim.scenario.units import Dimension

STAGES = ("mine", "separation", "metal", "magnet", "end_to_end")
"""steps from the ground to the magnet, or to what else is used; `end_to_end` is a chain without any Chinese step"""
BRANCHES = ("leontief", "ces")
"""ways in which output follows from what is short"""
Denied = Annotated[list[Literal["technology", "experts"]], BeforeValidator(listed)]
"""what an export control may deny beside goods"""
Measure = Literal["stockpile_release", "price_floor", "offtake", "capacity_subsidy", "pooling"]
WEEK = 7.0
"""days"""


# ── Scalars with bounds of their own ─────────────────────────────────────────────────────────────────


def _within(scalar: Scalar, what: str, least: float, most: float, open_below: bool) -> None:
    """ValueError where something may be drawn outside; a lognormal stays above 0 though its reach begins there."""
    low, high = scalar.distribution.reach()
    at_the_end = open_below and low == least and scalar.distribution.shape != "lognormal"
    if low < least or high > most or at_the_end:
        cure = "" if math.isfinite(low) and math.isfinite(high) else ", or add truncate: [least, most]"
        raise ValueError(f"found {scalar.describe()}; give {what}{cure}")


def _number(unit: str, least: float = 0.0, most: float = math.inf, open_below: bool = False) -> AfterValidator:
    """Takes numbers, bare or in the unit, in which they are kept."""
    ends = f"above {least:g}" if open_below else f"of at least {least:g}"
    ends = ends if math.isinf(most) else f"{ends} and at most {most:g}"
    written = f"as in 0.2 {unit}" if unit.startswith("a ") else f"in {unit}"
    what = f"a number {ends}" + (f", bare or {written}" if unit else "")

    def check(scalar: Scalar) -> Scalar:
        if scalar.dimension is not Dimension.number or scalar.unit not in ("", unit):
            raise ValueError(f"found {scalar.describe()}; give {what}")
        _within(scalar, what, least, most, open_below)
        return replace(scalar, unit=unit)

    return AfterValidator(check)


def _weeks(open_below: bool = False) -> AfterValidator:
    """Takes numbers of weeks, bare, and durations, which become weeks."""
    what = f"weeks, {'more than' if open_below else 'at least'} 0, such as 9 or 9 weeks"

    def check(scalar: Scalar) -> Scalar:
        if scalar.dimension is Dimension.days:
            scalar = replace(scalar, distribution=_divided(scalar.distribution, WEEK))
        elif scalar.dimension is not Dimension.number or scalar.unit:
            raise ValueError(f"found {scalar.describe()}; give {what}")
        scalar = replace(scalar, dimension=Dimension.number, unit="weeks")
        _within(scalar, what, 0, math.inf, open_below)
        return scalar

    return AfterValidator(check)


def _divided(distribution: Distribution, by: float) -> Distribution:
    """The distribution of what is drawn, divided."""
    own = distribution.parameters
    numbers = {"beta": slice(2, None), "lognormal": slice(0, 1)}.get(distribution.shape, slice(0, None))
    if distribution.shape in ("table", "choice"):
        numbers = slice(len(own) // 2, None)
    parameters = list(own)
    parameters[numbers] = [number / by for number in own[numbers]]
    lower, upper = (end if end is None else end / by for end in (distribution.lower, distribution.upper))
    shift = distribution.shift / by
    return replace(distribution, parameters=tuple(parameters), lower=lower, upper=upper, shift=shift)


def _word(allowed: tuple[str, ...]) -> AfterValidator:
    """Takes a word, or a choice of words, of the allowed ones."""

    def check(scalar: Scalar) -> Scalar:
        wrong = [word for word in scalar.distribution.labels if word not in allowed]
        if scalar.dimension is not Dimension.choice or wrong:
            found = repr(wrong[0]) if wrong else scalar.describe()
            raise ValueError(f"found {found}; give one of {', '.join(allowed)}, or a choice of them")
        return scalar

    return AfterValidator(check)


def _positive_share(scalar: Scalar) -> Scalar:
    _within(scalar, "a share above 0 %", 0, 1, open_below=True)
    return scalar


Weeks = Annotated[AnyScalar, _weeks()]
SomeWeeks = Annotated[AnyScalar, _weeks(open_below=True)]
Years = Annotated[AnyScalar, _number("years")]
SomeYears = Annotated[AnyScalar, _number("years", open_below=True)]
WeeklyRate = Annotated[AnyScalar, _number("a week", open_below=True)]
YearlyRate = Annotated[AnyScalar, _number("a year")]
Times = Annotated[AnyScalar, _number("times")]
AtLeastOnce = Annotated[AnyScalar, _number("times", least=1)]
AtMostOnce = Annotated[AnyScalar, _number("times", most=1, open_below=True)]
Response = Annotated[AnyScalar, _number("")]
Elasticity = Annotated[AnyScalar, _number("", open_below=True)]
TonnesAYear = Annotated[AnyScalar, _number("t/y")]
TonnesAWeek = Annotated[AnyScalar, _number("t/week", open_below=True)]
Price = Annotated[AnyScalar, _number("USD/kg", open_below=True)]
Branch = Annotated[AnyScalar, _word(BRANCHES)]
SomeShare = Annotated[Share, AfterValidator(_positive_share)]
Pair = Annotated[float, Field(gt=-1, lt=1, strict=True)]
AllPairs = Annotated[float, Field(ge=0, lt=1, strict=True)]
"""between any number of values, which below 0 not all can have"""


def _is(text: str, dimension: Dimension) -> Callable[[], Scalar]:
    return lambda: parse_scalar(text, dimension)


def _named(held: Any) -> Any:
    """A mapping without the names that are taken out with null."""
    return {name: part for name, part in held.items() if part is not None} if isinstance(held, dict) else held


def _names_of(part: type[Part]) -> BeforeValidator:
    """Of a mapping of names from which null takes one out."""
    return BeforeValidator(_named, json_schema_input_type=dict[Name, part | None])  # type: ignore[valid-type]


# ── How licences, stocks, output and prices work ─────────────────────────────────────────────────────


class Licensing(Part):
    """How the seller's licences are handled; the approvals themselves are those of the controls."""

    general_hazard: WeeklyRate = Field(
        description="fastest processing of applications, as under general licences: part of those waiting, a week"
    )
    granted_civil: Share = Field(description="part granted of what is decided, civil use, in tonnes")
    granted_military: Share = Field(description="the same for military use")
    refiled: Share = Field(description="part of what is denied that is filed again")
    validity: SomeWeeks = Field(description="weeks for which a licence holds")
    shipping: WeeklyRate = Field(description="part of the licensed tonnes shipped, a week")
    easing: Weeks = Field(description="weeks in which processing follows a political signal to ease, to 1/e")
    tightening: Weeks = Field(description="the same, to tighten")
    export_capacity: AtLeastOnce = Field(description="largest flow that the seller can ship, of the normal one")
    staff_cap: dict[str, TonnesAWeek] = Field(
        default_factory=dict, description="most tonnes that officials can decide, a week, by material; none: no limit"
    )


class Holding(Part):
    """How users hold stocks, and what they do when these run down."""

    cover_dispersion: Response = Field(description="spread of cover between the users of a sector, log")
    restoration: SomeWeeks = Field(description="weeks in which a gap to the target is ordered, to 1/e")
    hoarding: AtLeastOnce = Field(description="target under a threat, of the normal one")
    hoarding_lag: Weeks = Field(description="weeks until users answer a threat")
    rationing_start: Share = Field(
        description="part of the target at which users begin to use less; 0 %: they stop only when nothing is left"
    )
    triage: Share = Field(description="part of what comes that goes first where production would stop")
    transit: Weeks = Field(description="weeks from shipment to arrival, beside goods at sea that count as cover")
    leakage: Share = Field(description="part of what is held back that comes through third countries")
    leakage_delay: Weeks = Field(description="further weeks that it takes")
    adaptation_rate: Share = Field(description="part of the need designed away in a year, once it has begun")
    adaptation_price: AtLeastOnce = Field(description="quoted price, of that at rest, at which that begins")
    adaptation_cover: Weeks = Field(description="cover below which it begins too")
    adaptation_decay: SomeYears = Field(description="years in which it is undone in calm, to 1/e")


class Output(Part):
    """How output follows from what is short, in both branches."""

    sigma_short: Elasticity = Field(description="elasticity of substitution at once, branch ces")
    sigma_long: Elasticity = Field(description="elasticity of substitution in the end, branch ces")
    sigma_time: SomeYears = Field(description="years in which one becomes the other, to 1/e")
    cost_share: SomeShare = Field(description="share of the parts that need the material in cost, branch ces")
    recovered: Share = Field(description="part of lost output that is made up later")
    overproduction: AtLeastOnce = Field(description="largest output while it is made up, of the normal one")
    network_multiplier: AtLeastOnce = Field(description="loss of value added in all, of that in the sectors")


class Prices(Part):
    """How quoted prices outside China answer to shortage."""

    adjustment: WeeklyRate = Field(description="part of the gap to the price of shortage closed, a week")
    exposed: Share = Field(description="part of volume that pays the quoted price")
    chinese_response: Share = Field(description="fall of the price inside China with exports blocked in full")
    half_life: SomeYears = Field(description="years in which half of a quote is gone once the shortage is over")
    deadband: Weeks = Field(description="weeks of shortage before quotes move")
    panic_cover: Weeks = Field(description="cover below which they move at once")


class Stockpiles(Part):
    """How public stocks are released; how large they are stands with the materials."""

    release_cap: Share = Field(description="most that is released, of the need")
    decision_lag: Weeks = Field(description="weeks from the decision to the release")


class Building(Part):
    """How capacity outside China grows: named projects first, then a logistic of effective years."""

    demand_growth: Share = Field(description="growth of need outside China, a year")
    denial_time: AtLeastOnce = Field(description="time that building takes without Chinese technology and experts")
    denial_delay: Years = Field(description="years of pause when both are denied")
    access_time: AtMostOnce = Field(description="time that it takes with both, of that under the rules of 2023")
    access: Share = Field(description="how far both can be had: 0 % as under the rules of 2023, 100 % in full")
    price_response: Response = Field(description="elasticity of the pace of building to the price paid")
    slowest: AtMostOnce = Field(description="least pace that prices make")
    fastest: AtLeastOnce = Field(description="largest pace that prices make")
    subsidy_response: Response = Field(description="rise of that pace with all capital cost paid")
    first_utilisation: SomeShare = Field(description="use of a new plant in its first two years")
    utilisation: SomeShare = Field(description="use of a plant in the end")
    ramp: SomeYears = Field(description="years in which one becomes the other, to 1/e")
    slip: Years = Field(description="years by which projects come late")
    realisation: Share = Field(description="chance that a project without one of its own is built")
    projects_until: Date = Field(description="last day on which capacity is that of projects")


class Correlations(Part):
    """Correlations between uncertain values of the section; 0 takes one out, and those of the file come first."""

    cover_dispersion: Pair = Field(-0.3, description="of each cover with `holding.cover_dispersion`")
    price_adjustment: Pair = Field(-0.3, description="of each material's elasticity with `prices.adjustment`")
    growth: AllPairs = Field(0.6, description="between each two stages' growth")
    criticality: Pair = Field(-0.5, description="of each sector's criticality with `output.sigma_short`")
    slip: Pair = Field(-0.5, description="of `building.slip` with `building.realisation`")


# ── Who needs what ───────────────────────────────────────────────────────────────────────────────────


class Region(Part):
    """A buyer of materials, made of regions of the economy's data."""

    title: Title
    regions: list[str] = Field(min_length=1, description="region codes of the economy's data")
    cover: dict[str, SomeWeeks] = Field(description="median weeks of need held, by sector")


class Sector(Part):
    """A user of materials."""

    title: Title
    sector: Title = Field(description="sector of the economy's data that it is part of")
    part: SomeShare = Field(description="part of that sector's output")
    substitutable: Share = Field(description="part of the need that can be done without at once")
    adaptation_limit: Share = Field(description="part of the need that can be designed away in the end")
    criticality: Share = Field(description="fall of output with nothing of a material, branch leontief")
    military: bool = Field(False, strict=True, description="whether licences are those for military use")


class Stage(Part):
    """A step of the chain outside China."""

    share: SomeShare = Field(description="capacity outside China, of the need there")
    growth: YearlyRate = Field(description="slope of its logistic, a year")


class Material(Part):
    """A material: who needs how much of it, and who else makes it."""

    title: Title
    price: Price = Field(description="at rest")
    elasticity: Elasticity = Field(description="short-run elasticity of demand to the price, positive")
    price_cap: AtLeastOnce = Field(description="largest quoted price, of that at rest")
    feed_dependence: Share = Field(
        default_factory=_is("0 %", Dimension.share),
        description="part of what is made outside China that needs Chinese feed",
    )
    chinese_share: dict[str, Share] = Field(description="part of the need that China supplies, by region")
    need: dict[str, dict[str, TonnesAYear]] = Field(description="tonnes a year, by region and sector")
    stockpile: dict[str, Weeks] = Field(
        default_factory=dict, description="public stock in weeks of the region's need, by region; none: no stock"
    )
    dependence: dict[str, Share] = Field(
        default_factory=dict, description="part of a sector's output that needs it, by sector; none: all"
    )
    stages: dict[str, Stage] = Field(default_factory=dict, description=f"steps of the chain: {', '.join(STAGES)}")


class Project(Part):
    """A plant outside China that has been announced, beyond the capacity of the stages' shares."""

    title: Title
    stage: Literal["mine", "separation", "metal", "magnet"] = Field(description="step of the chain")
    material: Names = Field(description="material or materials, among which its capacity is split by need")
    region: Name = Field(description="where it stands")
    capacity: TonnesAYear = Field(description="in tonnes of what is needed, such as magnets")
    start: Day = Field(description="planned first day, before any slip")
    probability: Share | None = Field(None, description="chance that it is built; default: `building.realisation`")


class Supply(Part):
    """The supply of scarce materials, week by week. With the section, licences, stocks and shortage are simulated."""

    horizon: Date | None = Field(
        None,
        description="last day to which capacity is followed, the policy of the last day held; default: 20 years on",
    )
    production: Branch = Field(description="how output follows from what is short: `leontief`, `ces`, or a choice")
    starting_cover: Share = Field(description="stocks on as_of, of their target")
    licensing: Licensing = Field(description="how licences are handled")
    holding: Holding = Field(description="how stocks are held")
    output: Output = Field(description="how output follows")
    prices: Prices = Field(description="how quoted prices answer")
    stockpiles: Stockpiles = Field(description="how public stocks are released")
    building: Building = Field(description="how capacity outside China grows")
    correlations: Correlations = Field(default_factory=Correlations, description="between uncertain values of these")
    regions: Annotated[dict[Name, Region], _names_of(Region)] = Field(min_length=1, description="buyers")
    sectors: Annotated[dict[Name, Sector], _names_of(Sector)] = Field(min_length=1, description="users")
    materials: Annotated[dict[Name, Material], _names_of(Material)] = Field(
        default_factory=dict, description="materials; those that a control names are laid without being written"
    )
    projects: Annotated[dict[Name, Project], _names_of(Project)] = Field(
        default_factory=dict, description="plants that have been announced"
    )

    def titles(self) -> dict[str, str]:
        """Name → title of the regions and the sectors."""
        return {name: part.title for names in (self.regions, self.sectors) for name, part in names.items()}


class Support(Part):
    """What an instrument of kind support does for the supply of materials."""

    measure: Measure = Field(description="what is done")
    material: Name | None = Field(None, description="for which material; none: for all")
    amount: AnyScalar | None = Field(
        None,
        description="of a price_floor USD/kg; of an offtake the part of the need outside China under contract; "
        "of a capacity_subsidy the part of capital cost; the others have none",
    )
