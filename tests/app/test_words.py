"""Words of the whole briefing: one rule for every number, odds words by the scale, titles that find something, data."""

import csv
import html
import re

import pytest

import sim
from app.briefing.build import build, write_briefing
from app.briefing.content import ODDS_WORDS, FigureBlock, Paragraph, Table, odds_word
from app.briefing.findings import Findings
from plots.numbers import NARROW, counted, number, percent, points, quantity, remainder
from sim.analysis.belief import believed, read
from sim.scenario.units import Dimension
from tests.conftest import SMALL
from tests.sim.analysis.made_economy import made_up

TAIL = """
schema: 1
title: Rare and certain things, 100 % sure
question: Does anything happen at all?
as_of: 2025-01-01
horizon: 2025-03-31
ensemble: {runs: 250, chances: 1}
actors:
  a: {name: A, policy: {kind: doctrine, rules: {rare: {at: talks, probability: 1 %, do: {enact: rule}}}}}
  b: {name: B}
instruments: {rule: {title: "The rule of 15 %", kind: rule, by: a, on: b}}
milestones: {talks: {title: Talks, date: 2025-02-01, parties: [a, b]}}
outcomes:
  never: {title: It never comes, when: 1 == 2}
  ruled: {title: "A 15 % rule", when: rule.enacted}
  calm: {title: "Calm, as always", when: 1 == 1}
what_ifs:
  same: {title: As it is, milestones.talks.takes_place: 100 %}
"""
NOTHING = """
schema: 1
title: Nothing named comes about
as_of: 2025-01-01
horizon: 2025-01-21
actors: {a: {name: A}}
outcomes: {never: {title: Never, when: 1 == 2}}
"""


def played(scenario, runs, what_ifs=(), beliefs=()):
    """Findings of a scenario (a path or a loader of one) with what-ifs and beliefs."""
    base = sim.simulate(scenario(None), runs=runs)
    others = []
    for name in what_ifs:
        other = sim.simulate(scenario(name), runs=runs)
        other.what_if = name
        others.append(other)
    return Findings(base, others, "parley run", believed(base, read(base, beliefs)) if beliefs else None)


def file(name):
    return lambda what_if: sim.load(str(name), what_if)


def with_economy(found, **made):
    """The same findings, with an economy made up beside its tables."""
    made_up(found.result, **made)
    return found


CASES = {
    "longer-roll": lambda text: played(file("longer-roll"), 100, ["no_offer"], ["leaders_meeting=0.4"]),
    "small": lambda text: played(file(SMALL), 600, ["no_offer", "same"], ["leaders_meeting=40 %", "ieepa.struck=0.3"]),
    "small, one what-if": lambda text: played(file(SMALL), 60, ["same"]),
    "small, with an economy": lambda text: with_economy(played(file(SMALL), 200)),
    "small, with an economy that stays": lambda text: with_economy(played(file(SMALL), 60), scale=0.0),
    "small, with an economy that does not converge": lambda text: with_economy(played(file(SMALL), 20), failing=[1, 2]),
    "one future": lambda text: played(file(SMALL), 1),
    "rare and certain": lambda text: played(text(TAIL), 250, ["same"]),
    "nothing named": lambda text: played(text(NOTHING), 5),
}


@pytest.fixture(scope="module", params=CASES)
def found(request, tmp_path_factory):
    def text(content):
        place = tmp_path_factory.mktemp("world") / "world.yaml"
        place.write_text("source: 'assumption: a test'\n" + content, encoding="utf-8")
        return file(place)

    made = CASES[request.param](text)
    made.said, made.briefing = None, build(made)
    return made


def titles(found):
    """What the scenario's author has written, which is theirs to word."""
    sections = ("instruments", "packages", "agreements", "deals", "milestones", "legal_bases", "outcomes", "indicators")
    parts = [part.title for section in sections for part in getattr(found.scenario, section).values()]
    parts += [found.what_if_title(name) for name in found.scenario.what_ifs]
    parts += [part.title for part in found.scenario.goods.values()] + [found.scenario.title]
    return sorted((part for part in parts if len(part) > 3), key=len, reverse=True)


