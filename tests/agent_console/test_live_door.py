"""Who is let in at the live socket: our own site, with a ticket."""

import asyncio

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from routing.records import StoreFault
from tests.work import backlog

from .served import WAIT_S, Served, closed, hear, hear_until


async def refused(url: str, origin: str | None) -> int:
    with pytest.raises(InvalidStatus) as answer:
        async with connect(url, origin=origin, proxy=None):
            pass
    return answer.value.response.status_code


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "http://127.0.0.1", "http://127.0.0.1:1", "https://hotline.example.org.evil"],
)
async def test_another_site_or_none_is_refused_before_the_upgrade(served: Served, origin: str | None) -> None:
    ticket = await served.ticket()
    assert await refused(served.url(ticket), origin) == 403
    assert served.house.desk.events == []
    async with connect(served.url(ticket), origin=served.origin, proxy=None) as link:
        assert (await hear(link))["type"] == "snapshot"


async def test_an_address_that_the_settings_name_is_ours_too(served: Served) -> None:
    url = served.url(await served.ticket())
    async with connect(url, origin="https://hotline.example.org", proxy=None) as link:
        assert (await hear(link))["type"] == "snapshot"


async def handshake(port: int, address: str, **headers: str | None) -> int:
    """The status that an upgrade asked for byte by byte is answered with; a header that is None is not sent."""
    lines = [f"GET {address} HTTP/1.1"]
    given = {
        "Host": f"127.0.0.1:{port}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        **headers,
    }
    lines += [f"{name}: {value}" for name, value in given.items() if value is not None]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join([*lines, "", ""]).encode())
    status = int((await asyncio.wait_for(reader.readline(), WAIT_S)).split()[1])
    writer.close()
    return status


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        # a proxy that hands on the host it was asked at: the page's own site
        ("hotline.city.gov.cn", "https://hotline.city.gov.cn", 101),
        ("hotline.city.gov.cn:8443", "https://hotline.city.gov.cn:8443", 101),
        ("hotline.city.gov.cn", "https://evil.example", 403),
        ("hotline.city.gov.cn", "https://hotline.city.gov.cn:8443", 403),
        ("hotline.city.gov.cn", "https://sub.hotline.city.gov.cn", 403),
        ("hotline.city.gov.cn", None, 403),
        # a proxy that asks by the inner host: only an address that the settings name
        (None, "https://hotline.example.org", 101),
        (None, "https://hotline.city.gov.cn", 403),
        (None, "https://hotline.example.org.evil.example", 403),
        (None, "https://hotline.example.org@evil.example", 403),
        (None, "http://hotline.example.org", 403),
        (None, "file://127.0.0.1", 403),
        (None, "", 403),
    ],
)
async def test_behind_a_proxy_only_our_own_site_gets_in(
    served: Served, host: str | None, origin: str | None, status: int
) -> None:
    address = f"/live?ticket={await served.ticket('sup1')}"
    headers = {"Origin": origin, "Host": host or f"127.0.0.1:{served.port}"}
    assert await handshake(served.port, address, **headers, **{"X-Forwarded-Host": "evil.example"}) == status


async def test_a_refused_site_neither_uses_up_the_ticket_nor_sends_the_open_page_away(served: Served) -> None:
    ticket = await served.ticket()
    async with served.page() as link:
        await hear(link)
        assert await handshake(served.port, f"/live?ticket={ticket}", Origin="http://evil.example") == 403
        served.house.news.messages(backlog(1), [])
        assert (await hear_until(link, "messages"))[-1]["data"] == {"open": 1, "taken": 0, "oldest_at": None}
        async with connect(served.url(ticket), origin=served.origin, proxy=None):
            assert await closed(link) == 4409


async def test_an_old_used_or_invented_ticket_is_refused(served: Served) -> None:
    used, old = await served.ticket(), await served.ticket()
    async with connect(served.url(used), origin=served.origin, proxy=None) as link:
        await hear(link)
        assert await refused(served.url(used), served.origin) == 403
    served.house.ticks[0] += 30
    for ticket in (old, "", "invented"):
        assert await refused(served.url(ticket), served.origin) == 403


async def test_a_ticket_of_a_session_that_ended_meanwhile_is_refused(served: Served) -> None:
    http = await served.sign_in()
    ticket = (await http.post("/api/v1/live-tickets", json={})).json()["ticket"]
    assert (await http.delete("/api/v1/session")).status_code == 204
    await http.aclose()
    assert await refused(served.url(ticket), served.origin) == 403


async def test_while_the_database_is_away_a_page_at_the_door_is_told_to_come_again(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object) -> None:
        raise StoreFault("the server does not answer")

    url = served.url(await served.ticket())
    monkeypatch.setattr(served.house.store, "session", away)
    async with connect(url, origin=served.origin, proxy=None) as link:
        assert await closed(link) == 1013
    assert served.house.desk.events == []
    assert "live socket of op1001: the server does not answer" in caplog.text
