"""The expression language of scenario files: what may be written, and what kind of value it is.

Text is parsed by :mod:`ast` and admitted node by node against a whitelist; nothing is ever run as Python.
`parse` refuses what is not of the language, `check` what makes no sense with the names of a scenario;
:mod:`sim.scenario.evaluation` turns an expression into a function of arrays.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from sim import days
from sim.scenario.problems import closest

MAX_LENGTH = 2000
"""characters of an expression"""
MAX_NODES = 400
"""names, numbers, operations and calls of an expression"""
MAX_DEPTH = 32
"""operations inside one another"""
MAX_NUMBER = 1e15
"""largest number that may be written"""


class Kind(StrEnum):
    """What a value is. Shares are fractions 0–1, points percentage points, dates days since 1970."""

    truth = "truth"
    number = "number"
    share = "share"
    points = "points"
    days = "days"
    date = "date"
    choice = "choice"


class Symbol(NamedTuple):
    """A name that expressions may use."""

    name: str
    kind: Kind
    unit: str
    doc: str
    words: tuple[str, ...] = ()
    """what a choice may be; an array of choices holds places in this tuple"""


class ExpressionError(Exception):
    """A mistake in an expression; `column` counts characters of the stripped text from 1."""

    def __init__(self, message: str, column: int, suggestion: str | None = None, unknown: str | None = None) -> None:
        super().__init__(message, column, suggestion, unknown)
        self.message = message
        self.column = column
        self.suggestion = suggestion
        self.unknown = unknown
        """the name, if what is wrong is that nothing has it"""

    def __str__(self) -> str:
        hint = f" (did you mean {self.suggestion!r}?)" if self.suggestion else ""
        return f"{self.message}, at character {self.column} of the expression{hint}"


@dataclass(frozen=True)
class Expression:
    """An admitted expression. Two are equal when their text is."""

    text: str
    tree: ast.expr = field(compare=False, repr=False)
    names: frozenset[str] = field(compare=False, repr=False)
    """dotted names used"""
    functions: frozenset[str] = field(compare=False, repr=False)
    """functions called"""


class Function(NamedTuple):
    """A function of the language, with the least and most arguments it takes (None: any number)."""

    usage: str
    least: int
    most: int | None
    doc: str


FUNCTIONS = {
    "ever": Function("ever(condition)", 1, 1, "the condition has held on some day since as_of"),
    "first_day": Function("first_day(condition)", 1, 1, "first day on which it held; missing if none"),
    "on": Function("on('2025-11-10', value)", 2, 2, "the value on that day"),
    "mean": Function("mean(value)", 1, 1, "mean since as_of; of a condition, the share of days"),
    "max": Function("max(value, …)", 1, None, "highest since as_of; of several values, the highest of them"),
    "min": Function("min(value, …)", 1, None, "lowest since as_of; of several values, the lowest of them"),
    "pct": Function("pct('20 %')", 1, 1, "a share"),
    "pp": Function("pp('20 pp')", 1, 1, "percentage points"),
    "days_to": Function("days_to(date)", 1, 1, "days from today to the date"),
    "days_since": Function("days_since(date)", 1, 1, "days from the date to today"),
    "defined": Function("defined(date)", 1, 1, "there is such a date"),
    "abs": Function("abs(value)", 1, 1, "the value without its sign"),
    "count": Function("count(condition, …)", 1, None, "how many of the conditions hold"),
}

TIMED = ("ever", "first_day", "on", "mean", "max", "min")
"""Functions that look over the run's path; `max` and `min` do when they have one argument."""

ALLOWED = (
    "allowed are names, numbers, True and False, quoted dates and words, and/or/not, comparisons, + - * /, "
    f"'… if … else …', and the functions {', '.join(FUNCTIONS)}"
)
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Pow: "**",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.MatMult: "@",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.Invert: "~",
    ast.UAdd: "a leading +",
}
_CONSTRUCTS: dict[type[ast.AST], str] = {
    ast.Subscript: "brackets […]",
    ast.Lambda: "lambda",
    ast.JoinedStr: "an f-string",
    ast.List: "a list",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.NamedExpr: ":=",
    ast.Starred: "*",
    ast.Tuple: "a comma",
    ast.Dict: "braces {…}",
    ast.Set: "braces {…}",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
}
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SLIPS = (
    (r"\d{4}-\d{2}-\d{2}", "a date is written in quotes"),
    (r"\d\s*pp\b", "percentage points are written pp('20 pp')"),
    (r"\d\s*%", "a share is written pct('20 %')"),
    (r"&&", "write and"),
    (r"\|\|", "write or"),
    (r"(?<![<>=!])=(?!=)", "write == to compare"),
    (r"!(?!=)", "write not"),
)
"""What people write by habit, and what the language asks for instead; consulted when text cannot be read."""


