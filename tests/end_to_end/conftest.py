"""One hotline serves all tests that leave it as they found it; those that break it start their own."""

import fcntl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from . import sound
from .town import Town


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.end_to_end)


@pytest.fixture(autouse=True)
def quiet(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A test marked `hears` is alone among its like in this run: two that measure sound would find each other's gaps.

    Only these wait for one another, or the whole run would take as long as its tests together.
    """
    if request.node.get_closest_marker("hears") is None:
        yield
        return
    with (tmp_path_factory.getbasetemp().parent / "hears.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back when the file is closed, and when the worker dies
        yield


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("town") / "home")
    with town.running():
        yield town
        assert "All invariants hold." in town.hotline("verify")


@pytest.fixture
async def town(standing: Town) -> AsyncIterator[Town]:
    yield standing
    await standing.close()


@pytest.fixture
async def own_town(tmp_path: Path) -> AsyncIterator[Town]:
    """A hotline of the test's own, not started yet."""
    town = Town(tmp_path / "home")
    yield town
    await town.close()


@pytest.fixture(scope="session")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The operator's voice: 440 Hz."""
    return sound.write(tmp_path_factory.mktemp("voice") / "440.wav", sound.tone(440, 4))


@pytest.fixture(scope="module")
def breakable_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    town = Town(tmp_path_factory.mktemp("breakable") / "home")
    town.found(nobody_wait_s=1)
    with town.running():
        yield town
        assert "All invariants hold." in town.hotline("verify")


@pytest.fixture
async def breakable(breakable_home: Town) -> AsyncIterator[Town]:
    """A hotline for the tests of one file, which may kill its application and let it come back."""
    yield breakable_home
    await breakable_home.close()
