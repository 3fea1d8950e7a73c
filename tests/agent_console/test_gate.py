"""Every route, every role: closed unless the table opens it."""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute

from agent_console.gate import ALLOWED
from agent_console.session import Sessions
from routing.records import Role
from storage.documents import KINDS

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
    ("POST", "/api/v1/softphone"): "phone",
    ("PUT", "/api/v1/operators/{login}/presence"): "seat",
    ("POST", "/api/v1/operators/{login}/wrap-up/finish"): "himself",
    ("POST", "/api/v1/calls/{call_id}/hangup"): "phone",
    ("POST", "/api/v1/calls/{call_id}/transfer"): "phone",
    ("GET", "/api/v1/calls/{call_id}/transfer-targets"): "phone",
    **{
        ("POST", f"/api/v1/calls/{{call_id}}/{what}"): "phone"
        for what in ("hold", "resume", "consult", "join", "complete", "return")
    },
    ("GET", "/api/v1/pick-ups"): "seat",
    ("POST", "/api/v1/calls/{call_id}/pick-up"): "seat",
    ("POST", "/api/v1/calls/{call_id}/supervise"): "supervisor",
    ("DELETE", "/api/v1/calls/{call_id}/supervise"): "supervisor",
    ("POST", "/api/v1/calls/{call_id}/take-over"): "supervisor",
    ("POST", "/api/v1/messages/{number}/dial"): "seat",
    ("POST", "/api/v1/cases/{number}/dial"): "seat",
    ("POST", "/api/v1/calls/{call_id}/nuisance"): "seat",
    ("GET", "/api/v1/operators"): "watchers",
    ("GET", "/api/v1/outbound"): "watchers",
    ("POST", "/api/v1/operators/{login}/pause/grant"): "watchers",
    ("POST", "/api/v1/operators/{login}/pause/deny"): "watchers",
    ("GET", "/api/v1/operators/{login}/offers"): "own",
    ("GET", "/api/v1/incidents"): "line",
    ("GET", "/api/v1/notices"): "line",
    ("POST", "/api/v1/notices"): "watchers",
    ("DELETE", "/api/v1/notices/{notice_id}"): "watchers",
    ("GET", "/api/v1/marks"): "watchers",
    ("GET", "/api/v1/calls"): "line",
    ("GET", "/api/v1/calls/{call_id}"): "line",
    ("GET", "/api/v1/calls/{call_id}/recording"): "line",
    ("GET", "/api/v1/cases"): "line",
    ("GET", "/api/v1/cases/{number}"): "line",
    ("GET", "/api/v1/cases/{number}/callers"): "line",
    ("POST", "/api/v1/cases"): "line",
    ("PUT", "/api/v1/cases/{number}"): "line",
    ("GET", "/api/v1/messages"): "line",
    ("GET", "/api/v1/messages/figures"): "line",
    ("GET", "/api/v1/messages/untranscribed"): "admin",
    ("GET", "/api/v1/messages/{number}"): "line",
    ("POST", "/api/v1/messages/{number}/take"): "line",
    ("POST", "/api/v1/messages/{number}/release"): "line",
    ("POST", "/api/v1/messages/{number}/attempts"): "line",
    ("POST", "/api/v1/messages/{number}/close"): "line",
    ("POST", "/api/v1/messages/{number}/reopen"): "line",
    ("PUT", "/api/v1/messages/{number}/transcript"): "admin",
    ("GET", "/api/v1/queues"): "line",
    ("GET", "/api/v1/accounts"): "watchers",
    ("GET", "/api/v1/colleagues"): "line",
    ("GET", "/api/v1/policy/{kind}"): "line",
    ("GET", "/api/v1/policy/{kind}/{key}"): "line",
    ("PUT", "/api/v1/policy/{kind}/{key}"): "admin",
    ("DELETE", "/api/v1/policy/{kind}/{key}"): "admin",
    ("GET", "/api/v1/policy-changes"): "watchers",
    ("GET", "/api/v1/calendar"): "line",
    ("GET", "/api/v1/opening"): "line",
    ("GET", "/api/v1/roster"): "line",
    ("PUT", "/api/v1/roster/{day}/{shift}"): "watchers",
    ("POST", "/api/v1/roster/copy"): "watchers",
    ("GET", "/api/v1/attendance"): "line",
    ("GET", "/api/v1/handovers"): "line",
    ("POST", "/api/v1/handovers"): "line",
    ("POST", "/api/v1/handovers/{key}/take"): "line",
    ("GET", "/api/v1/menus"): "watchers",
    ("GET", "/api/v1/prompts"): "watchers",
    ("GET", "/api/v1/prompts/{name}/sound"): "watchers",
    ("GET", "/api/v1/prompts/sounds/{sound}"): "watchers",
    ("POST", "/api/v1/prompts/sounds"): "admin",
    ("POST", "/api/v1/prompts/sounds/speech"): "admin",
    ("POST", "/api/v1/menus/look"): "watchers",
    ("GET", "/api/v1/texts"): "watchers",
    ("GET", "/api/v1/texts/templates"): "watchers",
    ("POST", "/api/v1/texts/preview"): "watchers",
    ("POST", "/api/v1/texts/{text_id}/resend"): "watchers",
}
MAY = {
    "everyone": set(Role),
    "line": {Role.OPERATOR, Role.LEADER, Role.SUPERVISOR, Role.ADMIN},
    "seat": {Role.OPERATOR, Role.LEADER},
    "phone": {Role.OPERATOR, Role.LEADER, Role.SUPERVISOR},
    "supervisor": {Role.SUPERVISOR},
    "himself": {Role.OPERATOR},  # asked for op1001, who is the operator here
    "own": {Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN},
    "watchers": {Role.SUPERVISOR, Role.ADMIN},
    "admin": {Role.ADMIN},
}
WRITTEN_BY = {
    **{
        kind: {Role.ADMIN}
        for kind in (
            "queues",
            "lines",
            "skills",
            "pauses",
            "areas",
            "days",
            "contacts",
            "destinations",
            "rules",
            "texts",
            "menus",
            "drafts",
            "prompts",
        )
    },
    **{kind: {Role.SUPERVISOR, Role.ADMIN} for kind in ("members", "marks", "notices", "shifts", "duties", "optouts")},
    "handovers": set(),  # written as such alone
    "planets": set(),
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
    url = path.format(
        login="op1001",
        call_id="c1",
        number="20261123-0001",
        kind="queues",
        key="main",
        day="x",
        shift="x",
        notice_id="n1",
        text_id="message.c1",
        name="greeting",
        sound="5" * 64,
    )
    async with house.client() as http:
        assert (await http.request(method, url, json={})).status_code == 401
    for role, login in LOGINS.items():
        token = await Sessions(house.store, lambda: house.now[0]).issue(login, kind="token", lifetime=60)
        async with house.client(Authorization=f"Bearer {token}") as http:
            status = (await http.request(method, url, json={})).status_code
        assert (status == 403) is (role not in MAY[ROUTES[method, path]]), (role, status)
        assert status != 401


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("kind", sorted(WRITTEN_BY))
async def test_each_kind_of_document_is_written_by_the_roles_named_for_it(house: House, method: str, kind: str) -> None:
    for role, login in LOGINS.items():
        token = await Sessions(house.store, lambda: house.now[0]).issue(login, kind="token", lifetime=60)
        async with house.client(Authorization=f"Bearer {token}") as http:
            status = (await http.request(method, f"/api/v1/policy/{kind}/nobody", json={})).status_code
        assert (status == 403) is (role not in WRITTEN_BY[kind]), (role, status)


WATCHED = ("marks", "members", "destinations", "texts", "optouts", "menus", "drafts", "prompts")
READ_BY = {
    **{kind: MAY["line"] for kind in KINDS if kind not in WATCHED},
    **dict.fromkeys((*WATCHED, "planets"), MAY["watchers"]),
}


@pytest.mark.parametrize("path", ["", "/nobody"])
@pytest.mark.parametrize("kind", sorted(READ_BY))
async def test_each_kind_of_document_is_read_by_the_roles_named_for_it(house: House, kind: str, path: str) -> None:
    for role, login in LOGINS.items():
        token = await Sessions(house.store, lambda: house.now[0]).issue(login, kind="token", lifetime=60)
        async with house.client(Authorization=f"Bearer {token}") as http:
            status = (await http.get(f"/api/v1/policy/{kind}{path}")).status_code
        assert (status == 403) is (role not in READ_BY[kind]), (role, status)


async def test_the_openapi_description_is_served_and_no_page_loads_scripts_from_elsewhere(house: House) -> None:
    async with house.client() as http:
        described = (await http.get("/api/v1/openapi.json")).json()
        assert described["info"]["title"] == "Hotline 12345"
        assert "/api/v1/calls/{call_id}/recording" in described["paths"]
        assert (await http.get("/docs")).status_code == 503  # only the page itself, which is not built here
        assert (await http.get("/redoc")).status_code == 503
