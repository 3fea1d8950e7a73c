"""Telephones on desks, with the accounts that come with them."""

import pytest
from sqlmodel import Session

from routing.policy import Member
from routing.records import Account, DeskPhone, Role, StoreFault
from storage import desk_phones
from storage.city import DemoCity
from storage.desk_phones import Clash, Seat
from storage.store import Store
from tests.conftest import QUICK

PHONE = DeskPhone("1007", "sip:1007@127.0.0.4", ("alaw", "ulaw"), "a" * 32)
SEAT = Seat("罗小光", "made-1234", ("main",))


@pytest.fixture(autouse=True)
def _city(store: Store, demo: DemoCity) -> None:
    store.load_demo(demo, "secret", QUICK)


def test_a_phone_brings_its_operator_with_a_password_and_a_queue(store: Store) -> None:
    store.add_desk_phones([PHONE], {"1007": SEAT})
    assert store.desk_phone("1007") == PHONE
    assert store.account("1007") == Account("1007", "罗小光", Role.OPERATOR)
    assert store.policy().members["1007"] == Member("1007", ("main",))
    assert (store.password_hash("1007") or "").startswith("$argon2id$")
    assert store.remove_desk_phones(["1007", "nobody"]) == ["1007"]
    assert store.desk_phones() == []
    assert store.remove_desk_phones(["1007"]) == []
    assert store.account("1007") is not None


def test_of_several_none_is_removed_where_one_cannot_be(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    phones = [DeskPhone(login, None, ("alaw",), "c" * 32) for login in ("1007", "1008", "1009")]
    store.add_desk_phones(phones, {phone.login: Seat("", "made-1", ("main",)) for phone in phones})
    remove = desk_phones.remove

    def full_at_the_third(session: Session, login: str) -> bool:
        if login == "1009":
            raise StoreFault("disk full")
        return remove(session, login)

    monkeypatch.setattr(desk_phones, "remove", full_at_the_third)
    with pytest.raises(StoreFault, match="disk full"):
        store.remove_desk_phones(["1007", "1008", "1009"])
    assert store.desk_phones() == phones


def test_an_operator_who_is_there_keeps_name_password_and_queues(store: Store) -> None:
    before = (store.account("op1001"), store.password_hash("op1001"), store.policy().members["op1001"])
    store.add_desk_phones([DeskPhone("op1001", None, ("ulaw",), "b" * 32)], {"op1001": Seat("x", "", ())})
    assert (store.account("op1001"), store.password_hash("op1001"), store.policy().members["op1001"]) == before


@pytest.mark.parametrize(
    ("login", "contact", "queues", "why"),
    [
        ("1008", "sip:1007@127.0.0.4", ("main",), "is the phone of 1007 already"),
        ("1007", "sip:9@127.0.0.4", ("main",), "1007 has a desk phone already"),
        ("1008", None, ("nothing",), "There is no queue nothing. There are: main"),
    ],
)
def test_what_clashes_is_told_and_nothing_is_kept(
    store: Store, login: str, contact: str | None, queues: tuple[str, ...], why: str
) -> None:
    store.add_desk_phones([PHONE], {"1007": SEAT})
    good = DeskPhone("1010", None, ("alaw",), "c" * 32)
    bad = DeskPhone(login, contact, ("alaw",), "c" * 32)
    crew = {"1010": Seat("", "made-1", ("main",)), login: Seat("", "made-2", queues)}
    with pytest.raises(Clash, match=why):
        store.add_desk_phones([good, bad], crew)
    assert store.desk_phones() == [PHONE]
    assert store.account("1010") is None


def test_a_supervisor_has_a_telephone_and_serves_nobody_for_it(store: Store) -> None:
    store.add_desk_phones([DeskPhone("sup1", None, ("ulaw",), "b" * 32)], {"sup1": Seat("x", "", ())})
    assert [phone.login for phone in store.desk_phones()] == ["sup1"]
    assert "sup1" not in store.policy().members
