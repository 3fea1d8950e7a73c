"""The log of channel events gives back a call that nobody saw."""

from dataclasses import replace
from pathlib import Path

import pytest

from agi import witness
from routing import events as ev
from routing import out_events as oe
from routing.call import Call, CallState, EndedBy, Outcome
from routing.course import advance
from routing.outside import OutboundPurpose
from routing.talk import TalkState

LOG = Path(__file__).parents[1] / "transcripts" / "one_call.csv"
CALL = "5b05d863-5824-4d48-a653-889515ebaf73"


def lines() -> list[witness.Line]:
    return witness.by_call(witness.read(LOG))[CALL]


def line(kind: str, at: float, extra: str = "") -> witness.Line:
    return witness.Line(kind, at, "c1", "u", "u", "PJSIP/trunk-00000001", "139", "", extra)


def rebuilt(log: list[witness.Line]) -> Call:
    arrived = witness.arrived(log)
    assert arrived is not None
    return witness.replay(log, arrived)[0]


def test_a_whole_call_is_rebuilt_from_the_log() -> None:
    call = rebuilt(lines())
    assert (call.id, call.caller, call.caller_name, call.called) == (CALL, "13907330001", "张<b>三</b>", "12345")
    assert (call.state, call.outcome, call.ended_by) == (CallState.ENDED, Outcome.ANSWERED, EndedBy.CITIZEN)
    assert call.talk_s == pytest.approx(6.09, abs=0.01)
    assert call.wait_s == pytest.approx(0.43, abs=0.01)
    assert [(leg.operator, leg.result) for leg in call.legs] == [("op1001", "answered")]


def test_what_was_known_before_is_carried_on_and_not_doubled() -> None:
    known = Call(CALL, "13907330001", "", "12345", "PJSIP/trunk-00000000", 1795433745.747)
    for at, event in (
        (1795433749.9, ev.MenuFinished(CALL, "main")),
        (1795433749.95, ev.CallerWaiting(CALL, "PJSIP/trunk-00000000")),
        (1795433749.96, ev.CallOffered(CALL, ("op1001",))),
        (1795433750.38, ev.OperatorAnswered(CALL, "op1001", "PJSIP/op1001-00000001")),
    ):
        known = advance(known, event, at)
    call, _ = witness.replay(lines(), known)
    assert call.outcome is Outcome.ANSWERED
    assert len(call.legs) == 1
    assert call.talk_s == pytest.approx(6.08, abs=0.01)


def test_a_log_that_breaks_off_gives_a_call_that_has_not_ended_and_a_half_line_is_left(tmp_path: Path) -> None:
    whole = LOG.read_text(encoding="utf-8")
    cut = tmp_path / "calls.csv"
    cut.write_text(whole[: whole.index('"BRIDGE_EXIT"') + 30], encoding="utf-8")
    assert rebuilt(witness.read(cut)).state is CallState.TALKING


def test_a_message_that_was_left_without_us_is_one() -> None:
    call = rebuilt(
        [
            line("ARRIVED", 1.0, '{"extra":"12345"}'),
            line("MESSAGE", 30.0),
            line("MESSAGE_TAKEN", 50.0),
            line("GOODBYE", 58.0),
            line("HANGUP", 58.1, '{"hangupcause":16}'),
        ]
    )
    assert (call.outcome, call.ended_by, call.called) == (Outcome.MESSAGE, EndedBy.SYSTEM, "12345")


def test_each_take_of_a_message_is_read_and_a_line_of_before_there_were_several_is_the_first() -> None:
    call = rebuilt(
        [
            line("ARRIVED", 1.0, '{"extra":"12345"}'),
            line("MESSAGE", 30.0),
            line("MESSAGE_TAKEN", 50.0, '{"extra":"DTMF"}'),
            line("MESSAGE_RECORDING", 55.0, '{"extra":"2"}'),
            line("MESSAGE_TAKEN", 60.0, '{"extra":"2 SILENCE"}'),
            line("MESSAGE_CONFIRMED", 62.0, '{"extra":"2 key"}'),
            line("HANGUP", 63.0, '{"hangupcause":16}'),
        ]
    )
    assert (call.outcome, call.message_takes, call.message_confirmed) == (Outcome.MESSAGE, 2, 2)
    assert [(one.kind, one.detail) for one in call.timeline][1:5] == [
        ("message_taken", "1 DTMF"),
        ("message_recording", "2"),
        ("message_taken", "2 SILENCE"),
        ("message_confirmed", "2 key"),
    ]


