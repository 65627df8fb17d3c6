"""The scenario language: what a scenario file may say, as pydantic models.

The keys, their order and their descriptions are the reference for editors (`parley schema`) and for
`docs/scenario.md`. Models only hold and shape; references between parts are checked in
:mod:`sim.scenario.checks`, so that all errors of a file come in one pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema

from sim.scenario.expressions import Expression, ExpressionError
from sim.scenario.expressions import parse as parse_expression
from sim.scenario.scalars import (
    AnyScalar,
    Day,
    Duration,
    Money,
    Points,
    Scalar,
    Share,
)
from sim.scenario.scalars import parse as parse_scalar
from sim.scenario.units import Dimension

SCHEMA_VERSION = 1
OTHER = "other"
"""The outcome of a run in which none of the named outcomes holds."""

DECISION_POINTS = ("review", "reaction", "deadline")
"""When an actor decides besides its milestones."""


def _listed(value: Any) -> Any:
    """One item may stand for a list of one."""
    return value if isinstance(value, list) else [value]


def _expression(value: Any) -> Expression:
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ValueError(f"found {value!r}; an expression is text, such as truce.extended")
    try:
        return parse_expression(value)
    except ExpressionError as error:
        raise ValueError(str(error)) from None


def _reads_as_quantity(value: Any) -> bool:
    """Whether a value that may be a quantity or an expression is meant as a quantity."""
    if not isinstance(value, str):
        return True
    text = value.strip()
    return text[:1] in "+-×" or (text[:1].isdigit() and not any(sign in text for sign in "*/()<>=")) or not text


def _quantity_or_expression(dimension: Dimension) -> BeforeValidator:
    def read(value: Any) -> Scalar | Expression:
        if isinstance(value, Scalar | Expression):
            return value
        return parse_scalar(value, dimension) if _reads_as_quantity(value) else _expression(value)

    return BeforeValidator(read)


_EXPRESSION_SCHEMA = {"type": ["string", "boolean"], "description": "An expression, e.g. truce.extended"}
Condition = Annotated[Any, BeforeValidator(_expression), WithJsonSchema(_EXPRESSION_SCHEMA)]
"""An expression; its kind is checked with the names of the file."""

_EITHER = {
    "type": ["string", "number", "object"],
    "description": "A quantity, a distribution or an expression",
}
ShareOrExpression = Annotated[Any, _quantity_or_expression(Dimension.share), WithJsonSchema(_EITHER)]
DurationOrExpression = Annotated[Any, _quantity_or_expression(Dimension.days), WithJsonSchema(_EITHER)]
PointsOrExpression = Annotated[Any, _quantity_or_expression(Dimension.points), WithJsonSchema(_EITHER)]


def _iso_date(value: Any) -> Any:
    """A whole number would be read as seconds since 1970."""
    if not isinstance(value, str | date):
        raise ValueError(f"found {value!r}; a date is wanted, such as 2025-11-10")
    return value


Date = Annotated[date, BeforeValidator(_iso_date)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower-case letters, digits and _")]
Names = Annotated[list[str], BeforeValidator(_listed)]


class Part(BaseModel):
    """Any mapping of the file: unknown keys are errors; a source covers the numbers inside."""

    # Validators are built when first used: most of these classes are only ever part of the whole.
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=True, defer_build=True
    )

    source: str | None = Field(None, description="where the numbers inside come from, or 'assumption: why'")
    known: Date | None = Field(None, description="the day on which this was publicly known")
    note: str | None = None


# ── Moves ────────────────────────────────────────────────────────────────────────────────────────────


class Threaten(Part):
    """Announce an instrument without a legal act. A threat lapses on its date unless it is enacted."""

    verb: Literal["threaten"] = Field("threaten", exclude=True)
    threaten: Names
    after: DurationOrExpression | None = Field(None, alias="in", description="days until the threatened date")
    rate: PointsOrExpression | None = None


class Enact(Part):
    """The legal act. The instrument enters into force on its date unless it is stopped."""

    verb: Literal["enact"] = Field("enact", exclude=True)
    enact: Names
    after: DurationOrExpression | None = Field(
        None, alias="in", description="days until effect; at least the legal basis' lag"
    )
    rate: PointsOrExpression | None = None


class Withdraw(Part):
    """Take a threat or an instrument back; today is its last day."""

    verb: Literal["withdraw"] = Field("withdraw", exclude=True)
    withdraw: Names


class Delay(Part):
    """Put off what is not yet in force, suspend what is; the legal act stands and returns by itself."""

    verb: Literal["delay"] = Field("delay", exclude=True)
    delay: Names
    by: DurationOrExpression = Field(description="counted from today, or from the effective date when that is later")


class Narrow(Part):
    """Keep the instrument but cut the share of its scope that it bites on."""

    verb: Literal["narrow"] = Field("narrow", exclude=True)
    narrow: Names
    to: ShareOrExpression


class SetRate(Part):
    """Change the rate of an enacted tariff."""

    verb: Literal["set_rate"] = Field("set_rate", exclude=True)
    set_rate: Names
    to: PointsOrExpression


class Licence(Part):
    """Set the share of licence applications under an export control that is approved."""

    verb: Literal["licence"] = Field("licence", exclude=True)
    licence: Names
    to: ShareOrExpression


class Exempt(Part):
    """Free actors from an instrument: a side deal."""

    verb: Literal["exempt"] = Field("exempt", exclude=True)
    exempt: Names = Field(description="actors that the instrument no longer touches")
    from_: Names = Field(alias="from")


class Extend(Part):
    """Prolong an agreement; one that has lapsed is live again from today."""

    verb: Literal["extend"] = Field("extend", exclude=True)
    extend: str
    by: DurationOrExpression


class End(Part):
    """Leave an agreement; today is its last day."""

    verb: Literal["end"] = Field("end", exclude=True)
    end: str


class Offer(Part):
    """Put a deal on the table. It stands for the deal's `offer_stands` days."""

    verb: Literal["offer"] = Field("offer", exclude=True)
    offer: str


