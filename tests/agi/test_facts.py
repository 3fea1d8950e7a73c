"""AMI events become facts, and nothing else does."""

from pathlib import Path

import pytest

from agi.ami import Event
from agi.endpoints import Endpoints
from agi.facts import Facts, contacts
from routing import events as ev
from routing import out_events as oe
from routing import presence_events as pe
from routing import talk_events as te
from routing import watch_events as we
from routing.events import RingResult
from routing.talk_events import PartyResult
from routing.watch_events import WatchEnd, WatchMode

TRANSCRIPT = Path(__file__).parents[1] / "transcripts" / "one_call.ami"
CALL = "5b05d863-5824-4d48-a653-889515ebaf73"


def recorded() -> list[Event]:
    blocks = TRANSCRIPT.read_text(encoding="utf-8").replace("\r\n", "\n").split("\n\n")
    return [dict(line.split(": ", 1) for line in block.splitlines() if ": " in line) for block in blocks]


def test_a_recorded_call_is_told_in_six_facts_and_its_phone_in_two() -> None:
    facts = Facts(Endpoints())
    told = [fact for event in recorded() if "ActionID" not in event for fact in facts.of(event)]
    assert told == [
        pe.PhoneRegistered("op1001"),
        ev.CallerWaiting(CALL, "PJSIP/trunk-00000000"),
        ev.RingStarted(CALL, "op1001", "PJSIP/op1001-00000001"),
        ev.OperatorAnswered(CALL, "op1001", "PJSIP/op1001-00000001"),
        ev.CallEnded(CALL, 16),
        te.ChannelGone(CALL, "PJSIP/op1001-00000001", 16),
        pe.PhoneLost("op1001"),
    ]


@pytest.mark.parametrize(
    ("status", "fact"),
    [
        ("NOANSWER", ev.RingEnded("c1", "op1001", RingResult.NOT_ANSWERED)),
        ("BUSY", ev.RingEnded("c1", "op1001", RingResult.REFUSED)),
        ("CHANUNAVAIL", ev.RingEnded("c1", "op1001", RingResult.UNREACHABLE)),
        ("CONGESTION", ev.RingEnded("c1", "op1001", RingResult.UNREACHABLE)),
        ("CANCEL", ev.RingEnded("c1", "op1001", RingResult.CANCELLED)),
        ("ANSWER", ev.OperatorLegEnded("c1", "op1001", 0)),
    ],
)
def test_the_dialplan_tells_once_how_a_ring_or_talk_ended(status: str, fact: ev.Event) -> None:
    event = {
        "Event": "UserEvent",
        "UserEvent": "AfterDial",
        "Channel": "PJSIP/trunk-00000001",
        "Call": "c1",
        "Operator": "op1001",
        "Status": status,
    }
    assert Facts(Endpoints()).of(event) == [fact]


def test_a_new_registration_and_the_removal_of_the_old_one_may_come_in_any_order() -> None:
    def contact(uri: str, status: str) -> Event:
        return {"Event": "ContactStatus", "AOR": "op1001", "URI": uri, "ContactStatus": status}

    facts = Facts(Endpoints())
    facts.of(contact("old", "NonQualified"))
    assert facts.of(contact("new", "NonQualified")) == [pe.PhoneRegistered("op1001")]
    assert facts.of(contact("old", "Removed")) == []
    assert facts.of(contact("new", "Removed")) == [pe.PhoneLost("op1001")]


def test_a_list_of_contacts_tells_the_lost_and_the_present() -> None:
    told = Facts(Endpoints()).contacts([("op1001", "uri")], known=["op1001", "op1002"])
    assert told == [pe.PhoneLost("op1002"), pe.PhoneRegistered("op1001")]


def test_what_a_desk_phone_does_is_told_of_its_operator() -> None:
    facts = Facts(Endpoints(["1007"]))
    citizen, phone = "PJSIP/trunk-00000001", "PJSIP/desk_1007-00000002"
    dial = {"Channel": citizen, "DestChannel": phone, "AccountCode": "c1"}
    assert facts.of({"Event": "DialBegin", **dial}) == [ev.RingStarted("c1", "1007", phone)]
    answer = {"Event": "DialEnd", "DialStatus": "ANSWER", **dial}
    assert facts.of(answer) == [ev.OperatorAnswered("c1", "1007", phone)]
    after = {"Event": "UserEvent", "UserEvent": "AfterDial", "Channel": citizen, "Call": "c1", "Operator": "desk_1007"}
    assert facts.of({**after, "Status": "BUSY"}) == [ev.RingEnded("c1", "1007", RingResult.REFUSED)]


