"""Inputs that charts must bear: few rows, many rows, long words, short and long periods."""

import numpy as np

from plots.believed import believed_chart
from plots.calendar import Life, Mark, calendar_chart
from plots.compare import compare_chart
from plots.facing import Faced, Measured, facing_chart
from plots.fan import fan_chart
from plots.lines import lines_chart
from plots.moves import moves_chart
from plots.must_be_true import must_be_true_chart
from plots.odds import odds_chart
from plots.published import published_chart
from plots.style import BLUE, VERMILLION
from plots.truce_end import truce_end_chart
from sim.analysis.belief import Shift
from sim.analysis.must_be_true import Needed
from sim.analysis.odds import Difference, Odds
from sim.analysis.published import Comparison
from sim.days import date
from sim.results.result import Steps
from sim.scenario.model import Published
from tests.plots.awkward_in_force import IN_FORCE

FIRST = 20376  # 15 October 2025
FINDING = "A finding that takes more than one line, because what is found is 100 % surprising to most who read of it"
SOURCE = "Source: a scenario with a long title, as of 15 October 2025; 2,000 futures"
LONG = "A customs matter of some length, with Kraftfahrzeughaftpflichtversicherungsgesellschaften in it, number"


def days(count):
    return np.arange(FIRST, FIRST + count + 1, dtype=np.int32)


def odds_of(count, size, long=False):
    shares = np.linspace(1, 8, count) / np.linspace(1, 8, count).sum()
    odds = {
        f"o{k}": Odds(float(s), *((max(0.0, s - 0.1), min(1.0, s + 0.2)) if k % 3 else (None, None)), 0.01, 100)
        for k, s in enumerate(shares)
    }
    titles = {name: f"{LONG} {name}" if long else name for name in odds}
    return odds_chart(odds | {"other": Odds(0.0, None, None, 0.0, 100)}, titles | {"other": "Else"}, *TOLD, size)


TOLD = (FINDING, SOURCE)


def calendar_of(instruments, milestones, agreements, count, size, long=False):
    span = days(count)
    ramp = np.linspace(0, 1, len(span))
    lives = [
        Life("Truce", "Agreements", BLUE, 1 - ramp / 2, "to 5 Nov", last_day=FIRST + min(21, count))
        for _ in range(agreements)
    ]
    states = ("in force", "suspended", "threatened", "enacted", "possible")
    for k in range(instruments):
        planned = FIRST + k * count // 50 if k % 5 in (2, 3) else None
        title = f"{LONG} {k}" if long else f"Tariff {k}"
        share = ramp**k if k % 2 else np.full(len(span), (k % 100) / 100)
        lives.append(Life(title, f"Holder {k // 10}", VERMILLION, share, states[k % 5], planned, k % 5 == 2))
    marks = [
        Mark(f"{LONG} {k}" if long else f"Meeting {k}", FIRST + k, FIRST + k + 3, k / 10) for k in range(milestones)
    ]
    return calendar_chart(lives, marks, span, *TOLD, size)


