"""A supervisor in somebody's talk, by ear: who hears him is told by the tone of his voice."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime
from itertools import pairwise
from typing import Any

import httpx
import pytest

from hotline.phone import Phone

from . import sound
from .citizens import listens
from .talks import ONE, OTHER, Desk, Place, consults, free, hears, hears_music, talking
from .telephones import CITIZEN, HERTZ, Exchange, Telephone, amplitude
from .town import Town, until

SUP = HERTZ["sup1"]


class Supervisor(Desk):
    """sup1, whose telephone stands on his desk."""

    def __init__(self, town: Town, api: httpx.AsyncClient, exchange: Exchange) -> None:
        super().__init__(api, "sup1")
        self._town, self._http, self.exchange = town, api, exchange

    async def joins(self, call: str, what: str = "supervise", **body: Any) -> Telephone:
        """His telephone rings for this talk as soon as it is there, and he answers."""
        before = len(self.exchange.of("sup1"))

        async def asked() -> bool:
            answer = await self._http.post(f"/api/v1/calls/{call}/{what}", json=body)
            assert answer.status_code == 202 or _kind(answer) == "no-phone", answer.text
            return answer.status_code == 202

        await self._town.once_there("sup1", asked)
        phone = await self.exchange.ring("sup1", before)
        assert phone.call == call
        await phone.answer()
        return phone

    @property
    def rings(self) -> list[Telephone]:
        return self.exchange.of("sup1")

    async def leaves(self, call: str, status: int = 202) -> None:
        answer = await self._http.delete(f"/api/v1/calls/{call}/supervise")
        assert answer.status_code == status, answer.text

    async def refused(self, call: str, what: str = "supervise", **body: Any) -> str:
        answer = await self._http.post(f"/api/v1/calls/{call}/{what}", json=body)
        assert answer.status_code == 409, answer.text
        return _kind(answer)


def _kind(answer: httpx.Response) -> str:
    return str(answer.json()["type"].rpartition(":")[2])


@asynccontextmanager
async def supervised(
    place: Place, number: str, *others: str
) -> AsyncIterator[tuple[Phone, Desk, Telephone, Supervisor]]:
    """A citizen talks with 1007, and a supervisor is at his desk."""
    async with (
        talking(place, number, *others) as (citizen, desk, first, exchange),
        await place.town.operator("sup1") as api,
    ):
        yield citizen, desk, first, Supervisor(place.town, api, exchange)


async def watched(town: Town, call: dict[str, Any]) -> list[str]:
    """What the timeline has of supervisors."""
    return [f"{kind} {detail}" for kind, detail in await town.timeline(call) if kind in ("watched", "watch_over")]


async def heard_in(town: Town, call: dict[str, Any]) -> dict[str, sound.Samples]:
    """What the recording has of all that the citizen heard, from one change of a supervisor's mode half the way to the
    next: it has nothing of the moment in which they come into the room, and is ahead of the clock by that.
    """
    (recording,) = call["recordings"]
    assert abs(recording["seconds"] - call["talk_s"]) < 1
    _, right = sound.read((await town.fetch(recording["url"])).content, 2)
    moments = (await town.get(f"/calls/{call['id']}"))["timeline"]
    at = [(datetime.fromisoformat(one["at"]).timestamp(), one["kind"], one["detail"]) for one in moments]
    begins = next(when for when, kind, _ in at if kind == "answered")
    marks = [(when - begins, detail) for when, kind, detail in at if kind in ("watched", "ended")]
    return {
        detail: right[round(since * sound.RATE) : round((since + until) / 2 * sound.RATE)]
        for (since, detail), (until, _) in pairwise(marks)
    }


async def audited(town: Town, call: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What the audit has of this call, once it has the end: who, what and how. It is written behind."""

    def rows() -> list[tuple[str, str, str]] | None:
        with closing(sqlite3.connect(town.home / "hotline.sqlite")) as database:
            found = database.execute(
                "SELECT who, act, detail FROM audit WHERE subject = ? AND act LIKE 'watch%' ORDER BY number",
                (call["id"],),
            ).fetchall()
        return found if found and found[-1][1] == "watch_ended" else None

    return list(await until(rows, why=town.logs))