def test_a_desk_phone_that_answers_no_more_is_lost_until_it_does() -> None:
    facts = Facts(Endpoints(["1007"]))
    contact = {"Event": "ContactStatus", "AOR": "desk_1007", "URI": "sip:1007@127.0.0.4"}
    assert facts.of({**contact, "ContactStatus": "NonQualified"}) == [pe.PhoneRegistered("1007")]
    assert facts.of({**contact, "ContactStatus": "Unreachable"}) == [pe.PhoneLost("1007")]
    assert facts.of({**contact, "ContactStatus": "Reachable"}) == [pe.PhoneRegistered("1007")]


def test_the_softphone_of_an_operator_with_a_desk_phone_is_no_phone_of_his() -> None:
    facts = Facts(Endpoints(["op1003"]))
    event = {"Event": "ContactStatus", "AOR": "op1003", "URI": "sip:x@y.invalid", "ContactStatus": "NonQualified"}
    assert facts.of(event) == []
    assert facts.contacts([("op1003", "sip:x@y.invalid")], known=["op1003"]) == [pe.PhoneLost("op1003")]


def test_contacts_are_those_of_endpoints_that_can_be_rung() -> None:
    listed = [
        {"ObjectName": "desk_1007", "Contacts": "desk_1007/sip:1007@127.0.0.4:5080,", "DeviceState": "Not in use"},
        {"ObjectName": "desk_1008", "Contacts": "desk_1008/sip:1008@127.0.0.4:5080,", "DeviceState": "Unavailable"},
        {"ObjectName": "op1001", "Contacts": "op1001/sip:a@b,op1001/sip:c@d,", "DeviceState": "In use"},
        {"ObjectName": "trunk", "DeviceState": "Unavailable"},
    ]
    assert contacts(listed) == [
        ("desk_1007", "sip:1007@127.0.0.4:5080"),
        ("op1001", "sip:a@b"),
        ("op1001", "sip:c@d"),
    ]


@pytest.mark.parametrize(
    "event",
    [
        {"Event": "Hangup", "Channel": "PJSIP/trunk-00000001", "Cause": "16"},
        {"Event": "UserEvent", "UserEvent": "Waiting", "Channel": "PJSIP/op1001-00000001", "Call": "c1"},
        {"Event": "UserEvent", "UserEvent": "Waiting", "Channel": "PJSIP/trunk-00000001"},
        {"Event": "UserEvent", "UserEvent": "Something", "Channel": "PJSIP/trunk-00000001", "Call": "c1"},
        {"Event": "DialEnd", "DialStatus": "ANSWER"},
        {},
    ],
)
def test_what_does_not_concern_a_call_of_ours_is_no_fact(event: Event) -> None:
    assert Facts(Endpoints()).of(event) == []


def told(name: str, **fields: str) -> list[ev.Event]:
    event = {"Event": "UserEvent", "UserEvent": name, "Channel": "PJSIP/trunk-00000001", "Call": "c1", **fields}
    return Facts(Endpoints(["1007"])).of(event)


def test_what_the_dialplan_tells_of_ways_out() -> None:
    assert told("NoticeJoined", Case="20260101-0001") == [ev.NoticeJoined("c1", "20260101-0001")]
    assert told("CallBackWanted") == [ev.CallBackWanted("c1")]
    assert told("ForwardStarted", Number="073112345") == [ev.ForwardStarted("c1", "073112345")]
    assert told("ForwardFailed", Status="CHANUNAVAIL") == [ev.ForwardFailed("c1", "CHANUNAVAIL")]


def dial(event: str, peer: str, exten: str = "opop1001-15", **fields: str) -> list[ev.Event]:
    whole = {"Event": event, "Channel": "PJSIP/trunk-00000001", "DestChannel": peer, "AccountCode": "c1", **fields}
    return Facts(Endpoints(["1007"])).of({**whole, "Exten": exten})


def test_another_platform_is_no_operator() -> None:
    outside = "PJSIP/trunk-out-00000002"
    assert dial("DialBegin", outside, "073112345") == []
    assert dial("DialEnd", outside, "073112345", DialStatus="BUSY") == []
    assert dial("DialEnd", outside, "073112345", DialStatus="ANSWER") == [ev.ForwardAnswered("c1")]
    assert Facts(Endpoints()).contacts([("trunk-out", "sip:10.0.0.1")], known=[]) == []


