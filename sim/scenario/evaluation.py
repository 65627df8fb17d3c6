"""Expressions as functions of arrays: one value for every run, read from a view of the runs' state.

An expression is turned into nested closures once; reading it walks no tree. Every closure takes the view
and a mask, the runs for which its value matters (None: all of them). `and`, `or` and `if … else …` narrow
the mask for what stands to their right, so `defined(x) and x < '2026-01-01'` raises in no run without an x.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.days import MISSING
from sim.scenario.expressions import Expression, Kind, Symbol, dotted, is_timed, quantity, written_day
from sim.scenario.kinds import Kinds

Mask = NDArray[np.bool_] | None
Value = NDArray[Any] | float | int | str
"""[run], or one value for all runs"""


class View(Protocol):
    """What an expression reads: the state of some runs on one day."""

    @property
    def today(self) -> int: ...

    def __len__(self) -> int:
        """Number of runs."""

    def get(self, name: str) -> Value:
        """[run] value of a dotted name. A choice is its word, or an array of places in `Symbol.words`."""

    def timed(self, key: str) -> Value:
        """[run] value of a timed function so far."""


Code = Callable[[View, Mask], Any]


class EvaluationError(Exception):
    """An expression, `text`, has no value in some runs: `name` in it is zero or missing there."""

    def __init__(self, text: str, name: str, runs: int) -> None:
        super().__init__(text, name, runs)
        self.text = text
        self.name = name
        self.runs = runs


class MissingDate(EvaluationError):  # noqa: N818 (says what happened)
    """A date that some runs do not have was compared or calculated with."""

    def __str__(self) -> str:
        return f"{self.text!r}: {self.name} is missing in {self.runs} run(s); ask defined({self.name}) first"


class ZeroDivision(EvaluationError):  # noqa: N818 (says what happened)
    """A divisor is zero in some runs."""

    def __str__(self) -> str:
        return f"{self.text!r} divides by zero: {self.name} is 0 in {self.runs} run(s)"


class Overflow(EvaluationError):  # noqa: N818 (says what happened)
    """A number grows beyond all bounds in some runs."""

    def __str__(self) -> str:
        return f"{self.text!r} gives no finite number in {self.runs} run(s)"


@dataclass(frozen=True)
class Timed:
    """A function over the run's path: who keeps the path evaluates `inner` and answers `View.timed(key)`."""

    function: str
    """ever, first_day, on, mean, max or min"""
    inner: Compiled
    day: int | None
    """the day of `on`, since 1970"""
    key: str
    """canonical text: the same for the same call, however it is spaced"""


@dataclass(frozen=True)
class Compiled:
    """An expression ready to be read. Truths are bool, dates int32 days, all else float64."""

    text: str
    kind: Kind
    names: frozenset[str]
    timed: tuple[Timed, ...]
    _code: Code = field(repr=False, compare=False)

    def evaluate(self, view: View, mask: Mask = None) -> NDArray[Any]:
        """[run] value, a new array. Outside the mask it is unspecified.

        Raises MissingDate for a date that is compared, or calculated with, where it is missing, ZeroDivision and
        Overflow; all for runs under the mask only.
        """
        # Values outside the mask may be anything, so NumPy's warnings say nothing.
        with np.errstate(all="ignore"):
            value = self._code(view, mask)
        if self.kind not in _DTYPES and (endless := _count(~np.isfinite(value), view, mask)):
            raise Overflow(self.text, self.text, endless)
        result = np.empty(len(view), _DTYPES.get(self.kind, np.float64))
        result[:] = value
        return result


_DTYPES: dict[Kind, Any] = {Kind.truth: np.bool_, Kind.date: np.int32}


def compile_expression(expression: Expression, symbols: Mapping[str, Symbol]) -> Compiled:
    """Make an expression ready to be read. Raises the first ExpressionError that `kinds.check` would list."""
    kinds = Kinds(expression, symbols)
    kinds.value(expression.tree)
    if kinds.errors:
        raise kinds.errors[0]
    return _Compiler(expression.text, kinds.of, symbols).compiled(expression.tree)


