"""What `verify` finds in the journal and of work; calls, recordings and cases are looked at end to end."""

import hashlib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cases.case import CaseInput
from cases.office import Office
from cases.worklist import Worklist
from hotline import verify
from ivr.prompt import PromptDocument
from routing import events as ev
from routing.call import Call
from routing.course import advance
from routing.effects import OpenWork, WorkKind
from routing.policy import Mark, MarkKind, Rules
from storage.entries import Entry
from storage.journal import Journal
from storage.store import Store
from tests.rows import change


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(verify, "APPLY_S", 0.0)
    return Store.open(f"sqlite:///{tmp_path}/hotline.sqlite", timezone=ZoneInfo("Asia/Shanghai"))


def found(store: Store, home: Path) -> list[str]:
    verdict = verify.verify(store, home, home / "calls.csv")
    assert {finding.call for finding in verdict.findings} <= {"journal"}
    store.close()
    return [finding.what for finding in verdict.findings]


async def _journal(home: Path, position: int, count: int) -> None:
    journal = Journal.open(home / "journal", position)
    journal.start()
    for _ in range(count):
        journal.append("poem", "{}")
    await journal.take(1)
    journal.close()


async def test_a_journal_that_the_store_has_taken_is_well(store: Store, tmp_path: Path) -> None:
    await _journal(tmp_path, 0, 2)
    store.bury(Entry(1, "poem", "{}"), "no such kind", 5.0)
    store.bury(Entry(2, "poem", "{}"), "no such kind", 5.0)
    assert found(store, tmp_path) == [
        "entry 1 (poem) could not be written: no such kind",
        "entry 2 (poem) could not be written: no such kind",
    ]


async def test_entries_that_the_store_never_took_are_found(store: Store, tmp_path: Path) -> None:
    await _journal(tmp_path, 0, 3)
    assert found(store, tmp_path) == ["entries 1 to 3 are not in the store: a running hotline brings them there"]


async def test_entries_that_are_nowhere_are_found(store: Store, tmp_path: Path) -> None:
    await _journal(tmp_path, 7, 1)
    assert found(store, tmp_path) == [
        "entries 1 to 8 are not in the store: a running hotline brings them there",
        "entries 1 to 7 are neither in the store nor in the journal",
    ]


def test_an_empty_hotline_holds(store: Store, tmp_path: Path) -> None:
    assert found(store, tmp_path) == []


LONG_AGO = 1_795_406_400.0


def ended(store: Store, *events: ev.CallEvent) -> list[str]:
    """What is found of a call that these events ended long ago; whatever it left to do got lost."""
    call = Call("c1", "13907330001", "", "12345", "PJSIP/trunk-1", LONG_AGO)
    for second, event in enumerate((ev.CallerWaiting("c1", call.channel), *events, ev.CallEnded("c1", 16)), 1):
        call = advance(call, event, LONG_AGO + second)
    store.save_call(call)
    return [finding.what for finding in verify._of_work(store, call)]


def test_a_message_that_is_nobodys_work_is_found_until_it_is_somebodys(store: Store) -> None:
    assert ended(store, ev.MessageStarted("c1")) == ["its citizen must be called back, and that is nobody's work"]
    store.open_work(OpenWork("c1", "13907330001", LONG_AGO))
    assert ended(store, ev.MessageStarted("c1")) == []
    store.close()


def test_a_call_back_whose_history_does_not_lead_to_where_it_stands_is_found(store: Store) -> None:
    assert ended(store, ev.MessageStarted("c1")) == ["its citizen must be called back, and that is nobody's work"]
    store.open_work(OpenWork("c1", "13907330001", LONG_AGO))
    Worklist(store, lambda: LONG_AGO, lambda: 0).take("HD20261123-0001", "op1001")
    assert ended(store, ev.MessageStarted("c1")) == []
    url = str(store._engines[0].url)
    for broken, finding in (
        ("UPDATE message_work SET state = 'open'", "it is open, and its history ends with taken"),
        (
            "UPDATE work_moves SET deed = 'release' WHERE position = 2",
            "its history has a move that cannot be: release when open",
        ),
        ("DELETE FROM work_moves WHERE position = 1", "its history has gaps"),
    ):
        change(url, broken)
        assert ended(store, ev.MessageStarted("c1")) == [finding]
    store.close()


