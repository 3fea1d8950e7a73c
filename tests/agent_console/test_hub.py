import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

from agent_console.gate import SEEN_BY
from agent_console.hub import Hub, Link
from agent_console.session import SignedIn
from routing import effects as fx
from routing import events as ev
from routing import talk_events as te
from routing.operators import Operator
from routing.outside import OutboundPurpose
from routing.queues import Queue
from routing.records import Account, Role, Voice
from routing.talk import Party
from routing.talk_events import PartyKind, PartyResult
from routing.watch import Watch, WatchState
from routing.watch_events import WatchMode
from tests.work import backlog, owed

from .house import START, House

REFUSED = fx.NoteOutbound("c1", "+442079460018", "op1001", OutboundPurpose.TRANSFER, START + 5, "not_allowed")
GONE = Party(PartyKind.NUMBER, "110", "110 报警服务台", START, ended_at=START + 9, result=PartyResult.BUSY)
ROLES = {"sup1": Role.SUPERVISOR, "admin": Role.ADMIN}


def page(house: House, login: str = "op1001", since: int | None = None, session: str = "") -> Link:
    account = Account(login, f"name of {login}", ROLES.get(login, Role.OPERATOR))
    who = SignedIn(account, session or login, "page", 2e9)
    link = house.hub.claim(who)
    house.hub.join(link, since)
    return link


def frames(link: Link) -> list[dict[str, Any]]:
    return [json.loads(link.frames.get_nowait()) for _ in range(link.frames.qsize())]


def kinds(link: Link) -> list[str]:
    return [frame["type"] for frame in frames(link)]


async def test_a_new_page_gets_a_snapshot_and_then_every_change(house: House) -> None:
    house.sit_down("op1001")
    link = page(house)
    (first,) = frames(link)
    assert first["seq"] == house.hub.seq
    assert first["type"] == "snapshot"
    assert first["data"] == {
        "operator": {
            "login": "op1001",
            "name": "name of op1001",
            "queues": ["main"],
            "skills": {},
            "taken": 0,
            "state": "ready",
            "since": "2026-11-23T18:30:00.000+08:00",
            "phone": True,
            "call": None,
            "wrap_up_until": None,
            "pause_pending": False,
            "pause": None,
            "pause_kind": "",
            "pause_title": "",
            "overdue": False,
            "asked": None,
            "asked_title": "",
        },
        "call": None,
        "queues": [
            {
                "name": "main",
                "title": "市长热线",
                "waiting": 0,
                "longest_since": None,
                "signed_in": 1,
                "ready": 1,
                "talking": 0,
            }
        ],
        "messages_open": 0,
        "messages": {"open": 0, "taken": 0, "oldest_at": None},
        "telephony": False,
        "calls_out": False,
        "now": "2026-11-23T18:30:00.000+08:00",
        "watched": [],
    }
    house.call_up("c1", name="<b>张三</b>")
    told = frames(link)
    assert [frame["type"] for frame in told] == ["telephony", "queue", "operator", "call", "queue"]
    assert first["seq"] < told[0]["seq"]
    assert all(before["seq"] < after["seq"] for before, after in pairwise(told))
    assert told[1]["data"]["waiting"] == 1
    assert (told[2]["data"]["state"], told[2]["data"]["call"]) == ("ringing", "c1")
    assert (told[3]["data"]["state"], told[3]["data"]["caller_name"]) == ("ringing", "<b>张三</b>")


async def test_nobody_hears_of_another_operators_call(house: House) -> None:
    mine, other = page(house, "op1001"), page(house, "op1002")
    frames(other)
    house.talk("c1", "op1001")
    assert {"operator", "call"} <= set(kinds(mine))
    assert set(kinds(other)) == {"queue", "telephony"}


async def test_a_ring_that_ended_says_why_in_the_words_of_the_page(house: House) -> None:
    link = page(house)
    for reason in ("citizen_hung_up", "cancelled", "not_answered", "unreachable", "refused", "lost"):
        await house.hub.end_offer(fx.Order(1, fx.EndOffer("op1001", "c1", reason)))
    assert [frame["data"]["reason"] for frame in frames(link)[1:]] == [
        "citizen_hung_up",
        "citizen_hung_up",
        "not_answered",
        "not_answered",
        "refused",
        "lost",
    ]


