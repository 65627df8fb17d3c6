"""Expressions read over arrays of runs give what a plain reading of each run gives."""

import ast
import pickle

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from sim.days import MISSING, day
from sim.scenario.evaluation import EvaluationError, MissingDate, compile_expression
from sim.scenario.expressions import ExpressionError, Kind, Symbol, parse

TODAY = day("2025-10-15")
KINDS = {
    "today": Kind.date,
    "a.live": Kind.truth,
    "b.live": Kind.truth,
    "sure": Kind.truth,
    "a.expires": Kind.date,
    "b.expires": Kind.date,
    "x": Kind.number,
    "y": Kind.number,
    "five": Kind.number,
    "stack": Kind.points,
    "belief": Kind.share,
    "wait": Kind.days,
}
SYMBOLS = {name: Symbol(name, kind, "", "") for name, kind in KINDS.items()}
SYMBOLS["stance"] = Symbol("stance", Kind.choice, "", "", ("hard", "soft"))
SYMBOLS["mood"] = Symbol("mood", Kind.choice, "", "", ("hard", "soft"))

RUNS = {
    "today": TODAY,
    "a.live": np.array([True, True, False, False]),
    "b.live": np.array([True, False, True, False]),
    "sure": True,
    "a.expires": np.array([TODAY + 26, TODAY - 5, MISSING, TODAY], dtype=np.int32),
    "b.expires": np.array([MISSING, TODAY, TODAY + 1, MISSING], dtype=np.int32),
    "x": np.array([0.0, 1.5, -2.0, 30.0]),
    "y": np.array([1.0, 0.0, 4.0, -1.0]),
    "five": 5,
    "stack": np.array([30.0, 54.0, 130.0, 0.0]),
    "belief": np.array([0.0, 0.2, 0.5, 1.0]),
    "wait": np.array([0, 3, 14, 28], dtype=np.int32),
    "stance": np.array([0, 1, 1, 0], dtype=np.int8),
    "mood": "soft",
}


class Runs:
    """Four runs, and what a keeper of their paths would answer."""

    today = TODAY

    def __init__(self, timed=None):
        self.values = timed or {}
        self.read = []

    def __len__(self):
        return 4

    def get(self, name):
        self.read.append(name)
        return RUNS[name]

    def timed(self, key):
        return self.values[key]


def compiled(text):
    return compile_expression(parse(text), SYMBOLS)


def value(text, mask=None):
    return compiled(text).evaluate(Runs(), mask)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("True", [True] * 4),
        ("a.live", [True, True, False, False]),
        ("a.live and b.live", [True, False, False, False]),
        ("a.live or b.live", [True, True, True, False]),
        ("not a.live", [False, False, True, True]),
        ("sure and a.live", [True, True, False, False]),
        ("not sure or a.live", [True, True, False, False]),
        ("sure or a.live", [True] * 4),
        ("a.live and b.live or not a.live", [True, False, True, True]),
        ("a.live == b.live", [True, False, False, True]),
        ("stack >= 54", [False, True, True, False]),
        ("pp('54 pp') <= stack < 130", [False, True, False, False]),
        ("belief == pct('20 %')", [False, True, False, False]),
        ("stance == 'soft'", [False, True, True, False]),
        ("'soft' != stance", [True, False, False, True]),
        ("mood == 'soft'", [True] * 4),
        ("mood != 'soft'", [False] * 4),
        ("defined(b.expires)", [False, True, True, False]),
        ("defined(a.expires) and a.expires > '2025-11-09'", [True, False, False, False]),
        ("five == 5", [True] * 4),
    ],
)
def test_truths(text, expected):
    result = value(text)
    assert result.dtype == np.bool_
    assert result.tolist() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", [2.0] * 4),
        ("x + y", [1.0, 1.5, 2.0, 29.0]),
        ("x - -y * 2", [2.0, 1.5, 6.0, 28.0]),
        ("x / five", [0.0, 0.3, -0.4, 6.0]),
        ("five / 2", [2.5] * 4),
        ("min(1, belief + pct('50 %'))", [0.5, 0.7, 1.0, 1.0]),
        ("max(x, y, 0)", [1.0, 1.5, 4.0, 30.0]),
        ("abs(x)", [0.0, 1.5, 2.0, 30.0]),
        ("count(a.live, b.live, sure)", [3.0, 2.0, 2.0, 1.0]),
        ("0.5 if belief > pct('20 %') else pct('10 %')", [0.1, 0.1, 0.5, 0.5]),
        ("x if sure else y", [0.0, 1.5, -2.0, 30.0]),
        ("x if not sure else y", [1.0, 0.0, 4.0, -1.0]),
        ("wait * 2 + 1", [1.0, 7.0, 29.0, 57.0]),
        ("today - '2025-10-01'", [14.0] * 4),
        ("days_to('2025-10-20') - days_since('2025-10-10')", [0.0] * 4),
        ("days_to(a.expires) if defined(a.expires) else -1", [26.0, -5.0, -1.0, 0.0]),
    ],
)
def test_amounts(text, expected):
    result = value(text)
    assert result.dtype == np.float64
    assert result.tolist() == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'1970-01-02'", [1] * 4),
        ("a.expires", [TODAY + 26, TODAY - 5, MISSING, TODAY]),
        ("today + wait", [TODAY, TODAY + 3, TODAY + 14, TODAY + 28]),
        ("wait / 10 + today", [TODAY, TODAY, TODAY + 1, TODAY + 3]),
        ("today - 1", [TODAY - 1] * 4),
        ("a.expires if defined(a.expires) else today", [TODAY + 26, TODAY - 5, TODAY, TODAY]),
        ("max(today, today + wait)", [TODAY, TODAY + 3, TODAY + 14, TODAY + 28]),
        ("today + 1e14", [MISSING - 1] * 4),
    ],
)
def test_dates(text, expected):
    result = value(text)
    assert result.dtype == np.int32
    assert result.tolist() == expected


