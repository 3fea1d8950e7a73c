"""Hold, consultation, three and attended transfer over HTTP: what is granted, and what is said where it is not."""

import re
from typing import Any

import pytest

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing import talk_events as te
from routing import watch_events as we
from routing.outside import Contact, ContactKind, Destination
from routing.policy import Member
from routing.queues import Queue
from routing.talk_events import PartyKind, PartyResult
from routing.watch_events import WatchMode

from .house import House
from .pages import frames, page

OTHER, OUT = "PJSIP/op1002-1", "PJSIP/trunk-out-1"
MARKUP = "<img src=x onerror=alert(1)>"
"""The name of op1002."""


@pytest.fixture
def trunk() -> bool:
    return True


def talks(house: House) -> None:
    """op1001 in a talk; op1002 is free, and serves the law as well; an interpreter may be called."""
    house.have(
        Queue("law", "法律"),
        Member("op1002", ("main", "law")),
        Destination("138XXXXXXXX", "手机"),
        Contact("interpreter", "翻译", "13800138000", ContactKind.INTERPRETER),
    )
    house.talk("c1", "op1001")
    house.sit_down("op1002")


def answers(house: House) -> None:
    """Whoever was asked into the talk takes it."""
    talk = house.call("c1").talk
    assert talk is not None
    assert talk.party is not None
    channel = OTHER if talk.party.operator else OUT
    house.desk.post(te.PartyRang("c1", talk.party.operator, channel))
    house.desk.post(te.PartyAnswered("c1", talk.party.operator, channel))


def state(house: House) -> str:
    talk = house.call("c1").talk
    return "" if talk is None else talk.state


async def asks(
    house: House, what: str, login: str = "op1001", call: str = "c1", language: str = "zh", **body: Any
) -> tuple[int, Any]:
    async with house.client(login, **{"Accept-Language": language}) as http:
        answer = await http.post(f"/api/v1/calls/{call}/{what}", json=body)
    return answer.status_code, answer.json()


async def test_each_wish_leads_on_and_one_out_of_place_is_told_to_look_again(house: House) -> None:
    talks(house)
    for what, follows in (("hold", "held"), ("resume", "together"), ("hold", "held")):
        assert await asks(house, what) == (202, {})
        assert state(house) == follows
    words = {
        "zh": "通话的状态刚刚变了，没有执行。请看清当前状态后再操作。",
        "en": "The talk has just changed, so this was not done. Look how it stands, then choose again.",
    }
    for what, (language, said) in zip(("hold", "join", "complete", "return"), 2 * [*words.items()], strict=True):
        status, problem = await asks(house, what, language=language)
        assert (status, problem["type"]) == (409, "urn:hotline:problem:talk-moved")
        assert problem["detail"] == said
    assert await asks(house, "consult", kind="operator", target="op1002") == (202, {})
    answers(house)
    for what, follows in (("join", "three"), ("return", "together")):
        assert await asks(house, what) == (202, {})
        assert state(house) == follows


