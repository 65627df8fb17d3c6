"""The scenarios that ship with Parley, one YAML file each."""

from pathlib import Path

SHIPPED = Path(__file__).parent
"""The folder of the shipped scenario files."""
