"""Moves: what an actor may do to a declared lever, agreement, deal, milestone or coalition."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from sim.scenario.parts import DurationOrExpression, Names, Part, PointsOrExpression, ShareOrExpression, listed


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
    """Set the share of licence applications under an export control or a quota that is approved."""

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
    verbs = [key for key in value if key in VERBS]
    return verbs[0] if len(verbs) == 1 else None


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
ListedMoves = Annotated[list[Move], BeforeValidator(listed, json_schema_input_type=Move | list[Move])]
Moves = Annotated[ListedMoves, Field(min_length=1)]