class Accept(Part):
    """Consent to a deal that another party has offered; the last consent concludes it."""

    verb: Literal["accept"] = Field("accept", exclude=True)
    accept: str


class Cancel(Part):
    """Call off a milestone that has not been held."""

    verb: Literal["cancel"] = Field("cancel", exclude=True)
    cancel: str


class Join(Part):
    """Join a coalition's joint moves."""

    verb: Literal["join"] = Field("join", exclude=True)
    join: str


class Leave(Part):
    """Stay out of a coalition's joint moves from now on."""

    verb: Literal["leave"] = Field("leave", exclude=True)
    leave: str


VERBS: dict[str, type[Part]] = {
    verb.model_fields["verb"].default: verb
    for verb in (Threaten, Enact, Withdraw, Delay, Narrow, SetRate, Licence, Exempt, Extend, End, Offer, Accept,
                 Cancel, Join, Leave)
}  # fmt: skip


def _verb_of(value: Any) -> str | None:
    if isinstance(value, Part):
        return str(getattr(value, "verb", None))
    if not isinstance(value, dict):
        return None
    return next((key for key in value if key in VERBS), None)


Move = Annotated[
    Annotated[Threaten, Tag("threaten")]
    | Annotated[Enact, Tag("enact")]
    | Annotated[Withdraw, Tag("withdraw")]
    | Annotated[Delay, Tag("delay")]
    | Annotated[Narrow, Tag("narrow")]
    | Annotated[SetRate, Tag("set_rate")]
    | Annotated[Licence, Tag("licence")]
    | Annotated[Exempt, Tag("exempt")]
    | Annotated[Extend, Tag("extend")]
    | Annotated[End, Tag("end")]
    | Annotated[Offer, Tag("offer")]
    | Annotated[Accept, Tag("accept")]
    | Annotated[Cancel, Tag("cancel")]
    | Annotated[Join, Tag("join")]
    | Annotated[Leave, Tag("leave")],
    Discriminator(
        _verb_of,
        custom_error_type="unknown_move",
        custom_error_message="a move names one verb: " + ", ".join(VERBS),
    ),
]
Moves = Annotated[list[Move], BeforeValidator(_listed), Field(min_length=1)]