@pytest.mark.parametrize(
    ("text", "name", "runs"),
    [
        ("a.expires < today", "a.expires", 1),
        ("today <= b.expires", "b.expires", 2),
        ("b.expires == b.expires", "b.expires", 2),
        ("days_to(b.expires) < 3", "b.expires", 2),
        ("b.expires + 3", "b.expires", 2),
        ("a.expires - '2025-01-01'", "a.expires", 1),
        ("max(today, b.expires)", "b.expires", 2),
        ("a.live and b.expires > today", "b.expires", 1),
        ("a.live or b.expires > today", "b.expires", 1),
        ("1 if (a.expires if a.live else b.expires) < today else 0", "a.expires if a.live else b.expires", 1),
    ],
)
def test_a_missing_date_that_matters_is_an_error(text, name, runs):
    with pytest.raises(MissingDate) as caught:
        value(text)
    assert (caught.value.text, caught.value.name, caught.value.runs) == (text, name, runs)


def test_a_division_by_zero_that_matters_is_an_error():
    with pytest.raises(EvaluationError, match=r"'x / y' divides by zero: y is 0 in 1 run"):
        value("x / y")
    assert value("x / y if y != 0 else 0").tolist() == [0.0, 0.0, -0.5, -30.0]
    with pytest.raises(EvaluationError, match="in 4 run"):
        value("x / (five - 5)")


def test_a_number_without_bounds_is_an_error():
    endless = " * 1e15" * 21
    with pytest.raises(EvaluationError, match="gives no finite number in 4 run"):
        value(f"(five - 1){endless}")
    assert value(f"five{endless} > 0").all()


def test_runs_outside_the_mask_raise_nothing():
    present = np.array([True, True, False, True])
    assert value("a.expires < today", present)[present].tolist() == [False, True, False]
    assert value("x / (five - 5)", np.zeros(4, dtype=np.bool_)).shape == (4,)
    with pytest.raises(MissingDate) as caught:
        value("b.expires < today", present)
    assert caught.value.runs == 2


@pytest.mark.parametrize(
    "text",
    ["not sure and a.live", "sure or a.live", "five > 9 and a.live or sure", "sure if sure else a.live"],
)
def test_what_matters_in_no_run_is_not_read(text):
    runs = Runs()
    compiled(text).evaluate(runs)
    assert "a.live" not in runs.read


def test_a_result_is_the_readers_own():
    result = value("a.live")
    result[:] = False
    assert RUNS["a.live"].tolist() == [True, True, False, False]


def test_timed_functions_are_handed_to_the_keeper_of_the_path():
    expression = compiled("on('2025-11-10', a.live) and ever( a.live and(stack>54)) or mean(belief) > 0.5")
    assert expression.names == {"a.live", "stack", "belief"}
    assert [(t.function, t.key, t.day, t.inner.kind) for t in expression.timed] == [
        ("on", "on('2025-11-10', a.live)", day("2025-11-10"), Kind.truth),
        ("ever", "ever(a.live and stack > 54)", None, Kind.truth),
        ("mean", "mean(belief)", None, Kind.share),
    ]
    assert expression.timed[1].inner.evaluate(Runs()).tolist() == [False, False, False, False]
    answers = {
        "on('2025-11-10', a.live)": np.array([True, True, False, False]),
        "ever(a.live and stack > 54)": np.array([True, False, True, False]),
        "mean(belief)": np.array([0.0, 0.0, 0.0, 0.6]),
    }
    assert expression.evaluate(Runs(answers)).tolist() == [True, False, False, True]


def test_the_same_timed_function_is_kept_once():
    expression = compiled("max(stack) > 130 or max( stack ) < 30 or max(stack, x) > 1")
    assert [timed.key for timed in expression.timed] == ["max(stack)"]


def test_a_day_that_never_came_is_missing():
    key = "first_day(a.live)"
    runs = Runs({key: np.array([TODAY, MISSING, TODAY, TODAY], dtype=np.int32)})
    with pytest.raises(MissingDate, match=r"ask defined\(first_day\(a.live\)\) first"):
        compiled(f"{key} <= '2025-11-30'").evaluate(runs)
    told = compiled(f"defined({key}) and {key} <= '2025-11-30'").evaluate(runs)
    assert told.tolist() == [True, False, True, True]


