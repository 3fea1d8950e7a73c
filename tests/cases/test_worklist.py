"""Call-backs: who may do what with one, in which order, and what is written down of it."""

from itertools import product

import pytest

from cases.case import CaseInput
from cases.office import Office
from cases.work import MOVES, Attempt, Deed, Ending, IllegalDeed, Through, WorkState, advance
from cases.worklist import (
    BadNote,
    NoCaseOfThatNumber,
    NoSuchWork,
    NotDone,
    NotTaken,
    NotTalkedYet,
    StaleWork,
    TakenByOther,
    TriedTooSeldom,
    WorkDone,
    Worklist,
    do,
)
from tests.work import owed

from .shelf import Shelf
from .test_office import CITY

NUMBER = "HD20261123-0001"
NOISE = CaseInput("投诉", "夜间施工噪声")


class Room:
    """A work list with one item, the time of which rises by a minute with every command."""

    def __init__(self) -> None:
        self.shelf, self.now = Shelf(), 1000.0
        self.shelf.items["c1"] = owed("c1")
        self.list = Worklist(self.shelf, self.clock, lambda: 3)
        self.office = Office(self.shelf, self.clock, CITY)

    def clock(self) -> float:
        self.now += 60
        return self.now

    def told(self) -> list[tuple[str, str, str]]:
        return [(move.who, move.deed.value, move.detail) for move in self.shelf.moves]


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.mark.parametrize(("state", "deed"), list(product(WorkState, Deed)))
def test_what_the_table_does_not_know_does_not_happen(state: WorkState, deed: Deed) -> None:
    item = owed("c1", state=state, owner="op1")
    if deed in MOVES[state]:
        assert advance(item, deed, "op1", 5.0).state is MOVES[state][deed]
    else:
        with pytest.raises(IllegalDeed, match=f"no {deed} in state {state}"):
            advance(item, deed, "op1", 5.0)


def test_of_two_who_take_it_one_has_it_and_the_other_learns_who(room: Room) -> None:
    taken = room.list.take(NUMBER, "op1")
    assert (taken.state, taken.owner, taken.taken_at, taken.moves) == ("taken", "op1", 1060.0, 2)
    with pytest.raises(TakenByOther) as other:
        room.list.take(NUMBER, "op2")
    assert other.value.item.owner == "op1"
    assert room.list.take(NUMBER, "op1") == taken
    assert room.told() == [("op1", "take", "")]


def test_the_times_to_the_first_attempt_and_to_the_first_talk_are_measured(room: Room) -> None:
    room.list.take(NUMBER, "op1")
    room.list.attempt(NUMBER, "op1", Attempt.NO_ANSWER, "", 0)
    room.list.attempt(NUMBER, "op1", Attempt.TALKED, " 已说明 ", 1)
    item = room.list.attempt(NUMBER, "op1", Attempt.TALKED, "", 2)
    assert (item.attempts, item.tried_at, item.talked_at) == (3, 1120.0, 1180.0)
    assert room.told()[1:] == [("op1", "try", "no_answer"), ("op1", "try", "talked 已说明"), ("op1", "try", "talked")]


def test_an_attempt_that_is_sent_again_is_noted_once_and_one_that_knows_of_none_before_is_refused(room: Room) -> None:
    room.list.take(NUMBER, "op1")
    noted = room.list.attempt(NUMBER, "op1", Attempt.BUSY, "占线", 0)
    assert room.list.attempt(NUMBER, "op1", Attempt.BUSY, "占线", 0) == noted
    with pytest.raises(StaleWork):
        room.list.attempt(NUMBER, "op1", Attempt.TALKED, "", 0)
    assert len(room.told()) == 2


def test_an_attempt_that_is_sent_again_is_noted_once_though_the_citizen_called_meanwhile(room: Room) -> None:
    room.list.take(NUMBER, "op1")
    room.list.attempt(NUMBER, "op1", Attempt.BUSY, "占线", 0)
    with room.shelf.case_work() as rows:
        do(rows, room.shelf.items["c1"], Deed.JOIN, "", 1500.0, "missed", by_call="c2")
    again = room.list.attempt(NUMBER, "op1", Attempt.BUSY, "占线", 0)
    assert (again.attempts, again.calls, len(room.told())) == (1, 2, 3)


def test_what_is_not_his_nobody_tries_or_closes(room: Room) -> None:
    with pytest.raises(NotTaken):
        room.list.attempt(NUMBER, "op1", Attempt.BUSY, "", 0)
    room.list.take(NUMBER, "op1")
    with pytest.raises(TakenByOther):
        room.list.attempt(NUMBER, "op2", Attempt.BUSY, "", 0)
    with pytest.raises(TakenByOther):
        room.list.close(NUMBER, "op2", Ending.NUISANCE, "", None)
    with pytest.raises(TakenByOther):
        room.list.release(NUMBER, "op2", anyones=False)
    with pytest.raises(NoSuchWork):
        room.list.take("HD20261123-0002", "op1")


def test_released_it_is_open_for_all_and_a_supervisor_releases_what_is_another_ones(room: Room) -> None:
    room.list.take(NUMBER, "op1")
    assert (room.list.release(NUMBER, "op1", anyones=False).state, room.shelf.items["c1"].owner) == ("open", "")
    room.list.take(NUMBER, "op2")
    assert room.list.release(NUMBER, "sup1", anyones=True).state == "open"
    assert room.list.release(NUMBER, "sup1", anyones=True).moves == 5
    assert room.told()[-1] == ("sup1", "release", "op2")