def _said(found):
    """Everything that is generated, without the author's own words: (what, text)."""
    briefing = found.briefing
    texts = [("answer", sentence) for sentence in briefing.answer]
    for section in briefing.sections:
        if section.title in ("What is left out",):
            continue
        for block in section.blocks:
            if isinstance(block, Paragraph):
                texts.append((section.title, block.text))
            elif isinstance(block, FigureBlock):
                texts += [("title", block.chart.title), ("subtitle", block.chart.subtitle), ("alt", block.chart.alt)]
            elif isinstance(block, Table):
                texts.append((section.title, block.caption))
                if section.title != "Assumptions":
                    texts += [(section.title, cell) for row in block.rows for cell in row]
    own = titles(found)
    for what, text in texts:
        for title in own:
            text = text.replace(title, "…")
        yield what, text.replace(NARROW, " ")


def said(found):
    """The same, worked out once for a briefing."""
    found.said = found.said or list(_said(found))
    return found.said


ROUNDED = re.compile(r"(?:under 1|over 99|100|[1-9]?\d) %")
TARIFF = re.compile(r"tariff|MFN|United States on|US on|pay|average rate", re.IGNORECASE)
"""Of rates in per cent, which have a decimal; not of shares."""
EFFECT = re.compile(r"real income|consumer prices|output|passed through|buys from", re.IGNORECASE)
"""Of changes in per cent, which have the decimals that count, or of a pass-through, which may be above one."""


def test_every_share_is_in_whole_per_cent_or_beyond_an_end(found):
    for what, text in said(found):
        if text.startswith("Odds words"):
            continue  # the scale itself
        for match in re.finditer(r"(?:under |over |at least |at most )?[\d.]+ %", text):
            threshold = re.fullmatch(r"at (?:least|most) \d{1,2}(?:\.\d+)? %", match[0])  # of an assumption
            rate = TARIFF.search(text) and re.fullmatch(r"\d+(?:\.\d)? %", match[0])
            effect = EFFECT.search(text) and re.fullmatch(r"\d+(?:\.\d{1,3})? %", match[0])
            assert ROUNDED.fullmatch(match[0]) or threshold or rate or effect, (what, text)


def test_no_share_stands_without_a_space_or_with_false_certainty(found):
    for what, text in said(found):
        assert not re.search(r"\d%", text), (what, text)
        assert not re.search(r"(?<![\d–.])(under 0|over 100) %", text), (what, text)


def test_numbers_and_nouns_agree(found):
    for what, text in said(found):
        wrong = re.search(r"(?<![\d.,–-])\b1 (futures|days|points|draws|actors|values|dates|what-ifs|outcomes)\b", text)
        assert not wrong, (what, text)
        assert not re.search(r"\b(one what-ifs|1 are|1 have|\(s\))", text), (what, text)


def test_negative_numbers_have_a_minus_sign(found):
    for what, text in said(found):
        assert not re.search(r"(?:^|[ (±])-\d", text), (what, text)


def test_no_number_has_an_exponent_or_says_nan(found):
    for what, text in said(found):
        assert not re.search(r"\b\d[\d.]*e[+-]\d|\bnan\b|\binf\b|\bNone$", text), (what, text)


def test_odds_words_are_those_of_the_number_beside_them(found):
    words = sorted((word for _, word in ODDS_WORDS), key=len, reverse=True)
    beside = re.compile(rf"is ({'|'.join(words)}): (?:it comes about in )?(under 1|over 99|\d+) % of futures")
    told = [pair for _, text in said(found) for pair in beside.findall(text)]
    (odds,) = [section for section in found.briefing.sections if section.title == "Odds"]
    (table,) = [block for block in odds.blocks if isinstance(block, Table)]
    told += [(word, shown.replace(NARROW, " ")[:-2]) for _, shown, word, *_ in table.rows if word in words]
    assert told or found.odds[found.ranked[0]].mean in (0, 1)
    for word, shown in told:
        assert word == odds_word({"under 1": 0.005, "over 99": 0.995}.get(shown) or int(shown) / 100), shown


def test_no_sentence_says_an_odds_word_without_its_number(found):
    words = "|".join(word for _, word in ODDS_WORDS)
    for what, text in said(found):
        assert not re.search(rf"\bis (?:{words})\b(?!: )", text), (what, text)


FINDS = re.compile(
    r"\d|\b(is|are|has|have|moves|rises|falls|stays|ends|comes|makes|change|changes|does|stands|enacts|accepts|offers|joins"
    r"|threatens|withdraws|delays)\b"
)