def test_compiling_raises_the_first_mistake():
    with pytest.raises(ExpressionError, match="a has no attribute 'liv'"):
        compiled("a.liv and a.expires > 3")


def test_errors_travel_between_processes():
    error = pickle.loads(pickle.dumps(MissingDate("a < b", "a", 3)))
    assert str(error) == "'a < b': a is missing in 3 run(s); ask defined(a) first"


# ── Against a plain reading of one run ───────────────────────────────────────────────────────────────


class NoValueError(Exception):
    """The plain reading met a missing date or a division by zero."""


def plain(node, run):
    """The value of an expression in one run: ints, floats and bools, no arrays."""
    match node:
        case ast.Constant(value=str(text)):
            return day(text)
        case ast.Constant(value=constant):
            return constant
        case ast.Name() | ast.Attribute():
            found = RUNS[ast.unparse(node)]
            return found[run].item() if isinstance(found, np.ndarray) else found
        case ast.BoolOp(op=ast.And()):
            return all(plain(part, run) for part in node.values)
        case ast.BoolOp():
            return any(plain(part, run) for part in node.values)
        case ast.UnaryOp(op=ast.Not()):
            return not plain(node.operand, run)
        case ast.UnaryOp():
            return -plain(node.operand, run)
        case ast.BinOp():
            left, right = present(node.left, run), present(node.right, run)
            if isinstance(node.op, ast.Div) and right == 0:
                raise NoValueError
            return OPERATIONS[type(node.op)](left, right)
        case ast.Compare():
            parts = [present(part, run) for part in (node.left, *node.comparators)]
            triples = zip(node.ops, parts, parts[1:], strict=False)
            return all(RELATIONS[type(relation)](left, right) for relation, left, right in triples)
        case ast.IfExp():
            return plain(node.body if plain(node.test, run) else node.orelse, run)
        case ast.Call(func=ast.Name(id="defined")):
            return plain(node.args[0], run) != MISSING
        case ast.Call():
            return FUNCTIONS[node.func.id]([present(part, run) for part in node.args])


def present(node, run):
    found = plain(node, run)
    if isinstance(found, int) and found == MISSING:
        raise NoValueError
    return found


OPERATIONS = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}
RELATIONS = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
}
FUNCTIONS = {
    "max": max,
    "min": min,
    "count": sum,
    "abs": lambda parts: abs(parts[0]),
    "days_to": lambda parts: parts[0] - TODAY,
    "days_since": lambda parts: TODAY - parts[0],
}

dates = st.deferred(
    lambda: (
        st.sampled_from(["today", "a.expires", "b.expires", "'2025-10-15'", "'2025-11-10'"])
        | st.builds("{} + {}".format, dates, st.integers(0, 40))
        | st.builds("({} if {} else {})".format, dates, truths, dates)
        | st.builds("max({}, {})".format, dates, dates)
    )
)
numbers = st.deferred(
    lambda: (
        st.sampled_from(["x", "y", "five", "0", "1.5", "30"])
        | st.builds("({} {} {})".format, numbers, st.sampled_from("+-*/"), numbers)
        | st.builds("-{}".format, numbers)
        | st.builds("({} if {} else {})".format, numbers, truths, numbers)
        | st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), numbers, numbers)
        | st.builds("abs({})".format, numbers)
        | st.builds("count({}, {})".format, truths, truths)
    )
)
truths = st.deferred(
    lambda: (
        st.sampled_from(["a.live", "b.live", "sure", "False"])
        | st.builds("({} {} {})".format, truths, st.sampled_from(["and", "or"]), truths)
        | st.builds("(not {})".format, truths)
        | st.builds("({} {} {})".format, numbers, relations, numbers)
        | st.builds("({} {} {} {} {})".format, dates, relations, dates, relations, dates)
        | st.builds("({} {} {})".format, dates, relations, dates)
        | st.builds("({} - {} < {})".format, dates, dates, st.integers(-5, 30))
        | st.builds("({}({}) < {})".format, st.sampled_from(["days_to", "days_since"]), dates, st.integers(-5, 30))
        | st.builds("defined({})".format, dates)
        | st.builds("({} if {} else {})".format, truths, truths, truths)
    )
)
relations = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])


@settings(max_examples=150, deadline=None)
@given(truths | numbers | dates, st.lists(st.booleans(), min_size=4, max_size=4))
def test_every_run_under_the_mask_gets_its_plain_reading(text, asked):
    try:
        parse(text)
    except ExpressionError:
        reject()  # deeper or longer than the language admits
    expression = compiled(text)
    runs = [run for run in range(4) if asked[run]]
    try:
        expected = [plain(parse(text).tree, run) for run in runs]
    except NoValueError:
        with pytest.raises(EvaluationError):
            expression.evaluate(Runs(), np.array(asked))
        return
    assert expression.evaluate(Runs(), np.array(asked))[runs].tolist() == expected