def test_what_a_citizen_is_to_be_told_of_without_a_text_is_found(store: Store, tmp_path: Path) -> None:
    store.save_call(Call("c1", "13907330001", "", "12345", "PJSIP/trunk-1", LONG_AGO))
    store.open_work(OpenWork("c1", "13907330001", LONG_AGO))
    case = Office(store, lambda: LONG_AGO, store.timezone).open_case(CaseInput("求助", "停水"), "c1", "op1001")
    assert list(verify._of_case(store, case)) == []
    change(f"sqlite:///{tmp_path}/hotline.sqlite", "DELETE FROM texts")
    missing = "its citizen is to be told by one text, and there are 0"
    assert list(verify._of_case(store, case)) == [verify.Finding(case.number, missing)]
    assert ended(store, ev.MessageStarted("c1")) == [missing]
    store.close()


def test_a_call_back_that_is_nobodys_work_is_found(store: Store) -> None:
    assert ended(store, ev.CallBackWanted("c1")) == ["its citizen must be called back, and that is nobody's work"]
    store.close()


def gave_up(store: Store, call: str = "c1", at: float = LONG_AGO, wait_s: float = 30.0) -> list[str]:
    """What is found of a call that was given up at this time, and what it left got lost."""
    over = Call(call, "13907330001", "", "12345", f"PJSIP/trunk-{call}", at - wait_s)
    over = advance(advance(over, ev.MenuFinished(call, "main"), at - wait_s), ev.CallEnded(call, 16), at)
    store.save_call(over)
    return [finding.what for finding in verify._of_work(store, over)]


LOST = ["its citizen must be called back, and that is nobody's work"]


def test_a_missed_call_is_work_of_its_own_or_joined_or_its_citizen_got_through_later(store: Store) -> None:
    assert gave_up(store) == LOST
    store.open_work(OpenWork("c1", "13907330001", LONG_AGO, WorkKind.MISSED))
    assert gave_up(store) == []
    assert gave_up(store, "c2", LONG_AGO + 60) == LOST
    store.open_work(OpenWork("c2", "13907330001", LONG_AGO + 60, WorkKind.MISSED))
    assert gave_up(store, "c2", LONG_AGO + 60) == []
    assert gave_up(store, "c3", LONG_AGO + 120) == LOST
    talk = Call("t", "13907330001", "", "12345", "PJSIP/trunk-t", LONG_AGO + 100)
    for event in (ev.CallerWaiting("t", "ch"), ev.OperatorAnswered("t", "op1001", "o"), ev.CallEnded("t", 16)):
        talk = advance(talk, event, LONG_AGO + 180)
    store.save_call(talk)
    assert gave_up(store, "c3", LONG_AGO + 120) == []
    assert gave_up(store, "c4", LONG_AGO + 240) == LOST
    store.close()


def test_whether_a_missed_call_is_work_is_asked_of_the_rules_and_the_list_as_they_stood(store: Store) -> None:
    assert gave_up(store, wait_s=4.0) == []
    store.change_policy(Rules(missed_after_s=60), who="admin", at=LONG_AGO + 1000)
    assert gave_up(store, "c2", LONG_AGO + 500) == LOST
    assert gave_up(store, "c3", LONG_AGO + 2000) == []
    assert gave_up(store, "c4", LONG_AGO + 2000, wait_s=60.0) == LOST
    assert gave_up(store, "c5", LONG_AGO + 1001, wait_s=60.0) == LOST
    assert gave_up(store, "c6", LONG_AGO + 1001) == []  # the desk may not have heard of it yet
    mark = Mark("13907330001", MarkKind.NUISANCE)
    store.change_policy(mark, who="op1001", at=LONG_AGO + 3000)
    assert gave_up(store, "c7", LONG_AGO + 2900, wait_s=90.0) == LOST
    assert gave_up(store, "c8", LONG_AGO + 3100, wait_s=90.0) == []
    store.drop_policy("marks", mark.number, who="sup1", at=LONG_AGO + 4000)
    assert gave_up(store, "c9", LONG_AGO + 3900, wait_s=90.0) == []
    assert gave_up(store, "d1", LONG_AGO + 4100, wait_s=90.0) == LOST
    store.close()