def parse(text: str) -> Expression:
    """Read an expression. Raises ExpressionError for whatever is not of the language."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"found {len(text)} characters; an expression has at most {MAX_LENGTH}", 1)
    text = re.sub(r"[\r\n\t]", " ", text).strip()
    if not text:
        raise ExpressionError(f"found nothing; {ALLOWED}", 1)
    if "#" in text:  # Python would drop the rest of the line in silence
        raise ExpressionError("found '#'; an expression holds no comments", text.index("#") + 1)
    tree = _tree(text)
    _limit(tree)
    admission = _Admission(text)
    admission.admit(tree)
    return Expression(text, tree, frozenset(admission.names), frozenset(admission.functions))


def _tree(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        column = min(max(error.offset or len(text), 1), len(text))
        unquoted = re.sub(r"'[^']*'|\"[^\"]*\"", "", text)
        hint = next((hint for pattern, hint in _SLIPS if re.search(pattern, unquoted)), ALLOWED)
        message = f"cannot be read near {text[column - 1 : column + 19]!r}; {hint}"
        raise ExpressionError(message, column) from None
    except (RecursionError, MemoryError):
        raise ExpressionError(_TOO_DEEP, 1) from None
    except ValueError:  # a NUL or half a surrogate pair
        raise ExpressionError(f"found a character that is not text; {ALLOWED}", 1) from None


_TOO_DEEP = f"operations stand more than {MAX_DEPTH} deep inside one another; use shorter expressions"


def _limit(tree: ast.expr) -> None:
    """Count without recursion, before anything walks the tree with it."""
    pending, nodes = [(tree, 1)], 0
    while pending:
        node, depth = pending.pop()
        nodes += 1
        if depth > MAX_DEPTH:
            raise ExpressionError(_TOO_DEEP, 1)
        if nodes > MAX_NODES:
            raise ExpressionError(f"holds more than {MAX_NODES} names, numbers and operations", 1)
        pending += [(child, depth + 1) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


def column_of(text: str, node: ast.expr) -> int:
    """Where a node starts, in characters from 1 (:mod:`ast` counts bytes)."""
    return len(text.encode()[: node.col_offset].decode()) + 1


def dotted(node: ast.expr) -> str | None:
    """`truce.extended` of a name with its attributes; None of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (owner := dotted(node.value)) is not None:
        return f"{owner}.{node.attr}"
    return None


def is_timed(call: ast.Call) -> bool:
    """Whether a call looks over the run's path."""
    name = dotted(call.func)
    return name in TIMED and (name not in ("max", "min") or len(call.args) == 1)


def quantity(call: ast.Call) -> float | None:
    """The value of `pct('20 %')` or `pp('20 pp')`; None when the argument is not such a text."""
    unit, scale = {"pct": ("%", 100.0), "pp": ("pp", 1.0)}[str(dotted(call.func))]
    argument = call.args[0]
    text = argument.value if isinstance(argument, ast.Constant) else None
    if not isinstance(text, str):
        return None
    found = re.fullmatch(rf"\s*([+-]?[0-9]{{1,15}}(?:\.[0-9]{{1,15}})?)\s*{unit}\s*", text)
    return float(found[1]) / scale if found else None


def written_day(node: ast.expr) -> int | None:
    """The day that a quoted date stands for; None of anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and _ISO.fullmatch(node.value):
        return days.day(node.value)
    return None


def asked_on(expression: Expression) -> list[int]:
    """The days for which `on('2025-11-10', value)` asks."""
    calls = [node for node in ast.walk(expression.tree) if isinstance(node, ast.Call) and dotted(node.func) == "on"]
    return [day for call in calls if call.args and (day := written_day(call.args[0])) is not None]


class _Admission:
    """Lets the nodes of the whitelist through and gathers the names and functions met."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: set[str] = set()
        self.functions: set[str] = set()

    def admit(self, node: ast.expr) -> None:
        match node:
            case ast.Constant():
                self._constant(node)
            case ast.Name() | ast.Attribute():
                self.names.add(self._name(node))
            case ast.Call():
                self._call(node)
            case ast.BoolOp() | ast.IfExp() | ast.UnaryOp(op=ast.Not() | ast.USub()):
                self._parts(node)
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()):
                self._parts(node)
            case ast.Compare() if not any(type(op) in _OPERATORS for op in node.ops):
                self._parts(node)
            case _:
                raise self._refusal(node, f"found {_construct(node)}; {ALLOWED}")

    def _parts(self, node: ast.expr) -> None:
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.expr):
                self.admit(part)

    def _refusal(self, node: ast.expr, message: str, suggestion: str | None = None) -> ExpressionError:
        return ExpressionError(message, column_of(self.text, node), suggestion)

    def _constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, int | float):
            if value > MAX_NUMBER:
                raise self._refusal(node, f"found a number above {MAX_NUMBER:g}")
        elif not isinstance(value, str):
            raise self._refusal(node, f"found {value!r}; {ALLOWED}")
        else:
            try:
                written_day(node)
            except ValueError:
                raise self._refusal(node, f"{value!r} is not a day of the calendar") from None

    def _name(self, node: ast.Name | ast.Attribute) -> str:
        name = dotted(node)
        if name is None:
            raise self._refusal(node, f"found a dot after something that is not a name; {ALLOWED}")
        if any(part.startswith("_") for part in name.split(".")):
            raise self._refusal(node, f"found {name!r}; names start with a letter")
        return name

    def _call(self, node: ast.Call) -> None:
        name = dotted(node.func)
        if name not in FUNCTIONS:
            called = f"there is no function {name!r}" if name else "found a call of what is no name"
            suggestion = closest(name, list(FUNCTIONS)) if name else None
            raise self._refusal(node, f"{called}; functions are {', '.join(FUNCTIONS)}", suggestion)
        if node.keywords:
            raise self._refusal(node, f"found a named argument; {FUNCTIONS[name].usage} takes values only")
        self.functions.add(name)
        for argument in node.args:
            self.admit(argument)


def _construct(node: ast.expr) -> str:
    """What a refused node is, in the user's words."""
    operators: list[ast.AST] = [*node.ops] if isinstance(node, ast.Compare) else [getattr(node, "op", node)]
    refused = [_OPERATORS[type(op)] for op in operators if type(op) in _OPERATORS]
    return refused[0] if refused else _CONSTRUCTS.get(type(node), type(node).__name__)