def test_of_phones_that_ring_together_each_tells_how_its_ring_ended() -> None:
    phone = "PJSIP/desk_1007-00000002"
    refused = ev.RingEnded("c1", "1007", RingResult.REFUSED)
    assert dial("DialEnd", phone, "all0123456789abcdef-15", DialStatus="BUSY") == [refused]
    assert dial("DialEnd", phone, "all0123456789abcdef-15", DialStatus="CANCEL") == []  # another has answered
    assert dial("DialEnd", phone, "opdesk_1007-15", DialStatus="BUSY") == []  # AfterDial tells
    both = "PJSIP/desk_1007&PJSIP/op1001"
    assert told("AfterDial", Operator=both, Peer="", Status="NOANSWER") == [
        ev.RingEnded("c1", "1007", RingResult.UNREACHABLE),  # of one that rang it is the second word, and not heard
        ev.RingEnded("c1", "op1001", RingResult.UNREACHABLE),
    ]
    assert told("AfterDial", Operator=both, Peer="PJSIP/op1001-00000003", Status="ANSWER") == [
        ev.OperatorLegEnded("c1", "op1001", 0)
    ]


def test_what_becomes_of_a_message_is_told_take_by_take() -> None:
    told = {"Event": "UserEvent", "Channel": "PJSIP/trunk-00000001", "Call": "c1", "Take": "2"}
    facts = Facts(Endpoints())
    assert facts.of({**told, "UserEvent": "MessageRecording"}) == [ev.MessageRecording("c1", 2)]
    assert facts.of({**told, "UserEvent": "MessageTaken", "Status": "DTMF"}) == [ev.MessageTaken("c1", 2, "DTMF")]
    assert facts.of({**told, "UserEvent": "MessageConfirmed", "By": "key"}) == [
        ev.MessageConfirmed("c1", 2, by_key=True)
    ]
    assert facts.of({**told, "UserEvent": "MessageConfirmed"}) == [ev.MessageConfirmed("c1", 2, by_key=False)]


def test_a_supervisors_telephone_is_no_leg_of_the_call_that_he_listens_to() -> None:
    facts, his = Facts(Endpoints()), "PJSIP/desk_sup1-00000002"
    begun = {"Event": "DialBegin", "DestChannel": his, "DestAccountCode": "spy-c1"}
    answered = {**begun, "Event": "DialEnd", "DialStatus": "ANSWER"}
    busy = {**answered, "DialStatus": "BUSY"}
    placed = {"Event": "UserEvent", "UserEvent": "Spying", "Channel": his, "AccountCode": "spy-c1", "Call": "c1"}
    over = {"Event": "Hangup", "Channel": his, "AccountCode": "spy-c1", "Cause": "31"}
    assert facts.of(begun) == [we.SpyRang("c1", "sup1", his)]
    assert facts.of(answered) == []  # that he is there the dialplan tells
    assert facts.of(busy) == [we.SpyGone("c1", "sup1", his, WatchEnd.BUSY)]
    assert facts.of({**placed, "Mode": "whisper"}) == [we.SpyPlaced("c1", "sup1", his, WatchMode.WHISPER)]
    assert facts.of(over) == [we.SpyGone("c1", "sup1", his, WatchEnd.TALK_OVER)]
    assert facts.of({**over, "Cause": "16"}) == [we.SpyGone("c1", "sup1", his, WatchEnd.HUNG_UP)]


def originated(event: str, **fields: str) -> list[ev.Event]:
    whole = {"Event": event, "DestChannel": "PJSIP/desk_1007-00000002", "DestAccountCode": "c1", **fields}
    return Facts(Endpoints(["1007"])).of(whole)


def test_an_operator_whom_we_ring_ourselves_rings_and_of_its_end_his_channel_tells() -> None:
    assert originated("DialBegin") == [ev.RingStarted("c1", "1007", "PJSIP/desk_1007-00000002")]
    assert originated("DialEnd", DialStatus="ANSWER") == []
    assert originated("DialEnd", DialStatus="NOANSWER") == []
    assert originated("DialBegin", DestAccountCode="") == []
    assert originated("DialBegin", DestChannel="PJSIP/citizen-out-00000002") == []
    gone = {"Event": "Hangup", "Channel": "PJSIP/desk_1007-00000002", "AccountCode": "c1", "Cause": "17"}
    assert Facts(Endpoints(["1007"])).of(gone) == [te.ChannelGone("c1", "PJSIP/desk_1007-00000002", 17)]


