"""A finished folder opened again: the tables, and the scenario from the texts that were kept beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sim.results import store
from sim.results.block import digest
from sim.results.result import Result
from sim.scenario.provenance import Texts

BASE, WHAT_IFS = Path("results", "base"), Path("results", "what_ifs")
"""Where the base and the what-ifs lie in the folder that a run leaves."""
_MANIFEST, _TEXTS = "manifest.json", "scenario.json"


class ResultError(Exception):
    """A folder holds no result that can be used; the message says what to do."""


def keep_texts(texts: Texts, folder: Path) -> None:
    """Write what the scenario was read from beside its tables: file names, never where they lay."""
    kept = json.dumps(texts._asdict(), indent=1, ensure_ascii=False)
    (folder / _TEXTS).write_text(kept, encoding="utf-8")


def is_result(folder: Path) -> bool:
    """Whether a run has left this folder, or one of its variants."""
    return (folder / _MANIFEST).is_file()


def tables(folder: Path) -> Path:
    """Where the tables of a folder lie: those of the base in the folder of a run, or it is a variant's own."""
    return folder / BASE if (folder / BASE).is_dir() else folder


def variants(folder: Path) -> list[Path]:
    """The folders of the what-ifs that were played with the base, in the order of the scenario."""
    played = list(json.loads((folder / _MANIFEST).read_text(encoding="utf-8")).get("digests", ()))
    found = {path.name: path for path in sorted((folder / WHAT_IFS).glob("*")) if is_result(path)}
    return [found[name] for name in dict.fromkeys([*played, *found]) if name in found]


def verified(folder: Path) -> dict[str, Any]:
    """The manifest of a folder of tables, whose runs are those that it tells of.

    ResultError otherwise: a lost block would be read as if other futures had been played.
    """
    from duckdb import Error

    if not is_result(folder):
        raise ResultError(f"{folder} holds no result; parley run makes one")
    try:
        about = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        whole = digest(store.each_block(folder, "runs", "hash_1, hash_2")) == about["digest"]
    except (Error, ValueError, TypeError, KeyError) as error:
        raise ResultError(f"{folder} holds no result that can be read; run it again") from error
    if not whole:
        raise ResultError(f"{folder} does not hold the runs that its manifest.json tells of; run it again")
    return dict(about)


def reopen(folder: Path) -> Result:
    """The result in a folder that `parley run` has left (its base), or in the folder of one variant.

    ResultError where the folder is not whole, its scenario means something else to this version of Parley, or the data
    set of its economy is a folder that cannot be read.
    """
    from sim.economy import DataError
    from sim.engine.levers import data_folder, levers_of
    from sim.engine.plan import plan
    from sim.scenario.load import load_again
    from sim.scenario.problems import ScenarioError
    from sim.scenario.provenance import scenario_hash

    own = tables(folder)
    about = verified(own)
    try:
        kept = json.loads((own / _TEXTS).read_text(encoding="utf-8"))
        files = tuple((str(name), str(text)) for name, text in kept["files"])
        scenario = load_again(Texts(files, kept["what_if"], tuple(kept["sets"])))
    except FileNotFoundError:
        raise ResultError(f"{folder} was written before results kept their scenario; run it again") from None
    except (ValueError, TypeError, KeyError, IndexError, ScenarioError) as error:
        raise ResultError(f"{folder} keeps no scenario that this version of Parley can read; run it again") from error
    if scenario_hash(scenario) != about.get("scenario_hash"):
        raise ResultError(f"{folder} holds the futures of another scenario than the one that it keeps; run it again")
    made = plan(scenario)
    try:
        if data_folder(scenario) is not None:
            levers_of(made)
    except (DataError, OSError) as error:
        name = scenario.economy.data if scenario.economy is not None else ""
        message = f"{folder} rests on the data set {name!r}, which cannot be read from here"
        raise ResultError(f"{message}; open it from the folder that the set lies in") from error
    return Result(made, own, own.name if own.parent.name == WHAT_IFS.name else None)
