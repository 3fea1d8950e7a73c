"""A menu walked on a citizen's channel."""

from collections.abc import Generator

from agi.walk import Walk
from ivr.engine import Collect, End, Find, Leave, Look, Note, Say, Speak, Step
from tests.agi.line import Channel


class Keyed(Channel):
    """`pressed`: the keys that come one after the other in silences, "" for none."""

    def __init__(self, *pressed: str, keys: dict[str, str] | None = None) -> None:
        super().__init__(keys)
        self.pressed = list(pressed)
        self.waited: list[int] = []

    def wait_for_digit(self, timeout: int = 0) -> str:
        self.waited.append(timeout)
        return self.pressed.pop(0) if self.pressed else ""


class Told:
    def __init__(self) -> None:
        self.nodes: list[str] = []
        self.noted: list[tuple[str, str]] = []


def answers(channel: Channel, *steps: Step, told: Told | None = None) -> list[str]:
    """What is given back for each of these steps."""
    given: list[str] = []
    told = told or Told()

    def walk() -> Generator[Step, str, End]:
        for step in steps:
            given.append((yield step))
        return Leave("end")

    done = Walk(
        channel,
        "greeting-12369",
        lambda queue: queue == "env",
        lambda digits: f"case-{digits}",
        told.nodes.append,
        lambda question, key: told.noted.append((question, key)),
    )
    assert done(walk()) == Leave("end")
    return given


def test_prompts_are_played_until_a_key_and_then_it_is_waited_for_one() -> None:
    channel = Keyed("3", keys={"two": "7"})
    assert answers(channel, Say("a", ("", "one"), 4), Say("b", ("two", "three"), 4), Say("c", ("one",))) == [
        "3",
        "7",
        "",
    ]
    assert channel.heard == ["greeting-12369", "one", "two", "one"]
    assert channel.waited == [4000]


def test_digits_are_taken_to_the_hash_also_those_pressed_while_the_prompt_is_played() -> None:
    channel = Keyed("0", "2", "*", "6", "#", "9", keys={"ask": "2"})
    assert answers(channel, Collect("a", "ask", 8)) == ["2026"]
    assert channel.pressed == ["9"]
    assert answers(Keyed(), Collect("a", "ask", 8)) == [""]
    assert answers(Keyed("1", "2"), Collect("a", "ask", 8)) == ["12"]
    assert answers(Keyed(keys={"ask": "#"}), Collect("a", "ask", 8)) == [""]
    assert len(answers(Keyed(*"1" * 50), Collect("a", "ask", 8))[0]) == 20


def test_hours_and_cases_are_looked_up_and_a_language_is_the_channels() -> None:
    channel = Keyed()
    steps = (Look("a", "env"), Look("a", ""), Find("a", "77"), Speak("a", "en"))
    assert answers(channel, *steps) == ["open", "closed", "case-77", ""]
    assert channel.variables == {"CHANNEL(language)": "en"}


def test_each_node_is_told_of_once_and_each_answer_is_noted() -> None:
    told = Told()
    steps = (Say("a", ("one",)), Say("a", ("two",)), Look("h", ""), Collect("b", "ask", 1), Note("b", "service", "5"))
    answers(Keyed(), *steps, told=told)
    assert told.nodes == ["a", "b"]
    assert told.noted == [("service", "5")]
