"""What kind of value an expression is, and which mistakes are found with the names of a scenario."""

import pytest

from sim.scenario.expressions import Kind, Symbol, parse
from sim.scenario.kinds import check

NAMES = {
    "today": Kind.date,
    "as_of": Kind.date,
    "truce.live": Kind.truth,
    "truce.lapsed": Kind.truth,
    "truce.expires": Kind.date,
    "truce.since": Kind.date,
    "stack.off_list": Kind.points,
    "average.us.china": Kind.points,
    "us.audience_cost": Kind.number,
    "us.patience": Kind.days,
    "china.belief": Kind.share,
}
SYMBOLS = {name: Symbol(name, kind, "", "") for name, kind in NAMES.items()}
SYMBOLS["us.stance"] = Symbol("us.stance", Kind.choice, "", "", ("hard", "soft"))


def messages(text, allow_timed=True):
    return [error.message for error in check(parse(text), SYMBOLS, allow_timed)[1]]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("truce.live and not truce.lapsed", Kind.truth),
        ("'2025-11-10' <= truce.expires < '2026-01-01'", Kind.truth),
        ("stack.off_list >= 54", Kind.truth),
        ("stack.off_list >= pp('54 pp')", Kind.truth),
        ("china.belief > 0.5", Kind.truth),
        ("us.stance == 'hard' or 'soft' != us.stance", Kind.truth),
        ("truce.live == truce.lapsed", Kind.truth),
        ("truce.expires - truce.since", Kind.days),
        ("truce.expires + 14", Kind.date),
        ("us.patience + truce.expires - us.patience", Kind.date),
        ("us.patience + 3", Kind.days),
        ("us.patience / us.patience", Kind.number),
        ("stack.off_list * china.belief", Kind.points),
        ("china.belief * stack.off_list / 2", Kind.points),
        ("china.belief * china.belief", Kind.share),
        ("china.belief * 3", Kind.number),
        ("china.belief / china.belief", Kind.number),
        ("stack.off_list * stack.off_list", Kind.number),
        ("us.audience_cost * 0.02", Kind.number),
        ("1 - china.belief", Kind.share),
        ("-stack.off_list", Kind.points),
        ("0.5 if china.belief > pct('50 %') else pct('20 %')", Kind.share),
        ("truce.expires if truce.live else truce.since", Kind.date),
        ("min(1, china.belief + china.belief)", Kind.share),
        ("max(truce.expires, '2025-11-30')", Kind.date),
        ("abs(us.patience)", Kind.days),
        ("count(truce.live, truce.lapsed)", Kind.number),
        ("defined(truce.expires)", Kind.truth),
        ("days_to(truce.expires)", Kind.days),
        ("days_since(truce.since) < 14", Kind.truth),
        ("ever(truce.lapsed)", Kind.truth),
        ("first_day(truce.lapsed)", Kind.date),
        ("on('2025-11-10', truce.expires)", Kind.date),
        ("mean(average.us.china)", Kind.points),
        ("mean(truce.live)", Kind.share),
        ("max(stack.off_list) > 130", Kind.truth),
        ("min(us.audience_cost)", Kind.number),
    ],
)
def test_sound_expressions_have_a_kind(text, kind):
    assert check(parse(text), SYMBOLS) == (kind, [])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("truce.lapse", "truce has no attribute 'lapse'; it has: live, lapsed, expires, since"),
        ("average.us.chna > 1", "average.us has no attribute 'chna'; it has: china"),
        ("truce", "truce is no value by itself"),
        ("today.year > 1", "today has no attributes"),
        ("nothing_like_it", "there is no 'nothing_like_it'"),
        ("ever", "ever is a function; write ever(condition)"),
        ("truce.expires > 3", "write a quoted date"),
        ("truce.expires < 2025-11-30", "write a quoted date"),
        ("truce.expires == truce.live", "cannot be compared"),
        ("truce.live > truce.lapsed", "truths have no order"),
        ("truce.live == 1", "cannot be compared"),
        ("truce.live + 1", "count(…) counts conditions"),
        ("stack.off_list > pct('20 %')", "pp('20 pp') is percentage points"),
        ("us.patience > china.belief", "cannot be compared"),
        ("china.belief > 20", "write pct('20 %')"),
        ("china.belief + 20", "write pct('20 %')"),
        ("min(20, china.belief)", "write pct('20 %')"),
        ("truce.expires + truce.since", "a date minus a date is days"),
        ("3 - truce.expires", "a date minus a date is days"),
        ("truce.expires * 2", "a date minus a date is days"),
        ("-truce.expires", "before an amount"),
        ("stack.off_list and truce.live", "join conditions"),
        ("not stack.off_list", "join conditions"),
        ("1 if us.patience else 2", "stands a condition"),
        ("1 if truce.live else truce.expires", "cannot be chosen between"),
        ("us.stance", "with a quoted word"),
        ("us.stance == us.stance", "with a quoted word"),
        ("us.stance < 'hard'", "by == or !="),
        ("us.stance == 3", "with a quoted word"),
        ("us.stance == 'hrad'", "one of hard, soft"),
        ("'hard' == 'hard'", "with a quoted word"),
        ("us.stance == hard", "quote words"),
        ("truce.expires < '2025-1-3'", "a date is written '2025-11-30'"),
        ("ever()", "takes 1 argument(s), found 0: ever(condition)"),
        ("ever(truce.live, truce.live)", "takes 1 argument(s), found 2"),
        ("on(truce.live)", "takes 2 argument(s), found 1"),
        ("count()", "takes at least 1 argument(s), found 0"),
        ("ever(stack.off_list)", "asks for a condition"),
        ("on(as_of, truce.live)", "a quoted date first"),
        ("mean(truce.expires)", "an amount or a condition"),
        ("max(truce.live)", "for a condition, ever()"),
        ("max(truce.live, truce.lapsed)", "joined by and, or"),
        ("max(1, truce.expires)", "cannot be put into max()"),
        ("abs(truce.live)", "an amount"),
        ("count(3)", "counts conditions"),
        ("defined(3)", "asks for a date"),
        ("days_to(3)", "asks for a date"),
        ("pct(20)", "quoted quantity"),
        ("pct('20 pp')", "quoted quantity"),
        ("pp('20 %')", "quoted quantity"),
        ("ever(ever(truce.live))", "do not nest"),
        ("ever(days_to(truce.expires) < 3)", "changes every day"),
        ("mean(days_since(truce.since))", "changes every day"),
        ("ever(truce.expires < today)", "changes every day"),
    ],
)
def test_each_mistake_is_named_once(text, says):
    (message,) = messages(text)
    assert says in message


def test_all_mistakes_of_an_expression_come_in_one_pass():
    kind, errors = check(parse("truce.lapse and truse.live and stack.off_list"), SYMBOLS)
    assert kind is Kind.truth
    assert [error.column for error in errors] == [1, 17, 32]
    assert [error.suggestion for error in errors] == ["truce.lapsed", "truce.live", None]


def test_a_misspelt_word_of_a_choice_is_recognised():
    _, (error,) = check(parse("us.stance == 'hrad'"), SYMBOLS)
    assert error.suggestion == "hard"


@pytest.mark.parametrize("text", ["ever(truce.live)", "mean(stack.off_list) > 3", "max(stack.off_list) > 3"])
def test_functions_over_time_can_be_forbidden(text):
    assert messages(text) == []
    (message,) = messages(text, allow_timed=False)
    assert "looks over a run's path" in message


def test_functions_of_a_moment_are_never_forbidden():
    assert messages("max(stack.off_list, 3) > 3 and days_to(truce.expires) < 3", allow_timed=False) == []
