"""What the desk remembers of callers."""

from dataclasses import replace

from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.call import Call, Outcome
from routing.callers import Callers
from routing.policy import Mark, MarkKind, Member, Policy, Rules, Skill
from routing.queues import Need, Queue, Step
from tests.policies import policy

from .hall import Hall, only

KNOWN = policy(Queue("main", "市长热线", prefer_s=20, wrap_up_s=0))
OLD = "13907330001"


def talked(hall: Hall, call: str, operator: str, seconds: float = 60.0, caller: str = OLD) -> None:
    hall.waits(call, caller=caller)
    hall.answers(call, operator)
    hall.ends(call, after=seconds)
    hall.tell(ev.Tick())


def test_who_calls_again_within_a_day_gets_the_operator_he_talked_with() -> None:
    hall = Hall(KNOWN)
    hall.ready("op1001", "op1002")
    talked(hall, "a", "op1001")
    hall.waits("b", after=3600)
    assert hall.connected()[-1] == ("b", ("op1001",))


def test_he_is_waited_for_while_he_talks_and_then_anybody_takes_the_call() -> None:
    hall = Hall(KNOWN)
    hall.ready("op1001", "op1002")
    talked(hall, "a", "op1001")
    hall.waits("x", caller="13907330002")  # op1002 has been idle longer
    assert hall.connected()[-1] == ("x", ("op1002",))
    hall.waits("y", caller="13907330003")
    assert hall.connected()[-1] == ("y", ("op1001",))
    hall.answers("x", "op1002")
    hall.answers("y", "op1001")
    hall.ready("op1003")
    hall.waits("b")
    hall.tell(ev.Tick(), after=19)
    assert hall.connected()[-1][0] == "y"
    hall.tell(ev.Tick(), after=1)
    assert hall.connected()[-1] == ("b", ("op1003",))


def test_one_who_cannot_take_this_queues_citizens_any_more_is_not_waited_for() -> None:
    law = Need("law", (Step(0, 5),))
    crew = [Member("op1001", ("main", "law")), Member("op1002", ("law",), {"law": 9}), Skill("law", "法律")]
    queues = (Queue("main", "市长热线", wrap_up_s=0), Queue("law", "法律服务", prefer_s=60, needs=(law,)))
    hall = Hall(policy(*queues, crew=(), more=crew))
    hall.ready("op1001")
    talked(hall, "a", "op1001")
    hall.ready("op1002")
    hall.waits("b", queue="law")
    assert hall.connected()[-1] == ("b", ("op1002",))


def test_an_operator_who_is_on_pause_or_gone_is_not_waited_for() -> None:
    hall = Hall(KNOWN)
    hall.ready("op1001", "op1002")
    talked(hall, "a", "op1001")
    hall.tell(pe.PauseRequested("op1001"))
    hall.waits("b")
    assert hall.connected()[-1] == ("b", ("op1002",))


def test_a_day_later_it_is_forgotten() -> None:
    hall = Hall(KNOWN)
    hall.ready("op1001", "op1002")
    talked(hall, "a", "op1001")
    hall.waits("b", after=86401)
    assert hall.connected()[-1] == ("b", ("op1002",))


def test_a_desk_that_begins_is_told_of_the_last_day() -> None:
    hall = Hall(KNOWN)
    hall.tell(ev.CallerRemembered(OLD, "op1002", hall.now - 3600))
    hall.ready("op1001", "op1002")
    hall.waits("a")
    assert hall.connected() == [("a", ("op1002",))]


def test_who_gave_up_waiting_and_calls_again_soon_has_a_head_start() -> None:
    hall = Hall(policy(Queue("main", "市长热线")).with_(Rules(returned_s=300, returned_within_s=1800)))
    hall.waits("a")
    hall.ends("a", after=30)
    hall.waits("b", caller="13907330009", after=60)
    hall.waits("c", after=60)
    assert hall.call("c").returned
    hall.ready("op1001")
    assert hall.connected() == [("c", ("op1001",))]


NUISANCE = Rules(nuisance_calls=3, nuisance_within_s=600, nuisance_talk_s=5, nuisance_for_s=3600)


