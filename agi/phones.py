"""The operators' phones in Asterisk: a new secret with every opening of the page.

The secret is kept in Asterisk's own database (sorcery over AstDB), so that neither a reload nor the application is
needed when the page registers again. Asterisk gets the digest's first half (RFC 2617, HA1), never the secret itself.
"""

import hashlib
import json
import re
import secrets
from typing import Final

from agi.ami import Ami

REALM: Final = "hotline"
LOGIN = re.compile(r"[a-z0-9_]{1,32}")


class Phones:
    """`ami` is the connection of the user `phones`."""

    def __init__(self, ami: Ami) -> None:
        self._ami = ami

    async def new_secret(self, login: str) -> str:
        """The secret with which the phone `login` registers from now on; raises `AmiError`."""
        if not LOGIN.fullmatch(login):
            raise ValueError(f"{login!r} cannot be the name of a phone")
        secret = secrets.token_urlsafe(24)
        ha1 = hashlib.md5(f"{login}:{REALM}:{secret}".encode(), usedforsecurity=False).hexdigest()
        auth = {"auth_type": "md5", "username": login, "realm": REALM, "md5_cred": ha1}
        await self._ami.action("DBPut", Family="ps_auth/auth", Key=login, Val=json.dumps(auth, separators=(",", ":")))
        return secret