async def test_who_was_asked_into_a_talk_is_told_that_the_end_is_that_of_a_consult(house: House) -> None:
    link = page(house)
    await house.hub.end_offer(fx.Order(1, fx.EndOffer("op1001", "c1", "over", consult=True)))
    told = {"call": "c1", "reason": "over", "by": "", "result": "", "consult": True}
    assert frames(link)[-1]["data"] == told


async def test_who_gave_a_citizen_away_is_told_what_becomes_of_him_while_he_writes(house: House) -> None:
    giver = page(house, "op1001")
    house.talk("c1", "op1001")
    house.sit_down("op1002")
    house.desk.post(ev.TransferRequested("c1", "op1001", "main", "op1002"))
    house.desk.post(ev.CallerWaiting("c1", "PJSIP/trunk-c1"))
    house.desk.post(ev.OperatorAnswered("c1", "op1002", "PJSIP/op1002-1"))
    told = [frame["data"] for frame in frames(giver) if frame["type"] == "call"]
    assert [(one["state"], one["operator"]) for one in told[-2:]] == [("waiting", None), ("talking", "op1002")]
    house.desk.post(ev.ReadyRequested("op1001"))
    frames(giver)
    house.desk.post(ev.CallEnded("c1", 16))
    assert "call" not in kinds(giver)


async def test_a_page_that_comes_back_gets_exactly_what_it_missed(house: House) -> None:
    link = page(house)
    (snapshot,) = frames(link)
    house.hub.messages(backlog(1), [])
    (seen,) = frames(link)
    assert house.hub.leave(link)
    house.hub.messages(backlog(2), [])
    house.sit_down("op1001")
    house.sit_down("op1002")  # not for this page
    back = page(house, since=seen["seq"])
    missed = frames(back)
    own = ["operator", "queue", "operator", "operator", "queue"]
    assert [frame["type"] for frame in missed] == ["messages", *own, "queue", "queue"]
    assert missed[0]["data"] == {"open": 2, "taken": 0, "oldest_at": None}
    assert all(frame["data"]["login"] == "op1001" for frame in missed if frame["type"] == "operator")
    sequence = [frame["seq"] for frame in missed]
    assert sequence == sorted(sequence)
    assert sequence[0] > seen["seq"] > snapshot["seq"] - 1
    again = page(house, since=house.hub.seq)
    assert frames(again) == []


async def test_a_page_that_was_away_too_long_or_knows_the_future_gets_a_snapshot(house: House) -> None:
    link = page(house)
    start = frames(link)[0]["seq"]
    for count in range(70):  # 64 are kept
        house.hub.messages(backlog(count), [])
    for since in (start, house.hub.seq + 1, 0, house.hub.seq - 64 - 1):
        assert kinds(page(house, since=since)) == ["snapshot"]
    # kept, but more than may wait for one page
    assert kinds(page(house, since=house.hub.seq - 20)) == ["snapshot"]
    assert kinds(page(house, since=house.hub.seq - 16)) == ["messages"] * 16


async def test_numbers_go_on_growing_over_a_restart(house: House) -> None:
    house.hub.messages(backlog(1), [])
    last = house.hub.seq
    house.now[0] += 1
    restarted = Hub(house.desk.snapshot, lambda: house.now[0], house.hub._views.timezone)
    assert restarted.seq > last
    who = SignedIn(Account("op1001", "x", Role.OPERATOR), "x", "page", 2e9)
    link = restarted.claim(who)
    restarted.join(link, last)
    assert kinds(link) == ["snapshot"]


async def test_a_page_that_does_not_read_is_dropped_and_the_others_miss_nothing(house: House) -> None:
    slow, quick = page(house, "op1001"), page(house, "op1002")
    frames(quick)
    for count in range(40):  # 32 may wait
        house.hub.messages(backlog(count), [])
        assert len(frames(quick)) == 1
    assert slow.over.result().code == 4408
    assert not quick.over.done()


async def test_the_newer_page_of_an_operator_wins(house: House) -> None:
    first = page(house)
    second = page(house)
    assert first.over.result().code == 4409
    assert not house.hub.leave(first)
    frames(first)
    frames(second)
    house.hub.messages(backlog(3), [])
    assert kinds(first) == []
    assert kinds(second) == ["messages"]
    assert house.hub.page_of("op1001") is second
    assert house.hub.leave(second)
    assert house.hub.page_of("op1001") is None


async def test_signing_out_ends_the_page_for_good(house: House) -> None:
    link = page(house)
    house.hub.sign_out(link.who)
    assert link.over.result().code == 4401
    frames(link)
    house.hub.messages(backlog(1), [])
    assert frames(link) == []
    assert house.hub.leave(link)
    house.hub.sign_out(link.who)


