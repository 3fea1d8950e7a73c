"""What the console's tests are given: the console itself, and the same behind a real server."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from prometheus_client import CollectorRegistry
from pydantic import TypeAdapter

from agent_console.app import build
from agent_console.hub import Hub
from agent_console.live import Rhythm
from agent_console.news import News
from agent_console.parts import Incidents, Recorded, Softphone, Sound, Spoken, Visitors
from agi.caller import number
from cases.office import Office
from cases.worklist import Worklist
from hotline.menus import Menus
from ivr.check import Known
from routing.desk import Desk
from storage.store import Store
from tests.conftest import ENGINES, QUICK
from tests.postgres import Server

from .house import CITY, CITY_OF_TESTS, PASSWORD, START, DeskAtHand, House
from .served import Served, serve

ANSWERED_BY_THE_STORE = (
    *(
        "test_calls",
        "test_cases",
        "test_findings",
        "test_handovers",
        "test_marks",
        "test_menus",
        "test_notices",
        "test_outbound",
        "test_policy",
        "test_recording",
    ),
    *("test_roster", "test_sessions", "test_team", "test_texts"),
)
"""Files whose tests run on both engines; to the others it makes no difference."""


SPEAKABLE = ("greeting", "waiting", "comfort-1", "area-city", "area-tianyuan", "incident-water")
SOUND = Path(__file__).parents[2] / "agi/prompts/greeting.wav"
PROMPTS = {name: Recorded(f"这是{name}。", SOUND, "zf_001", 4.6, "ab12cd34") for name in SPEAKABLE}


class Shelf(dict[str, Recorded]):
    """The prompts of these tests, and that they were asked to be taken up anew."""

    def __init__(self) -> None:
        super().__init__(PROMPTS)
        self.in_languages: dict[str, Recorded] = {}
        self.renewed = 0
        self.fault: OSError | None = None

    async def renew(self) -> None:
        if self.fault is not None:
            raise self.fault
        self.renewed += 1


class Booth:
    """A studio that makes the same sound of everything, or what `unfit` says."""

    voices: tuple[str, ...] = ("zf_xiaoxiao", "zf_xiaoyi")
    SOUND = "5" * 64

    def __init__(self) -> None:
        self.given: list[object] = []
        self.fault: Exception | None = None

    def file(self, sound: str) -> Path | None:
        return SOUND if sound == self.SOUND else None

    async def shape(self, upload: AsyncIterator[bytes]) -> Sound:
        return self._made(b"".join([block async for block in upload]))

    async def say(self, text: str, voice: str, speed: float) -> Sound:
        return self._made((text, voice, speed))

    def _made(self, given: object) -> Sound:
        self.given.append(given)
        if self.fault is not None:
            raise self.fault
        return Sound(self.SOUND, 2.8, -20.0, -4.1, 44100, 2, 3.1, clipped=False)


SPOKEN = Incidents(
    areas=(
        Spoken("全市", "area-city", "全市市民朋友请注意，"),
        Spoken("天元区", "area-tianyuan", "天元区的市民朋友请注意，", "天元区"),
    ),
    kinds=(Spoken("停水", "incident-water", "部分地区停水。"), Spoken("停电", "incident-power", "部分地区停电。")),
)


@pytest.fixture(scope="session", autouse=True)
def schemas_made_once() -> Iterator[None]:
    """Nearly every test builds the console: the schemas of its routes are always the same, and dearer than the test."""
    made: dict[Any, TypeAdapter[Any]] = {}

    def adapter(annotated: Any, *, config: Any = None) -> TypeAdapter[Any]:
        kind, *facts = get_args(annotated)
        key = (kind, repr(facts), repr(config))
        if key not in made:
            made[key] = TypeAdapter(annotated, config=config)
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fastapi._compat.v2.TypeAdapter", adapter)
        yield


@pytest.fixture(scope="session")
def filled_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once."""
    file = tmp_path_factory.mktemp("console") / "hotline.db"
    store = Store.open(f"sqlite:///{file}", timezone=CITY)
    store.load_demo(CITY_OF_TESTS, PASSWORD, QUICK)
    store.close()
    return file


@pytest.fixture(scope="session")
def template(postgres: Server) -> str:
    """The same on PostgreSQL, to be copied."""
    store = Store.open(postgres.create(name="hotline_console"), timezone=CITY)
    store.load_demo(CITY_OF_TESTS, PASSWORD, QUICK)
    store.close()
    postgres.keep("hotline_console")
    return "hotline_console"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames and metafunc.module.__name__.endswith(ANSWERED_BY_THE_STORE):
        metafunc.parametrize("engine", ENGINES)


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def rhythm() -> Rhythm:
    """No page of these tests answers pings: on a busy machine it would be dropped as silent."""
    return Rhythm(silent_s=600.0)


@pytest.fixture
def demo() -> bool:
    return True


@pytest.fixture
def trunk() -> bool:
    """Whether numbers outside can be dialled."""
    return False


@pytest.fixture
def house(
    tmp_path: Path, engine: str, url: str, rhythm: Rhythm, demo: bool, trunk: bool, request: pytest.FixtureRequest
) -> Iterator[House]:
    if engine == "sqlite":
        (tmp_path / "hotline.db").write_bytes(request.getfixturevalue("filled_database").read_bytes())
    store = Store.open(url, timezone=CITY)
    now, ticks = [START], [1000.0]
    secrets: list[Any] = []
    health = {"database": "ok", "asterisk": "ok"}
    desk = DeskAtHand(Desk(store.policy()), lambda: now[0])
    hub = Hub(lambda: now[0], kept=64, bound=32)
    news = News(hub, desk.snapshot, lambda: now[0], CITY, calls_out=trunk)
    desk.news = news
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    pages = tmp_path / "dist"

    async def new_secret(login: str) -> str:
        answer = secrets.pop(0) if secrets else f"secret of {login}"
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    async def health_now() -> dict[str, str]:
        return health

    shelf, booth = Shelf(), Booth()
    menus = Menus(store, lambda: Known(shelf, desk.snapshot().policy.queues))
    menus.load()
    app = build(
        store=store,
        gateway=desk,
        hub=hub,
        news=news,
        office=Office(store, lambda: now[0], CITY),
        worklist=Worklist(store, lambda: now[0], lambda: desk.snapshot().policy.rules.call_back_tries),
        clock=lambda: now[0],
        timezone=CITY,
        recordings=recordings,
        softphone=Softphone(server="ws://127.0.0.1:8088/ws", realm="hotline"),
        new_secret=new_secret,
        health=health_now,
        metrics=CollectorRegistry(),
        may_forward=trunk,
        visitors=Visitors("phone-page", lambda: new_secret("phone-page")) if demo else None,
        incidents=SPOKEN,
        prompts=shelf,
        studio=booth,
        menus=menus,
        one_form=lambda raw: number(raw, "CN"),
        home_code="+86",
        origins=["https://hotline.example.org"],
        pages=pages,
        rhythm=rhythm,
        ticks=lambda: ticks[0],
    )
    made = House(app, store, desk, hub, news, recordings, now, ticks, secrets, health, shelf, booth)

    @asynccontextmanager
    async def client(login: str | None = None, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app=app)
        given = {"X-Requested-With": "hotline", **headers}
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=given) as http:
            if login is not None:
                answer = await http.post("/api/v1/sessions", json={"login": login, "password": PASSWORD})
                assert answer.status_code == 201, answer.text
            yield http

    made.client = client
    yield made
    store.close()


@pytest.fixture
async def served(house: House) -> AsyncIterator[Served]:
    async with serve(house) as running:
        yield running
