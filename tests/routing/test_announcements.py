"""What a citizen who waits is told: his place, and a wait that is honest or nothing."""

from routing import events as ev
from routing.pace import Pace, Rate
from routing.queues import Queue
from routing.snapshot import Announcement
from tests.policies import policy

from .hall import Hall

QUEUES = policy(
    Queue("main", "市长热线", announce_every_s=30, wrap_up_s=0),
    Queue("env", "环保", announce_every_s=0),
    crew=("op1001",),
)


def busy(calls: int = 5, seconds: float = 100.0) -> Hall:
    """A hall in which one operator has taken some calls and talks now."""
    hall = Hall(QUEUES)
    hall.ready("op1001")
    for call in range(calls):
        hall.waits(f"done{call}", caller=f"1390733{call:04}")
        hall.answers(f"done{call}", "op1001", after=0)
        hall.ends(f"done{call}", after=seconds)
        hall.tell(ev.Tick())
    hall.waits("talk", caller="13907338888")
    hall.answers("talk", "op1001")
    return hall


def said(hall: Hall, call: str) -> Announcement | None:
    return hall.desk.snapshot.announcement(call, hall.now)


def test_the_wait_follows_from_recent_handling_and_from_who_is_there() -> None:
    hall = busy()
    hall.waits("a")
    hall.waits("b")
    hall.tell(ev.Tick(), after=30)
    # one operator, 100 s a call: (1 + 0.84) calls for the first, 2 + 0.84 * sqrt(2) for the second
    assert said(hall, "a") == Announcement(1, 184)
    assert said(hall, "b") == Announcement(2, 319)


def test_nothing_is_said_before_it_is_time_nor_to_who_does_not_wait_nor_where_the_queue_says_nothing() -> None:
    hall = busy()
    hall.waits("a")
    hall.waits("e", queue="env")
    hall.tell(ev.Tick(), after=28.9)
    assert said(hall, "a") is None
    hall.tell(ev.Tick(), after=1)
    assert said(hall, "a") is not None
    assert (said(hall, "e"), said(hall, "talk"), said(hall, "nobody")) == (None, None, None)


def test_a_wait_that_is_not_known_is_not_told() -> None:
    hall = busy(calls=3)
    hall.waits("a")
    hall.tell(ev.Tick(), after=30)
    assert said(hall, "a") == Announcement(1, None)


def test_what_was_an_hour_ago_tells_nothing_any_more() -> None:
    hall = busy()
    hall.waits("a")
    hall.tell(ev.Tick(), after=3700)
    assert said(hall, "a") == Announcement(1, None)


def test_nothing_is_announced_upwards() -> None:
    hall = busy()
    hall.waits("a")
    hall.tell(ev.Tick(), after=30)
    hall.tell(ev.WaitTold("a", 1, 120))
    assert said(hall, "a") is None  # told just now
    hall.tell(ev.Tick(), after=30)
    assert said(hall, "a") == Announcement(1, None)  # 184 s would be more than he was told
    hall.waits("u", urgent=True)
    hall.tell(ev.Tick(), after=30)
    assert hall.desk.snapshot.place("a") == 2
    assert said(hall, "a") is None


def test_those_who_come_ahead_lengthen_the_wait_and_too_many_make_it_unknown() -> None:
    assert Rate(10, 100.0, 0.0).wait_s(1, 2) == 92
    assert Rate(10, 100.0, 0.01).wait_s(1, 2) == 184
    assert Rate(10, 100.0, 0.02).wait_s(1, 2) is None
    assert Rate(4, 100.0).wait_s(1, 2) is None
    assert Rate(10, 100.0).wait_s(1, 0) is None


def test_those_ahead_who_give_up_shorten_the_wait() -> None:
    patient, others_leave = Rate(10, 100.0, 0.0, 0.0), Rate(10, 100.0, 0.0, 0.01)
    assert others_leave.wait_s(1, 1) == patient.wait_s(1, 1) == 184
    assert patient.wait_s(3, 1) == 446
    assert others_leave.wait_s(3, 1) == 282  # 100 + 50 + 33 s, and 0.84 of the root of their squares


def test_how_soon_they_give_up_is_seen_from_all_who_waited() -> None:
    hall = Hall(QUEUES)
    hall.waits("a")
    hall.waits("b", caller="13907330002", after=0)
    hall.ends("a", after=60)
    assert hall.desk.snapshot.rates["main"].gives_up_hz == 1 / 60
    hall.ready("op1001")  # a second later
    hall.answers("b", "op1001", after=3)
    assert hall.desk.snapshot.rates["main"].gives_up_hz == 1 / (60 + 64)


def test_handling_is_counted_from_the_answer_until_the_operator_is_free_again_and_only_for_an_hour() -> None:
    pace = Pace()
    for number, (began, done) in enumerate([(0.0, 100.0), (200.0, 260.0)]):
        pace.began("op1001", "main", began)
        pace.done("op1001", done)
        assert pace.rates["main"].calls == number + 1
    pace.done("op1001", 300.0)  # nothing was begun
    assert pace.rates["main"] == Rate(2, 80.0, 0.0)
    pace.forget(3800.0)
    assert pace.rates["main"] == Rate(1, 60.0, 0.0)
    pace.forget(4000.0)
    assert pace.rates["main"] == Rate(0, 0.0, 0.0)