async def test_supervisors_and_programs_may_have_several_pages_and_the_oldest_of_too_many_goes(
    house: House,
) -> None:
    house.hub = Hub(house.desk.snapshot, lambda: house.now[0], house.hub._views.timezone, at_once=3)
    for login in ("sup1", "admin"):
        pages = [page(house, login) for _ in range(3)]
        assert [one.over.done() for one in pages] == [False] * 3
        fourth = page(house, login)
        assert pages[0].over.result().code == 4409
        for one in pages:
            frames(one)
        frames(fourth)
        house.hub.messages(backlog(len(house.hub._kept)), [])
        assert [kinds(one) for one in (*pages, fourth)] == [[], ["messages"], ["messages"], ["messages"]]
        assert not house.hub.leave(pages[0])
        assert [house.hub.leave(one) for one in (pages[1], fourth, pages[2])] == [False, False, True]
    assert house.hub.pages() == []


async def test_signing_out_ends_the_pages_of_that_session_only(house: House) -> None:
    one, other, same = (page(house, "admin", session=session) for session in ("desk", "wall", "desk"))
    house.hub.sign_out(one.who)
    assert (one.over.result().code, same.over.result().code, other.over.done()) == (4401, 4401, False)
    assert house.hub.page_of("admin") is same


async def test_a_supervisor_sees_every_operator_and_every_call_from_the_first_frame_on(house: House) -> None:
    house.hub.introduce("op1001", "李晓雯")
    house.talk("c1", "op1001")
    house.call_up("c2")
    house.desk.post(ev.PhoneRegistered("op1002"))  # not signed in
    for login in ("sup1", "admin"):
        link = page(house, login)
        (first,) = frames(link)
        assert (first["data"]["operator"], first["data"]["call"]) == (None, None)
        told = [(one["login"], one["name"], one["state"]) for one in first["data"]["operators"]]
        assert told == [("op1001", "李晓雯", "talking")]
        told = [(one["id"], one["state"], one["operator"]) for one in first["data"]["calls"]]
        assert told == [("c1", "talking", "op1001"), ("c2", "waiting", None)]
        assert house.hub.leave(link)
    link = page(house, "sup1")
    frames(link)
    house.desk.post(ev.CallEnded("c2", 16))
    house.hub.saved("c2")
    house.desk.post(ev.HangUpRequested("c1", "op1001"))
    house.desk.post(ev.CallEnded("c1", 16))
    told = [
        (frame["type"], frame["data"].get("id") or frame["data"].get("login"), frame["data"].get("state"))
        for frame in frames(link)
        if frame["type"] != "queue"
    ]
    assert told == [
        ("call", "c2", "ended"),
        ("saved", None, None),
        ("operator", "op1001", "talking"),  # the page of the one whose wish it was hears that it was taken
        ("call", "c1", "talking"),
        ("operator", "op1001", "wrap_up"),
        ("call", "c1", "ended"),
    ]


async def test_an_operator_gets_neither_the_others_nor_the_queue_in_his_snapshot(house: House) -> None:
    house.talk("c1", "op1002")
    house.call_up("c2")
    link = page(house)
    (first,) = frames(link)
    told = {"operator", "call", "queues", "messages_open", "messages", "telephony", "calls_out", "now", "watched"}
    assert set(first["data"]) == told
    house.call_up("c3")
    house.hub.saved("c3")
    house.desk.post(ev.CallEnded("c2", 16))
    assert set(kinds(link)) == {"queue"}


async def test_who_may_see_which_kind_is_said_for_every_kind(house: House) -> None:
    watch = page(house, "sup1")
    frames(watch)
    house.sit_down("op1001")
    house.talk("c1", "op1001")
    house.sit_down("op1002")
    house.desk.post(te.ConsultRequested("c1", "op1001", te.PartyKind.OPERATOR, "op1002"))
    house.desk.post(te.PartyEnded("c1", "", te.PartyResult.BUSY))
    seen = set(kinds(watch))
    house.desk.post(ev.OperatorLegEnded("c1", "op1001", 44))
    house.desk.post(ev.PolicyChanged(house.desk.snapshot().policy))
    house.hub.saved("c1")
    house.hub.messages(backlog(1), [(owed("c1"), Voice())])
    await house.hub.alarm(fx.Order(1, REFUSED))
    party = Party(te.PartyKind.NUMBER, "110", "110", START, result=te.PartyResult.BUSY)
    await house.hub.party_ended(fx.Order(1, fx.TellPartyEnded("op1001", "c1", party)))
    whispers = Watch("c1", "sup1", "op1001", "", START, WatchMode.WHISPER, state=WatchState.ON)
    await house.hub.show_watch(fx.Order(1, fx.ShowWatch(whispers)))
    assert {frame.text.partition('"type":"')[2].partition('"')[0] for frame in house.hub._kept} == set(SEEN_BY)
    assert seen | set(kinds(watch)) == set(SEEN_BY) - {"offer_ended", "party_ended", "watched"}


