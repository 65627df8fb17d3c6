"""The module that runs the examples of the pages, `docs/examples.py`."""

import importlib.util
import sys
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"

_spec = importlib.util.spec_from_file_location("examples", DOCS / "examples.py")
examples = importlib.util.module_from_spec(_spec)
sys.modules["examples"] = examples  # its dataclasses look themselves up there
_spec.loader.exec_module(examples)


def wrong(page, folder):
    """What the examples of a page print otherwise than it says."""
    return [one for _, found in examples.run(DOCS / page, folder) for one in found]