def fan_of(series, count, size, values=30.0):
    span = days(count)[:: max(1, count // 60)]
    walk = np.cumsum(np.random.default_rng(1).normal(0, 1, (50, len(span))), axis=1) + values
    walk[:4, 3:5] += 125
    names = [f"s{k}" for k in range(series)]
    paths = {name: Steps(span, walk if values else walk * 0) for name in names}
    titles = {name: f"{LONG} {name}" for name in names}
    return fan_chart(paths, titles, dict.fromkeys(names, BLUE), FINDING, "Points.", SOURCE, size, FIRST + 5)


def past_of(instruments, milestones, count, size, long=False, busy=None):
    span = days(count)
    lives = [Life("Truce", "Agreements", BLUE, (span > FIRST + count // 2).astype(float), end="over")]
    for k in range(instruments):
        share = ((span >= FIRST + 5 * k) & (span < FIRST + count - 3 * k)).astype(float)
        title = f"{LONG} {k}" if long else f"Tariff {k}"
        threats = (FIRST + 3 * k, FIRST + count - k) if k % 3 == 0 else ()
        end = ("in force", "suspended", "not enacted", "ended")[k % 4]
        lives.append(Life(title, f"Holder {k // 10}", VERMILLION, share, threats=threats, end=end))
    marks = [
        Mark(f"{LONG} {k}" if long else f"Meeting {k}", FIRST + 7 * k, FIRST + 7 * k, k % 2) for k in range(milestones)
    ]
    return calendar_chart(lives, marks, span, *TOLD, size, past=True, busy=busy)


def line_of(series, count, size):
    span = days(count)
    walk = np.repeat(np.random.default_rng(1).integers(0, 150, count // 30 + 1), 30)[None, : len(span)].astype(float)
    names = [f"s{k}" for k in range(series)]
    paths = {name: Steps(span[: walk.shape[1]], walk) for name in names}
    titles = {name: f"{LONG} {name}" for name in names}
    return fan_chart(paths, titles, dict.fromkeys(names, BLUE), FINDING, "Points.", SOURCE, size)


def lines_of(series, count, size, long=False, most=150):
    span, chance = days(count), np.random.default_rng(1)
    paths = {}
    for k in range(series):
        walk = np.repeat(chance.integers(0, most + 1, count // 30 + 1), 30)[: len(span)].astype(float)
        paths[f"s{k}"] = Steps(span[: len(walk)], walk[None, :])
    titles = {name: f"{LONG} {name}" if long else f"Goods {name}" for name in paths}
    peaks = dict.fromkeys(paths, "152.5 at the peak from 10 April 2025 to 13 May 2025")
    return lines_chart(paths, titles, peaks, dict.fromkeys(paths, BLUE), FINDING, "Points", SOURCE, size)


def truce_of(count, size, ended, live):
    span = days(count)
    ramp = np.linspace(0, 1, len(span))
    return truce_end_chart(ramp * ended, 1 - ramp * (1 - live), span, "Truce", FINDING, "Share", SOURCE, size)


def moves_of(actors, kinds, size, long=False):
    shares = np.random.default_rng(2).random((actors, kinds)) ** 4
    names = [f"{LONG} {k}" if long else f"Actor {k}" for k in range(actors)]
    words = ["sets licences", "threatens", "enacts", "withdraws", "accepts", "offers", "joins", "leaves", "exempts"]
    return moves_chart(shares, names, words[:kinds], [BLUE] * actors, *TOLD, size)


def compare_of(what_ifs, outcomes, size, long=False, scale=0.3):
    chance = np.random.default_rng(3)
    changes, titles = {}, {}
    for k in range(what_ifs):
        moved = chance.normal(0, scale, outcomes)
        changes[f"w{k}"] = {f"o{j}": Difference(0.5, 0.5 + c, c, 0.02, 0.1) for j, c in enumerate(moved)}
        titles[f"w{k}"] = f"{LONG} {k}" if long else f"What if {k}"
    titles |= {f"o{j}": f"{LONG} {j}" if long else f"Outcome {j}" for j in range(outcomes)}
    return compare_chart(changes, titles, *TOLD, size)


def must_of(outcomes, conditions, size, long=False, scale=1.0):
    told, titles, odds = {}, {}, {}
    for k in range(outcomes):
        name = f"o{k}"
        odds[name], titles[name] = scale / (k + 1), f"{LONG} {k}" if long else f"Outcome {k}"
        summit = LONG if long else "Summit"
        told[name] = [
            (f"“{summit} {j}” takes place", Needed(None, odds[name], odds[name] / (j + 2), 0.01, 1.5, 0.5))
            for j in range(conditions)
        ]
    return must_be_true_chart(told, titles, odds, *TOLD, size)


def believed_of(outcomes, size, long=False, scale=0.3):
    chance = np.random.default_rng(4)
    shares = np.sort(chance.dirichlet(np.ones(outcomes + 1)))[:outcomes]
    moved = np.clip(shares + chance.normal(0, scale, outcomes), 0, 1)
    shifts = {f"o{j}": Shift(b, s, s - b, 0.01, 0.02) for j, (b, s) in enumerate(zip(shares, moved, strict=True))}
    titles = {name: f"{LONG} {name}" if long else f"Outcome {name}" for name in shifts}
    return believed_chart(shifts, titles, FINDING, "Share of futures, %.", SOURCE, size)


def published_of(count, panels, size, windows=2, long=False, level=40.0):
    span, chance = days(count), np.random.default_rng(4)
    compared = []
    for k in range(panels):
        theirs = np.round(level * (1 + np.repeat(chance.random(len(span) // 20 + 1), 20)[: len(span)] * (k % 3)), 1)
        begins = [min(FIRST + j * count // 3, FIRST + count) for j in range(windows)]
        part = Published.model_validate(
            {
                "title": f"{LONG} {k}" if long else f"United States on country {k}",
                "series": "average.us.china",
                "values": {str(date(FIRST)): "1 pp"},
                "windows": [
                    {
                        "from": str(date(day)),
                        "to": str(date(day + 4)),
                        "why": f"{LONG} {day}" if long else "Booked later",
                    }
                    for day in begins
                ],
            }
        )
        explained = np.isin(span, [day + j for day in begins for j in range(5)])
        ours = theirs + np.where(explained, 12.0, 0.4) * (k % 2)
        compared.append(Comparison(f"c{k}", part, span, ours, theirs, explained))
    return published_chart(compared, [(BLUE, VERMILLION)[k % 2] for k in range(panels)], *TOLD, size)


def facing_of(branches, controls, size, long=False, today=13.5, most=150.0, tariff=True):
    chance = np.random.default_rng(4)
    rows = []
    for k in range(branches):
        rates = np.sort(chance.random(3) * most)
        shares = tuple(float(share) for share in chance.random(controls).round(1))
        rows.append(
            Faced(f"{LONG} {k}" if long else f"Branch {k}", 1 / (k + 1.5), tuple(rates) if tariff else None, shares)
        )
    words = tuple(f"{LONG} {k}" if long else f"Control {k}" for k in range(controls))
    about = f"{LONG}, %" if long else "US tariff on Germany, %"
    measured = Measured(about if tariff else "", today, BLUE, words, (VERMILLION,) * controls)
    return facing_chart(rows, measured, FINDING, "Share of futures.", SOURCE, size)


CASES = {
    "one condition": lambda size: must_of(1, 1, size),
    "three outcomes": lambda size: must_of(3, 4, size),
    "three outcomes, long": lambda size: must_of(3, 6, size, long=True),
    "conditions of the rarest": lambda size: must_of(2, 2, size, scale=0.004),
    "belief of one outcome": lambda size: believed_of(1, size),
    "belief of twelve outcomes, long": lambda size: believed_of(12, size, long=True),
    "belief that changes nothing": lambda size: believed_of(5, size, scale=0.0),
    "one outcome": lambda size: odds_of(1, size),
    "twelve outcomes, long": lambda size: odds_of(12, size, long=True),
    "calendar": lambda size: calendar_of(6, 5, 1, 442, size),
    "no milestones": lambda size: calendar_of(6, 0, 1, 442, size),
    "no agreements": lambda size: calendar_of(6, 5, 0, 442, size),
    "no instruments": lambda size: calendar_of(0, 5, 0, 442, size),
    "forty instruments, long": lambda size: calendar_of(40, 12, 2, 442, size, long=True),
    "calendar of three weeks": lambda size: calendar_of(6, 3, 1, 21, size),
    "calendar of six years": lambda size: calendar_of(6, 5, 1, 2190, size),
    "calendar of one day": lambda size: calendar_of(2, 1, 0, 1, size),
    "fan of one": lambda size: fan_of(1, 442, size),
    "fan of three": lambda size: fan_of(3, 442, size),
    "fan at zero": lambda size: fan_of(2, 442, size, values=0.0),
    "fan below zero": lambda size: fan_of(2, 442, size, values=-3.0),
    "fan of an absurd rate": lambda size: fan_of(2, 442, size, values=9_000.0),
    "fan of a tenth of a point": lambda size: fan_of(1, 442, size, values=0.1),
    "fan of three weeks": lambda size: fan_of(3, 21, size),
    "fan of six years": lambda size: fan_of(3, 2190, size),
    "a past": lambda size: past_of(8, 3, 550, size),
    "a past of eight years, long": lambda size: past_of(50, 12, 2900, size, long=True),
    "a past with a busy end": lambda size: past_of(12, 3, 3148, size, busy=FIRST + 2500 + 50),
    "a past that turns with the year": lambda size: past_of(12, 3, 3148, size, busy=FIRST + 2269),
    "a past without milestones": lambda size: past_of(1, 0, 30, size),
    "one line": lambda size: line_of(1, 550, size),
    "three lines of eight years": lambda size: line_of(3, 2900, size),
    "path of one good": lambda size: lines_of(1, 550, size),
    "paths of four goods": lambda size: lines_of(4, 2900, size),
    "paths of six goods, long": lambda size: lines_of(6, 2900, size, long=True),
    "paths at zero": lambda size: lines_of(2, 90, size, most=0),
    "truce": lambda size: truce_of(442, size, 0.5, 0.9),
    "truce, ends alike": lambda size: truce_of(442, size, 0.5, 0.5),
    "truce, never over": lambda size: truce_of(442, size, 0.0, 1.0),
    "truce of three weeks": lambda size: truce_of(21, size, 1.0, 0.0),
    "truce of six years": lambda size: truce_of(2190, size, 0.4, 0.42),
    "one actor": lambda size: moves_of(1, 1, size),
    "many actors, long": lambda size: moves_of(20, 9, size, long=True),
    "one what-if": lambda size: compare_of(1, 3, size),
    "six what-ifs": lambda size: compare_of(6, 9, size),
    "fourteen what-ifs, long": lambda size: compare_of(14, 12, size, long=True),
    "nothing clear": lambda size: compare_of(2, 3, size, scale=0.001),
    "one comparison": lambda size: published_of(630, 1, size),
    "two comparisons": lambda size: published_of(630, 2, size),
    "three comparisons, no window": lambda size: published_of(630, 3, size, windows=0),
    "four comparisons at zero": lambda size: published_of(630, 4, size, level=0.0),
    "five comparisons of eight years": lambda size: published_of(2900, 5, size),
    "twelve comparisons": lambda size: published_of(630, 12, size),
    "twelve comparisons, long": lambda size: published_of(630, 12, size, windows=6, long=True),
    "a comparison of one day": lambda size: published_of(0, 1, size),
    "one branch": lambda size: facing_of(1, 1, size),
    "six branches": lambda size: facing_of(6, 3, size),
    "six branches, long": lambda size: facing_of(6, 3, size, long=True),
    "tariffs alone, all zero": lambda size: facing_of(3, 0, size, today=0.0, most=0.0),
    "tariffs of thousands": lambda size: facing_of(3, 2, size, most=9_000.0),
    "controls alone": lambda size: facing_of(4, 3, size, tariff=False),
    "only falls": lambda size: compare_of(1, 1, size, scale=0.6),
}
CASES |= IN_FORCE
