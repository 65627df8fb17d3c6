"""The economy of a scenario: whose trade it is, how it responds to prices and over what time, what limits output.

The defaults of the uncertain values are in `economy.yaml` beside this module, each with its range and its source. They
are laid under the section as if they had been written in it (:func:`sim.scenario.overlay.with_defaults`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sim.scenario import defaults
from sim.scenario.parts import Date, Name, Names, Part, Prose, Title
from sim.scenario.scalars import AnyScalar, Duration, Scalar, Share
from sim.scenario.scalars import parse as parse_scalar
from sim.scenario.units import Dimension

SHIPPED_DATA = ("world_2024",)
"""Names of data sets that come with Parley; anything else is a folder."""
REVENUE = ("rebated", "tax_relief")
LARGEST_ELASTICITY = 100.0
"""Above any estimate in use (64.85 for petroleum in Caliendo and Parro 2015)."""


# ── Scalars with bounds of their own ─────────────────────────────────────────────────────────────────


def _between(least: float, most: float, unit: str = "", positive: bool = False) -> AfterValidator:
    """Takes numbers from `least` to `most`, bare or in the unit, in which they are kept."""
    ends = f"above {least:g} and at most {most:g}" if positive else f"from {least:g} to {most:g}"
    what = f"a number {ends}" + (f", bare or in {unit}" if unit else "")

    def check(scalar: Scalar) -> Scalar:
        if scalar.dimension is not Dimension.number or scalar.unit not in ("", unit):
            raise ValueError(f"found {scalar.describe()}; give {what}")
        low, high = scalar.distribution.reach()
        if low < least or high > most or (positive and low <= least):
            cure = "" if math.isfinite(low) and math.isfinite(high) else ", or add truncate: [least, most]"
            raise ValueError(f"found {scalar.describe()}; give {what}{cure}")
        return replace(scalar, unit=unit)

    return AfterValidator(check)


def _word(allowed: tuple[str, ...] = ()) -> AfterValidator:
    """Takes a word, or a choice of words, of the allowed ones."""
    what = f"one of {', '.join(allowed)}, or a choice of them" if allowed else "a word, or a choice of words"

    def check(scalar: Scalar) -> Scalar:
        wrong = [word for word in scalar.distribution.labels if allowed and word not in allowed]
        if scalar.dimension is not Dimension.choice or wrong:
            raise ValueError(f"found {repr(wrong[0]) if wrong else scalar.describe()}; give {what}")
        return scalar

    return AfterValidator(check)


def _code(text: str) -> str:
    if re.fullmatch(r"[^\W\d_][\w-]*", text) is None:
        raise ValueError(f"found {text!r}; the code of a sector has letters, digits, _ and -, and starts with a letter")
    return text


Code = Annotated[str, AfterValidator(_code)]
"""A sector as a key, and so as a part of a path."""
Elasticity = Annotated[AnyScalar, _between(0, LARGEST_ELASTICITY, positive=True)]
Factor = Annotated[AnyScalar, _between(0, LARGEST_ELASTICITY, "times", positive=True)]
Response = Annotated[AnyScalar, _between(0, LARGEST_ELASTICITY)]
Persons = Annotated[AnyScalar, _between(0, 100, "persons", positive=True)]
SetNames = Annotated[AnyScalar, _word()]
Revenue = Annotated[AnyScalar, _word(REVENUE)]


def _default(key: str, dimension: Dimension | None = None, unit: str | None = None) -> Callable[[], Scalar]:
    """Makes the shipped default of a key, in its unit."""

    def make() -> Scalar:
        scalar = parse_scalar(defaults.of_economy(key), dimension)
        return scalar if unit is None else replace(scalar, unit=unit)

    return make


# ── Parts ────────────────────────────────────────────────────────────────────────────────────────────


class Restriction(Part):
    """What an export control or a quota holds back: an item, as a part of the exporter's sales in a sector."""

    item: Prose = Field(description="what it is, in words")
    sector: Title = Field(description="sector of the economy's data that it is sold in")
    share: Share = Field(
        default_factory=lambda: parse_scalar("100 %", Dimension.share),
        description="part of the exporter's sales to the importer in the sector that the item is",
    )
    allowed: Share | None = Field(
        None, description="quantity let through, of that in the base; default: the instrument's approval, else none"
    )
    from_: Names = Field(
        default_factory=list,
        alias="from",
        description="actors whose exports are bound; default: those of the holder, of a quota those of all in `on`",
    )
    material: Name | None = Field(
        None, description="material that stands behind it: then it acts through the supply of it alone"
    )
    uses: Names = Field(
        default_factory=list, description="supply sectors that are bound, with `material`; default: all"
    )