async def test_a_call_outside_that_is_refused_is_an_alarm_for_those_who_watch_and_one_that_is_placed_is_none(
    house: House,
) -> None:
    watch, own = page(house, "sup1"), page(house)
    await house.hub.alarm(fx.Order(1, replace(REFUSED, refusal="")))
    await house.hub.alarm(fx.Order(1, REFUSED))
    _, alarm = frames(watch)
    assert (alarm["type"], alarm["data"]) == (
        "alarm",
        {
            "kind": "outbound_refused",
            "at": "2026-11-23T18:30:05.000+08:00",
            "call": "c1",
            "number": "+442079460018",
            "operator": "op1001",
            "purpose": "transfer",
            "refusal": "not_allowed",
        },
    )
    assert kinds(own) == ["snapshot"]
    await house.hub.alarm(fx.Order(0, REFUSED))  # of a desk before this one
    assert kinds(watch) == []


async def test_a_change_of_the_policy_tells_which_queues_there_are_now(house: House) -> None:
    link = page(house)
    frames(link)
    house.have(Queue("gas", "燃气"))
    (told,) = (frame["data"] for frame in frames(link) if frame["type"] == "policy")
    assert told == {"revision": house.desk.snapshot().policy.revision, "queues": ["main", "gas"]}


async def test_the_call_stays_on_the_page_while_its_operator_writes(house: House) -> None:
    house.talk("c1", "op1001")
    house.hub.case_opened("c1", "20261123-0001")
    house.desk.post(ev.CallEnded("c1", 16))
    data = frames(page(house))[0]["data"]
    assert data["operator"]["state"] == "wrap_up"
    assert (data["call"]["id"], data["call"]["state"], data["call"]["case"]) == ("c1", "ended", "20261123-0001")
    house.desk.post(ev.ReadyRequested("op1001"))
    assert frames(page(house))[0]["data"]["call"] is None


async def test_who_saw_a_call_is_told_when_it_was_written(house: House) -> None:
    mine, other = page(house, "op1001"), page(house, "op1002")
    house.talk("c1", "op1001")
    house.call_up("waiting")
    frames(mine)
    frames(other)
    house.hub.saved("c1")
    house.hub.saved("waiting")  # nobody has it yet
    assert [frame["data"] for frame in frames(mine)] == [{"call": "c1"}]
    assert frames(other) == []
    house.hub.saved("found after a restart")
    assert kinds(mine) == kinds(other) == ["saved"]


async def test_orders_of_an_older_desk_are_not_shown(house: House) -> None:
    link = page(house)
    frames(link)
    await house.hub.show_telephony(fx.Order(3, fx.ShowTelephony(True)))
    await house.hub.show_telephony(fx.Order(2, fx.ShowTelephony(False)))
    assert [frame["data"] for frame in frames(link)] == [{"up": True}]


async def test_half_a_character_in_a_name_breaks_no_connection(house: House) -> None:
    link = page(house)
    house.sit_down("op1001")
    frames(link)
    house.call_up("c1", name="张\ud800")
    texts = [link.frames.get_nowait() for _ in range(link.frames.qsize())]
    assert any("\\ud800" in text for text in texts)
    assert all(text.isascii() for text in texts)


async def test_the_hub_has_a_worker_for_every_effect_that_is_shown(house: House) -> None:
    workers = house.hub.workers()
    assert set(workers) == {
        *(fx.ShowOperator, fx.ShowCall, fx.EndOffer, fx.TellPartyEnded, fx.ShowWatch),
        *(fx.ShowQueue, fx.ShowPolicy, fx.ShowTelephony, fx.NoteOutbound),
    }
    link = page(house)
    frames(link)
    await workers[fx.ShowOperator](fx.Order(1, fx.ShowOperator(Operator("op1001"), None)))
    assert kinds(link) == ["operator"]