def test_what_was_given_up_before_that_was_work_is_nobodys(store: Store, tmp_path: Path) -> None:
    store.bury(Entry(1, "poem", "{}"), "no such kind", LONG_AGO)
    change(f"sqlite:///{tmp_path}/hotline.sqlite", "UPDATE journal_position SET missed_since = '2026-11-23 04:00:10'")
    assert gave_up(store, at=LONG_AGO + 9) == []
    assert gave_up(store, "c2", at=LONG_AGO + 11) == LOST
    store.close()


def test_a_wish_that_joined_a_missed_call_is_told_by_a_text_and_the_missed_call_by_none(
    store: Store, tmp_path: Path
) -> None:
    assert gave_up(store, at=LONG_AGO - 60) == LOST
    store.open_work(OpenWork("c1", "13907330001", LONG_AGO - 60, WorkKind.MISSED))
    wish = Call("w", "13907330001", "", "12345", "PJSIP/trunk-w", LONG_AGO)
    for event in (ev.CallerWaiting("w", "ch"), ev.CallBackWanted("w"), ev.CallEnded("w", 16)):
        wish = advance(wish, event, LONG_AGO + 5)
    store.save_call(wish)
    assert [one.what for one in verify._of_work(store, wish)] == LOST
    store.open_work(OpenWork("w", "13907330001", LONG_AGO + 5, WorkKind.CALL_BACK))
    assert [*verify._of_work(store, wish)] == []
    assert gave_up(store, at=LONG_AGO - 60) == []
    change(f"sqlite:///{tmp_path}/hotline.sqlite", "DELETE FROM texts")
    assert [one.what for one in verify._of_work(store, wish)] == [
        "its citizen is to be told by one text, and there are 0"
    ]
    store.close()


def test_a_call_that_joined_a_case_which_does_not_know_it_is_found(store: Store) -> None:
    (what,) = ended(store, ev.NoticeJoined("c1", "20261123-0001"))
    assert what == "it joined the case 20261123-0001, which does not know it"
    store.close()


def test_a_call_that_was_put_through_elsewhere_left_nothing(store: Store) -> None:
    assert ended(store, ev.ForwardStarted("c1", "0731"), ev.ForwardAnswered("c1")) == []
    store.close()


def test_a_prompt_of_the_citys_own_whose_sound_is_gone_or_another_is_found(store: Store, tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    sounds = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("greeting", "waiting", "waiting.hunan")}
    for name, sound in sounds.items():
        (tmp_path / f"prompts/{sound}.wav").write_text(name, encoding="ascii")
        store.change_policy(PromptDocument(name, "您好。", sound), who="admin", at=LONG_AGO)
    assert verify.verify(store, tmp_path, tmp_path / "calls.csv").findings == ()
    (tmp_path / f"prompts/{sounds['greeting']}.wav").unlink()
    (tmp_path / f"prompts/{sounds['waiting.hunan']}.wav").write_text("waiting", encoding="ascii")
    assert verify.verify(store, tmp_path, tmp_path / "calls.csv").findings == (
        verify.Finding("prompt greeting", "its sound cannot be read: No such file or directory"),
        verify.Finding("prompt waiting.hunan", f"{sounds['waiting.hunan']}.wav is not the sound that was saved"),
    )
    store.close()
