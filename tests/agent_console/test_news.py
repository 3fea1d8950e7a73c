from dataclasses import replace
from itertools import pairwise

from agent_console.gate import SEEN_BY
from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing import talk_events as te
from routing.call import Call
from routing.operators import Operator
from routing.outside import OutboundPurpose
from routing.queues import Queue
from routing.records import Voice
from routing.talk import Party
from routing.watch import Watch, WatchState
from routing.watch_events import WatchMode
from tests.work import backlog, owed

from .house import START, House
from .pages import frames, kinds, page

FAILED = fx.TellForwardFailed(
    "op1001",
    Call("c1", "13907330001", "", "12345", "PJSIP/trunk-c1", START, queue="main"),
    "110",
    "公安",
    te.PartyResult.BUSY,
)
REFUSED = fx.NoteOutbound("c1", "+442079460018", "op1001", OutboundPurpose.TRANSFER, START + 5, "not_allowed")


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
        await house.news.end_offer(fx.Order(1, fx.EndOffer("op1001", "c1", reason)))
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
    await house.news.end_offer(fx.Order(1, fx.EndOffer("op1001", "c1", "over", consult=True)))
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
    house.desk.post(pe.ReadyRequested("op1001"))
    frames(giver)
    house.desk.post(ev.CallEnded("c1", 16))
    assert "call" not in kinds(giver)


async def test_a_supervisor_sees_every_operator_and_every_call_from_the_first_frame_on(house: House) -> None:
    house.hub.introduce("op1001", "李晓雯")
    house.talk("c1", "op1001")
    house.call_up("c2")
    house.desk.post(pe.PhoneRegistered("op1002"))  # not signed in
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
    house.news.saved("c2")
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
    house.news.saved("c3")
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
    house.news.saved("c1")
    house.news.messages(backlog(1), [(owed("c1"), Voice())])
    await house.news.alarm(fx.Order(1, REFUSED))
    party = Party(te.PartyKind.NUMBER, "110", "110", START, result=te.PartyResult.BUSY)
    await house.news.party_ended(fx.Order(1, fx.TellPartyEnded("op1001", "c1", party)))
    await house.news.forward_failed(fx.Order(1, FAILED))
    whispers = Watch("c1", "sup1", "op1001", "", START, WatchMode.WHISPER, state=WatchState.ON)
    await house.news.show_watch(fx.Order(1, fx.ShowWatch(whispers)))
    assert {frame.text.partition('"type":"')[2].partition('"')[0] for frame in house.hub._kept} == set(SEEN_BY)
    assert seen | set(kinds(watch)) == set(SEEN_BY) - {"offer_ended", "party_ended", "forward_failed", "watched"}


async def test_a_call_outside_that_is_refused_is_an_alarm_for_those_who_watch_and_one_that_is_placed_is_none(
    house: House,
) -> None:
    watch, own = page(house, "sup1"), page(house)
    await house.news.alarm(fx.Order(1, replace(REFUSED, refusal="")))
    await house.news.alarm(fx.Order(1, replace(REFUSED, kept=False)))  # one of too many
    await house.news.alarm(fx.Order(1, REFUSED))
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
    await house.news.alarm(fx.Order(0, REFUSED))  # of a desk before this one
    assert kinds(watch) == []


async def test_who_gave_a_citizen_to_a_number_where_nobody_has_him_is_told_why_and_nobody_else(house: House) -> None:
    his, other, watch = page(house, "op1001"), page(house, "op1002"), page(house, "sup1")
    await house.news.forward_failed(fx.Order(1, FAILED))
    (told,) = (frame["data"] for frame in frames(his) if frame["type"] == "forward_failed")
    assert told == {
        "call": "c1",
        "caller": "13907330001",
        "queue": "main",
        "number": "110",
        "title": "公安",
        "reason": "busy",
    }
    assert kinds(other) == kinds(watch) == ["snapshot"]
    await house.news.forward_failed(fx.Order(0, FAILED))  # of a desk before this one
    assert kinds(his) == []


async def test_a_change_of_the_policy_tells_which_queues_there_are_now(house: House) -> None:
    link = page(house)
    frames(link)
    house.have(Queue("gas", "燃气"))
    (told,) = (frame["data"] for frame in frames(link) if frame["type"] == "policy")
    assert told == {"revision": house.desk.snapshot().policy.revision, "queues": ["main", "gas"]}


async def test_the_call_stays_on_the_page_while_its_operator_writes(house: House) -> None:
    house.talk("c1", "op1001")
    house.news.case_opened("c1", "20261123-0001")
    house.desk.post(ev.CallEnded("c1", 16))
    data = frames(page(house))[0]["data"]
    assert data["operator"]["state"] == "wrap_up"
    assert (data["call"]["id"], data["call"]["state"], data["call"]["case"]) == ("c1", "ended", "20261123-0001")
    house.desk.post(pe.ReadyRequested("op1001"))
    assert frames(page(house))[0]["data"]["call"] is None


async def test_who_saw_a_call_is_told_when_it_was_written(house: House) -> None:
    mine, other = page(house, "op1001"), page(house, "op1002")
    house.talk("c1", "op1001")
    house.call_up("waiting")
    frames(mine)
    frames(other)
    house.news.saved("c1")
    house.news.saved("waiting")  # nobody has it yet
    assert [frame["data"] for frame in frames(mine)] == [{"call": "c1"}]
    assert frames(other) == []
    house.news.saved("found after a restart")
    assert kinds(mine) == kinds(other) == ["saved"]


async def test_orders_of_an_older_desk_are_not_shown(house: House) -> None:
    link = page(house)
    frames(link)
    await house.news.show_telephony(fx.Order(3, fx.ShowTelephony(True)))
    await house.news.show_telephony(fx.Order(2, fx.ShowTelephony(False)))
    assert [frame["data"] for frame in frames(link)] == [{"up": True}]


async def test_there_is_a_worker_for_every_effect_that_is_shown(house: House) -> None:
    workers = house.news.workers()
    assert set(workers) == {
        *(fx.ShowOperator, fx.ShowCall, fx.EndOffer, fx.TellPartyEnded, fx.TellForwardFailed, fx.ShowWatch),
        *(fx.ShowQueue, fx.ShowPolicy, fx.ShowTelephony, fx.NoteOutbound),
    }
    link = page(house)
    frames(link)
    await workers[fx.ShowOperator](fx.Order(1, fx.ShowOperator(Operator("op1001"), None)))
    assert kinds(link) == ["operator"]