class Capacity(Part):
    """A limit on what a sector can produce."""

    actor: Title | None = Field(None, description="actor in all of whose regions it holds")
    region: Title | None = Field(None, description="or one region of the economy's data")
    sector: Title = Field(description="sector of the economy's data")
    limit: Share = Field(description="largest output, of that in the base year")
    from_: Date = Field(alias="from", description="first day")
    until: Date | None = Field(None, description="last day; none: to the horizon")


class Economy(Part):
    """The economy in which policy is felt. With the section, an equilibrium is solved at every change of policy."""

    data: Title = Field("world_2024", description="`world_2024`, or a folder with a data set of your own")
    elasticities: SetNames = Field(
        default_factory=_default("elasticities"), description="named set of trade elasticities, or a choice of sets"
    )
    elasticity_factor: Factor = Field(
        default_factory=_default("elasticity_factor", unit="times"),
        description="by which all of the set are multiplied",
    )
    sector_elasticities: dict[Code, Elasticity] = Field(
        default_factory=dict, description="trade elasticities in the place of the set's, by sector"
    )
    elasticity_correlation: float = Field(
        0.5, ge=0, lt=1, strict=True, description="between each two uncertain ones of `sector_elasticities`"
    )
    deficits: Literal["held", "purged"] = Field(
        "held", description="trade deficits of the base: held as they are, or taken out first"
    )
    against: Literal["as_of", "base_year"] = Field(
        "as_of", description="what effects are against: the policy of as_of held, or that of the base year"
    )
    revenue: Revenue = Field(
        default_factory=_default("revenue"),
        description="use of tariff revenue: `rebated` in equal sums, or for `tax_relief` on labour",
    )
    labour_supply: Response = Field(
        default_factory=_default("labour_supply", unit=""),
        description="elasticity of labour to the real wage after tax",
    )
    income_tax: Share = Field(
        default_factory=_default("income_tax", Dimension.share), description="average tax on labour income"
    )
    rent_share: Share = Field(
        default_factory=_default("rent_share", Dimension.share),
        description="part of the scarcity rent of a limit that falls to the exporter",
    )
    non_collection: Share = Field(
        default_factory=_default("non_collection", Dimension.share),
        description="part of a rise of a tariff that is never levied",
    )
    rerouting: Share = Field(
        default_factory=_default("rerouting", Dimension.share),
        description="part of the goods under a higher tariff than others' that comes in through third countries",
    )
    border_to_retail: Share = Field(
        default_factory=_default("border_to_retail", Dimension.share),
        description="rise of the shop price of an imported good, of that of its border price",
    )
    front_loading: Share = Field(
        default_factory=_default("front_loading", Dimension.share),
        description="imports above trend before an announced rise, at most",
    )
    front_loading_per_point: Share = Field(
        default_factory=_default("front_loading_per_point", Dimension.share),
        description="imports above trend for each point of an announced rise, up to `front_loading`",
    )
    front_loading_time: Duration = Field(
        default_factory=_default("front_loading_time", Dimension.days),
        description="days before the rise in which imports run ahead, at most: none lies before the announcement",
    )
    payback: Duration = Field(
        default_factory=_default("payback", Dimension.days),
        description="days from the rise in which that stock is used up",
    )
    response_first_year: Share = Field(
        default_factory=_default("response_first_year", Dimension.share),
        description="part of the long-run response of trade reached after one year",
    )
    adjustment_time: Duration = Field(
        default_factory=_default("adjustment_time", Dimension.days),
        description="days in which what is left of the response falls to 1/e",
    )
    persons_per_household: Persons = Field(
        default_factory=_default("persons_per_household", unit="persons"), description="for costs by household"
    )
    capacity: list[Capacity] = Field(default_factory=list, description="limits on the output of sectors")
