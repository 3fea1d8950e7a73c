"""The figures for Prometheus: who may read them, and that they name routes and no numbers."""

import re

import httpx
import pytest

from agent_console.session import Sessions

from .house import House


async def ask(house: House, address: str = "127.0.0.1", **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=house.app, client=(address, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as http:
        return await http.get("/metrics")


async def bearer(house: House, login: str) -> str:
    sessions = Sessions(house.store, lambda: house.now[0])
    return "Bearer " + await sessions.issue(login, kind="token", lifetime=3600)


async def test_a_program_on_this_machine_needs_no_sign_in(house: House) -> None:
    for address in ("127.0.0.1", "127.8.8.8", "::1"):
        answer = await ask(house, address)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_a_proxy_on_this_machine_opens_no_back_door(house: House, header: str) -> None:
    assert (await ask(house, **{header: "127.0.0.1"})).status_code == 401


async def test_from_elsewhere_only_an_administrators_token_is_good(house: House) -> None:
    assert (await ask(house, "192.0.2.7")).status_code == 401
    assert (await ask(house, "192.0.2.7", Authorization="Bearer nonsense")).status_code == 401
    for login in ("op1001", "sup1", "leader1"):
        assert (await ask(house, "192.0.2.7", Authorization=await bearer(house, login))).status_code == 403
    answer = await ask(house, "192.0.2.7", Authorization=await bearer(house, "admin"))
    assert answer.status_code == 200


async def test_requests_are_counted_by_the_template_of_their_route(house: House) -> None:
    async with house.client("op1001") as http:
        await http.get("/healthz")
        for call in ("13907330001", "c2"):
            assert (await http.get(f"/api/v1/calls/{call}")).status_code == 404
        await http.get("/api/v1/calls", params={"caller": "13907330001"})
        assert (await http.get("/api/v1/calls/13907330001/1/2/3/4/recording")).status_code == 404
        await http.get("/13907330001")
        await http.get("/assets/13907330001.js")
        await http.request("BREW", "/api/v1/calls")
        await http.get("/api/v1/nothing/13907330001")
    text = (await ask(house)).text
    counts = dict(re.findall(r"hotline_http_request_seconds_count\{(.*)\} (\d+)\.0", text))
    assert counts == {
        'method="POST",route="/api/v1/sessions",status="201"': "1",
        'method="GET",route="/healthz",status="200"': "1",
        'method="GET",route="/api/v1/calls/{call_id}",status="404"': "2",
        'method="GET",route="/api/v1/calls",status="200"': "1",
        'method="GET",route="/api/v1/calls/{call_id:path}/recording",status="404"': "1",
        'method="GET",route="pages",status="503"': "1",
        'method="GET",route="pages",status="404"': "2",
        'method="other",route="pages",status="404"': "1",
    }
    assert "13907330001" not in text
