import pytest

from sim import economy


@pytest.fixture(scope="session")
def opened(tmp_path_factory):
    """World → economy: written as a folder of CSV files and loaded as a user's own data are; once for each world."""
    economies = {}

    def load(world):
        if world not in economies:
            economies[world] = economy.load(world.write(tmp_path_factory.mktemp("world") / "data"))
        return economies[world]

    return load
