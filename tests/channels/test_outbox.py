"""The outbox at work, with the real store, the real client and a stand-in for the provider."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

import pytest

from cases.case import CaseInput
from cases.office import Office
from cases.texts import OptOut, Text, TextKind, TextState
from cases.wording import Template
from channels.mobile import masked, mobile
from channels.outbox import LEASE_S, Outbox, values
from channels.twilio import Twilio
from routing.effects import OpenWork
from storage.store import Store
from tests.conftest import CITY
from tests.fakes.ports import free_ports
from tests.fakes.twilio import ACCOUNT, SENDER, TOKEN, StandIn
from tests.storage.samples import NOON, ended
from worktime.quiet import QuietHours

QUIET = QuietHours("21:00", "08:00")


class Town:
    def __init__(self, store: Store, provider: StandIn, base: str = "") -> None:
        self.store, self.provider, self.now = store, provider, NOON
        sender = Twilio(ACCOUNT, TOKEN, SENDER, base or provider.base, timeout_s=0.3)
        self.outbox = Outbox(store, sender, clock=lambda: self.now, country="CN", zone=CITY, quiet=lambda: QUIET)

    def message(self, call: str = "c1", caller: str = "13907330001") -> None:
        self.store.save_call(ended(call, NOON, caller=caller))
        self.store.open_work(OpenWork(call, caller, self.now))

    def told(self, call: str = "c1") -> tuple[TextState, str]:
        return next((one.state, one.reason) for one in self.store.texts().items if one.subject == call)


@pytest.fixture
def engine() -> str:
    return "sqlite"


@pytest.fixture
def town(store: Store) -> Iterator[Town]:
    with StandIn() as provider:
        yield Town(store, provider)


@asynccontextmanager
async def working(outbox: Outbox) -> AsyncIterator[None]:
    task = asyncio.create_task(outbox.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_citizen_is_told_of_his_message_and_of_his_case(town: Town) -> None:
    town.message()
    case = Office(town.store, lambda: NOON + 60, CITY).open_case(CaseInput("求助", "停水"), "c1", "op1001")
    town.now = NOON + 60
    assert await town.outbox.step()
    assert await town.outbox.step()
    assert await town.outbox.step() is None
    assert [(one.to, one.body) for one in town.provider.delivered] == [
        ("+8613907330001", "【12345】您11月23日12:00的留言已收到，我们会尽快给您回电。"),
        ("+8613907330001", f"【12345】您11月23日12:01反映的事项已受理，工单号{case.number}。"),
    ]
    assert {one.state for one in town.store.texts().items} == {TextState.SENT}


async def test_an_answer_later_than_the_time_out_is_unknown_and_the_text_came_once(town: Town) -> None:
    town.message()
    town.provider.ways.append("silent_after")
    after = await town.outbox.step()
    assert after is not None
    assert (after.state, after.reason) == (TextState.UNKNOWN, "no_answer")
    for later in (1.0, LEASE_S, 3600.0, 20 * 3600.0):
        town.now = NOON + later
        assert await town.outbox.step() is None
    assert (town.told(), len(town.provider.delivered), town.provider.requests) == (
        (TextState.UNKNOWN, "no_answer"),
        1,
        1,
    )


async def test_what_the_provider_did_not_take_is_sent_again_after_a_pause(town: Town) -> None:
    town.message()
    town.provider.ways.extend(["busy", "busy"])
    await town.outbox.step()
    assert town.told() == (TextState.WAITING, "busy")
    assert await town.outbox.step() is None
    town.now += 10
    await town.outbox.step()
    town.now += 29
    assert await town.outbox.step() is None
    town.now += 1
    await town.outbox.step()
    assert town.told() == (TextState.SENT, "")
    assert len(town.provider.delivered) == 1


async def test_a_provider_away_for_a_day_is_asked_no_more_for_old_news(store: Store) -> None:
    with StandIn() as provider:
        town = Town(store, provider, f"http://127.0.0.1:{free_ports(1)[0]}")
        town.message()
        await town.outbox.step()
        assert town.told() == (TextState.WAITING, "not_reached")
        town.now += 24 * 3600
        await town.outbox.step()
        assert town.told() == (TextState.WAITING, "not_reached")
        town.now += 1801
        assert await town.outbox.step() is None
        assert town.told() == (TextState.SUPPRESSED, "too_old")


@pytest.mark.parametrize(
    ("caller", "told"),
    [
        ("", (TextState.SUPPRESSED, "no_number")),
        ("073128880001", (TextState.SUPPRESSED, "no_mobile")),
        ("110", (TextState.SUPPRESSED, "no_mobile")),
        ("+4915112345678", (TextState.SUPPRESSED, "no_mobile")),
        ("13907330002", (TextState.SUPPRESSED, "opted_out")),
        ("13907330001", (TextState.SENT, "")),
    ],
)
async def test_only_a_mobile_of_the_country_whose_owner_wants_it_is_sent_a_text(
    town: Town, caller: str, told: tuple[TextState, str]
) -> None:
    town.store.change_policy(OptOut("13907330002"), who="sup1", at=NOON)
    town.message(caller=caller)
    await town.outbox.step()
    assert town.told() == told
    assert len(town.provider.delivered) == (told[0] is TextState.SENT)


async def test_a_kind_that_is_switched_off_is_not_sent(town: Town) -> None:
    town.store.change_policy(Template(TextKind.MESSAGE, "收到", on=False), who="admin", at=NOON)
    town.message()
    assert await town.outbox.step() is None
    assert town.told() == (TextState.SUPPRESSED, "switched_off")


async def test_at_night_it_waits_for_the_morning(town: Town) -> None:
    town.now = datetime(2026, 11, 23, 23, 15, tzinfo=CITY).timestamp()
    town.message()
    assert await town.outbox.step() is None
    assert town.told() == (TextState.WAITING, "quiet")
    town.now = datetime(2026, 11, 24, 8, 0, tzinfo=CITY).timestamp()
    assert await town.outbox.step()
    assert town.provider.delivered[0].body.startswith("【12345】您11月23日23:15的留言")


async def test_one_that_is_refused_keeps_none_of_the_others_back(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for number in range(6):
        town.message(f"c{number}")
    town.provider.ways.extend(["21211", "cut_after"])
    async with working(town.outbox), asyncio.timeout(20):
        while town.provider.requests < 6 or TextState.SENDING in town.store.text_counts():
            await asyncio.sleep(0.02)
        await town.outbox.settled()
    assert town.store.text_counts() == {TextState.SENT: 4, TextState.FAILED: 1, TextState.UNKNOWN: 1}
    assert len(town.provider.delivered) == 5
    assert "+8613907330001" not in caplog.text
    assert caplog.text.count("+86139******01") == 7


async def test_the_end_waits_for_answers_that_are_under_way(store: Store) -> None:
    loop, arrived, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def asked(stage: str) -> None:
        if stage == "accepted":
            loop.call_soon_threadsafe(arrived.set)
            go_on.wait(5)

    with StandIn(asked) as provider:
        town = Town(store, provider)
        town.message()
        async with working(town.outbox), asyncio.timeout(20):
            await arrived.wait()
            settled = asyncio.create_task(town.outbox.settled())
            go_on.set()
            await settled
        assert town.told() == (TextState.SENT, "")


def test_a_mobile_is_known_in_every_spelling_and_no_other_number_is() -> None:
    assert {mobile(way, "CN") for way in ("13907330001", "+8613907330001", "008613907330001")} == {"+8613907330001"}
    assert [mobile(way, "CN") for way in ("12345", "073128880001", "", "x", "+4915112345678")] == [None] * 5
    assert mobile("015112345678", "DE") == "+4915112345678"


def test_a_masked_number_shows_neither_its_middle_nor_a_short_one() -> None:
    assert masked("+8613907330001") == "+86139******01"
    assert masked("110") == "******"


def test_only_the_text_of_a_case_has_its_number() -> None:
    text = Text(
        *("case.20261123-0001", TextKind.CASE, "20261123-0001", "", NOON, NOON, TextState.WAITING, "", "", NOON),
        *(0, None, "", "", 0, "", None, None),
    )
    assert values(text, CITY) == {"time": "11月23日12:00", "case": "20261123-0001"}
    assert values(replace(text, kind=TextKind.MESSAGE), CITY) == {"time": "11月23日12:00"}
