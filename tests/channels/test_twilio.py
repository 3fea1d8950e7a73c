"""Twilio's own client against a faithful stand-in: what was certainly not taken, and what nobody knows."""

import logging
from collections.abc import Iterator

import pytest

from cases.texts import Answer, Move
from channels.twilio import Twilio
from tests.fakes.ports import free_ports
from tests.fakes.twilio import ACCOUNT, SENDER, TOKEN, StandIn, Way

TO = "+8613907330001"
WORDS = "【12345】您的留言已收到 & 100%。"


@pytest.fixture
def provider() -> Iterator[StandIn]:
    with StandIn() as running:
        yield running


def client(provider: StandIn, token: str = TOKEN, account: str = ACCOUNT, sender: str = SENDER) -> Twilio:
    return Twilio(account, token, sender, provider.base, timeout_s=0.5)


def test_a_text_arrives_as_it_was_written(provider: StandIn) -> None:
    answer = client(provider).send(TO, WORDS)
    (text,) = provider.delivered
    assert (text.to, text.body) == (TO, WORDS)
    assert answer == Answer(Move.ACCEPTED, sid=text.sid)


@pytest.mark.parametrize(
    ("way", "move", "reason", "detail"),
    [
        ("21211", Move.REFUSED, "refused", f"21211: Invalid 'To' Phone Number: {TO}"),
        ("21610", Move.REFUSED, "refused", "21610: Attempt to send to unsubscribed recipient"),
        ("busy", Move.NOT_TAKEN, "busy", "20429: Too Many Requests"),
        ("breaks_before", Move.NO_ANSWER, "provider_fault", "20503: Service Unavailable"),
        ("breaks_after", Move.NO_ANSWER, "provider_fault", "20500: Internal Server Error"),
        ("silent_after", Move.NO_ANSWER, "no_answer", "ReadTimeout"),
        ("cut_before", Move.NO_ANSWER, "broken_off", "ConnectionError"),
        ("cut_after", Move.NO_ANSWER, "broken_off", "ConnectionError"),
        ("no_json", Move.NO_ANSWER, "provider_fault", "502: Unable to create record"),
    ],
)
def test_only_what_was_certainly_not_taken_is_said_to_be_so(
    provider: StandIn, way: Way, move: Move, reason: str, detail: str
) -> None:
    provider.ways.append(way)
    assert client(provider).send(TO, WORDS) == Answer(move, reason, detail)
    accepted = way in ("breaks_after", "silent_after", "cut_after")
    assert (provider.requests, len(provider.delivered)) == (1, int(accepted))


def test_a_provider_that_cannot_be_reached_has_taken_nothing() -> None:
    away = Twilio(ACCOUNT, TOKEN, SENDER, f"http://127.0.0.1:{free_ports(1)[0]}", timeout_s=0.5)
    assert away.send(TO, WORDS) == Answer(Move.NOT_TAKEN, "not_reached", "ConnectionError")
    nowhere = Twilio(ACCOUNT, TOKEN, SENDER, "http://nowhere.invalid", timeout_s=0.5)
    assert nowhere.send(TO, WORDS).move is Move.NOT_TAKEN


def test_a_wrong_token_or_account_is_not_let_in_and_a_wrong_sender_is_refused(provider: StandIn) -> None:
    assert client(provider, token="x").send(TO, WORDS) == Answer(Move.NOT_TAKEN, "not_let_in", "20003: Authenticate")
    assert client(provider, account="AC1").send(TO, WORDS).reason == "not_let_in"
    assert client(provider, sender="+1").send(TO, WORDS).move is Move.REFUSED
    assert provider.delivered == []


def test_neither_token_nor_number_are_in_the_log(provider: StandIn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    provider.ways.extend(["accept", "21211", "cut_after"])
    for _ in range(3):
        client(provider).send(TO, WORDS)
    assert TOKEN not in caplog.text
    assert TO not in caplog.text
    assert ACCOUNT not in caplog.text
