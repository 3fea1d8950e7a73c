"""One hotline serves all tests that leave it as they found it; those that break it start their own."""

import fcntl
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest

from tests.brief import TOLD

from . import sound
from .talks import Place, placed
from .town import Town


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.end_to_end)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a page shows does not tell why: beside a failure stands what the hotline knows of the test's calls."""
    report = yield
    if report.failed and call.when == "call":
        given = [one.town if isinstance(one, Place) else one for one in item.funcargs.values()]
        towns = dict.fromkeys(one for one in given if isinstance(one, Town))
        report.sections += [(TOLD, town.told(call.start)) for town in towns]
    return report


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
    with Town(tmp_path_factory.mktemp("town") / "home").verified() as town:
        yield town


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The one hotline of all tests of talks at telephones."""
    with placed(tmp_path_factory.mktemp("place") / "home") as place:
        yield place


@pytest.fixture
def serving(request: pytest.FixtureRequest) -> Town:
    """The hotline of a test: that of its place where it asks for one. A file with one of its own names it so."""
    if "place" in request.fixturenames:
        place: Place = request.getfixturevalue("place")
        return place.town
    standing: Town = request.getfixturevalue("standing")
    return standing


@pytest.fixture
async def town(serving: Town) -> AsyncIterator[Town]:
    yield serving
    await serving.close()


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
def breakable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A hotline for the tests of one file, which may kill its application and let it come back."""
    town = Town(tmp_path_factory.mktemp("breakable") / "home")
    town.found(nobody_wait_s=1)
    with town.verified():
        yield town
