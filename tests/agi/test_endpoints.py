"""Who a telephone is."""

import pytest

from agi.endpoints import (
    Endpoints,
    desk_phone_of,
    endpoint_of,
    is_citizen,
    is_outside,
    login_of,
    may_have_phone,
    operator_of,
    softphone_of,
)


@pytest.mark.parametrize("login", ["op1001", "1007", "zhang_wei", "a"])
def test_an_endpoint_is_never_a_number_and_leads_back_to_its_operator(login: str) -> None:
    for endpoint in (softphone_of(login), desk_phone_of(login)):
        assert not endpoint.isdecimal()
        assert "-" not in endpoint
        assert login_of(endpoint) == login
        assert operator_of(f"PJSIP/{endpoint}-0000002a") == login
    assert softphone_of(login) != desk_phone_of(login)


@pytest.mark.parametrize("login", ["", "desk_1007", "page_1007", "trunk", "udp", "op-1", "Op1", "a" * 33, "李"])
def test_a_login_that_no_endpoint_can_be_named_after_has_no_phone(login: str) -> None:
    assert not may_have_phone(login)


def test_channels_are_told_by_their_exact_endpoint() -> None:
    assert endpoint_of("PJSIP/op100-00000001") == "op100"
    assert endpoint_of("PJSIP/op1001-00000001") == "op1001"
    assert endpoint_of("Local/s@wait-1;2") == ""
    assert is_citizen("PJSIP/trunk-00000001")
    assert is_citizen("PJSIP/phone-page-00000001")
    assert not is_citizen("PJSIP/phone-00000001")
    assert not is_citizen("PJSIP/trunk2-00000001")
    assert operator_of("PJSIP/trunk-out-00000001") == ""
    assert is_outside("PJSIP/trunk-out-00000001")
    assert not is_citizen("PJSIP/trunk-out-00000001")
    assert operator_of("PJSIP/trunk-00000001") == ""


def test_an_operator_is_rung_at_his_desk_phone_and_nowhere_else() -> None:
    endpoints = Endpoints(["op1003"])
    assert (endpoints.of("op1003"), endpoints.of("op1001")) == ("desk_op1003", "op1001")
    assert endpoints.rings("desk_op1003")
    assert not endpoints.rings("op1003")
    endpoints.have_desk_phones(["op1001"])
    assert (endpoints.of("op1003"), endpoints.of("op1001")) == ("op1003", "desk_op1001")