def outside(kind: str, at: float) -> witness.Line:
    return witness.Line(kind, at, "c1", "o", "u", "PJSIP/trunk-out-00000002", "073112345", "", "")


def test_a_talk_at_another_platform_is_rebuilt() -> None:
    call = rebuilt(
        [
            line("ARRIVED", 1.0, '{"extra":"12345 110"}'),
            line("WAITING", 5.0),
            line("FORWARD", 9.0, '{"extra":"073112345"}'),
            outside("BRIDGE_ENTER", 15.0),
            outside("BRIDGE_EXIT", 75.0),
            line("GOODBYE", 75.1, '{"extra":"system"}'),
            line("HANGUP", 75.2, '{"hangupcause":16}'),
        ]
    )
    assert (call.called, call.diverted_from) == ("12345", "110")
    assert (call.outcome, call.forwarded_to, call.ended_by) == (Outcome.FORWARDED, "073112345", EndedBy.SYSTEM)
    assert call.forward_answered_at == 15.0
    assert call.legs == ()


def test_one_whom_another_platform_did_not_answer_waits_again() -> None:
    call = rebuilt(
        [
            line("ARRIVED", 1.0),
            line("FORWARD", 9.0, '{"extra":"073112345"}'),
            line("FORWARD_FAILED", 50.0, '{"extra":"NOANSWER"}'),
        ]
    )
    assert (call.state, call.waits_since) == (CallState.WAITING, 50.0)


@pytest.mark.parametrize(
    ("kind", "extra", "outcome"),
    [("CALL_BACK", "", Outcome.CALL_BACK), ("NOTICE_JOINED", "20260101-0001", Outcome.JOINED)],
)
def test_one_who_needs_nobody_any_more_is_known_without_us(kind: str, extra: str, outcome: Outcome) -> None:
    log = [line("ARRIVED", 1.0), line("WAITING", 5.0), line(kind, 30.0, f'{{"extra":"{extra}"}}')]
    call = rebuilt([*log, line("GOODBYE", 35.0, '{"extra":"system"}'), line("HANGUP", 35.1, '{"hangupcause":16}')])
    assert (call.outcome, call.joined, call.ended_by) == (outcome, extra, EndedBy.SYSTEM)


def test_a_hang_up_before_the_last_moment_that_a_slow_desk_wrote_ends_the_call_at_that_moment() -> None:
    known = Call("c1", "139", "", "12345", "PJSIP/trunk-00000001", 100.0)
    for at, event in (
        (102.0, ev.MenuFinished("c1", "main")),
        (102.1, ev.CallerWaiting("c1", "PJSIP/trunk-00000001")),
        (110.2, ev.CallOffered("c1", ("op1001",))),  # the citizen had hung up, and the desk had not heard of it yet
    ):
        known = advance(known, event, at)
    log = [line("ARRIVED", 100.0), line("WAITING", 109.0), line("HANGUP", 110.0, '{"hangupcause":16}')]
    call, told = witness.replay(log, known)
    assert (call.outcome, call.abandon_stage, call.cause) == (Outcome.ABANDONED, CallState.RINGING, 16)
    assert (call.ended_at, call.legs[-1].ended_at) == (110.2, 110.2)
    assert told == [(ev.CallEnded("c1", 16), 110.2)]


def test_an_absent_log_and_torn_lines_are_no_error(tmp_path: Path) -> None:
    assert witness.read(tmp_path / "none.csv") == []
    torn = tmp_path / "torn.csv"
    torn.write_bytes(b'"HANGUP","\x00\n"ARRIVED","x","c1","","","","","","","","",""\nrubbish\n')
    assert witness.read(torn) == []


