"""Every route, every role: closed unless the table opens it."""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from agent_console.gate import ALLOWED
from agent_console.session import Sessions
from routing.records import Role

from .house import House

LOGINS = {
    Role.OPERATOR: "op1001",
    Role.SUPERVISOR: "sup1",
    Role.DISPATCHER: "disp1",
    Role.FOLLOWUP: "rev1",
    Role.DEPARTMENT: "hb1",
    Role.COUNTY: "xian1",
    Role.LEADER: "leader1",
    Role.ADMIN: "admin",
}
OPEN = {
    ("POST", "/api/v1/sessions"),
    ("GET", "/healthz"),
    ("GET", "/metrics"),  # from this machine only
    ("GET", "/api/v1/city"),
    ("POST", "/api/v1/phone"),
}
ROUTES = {
    ("GET", "/api/v1/session"): "everyone",
    ("DELETE", "/api/v1/session"): "everyone",
    ("POST", "/api/v1/live-tickets"): "line",
    ("POST", "/api/v1/softphone"): "operator",
    ("PUT", "/api/v1/operators/{login}/presence"): "operator",
    ("POST", "/api/v1/operators/{login}/wrap-up/finish"): "operator",
    ("POST", "/api/v1/calls/{call_id}/hangup"): "operator",
    ("GET", "/api/v1/calls"): "line",
    ("GET", "/api/v1/calls/{call_id}"): "line",
    ("GET", "/api/v1/calls/{call_id}/recording"): "line",
    ("GET", "/api/v1/cases"): "line",
    ("GET", "/api/v1/cases/{number}"): "line",
    ("POST", "/api/v1/cases"): "line",
    ("PUT", "/api/v1/cases/{number}"): "line",
    ("GET", "/api/v1/messages"): "line",
    ("GET", "/api/v1/queues"): "line",
}
MAY = {
    "everyone": set(Role),
    "line": {Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN},
    "operator": {Role.OPERATOR},
}


def operations(house: House) -> Iterator[tuple[str, str]]:
    described = house.app.openapi()["paths"]
    for path, methods in described.items():
        for method in methods:
            yield method.upper(), path


def test_the_table_here_names_every_route_that_there_is(house: House) -> None:
    assert set(operations(house)) == set(ROUTES) | OPEN
    assert not [route for route in house.app.routes if isinstance(route, APIRoute) and not route.include_in_schema]


def test_no_group_is_open_to_a_role_by_accident() -> None:
    assert {group for group, roles in ALLOWED.items() if Role.DEPARTMENT in roles} == {"session"}


@pytest.mark.parametrize(("method", "path"), sorted(ROUTES))
async def test_a_route_is_open_only_to_the_roles_named_for_it(house: House, method: str, path: str) -> None:
    url = path.format(login="op1001", call_id="c1", number="20261123-0001")
    async with house.client() as http:
        assert (await http.request(method, url, json={})).status_code == 401
    for role, login in LOGINS.items():
        token = await Sessions(house.store, lambda: house.now[0]).issue(login, kind="token", lifetime=60)
        async with house.client(Authorization=f"Bearer {token}") as http:
            status = (await http.request(method, url, json={})).status_code
        assert (status == 403) is (role not in MAY[ROUTES[method, path]]), (role, status)
        assert status != 401


async def test_the_openapi_description_is_served_and_no_page_loads_scripts_from_elsewhere(house: House) -> None:
    async with house.client() as http:
        described = (await http.get("/api/v1/openapi.json")).json()
        assert described["info"]["title"] == "Hotline 12345"
        assert "/api/v1/calls/{call_id}/recording" in described["paths"]
        assert (await http.get("/docs")).status_code == 503  # only the page itself, which is not built here
        assert (await http.get("/redoc")).status_code == 503