@pytest.mark.parametrize(
    ("asked", "kind", "name", "title"),
    [
        ({"kind": "operator", "target": "op1002"}, PartyKind.OPERATOR, "op1002", MARKUP),
        ({"kind": "queue", "target": "law"}, PartyKind.OPERATOR, "op1002", "op1002"),
        ({"kind": "contact", "target": "interpreter"}, PartyKind.NUMBER, "13800138000", "翻译"),
        ({"kind": "number", "target": "+86 138 0013 8000"}, PartyKind.NUMBER, "13800138000", "13800138000"),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
@pytest.mark.parametrize("join", [False, True])
async def test_whoever_is_asked_into_the_talk_is_called(
    house: House, asked: dict[str, str], kind: PartyKind, name: str, title: str, join: bool
) -> None:
    talks(house)
    assert await asks(house, "consult", **asked, join=join) == (202, {})
    talk = house.call("c1").talk
    assert talk is not None
    assert talk.party is not None
    assert (talk.party.kind, talk.party.name, talk.party.title, talk.party.join) == (kind, name, title, join)
    answers(house)
    assert state(house) == ("three" if join else "consulting")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"kind": "operator", "target": "leader1"}, "not-free"),
        ({"kind": "operator", "target": "op1001"}, "not-free"),
        ({"kind": "operator", "target": "nobody"}, "not-free"),
        ({"kind": "queue", "target": "gone"}, "not-free"),
        ({"kind": "contact", "target": "gone"}, "no-such-contact"),
        ({"kind": "number", "target": "+442079460018"}, "outbound-not-allowed"),
        ({"kind": "number", "target": "12345"}, "outbound-own-line"),
        ({"kind": "number", "target": "x"}, "outbound-not-a-number"),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else "",
)
async def test_who_cannot_be_called_is_told_with_what_to_do_and_the_two_talk_on(
    house: House, wanted: dict[str, str], code: str
) -> None:
    talks(house)
    said = []
    for language in ("zh", "en"):
        status, problem = await asks(house, "consult", language=language, **wanted)
        assert (status, problem["type"]) == (409, f"urn:hotline:problem:{code}")
        said.append(problem["detail"])
    assert re.search("[请。]", said[0])
    assert re.search("^[A-Z][a-z]+ .*[.]$", said[1])
    assert state(house) == "together"
    assert not [one for one in house.desk.orders if isinstance(one, fx.MoveTalk)]


@pytest.mark.parametrize("wanted", [{}, {"kind": "person", "target": "x"}, {"kind": "queue", "target": ""}], ids=str)
async def test_a_wish_for_nobody_in_particular_is_no_wish(house: House, wanted: dict[str, str]) -> None:
    talks(house)
    assert (await asks(house, "consult", **wanted))[0] == 422


@pytest.mark.parametrize("what", ["hold", "resume", "join", "complete", "return", "consult"])
async def test_only_who_has_the_citizen_may_do_it_and_while_there_is_a_call(house: House, what: str) -> None:
    talks(house)
    body = {"kind": "operator", "target": "op1002"} if what == "consult" else {}
    status, problem = await asks(house, what, call="c9", **body)
    assert (status, problem["type"]) == (409, "urn:hotline:problem:call-over")
    status, problem = await asks(house, what, "leader1", **body)
    assert (status, problem["type"]) == (409, "urn:hotline:problem:not-your-call")
    assert state(house) == "together"


async def test_who_left_the_citizen_to_a_colleague_has_him_no_more(house: House) -> None:
    talks(house)
    await asks(house, "consult", kind="operator", target="op1002")
    answers(house)
    assert (await asks(house, "hangup"))[0] == 409  # the citizen waits
    assert (await asks(house, "complete")) == (202, {})
    assert (house.call("c1").operator, house.call("c1").transferred_by) == ("op1002", "op1001")
    status, problem = await asks(house, "return")
    assert (status, problem["type"]) == (409, "urn:hotline:problem:not-your-call")
    assert (await asks(house, "hold", "op1002")) == (202, {})


async def test_a_citizen_is_not_given_away_unseen_while_somebody_is_asked_into_the_talk(house: House) -> None:
    talks(house)
    await asks(house, "consult", kind="operator", target="op1002")
    for wanted in ({"queue": "main"}, {"contact": "interpreter"}):
        status, problem = await asks(house, "transfer", **wanted)
        assert (status, problem["type"]) == (409, "urn:hotline:problem:not-alone")
    assert state(house) == "calling"


async def test_a_citizen_is_put_through_to_a_contact_or_a_number_by_one_order(house: House) -> None:
    talks(house)
    for wanted, code in (({"contact": "gone"}, "no-such-contact"), ({"number": "16812345678"}, "outbound-not-allowed")):
        status, problem = await asks(house, "transfer", **wanted)
        assert (status, problem["type"]) == (409, f"urn:hotline:problem:{code}")
    assert await asks(house, "transfer", contact="interpreter") == (202, {})
    assert [one for one in house.desk.orders if isinstance(one, fx.ForwardCall)] == [
        fx.ForwardCall("c1", "PJSIP/trunk-c1", "13800138000", "op1001", "PJSIP/op-1")
    ]


