"""Charts without colour: what a chart tells apart stays apart in grey and to eyes that see fewer colours.

A chart declares the things that it gives colours to (:class:`plots.style.Cue`). Here the declaration is held against
the picture: every colour that is drawn is declared, every thing that is declared is drawn, and two things either
differ in lightness and hue whatever the eye, or by a second cue that is there to be seen: words, a dash or a sign.
"""

from io import BytesIO
from itertools import combinations

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection
from matplotlib.colors import to_rgb, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Text

from plots.numbers import MINUS
from plots.style import BLUE, GREEN, VERMILLION, Chart, Cue, house_style, tint
from tests.plots.awkward_branches import CASES

APART = 10.0
"""Difference of two colours (CAM02-UCS) that is seen without a comparison side by side."""
GREYISH = 16.0
"""Chroma (CIELAB) below which a colour counts as grey: the house's slate is just below."""
BLIND = ("deuteranomaly", "protanomaly", "tritanomaly")


def as_seen(colour, eye):
    """A colour in grey, or as an eye with a full anomaly sees it."""
    if eye == "grey":
        lightness = cspace_convert(colour, "sRGB1", "CIELab")[..., 0]
        lab = np.stack([lightness, np.zeros_like(lightness), np.zeros_like(lightness)], axis=-1)
        return np.clip(cspace_convert(lab, "CIELab", "sRGB1"), 0, 1)
    return np.clip(cspace_convert(colour, {"name": "sRGB1+CVD", "cvd_type": eye, "severity": 100}, "sRGB1"), 0, 1)


def alike(one, other):
    """The eyes to which two colours look alike."""
    pair = to_rgb(one), to_rgb(other)
    return [
        eye
        for eye in ("grey", *BLIND)
        if deltaE(*(as_seen(colour, eye) for colour in pair), input_space="sRGB1") < APART
    ]


def drawn(figure):
    """Every colour of a line, a patch or a collection that is seen."""
    found = []
    for artist in figure.findobj(lambda one: isinstance(one, Line2D | Patch | Collection)):
        if not artist.get_visible():
            continue
        if isinstance(artist, Line2D):
            markers = [artist.get_markerfacecolor(), artist.get_markeredgecolor()] if artist.get_marker() else []
            found += [artist.get_color(), *markers]
        else:
            found += [artist.get_facecolor(), artist.get_edgecolor()]
    rows = np.concatenate([to_rgba_array(colour) for colour in found])
    return np.unique(rows[rows[:, 3] > 0][:, :3], axis=0)


def is_tint(colour, of):
    """Whether a colour is another mixed with white."""
    white, full = 1 - np.asarray(colour), 1 - np.asarray(to_rgb(of))
    strength = (white @ full) / (full @ full)
    return 0 <= strength <= 1.01 and np.abs(white - strength * full).max() < 0.02


def undeclared(chart):
    """Hues that are drawn and belong to nothing that the chart has declared."""
    chroma = np.linalg.norm(cspace_convert(drawn(chart.figure), "sRGB1", "CIELab")[:, 1:], axis=1)
    hues = drawn(chart.figure)[chroma > GREYISH]
    return [hue for hue in hues if not any(is_tint(hue, cue.colour) for cue in chart.cues)]


def words_on(figure):
    return {text.get_text().replace("\u00a0", " ") for text in figure.findobj(Text) if text.get_visible()}


def second_cue(chart, one, other):
    """Whether two things differ by words that stand on the chart, or by a dash that is drawn."""
    words = words_on(chart.figure)
    labels = [cue.label.replace("\u00a0", " ") for cue in (one, other)]
    if labels[0] != labels[1] and all(label in words for label in labels if label) and all(labels):
        return True
    if {one.shape, other.shape} == {"+", MINUS}:
        return all(signed(chart.figure, cue) for cue in (one, other))
    dashed = {line.is_dashed() for line in chart.figure.findobj(Line2D) if line.get_linestyle() != "None"}
    return {one.shape, other.shape} == {"solid", "dashed"} and dashed == {True, False}