def test_the_citizen_whom_he_dials_is_rung_and_with_his_answer_the_operator_has_him() -> None:
    his, own = "PJSIP/citizen-out-00000003", "PJSIP/desk_1007-00000002"
    assert dial("DialBegin", his, "13907330001", Channel=own) == [oe.CitizenRung("c1", his)]
    assert dial("DialEnd", his, "13907330001", Channel=own, DialStatus="BUSY") == []
    answered = dial("DialEnd", his, "13907330001", Channel=own, DialStatus="ANSWER")
    assert answered == [ev.OperatorAnswered("c1", "1007", own)]
    gone = {"Event": "Hangup", "Channel": his, "AccountCode": "c1", "Cause": "17"}
    assert Facts(Endpoints()).of(gone) == [ev.CallEnded("c1", 17)]
    assert told("RoomLeft", Channel=his) == [te.RoomLeft("c1")]


# -- a talk that was taken apart ---------------------------------------------------------------------------------------

HOLDER, COLLEAGUE, OUTSIDE = "PJSIP/op1001-00000002", "PJSIP/desk_1007-00000003", "PJSIP/trunk-out-00000004"


def consult(event: str, peer: str, **fields: str) -> list[ev.Event]:
    whole = {"Event": event, "Channel": HOLDER, "DestChannel": peer, "AccountCode": "c1", "Context": "consult"}
    return Facts(Endpoints(["1007"])).of({**whole, **fields})


def test_whoever_is_called_by_an_operator_whose_citizen_waits_is_the_second_party() -> None:
    for peer, login in ((COLLEAGUE, "1007"), (OUTSIDE, "")):
        assert consult("DialBegin", peer) == [te.PartyRang("c1", login, peer)]
        assert consult("DialEnd", peer, DialStatus="ANSWER") == [te.PartyAnswered("c1", login, peer)]
        assert consult("DialEnd", peer, DialStatus="BUSY") == []  # ConsultOver tells


@pytest.mark.parametrize(
    ("status", "result"),
    [
        ("ANSWER", PartyResult.HUNG_UP),
        ("NOANSWER", PartyResult.NOT_ANSWERED),
        ("BUSY", PartyResult.BUSY),
        ("CANCEL", PartyResult.CANCELLED),
        ("CHANUNAVAIL", PartyResult.UNREACHABLE),
        ("CONGESTION", PartyResult.UNREACHABLE),
        ("", PartyResult.UNREACHABLE),
    ],
)
def test_how_it_ended_with_the_second_party_is_told_by_the_operators_channel(status: str, result: PartyResult) -> None:
    over = {"UserEvent": "ConsultOver", "Channel": HOLDER, "Call": "c1", "Party": COLLEAGUE, "Status": status}
    facts = Facts(Endpoints(["1007"]))
    assert facts.of({"Event": "UserEvent", **over}) == [te.PartyEnded("c1", COLLEAGUE, result)]
    assert facts.of({"Event": "UserEvent", **over, "Channel": "PJSIP/trunk-00000001"}) == []
    assert facts.of({"Event": "UserEvent", **over, "Call": ""}) == []


def test_a_citizen_with_whom_nobody_is_any_more_has_left_the_room() -> None:
    assert told("RoomLeft") == [te.RoomLeft("c1")]


def test_the_end_of_every_other_channel_of_a_call_is_told() -> None:
    for channel in (HOLDER, COLLEAGUE, OUTSIDE):
        gone = {"Event": "Hangup", "Channel": channel, "AccountCode": "c1", "Cause": "44"}
        assert Facts(Endpoints()).of(gone) == [te.ChannelGone("c1", channel, 44)]
        assert Facts(Endpoints()).of({**gone, "AccountCode": ""}) == []


@pytest.mark.parametrize(
    ("channel", "account", "facts"),
    [
        ("PJSIP/desk_1007-00000003", "c1", [te.HoldRequested("c1", "1007"), te.ResumeRequested("c1", "1007")]),
        ("PJSIP/trunk-00000001", "c1", []),
        ("PJSIP/desk_1007-00000003", "spy-c1", []),
        ("PJSIP/desk_1007-00000003", "", []),
    ],
)
def test_the_hold_key_of_a_telephone_is_its_operators_wish_and_nobody_elses(
    channel: str, account: str, facts: list[ev.Event]
) -> None:
    keys = [{"Event": event, "Channel": channel, "AccountCode": account} for event in ("Hold", "Unhold")]
    assert [fact for key in keys for fact in Facts(Endpoints()).of(key)] == facts