@pytest.mark.parametrize("left", ['"HANGUP","17960', '"HANGUP","1796083757.42","c1","u', "\0" * 200_000, 'rub"bish'])
def test_a_line_that_a_crash_left_unfinished_takes_none_of_those_behind_it(tmp_path: Path, left: str) -> None:
    log = tmp_path / "calls.csv"
    whole = LOG.read_text(encoding="utf-8")
    log.write_text(f"{left}\n{whole}", encoding="utf-8")
    assert witness.read(log) == witness.read(LOG)
    log.write_text(left + whole, encoding="utf-8")  # the next life of Asterisk writes on where it stopped
    assert witness.read(log) == witness.read(LOG)


def test_a_name_with_a_strange_line_break_is_one_line(tmp_path: Path) -> None:
    log = tmp_path / "calls.csv"
    log.write_text(
        '"ARRIVED","1.0","c1","u","u","PJSIP/trunk-1","139","张\u2028三\x85","","","",""\n', encoding="utf-8"
    )
    assert [one.caller_name for one in witness.read(log)] == ["张\u2028三\x85"]


def test_a_part_put_aside_when_the_clock_was_set_back_is_the_newest_and_takes_the_place_of_none(tmp_path: Path) -> None:
    log = tmp_path / "calls.csv"
    text = LOG.read_text(encoding="utf-8")
    for part, now in enumerate((1000.0, 1000.0, 400.0)):
        log.write_text(text.replace(CALL, f"c{part}"), encoding="utf-8")
        assert witness.put_aside(log, now, limit=100)
    assert list(witness.by_call(witness.everything(log, since=1001.0))) == ["c0", "c1", "c2"]
    assert list(witness.by_call(witness.recent(log))) == ["c2"]


def test_a_log_that_has_grown_is_put_aside_and_still_read(tmp_path: Path) -> None:
    log = tmp_path / "calls.csv"
    text = LOG.read_text(encoding="utf-8")
    for part in range(3):
        log.write_text(text.replace(CALL, f"c{part}"), encoding="utf-8")
        assert not witness.put_aside(log, 1000.0 + part, limit=1 << 20)
        assert witness.put_aside(log, 1000.0 + part, limit=100)
    log.write_text(text, encoding="utf-8")
    assert list(witness.by_call(witness.everything(log))) == ["c0", "c1", "c2", CALL]
    assert list(witness.by_call(witness.recent(log))) == ["c2", CALL]


def test_only_what_was_written_since_is_read_and_every_call_is_told_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lines(call: str, *events: tuple[str, float]) -> str:
        return "".join(
            f'"{kind}","{at}","{call}","u","u","PJSIP/trunk-1","139","","","","",""\n' for kind, at in events
        )

    log = tmp_path / "calls.csv"
    parts = (
        (50, lines("old", ("ARRIVED", 1.0), ("HANGUP", 9.0))),
        (150, lines("over", ("ARRIVED", 40.0), ("HANGUP", 60.0)) + lines("long", ("ARRIVED", 120.0))),
        (250, lines("long", ("HANGUP", 200.0), ("CHAN_END", 201.0)) + lines("never", ("HANGUP", 210.0))),
        (350, lines("lost", ("ARRIVED", 300.0))),
    )
    for at, text in parts:
        log.write_text(text, encoding="utf-8")
        assert witness.put_aside(log, at + 0.9, limit=1)
    (tmp_path / "calls-by-hand.csv").write_text(lines("kept", ("ARRIVED", 310.0)), encoding="utf-8")
    log.write_text(lines("now", ("ARRIVED", 360.0)), encoding="utf-8")
    opened: list[str] = []
    real = witness.read

    def read(path: Path) -> list[witness.Line]:
        opened.append(path.name)
        return real(path)

    monkeypatch.setattr(witness, "read", read)
    assert [trace.call for trace in witness.traces(log)] == ["old", "over", "long", "lost", "kept", "now"]
    opened.clear()
    told = list(witness.traces(log, since=100.0))
    assert told == [
        witness.Trace("long", 120.0, 201.0, arrived=True, gone=True),
        witness.Trace("lost", 300.0, 300.0, arrived=True, gone=False),
        witness.Trace("kept", 310.0, 310.0, arrived=True, gone=False),
        witness.Trace("now", 360.0, 360.0, arrived=True, gone=False),
    ]
    aside = [f"calls-{at:011d}.csv" for at in (150, 250, 350)]
    assert opened == [*aside, "calls-by-hand.csv", "calls.csv"]


