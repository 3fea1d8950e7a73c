"""What several rooms' tests need: a database of their own, on each engine that the hotline runs on."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, settings

from storage.store import Store

from .brief import brief
from .postgres import Server

CITY = ZoneInfo("Asia/Shanghai")
QUICK = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
"""For passwords of tests: made and checked as in earnest, one takes a third of a second."""

# Objects of the console and of the tables live as long as their test: looked through at every seven hundred new ones,
# as it is by default, they cost a quarter of the time of tests that make many.
gc.set_threshold(50_000, 20, 100)

# the same examples on every machine, however long it takes for them
settings.register_profile(
    "hotline",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("hotline")


LONGEST = (
    *("end_to_end/test_messages", "end_to_end/test_talk_races", "end_to_end/test_faults", "end_to_end/test_survival"),
    *("end_to_end/test_lines", "end_to_end/test_desk_phones", "end_to_end/test_ways_out", "end_to_end/test_phone"),
    *("end_to_end/test_admin", "end_to_end/test_console_control", "end_to_end/test_call", "end_to_end/test_menus"),
    *("end_to_end/test_menu_nodes", "end_to_end/test_supervisor", "end_to_end/test_voice_pages"),
    *("end_to_end/test_supervision", "channels/test_survival", "hotline/test_reconcile", "simulation/test_agreement"),
    "end_to_end/",
)
"""Files by what they take, then all others in their order: none that is long begins when the rest is over."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        file = item.path.relative_to(here).as_posix() if here in item.path.parents else ""
        return next((place for place, begin in enumerate(LONGEST) if file.startswith(begin)), len(LONGEST))

    items.sort(key=place)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for kind in ("failed", "error") for report in terminalreporter.getreports(kind)]
    if reports:
        terminalreporter.section("failures in brief")
    for report in reports:
        if isinstance(report, pytest.TestReport):
            terminalreporter.write_line("\n".join(brief(report)))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server a worker, empty."""
    server = Server()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def template(postgres: Server) -> str:
    """The name of a database with our tables, to be copied."""
    Store.open(postgres.create(name="hotline_template"), timezone=CITY).close()
    postgres.keep("hotline_template")
    return "hotline_template"


ENGINES = ("sqlite", "postgresql")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def new_database(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """Makes empty databases of the engine named, and takes them away."""
    made: list[str] = []

    def make(engine: str) -> str:
        if engine == "sqlite":
            return f"sqlite:///{tmp_path}/empty.db"
        made.append(request.getfixturevalue("postgres").create())
        return made[-1]

    yield make
    for url in made:
        request.getfixturevalue("postgres").drop(url)


@pytest.fixture
def url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database of the test's own, on each engine in turn."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path}/hotline.db"
        return
    template: str = request.getfixturevalue("template")
    server: Server = request.getfixturevalue("postgres")
    taken = server.take(template)
    yield taken
    server.give_back(template, taken)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url, timezone=CITY)
    yield opened
    opened.close()
