"""The demo city that a first start brings."""

import pytest

from hotline.places import city
from routing.check import findings
from routing.guard import Guard
from routing.outside import EMERGENCY


def test_the_demo_city_is_right_and_knows_whom_to_call_outside() -> None:
    policy = city().policy
    assert findings(policy) == []
    assert {one.number for one in policy.contacts.values()} >= EMERGENCY
    assert [one.title for one in policy.contacts.values() if one.kind == "department"] == [
        "生态环境局值班室",
        "城管局值班室",
        "住建局值班室",
    ]
    assert [Guard().refusal(one.number, "op1001", policy, 0.0) for one in policy.contacts.values()] == [None] * 8


@pytest.mark.parametrize(
    ("number", "allowed"),
    [
        ("13907330001", True),
        ("19907330001", True),
        ("073128681201", True),
        ("28681201", True),
        ("12369", True),
        ("110", True),
        ("02088886666", False),  # another province
        ("+442079460018", False),
        ("00442079460018", False),
        ("95588", False),
        ("16881234", False),  # a premium line
        ("12590123456", False),  # another, as long as a mobile's
    ],
)
def test_from_the_demo_city_mobiles_local_lines_and_short_numbers_are_dialled_alone(number: str, allowed: bool) -> None:
    assert city().policy.allows(number) is allowed
