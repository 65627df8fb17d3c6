"""What kind of value an expression is, given the names of a scenario; all mistakes in one pass."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from sim.scenario.expressions import (
    FUNCTIONS,
    Expression,
    ExpressionError,
    Kind,
    Symbol,
    column_of,
    dotted,
    is_timed,
    quantity,
    written_day,
)
from sim.scenario.problems import closest

AMOUNTS = frozenset({Kind.number, Kind.share, Kind.points, Kind.days})
"""Kinds that can be added, scaled and ordered with plain numbers."""

WORDED = {
    Kind.truth: "true or false",
    Kind.number: "a number",
    Kind.share: "a share",
    Kind.points: "percentage points",
    Kind.days: "days",
    Kind.date: "a date",
    Kind.choice: "a word",
}
_HINTS = {
    frozenset({Kind.date, Kind.number}): "; write a quoted date such as '2025-11-30', or days_to(…)",
    frozenset({Kind.share, Kind.points}): "; pct('20 %') is a share, pp('20 pp') is percentage points",
}
_CHOICE_RULE = "a choice is compared by == or != with a quoted word"


def check(
    expression: Expression, symbols: Mapping[str, Symbol], allow_timed: bool = True
) -> tuple[Kind | None, list[ExpressionError]]:
    """The kind of an expression and every mistake in it.

    The kind is None where a mistake leaves it open. `allow_timed` admits the functions that look over a
    run's whole path (`ever`, `first_day`, `on`, `mean`, `max` and `min` of one value).
    """
    kinds = Kinds(expression, symbols, allow_timed)
    return kinds.value(expression.tree), kinds.errors


class Kinds:
    """A walk over an expression that notes the kind of every part in `of`, and the mistakes in `errors`."""

    def __init__(self, expression: Expression, symbols: Mapping[str, Symbol], allow_timed: bool = True) -> None:
        self.of: dict[ast.expr, Kind | None] = {}
        self.errors: list[ExpressionError] = []
        self._text = expression.text
        self._symbols = symbols
        self._allow_timed = allow_timed
        self._inside: str | None = None
        """the timed function whose argument is being read"""

    def value(self, node: ast.expr) -> Kind | None:
        """The kind of a part that must be a value rather than a word."""
        kind = self._kind(node)
        if kind is Kind.choice:
            self._wrong(node, f"{self._worded(node)} stands alone; {_CHOICE_RULE}")
            return None
        return kind

    def _kind(self, node: ast.expr) -> Kind | None:
        self.of[node] = kind = self._read(node)
        return kind

    def _read(self, node: ast.expr) -> Kind | None:
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name() | ast.Attribute():
                return self._name(node)
            case ast.BoolOp(values=parts):
                for part in parts:
                    self._need(part, {Kind.truth}, "and, or and not join conditions")
                return Kind.truth
            case ast.UnaryOp(op=ast.Not(), operand=part):
                self._need(part, {Kind.truth}, "and, or and not join conditions")
                return Kind.truth
            case ast.UnaryOp(operand=part):
                return self._need(part, AMOUNTS, "a minus sign stands before an amount")
            case ast.BinOp():
                return self._arithmetic(node)
            case ast.Compare():
                self._comparison(node)
                return Kind.truth
            case ast.IfExp():
                self._need(node.test, {Kind.truth}, "between if and else stands a condition")
                return self._common(node, [node.body, node.orelse], "chosen between")
            case ast.Call():
                return self._call(node)
        raise AssertionError(f"{type(node).__name__} is never admitted")

    # ── Leaves ───────────────────────────────────────────────────────────────────────────────────────

    def _constant(self, node: ast.Constant) -> Kind:
        if isinstance(node.value, bool):
            return Kind.truth
        if isinstance(node.value, str):
            return Kind.choice if written_day(node) is None else Kind.date
        return Kind.number

    def _name(self, node: ast.Name | ast.Attribute) -> Kind | None:
        name = str(dotted(node))
        if name in self._symbols:
            if name == "today" and self._inside:
                self._wrong(node, self._not_constant_between_events(name))
            return self._symbols[name].kind
        if name in FUNCTIONS:
            self._wrong(node, f"{name} is a function; write {FUNCTIONS[name].usage}")
            return None
        owner = name
        while owner and not self._attributes(owner) and owner not in self._symbols:
            owner = owner.rpartition(".")[0]
        if not owner:
            self._wrong(node, f"there is no {name!r} in this scenario (quote words)", self._nearest(name), name)
        elif owner == name:
            self._wrong(node, f"{name} is no value by itself; it has: {', '.join(self._attributes(name))}")
        elif attributes := self._attributes(owner):
            wrong = name[len(owner) + 1 :].partition(".")[0]
            near = closest(wrong, attributes)
            message = f"{owner} has no attribute {wrong!r}; it has: {', '.join(attributes)}"
            self._wrong(node, message, f"{owner}.{near}" if near else None, name)
        else:
            self._wrong(node, f"{owner} has no attributes", unknown=name)
        return None

    def _attributes(self, owner: str) -> list[str]:
        """What may follow `owner.`, in the order of the symbols."""
        starts = f"{owner}."
        return list(dict.fromkeys(s[len(starts) :].partition(".")[0] for s in self._symbols if s.startswith(starts)))

    def _nearest(self, name: str) -> str | None:
        """The closest name: the same attribute of an owner spelt alike, or else any name."""
        owner, dot, rest = name.partition(".")
        near = closest(owner, list(dict.fromkeys(symbol.partition(".")[0] for symbol in self._symbols)))
        if near is not None and (candidate := f"{near}{dot}{rest}") in self._symbols:
            return candidate
        return closest(name, list(self._symbols))

    # ── Operations ───────────────────────────────────────────────────────────────────────────────────

    def _arithmetic(self, node: ast.BinOp) -> Kind | None:
        left, right = self.value(node.left), self.value(node.right)
        if left is None or right is None:
            return None
        for part, kind in ((node.left, left), (node.right, right)):
            if kind is Kind.truth:
                self._wrong(part, f"{self._worded(part)} in a sum or product; count(…) counts conditions")
                return None
        if Kind.date in (left, right):
            return self._date_arithmetic(node, left, right)
        if isinstance(node.op, ast.Add | ast.Sub):
            return self._agree(node, [node.left, node.right], "added or subtracted")
        return _product(left, right) if isinstance(node.op, ast.Mult) else _quotient(left, right)

    def _date_arithmetic(self, node: ast.BinOp, left: Kind, right: Kind) -> Kind | None:
        spans = (Kind.days, Kind.number)
        match node.op:
            case ast.Sub() if left is right:
                return Kind.days
            case ast.Add() | ast.Sub() if left is Kind.date and right in spans:
                return Kind.date
            case ast.Add() if left in spans:
                return Kind.date
        parts = f"{self._worded(node.left)} and {self._worded(node.right)}"
        self._wrong(node, f"found {parts}; a date minus a date is days, a date plus or minus days is a date")
        return None

    def _comparison(self, node: ast.Compare) -> None:
        parts = [node.left, *node.comparators]
        kinds = [self._kind(part) for part in parts]
        for place, operator in enumerate(node.ops):
            pair, equality = parts[place : place + 2], isinstance(operator, ast.Eq | ast.NotEq)
            if Kind.choice in kinds[place : place + 2]:
                self._word(pair, equality)
            elif self._agree(node, pair, "compared") is Kind.truth and not equality:
                self._wrong(node, f"{self._worded(pair[0])}: truths have no order")

    def _word(self, pair: Sequence[ast.expr], equality: bool) -> None:
        """A choice is compared with one of its words, and only as the same or not the same."""
        words = [part for part in pair if isinstance(part, ast.Constant) and self.of[part] is Kind.choice]
        names = [part for part in pair if part not in words]
        if len(words) != 1 or self.of[names[0]] is not Kind.choice:
            if None not in (self.of[part] for part in pair):
                dated = Kind.date in (self.of[part] for part in pair)
                rule = "a date is written '2025-11-30'" if dated else _CHOICE_RULE
                self._wrong(pair[0], f"found {self._worded(pair[0])} and {self._worded(pair[1])}; {rule}")
            return
        if not equality:
            self._wrong(names[0], f"found an order of {self._worded(names[0])}; {_CHOICE_RULE}")
        allowed, word = self._symbols[str(dotted(names[0]))].words, str(words[0].value)
        if allowed and word not in allowed:
            message = f"{word!r} is no choice of {dotted(names[0])}; it is one of {', '.join(allowed)}"
            self._wrong(words[0], message, closest(word, list(allowed)))

    # ── Calls ────────────────────────────────────────────────────────────────────────────────────────

    def _call(self, node: ast.Call) -> Kind | None:
        name = str(dotted(node.func))
        function = FUNCTIONS[name]
        if len(node.args) < function.least or len(node.args) > (function.most or len(node.args)):
            wanted = str(function.least) if function.most else f"at least {function.least}"
            found = f"{name}() takes {wanted} argument(s), found {len(node.args)}"
            self._wrong(node, f"{found}: {function.usage}")
            return None
        if is_timed(node):
            return self._timed(node, name)
        match name:
            case "pct" | "pp":
                if quantity(node) is None:
                    self._wrong(node, f"{name}() takes a quoted quantity: {function.usage}")
                return Kind.share if name == "pct" else Kind.points
            case "defined":
                self._need(node.args[0], {Kind.date}, "defined() asks for a date")
                return Kind.truth
            case "abs":
                return self._need(node.args[0], AMOUNTS, "abs() asks for an amount")
            case "count":
                for part in node.args:
                    self._need(part, {Kind.truth}, "count() counts conditions")
                return Kind.number
            case "max" | "min":
                kind = self._common(node, node.args, f"put into {name}()")
                if kind is Kind.truth:
                    self._wrong(node, f"{name}() asks for amounts or dates; conditions are joined by and, or")
                return kind
        if self._inside:
            self._wrong(node, self._not_constant_between_events(f"{name}()"))
        self._need(node.args[0], {Kind.date}, f"{name}() asks for a date")
        return Kind.days

    def _timed(self, node: ast.Call, name: str) -> Kind | None:
        if not self._allow_timed:
            self._wrong(node, f"{name}() looks over a run's path, which cannot be asked here")
        if self._inside:
            self._wrong(node, f"{name}() stands inside {self._inside}(); functions over time do not nest")
            return None
        self._inside = name
        kind = self._over_time(node, name)
        self._inside = None
        return kind

    def _over_time(self, node: ast.Call, name: str) -> Kind | None:
        argument = node.args[-1]
        match name:
            case "ever" | "first_day":
                self._need(argument, {Kind.truth}, f"{name}() asks for a condition")
                return Kind.truth if name == "ever" else Kind.date
            case "on":
                if written_day(node.args[0]) is None:
                    self._wrong(node.args[0], "on() asks for a quoted date first: on('2025-11-10', value)")
                return self.value(argument)
            case "mean":
                kind = self._need(argument, AMOUNTS | {Kind.truth}, "mean() asks for an amount or a condition")
                return Kind.share if kind is Kind.truth else kind
        return self._need(argument, AMOUNTS, f"{name}() over time asks for an amount; for a condition, ever()")

    def _not_constant_between_events(self, name: str) -> str:
        return f"{name} changes every day and cannot stand inside {self._inside}()"

    # ── Agreement of kinds ───────────────────────────────────────────────────────────────────────────

    def _need(self, node: ast.expr, wanted: frozenset[Kind] | set[Kind], rule: str) -> Kind | None:
        kind = self.value(node)
        if kind is None or kind in wanted:
            return kind
        self._wrong(node, f"found {self._worded(node)}; {rule}")
        return None

    def _common(self, node: ast.expr, parts: Sequence[ast.expr], done: str) -> Kind | None:
        for part in parts:
            self.value(part)
        return self._agree(node, parts, done)

    def _agree(self, node: ast.expr, parts: Sequence[ast.expr], done: str) -> Kind | None:
        """The one kind of parts already read. A plain number goes with every amount, if it can be meant."""
        kinds = [self.of[part] for part in parts]
        if None in kinds or Kind.choice in kinds:
            return None
        found = list(dict.fromkeys(kind for kind in kinds if kind is not None))
        particular = [kind for kind in found if kind is not Kind.number]
        kind = particular[0] if particular else Kind.number
        if len(particular) > 1 or (Kind.number in found and kind not in AMOUNTS):
            clash = particular[:2] if len(particular) > 1 else found
            pair = " and ".join(self._worded(parts[kinds.index(kind)]) for kind in clash)
            self._wrong(node, f"{pair} cannot be {done}{_HINTS.get(frozenset(clash), '')}")
            return None
        for part in parts:
            number = part.value if isinstance(part, ast.Constant) else None
            if kind is Kind.share and isinstance(number, float | int) and number > 1:
                self._wrong(part, f"found {number} where a share (0 to 1) is meant; write pct('{number} %')")
        return kind

    def _worded(self, node: ast.expr) -> str:
        kind = self.of.get(node)
        return f"{ast.unparse(node)} ({WORDED[kind]})" if kind else ast.unparse(node)

    def _wrong(self, node: ast.expr, message: str, suggestion: str | None = None, unknown: str | None = None) -> None:
        self.errors.append(ExpressionError(message, column_of(self._text, node), suggestion, unknown))


def _product(left: Kind, right: Kind) -> Kind:
    """A share of an amount is such an amount; a multiple of a share may pass 1, so it is a number."""
    if Kind.number in (left, right):
        other = right if left is Kind.number else left
        return Kind.number if other is Kind.share else other
    if Kind.share in (left, right):
        return right if left is Kind.share else left
    return Kind.number


def _quotient(left: Kind, right: Kind) -> Kind:
    """An amount divided by a number or a share keeps its kind, a share excepted; a ratio is a number."""
    return left if right in (Kind.number, Kind.share) and left is not Kind.share else Kind.number
