"""Where the labels of a chart stand, and which of them touch."""

from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from plots.sheet import INCH
from plots.style import house_style


def labels(figure):
    """Every text that is drawn, with its box in points."""
    canvas = FigureCanvasAgg(figure)
    with house_style():
        figure.draw_without_rendering()  # places everything; to paint the letters takes three times as long
        renderer = canvas.get_renderer()
        found = [one for one in figure.findobj(Text) if one.get_visible() and one.get_text().strip()]
        points = Affine2D().scale(INCH / figure.dpi)
        return [(one.get_text(), one.get_window_extent(renderer).transformed(points)) for one in found]


def touching(chart):
    """Labels that leave the sheet or touch another."""
    wide, high = chart.figure.get_size_inches() * INCH
    found = labels(chart.figure)
    for words, box in found:
        if box.x0 < 0 or box.x1 > wide + 1 or box.y0 < 0 or box.y1 > high:
            yield words
    for (one, box), (other, second) in combinations(found, 2):
        across = min(box.x1, second.x1) - max(box.x0, second.x0)
        down = min(box.y1, second.y1) - max(box.y0, second.y0)
        if across > 0.5 and down > 1.5:
            yield f"{one!r} touches {other!r}"