def test_of_a_citizen_whom_we_called_the_log_tells_by_the_ring_of_his_telephone() -> None:
    his = replace(line("CALLED", 101.0), channel="PJSIP/citizen-out-00000003")
    busy = replace(his, kind="HANGUP", at=104.0, extra='{"hangupcause":17}')
    found = witness.by_call([line("CHAN_START", 100.0), his, busy])
    assert found == {"c1": [line("CHAN_START", 100.0), his, busy]}
    assert witness.arrived(found["c1"]) is None  # the desk itself has placed it
    placed = Call("c1", "139", "", "12345", "", 100.0, state=CallState.DIALLING, purpose=OutboundPurpose.CALL_BACK)
    call, told = witness.replay(found["c1"], placed)
    assert told == [(oe.CitizenRung("c1", his.channel), 101.0), (ev.CallEnded("c1", 17), 104.0)]
    assert (call.outcome, call.channel, call.cause) == (Outcome.UNREACHED, his.channel, 17)


def test_of_a_call_that_only_rang_at_an_operators_telephone_the_log_tells_nothing() -> None:
    ring = replace(line("CHAN_START", 100.0), channel="PJSIP/op1001-00000002")
    assert witness.by_call([ring, replace(ring, kind="HANGUP", at=103.0)]) == {}


# -- a talk that was taken apart while nobody looked -------------------------------------------------------------------

CITIZEN, ONE, OTHER, OUT = "PJSIP/trunk-00000001", "PJSIP/op1001-2", "PJSIP/desk_1007-3", "PJSIP/trunk-out-4"
BEGUN = ("ARRIVED", CITIZEN), ("BRIDGE_ENTER", ONE), ("BRIDGE_ENTER", CITIZEN)
HELD = ("BRIDGE_EXIT", CITIZEN), ("BRIDGE_EXIT", ONE), ("HELD", CITIZEN)
ASKED = (*HELD, ("CONSULT", ONE, "opdesk_1007-15"))
CONSULTING = (*ASKED, ("BRIDGE_ENTER", OTHER, "", "operator"), ("BRIDGE_ENTER", ONE, "", "consult"))
PARTED = ("BRIDGE_EXIT", ONE), ("BRIDGE_EXIT", OTHER)
SEAT_ONE, SEAT_OTHER = ("BRIDGE_ENTER", ONE, "", "seat"), ("BRIDGE_ENTER", OTHER, "", "seat")
MET = ("ROOM", CITIZEN), ("BRIDGE_ENTER", CITIZEN, "", "room")
OVER = ("HANGUP", CITIZEN)
Told = tuple[str, ...]


def seen(*lines: Told) -> list[witness.Line]:
    """Lines a ten seconds after the other, the first at 1000: kind, channel, and what it says with the context."""
    whole = [(*one, "", "")[:4] for one in lines]
    return [
        witness.Line(kind, 1000.0 + 10 * place, "c1", "u", "u", channel, "139", "", f'{{"extra":"{extra}"}}', context)
        for place, (kind, channel, extra, context) in enumerate(whole)
    ]


def course(*lines: Told) -> list[str]:
    """What the timeline tells from the answer on."""
    told = [f"{one.kind} {one.detail}".rstrip() for one in rebuilt(seen(*BEGUN, *lines)).timeline]
    return told[told.index("answered op1001") + 1 :]


