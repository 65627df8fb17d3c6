"""What all parts of the scenario language are made of: strict mappings with a source, names, conditions."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from sim import days
from sim.scenario.expressions import Expression, ExpressionError
from sim.scenario.expressions import parse as parse_expression
from sim.scenario.problems import describe
from sim.scenario.scalars import LONGEST_PROSE, Scalar
from sim.scenario.scalars import parse as parse_scalar
from sim.scenario.units import Dimension
from sim.scenario.units import value as quantity


def listed(value: Any) -> Any:
    """One item may stand for a list of one."""
    return value if isinstance(value, list) else [value]


def _expression(value: Any) -> Expression:
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise ValueError(f"found {describe(value)}; an expression is text, such as truce.extended")
    try:
        return parse_expression(value)
    except ExpressionError as error:
        raise ValueError(str(error)) from None


_QUANTITY = re.compile(r"\s*[+\-×x]?\s*[\d.][\d.eE+-]*\s*(%|[A-Za-z]+( [A-Za-z]+)?)?\s*")


def _reads_as_quantity(value: Any) -> bool:
    """Whether a value that may be a quantity or an expression is meant as a quantity."""
    return not isinstance(value, str) or not value.strip() or _QUANTITY.fullmatch(value) is not None


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


def _iso_date(value: Any) -> date:
    """Dates are written one way; pydantic reads numbers as seconds since 1970, and midnights."""
    return days.date(int(quantity(value, Dimension.date)))


Date = Annotated[date, BeforeValidator(_iso_date)]
LONGEST_TITLE = 200
"""characters of the title or name of a part"""
Name = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=LONGEST_TITLE, description="lower-case letters, digits and _"),
]
Title = Annotated[str, Field(max_length=LONGEST_TITLE)]
Prose = Annotated[str, Field(max_length=LONGEST_PROSE)]
Names = Annotated[list[str], BeforeValidator(listed, json_schema_input_type=str | list[str])]


class Part(BaseModel):
    """Any mapping of the file: unknown keys are errors; a source covers the numbers inside."""

    # Validators are built when first used: most of these classes are only ever part of the whole.
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, arbitrary_types_allowed=True, defer_build=True
    )

    source: Prose | None = Field(None, description="where the numbers inside come from, or 'assumption: why'")
    known: Date | None = Field(None, description="the day on which this was publicly known")
    note: Prose | None = None
