"""The roster among the documents: who may stand in it, what is copied, and what nobody has taken over yet."""

from dataclasses import replace
from datetime import date

import pytest

from routing.check import Finding
from routing.documents import DocumentsRefused, DutiesThere
from storage.city import DemoCity
from storage.store import Store
from tests.conftest import QUICK
from tests.rows import change
from worktime.handover import Handover, Open
from worktime.roster import Duty, Shift

from .samples import NOON

DAY, EVENING, NIGHT = (
    Shift("day", "白班", "08:00", "16:00"),
    Shift("evening", "中班", "16:00", "24:00"),
    Shift("night", "夜班", "22:00", "08:00"),
)
MONDAY, NEXT = date(2026, 11, 23), date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _city(store: Store, demo: DemoCity) -> None:
    store.load_demo(replace(demo, documents=(*demo.documents, DAY, EVENING, NIGHT)), "secret", QUICK)


def put(store: Store, *duties: Duty | Shift | Handover) -> None:
    for duty in duties:
        store.change_policy(duty, who="sup1", at=NOON)


def refused(store: Store, document: Duty | Shift) -> list[Finding]:
    with pytest.raises(DocumentsRefused) as told:
        put(store, document)
    return list(told.value.findings)


def test_the_roster_has_its_shifts_as_they_begin_and_the_duties_of_the_days_asked_for(store: Store) -> None:
    put(store, Duty("2026-11-23.day", ("op1001",), 2), Duty("2026-11-24.night", ("op1002",)), Duty("2026-11-30.day"))
    kept = store.roster(MONDAY, 7)
    assert kept.shifts == (DAY, EVENING, NIGHT)
    assert dict(kept.duties) == {
        "2026-11-23.day": Duty("2026-11-23.day", ("op1001",), 2),
        "2026-11-24.night": Duty("2026-11-24.night", ("op1002",)),
    }
    put(store, Duty("2026-11-23.day", ("op1002",)))
    assert store.roster(MONDAY, 1).versions == {"2026-11-23.day": 2}
    last = store.policy_changes("duties", "2026-11-23.day").items[0]
    assert (last.who, last.before, last.after) == (
        "sup1",
        {"id": "2026-11-23.day", "logins": ["op1001"], "needed": 2},
        {"id": "2026-11-23.day", "logins": ["op1002"], "needed": 0},
    )


@pytest.mark.parametrize(
    ("document", "finding"),
    [
        (Duty("2026-11-23.noon"), Finding("duties", "2026-11-23.noon", "shift", "unknown", "noon")),
        (Duty("2026-02-30.day"), Finding("duties", "2026-02-30.day", "id", "form", "2026-02-30.day")),
        (Duty("1999-11-23.day"), Finding("duties", "1999-11-23.day", "id", "form", "1999-11-23.day")),
        (Duty("2026-11-23.day", ("op9",)), Finding("duties", "2026-11-23.day", "logins", "account", "op9")),
        (Duty("2026-11-23.day", ("sup1",)), Finding("duties", "2026-11-23.day", "logins", "operator", "sup1")),
        (
            Duty("2026-11-23.day", ("op1001", "op1001")),
            Finding("duties", "2026-11-23.day", "logins", "twice", "op1001"),
        ),
        (Duty("2026-11-23.day", needed=-1), Finding("duties", "2026-11-23.day", "needed", "range", "-1")),
        (Shift("x", "早班", "8:00", "16:00"), Finding("shifts", "x", "begins", "form", "8:00")),
        (Shift("x", "早班", "24:00", "16:00"), Finding("shifts", "x", "begins", "form", "24:00")),
        (Shift("x", " ", "08:00", "16:00"), Finding("shifts", "x", "title", "form", " ")),
    ],
)
def test_what_may_not_stand_in_the_roster_is_refused(store: Store, document: Duty | Shift, finding: Finding) -> None:
    assert refused(store, document) == [finding]
    assert store.policy_changes().items == ()


def test_nobody_is_in_two_shifts_at_once_also_over_midnight(store: Store) -> None:
    put(store, Duty("2026-11-23.evening", ("op1001",)), Duty("2026-11-24.day", ("op1002",)))
    value = "op1001 2026-11-23 夜班/2026-11-23 中班"
    assert refused(store, Duty("2026-11-23.night", ("op1001",))) == [
        Finding("duties", "2026-11-23.night", "logins", "overlap", value)
    ]
    put(store, Duty("2026-11-23.night", ("op1002",)))  # ends when the day's shift begins
    assert refused(store, replace(DAY, begins="07:30")) == [
        Finding("shifts", "day", "begins", "overlap", "op1002 2026-11-23 夜班/2026-11-24 白班")
    ]
    put(store, replace(DAY, ends="15:30"))


