"""`hotline desk-phone`: what is meant, and what cannot be."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agi.phones import ha1
from config.settings import Settings, load
from hotline.desk_phones import Added, DeskPhoneError, Owners, Wanted, add, listed, phone_owners, remove, spread
from routing.policy import Member
from routing.queues import Queue
from storage import audit
from storage.city import DemoCity
from storage.store import Store
from tests.conftest import QUICK


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"HOTLINE_HOME": str(tmp_path / "home")}, tmp_path)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    opened = Store.open(settings.database, timezone=settings.zone)
    opened.load_demo(
        DemoCity(
            (("op1003", "李晓雯", "operator"), ("sup1", "赵敏", "supervisor"), ("disp1", "周", "dispatcher")),
            (Queue("main", "市长热线"), Queue("gas", "燃气"), Member("op1003", ("gas",))),
        ),
        "secret",
        QUICK,
    )
    yield opened
    opened.close()


def give(store: Store, settings: Settings, *logins: str, **wanted: object) -> list[Added]:
    return add(store, settings, Wanted(logins, **wanted), "main")


def test_a_new_operator_gets_a_phone_a_password_and_the_default_queue(store: Store, settings: Settings) -> None:
    (added,) = give(store, settings, "1007", contact="sip:{n}@127.0.0.4:5080", name="罗小光")
    assert (added.user, added.phone.contact) == ("desk_1007", "sip:1007@127.0.0.4:5080")
    assert added.phone.ha1 == ha1("desk_1007", added.secret)
    assert added.password
    (row,) = listed(store, settings)
    assert (row.phone, row.name, row.queues, row.state) == (added.phone, "罗小光", ("main",), "")


def test_an_operator_who_is_there_keeps_password_and_queues_and_his_phone_registers(
    store: Store, settings: Settings
) -> None:
    (added,) = give(store, settings, "op1003")
    assert (added.phone.contact, added.password) == (None, "")
    assert store.policy().members["op1003"].queues == ("gas",)
    remove(store, settings, ["op1003"])
    assert listed(store, settings) == []


def test_a_supervisor_gets_a_phone_that_no_queue_rings_and_the_fallback_neither(
    store: Store, settings: Settings
) -> None:
    assert phone_owners(store) == Owners(("op1003", "sup1"), frozenset({"sup1"}))
    (added,) = give(store, settings, "sup1")
    assert added.password == ""
    assert "sup1" not in store.policy().members
    assert phone_owners(store) == Owners(("op1003", "sup1"), frozenset({"sup1"}))
    store.change_policy(Member("sup1", ("gas",)), who="admin", at=1.0)  # unless he serves a queue
    assert phone_owners(store) == Owners(("op1003", "sup1"), frozenset())


def test_a_range_is_many_phones_each_with_a_secret_of_its_own(store: Store, settings: Settings) -> None:
    added = give(store, settings, "1007-1066", contact="sip:{n}@127.0.0.4:5080")
    assert [one.phone.login for one in added] == [str(number) for number in range(1007, 1067)]
    assert added[59].phone.contact == "sip:1066@127.0.0.4:5080"
    assert len({one.secret for one in added}) == len({one.password for one in added}) == 60


def test_logins_are_spread_as_written() -> None:
    assert spread(["op1003", "08-10"]) == ["op1003", "08", "09", "10"]
    assert spread(["seat_08-10"]) == ["seat_08", "seat_09", "seat_10"]


@pytest.mark.parametrize(
    ("logins", "wanted", "why"),
    [
        (["1007"], {"contact": "1007@127.0.0.4"}, "no address of a phone: give it as sip:1007@192.168.1.17:5060"),
        (["1007"], {"contact": "sip:1007@127.0.0.4:99999"}, "no address of a phone"),
        (["1007"], {"contact": "sip:1007@h;maddr=x"}, "no address of a phone"),
        (["1007"], {"contact": "sip:1007@h\n[x]"}, "no address of a phone"),
        (["1007", "1008"], {"contact": "sip:1007@127.0.0.4"}, "write {n} where each one's login belongs"),
        (["1007"], {"codecs": ["g729"]}, "No codec g729. There are: alaw, ulaw"),
        (["1007"], {"queues": ["nothing"]}, "There is no queue nothing. There are: main, gas"),
        (["disp1"], {}, "disp1 is that of a dispatcher, not of an operator or supervisor"),
        (["trunk"], {}, "trunk cannot be an operator's login with a phone"),
        (["1007;x"], {}, "cannot be an operator's login"),
        (["1066-1007"], {}, "is no range"),
        (["1007", "1007"], {}, "1007 is named twice"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence_and_nothing_is_kept(
    store: Store, settings: Settings, logins: list[str], wanted: dict[str, object], why: str
) -> None:
    with pytest.raises(DeskPhoneError) as told:
        give(store, settings, *logins, **wanted)
    assert why in str(told.value)
    assert store.desk_phones() == []
    assert store.account("1007") is None


def test_a_phone_that_is_not_there_cannot_be_removed(store: Store, settings: Settings) -> None:
    give(store, settings, "1007")
    with pytest.raises(DeskPhoneError, match=r"1008: no desk phone, nothing was removed\. There are: 1007\."):
        remove(store, settings, ["1007-1008"])
    assert [row.phone.login for row in listed(store, settings)] == ["1007"]


def test_a_range_is_removed_at_once(store: Store, settings: Settings) -> None:
    give(store, settings, "1007-1009", "op1003", contact="sip:{n}@127.0.0.4:5080")
    assert remove(store, settings, ["1007-1008", "op1003"]) == ["1007", "1008", "op1003"]
    assert [row.phone.login for row in listed(store, settings)] == ["1009"]


def test_who_added_and_removed_a_phone_is_in_the_audit(store: Store, settings: Settings) -> None:
    give(store, settings, "1007-1008", contact="sip:{n}@127.0.0.4:5080")
    remove(store, settings, ["1008"])
    store._note_thread.submit(int).result(10)
    with store._reading() as session:
        rows = [(row.who, row.act, row.subject, row.origin, row.detail) for row in audit.after(session, 0, 9)]
    hand = f"uid {os.getuid()}"
    assert rows == [
        (hand, "policy_changed", "members/1007", "command line", "revision 1"),
        (hand, "policy_changed", "members/1008", "command line", "revision 2"),
        (hand, "desk_phone_added", "1007", "command line", "sip:1007@127.0.0.4:5080"),
        (hand, "desk_phone_added", "1008", "command line", "sip:1008@127.0.0.4:5080"),
        (hand, "desk_phone_removed", "1008", "command line", ""),
    ]
