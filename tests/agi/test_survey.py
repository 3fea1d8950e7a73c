"""After the talk: the survey of his line is walked, and each answer is told at once."""

import pytest

from agi.fastagi import HungUp
from agi.survey import Survey
from hotline import spoken
from ivr import load, shipped
from ivr.check import Known
from ivr.menu import Menu
from routing import events as ev
from routing.desk import Desk
from routing.policy import Line
from tests.agi.line import CALL, Channel
from tests.policies import MAIN, policy

MENU = load.menu("survey", shipped.documents()["survey"].data, Known(spoken.prompts(), {"main"}))
ASKED = Line("12345", "市长热线", "12345", "main", survey="survey")


def surveyed(channel: Channel, told: list[ev.Event], line: Line = ASKED, menu: Menu | None = MENU) -> None:
    desk = Desk(policy(MAIN, more=(line,)))
    Survey(told.append, lambda: desk.snapshot, lambda name: menu if name == "survey" else None, "CN")(channel)


def test_his_answer_is_told_and_he_is_thanked() -> None:
    told: list[ev.Event] = []
    channel = Channel({"survey-rate": "2"})
    surveyed(channel, told)
    assert told == [ev.SurveyStarted(CALL, "survey"), ev.SurveyAnswered(CALL, "satisfaction", "2")]
    assert channel.heard == ["survey-rate", "survey-thanks"]


def test_a_wrong_key_is_asked_once_more_and_no_answer_is_none() -> None:
    told: list[ev.Event] = []
    channel = Channel({"survey-rate": "9"})
    surveyed(channel, told)
    assert told == [ev.SurveyStarted(CALL, "survey")]
    assert channel.heard == ["survey-rate", "survey-rate", "survey-thanks"]


def test_an_answer_counts_though_he_hangs_up_before_the_thanks() -> None:
    class Gone(Channel):
        def stream_file(self, filename: str, escape_digits: str = "", sample_offset: int = 0) -> str:
            if filename == "hotline/survey-thanks":
                raise HungUp("gone")
            return super().stream_file(filename, escape_digits, sample_offset)

    told: list[ev.Event] = []
    with pytest.raises(HungUp):
        surveyed(Gone({"survey-rate": "5"}), told)
    assert told[1:] == [ev.SurveyAnswered(CALL, "satisfaction", "5")]


@pytest.mark.parametrize(("line", "menu"), [(ASKED, None), (Line("12345", "市长热线", "12345", "main"), MENU)])
def test_without_a_survey_nothing_is_asked(line: Line, menu: Menu | None) -> None:
    told: list[ev.Event] = []
    channel = Channel()
    surveyed(channel, told, line, menu)
    assert (told, channel.heard) == ([], [])
