import json
from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from routing.call import Call, CallState, EndedBy, Leg, Moment, Outcome
from routing.talk import Party, Talk, TalkState
from routing.talk_events import PartyKind, PartyResult
from storage import live

instants = st.floats(min_value=0, max_value=4e9, allow_nan=False)
maybe_instants = st.none() | instants
# half characters included: a caller's name comes over the wire
words = st.text(st.characters(), max_size=12)

legs = st.builds(
    Leg,
    operator=words,
    offered_at=instants,
    channel=st.none() | words,
    rung_at=maybe_instants,
    answered_at=maybe_instants,
    ended_at=maybe_instants,
    result=st.none() | words,
    held_s=instants,
)
parties = st.builds(
    Party,
    kind=st.sampled_from(PartyKind),
    name=words,
    title=words,
    asked_at=instants,
    join=st.booleans(),
    channel=words,
    rung_at=maybe_instants,
    answered_at=maybe_instants,
    joined_at=maybe_instants,
    ended_at=maybe_instants,
    result=st.none() | st.sampled_from(PartyResult),
)


def talks(undo: st.SearchStrategy[Talk | None]) -> st.SearchStrategy[Talk]:
    return st.builds(
        Talk,
        since=instants,
        state=st.sampled_from(TalkState),
        room=st.booleans(),
        party=st.none() | parties,
        held_s=instants,
        step=st.integers(0, 1000),
        undo=undo,
    )


calls = st.builds(
    Call,
    id=words,
    caller=words,
    caller_name=words,
    called=words,
    channel=words,
    arrived_at=instants,
    state=st.sampled_from(CallState),
    queue=st.none() | words,
    queued_at=maybe_instants,
    at_music=st.booleans(),
    operator=st.none() | words,
    prefer=st.none() | words,
    prefer_until=instants,
    answered_at=maybe_instants,
    message_at=maybe_instants,
    hang_up_asked=st.booleans(),
    goodbye_said=st.booleans(),
    ended_at=maybe_instants,
    ended_by=st.none() | st.sampled_from(EndedBy),
    cause=st.none() | st.integers(0, 127),
    outcome=st.none() | st.sampled_from(Outcome),
    abandon_stage=st.none() | st.sampled_from(CallState),
    talk=st.none() | talks(undo=st.none() | talks(undo=st.none())),
    legs=st.lists(legs, max_size=3).map(tuple),
    parties=st.lists(parties, max_size=2).map(tuple),
    timeline=st.lists(st.builds(Moment, at=instants, kind=words, detail=words), max_size=4).map(tuple),
)


@given(calls)
def test_a_running_call_comes_back_exactly(call: Call) -> None:
    again = live.load_call(live.dump(call))
    assert again == call
    assert [type(getattr(again, field.name)) for field in fields(Call)] == [
        type(getattr(call, field.name)) for field in fields(Call)
    ]
    if call.talk is not None:
        assert again.talk is not None
        assert type(again.talk.state) is TalkState
    assert all(type(one.kind) is PartyKind and type(one.result) in (PartyResult, type(None)) for one in again.parties)


def test_a_call_of_before_there_were_talks_has_none() -> None:
    call = Call("c1", "13907330001", "", "12345", "PJSIP/trunk-1", 10.5)
    written = json.loads(live.dump(call))
    del written["talk"], written["parties"]
    assert live.load_call(json.dumps(written)) == call


def test_what_a_newer_program_wrote_is_read_without_what_we_do_not_know() -> None:
    call = Call("c1", "13907330001", "", "12345", "PJSIP/trunk-1", 10.5, legs=(Leg("op1001", 11.0),))
    asked = Party(PartyKind.OPERATOR, "op1002", "", 12.0)
    call = replace(call, talk=Talk(12.0, TalkState.CALLING, party=asked, undo=Talk(11.0)))
    written = json.loads(live.dump(call))
    written["mood"] = "angry"
    written["legs"][0]["codec"] = "opus"
    written["talk"]["undo"]["mood"] = written["talk"]["party"]["mood"] = "angry"
    del written["talk"]["held_s"], written["talk"]["party"]["join"], written["parties"]
    del written["goodbye_said"]
    assert live.load_call(json.dumps(written)) == call
