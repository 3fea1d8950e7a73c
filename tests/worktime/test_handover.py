"""A handover: open until somebody else takes it, once."""

import pytest

from worktime.handover import AlreadyTaken, Handover, Open, OwnHandover

NOTE = Handover("h1", 1000.0, "2026-11-23.day", "2026-11-23.evening", "wang", "3号线停水，回访罗女士", Open(2, 1, 3))


def test_somebody_of_the_next_shift_takes_it() -> None:
    taken = NOTE.take("tan", 2000.0)
    assert (NOTE.taken, taken.taken, taken.taken_by, taken.taken_at) == (False, True, "tan", 2000.0)
    assert taken.note == NOTE.note


def test_it_is_taken_once_and_never_by_who_wrote_it() -> None:
    with pytest.raises(OwnHandover):
        NOTE.take("wang", 2000.0)
    with pytest.raises(AlreadyTaken, match="h1 was taken by tan"):
        NOTE.take("tan", 2000.0).take("li", 3000.0)