def test_titles_find_something(found):
    for chart in found.briefing.charts():
        assert FINDS.search(chart.title), chart.title
        assert chart.title[-1] not in ".:;", chart.title
        assert chart.subtitle


def test_every_figure_has_words_for_those_who_do_not_see_it_and_its_data(found, tmp_path, monkeypatch):
    monkeypatch.setattr("app.briefing.build.build", lambda *_: found.briefing)  # it is made already
    page = write_briefing(found.result, found.what_ifs, tmp_path, found.command, believed=found.believed)
    text = page.read_text(encoding="utf-8")
    charts = found.briefing.charts()
    assert text.count("<figure>") == len(charts) > 0
    assert len({chart.name for chart in charts}) == len(charts)
    for chart in charts:
        assert chart.alt.startswith(chart.title)
        assert len(chart.alt) > len(chart.title) + 20
        alt = html.escape(chart.alt.replace(" %", f"{NARROW}%")).replace("&#x27;", "&#39;")
        assert f'aria-label="{alt}"' in text
        assert f'href="charts/{chart.name}.csv"' in text
        with (tmp_path / "charts" / f"{chart.name}.csv").open(encoding="utf-8", newline="") as data:
            assert len(list(csv.reader(data))) > 1
    for link in re.findall(r'href="(charts/[^"]+)"', text):
        assert (tmp_path / link).is_file()


def test_the_number_of_a_title_is_one_of_its_data(found):
    for chart in found.briefing.charts():
        if chart.name not in ("odds", "believed", "must_be_true", "truce_end"):
            continue
        columns = [column for column in chart.table if column.endswith("_percent")]
        shown = {percent(value / 100) for column in columns for value in chart.table[column] if value != ""}
        title = chart.title
        for own in titles(found):
            title = title.replace(own, "…")
        beliefs = {percent(belief.share) for belief in found.believed.beliefs} if found.believed else set()
        for match in ROUNDED.finditer(title.replace(NARROW, " ")):
            assert match[0].replace(" ", NARROW) in shown | beliefs, chart.title


def test_what_is_left_reads_as_the_rest_of_what_is_shown():
    for thousandths in range(10, 991):
        share = thousandths / 1000
        shown = int(percent(share)[:-2])
        rest = remainder(share)
        assert rest in (f"{100 - shown}{NARROW}%", f"under 1{NARROW}%", f"over 99{NARROW}%")
        if rest[0].isdigit():
            assert shown + int(rest[:-2]) == 100


@pytest.mark.parametrize(("share", "shown"), [(0.025, "3 %"), (0.505, "51 %"), (0.285, "29 %"), (0.4949, "49 %")])
def test_a_half_is_rounded_up_whatever_the_digit_before_it(share, shown):
    assert percent(share) == shown.replace(" ", NARROW)


def test_a_fall_is_rounded_as_a_rise_of_the_same_size():
    assert points(-0.505) == "−51"
    assert points(0.505) == "+51"


@pytest.mark.parametrize(
    ("share", "word"), [(0.0496, "very unlikely"), (0.0449, "remote"), (0.655, "likely"), (0.9951, "almost certain")]
)
def test_the_word_is_that_of_the_rounded_number(share, word):
    assert odds_word(share) == word


@pytest.mark.parametrize(
    ("value", "shown"), [(12345.6, "12,346"), (0.012345, "0.0123"), (-3.0, "−3"), (1e6, "1,000,000"), (-0.0, "0")]
)
def test_numbers_keep_the_digits_that_count(value, shown):
    assert number(value) == shown


@pytest.mark.parametrize(
    ("value", "dimension", "unit", "shown"),
    [
        (0.0037, Dimension.share, "", "0.37 %"),
        (0.817, Dimension.share, "", "82 %"),
        (1.0, Dimension.days, "", "1 day"),
        (20376, Dimension.date, "", "15 October 2025"),
        (12.5, Dimension.points, "", "12.5 points"),
        (3.0, Dimension.money, "bn USD", "3 bn USD"),
    ],
)
def test_quantities_have_their_unit(value, dimension, unit, shown):
    assert quantity(value, dimension, unit).replace(NARROW, " ") == shown


def test_one_thing_is_told_as_one():
    assert counted(1, "future").replace(NARROW, " ") == "1 future"
    assert counted(4000, "future").replace(NARROW, " ") == "4,000 futures"
