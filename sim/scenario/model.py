"""The scenario language: what a scenario file may say, as pydantic models.

The keys, their order and their descriptions are the reference for editors (`parley schema`) and for
`docs/scenario.md`. Models only hold and shape; references between parts are checked in
:mod:`sim.scenario.checks`, so that all errors of a file come in one pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from sim import days
from sim.scenario.economy import Economy, Restriction
from sim.scenario.moves import ListedMoves, Moves
from sim.scenario.parts import Condition, Date, Name, Names, Part, Prose, Title
from sim.scenario.policies import Doctrine, Policy
from sim.scenario.scalars import AnyScalar, Day, Duration, Money, Points, Scalar, Share
from sim.scenario.scalars import parse as parse_scalar
from sim.scenario.supply import Denied, Supply, Support
from sim.scenario.units import Dimension

MOST_WHAT_IFS = 100
"""what-ifs of a file; each is tried when the file is loaded"""
LONGEST_HEADING = 300
"""characters of the title of a scenario"""
OTHER = "other"
"""The outcome of a run in which none of the named outcomes holds."""


# ── Who is at the table ──────────────────────────────────────────────────────────────────────────────


def _days(text: str) -> Scalar:
    return parse_scalar(text, Dimension.days)


class Decider(Part):
    """What actors and coalitions share: when they decide, and by what policy."""

    title: Title = Field(alias="name")
    reaction: Duration = Field(
        default_factory=lambda: _days("3 d"), description="days from an observed move to the answer"
    )
    review: Duration = Field(default_factory=lambda: _days("7 d"), description="days between regular reviews")
    policy: Policy = Field(default_factory=Doctrine, description="how it decides")
    parameters: dict[Name, AnyScalar] = Field(default_factory=dict, description="assumptions of its own")


class Actor(Decider):
    """A government at the table."""

    short: Title | None = Field(None, description="short name for charts")
    regions: list[str] = Field(default_factory=list, description="region codes of the trade data that it speaks for")
    audience_cost: Money | None = Field(None, description="political cost of backing down in public")
    beliefs: dict[Name, Share] = Field(default_factory=dict, description="what it holds true, as probabilities")


class Coalition(Decider):
    """Actors that may move together. It holds no region: a joint move is carried out per joining member."""

    members: list[str] = Field(min_length=1, description="actors that may take part")
    joined: list[str] = Field(default_factory=list, description="members that take part from the start")


# ── Levers, law, agreements ──────────────────────────────────────────────────────────────────────────


class Challenge(Part):
    """A court case against a legal basis."""

    title: Title | None = None
    decision: Day = Field(description="day of the ruling, left to chance")
    struck: Share = Field(description="probability that the basis falls")
    lag: Duration = Field(default_factory=lambda: _days("0 d"), description="days from the decision to its effect")


class LegalBasis(Part):
    """The law an instrument rests on."""

    title: Title
    valid: bool = Field(True, strict=True, description="whether instruments may rest on it at the start")
    lag: Duration = Field(default_factory=lambda: _days("0 d"), description="least days from decision to effect")
    longest_life: Duration | None = Field(None, description="days after which its instruments end by themselves")
    challenge: Challenge | None = Field(None, description="a court case against it")


class Instrument(Part):
    """A lever with a life: threatened → enacted → in force → suspended → ended."""

    title: Title
    kind: Literal["tariff", "export_control", "quota", "rule", "support", "statement"]
    by: str = Field(description="the actor or coalition that holds the lever")
    on: Names = Field(default_factory=list, description="actors it is aimed at; nothing means everybody")
    legal_basis: str | None = Field(None, description="the law that it rests on")
    threatened: Day | None = Field(None, description="day on which it was announced without a legal act")
    enacted: Day | None = Field(None, description="day of the legal act")
    effective: Day | None = Field(None, description="first day in force, as decided or threatened")
    ends: Day | None = Field(None, description="last day in force")
    share: Share = Field(
        default_factory=lambda: parse_scalar("100 %", Dimension.share),
        description="part of its scope that it bites on",
    )
    approval: Share | None = Field(
        None, description="share of licence applications approved under an export control or a quota"
    )
    items: list[Prose] = Field(default_factory=list, description="what it covers, in words")
    restricts: list[Restriction] = Field(
        default_factory=list, description="what an export control or a quota holds back, for the economy"
    )
    denies: Denied = Field(
        default_factory=list, description="what an export control denies beside goods: technology, experts"
    )
    supports: list[Support] = Field(default_factory=list, description="what a support does for the supply of materials")
    adds: Points | None = Field(None, description="tariff layer: adds its rate to the stack")
    rate: Points | None = Field(
        None, description="rate of a layer that replaces another or is one of a highest-of group"
    )
    replaces: Names = Field(
        default_factory=list,
        description="tariff layer: takes the place of these instruments where it is in force",
    )
    highest_of: str | None = Field(None, description="tariff layer: only the highest rate of this group counts")
    tops_up_to: Points | None = Field(None, description="tariff layer: tops the MFN rate up to this all-in rate")
    covers: Names = Field(default_factory=lambda: ["*"], description="patterns over tranche names")
    excepts: Names = Field(default_factory=list, description="patterns over tranche names that are not covered")


class Package(Part):
    """Instruments with one name, usable wherever an instrument is."""

    title: Title
    instruments: list[str] = Field(min_length=1)


class Agreement(Part):
    """A truce or accord that suspends instruments while it is live. It lapses unless extended."""

    title: Title
    parties: list[str] = Field(min_length=2)
    since: Day = Field(description="first day on which it is live")
    expires: Day = Field(description="last day on which it is live")
    suspends: list[str] = Field(
        default_factory=list, description="instruments or packages that it holds while it is live"
    )


class Deal(Part):
    """A package that the parties may conclude: it binds when all have consented."""

    title: Title
    parties: list[str] = Field(min_length=2)
    offer_stands: Duration = Field(
        default_factory=lambda: _days("14 d"), description="days for which an offer can be taken"
    )
    terms: Moves = Field(description="what its conclusion brings about")


class Milestone(Part):
    """A dated meeting or event at which things may be decided."""

    title: Title
    kind: Literal["meeting", "event"] = "meeting"
    date: Day
    parties: list[str] = Field(default_factory=list, description="who decides there")
    takes_place: Share = Field(
        default_factory=lambda: parse_scalar("100 %", Dimension.share), description="probability that it takes place"
    )
    do: ListedMoves = Field(default_factory=list, description="what an event brings about by itself")


# ── Trade, questions, the whole ──────────────────────────────────────────────────────────────────────


class Tranche(Part):
    """A disjoint group of goods of one sector between one importer and one exporter."""

    importer: str = Field(description="an actor")
    exporter: str = Field(description="an actor")
    sector: str = "GOODS"
    value: Money = Field(description="trade at fixed weights, bn USD a year")
    mfn: Points = Field(
        default_factory=lambda: parse_scalar("0 pp", Dimension.points), description="rate before any layer"
    )


class Trade(Part):
    """The goods that tariff layers cover: shipped data sets, tranches of your own, or both."""

    data: list[Literal["us_imports_2024", "china_imports_2017", "other_imports", "other_imports_by_sector"]] = Field(
        default_factory=list, description="shipped data sets"
    )
    tranches: dict[Name, Tranche] = Field(default_factory=dict, description="groups of goods of your own")


class Good(Part):
    """A named good whose legal stack is followed, e.g. one on no list."""

    title: Title
    importer: str = Field(description="an actor")
    exporter: str = Field(description="an actor")
    tranche: str = Field(description="the group of goods that it belongs to")
    sector: str | None = Field(None, description="where the tranche is in several")


class Window(Part):
    """Days on which a gap to published figures is explained."""

    from_: Date = Field(alias="from")
    to: Date = Field(description="last day")
    why: Prose


PublishedDay = Annotated[str, AfterValidator(lambda text: days.date(days.day(text)).isoformat())]
"""A date as a key; it stays text, as it is written in the file."""


class Published(Part):
    """A tariff series of the scenario beside figures that others have published. Nothing simulated depends on it."""

    title: Title
    series: str = Field(description="average.IMPORTER.EXPORTER, MFN included, or stack.GOOD, over MFN")
    data: Literal["us_tariff_by_partner"] | None = Field(None, description="a shipped table of published averages")
    partner: str | None = Field(None, description="region code of the shipped table")
    values: dict[PublishedDay, Points] = Field(
        default_factory=dict, min_length=1, description="date → published rate, which holds until the next date"
    )
    tolerance: Points = Field(
        default_factory=lambda: parse_scalar("8 pp", Dimension.points), description="largest gap outside the windows"
    )
    windows: list[Window] = Field(default_factory=list, description="days on which a larger gap is explained")


class Outcome(Part):
    """One way the story can end. A run has the first outcome, in file order, whose condition holds."""

    title: Title
    when: Condition = Field(description="read at the horizon")


class Indicator(Part):
    """A further measure of each run."""

    title: Title
    value: Condition = Field(description="an expression, read at the horizon")
    unit: Title = ""


class Correlation(Part):
    """Two assumptions that tend to go together (Gaussian copula)."""

    between: tuple[str, str] = Field(description="two uncertain values")
    value: float = Field(gt=-1, lt=1, strict=True, description="correlation of the normal scores")


class Citation(Part):
    """A source, to be named by its key."""

    title: Title
    url: Prose | None = None
    published: Date | None = Field(None, description="no later than as_of")
    tag: Literal["V", "VR", "D", "M", "I"] | None = Field(
        None, description="V read; VR read in a report of it; D derived; M from memory; I inferred"
    )


class Ensemble(Part):
    """How many futures, and how they split into what we do not know and what is left to chance."""

    runs: int = Field(2000, ge=1, le=10_000_000, strict=True, description="futures to play")
    chances: int = Field(
        1, ge=1, le=100_000, strict=True, description="futures of chance for each draw of the assumptions"
    )
    seed: int = Field(1, ge=0, lt=2**63, strict=True, description="of all chance")


class Scenario(Part):
    """A whole scenario file."""

    schema_: Literal[1] = Field(alias="schema", description="version of the scenario language")
    title: str = Field(max_length=LONGEST_HEADING)
    question: Prose | None = Field(None, description="what the scenario is to answer")
    summary: Prose | None = Field(None, description="the world as it stands on as_of")
    author: Prose | None = None
    as_of: Date = Field(description="nothing learnt later may be used; decisions start here")
    start: Date = Field(default_factory=lambda data: data["as_of"], description="facts are replayed from here")
    horizon: Date = Field(description="last day")
    focus: str | None = Field(None, description="region or actor for which `run` writes a page of its own")
    ensemble: Ensemble = Field(default_factory=Ensemble)
    sources: dict[Name, Citation] = Field(default_factory=dict, description="citations, named by `source:`")
    parameters: dict[Name, AnyScalar] = Field(default_factory=dict, description="named assumptions")
    correlations: list[Correlation] = Field(default_factory=list)
    trade: Trade = Field(default_factory=Trade)
    economy: Economy | None = Field(None, description="the economy in which policy is felt; none: it is not solved")
    supply: Supply | None = Field(
        None, description="the supply of scarce materials, week by week; none: it is not simulated"
    )
    goods: dict[Name, Good] = Field(default_factory=dict)
    actors: dict[Name, Actor] = Field(min_length=1)
    coalitions: dict[Name, Coalition] = Field(default_factory=dict)
    legal_bases: dict[Name, LegalBasis] = Field(default_factory=dict)
    instruments: dict[Name, Instrument] = Field(default_factory=dict)
    packages: dict[Name, Package] = Field(default_factory=dict)
    agreements: dict[Name, Agreement] = Field(default_factory=dict)
    deals: dict[Name, Deal] = Field(default_factory=dict)
    milestones: dict[Name, Milestone] = Field(default_factory=dict)
    outcomes: dict[Name, Outcome] = Field(default_factory=dict)
    indicators: dict[Name, Indicator] = Field(default_factory=dict)
    published: dict[Name, Published] = Field(
        default_factory=dict, description="published figures beside which tariff series are set"
    )
    what_ifs: dict[Name, dict[str, Any]] = Field(default_factory=dict, max_length=MOST_WHAT_IFS)
    left_out: list[Prose] = Field(default_factory=list, description="what this scenario does not hold")

    @property
    def is_record(self) -> bool:
        """Whether nothing lies ahead: it replays what has been, up to its last day."""
        return self.start < self.as_of == self.horizon

    def deciders(self) -> Iterator[tuple[str, Decider]]:
        """Actors, then coalitions, each by name in alphabetical order (file order never matters)."""
        yield from sorted(self.actors.items())
        yield from sorted(self.coalitions.items())

    def instruments_named(self, names: list[str]) -> list[str]:
        """Instrument names with packages spelled out."""
        return [
            instrument
            for name in names
            for instrument in (self.packages[name].instruments if name in self.packages else [name])
        ]
