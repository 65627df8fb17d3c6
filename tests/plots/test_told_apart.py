"""What finds colours that some eye cannot tell apart is itself not blind."""

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from plots.style import BLUE, GREEN, VERMILLION, Chart, Cue, tint
from tests.plots.telling_apart import confused, faint, hues, undeclared


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


def test_a_colour_that_hardly_differs_from_the_paper_is_found_out():
    assert {thing for thing, _ in faint(bars(BLUE, tint(BLUE, 0.04)))} == {"thing 1"}


def test_a_tint_is_no_hue_of_its_own():
    assert len(hues(bars(BLUE, tint(BLUE, 0.4)))) == 1
    assert len(hues(bars(BLUE, VERMILLION))) == 2
