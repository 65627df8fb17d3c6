import pickle

import pytest

from sim.scenario.problems import Mark, Problem, ScenarioError, closest

MISSPELT = Problem(Mark("a.yaml", 3, 12), "actors.us", "unknown key", "name")


def test_a_problem_reads_as_one_line() -> None:
    assert str(MISSPELT) == "a.yaml:3:12: actors.us: unknown key (did you mean 'name'?)"
    assert str(Problem(Mark("a.yaml", 1, 1), "", "is empty")) == "a.yaml:1:1: is empty"
    assert str(MISSPELT._replace(suggestion=None, warning=True)) == "a.yaml:3:12: warning: actors.us: unknown key"


def test_an_error_lists_its_problems_and_survives_a_worker_process() -> None:
    error = pickle.loads(pickle.dumps(ScenarioError([MISSPELT, MISSPELT])))
    assert error.problems == [MISSPELT, MISSPELT]
    assert str(error).splitlines() == [str(MISSPELT)] * 2


@pytest.mark.parametrize(
    ("word", "found"), [("takes_plaice", "takes_place"), ("DATE", "date"), ("zzz", None), ("date" * 1000, None)]
)
def test_the_closest_word_is_found_whatever_its_case(word: str, found: str | None) -> None:
    assert closest(word, ["title", "date", "takes_place"]) == found
