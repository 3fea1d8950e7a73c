"""Who is behind a login: what whoever talks with citizens is told of the others."""

from .house import House


async def test_an_operator_learns_the_names_of_all_with_whom_he_may_share_a_talk_and_of_nobody_else(
    house: House,
) -> None:
    async with house.client("op1001") as http:
        told = (await http.get("/api/v1/colleagues")).json()
    assert told == {
        "items": [
            {"login": "leader1", "name": "领导"},
            {"login": "op1001", "name": "李晓雯"},
            {"login": "op1002", "name": "<img src=x onerror=alert(1)>"},
            {"login": "sup1", "name": "赵敏"},
        ],
        "next": None,
    }