def test_it_is_answered_only_after_a_talk_and_given_up_only_after_enough_attempts(room: Room) -> None:
    room.list.take(NUMBER, "op1")
    with pytest.raises(NotTalkedYet):
        room.list.close(NUMBER, "op1", Ending.ANSWERED, "", None)
    room.list.attempt(NUMBER, "op1", Attempt.NO_ANSWER, "", 0)
    with pytest.raises(TriedTooSeldom) as seldom:
        room.list.close(NUMBER, "op1", Ending.UNREACHED, "", None)
    assert seldom.value.left == 2
    room.list.attempt(NUMBER, "op1", Attempt.BUSY, "", 1)
    room.list.attempt(NUMBER, "op1", Attempt.WRONG_NUMBER, "", 2)
    done = room.list.close(NUMBER, "op1", Ending.UNREACHED, "三次无人", None)
    assert (done.state, done.ending, done.owner, done.case) == ("done", "unreached", "op1", None)
    for late in (
        lambda: room.list.take(NUMBER, "op2"),
        lambda: room.list.release(NUMBER, "op1", anyones=True),
        lambda: room.list.attempt(NUMBER, "op1", Attempt.BUSY, "", 3),
    ):
        with pytest.raises(WorkDone):
            late()


def test_a_case_opened_by_who_has_taken_it_closes_it_with_the_number_in_one_transaction(room: Room) -> None:
    room.list.take(NUMBER, "op1")
    before = room.shelf.commits
    case = room.office.open_case(NOISE, "c1", "op1")
    item = room.shelf.items["c1"]
    assert (item.state, item.ending, item.case, room.shelf.commits) == ("done", "case", case.number, before + 1)
    assert room.told()[-1] == ("op1", "close", "case")


@pytest.mark.parametrize("owner", ["", "op2"])
def test_a_case_opened_by_anybody_else_leaves_it_as_it_is(room: Room, owner: str) -> None:
    if owner:
        room.list.take(NUMBER, owner)
    before = room.shelf.items["c1"]
    room.office.open_case(NOISE, "c1", "op1")
    assert room.shelf.items["c1"] == before


def test_it_is_said_to_have_become_a_case_only_if_there_is_that_case(room: Room) -> None:
    room.list.take(NUMBER, "op1")
    for number in (None, "20261123-0009"):
        with pytest.raises(NoCaseOfThatNumber):
            room.list.close(NUMBER, "op1", Ending.CASE, "", number)
    room.office.open_case(NOISE, "c2", "op1")
    (known,) = room.shelf.cases
    assert room.list.close(NUMBER, "op1", Ending.CASE, "", known).case == known


def test_what_was_done_by_mistake_is_opened_again_by_who_did_it_or_a_supervisor(room: Room) -> None:
    room.list.take(NUMBER, "op1")
    with pytest.raises(NotDone):
        room.list.reopen(NUMBER, "op1", anyones=False)
    room.list.close(NUMBER, "op1", Ending.NUISANCE, "", None)
    with pytest.raises(TakenByOther):
        room.list.reopen(NUMBER, "op2", anyones=False)
    again = room.list.reopen(NUMBER, "op1", anyones=False)
    assert (again.state, again.owner, again.ending, again.done_at) == ("open", "", "", None)
    assert room.list.reopen(NUMBER, "sup1", anyones=True) == again
    assert room.told()[-1] == ("op1", "reopen", "nuisance")


def served(room: Room) -> None:
    """A person answered him, by the call c9."""
    with room.shelf.case_work() as rows:
        do(rows, room.shelf.items["c1"], Deed.SERVE, "", 1500.0, "served", by_call="c9")


def test_who_got_through_is_off_the_list_unless_somebody_has_taken_it_who_is_told(room: Room) -> None:
    room.list.take(NUMBER, "op1")
    served(room)
    item = room.shelf.items["c1"]
    assert (item.state, item.owner, item.ending, item.got_through) == ("taken", "op1", "", Through("c9", 1500.0))
    assert (room.shelf.moves[-1].who, room.shelf.moves[-1].by_call) == ("", "c9")
    after = room.list.release(NUMBER, "op1", anyones=False)
    assert (after.state, after.ending, after.got_through, after.moves) == ("done", "served", Through("c9", 1500.0), 5)
    assert room.told()[-2:] == [("op1", "release", ""), ("", "serve", "served")]


def test_what_was_done_without_a_person_anybody_opens_again_and_must_be_called(room: Room) -> None:
    served(room)
    item = room.shelf.items["c1"]
    assert (item.state, item.owner, item.ending, item.done_at) == ("done", "", "served", 1500.0)
    with pytest.raises(WorkDone):
        room.list.take(NUMBER, "op1")
    again = room.list.reopen(NUMBER, "op2", anyones=False)
    assert (again.state, again.ending, again.got_through) == ("open", "", None)
    room.list.take(NUMBER, "op2")
    assert room.list.release(NUMBER, "op2", anyones=False).state == "open"


def test_a_note_that_is_too_long_is_refused_and_nothing_is_written(room: Room) -> None:
    room.list.take(NUMBER, "op1")
    with pytest.raises(BadNote) as bad:
        room.list.attempt(NUMBER, "op1", Attempt.BUSY, "长" * 501, 0)
    assert [fault.field for fault in bad.value.faults] == ["note"]
    assert room.shelf.items["c1"].attempts == 0


def test_what_a_machine_understood_replaces_what_another_did_and_is_no_move(room: Room) -> None:
    room.list.transcribe(NUMBER, "停水", "small")
    item = room.list.transcribe(NUMBER, "天元区停水了", "base")
    assert item.transcript is not None
    assert (item.transcript.text, item.transcript.engine, item.transcript.at, item.moves) == (
        *("天元区停水了", "base", 1120.0),
        1,
    )
