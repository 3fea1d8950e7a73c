"""The phones' secrets: what Asterisk is told, and when."""

import asyncio
import hashlib
import json
from typing import Any

import pytest

from agi.ami import Ami, AmiError
from agi.phones import Phones


class Told(Ami):
    """An AMI connection that notes what it is told; the first `refuse` actions fail."""

    def __init__(self, refuse: int = 0) -> None:
        super().__init__(port=1, username="phones", secret="")
        self.puts: list[tuple[str, dict[str, str]]] = []
        self.refuse = refuse

    async def action(self, name: str, **fields: Any) -> Any:
        await asyncio.sleep(0)
        if self.refuse:
            self.refuse -= 1
            raise AmiError("not up")
        assert (name, fields["Family"]) == ("DBPut", "ps_auth/auth")
        self.puts.append((fields["Key"], json.loads(fields["Val"])))


def ha1(name: str, secret: str) -> str:
    return hashlib.md5(f"{name}:hotline:{secret}".encode()).hexdigest()


async def test_an_operators_secret_is_new_each_time_and_told_as_its_digest() -> None:
    ami = Told()
    phones = Phones(ami)
    first, second = await phones.new_secret("op1001"), await phones.new_secret("op1001")
    assert first != second
    assert [(key, auth["md5_cred"]) for key, auth in ami.puts] == [
        ("op1001", ha1("op1001", first)),
        ("op1001", ha1("op1001", second)),
    ]


@pytest.mark.parametrize("login", ["phone-page", "OP1001", "", "op1001/x"])
async def test_no_operator_is_given_the_secret_of_something_else(login: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a phone"):
        await Phones(Told()).new_secret(login)


async def test_visitors_at_the_same_time_get_the_one_secret_of_this_start() -> None:
    ami = Told()
    phones = Phones(ami)
    secrets = set(await asyncio.gather(*(phones.visitors_secret() for _ in range(5))))
    assert len(secrets) == 1
    assert [(key, auth["md5_cred"]) for key, auth in ami.puts] == [("phone-page", ha1("phone-page", secrets.pop()))]


async def test_a_secret_that_asterisk_did_not_take_is_not_given_out() -> None:
    ami = Told(refuse=1)
    phones = Phones(ami)
    with pytest.raises(AmiError):
        await phones.visitors_secret()
    assert await phones.visitors_secret()
    assert len(ami.puts) == 1
