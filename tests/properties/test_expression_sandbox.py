"""No text does anything but become an expression or an ExpressionError."""

import warnings
from contextlib import suppress

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sim.days import MISSING
from sim.scenario.evaluation import EvaluationError, compile_expression
from sim.scenario.expressions import FUNCTIONS, Expression, ExpressionError, Kind, Symbol, parse
from sim.scenario.kinds import check

SYMBOLS = {
    name: Symbol(name, kind, "", "")
    for name, kind in {
        "today": Kind.date,
        "truce.live": Kind.truth,
        "truce.expires": Kind.date,
        "stack.off_list": Kind.points,
        "us.cost": Kind.number,
        "us.stance": Kind.choice,
        "china.belief": Kind.share,
    }.items()
}
WORDS = """
    ever first_day on mean max min pct pp days_to defined count abs
    ( ) [ ] { } , . : ; = == < >= + - * ** / // % @ & | ~ ^ := ' " _ # ... \\
    and or not if else in is lambda for await yield f' b'' None True
    '2025-11-10' '2025-99-99' 'hard' 0 1 20 1e309 9**9**9 1j 1_0 0x 0777 ² ｅｖｅｒ
    __class__ ().__class__ __import__('os') truce.__class__
"""
FRAGMENTS = [*SYMBOLS, *WORDS.split(), "'20 %'", "\n", "\x00", "\ud800", " "]


def joined(shape, *slots):
    return st.builds(shape.format, *slots)


OPERATORS = ["and", "or", "+", "-", "*", "/", "<", "==", "!=", ">="]
SENTENCES = st.recursive(
    st.sampled_from([*SYMBOLS, "'2025-11-10'", "'hard'", "0", "0.5", "20", "True", "pct('20 %')", "truce.lapse", "on"]),
    lambda part: (
        joined(
            "({} {} {})",
            part,
            st.sampled_from(["and", "or", "+", "-", "*", "/", "<", "==", "!=", ">="]),
            part,
        )
        | joined("({} {})", st.sampled_from(["not", "-"]), part)
        | joined("({} if {} else {})", part, part, part)
        | joined("{}({})", st.sampled_from(sorted(FUNCTIONS)), part)
        | joined("{}({}, {})", st.sampled_from(sorted(FUNCTIONS)), part, part)
    ),
    max_leaves=8,
)
"""Well-formed, seldom sensible."""


class TwoRuns:
    """State in which dates can be missing and divisors zero."""

    today = 20_000

    def __len__(self):
        return 2

    def get(self, name):
        return {
            Kind.date: np.array([20_000, MISSING], dtype=np.int32),
            Kind.truth: np.array([True, False]),
            Kind.choice: np.array(["hard", "soft"]),
        }.get(SYMBOLS[name].kind, np.array([0.0, 1.0]))

    def timed(self, key):
        return self.get("truce.expires" if key.startswith("first_day") else "stack.off_list")


def read(text):
    """Parse, check and compile; return what went wrong, if anything did."""
    try:
        expression = parse(text)
    except ExpressionError as error:
        return [error]
    assert isinstance(expression, Expression)
    kind, errors = check(expression, SYMBOLS)
    if not errors:
        assert compile_expression(expression, SYMBOLS).kind is kind
    return errors


@given(st.text(max_size=200))
@example("9**9**9")
@example("'a'*10**9")
@example("().__class__.__bases__[0].__subclasses__()")
@example("truce.__class__")
@example("'\\d'")
@example("0x")
@example("1if 2else 3")
def test_any_text_is_an_expression_or_an_expression_error(text):
    for error in read(text):
        assert 1 <= error.column <= max(1, len(text))
        assert error.message


@settings(max_examples=300)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40), st.sampled_from(["", " "]))
def test_any_mixture_of_fragments_is_an_expression_or_an_expression_error(parts, glue):
    for error in read(glue.join(parts)):
        assert error.message


@settings(max_examples=500)
@given(SENTENCES)
def test_a_sentence_without_mistakes_has_a_value_or_says_why_not(text):
    if read(text):
        return
    expression = compile_expression(parse(text), SYMBOLS)
    with suppress(EvaluationError):
        assert expression.evaluate(TwoRuns()).shape == (2,)


@given(
    st.sampled_from(["(", "-", "not ", "ever(", "1+", "a.", "[", "1 if ", "1<", "f'{", "lambda:"]),
    st.integers(1, 3000),
)
def test_repetition_ends_in_an_expression_or_an_expression_error(part, times):
    assert read(part * times)  # each of them is left open, so none is an expression


def test_reading_text_emits_no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(r"us.stance == '\d'") == []
        assert read("1if truce.live else 2") == []
