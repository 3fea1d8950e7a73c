"""The menus that calls begin with: the store's before those shipped, and never none."""

import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hotline import spoken
from hotline.menus import Menus
from ivr.check import Known
from ivr.document import MenuDocument
from ivr.menu import Purpose
from routing.records import StoreFault
from storage.store import Store
from tests.conftest import CITY
from tests.rows import change

NODES = {"people": {"kind": "queue", "queue": "gas"}}
NOON = 1_700_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store.open(f"sqlite:///{tmp_path}/hotline.db", timezone=CITY)) as opened:
        yield opened


def menus(store: Store, *queues: str) -> Menus:
    made = Menus(store, lambda: Known(spoken.prompts(), {"main", *queues}))
    made.load()
    return made


async def test_a_call_keeps_the_menu_that_it_began_with_and_the_next_has_the_one_just_published(store: Store) -> None:
    found = menus(store)
    begun = found.of_line("")
    assert (begun.name, begun.version) == ("main", 0)
    for title in ("一", "二"):
        nodes = {"people": {"kind": "queue"}}
        store.change_policy(MenuDocument("main", title, "people", nodes), who="admin", at=NOON)
    await found.renew()
    assert (found.of_line("").title, found.of_line("").version) == ("二", 2)
    assert (begun.title, begun.version, "greeting" in begun.nodes) == ("问候后转人工", 0, True)
    store.drop_policy("menus", "main", who="admin", at=NOON)
    await found.renew()
    assert found.of_line("") == begun


def test_a_line_whose_menu_is_gone_or_of_another_purpose_has_the_usual_one(store: Store) -> None:
    after = MenuDocument("after", "回访", "bye", {"bye": {"kind": "goodbye"}}, Purpose.AFTER_TALK)
    store.change_policy(after, who="admin", at=NOON)
    found = menus(store)
    assert (found.of_line("gone").name, found.of_line("after").name) == ("main", "main")
    assert found.named("after") is None
    assert found.named("after", Purpose.AFTER_TALK) is not None


def test_a_published_menu_leads_calls_though_its_queue_is_gone_but_not_where_a_way_leads_nowhere(
    store: Store, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    change(
        url,
        "INSERT INTO documents (kind, key, position, data, version, changed_at, changed_by) VALUES "
        '(\'menus\', \'gas\', 0, \'{"name":"gas","title":"燃气","start":"people","nodes":'
        '{"people":{"kind":"queue","queue":"gas"}}}\', 1, 0, \'\'), '
        '(\'menus\', \'main\', 1, \'{"name":"main","title":"坏","start":"gone","nodes":{}}\', 1, 0, \'\')',
    )
    with caplog.at_level(logging.WARNING):
        found = menus(store)
    assert found.of_line("gas").title == "燃气"
    assert found.of_line("").version == 0
    assert "menu gas: nodes.people.queue: there is no queue 'gas'" in caplog.text
    assert "menu main of the store cannot lead calls: start: 'gone' is no node" in caplog.text


def test_of_two_that_are_taken_up_at_once_the_later_leads_calls(store: Store) -> None:
    found = menus(store)
    read, go_on = threading.Event(), threading.Event()
    asked = store.menus

    def slowly() -> list[tuple[MenuDocument, int]]:
        there = asked()
        read.set()
        go_on.wait(10)
        return there

    store.menus = slowly  # type: ignore[method-assign]
    store.change_policy(MenuDocument("main", "一", "people", {"people": {"kind": "queue"}}), who="admin", at=NOON)
    first = threading.Thread(target=found.load)
    first.start()
    assert read.wait(10)
    store.menus = asked  # type: ignore[method-assign]
    store.change_policy(MenuDocument("main", "二", "people", {"people": {"kind": "queue"}}), who="admin", at=NOON)
    second = threading.Thread(target=found.load)
    second.start()
    go_on.set()
    first.join(10)
    second.join(10)
    assert found.of_line("").title == "二"


async def test_what_could_not_be_taken_up_is_known_to_be_behind_until_it_is(store: Store) -> None:
    found = menus(store)
    asked = store.menus

    def away() -> list[tuple[MenuDocument, int]]:
        raise StoreFault("away")

    store.menus = away  # type: ignore[method-assign]
    with pytest.raises(StoreFault):
        await found.renew()
    assert found.behind
    store.menus = asked  # type: ignore[method-assign]
    await found.renew()
    assert not found.behind


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/hotline.db"
