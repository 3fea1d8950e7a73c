"""Texts through Twilio, by its own client. What its answers mean for whoever must not send twice."""

import logging

from requests.exceptions import ConnectionError as Disconnected
from requests.exceptions import ConnectTimeout, RequestException, Timeout
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from cases.texts import Answer, Move

TIMEOUT_S = 10.0
"""For the connection, and again for each silence while the answer is waited for."""
DETAIL_MAX = 200
OF_THE_CLIENT = "Unable to create record: "
"""What the client puts before the provider's own words."""

_quiet = logging.getLogger("hotline.twilio")
_quiet.setLevel(logging.WARNING)  # below that the client tells addresses and headers of every request


class Twilio:
    """`sender`: the number that texts come from; `base`: another address of the API, "" for Twilio's own."""

    def __init__(self, account: str, token: str, sender: str, base: str = "", timeout_s: float = TIMEOUT_S) -> None:
        # A connection of its own for every text, and no retries: of one that was kept open nobody would know whether
        # the provider had closed it before or after it took the request.
        http = TwilioHttpClient(pool_connections=False, timeout=timeout_s, logger=_quiet)
        self._client = Client(account, token, http_client=http)
        self._sender = sender
        if base:
            self._client.api.base_url = base

    def send(self, recipient: str, words: str) -> Answer:
        """Hand it over, once. Only what certainly was not taken is answered so; nothing is raised."""
        try:
            message = self._client.messages.create(to=recipient, from_=self._sender, body=words)
        except TwilioRestException as refused:
            return _refused(refused)
        except ConnectTimeout as away:
            return Answer(Move.NOT_TAKEN, "not_reached", _said(away))
        except Timeout as silent:
            return Answer(Move.NO_ANSWER, "no_answer", _said(silent))
        except Disconnected as lost:
            if _never_connected(lost):
                return Answer(Move.NOT_TAKEN, "not_reached", _said(lost))
            return Answer(Move.NO_ANSWER, "broken_off", _said(lost))
        except (TwilioException, RequestException, ValueError) as unclear:  # an answer that is none of Twilio's
            return Answer(Move.NO_ANSWER, "provider_fault", _said(unclear))
        if not message.sid:
            return Answer(Move.NO_ANSWER, "provider_fault", "an answer without a sid")
        return Answer(Move.ACCEPTED, sid=message.sid)


def _refused(told: TwilioRestException) -> Answer:
    detail = f"{told.code or told.status}: {told.msg.removeprefix(OF_THE_CLIENT)}"[:DETAIL_MAX]
    match told.status:
        case 429:
            return Answer(Move.NOT_TAKEN, "busy", detail)
        case 401 | 403 | 404:
            return Answer(Move.NOT_TAKEN, "not_let_in", detail)
        case status if 400 <= status < 500 and status != 408:
            return Answer(Move.REFUSED, "refused", detail)
        case _:  # it may have broken down with the text already on its way
            return Answer(Move.NO_ANSWER, "provider_fault", detail)


def _never_connected(lost: Disconnected) -> bool:
    """Whether there was no connection at all, so that nothing can have been said on it."""
    cause = lost.args[0] if lost.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _said(fault: Exception) -> str:
    return type(fault).__name__
