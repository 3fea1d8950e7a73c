"""A page's connection as the hub has it, without a socket, and what it was told."""

import json
from typing import Any

from agent_console.hub import Link
from agent_console.session import SignedIn
from routing.records import Account, Role

from .house import House

ROLES = {"sup1": Role.SUPERVISOR, "admin": Role.ADMIN}


def page(house: House, login: str = "op1001", since: int | None = None, session: str = "") -> Link:
    account = Account(login, f"name of {login}", ROLES.get(login, Role.OPERATOR))
    who = SignedIn(account, session or login, "page", 2e9)
    link = house.hub.claim(who)
    house.hub.join(link, since, house.news.whole)
    return link


def frames(link: Link) -> list[dict[str, Any]]:
    return [json.loads(link.frames.get_nowait()) for _ in range(link.frames.qsize())]


def kinds(link: Link) -> list[str]:
    return [frame["type"] for frame in frames(link)]
