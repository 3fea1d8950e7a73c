"""The phones' secrets in Asterisk: an operator's is new with every opening of his page, the visitors' with every start.

The secret is kept in Asterisk's own database (sorcery over AstDB), so that neither a reload nor the application is
needed when the page registers again. Asterisk gets the digest's first half (RFC 2617, HA1), never the secret itself.
"""

import asyncio
import hashlib
import json
import secrets

from agi.ami import Ami
from agi.endpoints import REALM, VISITORS, may_have_phone, softphone_of


class Phones:
    """`ami` is the connection of the user `phones`. Every method raises `AmiError` where Asterisk does not answer."""

    def __init__(self, ami: Ami) -> None:
        self._ami = ami
        self._visitors = ""
        self._one = asyncio.Lock()

    async def new_secret(self, login: str) -> str:
        """The secret with which his softphone registers from now on."""
        if not may_have_phone(login):
            raise ValueError(f"{login!r} cannot be the name of a phone")
        return await self._renew(softphone_of(login))

    async def visitors_secret(self) -> str:
        """The secret with which every visitor's telephone dials until the application starts anew.

        One for all, since they share an endpoint: a new one for each visit would throw out those who are just dialling.
        It guards nothing but the way round the throttle, as whoever opens the page is given it.
        """
        async with self._one:
            if not self._visitors:
                self._visitors = await self._renew(VISITORS)
            return self._visitors

    async def _renew(self, name: str) -> str:
        secret = secrets.token_urlsafe(24)
        auth = {"auth_type": "md5", "username": name, "realm": REALM, "md5_cred": ha1(name, secret)}
        await self._ami.action("DBPut", Family="ps_auth/auth", Key=name, Val=json.dumps(auth, separators=(",", ":")))
        return secret


def ha1(name: str, secret: str) -> str:
    """The first half of the digest by which a phone shows that it knows `secret`."""
    return hashlib.md5(f"{name}:{REALM}:{secret}".encode(), usedforsecurity=False).hexdigest()
