"""The briefing as one HTML file: no scripts, nothing fetched from outside, every chart inline with its data."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup, escape

from app.briefing.content import Briefing, Bullets, FigureBlock, Paragraph, Table
from plots.numbers import NARROW
from plots.sheet import HEADING, INCH
from plots.style import Chart


def render(briefing: Briefing, charts: Path) -> str:
    """The page; the SVG of each chart is read from the folder `charts`."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_unbroken,
    )
    environment.tests["paragraph"] = lambda block: isinstance(block, Paragraph)
    environment.tests["bullets"] = lambda block: isinstance(block, Bullets)
    environment.tests["data_table"] = lambda block: isinstance(block, Table)
    environment.tests["chart"] = lambda block: isinstance(block, FigureBlock)
    environment.filters["svg"] = lambda chart: inline_svg(chart, charts)
    environment.filters["rows"] = _rows
    environment.filters["cell"] = cell
    environment.filters["column"] = lambda name: name.replace("_percent", ", %").replace("_", " ")
    style = Markup((Path(__file__).parent / "briefing.css").read_text(encoding="utf-8"))
    return environment.get_template("briefing.html.j2").render(
        briefing=briefing, style=style, charts=quote(charts.name)
    )


def _unbroken(value: object) -> object:
    """Text in which no line breaks between a number and its per cent sign."""
    return value.replace(" %", f"{NARROW}%") if isinstance(value, str) and not isinstance(value, Markup) else value


_OPENING = (
    '<svg viewBox="0 {top} {width} {height}" xmlns="http://www.w3.org/2000/svg" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" aria-hidden="true" focusable="false">'
)
"""The page sets the width; the text alternative is on the element around it."""


def inline_svg(chart: Chart, charts: Path) -> Markup:
    """The chart as an SVG element whose identifiers no other chart of the page has."""
    text = (charts / f"{chart.name}.svg").read_text(encoding="utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<title>.*?</title>", "", text, flags=re.DOTALL)
    text = re.sub(rf'<g id="{HEADING}">.*?</g>', "", text, flags=re.DOTALL)  # the page prints them itself
    text = re.sub(r'\bid="', f'id="{chart.name}-', text)
    text = re.sub(r'(xlink:href="#|href="#|url\(#)', lambda match: f"{match[1]}{chart.name}-", text)
    width, height = (inches * INCH for inches in chart.figure.get_size_inches())
    opening = _OPENING.format(top=f"{chart.head:g}", width=f"{width:g}", height=f"{height - chart.head:g}")
    return Markup(opening + text[text.index(">") + 1 :])


SHORT, SHORTEST = 20, 12
"""Cells of at most so many letters stay on one line: with a number, such as dates; any."""
_PATH = re.compile(r"[\w-]+(\.[\w-]+)+")
_ADDRESS = re.compile(r"https?://[^\s,\]]+")


def cell(value: object) -> Markup:
    """The content of a cell: short ones unbroken, paths breaking at their dots, addresses as links."""
    text = str(_unbroken(str(value))) or "–"
    if _PATH.fullmatch(text):
        return Markup("<code>{}</code>").format(Markup(".<wbr>").join(text.split(".")))
    if len(text) <= (SHORT if re.search(r"\d", text) else SHORTEST):
        return Markup('<span class="short">{}</span>').format(text)
    if len(text) > 2 * SHORT and " " not in text:
        return Markup('<code class="long">{}</code>').format(text)
    linked, end = Markup(), 0
    for found in _ADDRESS.finditer(text):
        host = urlsplit(found[0]).netloc.removeprefix("www.")
        linked += escape(text[end : found.start()]) + Markup('<a href="{}">{}</a>').format(found[0], host)
        end = found.end()
    return linked + escape(text[end:])


def _rows(chart: Chart) -> list[list[object]]:
    """The values that stand beside the picture, by row."""
    return list(map(list, zip(*chart.values().values(), strict=True)))