async def test_letters_in_place_of_a_number_are_no_wish_for_a_queue(house: House) -> None:
    talks(house)
    for language, said in (("zh", "没有拨出：“总机”不是可以拨打的号码。"), ("en", "Not dialled: “总机” is no number.")):
        status, problem = await asks(house, "transfer", language=language, number="总机")
        assert (status, problem["type"]) == (409, "urn:hotline:problem:outbound-not-a-number")
        assert problem["detail"].startswith(said)
    assert state(house) == "together"


async def test_whom_he_can_ask_or_call_is_offered(house: House) -> None:
    talks(house)
    async with house.client("op1001") as http:
        found = (await http.get("/api/v1/calls/c1/transfer-targets")).json()
    assert found["consult"] == [{"login": "op1002", "name": MARKUP}]
    assert found["contacts"] == [
        {"name": "interpreter", "title": "翻译", "number": "13800138000", "kind": "interpreter"}
    ]
    assert found["numbers"] is True


class TestWithoutATrunk:
    @pytest.fixture
    def trunk(self) -> bool:
        return False

    async def test_nobody_outside_is_offered_or_called(self, house: House) -> None:
        talks(house)
        async with house.client("op1001") as http:
            found = (await http.get("/api/v1/calls/c1/transfer-targets")).json()
        assert (found["contacts"], found["numbers"]) == ([], False)
        for what, wanted in (
            ("consult", {"kind": "contact", "target": "interpreter"}),
            ("consult", {"kind": "number", "target": "13800138000"}),
            ("transfer", {"contact": "interpreter"}),
            ("transfer", {"number": "13800138000"}),
        ):
            status, problem = await asks(house, what, **wanted)
            assert (status, problem["type"]) == (409, "urn:hotline:problem:no-trunk")


async def test_a_supervisor_who_could_not_be_brought_to_the_two_leaves_each_part_to_whose_it_is(house: House) -> None:
    talks(house)
    house.now[0] += 10
    await asks(house, "transfer", queue="main", to="op1002")
    house.now[0] += 2
    house.desk.post(ev.CallerWaiting("c1", "PJSIP/trunk-c1"))
    house.desk.post(ev.OperatorAnswered("c1", "op1002", OTHER))
    house.desk.post(pe.PhoneRegistered("sup1"))
    house.now[0] += 5
    house.desk.post(we.SuperviseRequested("c1", "sup1", WatchMode.BARGE))
    house.desk.post(we.SpyPlaced("c1", "sup1", "PJSIP/sup1-1", WatchMode.LISTEN))
    (move,) = [one for one in house.desk.orders if isinstance(one, fx.MoveTalk)]
    house.desk.post(te.MoveFailed("c1", move.step))
    house.now[0] += 15
    house.desk.post(ev.CallEnded("c1", 16))
    house.write_calls()
    async with house.client("op1002") as http:
        parts = (await http.get("/api/v1/calls/c1")).json()["segments"]
    assert [(one["operator"], one["begins_s"], one["seconds"]) for one in parts] == [
        ("op1001", 0.0, 10.0),
        ("op1002", 10.0, 20.0),
    ]


# -- what the pages see ------------------------------------------------------------------------------------------------


