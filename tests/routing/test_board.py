"""What stands on the board, and what is asked before anybody outside is called."""

import pytest

from routing import effects as fx
from routing.board import Board
from routing.call import IllegalMove
from routing.outside import Destination, OutboundPurpose
from routing.policy import Rules
from tests.policies import policy

MOBILE = "13907330001"
CAPS = Rules(outbound_per_hour=3, outbound_per_operator=2, outbound_per_number=2)


@pytest.fixture
def board() -> Board:
    one = Board(policy(more=[Destination("1XXXXXXXXXX", "手机"), CAPS]))
    one.begin(1000.0)
    return one


def allowed(board: Board, number: str = MOBILE) -> list[fx.Effect]:
    """What is ordered when this is asked for; raises `IllegalMove` with it where it is refused."""
    board.begin(board.now)
    board.allow("c1", number, "op1001", OutboundPurpose.TRANSFER)
    return board.effects


def refused(board: Board, number: str) -> tuple[str, list[fx.Effect]]:
    with pytest.raises(IllegalMove) as told:
        allowed(board, number)
    return str(told.value), board.effects


def test_what_is_placed_is_noted_and_counted(board: Board) -> None:
    noted = fx.NoteOutbound("c1", MOBILE, "op1001", OutboundPurpose.TRANSFER, 1000.0)
    assert allowed(board) == [noted]
    assert allowed(board) == [noted]
    other = fx.NoteOutbound("c1", "13907330002", "op1001", OutboundPurpose.TRANSFER, 1000.0, "operator_full")
    assert refused(board, "13907330002") == ("c1: no NoteOutbound in state operator_full", [other])


def test_what_is_refused_is_noted_with_its_reason_and_counts_for_nobody(board: Board) -> None:
    abroad = fx.NoteOutbound("c1", "+442079460018", "op1001", OutboundPurpose.TRANSFER, 1000.0, "not_allowed")
    for _ in range(5):
        assert refused(board, "+442079460018") == ("c1: no NoteOutbound in state not_allowed", [abroad])
    assert len(allowed(board)) == 1
