"""Who a telephone is: Asterisk's endpoints and channels, and the operators' logins behind them.

An endpoint's name must never be a number that can be dialled or that a citizen calls from: Asterisk takes whoever
calls with an endpoint's name for that endpoint. Nor may it hold a hyphen, at which the dialplan cuts extensions.
"""

import re
from collections.abc import Iterable
from typing import Final

REALM: Final = "hotline"
"""In which they all sign in."""
TRUNK: Final = "trunk"
VISITORS: Final = "phone-page"
"""The endpoint of the telephones in the page (demo). No login and no number can hold its hyphen."""
OUTSIDE: Final = "trunk-out"
"""The endpoint of calls that we place to other platforms, if the city has a trunk for them."""
CALLED: Final = "citizen-out"
"""The endpoint of citizens whom we call, by the same trunk."""
CITIZENS: Final = frozenset({TRUNK, VISITORS, CALLED})
"""The endpoints whose channels are citizens."""
STRANGERS: Final = CITIZENS | {OUTSIDE}
"""Those that are no operator's phone; every other one is."""
DESK: Final = "desk_"
PAGE: Final = "page_"
LOGIN: Final = re.compile(r"[a-z0-9_]{1,32}")
RESERVED: Final = frozenset({TRUNK, "operator", "phone", "udp", "ws", "global", "system"})
"""Names of our own in Asterisk's configuration."""


def may_have_phone(login: str) -> bool:
    """Whether endpoints can be named after this login."""
    return bool(LOGIN.fullmatch(login)) and login not in RESERVED and not login.startswith((DESK, PAGE))


def softphone_of(login: str) -> str:
    """The endpoint of the softphone in the operator's page."""
    return f"{PAGE}{login}" if login.isdecimal() else login


def desk_phone_of(login: str) -> str:
    """The endpoint of the telephone on the operator's desk."""
    return f"{DESK}{login}"


def login_of(endpoint: str) -> str:
    """Whose telephone an endpoint is."""
    return endpoint.removeprefix(DESK) if endpoint.startswith(DESK) else endpoint.removeprefix(PAGE)


def endpoint_of(channel: str) -> str:
    """`PJSIP/op1001-0000002a` -> `op1001`; anything else -> an empty string."""
    technology, _, rest = channel.partition("/")
    return rest.rpartition("-")[0] if technology == "PJSIP" else ""


def is_citizen(channel: str) -> bool:
    return endpoint_of(channel) in CITIZENS


def operator_of(channel: str) -> str:
    """Whose channel it is: the operator's login; an empty string where it is no operator's."""
    endpoint = endpoint_of(channel)
    return "" if endpoint in STRANGERS else login_of(endpoint)


def is_outside(channel: str) -> bool:
    """Whether another platform is at its end."""
    return endpoint_of(channel) == OUTSIDE


class Endpoints:
    """Which telephone each operator is rung at: the one on his desk if he has one, else the one in his page."""

    def __init__(self, desk_phones: Iterable[str] = ()) -> None:
        self._desk_phones = frozenset(desk_phones)

    def have_desk_phones(self, logins: Iterable[str]) -> None:
        """From now on exactly these operators have telephones on their desks."""
        self._desk_phones = frozenset(logins)

    def of(self, login: str) -> str:
        """The endpoint at which he is rung."""
        return desk_phone_of(login) if login in self._desk_phones else softphone_of(login)

    def rings(self, endpoint: str) -> bool:
        """Whether somebody is rung at it: a softphone whose operator has a desk phone is not."""
        return endpoint not in STRANGERS and endpoint == self.of(login_of(endpoint))