async def test_a_supervisor_listens_then_whispers_then_is_heard_by_both_at_one_ring(place: Place, town: Town) -> None:
    async with supervised(place, "13907339001") as (citizen, _, first, supervisor):
        his = await supervisor.joins(first.call, mode="listen")
        await until(lambda: his.hears(CITIZEN, ONE))
        assert hears(citizen, ONE)
        assert first.hears(CITIZEN)
        await supervisor.does(first.call, "supervise", mode="whisper")
        await until(lambda: first.hears(CITIZEN, SUP) and hears(citizen, ONE) and his.hears(CITIZEN, ONE))
        await listens(citizen, 2)
        await supervisor.does(first.call, "supervise", mode="barge")
        await until(lambda: first.hears(CITIZEN, SUP) and hears(citizen, ONE, SUP) and his.hears(CITIZEN, ONE))
        await listens(citizen, 1)
        await supervisor.does(first.call, "supervise", mode="listen")
        await until(lambda: first.hears(CITIZEN) and hears(citizen, ONE) and his.hears(CITIZEN, ONE))
        await supervisor.leaves(first.call)
        await until(lambda: his.over)
        await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN))
        await supervisor.leaves(first.call, 409)
        await citizen.hang_up()
        call = await town.ended("13907339001")
        await until(lambda: first.over)
        assert len(supervisor.rings) == 1
    assert (call["outcome"], call["operator"]) == ("answered", "1007")
    assert await watched(town, call) == [
        *("watched sup1 listen", "watched sup1 whisper", "watched sup1 barge", "watched sup1 listen"),
        "watch_over sup1 listen",
    ]
    heard = await heard_in(town, call)
    assert max(strength(heard["sup1 whisper"])) < 100  # what was for the operator alone is nobody's to hear
    assert max(strength(heard["sup1 barge"])) > 4000
    assert await audited(town, call) == [
        ("sup1", "watch_begun", "listen 1007"),
        ("sup1", "watch_begun", "whisper 1007"),
        ("sup1", "watch_begun", "barge 1007"),
        ("sup1", "watch_begun", "listen 1007"),
        ("sup1", "watch_ended", "listen 1007 asked"),
    ]


async def test_the_supervisor_leaves_when_the_operator_does(place: Place, town: Town) -> None:
    async with supervised(place, "13907339002") as (citizen, desk, first, supervisor):
        his = await supervisor.joins(first.call, mode="whisper")
        await until(lambda: his.hears(CITIZEN, ONE) and first.hears(CITIZEN, SUP))
        await desk.does(first.call, "hold")
        await until(lambda: hears_music(citizen) and first.hears(SUP) and his.hears(ONE))
        assert await supervisor.refused(first.call, mode="barge") == "on-hold"
        await desk.does(first.call, "resume")
        await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN, SUP))
        await supervisor.does(first.call, "supervise", mode="barge")
        await until(lambda: hears(citizen, ONE, SUP) and first.hears(CITIZEN, SUP))
        await desk.does(first.call, "hold")  # the room lets its guest go: who was heard by both whispers then
        await until(lambda: hears_music(citizen) and first.hears(SUP) and his.hears(ONE))
        await desk.does(first.call, "resume")
        await until(lambda: hears(citizen, ONE) and first.hears(CITIZEN, SUP))
        await first.leave()
        await until(lambda: his.over)
        call = await town.ended("13907339002")
    assert (call["outcome"], call["ended_by"]) == ("answered", "operator")
    assert await watched(town, call) == [
        *("watched sup1 whisper", "watched sup1 barge", "watched sup1 whisper", "watch_over sup1 whisper")
    ]


async def test_a_citizen_who_is_given_to_another_takes_no_supervisor_with_him(place: Place, town: Town) -> None:
    async with supervised(place, "13907339003") as (citizen, desk, first, supervisor):
        his = await supervisor.joins(first.call, mode="listen")
        await until(lambda: his.hears(CITIZEN, ONE))
        other = await consults(town, (citizen, desk, first, supervisor.exchange))
        await until(lambda: his.hears(ONE, OTHER))  # what is said behind the citizen's back is said to the operator
        await desk.does(first.call, "complete")
        await until(lambda: hears(citizen, OTHER) and other.hears(CITIZEN) and his.over)
        await citizen.hang_up()
        call = await town.ended("13907339003")
    assert ("sup1", "watch_ended", "listen 1007 given_away") in await audited(town, call)


