"""What may be written as an expression, and what is refused."""

import copy
import pickle

import pytest

from sim.scenario.expressions import (
    FUNCTIONS,
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_NODES,
    ExpressionError,
    parse,
)


@pytest.mark.parametrize(
    ("text", "names", "functions"),
    [
        ("truce.extended and october_package.delayed", {"truce.extended", "october_package.delayed"}, set()),
        ("ever(hundred_percent.in_force)", {"hundred_percent.in_force"}, {"ever"}),
        ("first_day(truce.lapsed) <= '2025-11-30'", {"truce.lapsed"}, {"first_day"}),
        ("54 <= stack.off_list < 130", {"stack.off_list"}, set()),
        ("mean(average.us.china)", {"average.us.china"}, {"mean"}),
        ("us.audience_cost * 0.02 / -3", {"us.audience_cost"}, set()),
        ("0.5 if us.stance == 'hard' else pct('20 %')", {"us.stance"}, {"pct"}),
        ("not True", set(), set()),
        ("(a.b\n  or\tc.d)", {"a.b", "c.d"}, set()),
    ],
)
def test_names_and_functions_are_gathered(text, names, functions):
    expression = parse(text)
    assert expression.names == names
    assert expression.functions == functions


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a[0]", "brackets"),
        ("lambda: 1", "lambda"),
        ("f'{a}'", "f-string"),
        ("[x for x in a]", "comprehension"),
        ("(x for x in a)", "comprehension"),
        ("{1: 2}", "braces"),
        ("{1}", "braces"),
        ("(a := 1)", ":="),
        ("count(*a)", "*"),
        ("count(condition=a)", "named argument"),
        ("count(**a)", "named argument"),
        ("1, 2", "comma"),
        ("2 ** 3", "**"),
        ("9**9**9", "**"),
        ("7 // 2", "//"),
        ("7 % 2", "%"),
        ("a @ b", "@"),
        ("a & b", "&"),
        ("1 << 999999", "<<"),
        ("~a", "~"),
        ("+a", "leading +"),
        ("a in b", "in"),
        ("a is not b", "is not"),
        ("b'bytes'", "b'bytes'"),
        ("None", "None"),
        ("...", "Ellipsis"),
        ("1j", "1j"),
        ("1e999", "number above"),
        ("9" * 400, "number above"),
        ("().__class__", "not a name"),
        ("'a'.upper", "not a name"),
        ("ever(a).b", "not a name"),
        ("truce.__class__", "start with a letter"),
        ("_private", "start with a letter"),
        ("truce.extended()", "no function 'truce.extended'"),
        ("eval('1')", "no function 'eval'"),
        ("(lambda: 1)()", "no name"),
        ("'2025-02-30' < today", "not a day of the calendar"),
        ("a # and b", "'#'"),
        ("", "nothing"),
        (" \n ", "nothing"),
        ("a; b", "cannot be read"),
        ("a\ud800b", "character that is not text"),
        ("yield a", "cannot be read"),
        ("(yield a)", "yield"),
        ("import os", "cannot be read"),
    ],
)
def test_whatever_is_not_of_the_language_is_refused_by_name(text, found):
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert found in caught.value.message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("stack.off_list > 20 %", "pct('20 %')"),
        ("stack.off_list > 20 pp", "pp('20 pp')"),
        ("truce.expires < 2025-08-01", "in quotes"),
        ("a && b", "write and"),
        ("a || b", "write or"),
        ("!a", "write not"),
        ("a = b", "write =="),
    ],
)
def test_habits_of_other_languages_get_a_hint(text, hint):
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert hint in caught.value.message


def test_the_column_counts_characters_from_one():
    with pytest.raises(ExpressionError) as caught:
        parse("'Brüssel' == us.stance and a[0]")
    assert caught.value.column == 28


def test_a_nul_is_refused():
    with pytest.raises(ExpressionError):  # the words depend on the version of Python
        parse("a\x00b")


def test_a_misspelt_function_is_recognised():
    with pytest.raises(ExpressionError) as caught:
        parse("evr(truce.live)")
    assert caught.value.suggestion == "ever"
    assert str(caught.value).endswith("(did you mean 'ever'?)")


@pytest.mark.parametrize("text", ["(" * 900 + "a" + ")" * 900, "-" * 1900 + "1", "not " * 480 + "a", "a" + ".b" * 900])
def test_nesting_bombs_are_refused(text):
    with pytest.raises(ExpressionError):
        parse(text)


def test_each_limit_admits_what_it_names_and_no_more():
    assert parse("-" * (MAX_DEPTH - 1) + "1")
    assert parse("a or " * (MAX_NODES - 2) + "a")
    assert parse("'" + "x" * (MAX_LENGTH - 2) + "'")
    for text in ("-" * MAX_DEPTH + "1", "a or " * (MAX_NODES - 1) + "a", "'" + "x" * (MAX_LENGTH - 1) + "'"):
        with pytest.raises(ExpressionError):
            parse(text)


def test_expressions_are_equal_when_their_text_is():
    assert parse(" truce.live ") == parse("truce.live")
    assert hash(parse("truce.live")) == hash(parse("truce.live"))
    assert parse("truce.live") != parse("truce.lapsed")


def test_expressions_and_errors_travel_between_processes():
    expression = parse("ever(truce.live) and days_to(truce.expires) < 14")
    again = pickle.loads(pickle.dumps(expression))
    assert again == copy.deepcopy(expression) == expression
    assert again.names == expression.names
    error = pickle.loads(pickle.dumps(ExpressionError("wrong", 3, "right")))
    assert str(error) == "wrong, at character 3 of the expression (did you mean 'right'?)"


def test_every_function_shows_a_usage_that_can_be_read():
    for name, function in FUNCTIONS.items():
        assert parse(function.usage.replace(", …", "")).functions == {name}
