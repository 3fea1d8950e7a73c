"""The operators' phones in Asterisk: a new secret with every opening of the page.

The secret is kept in Asterisk's own database (sorcery over AstDB), so that neither a reload nor the application is
needed when the page registers again. Asterisk gets the digest's first half (RFC 2617, HA1), never the secret itself.
"""

import hashlib
import json
import secrets
from typing import Final

from agi.ami import Ami
from agi.endpoints import may_have_phone, softphone_of

REALM: Final = "hotline"


class Phones:
    """`ami` is the connection of the user `phones`."""

    def __init__(self, ami: Ami) -> None:
        self._ami = ami

    async def new_secret(self, login: str) -> str:
        """The secret with which his softphone registers from now on; raises `AmiError`."""
        if not may_have_phone(login):
            raise ValueError(f"{login!r} cannot be the name of a phone")
        name, secret = softphone_of(login), secrets.token_urlsafe(24)
        auth = {"auth_type": "md5", "username": name, "realm": REALM, "md5_cred": ha1(name, secret)}
        await self._ami.action("DBPut", Family="ps_auth/auth", Key=name, Val=json.dumps(auth, separators=(",", ":")))
        return secret


def ha1(name: str, secret: str) -> str:
    """The first half of the digest by which a phone shows that it knows `secret`."""
    return hashlib.md5(f"{name}:{REALM}:{secret}".encode(), usedforsecurity=False).hexdigest()