@pytest.mark.parametrize(
    ("number", "stands"), [("13907339011", "together"), ("13907339012", "held"), ("13907339013", "barged")]
)
async def test_a_supervisor_takes_the_talk_over_and_is_its_operator(
    place: Place, town: Town, number: str, stands: str
) -> None:
    async with supervised(place, number) as (citizen, desk, first, supervisor):
        if stands == "held":
            await desk.does(first.call, "hold")
            await until(lambda: hears_music(citizen))
        if stands == "barged":
            his = await supervisor.joins(first.call, mode="barge")
            await until(lambda: hears(citizen, ONE, SUP))
            await supervisor.does(first.call, "take-over")
        else:
            his = await supervisor.joins(first.call, "take-over")
        await until(lambda: hears(citizen, SUP) and his.hears(CITIZEN) and first.over)
        await until(lambda: free(town, "1007"))
        await desk.does(first.call, "hold", 409)  # it is not his any more
        await supervisor.does(first.call, "hold")
        await until(lambda: hears_music(citizen) and his.hears())
        await supervisor.does(first.call, "resume")
        await until(lambda: hears(citizen, SUP) and his.hears(CITIZEN))
        await listens(citizen, 1)
        await supervisor.does(first.call, "hangup")
        call = await town.ended(number)
        await until(lambda: his.over)
    whole = await town.get(f"/calls/{call['id']}")
    assert [(leg["operator"], leg["result"]) for leg in whole["legs"]] == [
        ("1007", "taken_over"),
        ("sup1", "answered"),
    ]
    assert (call["operator"], call["ended_by"], whole["transferred_by"]) == ("sup1", "operator", "1007")
    assert [one["operator"] for one in whole["segments"]] == ["1007", "sup1", "sup1"]
    (recording,) = call["recordings"]
    assert abs(recording["seconds"] - call["talk_s"]) < 1
    assert not any(one["login"] == "sup1" for one in (await town.get("/operators"))["items"])  # as he was


async def test_who_talks_with_three_is_taken_over_with_the_third(place: Place, town: Town) -> None:
    async with supervised(place, "13907339021") as (citizen, desk, first, supervisor):
        other = await consults(town, (citizen, desk, first, supervisor.exchange), join=True)
        await until(lambda: hears(citizen, ONE, OTHER))
        his = await supervisor.joins(first.call, "take-over")
        await until(lambda: hears(citizen, SUP, OTHER) and his.hears(CITIZEN, OTHER) and first.over)
        await other.leave()
        await until(lambda: hears(citizen, SUP) and his.hears(CITIZEN))
        await his.leave()
        call = await town.ended("13907339021")
    assert (call["operator"], call["ended_by"]) == ("sup1", "operator")


async def test_who_listens_is_known_to_an_application_that_comes_back(place: Place, town: Town) -> None:
    async with supervised(place, "13907339031") as (citizen, _, first, supervisor):
        his = await supervisor.joins(first.call, mode="listen")
        await until(lambda: his.hears(CITIZEN, ONE))
        os.kill(town.pid(), signal.SIGKILL)
        await listens(citizen, 1)
        await town.healthy()
        assert his.hears(CITIZEN, ONE)
        await supervisor.does(first.call, "supervise", mode="whisper")
        await until(lambda: first.hears(CITIZEN, SUP) and hears(citizen, ONE))
        await supervisor.leaves(first.call)
        await until(lambda: his.over and first.hears(CITIZEN))
        await citizen.hang_up()
        call = await town.ended("13907339031")
    assert (await audited(town, call))[-1] == ("sup1", "watch_ended", "whisper 1007 asked")


def strength(heard: sound.Samples) -> list[float]:
    """The supervisor's voice in each tenth of a second."""
    step = sound.RATE // 10
    return [amplitude(heard[at : at + step], SUP) for at in range(0, len(heard) - step + 1, step)]
