"""What anybody may know of this hotline before he signs in."""

from fastapi import APIRouter
from typing_extensions import TypedDict

from agent_console.parts import API, Console


class CityJson(TypedDict):
    numbers: list[str]
    timezone: str
    phone: bool


def router(console: Console) -> APIRouter:
    routes = APIRouter(prefix=API, tags=["city"])

    @routes.get("/city")
    async def city() -> CityJson:
        """`numbers`: those that a citizen can dial; `phone`: whether the page `/phone` can dial them (the demo).

        `timezone`: the city's, in which all times are told, as IANA names it.
        """
        lines = console.gateway.snapshot().policy.lines.values()
        return {
            "numbers": [line.number for line in lines if not line.diverted_from],
            "timezone": console.views.timezone.key,
            "phone": console.visitors is not None,
        }

    return routes