async def test_his_page_is_told_why_the_second_party_is_gone_and_nobody_elses(house: House) -> None:
    talks(house)
    await asks(house, "consult", kind="operator", target="op1002")
    his, other = page(house), page(house, "op1002")
    frames(his), frames(other)
    house.desk.post(te.PartyEnded("c1", "", PartyResult.BUSY))
    told = frames(his)
    assert [one["data"] for one in told if one["type"] == "party_ended"] == [
        {"call": "c1", "name": "op1002", "title": MARKUP, "reason": "busy"}
    ]
    shown = [one["data"] for one in told if one["type"] == "call"][-1]
    assert (shown["talk"]["state"], shown["talk"]["party"]) == ("together", None)
    assert "party_ended" not in [one["type"] for one in frames(other)]


async def test_the_page_is_shown_how_the_talk_stands_and_with_whom(house: House) -> None:
    talks(house)
    await asks(house, "hold")
    house.now[0] += 10
    await asks(house, "consult", kind="operator", target="op1002")
    async with house.client("op1001") as http:
        house.write_calls()
        talk = (await http.get("/api/v1/calls/c1")).json()["talk"]
    assert talk == {
        "state": "calling",
        "since": "2026-11-23T18:30:10.000+08:00",
        "held_s": 10.0,
        "party": {
            "kind": "operator",
            "name": "op1002",
            "title": MARKUP,
            "since": "2026-11-23T18:30:10.000+08:00",
            "answered_at": None,
            "join": False,
        },
    }


async def test_of_a_call_that_is_over_each_part_of_the_recording_is_told_with_who_speaks(house: House) -> None:
    talks(house)
    page(house), page(house, "op1002")  # by which their names are known
    house.now[0] += 20
    await asks(house, "consult", kind="operator", target="op1002")
    house.now[0] += 5
    answers(house)
    await asks(house, "join")
    house.now[0] += 7
    await asks(house, "complete")
    house.now[0] += 4
    house.desk.post(ev.CallEnded("c1", 16))
    house.write_calls()
    async with house.client("op1001") as http:
        whole = (await http.get("/api/v1/calls/c1")).json()
    assert whole["segments"] == [
        {
            "operator": "op1001",
            "name": "name of op1001",
            "party": "",
            "at": "2026-11-23T18:30:00.000+08:00",
            "begins_s": 0.0,
            "seconds": 20.0,
            "kind": "talk",
        },
        {
            "operator": "op1001",
            "name": "name of op1001",
            "party": "op1002",
            "at": "2026-11-23T18:30:25.000+08:00",
            "begins_s": 20.0,
            "seconds": 7.0,
            "kind": "three",
        },
        {
            "operator": "op1002",
            "name": "name of op1002",
            "party": "",
            "at": "2026-11-23T18:30:32.000+08:00",
            "begins_s": 27.0,
            "seconds": 4.0,
            "kind": "talk",
        },
    ]
    assert whole["talk"] is None
    assert [(leg["operator"], leg["held_s"]) for leg in whole["legs"]] == [("op1001", 5.0), ("op1002", 0.0)]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "市民正在听等待音乐，不能挂断。请先取回或返回市民，再挂断。"),
        ("en", "The citizen hears music: go back to him first, then hang up."),
    ],
)
async def test_who_would_hang_up_on_a_citizen_who_hears_music_is_told_to_go_back_to_him_first(
    house: House, language: str, said: str
) -> None:
    talks(house)
    await asks(house, "hold")
    status, problem = await asks(house, "hangup", language=language)
    assert (status, problem["type"], problem["detail"]) == (409, "urn:hotline:problem:citizen-waits", said)
    assert await asks(house, "resume") == (202, {})
    assert (await asks(house, "hangup"))[0] == 202


async def test_letters_in_place_of_a_number_are_told_as_they_were_typed_and_no_call_outside_is_noted(
    house: House,
) -> None:
    talks(house)
    watch = page(house, "sup1")
    status, problem = await asks(house, "consult", kind="number", target="总机")
    assert (status, problem["type"]) == (409, "urn:hotline:problem:outbound-not-a-number")
    assert problem["detail"].startswith("没有拨出：“总机”不是可以拨打的号码。")
    assert [frame["type"] for frame in frames(watch)] == ["snapshot"]
