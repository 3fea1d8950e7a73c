"""The desk asks the guard before anybody outside is called."""

import pytest

from routing import effects as fx
from routing import events as ev
from routing.call import IllegalMove
from routing.outside import Destination, OutboundPurpose
from routing.policy import Rules
from tests.policies import policy

from .hall import Hall

MOBILE = "13907330001"
CAPS = Rules(outbound_per_hour=3, outbound_per_operator=2, outbound_per_number=2)


def hall() -> Hall:
    return Hall(policy(more=[Destination("1XXXXXXXXXX", "手机"), CAPS]))


def allowed(hall: Hall, number: str = MOBILE, operator: str = "op1001") -> list[fx.Effect]:
    """What the desk orders when this is asked for; raises `IllegalMove` with it where it is refused."""
    effects: list[fx.Effect] = []
    hall.desk._allow("c1", number, operator, OutboundPurpose.TRANSFER, hall.now, effects)
    return effects


def refused(hall: Hall, number: str = MOBILE, operator: str = "op1001") -> tuple[str, list[fx.Effect]]:
    effects: list[fx.Effect] = []
    with pytest.raises(IllegalMove) as told:
        hall.desk._allow("c1", number, operator, OutboundPurpose.CONSULT, hall.now, effects)
    return str(told.value), effects


def test_what_is_placed_is_noted_and_counted() -> None:
    one = hall()
    noted = fx.NoteOutbound("c1", MOBILE, "op1001", OutboundPurpose.TRANSFER, one.now)
    assert allowed(one) == [noted]
    assert allowed(one) == [noted]
    reason, effects = refused(one, number="13907330002")
    assert reason == "c1: no NoteOutbound in state operator_full"
    assert effects == [
        fx.NoteOutbound("c1", "13907330002", "op1001", OutboundPurpose.CONSULT, one.now, "operator_full")
    ]


def test_what_is_refused_is_noted_with_its_reason_and_counts_for_nobody() -> None:
    one = hall()
    for _ in range(5):
        reason, effects = refused(one, number="+442079460018")
        assert reason.endswith("not_allowed")
        assert [effect.refusal for effect in effects if isinstance(effect, fx.NoteOutbound)] == ["not_allowed"]
    assert len(allowed(one)) == 1


def test_a_desk_that_begins_is_told_of_the_last_hour() -> None:
    one = hall()
    one.tell(
        ev.OutboundRemembered(MOBILE, "op1002", one.now - 3000), ev.OutboundRemembered(MOBILE, "op1003", one.now - 9)
    )
    assert refused(one)[0].endswith("number_full")
    one.tell(ev.Tick(), after=601)
    assert len(allowed(one)) == 1


def test_a_changed_policy_holds_for_the_next_call_outside() -> None:
    one = hall()
    allowed(one)
    one.tell(ev.PolicyChanged(policy(more=[CAPS])))
    assert refused(one)[0].endswith("not_allowed")
