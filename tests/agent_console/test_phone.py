"""The telephone in the page: for anybody in the demo, for nobody without it."""

import pytest

from .house import House


async def test_a_visitor_gets_what_his_telephone_needs_without_signing_in(house: House) -> None:
    async with house.client() as http:
        city = (await http.get("/api/v1/city")).json()
        assert city == {"numbers": ["12345"], "timezone": "Asia/Shanghai", "phone": True}
        answer = await http.post("/api/v1/phone", json={})
    assert answer.status_code == 200
    assert answer.json() == {
        "desk_phone": False,
        "uri": "sip:phone-page@hotline",
        "username": "phone-page",
        "password": "secret of phone-page",
        "server": "ws://127.0.0.1:8088/ws",
        "realm": "hotline",
        "ice_servers": [],
    }


async def test_who_asks_too_often_is_told_when_to_come_back(house: House) -> None:
    async with house.client() as http:
        statuses = [(await http.post("/api/v1/phone", json={})).status_code for _ in range(31)]
        assert statuses == [200] * 30 + [429]
        refused = await http.post("/api/v1/phone", json={}, headers={"Accept-Language": "en"})
        assert refused.headers["retry-after"] == "60"
        assert refused.json()["detail"] == "Too many calls: try again in 60 s."
        house.ticks[0] += 60
        assert (await http.post("/api/v1/phone", json={})).status_code == 200


async def test_without_asterisk_the_visitor_is_told_so(house: House) -> None:
    house.secrets.append(ConnectionError("not up"))
    async with house.client() as http:
        assert (await http.post("/api/v1/phone", json={})).status_code == 503


@pytest.mark.parametrize("demo", [False])
async def test_without_the_demo_there_is_no_telephone(house: House) -> None:
    async with house.client() as http:
        city = (await http.get("/api/v1/city")).json()
        assert city == {"numbers": ["12345"], "timezone": "Asia/Shanghai", "phone": False}
        answer = await http.post("/api/v1/phone", json={})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    assert "/api/v1/phone" not in house.app.openapi()["paths"]
