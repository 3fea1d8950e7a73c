"""The log of channel events gives back a call that nobody saw."""

from pathlib import Path

import pytest

from agi import witness
from routing import events as ev
from routing.call import Call, CallState, EndedBy, Outcome, advance

LOG = Path(__file__).parents[1] / "transcripts" / "one_call.csv"
CALL = "5b05d863-5824-4d48-a653-889515ebaf73"


def lines() -> list[witness.Line]:
    return witness.by_call(witness.read(LOG))[CALL]


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
        (1795433749.96, ev.CallOffered(CALL, "op1001")),
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
    def line(kind: str, at: float, extra: str = "") -> witness.Line:
        return witness.Line(kind, at, "c1", "u", "u", "PJSIP/trunk-00000001", "139", "", extra)

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


def test_an_absent_log_and_torn_lines_are_no_error(tmp_path: Path) -> None:
    assert witness.read(tmp_path / "none.csv") == []
    torn = tmp_path / "torn.csv"
    torn.write_bytes(b'"HANGUP","\x00\n"ARRIVED","x","c1","","","","","","","","",""\nrubbish\n')
    assert witness.read(torn) == []


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