def test_a_shift_that_somebody_has_duty_in_is_not_taken_away(store: Store) -> None:
    put(store, Duty("2026-11-24.day", ("op1001",)))
    with pytest.raises(DocumentsRefused) as told:
        store.drop_policy("shifts", "day", who="sup1", at=NOON)
    assert told.value.findings == (Finding("duties", "2026-11-24.day", "shift", "needed", "duties/2026-11-24.day"),)
    store.drop_policy("shifts", "evening", who="sup1", at=NOON)
    assert store.roster(MONDAY, 1).shifts == (DAY, NIGHT)


def test_days_are_copied_all_or_none_and_written_over_only_when_told(store: Store) -> None:
    put(
        store,
        Duty("2026-11-23.day", ("op1001",), 1),
        Duty("2026-11-24.evening", ("op1002",)),
        Duty("2026-11-30.day", ("op1002",)),
        Duty("2026-12-01.day", ("op1001",)),
    )
    with pytest.raises(DutiesThere) as there:
        store.copy_roster(MONDAY, NEXT, 7, overwrite=False, who="sup1", at=NOON)
    assert there.value.duties == ("2026-11-30.day", "2026-12-01.day")
    assert store.roster(NEXT, 7).duties["2026-11-30.day"].logins == ("op1002",)
    assert store.copy_roster(MONDAY, NEXT, 7, overwrite=True, who="sup1", at=NOON) == 3
    assert {key: (duty.logins, duty.needed) for key, duty in store.roster(NEXT, 7).duties.items()} == {
        "2026-11-30.day": (("op1001",), 1),
        "2026-12-01.day": ((), 0),
        "2026-12-01.evening": (("op1002",), 0),
    }
    assert store.copy_roster(MONDAY, NEXT, 7, overwrite=False, who="sup1", at=NOON) == 0


def test_a_copy_that_would_put_somebody_into_two_shifts_at_once_changes_nothing(store: Store) -> None:
    put(store, Duty("2026-11-23.day", ("op1001",)), Duty("2026-11-29.night", ("op1001",)))
    put(store, Shift("early", "早班", "07:00", "08:00"), Duty("2026-11-23.early", ("op1001",)))
    with pytest.raises(DocumentsRefused) as told:
        store.copy_roster(MONDAY, NEXT, 1, overwrite=False, who="sup1", at=NOON)
    assert [(one.key, one.code) for one in told.value.findings] == [("2026-11-30.early", "overlap")]
    assert not store.roster(NEXT, 1).duties


def test_a_handover_is_listed_until_somebody_takes_it_however_many_come_after(store: Store) -> None:
    old = Handover("old", NOON, "2026-11-23.day", "", "op1001", 'note "taken_by":""', Open(1, 2, 3, ("停水",)))
    put(store, old)
    for index in range(4):
        put(store, Handover(f"h{index}", NOON + 1 + index, "x", "", "op1001", "").take("op1002", NOON + 9))
    assert [one.id for one in store.handovers(2)] == ["h3", "h2", "old"]
    assert store.handovers(2)[-1] == old
    put(store, old.take("op1002", NOON + 10))
    assert [one.id for one in store.handovers(2)] == ["h3", "h2"]
    assert store.document("handovers", "old").data["taken_by"] == "op1002"


def test_what_cannot_be_read_is_left_out_and_can_be_written_anew(store: Store, url: str) -> None:
    put(store, Duty("2026-11-23.day", ("op1001",)), Handover("h1", NOON, "x", "", "op1001", ""))
    change(url, "UPDATE documents SET data = '{' WHERE key IN ('2026-11-23.day', 'h1', 'evening')")
    kept = store.roster(MONDAY, 1)
    assert (kept.shifts, dict(kept.duties), kept.versions) == ((DAY, NIGHT), {}, {"2026-11-23.day": 1})
    assert store.handovers(9) == []
    store.change_policy(Duty("2026-11-23.day", ("op1002",)), who="sup1", expected_version=1, at=NOON)
    assert store.roster(MONDAY, 1).duties["2026-11-23.day"].logins == ("op1002",)
