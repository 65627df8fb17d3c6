"""Charts without colour: what a chart tells apart stays apart in grey and to eyes that see fewer colours.

A chart declares the things that it gives colours to (:class:`plots.style.Cue`). Here the declaration is held against
the picture: every colour that is drawn is declared, every thing that is declared is drawn, and two things either
differ in lightness and hue whatever the eye, or by a second cue that is there to be seen: words, a dash or a sign.
"""

from itertools import combinations

import numpy as np
from colorspacious import cspace_convert, deltaE
from matplotlib.collections import Collection
from matplotlib.colors import to_rgb, to_rgba_array
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.text import Text

from plots.numbers import MINUS

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


def faint(chart):
    """Things that some eye hardly sees on white paper."""
    white = np.ones(3)
    return [
        (cue.thing, eye)
        for cue in chart.cues
        for eye in ("grey", *BLIND)
        if deltaE(as_seen(to_rgb(cue.colour), eye), white, input_space="sRGB1") <= APART / 2
    ]


def hues(chart):
    """The hues of a chart, of which others are tints, the darkest first."""
    chosen = []
    for hue in sorted((to_rgb(cue.colour) for cue in chart.cues), key=sum):
        chroma = np.linalg.norm(cspace_convert(hue, "sRGB1", "CIELab")[1:])
        if chroma > GREYISH and not any(is_tint(hue, full) for full in chosen):
            chosen.append(hue)
    return chosen
