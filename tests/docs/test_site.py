"""The site builds without a warning, needs nothing from outside, and has a place for every key and command."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from app.cli import main
from sim.scenario.model import Scenario

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-d",
        str(folder / "trees"),
        str(DOCS),
        str(folder),
    ]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return folder


def test_no_page_asks_anything_of_the_network(site):
    fetched = r"(?:<(?:script|img|iframe|source)[^>]+src|<link[^>]+href)=[\"'](https?:)?//"
    fetches = re.compile(fetched + r"|@import|url\([\"']?https?:")
    pages = [*site.glob("**/*.html"), *site.glob("_static/**/*.css")]
    assert len(pages) > 10
    for page in pages:
        assert not fetches.search(page.read_text(encoding="utf-8")), page


def test_every_key_and_every_command_has_its_place(site):
    keys = (site / "generated" / "keys.html").read_text(encoding="utf-8")
    for name, field in Scenario.model_fields.items():
        assert f">{field.alias or name}<" in keys
    commands = (site / "generated" / "commands.html").read_text(encoding="utf-8")
    for name, command in main.commands.items():
        assert f"parley {name}" in commands
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.opts[0] in commands