class _Compiler:
    """Turns the parts of one checked expression into closures, noting names and timed functions met."""

    def __init__(self, text: str, kinds: Mapping[ast.expr, Kind | None], symbols: Mapping[str, Symbol]) -> None:
        self.text = text
        self.kinds = kinds
        self.symbols = symbols
        self.names: set[str] = set()
        self.timed: dict[str, Timed] = {}

    def compiled(self, node: ast.expr) -> Compiled:
        code = self.code(node)
        kind = self.kinds[node]
        assert kind is not None  # checked expressions only
        return Compiled(self.text, kind, frozenset(self.names), tuple(self.timed.values()), code)

    def code(self, node: ast.expr) -> Code:
        match node:
            case ast.Constant():
                return _constant(_literal(node))
            case ast.Name() | ast.Attribute():
                return self._name(str(dotted(node)))
            case ast.BoolOp(op=ast.And(), values=parts):
                return reduce(_conjunction, map(self.code, parts))
            case ast.BoolOp(values=parts):
                return reduce(_disjunction, map(self.code, parts))
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return _elementwise(np.logical_not, self.code(part))
            case ast.UnaryOp(operand=part):
                return _arithmetic(np.negative, self.code(part))
            case ast.BinOp():
                return self._operation(node)
            case ast.Compare():
                return self._comparison(node)
            case ast.IfExp():
                return _conditional(self.code(node.test), self.code(node.body), self.code(node.orelse))
            case ast.Call():
                return self._timed(node) if is_timed(node) else self._call(node)
        raise AssertionError(f"{type(node).__name__} is never admitted")

    def _name(self, name: str) -> Code:
        self.names.add(name)
        return lambda view, mask: view.get(name)

    def _present(self, node: ast.expr) -> Code:
        """The part, with a guard against missing dates where it is a date."""
        code = self.code(node)
        if self.kinds[node] is not Kind.date or isinstance(node, ast.Constant):
            return code
        text, name = self.text, ast.unparse(node)

        def guarded(view: View, mask: Mask) -> Any:
            dates = code(view, mask)
            if missing := _count(np.equal(dates, MISSING), view, mask):
                raise MissingDate(text, name, missing)
            return dates

        return guarded

    def _operation(self, node: ast.BinOp) -> Code:
        left, right = self._present(node.left), self._present(node.right)
        if isinstance(node.op, ast.Div):
            return self._division(node, left, right)
        code = _arithmetic(_OPERATIONS[type(node.op)], left, right)
        return _whole_day(code) if self.kinds[node] is Kind.date else code

    def _division(self, node: ast.BinOp, left: Code, right: Code) -> Code:
        text, part = self.text, ast.unparse(node.right)

        def code(view: View, mask: Mask) -> Any:
            dividend, divisor = left(view, mask), right(view, mask)
            if zeros := _count(np.equal(divisor, 0), view, mask):
                raise ZeroDivision(text, part, zeros)
            return np.true_divide(dividend, divisor)

        return code

    def _comparison(self, node: ast.Compare) -> Code:
        nodes = [node.left, *node.comparators]
        parts = [self._present(part) for part in nodes]
        triples = zip(node.ops, nodes[:-1], nodes[1:], strict=True)
        comparisons = [self._comparer(*triple) for triple in triples]
        if len(comparisons) == 1:
            return _elementwise(comparisons[0], *parts)

        def chain(view: View, mask: Mask) -> Any:
            values = [part(view, mask) for part in parts]
            pairs = zip(comparisons, values[:-1], values[1:], strict=True)
            return reduce(np.logical_and, [compare(left, right) for compare, left, right in pairs])

        return chain

    def _comparer(self, relation: ast.cmpop, left: ast.expr, right: ast.expr) -> Callable[[Any, Any], Any]:
        compare = _RELATIONS[type(relation)]
        if self.kinds[left] is not Kind.choice:
            return compare
        choice, quoted = (right, left) if isinstance(left, ast.Constant) else (left, right)
        words, word = self.symbols[str(dotted(choice))].words, str(_literal(quoted))
        place = words.index(word) if words else word

        def compare_choice(first: Any, second: Any) -> Any:
            value = first if choice is left else second
            return compare(value, word if isinstance(value, str) else place)

        return compare_choice

    def _timed(self, node: ast.Call) -> Code:
        argument, key = node.args[-1], ast.unparse(node)
        function = str(dotted(node.func))
        inner = _Compiler(self.text, self.kinds, self.symbols).compiled(argument)
        self.names |= inner.names
        self.timed[key] = Timed(function, inner, written_day(node.args[0]) if function == "on" else None, key)
        return lambda view, mask: view.timed(key)

    def _call(self, node: ast.Call) -> Code:
        match str(dotted(node.func)):
            case "pct" | "pp":
                return _constant(quantity(node))
            case "defined":
                return _elementwise(_is_defined, self.code(node.args[0]))
            case "abs":
                return _elementwise(np.abs, self.code(node.args[0]))
            case "count":
                return _counting([self.code(part) for part in node.args])
            case "max":
                return _extreme(np.maximum, [self._present(part) for part in node.args])
            case "min":
                return _extreme(np.minimum, [self._present(part) for part in node.args])
            case "days_to":
                return _arithmetic(np.subtract, self._present(node.args[0]), _today)
            case "days_since":
                return _arithmetic(np.subtract, _today, self._present(node.args[0]))
        raise AssertionError("every function of the language is one of these or timed")


