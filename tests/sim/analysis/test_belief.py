"""Beliefs: weights that meet the believed shares and change nothing else, with an error that tells their worth."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import sim
from sim.analysis.belief import FEWEST, Believed, believed, conflict, read, tilted
from sim.analysis.odds import odds
from sim.analysis.statements import StatementError, statement, statements, truths
from sim.world.log import What
from tests.conftest import SMALL


@pytest.fixture(scope="module")
def result():
    return sim.simulate(sim.load(str(SMALL)), runs=600)


# ── Weights ──────────────────────────────────────────────────────────────────────────────────────────


@st.composite
def ensembles(draw, most=4):
    """Futures, statements about them, and shares that some weighing of the futures has."""
    runs, count = draw(st.integers(2, 60)), draw(st.integers(1, most))
    chance = np.random.default_rng(draw(st.integers(0, 10_000)))
    holds = chance.random((runs, count)) < chance.random(count)
    weights = chance.exponential(size=runs) ** draw(st.sampled_from([0, 1, 3]))
    return holds, weights @ holds / weights.sum()


@given(ensembles())
@settings(max_examples=150, deadline=None)
def test_weights_are_not_negative_sum_to_the_runs_and_meet_the_shares(case):
    holds, shares = case
    weights = tilted(holds, shares)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(len(holds), rel=1e-12)
    np.testing.assert_allclose(weights @ holds / len(holds), shares, atol=1e-10)


@given(ensembles(), st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_of_beliefs_changes_nothing(case, shuffle):
    holds, shares = case
    order = list(range(len(shares)))
    shuffle.shuffle(order)
    np.testing.assert_allclose(tilted(holds, shares), tilted(holds[:, order], shares[order]), atol=1e-7)


@given(ensembles())
@settings(max_examples=60, deadline=None)
def test_believing_the_shares_of_the_futures_changes_nothing_at_all(case):
    holds, _ = case
    assert (tilted(holds, holds.mean(axis=0)) == 1).all()


@given(ensembles(most=3), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_no_other_weights_that_meet_the_shares_are_nearer_to_equal_ones(case, seed):
    holds, shares = case
    weights = tilted(holds, shares)
    assume(weights.min() > 1e-6)
    rows = np.column_stack([np.ones(len(holds)), holds])
    away = np.random.default_rng(seed).normal(size=len(holds))
    away -= rows @ np.linalg.lstsq(rows, away, rcond=None)[0]  # keeps the sum and the shares
    assume(np.abs(away).max() > 1e-6)
    others = weights + 0.5 * weights.min() / np.abs(away).max() * away
    assert (others * np.log(others)).sum() >= (weights * np.log(weights)).sum() - 1e-9


@given(st.integers(1, 40), st.integers(1, 40), st.floats(0, 1))
def test_of_one_statement_the_weights_are_the_ratios_of_the_shares(true, false, share):
    holds = np.r_[np.ones(true, bool), np.zeros(false, bool)][:, None]
    base = true / (true + false)
    weights = tilted(holds, np.array([share]))
    np.testing.assert_allclose(weights[:true], share / base, atol=1e-12)
    np.testing.assert_allclose(weights[true:], (1 - share) / (1 - base), atol=1e-12)


def test_of_independent_statements_the_weights_are_the_products_of_their_own():
    holds = np.array([[a, b] for a in (0, 1) for b in (0, 1) for _ in range(3 if a else 5)], dtype=bool)
    both = tilted(holds, np.array([0.7, 0.2]))
    one, other = (tilted(holds[:, [k]], np.array([share])) for k, share in ((0, 0.7), (1, 0.2)))
    np.testing.assert_allclose(both, one * other, rtol=1e-10)


def test_a_statement_said_twice_in_other_words_counts_once():
    first = np.random.default_rng(1).random(50) < 0.4
    both = np.column_stack([first, ~first])
    np.testing.assert_allclose(tilted(both, np.array([0.9, 0.1])), tilted(both[:, :1], np.array([0.9])), rtol=1e-9)


def test_shares_that_only_the_edge_meets_take_all_weight_from_some_futures():
    holds = np.array([[1, 1], [1, 0], [0, 1], [0, 0]] * 5, dtype=bool)
    weights = tilted(holds, np.array([0.3, 1.0]))
    np.testing.assert_allclose(weights @ holds / 20, [0.3, 1.0], atol=1e-12)
    assert (weights[~holds[:, 1]] == 0).all()


def test_those_that_cannot_hold_together_are_named_and_no_others():
    one, free = np.arange(40) < 10, np.arange(40) % 2 == 0
    holds = np.column_stack([free, one, one])
    assert conflict(holds, np.array([0.3, 0.2, 0.6])) == [1, 2]
    assert conflict(holds, np.array([0.3, 0.2, 0.2])) is None
    with pytest.raises(StatementError):
        tilted(holds, np.array([0.3, 0.2, 0.6]))


# ── What they are worth ──────────────────────────────────────────────────────────────────────────────


def of(holds, shares, chances=1):
    holds = np.asarray(holds, dtype=bool).reshape(len(holds), -1)
    return Believed((), tuple(holds.mean(axis=0)), holds, tilted(holds, np.asarray(shares, dtype=float)), chances)


def test_all_futures_count_where_nothing_is_changed_and_only_those_left_where_one_is_certain():
    holds = np.arange(100) < 40
    assert of(holds, [0.4]).effective == 100
    assert of(holds, [1.0]).effective == pytest.approx(40)
    assert of(holds, [0.0]).effective == pytest.approx(60)


def test_the_count_of_one_statement_is_the_closed_form():
    holds, share = np.arange(100) < 40, 0.73
    assert of(holds, [share]).effective == pytest.approx(100 / (share**2 / 0.4 + (1 - share) ** 2 / 0.6))


def test_the_odds_under_one_belief_are_those_of_total_probability():
    chance = np.random.default_rng(5)
    holds, measure = chance.random(500) < 0.3, chance.random(500) < 0.5
    shift = of(holds, [0.8]).shift(measure)
    assert shift.share == pytest.approx(0.8 * measure[holds].mean() + 0.2 * measure[~holds].mean())
    strata = [(0.8, measure[holds]), (0.2, measure[~holds])]
    expected = sum(w**2 * part.var() / len(part) for w, part in strata) ** 0.5
    assert shift.error == pytest.approx(expected, rel=5e-3)  # that of a stratified sample


def test_what_is_believed_has_no_error_of_its_own():
    holds = np.arange(100) < 40
    shift = of(holds, [0.8]).shift(holds)
    assert shift.share == pytest.approx(0.8)
    assert shift.error == pytest.approx(0, abs=1e-12)


def test_where_nothing_is_changed_the_change_is_zero_and_never_clear():
    chance = np.random.default_rng(6)
    holds, measure = chance.random(400) < 0.3, chance.random(400) < 0.5
    shift = of(holds, [holds.mean()]).shift(measure)
    assert shift.change == 0
    assert not shift.clear


def test_an_unrelated_belief_leaves_the_error_of_the_odds_as_it_was_in_nested_ensembles_too():
    draws, chances = 200, 10
    chance = np.random.default_rng(7)
    measure = (chance.random((draws, chances)) < chance.random(draws)[:, None]).ravel()
    holds = np.arange(draws * chances) % 2 == 0
    shift = of(holds, [0.5], chances).shift(measure)
    assert shift.error == pytest.approx(odds(measure, chances).error, rel=0.02)


def test_the_error_is_that_of_ensembles_played_again_and_again():
    chance, shares, errors = np.random.default_rng(8), [], []
    for _ in range(400):
        holds = chance.random(300) < 0.5
        measure = chance.random(300) < np.where(holds, 0.7, 0.2)
        shift = of(holds, [0.8]).shift(measure)
        shares.append(shift.share)
        errors.append(shift.error)
    assert np.std(shares) == pytest.approx(np.mean(errors), rel=0.1)
    assert np.mean(shares) == pytest.approx(0.8 * 0.7 + 0.2 * 0.2, abs=0.01)


# ── Statements of a result ───────────────────────────────────────────────────────────────────────────


def test_every_statement_is_answered_for_every_run(result):
    for one in statements(result.plan).values():
        found = truths(result, one)
        assert found.shape == (600,)
        assert found.dtype == np.bool_
        assert one.holds != one.fails


def test_statements_agree_with_the_tables(result):
    known = statements(result.plan)
    share = {name: truths(result, one).mean() for name, one in known.items()}
    assert share["outcomes.hundred"] == share["hundred.in_force"]  # its outcome comes first and says just that
    assert 0 < share["longer_roll.concluded"] < share["leaders_meeting.held"] < 1
    subject = result.plan.subject("legal_bases", result.plan.column("legal_bases", "ieepa"))
    struck = result.first_day(What.struck_down, subject) <= result.plan.horizon
    assert (truths(result, known["ieepa.struck"]) == struck).all()
    assert share["fentanyl.in_force"] == 1
    assert share["fentanyl.enacted"] == 1
    assert share["counter.enacted"] == share["counter.in_force"] == share["hundred.in_force"]


@pytest.mark.parametrize(
    ("name", "full"),
    [("leaders_meeting", "leaders_meeting.held"), ("roll", "outcomes.roll"), ("truce.lapsed", "truce.lapsed")],
)
def test_a_bare_name_says_the_plain_thing(name, full, result):
    assert statement(result.plan, name).name == full


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("leader_meeting=0.7", "did you mean 'leaders_meeting"),
        ("truce=0.7", "says nothing by itself; write one of truce.extended, truce.lapsed, truce.ended"),
        ("truce.rolled=0.7", "of truce they tell truce.extended"),
        ("leaders_meeting=73", "write 73 % or 0.73"),
        ("leaders_meeting=7 pp", "a share is written in per cent"),
        ("leaders_meeting=", "write NAME=SHARE"),
        ("leaders_meeting", "write NAME=SHARE"),
        ("leaders_meeting={uniform: [0, 1]}", "a share"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_would_do(text, says, result):
    with pytest.raises(StatementError, match=says):
        read(result, [text])


def test_a_statement_is_believed_once(result):
    with pytest.raises(StatementError, match="believed twice"):
        read(result, ["leaders_meeting=0.7", "leaders_meeting.held=0.6"])
    assert len(read(result, ["leaders_meeting=0.7", "leaders_meeting.held=70 %"])) == 1


def test_what_no_future_or_every_future_has_cannot_be_believed_otherwise(result):
    with pytest.raises(StatementError, match="in none of the 600 futures; more runs, or a what-if, would be needed"):
        believed(result, read(result, ["fentanyl.withdrawn=0.1"]))
    with pytest.raises(StatementError, match="in every one of the 600 futures"):
        believed(result, read(result, ["fentanyl.enacted=0.1"]))
    assert believed(result, read(result, ["fentanyl.enacted=1", "fentanyl.withdrawn=0"])).effective == 600


def test_beliefs_that_exclude_each_other_are_named(result):
    texts = ["ieepa.struck=0.5", "longer_roll=0.9", "leaders_meeting=0.2"]
    with pytest.raises(StatementError, match=r"together: leaders_meeting\.held=0\.2, longer_roll\.concluded=0\.9;"):
        believed(result, read(result, texts))


def test_the_order_of_beliefs_changes_no_bit(result):
    texts = ["leaders_meeting=0.6", "ieepa.struck=40 %", "longer_roll=0.5"]
    one, other = (believed(result, read(result, order)) for order in (texts, texts[::-1]))
    assert (one.weights == other.weights).all()


def test_odds_under_beliefs_add_up_and_few_futures_are_told(result):
    under = believed(result, read(result, ["leaders_meeting=0.02"]))
    assert sum(shift.share for shift in under.odds(result).values()) == pytest.approx(1)
    assert sum(shift.change for shift in under.odds(result).values()) == pytest.approx(0, abs=1e-12)
    assert under.rough == (under.effective < FEWEST)
    assert under.odds(result)["roll"].clear