# ── Policies ─────────────────────────────────────────────────────────────────────────────────────────


class Rule(Part):
    """When the condition holds at a decision point, do the moves with the stated probability."""

    title: str | None = None
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
        raise ValueError(f"found {value!r}; a preset is one of {', '.join(PRESETS)}, with its settings below it")
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
    preset: Annotated[Preset, BeforeValidator(_preset_of)] = Field(default_factory=Preset)
    rules: dict[Name, Rule] = Field(default_factory=dict)


class ScriptedMove(Part):
    """What the actor does on one date, whatever happens."""

    on: Day
    do: Moves


class Script(Part):
    """Does what the file says on the date it says."""

    kind: Literal["script"] = "script"
    moves: list[ScriptedMove]


Policy = Annotated[Doctrine | Script, Field(discriminator="kind")]


# ── Who is at the table ──────────────────────────────────────────────────────────────────────────────


def _days(text: str) -> Scalar:
    return parse_scalar(text, Dimension.days)


class Decider(Part):
    """What actors and coalitions share: when they decide, and by what policy."""

    title: str = Field(alias="name")
    reaction: Duration = Field(
        default_factory=lambda: _days("3 d"), description="days from an observed move to the answer"
    )
    review: Duration = Field(default_factory=lambda: _days("7 d"), description="days between regular reviews")
    policy: Policy = Field(default_factory=Doctrine)
    parameters: dict[Name, AnyScalar] = Field(default_factory=dict)


class Actor(Decider):
    """A government at the table."""

    short: str | None = Field(None, description="short name for charts")
    regions: list[str] = Field(default_factory=list, description="region codes of the trade data that it speaks for")
    audience_cost: Money | None = Field(None, description="political cost of backing down in public")
    beliefs: dict[Name, Share] = Field(default_factory=dict, description="what it holds true, as probabilities")


class Coalition(Decider):
    """Actors that may move together. It holds no region: a joint move is carried out per joining member."""

    members: list[str] = Field(min_length=1)
    joined: list[str] = Field(default_factory=list, description="members that take part from the start")


# ── Levers, law, agreements ──────────────────────────────────────────────────────────────────────────


class Challenge(Part):
    """A court case against a legal basis."""

    title: str | None = None
    decision: Day
    struck: Share = Field(description="probability that the basis falls")
    lag: Duration = Field(default_factory=lambda: _days("0 d"), description="days from the decision to its effect")


class LegalBasis(Part):
    """The law an instrument rests on."""

    title: str
    valid: bool = True
    lag: Duration = Field(default_factory=lambda: _days("0 d"), description="least days from decision to effect")
    longest_life: Duration | None = Field(None, description="days after which its instruments end by themselves")
    challenge: Challenge | None = None


class Instrument(Part):
    """A lever with a life: threatened → enacted → in force → suspended → ended."""

    title: str
    kind: Literal["tariff", "export_control", "rule", "support", "statement"]
    by: str = Field(description="the actor or coalition that holds the lever")
    on: Names = Field(default_factory=list, description="actors it is aimed at; nothing means everybody")
    legal_basis: str | None = None
    threatened: Day | None = None
    enacted: Day | None = None
    effective: Day | None = None
    ends: Day | None = Field(None, description="last day in force")
    share: Share = Field(
        default_factory=lambda: parse_scalar("100 %", Dimension.share),
        description="part of its scope that it bites on",
    )
    approval: Share | None = Field(None, description="share of licence applications approved under an export control")
    items: list[str] = Field(default_factory=list, description="what it covers, in words")
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

    title: str
    instruments: list[str] = Field(min_length=1)


