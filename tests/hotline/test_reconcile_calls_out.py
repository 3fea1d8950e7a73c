"""Calls that we place, found again: whose telephone rings, who talks, and that nobody is dialled twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from agi import witness
from agi.ami import Event
from hotline.reconcile import Channels, bring, of_channels
from routing import events as ev
from routing import out_events as oe
from routing import outgoing
from routing.call import Call, CallState, Outcome
from routing.course import advance
from routing.events import RingResult
from routing.outside import OutboundPurpose

CALL = "5b05d863-5824-4d48-a653-889515ebaf73"
OWN, HIS = "PJSIP/op1001-00000007", "PJSIP/citizen-out-00000008"


def placing(purpose: OutboundPurpose = OutboundPurpose.CALL_BACK, *events: ev.CallEvent) -> Call:
    """A call for which the operator's telephone rings since 100 s, and what happened then."""
    owed = oe.CallBackOwed("w1", "13907330001", "main", "12345", "", 50.0)
    call = outgoing.dialled(replace(outgoing.place(owed), id=CALL, purpose=purpose), "op1001", 100.0)
    for event in (ev.RingStarted(CALL, "op1001", OWN), *events):
        call = advance(call, event, 101.0)
    return call


def line(kind: str, at: float, channel: str, extra: str = "") -> witness.Line:
    return witness.Line(kind, at, CALL, "u", "u", channel, "13907330001", "", extra)


def shown(channel: str, context: str, bridge: str = "") -> Event:
    return {"Channel": channel, "Context": context, "AccountCode": CALL, "BridgeId": bridge}


def test_a_call_whose_operator_alone_is_rung_goes_on_ringing() -> None:
    running = of_channels([shown(OWN, "callout")])[CALL]
    assert running == Channels("", "callout", frozenset({"op1001"}), None, "", rung=OWN)
    assert bring(placing(), [], running, 110.0) == (placing(), [])


def test_a_citizen_who_is_found_rung_is_being_called() -> None:
    running = of_channels([shown(OWN, "callout"), shown(HIS, "citizen")])[CALL]
    call, told = bring(placing(), [], running, 110.0)
    assert told == [(oe.CitizenRung(CALL, HIS), 110.0)]
    assert (call.state, call.channel) == (CallState.DIALLING, HIS)


def test_a_citizen_who_is_found_with_the_operator_who_called_him_talks() -> None:
    running = of_channels([shown(OWN, "callout", "b1"), shown(HIS, "citizen", "b1")])[CALL]
    call, told = bring(placing(), [], running, 110.0)
    assert told == [
        (oe.CitizenRung(CALL, HIS), 110.0),
        (ev.OperatorAnswered(CALL, "op1001", OWN, seen=True), 110.0),
    ]
    assert (call.state, call.operator, call.channel) == (CallState.TALKING, "op1001", HIS)


def test_where_nothing_is_up_and_no_citizen_was_dialled_he_has_his_place_as_before() -> None:
    call, told = bring(placing(), [], None, 110.0)
    assert told == [(ev.RingEnded(CALL, "op1001", RingResult.CANCELLED), 110.0)]
    assert (call.is_place, call.legs[0].result) == (True, "cancelled")
    assert bring(call, [], None, 120.0) == (call, [])  # a place has no channel to miss


def test_where_nothing_is_up_and_the_log_saw_him_dialled_he_is_not_dialled_again() -> None:
    dialled, gone = line("CALLED", 102.0, HIS), line("HANGUP", 105.0, HIS, '{"hangupcause":17}')
    call, told = bring(placing(), [dialled, gone], None, 110.0)
    assert told == [(oe.CitizenRung(CALL, HIS), 102.0), (ev.CallEnded(CALL, 17), 105.0)]
    assert (call.outcome, call.cause, call.channel) == (Outcome.UNREACHED, 17, HIS)
    torn, told = bring(placing(), [dialled], None, 110.0)  # Asterisk died with him
    assert told == [(oe.CitizenRung(CALL, HIS), 102.0), (ev.CallEnded(CALL, None), 110.0)]
    assert torn.outcome is Outcome.UNREACHED


def test_the_log_keeps_what_it_saw_of_a_call_that_we_placed(tmp_path: Path) -> None:
    log_file = tmp_path / "calls.csv"
    row = f'"CALLED","102.0","{CALL}","u","u","{HIS}","139","","s","citizen","","{{}}"\n'
    log_file.write_text(row, encoding="utf-8")
    (seen,) = witness.by_call(witness.recent(log_file))[CALL]
    assert (seen.kind, seen.channel) == ("CALLED", HIS)


def test_what_an_operator_asked_for_is_over_where_nothing_is_up() -> None:
    call, told = bring(placing(OutboundPurpose.CLICK_TO_CALL), [], None, 110.0)
    assert told == [(ev.CallEnded(CALL, None), 110.0)]
    assert (call.outcome, call.channel) == (Outcome.UNREACHED, "")


def test_an_order_that_was_believed_lost_is_found_carried_out() -> None:
    place = placing(OutboundPurpose.CALL_BACK, ev.RingEnded(CALL, "op1001", RingResult.UNREACHABLE))
    assert place.is_place
    call, told = bring(place, [], of_channels([shown(OWN, "callout"), shown(HIS, "citizen")])[CALL], 110.0)
    assert told == [(oe.CitizenRung(CALL, HIS), 110.0)]
    rung, told = bring(place, [], of_channels([shown(OWN, "callout")])[CALL], 110.0)
    assert told == [(ev.RingStarted(CALL, "op1001", OWN), 110.0)]
    assert (call.state, rung.state, rung.operator) == (CallState.DIALLING, CallState.DIALLING, "op1001")
    running = of_channels([shown(OWN, "callout", "b1"), shown(HIS, "citizen", "b1")])[CALL]
    talk, _ = bring(place, [], running, 110.0)
    assert (talk.state, talk.operator, talk.channel) == (CallState.TALKING, "op1001", HIS)


def test_a_citizen_whose_operator_was_lost_in_such_a_talk_is_no_place() -> None:
    talk = placing(OutboundPurpose.CALL_BACK, oe.CitizenRung(CALL, HIS), ev.OperatorAnswered(CALL, "op1001", OWN))
    waits = advance(talk, ev.OperatorLegEnded(CALL, "op1001", 0), 105.0)
    running = of_channels([shown(HIS, "wait")])[CALL]
    assert bring(waits, [], running, 110.0) == (waits, [])
