from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from cases.case import Case, CaseInput, Change
from cases.office import BadCase, CaseExists, NoSuchCall, NoSuchCase, Office, StaleCase

from .shelf import Shelf

CITY = ZoneInfo("Asia/Shanghai")
NOISE = CaseInput("投诉", "夜间施工噪声", "天元区长江北路", "急", "张三")


class Clock:
    def __init__(self, *local: int) -> None:
        self.now = datetime(*local, tzinfo=CITY).timestamp()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def test_a_case_is_opened_with_the_callers_number_and_its_first_history(shelf: Shelf) -> None:
    clock = Clock(2026, 11, 23, 18, 30)
    case = Office(shelf, clock, CITY).open_case(NOISE, "c1", "op1001")
    assert case == Case(
        number="20261123-0001",
        type="投诉",
        content="夜间施工噪声",
        place="天元区长江北路",
        urgency="急",
        citizen_name="张三",
        caller="13907330001",
        call_id="c1",
        operator="op1001",
        state="待受理",
        version=1,
        created_at=clock.now,
        updated_at=clock.now,
    )
    assert shelf.history == [Change("20261123-0001", 1, clock.now, "op1001", None, case)]
    assert shelf.commits == 1


def test_the_number_has_the_citys_date_and_begins_anew_at_its_midnight(shelf: Shelf) -> None:
    shelf.calls |= {f"n{index}": "" for index in range(3)}
    clock = Clock(2026, 12, 31, 23, 59, 59)
    office = Office(shelf, clock, CITY)
    assert datetime.fromtimestamp(clock.now, UTC).day == 31
    numbers = [office.open_case(NOISE, "n0", "op1001").number]
    clock.now += 1  # still 2026 in Greenwich
    numbers.append(office.open_case(NOISE, "n1", "op1001").number)
    clock.now += 1
    numbers.append(office.open_case(NOISE, "n2", "op1001").number)
    assert numbers == ["20261231-0001", "20270101-0001", "20270101-0002"]


def test_a_day_of_more_than_9999_cases_goes_on_counting(shelf: Shelf) -> None:
    shelf.serials[date(2026, 11, 23)] = 9999
    assert Office(shelf, Clock(2026, 11, 23, 12), CITY).open_case(NOISE, "c1", "op1001").number == "20261123-10000"


def test_a_second_save_of_the_same_call_is_refused_with_its_number(shelf: Shelf) -> None:
    office = Office(shelf, Clock(2026, 11, 23, 12), CITY)
    first = office.open_case(NOISE, "c1", "op1001")
    with pytest.raises(CaseExists) as refused:
        office.open_case(replace(NOISE, content="另一件事"), "c1", "op1001")
    assert refused.value.number == first.number
    assert list(shelf.cases.values()) == [first]
    assert len(shelf.history) == 1


def test_another_person_may_open_a_case_for_the_same_call(shelf: Shelf) -> None:
    office = Office(shelf, Clock(2026, 11, 23, 12), CITY)
    office.open_case(NOISE, "c2", "op1001")
    assert office.open_case(NOISE, "c2", "sup1").number == "20261123-0002"


def test_a_case_may_be_opened_without_a_call_as_often_as_somebody_wants(shelf: Shelf) -> None:
    office = Office(shelf, Clock(2026, 11, 23, 12), CITY)
    first, second = office.open_case(NOISE, None, "sup1"), office.open_case(NOISE, None, "sup1")
    assert (first.number, second.number) == ("20261123-0001", "20261123-0002")
    assert (first.call_id, first.caller, first.operator) == (None, "", "sup1")
    assert shelf.history[0] == Change(first.number, 1, first.created_at, "sup1", None, first)


def test_a_case_needs_a_call_that_exists(shelf: Shelf) -> None:
    with pytest.raises(NoSuchCall):
        Office(shelf, Clock(2026, 11, 23, 12), CITY).open_case(NOISE, "c9", "op1001")
    assert shelf.commits == 0


def test_what_is_filled_in_wrong_is_refused_before_the_store_is_touched(shelf: Shelf) -> None:
    office = Office(shelf, Clock(2026, 11, 23, 12), CITY)
    with pytest.raises(BadCase) as refused:
        office.open_case(CaseInput("", ""), "c1", "op1001")
    assert [fault.field for fault in refused.value.faults] == ["type", "content"]
    with pytest.raises(BadCase):
        office.amend("20261123-0001", CaseInput("", ""), 1, "op1001")
    assert shelf.commits == 0


def test_an_amendment_raises_the_version_and_keeps_what_stood_before(shelf: Shelf) -> None:
    clock = Clock(2026, 11, 23, 12)
    office = Office(shelf, clock, CITY)
    first = office.open_case(NOISE, "c1", "op1001")
    clock.now += 60
    second = office.amend(first.number, replace(NOISE, urgency="特急"), 1, "sup1")
    assert second == replace(first, urgency="特急", version=2, updated_at=clock.now)
    assert shelf.history[1] == Change(first.number, 2, clock.now, "sup1", first, second)


def test_a_stale_amendment_is_refused_with_the_case_as_it_stands(shelf: Shelf) -> None:
    office = Office(shelf, Clock(2026, 11, 23, 12), CITY)
    first = office.open_case(NOISE, "c1", "op1001")
    second = office.amend(first.number, replace(NOISE, place="荷塘区"), 1, "op1001")
    for version in (1, 3, 0):
        with pytest.raises(StaleCase) as refused:
            office.amend(first.number, NOISE, version, "op1002")
        assert refused.value.current == second
    assert shelf.cases[first.number] == second


def test_an_unknown_case_cannot_be_amended(shelf: Shelf) -> None:
    with pytest.raises(NoSuchCase):
        Office(shelf, Clock(2026, 11, 23, 12), CITY).amend("20261123-0009", NOISE, 1, "op1001")
