"""Whether a prompt was heard is told rightly: also with packets late in it, and of no other prompt."""

import random

import numpy as np
import pytest

from . import sound
from .sound import ALIKE, RATE, Samples, likeness, prompt

PAUSE = np.zeros(RATE)
BEGINNING = slice(2 * RATE)
TOLD = (
    "greeting",
    "greeting-110",
    "greeting-12369",
    "waiting",
    "notice-begin",
    "area-tianyuan",
    "area-city",
    "incident-water",
    "incident-road",
    "place-1",
    "forwarding",
    "forward-failed",
    "callback-offer",
    "callback-saved",
    "leave-message",
)
"""Those that the tests wait for, as far as they share no sentence."""


def late(spoken: Samples, packets: int) -> Samples:
    """As it comes over a busy machine: so many times 10 to 200 ms of silence come in between."""
    chance = random.Random(f"{len(spoken)} {packets}")
    for _ in range(packets):
        at = chance.randrange(len(spoken))
        spoken = np.insert(spoken, at, np.zeros(chance.choice((80, 160, 320, 800, 1600))))
    return spoken


@pytest.mark.parametrize("name", [*TOLD, "notice-joined", "message-saved", "place-2"])
def test_a_prompt_is_heard_wherever_it_is_and_with_packets_late(name: str) -> None:
    spoken = prompt(name)
    assert likeness(np.concatenate([PAUSE, spoken, PAUSE]), name) > 0.99
    assert likeness(np.concatenate([PAUSE, late(spoken, 3), PAUSE]), name) > 0.65
    heard = np.concatenate([PAUSE, late(spoken, 6), PAUSE])
    assert likeness(heard, name) > ALIKE
    assert likeness(heard, name, BEGINNING) > ALIKE


@pytest.mark.parametrize("name", TOLD)
def test_another_prompt_is_not_taken_for_it(name: str) -> None:
    heard = np.concatenate([PAUSE, prompt(name), PAUSE])
    others = [other for other in TOLD if other != name]
    assert [other for other in others if likeness(heard, other) > ALIKE] == []
    assert [other for other in others if likeness(heard, other, BEGINNING) > ALIKE] == []


def test_nothing_and_music_and_too_little_are_no_prompt() -> None:
    assert likeness(np.zeros(0), "leave-message") == 0.0
    assert likeness(np.concatenate([PAUSE] * 30), "greeting") == 0.0
    assert likeness(prompt("hold"), "greeting") < 0.2
    assert likeness(prompt("greeting", slice(RATE)), "greeting") < ALIKE


def test_what_was_heard_twice_is_heard_and_what_came_in_another_order_is_not() -> None:
    spoken = prompt("incident-water")
    assert likeness(np.concatenate([spoken, PAUSE, spoken]), "incident-water") > 0.99
    parts = np.array_split(spoken, 5)
    assert likeness(np.concatenate(parts[::-1]), "incident-water") < ALIKE


def test_a_part_is_looked_for_alone() -> None:
    beginning = np.concatenate([prompt("greeting", BEGINNING), PAUSE, PAUSE])
    assert likeness(beginning, "greeting", BEGINNING) > 0.99
    assert likeness(beginning, "greeting", slice(-RATE, None)) < ALIKE


def test_of_places_the_one_that_was_said_is_the_most_alike() -> None:
    places = [f"place-{number}" for number in range(1, 21)]
    for place in ("place-1", "place-2", "place-3", "place-20"):
        heard = np.concatenate([PAUSE, late(prompt(place), 3), PAUSE])
        assert max(places, key=lambda name: likeness(heard, name)) == place


def test_the_tone_is_there_second_by_second() -> None:
    tone = sound.raw(sound.tone(440, 1.0), 1)[0]
    assert sound.present(np.concatenate([tone, PAUSE, tone]), 440) == [True, False, True]