class Agreement(Part):
    """A truce or accord that suspends instruments while it is live. It lapses unless extended."""

    title: str
    parties: list[str]
    since: Day
    expires: Day = Field(description="last day on which it is live")
    suspends: list[str] = Field(default_factory=list)


class Deal(Part):
    """A package that the parties may conclude: it binds when all have consented."""

    title: str
    parties: list[str] = Field(min_length=2)
    offer_stands: Duration = Field(default_factory=lambda: _days("14 d"))
    terms: Moves


class Milestone(Part):
    """A dated meeting or event at which things may be decided."""

    title: str
    kind: Literal["meeting", "event"] = "meeting"
    date: Day
    parties: list[str] = Field(default_factory=list)
    takes_place: Share = Field(default_factory=lambda: parse_scalar("100 %", Dimension.share))
    do: Annotated[list[Move], BeforeValidator(_listed)] = Field(
        default_factory=list, description="what an event brings about by itself"
    )


# ── Trade, questions, the whole ──────────────────────────────────────────────────────────────────────


class Tranche(Part):
    """A disjoint group of goods of one sector between one importer and one exporter."""

    importer: str
    exporter: str
    sector: str = "GOODS"
    value: Money = Field(description="trade at fixed weights, bn USD a year")
    mfn: Points = Field(default_factory=lambda: parse_scalar("0 pp", Dimension.points))


class Trade(Part):
    """The goods that tariff layers cover: shipped data sets, tranches of your own, or both."""

    data: list[Literal["us_imports_2024", "china_imports_2017", "other_imports", "other_imports_by_sector"]] = Field(
        default_factory=list
    )
    tranches: dict[Name, Tranche] = Field(default_factory=dict)


class Good(Part):
    """A named good whose legal stack is followed, e.g. one on no list."""

    title: str
    importer: str
    exporter: str
    tranche: str
    sector: str | None = None


class Outcome(Part):
    """One way the story can end. A run has the first outcome, in file order, whose condition holds."""

    title: str
    when: Condition


class Indicator(Part):
    """A further measure of each run."""

    title: str
    value: Condition
    unit: str = ""


class Correlation(Part):
    """Two assumptions that tend to go together (Gaussian copula)."""

    between: tuple[str, str]
    value: float = Field(gt=-1, lt=1)


class Citation(Part):
    """A source, to be named by its key."""

    title: str
    url: str | None = None
    published: Date | None = None
    tag: Literal["V", "VR", "D", "M", "I"] | None = Field(
        None, description="V read; VR read in a report of it; D derived; M from memory; I inferred"
    )


class Ensemble(Part):
    """How many futures, and how they split into what we do not know and what is left to chance."""

    runs: int = Field(2000, ge=1, le=10_000_000)
    chances: int = Field(1, ge=1, le=100_000, description="futures of chance for each draw of the assumptions")
    seed: int = Field(1, ge=0, lt=2**63)


class Scenario(Part):
    """A whole scenario file."""

    schema_: Literal[1] = Field(alias="schema", description="version of the scenario language")
    title: str
    question: str | None = None
    summary: str | None = None
    author: str | None = None
    as_of: Date = Field(description="nothing learnt later may be used; decisions start here")
    start: Date = Field(default_factory=lambda data: data["as_of"], description="facts are replayed from here")
    horizon: Date
    ensemble: Ensemble = Field(default_factory=Ensemble)
    sources: dict[Name, Citation] = Field(default_factory=dict)
    parameters: dict[Name, AnyScalar] = Field(default_factory=dict)
    correlations: list[Correlation] = Field(default_factory=list)
    trade: Trade = Field(default_factory=Trade)
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
    what_ifs: dict[Name, dict[str, Any]] = Field(default_factory=dict)
    left_out: list[str] = Field(default_factory=list, description="what this scenario does not hold")

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