_OPERATIONS: dict[type[ast.operator], np.ufunc] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
}
_RELATIONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_NOBODY: NDArray[np.bool_] = np.zeros(1, np.bool_)
"""The mask of no run, whatever their number"""


def _literal(node: ast.expr) -> float | str:
    assert isinstance(node, ast.Constant)
    day = written_day(node)
    if day is not None:
        return day
    return node.value if isinstance(node.value, bool | str) else float(node.value)  # type: ignore[arg-type]


def _count(flags: Any, view: View, mask: Mask) -> int:
    """Number of runs under the mask for which the flag holds (one flag for all, or one a run)."""
    if np.ndim(flags):
        return int(np.count_nonzero(flags if mask is None else flags & mask))
    if not flags:
        return 0
    return len(view) if mask is None else int(np.count_nonzero(mask))


def _narrowed(mask: Mask, flags: Any) -> Mask:
    """Runs under the mask for which the flag holds."""
    if np.ndim(flags):
        narrowed: NDArray[np.bool_] = flags if mask is None else flags & mask
        return narrowed
    return mask if flags else _NOBODY


def _nobody(mask: Mask) -> bool:
    return mask is not None and not np.count_nonzero(mask)


def _today(view: View, mask: Mask) -> int:
    return view.today


def _is_defined(dates: Any) -> Any:
    return np.not_equal(dates, MISSING)


def _constant(value: float | str | None) -> Code:
    return lambda view, mask: value


def _elementwise(function: Callable[..., Any], *parts: Code) -> Code:
    if len(parts) == 1:
        (part,) = parts
        return lambda view, mask: function(part(view, mask))
    left, right = parts
    return lambda view, mask: function(left(view, mask), right(view, mask))


def _arithmetic(function: np.ufunc, *parts: Code) -> Code:
    """In float64 whatever the parts are, so that no whole number can overflow."""
    return lambda view, mask: function(*[part(view, mask) for part in parts], dtype=np.float64)


def _whole_day(code: Code) -> Code:
    """A date moved by days: rounded to the nearest day, never as far as MISSING."""

    def rounded(view: View, mask: Mask) -> Any:
        return np.rint(code(view, mask)).clip(-MISSING, MISSING - 1).astype(np.int32)

    return rounded


def _conjunction(left: Code, right: Code) -> Code:
    def code(view: View, mask: Mask) -> Any:
        first = left(view, mask)
        remaining = _narrowed(mask, first)
        return first if _nobody(remaining) else np.logical_and(first, right(view, remaining))

    return code


def _disjunction(left: Code, right: Code) -> Code:
    def code(view: View, mask: Mask) -> Any:
        first = left(view, mask)
        remaining = _narrowed(mask, np.logical_not(first))
        return first if _nobody(remaining) else np.logical_or(first, right(view, remaining))

    return code


def _conditional(test: Code, body: Code, otherwise: Code) -> Code:
    def code(view: View, mask: Mask) -> Any:
        flags = test(view, mask)
        if _nobody(unmet := _narrowed(mask, np.logical_not(flags))):
            return body(view, mask)
        if _nobody(met := _narrowed(mask, flags)):
            return otherwise(view, mask)
        return np.where(flags, body(view, met), otherwise(view, unmet))

    return code


def _counting(parts: Sequence[Code]) -> Code:
    def code(view: View, mask: Mask) -> Any:
        total: Any = 0.0
        for part in parts:
            total = np.add(total, part(view, mask), dtype=np.float64)
        return total

    return code


def _extreme(function: np.ufunc, parts: Sequence[Code]) -> Code:
    return lambda view, mask: reduce(function, [part(view, mask) for part in parts])
