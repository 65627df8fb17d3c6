"""The tutorial prints what it says. It plays the live scenario twice, so that it stands apart from the other pages."""

from tests.docs.worked import wrong


def test_the_tutorial_prints_what_it_says(tmp_path):
    assert not wrong("tutorial.md", tmp_path), "run python docs/examples.py"
