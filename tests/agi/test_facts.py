"""AMI events become facts, and nothing else does."""

from pathlib import Path

import pytest

from agi.ami import Event
from agi.facts import Facts, endpoint_of, is_citizen
from routing import events as ev
from routing.events import RingResult

TRANSCRIPT = Path(__file__).parents[1] / "transcripts" / "one_call.ami"
CALL = "5b05d863-5824-4d48-a653-889515ebaf73"


def recorded() -> list[Event]:
    blocks = TRANSCRIPT.read_text(encoding="utf-8").replace("\r\n", "\n").split("\n\n")
    return [dict(line.split(": ", 1) for line in block.splitlines() if ": " in line) for block in blocks]


def test_a_recorded_call_is_told_in_five_facts_and_its_phone_in_two() -> None:
    facts = Facts()
    told = [fact for event in recorded() if "ActionID" not in event for fact in facts.of(event)]
    assert told == [
        ev.PhoneRegistered("op1001"),
        ev.CallerWaiting(CALL, "PJSIP/trunk-00000000"),
        ev.RingStarted(CALL, "op1001", "PJSIP/op1001-00000001"),
        ev.OperatorAnswered(CALL, "op1001", "PJSIP/op1001-00000001"),
        ev.CallEnded(CALL, 16),
        ev.PhoneLost("op1001"),
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
    assert Facts().of(event) == [fact]


def test_a_new_registration_and_the_removal_of_the_old_one_may_come_in_any_order() -> None:
    def contact(uri: str, status: str) -> Event:
        return {"Event": "ContactStatus", "AOR": "op1001", "URI": uri, "ContactStatus": status}

    facts = Facts()
    facts.of(contact("old", "NonQualified"))
    assert facts.of(contact("new", "NonQualified")) == [ev.PhoneRegistered("op1001")]
    assert facts.of(contact("old", "Removed")) == []
    assert facts.of(contact("new", "Removed")) == [ev.PhoneLost("op1001")]


def test_a_list_of_contacts_tells_the_lost_and_the_present() -> None:
    told = Facts().contacts([("op1001", "uri")], known=["op1001", "op1002"])
    assert told == [ev.PhoneLost("op1002"), ev.PhoneRegistered("op1001")]


def test_channels_are_told_by_their_exact_endpoint() -> None:
    assert endpoint_of("PJSIP/op100-00000001") == "op100"
    assert endpoint_of("PJSIP/op1001-00000001") == "op1001"
    assert endpoint_of("Local/s@wait-1;2") == ""
    assert is_citizen("PJSIP/trunk-00000001")
    assert is_citizen("PJSIP/phone-page-00000001")
    assert not is_citizen("PJSIP/phone-00000001")
    assert not is_citizen("PJSIP/trunk2-00000001")


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
    assert Facts().of(event) == []
