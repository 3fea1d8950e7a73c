"""The words of texts: what may stand in them, and how long they are for the network."""

import pytest

from cases.texts import TRANSITIONS, Move, TextKind, TextState, pause_s
from cases.wording import EXAMPLES, SHIPPED, Fault, Length, Template, faults, fill, measure


@pytest.mark.parametrize("kind", TextKind)
def test_what_is_shipped_is_right_and_goes_as_one_segment(kind: TextKind) -> None:
    assert faults(SHIPPED[kind]) == []
    assert measure(fill(SHIPPED[kind].words, EXAMPLES[kind])).segments == 1


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("您好{time}", []),
        ("您好{nmae}", [Fault("placeholder", "nmae")]),
        ("{case}", [Fault("placeholder", "case")]),  # a message has none
        ("{} {time}", [Fault("placeholder", "")]),
        ("{time", [Fault("brace")]),
        ("time}", [Fault("brace")]),
        (" \n", [Fault("empty")]),
        ("长" * 402, []),
        ("长" * 403, [Fault("long", "7")]),
    ],
)
def test_words_that_cannot_be_sent_are_found(words: str, found: list[Fault]) -> None:
    assert faults(Template(TextKind.MESSAGE, words)) == found


@pytest.mark.parametrize(
    ("words", "length"),
    [
        ("", Length(0, "GSM-7", 0)),
        ("a" * 160, Length(160, "GSM-7", 1)),
        ("a" * 161, Length(161, "GSM-7", 2)),
        ("a" * 306, Length(306, "GSM-7", 2)),
        ("a" * 307, Length(307, "GSM-7", 3)),
        ("€" * 80, Length(80, "GSM-7", 1)),
        ("€" * 81, Length(81, "GSM-7", 2)),
        ("a" * 152 + "€" + "a" * 152, Length(305, "GSM-7", 3)),  # the escape and its sign stay together
        ("长" * 70, Length(70, "UCS-2", 1)),
        ("长" * 71, Length(71, "UCS-2", 2)),
        ("长" * 134, Length(134, "UCS-2", 2)),
        ("长" * 135, Length(135, "UCS-2", 3)),
        ("😀" * 35, Length(35, "UCS-2", 1)),
        ("长" * 66 + "😀" + "长" * 66, Length(133, "UCS-2", 3)),
        ("`", Length(1, "UCS-2", 1)),  # in ASCII, and not in the alphabet of GSM
    ],
)
def test_a_text_is_as_long_as_the_network_makes_it(words: str, length: Length) -> None:
    assert measure(words) == length


def test_nothing_but_a_persons_word_sends_a_text_again_of_which_nobody_knows() -> None:
    ways = {move for (state, move), to in TRANSITIONS.items() if state is TextState.UNKNOWN and to is TextState.WAITING}
    assert ways == {Move.RESEND}
    assert not [move for state, move in TRANSITIONS if state in (TextState.SENT, TextState.SUPPRESSED)]


def test_the_pauses_between_attempts_grow_up_to_half_an_hour() -> None:
    assert [pause_s(attempt) for attempt in (1, 2, 3, 4, 5, 6, 60)] == [10, 30, 120, 600, 1800, 1800, 1800]