def silent(hall: Hall, call: str, seconds: float = 2.0, after: float = 10.0) -> list[fx.MarkCaller]:
    hall.waits(call, after=after)
    hall.answers(call, "op1001")
    marked = only(fx.MarkCaller, hall.tell(ev.CallEnded(call, 16), after=seconds))
    hall.tell(pe.ReadyRequested("op1001"))
    return marked


def hall_with(rules: Rules) -> Hall:
    hall = Hall(policy().with_(rules))
    hall.ready("op1001")
    return hall


def test_a_number_from_which_nobody_speaks_again_and_again_is_put_on_the_list_for_a_while() -> None:
    hall = hall_with(NUISANCE)
    assert silent(hall, "a") == silent(hall, "b") == []
    (marked,) = silent(hall, "c")
    assert (marked.mark.number, marked.mark.kind) == (OLD, MarkKind.NUISANCE)
    assert marked.mark.until == hall.now + 3600
    assert hall.desk.snapshot.policy.mark(OLD, hall.now) == marked.mark
    assert silent(hall, "d") == []  # once is enough


def test_a_number_that_goes_on_when_its_time_on_the_list_is_over_is_put_there_again() -> None:
    hall = hall_with(NUISANCE)
    for call in ("a", "b", "c"):
        silent(hall, call)
    first = hall.desk.snapshot.policy
    hall.tell(ev.PolicyChanged(replace(first, revision=1)))  # the store has it, and keeps it when it is over
    assert silent(hall, "d", after=7200) == silent(hall, "e") == []
    (again,) = silent(hall, "f")
    assert again.mark.until == hall.now + 3600
    hall.tell(ev.PolicyChanged(replace(first, revision=2)))  # the store does not have the new one yet
    assert hall.desk.snapshot.policy.mark(OLD, hall.now) == again.mark


def test_a_talk_in_between_or_time_enough_breaks_the_pattern() -> None:
    hall = hall_with(NUISANCE)
    silent(hall, "a")
    silent(hall, "b")
    silent(hall, "c", seconds=60)
    assert silent(hall, "d") == silent(hall, "e", after=700) == []


def test_who_is_made_to_wait_and_gives_up_is_no_nuisance_however_often() -> None:
    hall = Hall(policy().with_(NUISANCE))
    for number in range(10):
        hall.waits(str(number))
        assert hall.ends(str(number)).outcome is Outcome.ABANDONED
    assert only(fx.MarkCaller, hall.orders) == []


def test_a_supervisor_who_releases_a_number_lets_it_begin_anew() -> None:
    hall = hall_with(NUISANCE)
    for call in ("a", "b", "c"):
        silent(hall, call)
    now = hall.desk.snapshot.policy
    hall.tell(ev.PolicyChanged(replace(now, revision=1)))  # the store has it
    hall.tell(ev.PolicyChanged(replace(now.without("marks", OLD), revision=2)))
    assert hall.desk.snapshot.policy.mark(OLD, hall.now) is None
    assert silent(hall, "d") == silent(hall, "e") == []
    assert len(silent(hall, "f")) == 1


def test_who_was_just_put_on_the_list_stays_there_under_a_policy_that_does_not_know_it_yet() -> None:
    hall = hall_with(NUISANCE)
    for call in ("a", "b", "c"):
        silent(hall, call)
    hall.tell(ev.PolicyChanged(replace(policy().with_(NUISANCE), revision=1)))
    assert hall.desk.snapshot.policy.mark(OLD, hall.now) is not None


def test_an_older_policy_that_is_told_late_changes_nothing() -> None:
    hall = Hall()
    newer: Policy = replace(hall.desk.snapshot.policy.with_(Mark("1", MarkKind.SPECIAL_CARE)), revision=5)
    hall.tell(ev.PolicyChanged(newer))
    assert hall.tell(ev.PolicyChanged(replace(policy(), revision=4))) == []
    assert hall.desk.snapshot.policy == newer


def test_who_was_called_back_in_vain_has_not_been_talked_with_since_he_gave_up() -> None:
    callers = Callers()
    gave_up = Call("a", "13907330001", "", "12345", "PJSIP/trunk-a", 900.0, queued_at=901.0)
    callers.ended(replace(gave_up, outcome=Outcome.ABANDONED, ended_at=960.0), policy())
    callers.ended(replace(gave_up, id="b", outcome=Outcome.UNREACHED, ended_at=980.0), policy())
    assert callers.gave_up("13907330001", 1800, 1000.0)