def signed(figure, cue):
    """Whether there is a number that begins with the sign of the thing for every box that has its colour."""
    boxes = [box for box in figure.findobj(Rectangle) if to_rgb(box.get_facecolor()) != (1.0, 1.0, 1.0)]
    own = [box for box in boxes if is_tint(to_rgb(box.get_facecolor()), cue.colour)]
    return len(own) == sum(text.get_text()[:1] == cue.shape for text in figure.findobj(Text))


def confused(chart):
    """Pairs of things that some eye cannot tell apart by colour, and that nothing else tells apart."""
    return [
        (one.thing, other.thing, eyes)
        for one, other in combinations(chart.cues, 2)
        if (eyes := alike(one.colour, other.colour)) and not second_cue(chart, one, other)
    ]


def pixels(figure):
    """[pixel, 3] of the picture as a page shows it."""
    file = BytesIO()
    with house_style():
        figure.savefig(file, dpi=100)
    file.seek(0)
    return imread(file)[:, :, :3].reshape(-1, 3)


@pytest.fixture(scope="module", params=CASES)
def chart(request):
    return CASES[request.param]("page")


def test_what_is_told_apart_by_colour_is_told_apart_without_it(chart):
    assert confused(chart) == []


def test_every_colour_of_a_chart_belongs_to_something_it_declares(chart):
    assert undeclared(chart) == []


def test_a_chart_has_at_most_four_hues(chart):
    hues = [to_rgb(cue.colour) for cue in chart.cues]
    chosen = []
    for hue in sorted(hues, key=sum):  # the darkest first: others are tints of it
        chroma = np.linalg.norm(cspace_convert(hue, "sRGB1", "CIELab")[1:])
        if chroma > GREYISH and not any(is_tint(hue, full) for full in chosen):
            chosen.append(hue)
    assert len(chosen) <= 4


def test_in_the_picture_every_thing_differs_from_the_paper(chart):
    seen = pixels(chart.figure)
    for cue in chart.cues:
        own = np.abs(seen - np.asarray(to_rgb(cue.colour))).max(axis=1) < 0.01
        if own.any():
            for eye in ("grey", *BLIND):
                paper = deltaE(as_seen(to_rgb(cue.colour), eye), np.ones(3), input_space="sRGB1")
                assert paper > APART / 2, (cue.thing, eye)


def bars(*shades, labels=("", ""), dashes=("-", "-")):
    """A chart of two lines."""
    figure = Figure()
    axes = figure.add_axes((0, 0, 1, 1))
    cues = []
    for k, shade in enumerate(shades):
        axes.plot([0, 1], [k, k], color=shade, linestyle=dashes[k])
        axes.text(0, k, labels[k])
        cues.append(Cue(f"thing {k}", shade, labels[k], "solid" if dashes[k] == "-" else "dashed"))
    FigureCanvasAgg(figure)
    return Chart("c", figure, "T", "S", "A", cues=tuple(cues))


def test_two_colours_of_one_lightness_without_a_second_cue_are_found_out():
    assert confused(bars(VERMILLION, GREEN))
    assert "grey" in confused(bars(VERMILLION, GREEN))[0][2]
    assert not confused(bars(BLUE, tint(BLUE, 0.4)))


def test_words_or_a_dash_are_a_second_cue_only_where_they_are_drawn():
    assert not confused(bars(VERMILLION, GREEN, labels=("China", "Europe")))
    assert not confused(bars(VERMILLION, GREEN, dashes=("-", "--")))
    assert confused(bars(VERMILLION, GREEN, labels=("China", "China")))
    chart = bars(VERMILLION, GREEN)
    claimed = tuple(Cue(cue.thing, cue.colour, cue.thing) for cue in chart.cues)
    assert confused(Chart("c", chart.figure, "T", "S", "A", cues=claimed))


def test_a_hue_that_is_not_declared_is_found_out():
    chart = bars(VERMILLION, GREEN)
    assert undeclared(chart) == []
    assert len(undeclared(Chart("c", chart.figure, "T", "S", "A", cues=chart.cues[:1]))) == 1