def test_a_hold_and_its_end_are_rebuilt_with_their_length() -> None:
    call = rebuilt(seen(*BEGUN, *HELD, SEAT_ONE, *MET, OVER))
    assert (call.legs[-1].held_s, call.talk_s) == (30.0, 50.0)  # until he came into the room, not his operator
    assert [one.kind for one in call.timeline if one.kind in ("held", "resumed")] == ["held", "resumed"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (ASKED, ["held", "consult 1007"]),
        ((*ASKED, *MET, SEAT_ONE), ["held", "consult 1007", "returned"]),
        (CONSULTING, ["held", "consult 1007", "consulting 1007"]),
        (
            (*CONSULTING, *PARTED, SEAT_ONE, SEAT_OTHER, *MET),
            ["held", "consult 1007", "consulting 1007", "three 1007"],
        ),
        (
            (*CONSULTING, *PARTED, *MET, SEAT_OTHER, ("HANGUP", ONE)),
            ["held", "consult 1007", "consulting 1007", "three 1007", "taken op1001 1007"],
        ),
        (
            (*CONSULTING, *PARTED, MET[0], SEAT_OTHER, ("HANGUP", ONE), MET[1]),
            ["held", "consult 1007", "consulting 1007", "taken op1001 1007"],
        ),
        (
            (*CONSULTING, *PARTED, ("HANGUP", OTHER), SEAT_ONE, *MET),
            ["held", "consult 1007", "consulting 1007", "party_ended 1007 hung_up", "held", "resumed"],
        ),
        (
            (*CONSULTING, *PARTED, *MET, SEAT_ONE, ("HANGUP", OTHER)),
            ["held", "consult 1007", "consulting 1007", "three 1007", "party_ended 1007 hung_up"],
        ),
        ((*ASKED, ("HANGUP", OTHER)), ["held", "consult 1007", "party_ended 1007 not_answered", "held"]),
        ((*CONSULTING, ("HANGUP", ONE)), ["held", "consult 1007", "consulting 1007", "leg_ended op1001 0"]),
    ],
    ids=[
        "called",
        "called back",
        "consulting",
        "three",
        "left to him",
        "before he came",
        "he left",
        "back",
        "not answered",
        "lost",
    ],
)
def test_who_is_with_whom_is_rebuilt(lines: tuple[Told, ...], told: list[str]) -> None:
    assert course(*lines) == told


def test_the_colleague_to_whom_the_citizen_was_left_has_what_follows() -> None:
    call = rebuilt(seen(*BEGUN, *CONSULTING, *PARTED, *MET, SEAT_OTHER, ("HANGUP", ONE), OVER))
    assert (call.operator, call.outcome) == ("1007", Outcome.ANSWERED)
    assert [(leg.operator, leg.channel, leg.result) for leg in call.legs] == [
        ("op1001", ONE, "transferred"),
        ("1007", OTHER, "answered"),
    ]


def test_somebody_outside_to_whom_the_citizen_was_left_is_known_by_his_number() -> None:
    asked = (*HELD, ("CONSULT", ONE, "out13800138000-45"), ("BRIDGE_ENTER", OUT, "", "operator"))
    call = rebuilt(seen(*BEGUN, *asked, ("HANDED", CITIZEN), ("HANGUP", ONE), OVER))
    assert (call.forwarded_to, call.outcome, call.state) == ("13800138000", Outcome.ANSWERED, CallState.ENDED)
    assert [(leg.operator, leg.result) for leg in call.legs] == [("op1001", "transferred")]


def test_what_the_desk_has_told_of_a_talk_is_not_told_again_by_the_log() -> None:
    lines = seen(*BEGUN, *CONSULTING, *PARTED, SEAT_ONE, SEAT_OTHER, *MET)
    known = rebuilt(lines)
    assert known.talk is not None
    assert known.talk.state is TalkState.THREE
    late = [replace(line, at=line.at + 5000.0) for line in lines]  # as if the desk had been ahead of them all
    assert witness.replay(late, known) == (known, [])
