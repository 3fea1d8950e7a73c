"""Documents: written with who, when, before and after; a policy that may not hold is refused whole."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given
from hypothesis import strategies as st

from ivr.prompt import PromptDocument
from routing.check import Finding
from routing.documents import DocumentsRefused, NoSuchDocument, StaleDocument
from routing.effects import MarkCaller
from routing.policy import KINDS, Area, Line, Mark, MarkKind, Member, Notice, Policy, Rules, Skill
from routing.queues import Need, Overflow, OverflowKind, Queue, Step, Strategy
from routing.records import BadCursor
from storage import database, documents
from storage.entries import Entry, of
from storage.store import Store
from tests.conftest import CITY, QUICK
from tests.rows import change, rows
from worktime.calendar import Calendar, DayKind, SpecialDay, Statutory

from .samples import NOON

GAS = Queue(
    "gas",
    "燃气",
    Strategy.RING_ALL,
    needs=(Need("law", (Step(0, 5), Step(30, 0))),),
    hours=("mon-fri 08:30-12:00",),
    when_closed=Overflow(OverflowKind.QUEUE, "main"),
)


@pytest.fixture(autouse=True)
def _city(request: pytest.FixtureRequest) -> None:
    if "store" in request.fixturenames:
        request.getfixturevalue("store").load_demo(request.getfixturevalue("demo"), "secret", QUICK)


def test_a_document_holds_at_once_and_its_change_is_kept_with_who_when_before_and_after(store: Store, url: str) -> None:
    first = store.change_policy(Skill("law", "法律"), who="admin", origin="10.0.0.9", expected_version=0, at=NOON)
    then = store.change_policy(GAS, who="admin", origin="10.0.0.9", at=NOON + 1)
    assert (first.revision, then.revision, then.queues["gas"], then.zone) == (1, 2, GAS, CITY)
    last = store.change_policy(replace(GAS, ring_s=30), who="op2", expected_version=1, at=NOON + 2)
    assert store.policy() == last
    assert list(last.queues) == ["main", "env", "gas"]
    kept = store.document("queues", "gas")
    assert (kept.version, kept.changed_at, kept.changed_by) == (2, NOON + 2, "op2")
    newest, second, _ = store.policy_changes().items
    assert (newest.revision, newest.at, newest.who, newest.origin) == (3, NOON + 2, "op2", "")
    assert (second.before, newest.before) == (None, second.after)
    assert newest.before is not None
    assert newest.after == {**newest.before, "ring_s": 30}
    assert rows(url, "SELECT who, act, subject, origin, detail FROM audit ORDER BY number") == [
        ("admin", "policy_changed", "skills/law", "10.0.0.9", "revision 1"),
        ("admin", "policy_changed", "queues/gas", "10.0.0.9", "revision 2"),
        ("op2", "policy_changed", "queues/gas", "", "revision 3"),
    ]


def test_what_changes_nothing_is_no_change(store: Store) -> None:
    before = store.change_policy(Skill("law", "法律"), who="admin", at=NOON)
    assert store.change_policy(Skill("law", "法律"), who="admin", at=NOON + 1) == before
    assert len(store.policy_changes().items) == 1


@pytest.mark.parametrize(
    ("document", "findings"),
    [
        (Line("12369", "环保", "环保", "nowhere"), [Finding("lines", "12369", "queue", "unknown", "nowhere")]),
        (replace(GAS, needs=(), ring_s=1), [Finding("queues", "gas", "ring_s", "range", "1")]),
        (Skill("法律", "法律"), [Finding("skills", "法律", "name", "form", "法律")]),
        (Skill("law", " "), [Finding("skills", "law", "title", "form", " ")]),
        (Area("天元/区"), [Finding("areas", "天元/区", "name", "form", "天元/区")]),
        (Member("op9"), [Finding("members", "op9", "login", "account", "op9")]),
        (
            Mark("1390", MarkKind.NUISANCE, until=float("inf")),
            [Finding("marks", "1390", "until", "range", "inf")],
        ),
        (Queue("gas", "燃气", max_length=10**12), [Finding("queues", "gas", "max_length", "range", str(10**12))]),
        (Rules("nowhere"), [Finding("rules", "rules", "default_queue", "unknown", "nowhere")]),
    ],
)
def test_what_may_not_hold_is_refused_with_every_reason_and_nothing_is_kept(
    store: Store, document: object, findings: list[Finding]
) -> None:
    before = store.policy()
    with pytest.raises(DocumentsRefused) as refused:
        store.change_policy(document, who="admin", at=NOON)
    assert list(refused.value.findings) == findings
    assert store.policy() == before
    assert store.policy_changes().items == ()


def test_what_was_wrong_before_stands_in_nobodys_way(store: Store, url: str) -> None:
    change(url, """UPDATE documents SET data = '{"login":"op1002","queues":["gone"]}' WHERE key = 'op1002'""")
    assert store.change_policy(Skill("law", "法律"), who="admin", at=NOON).revision == 1


def test_overflows_that_lead_back_are_refused_by_the_whole_policy(store: Store) -> None:
    there, back = (Overflow(OverflowKind.QUEUE, name) for name in ("env", "main"))
    store.change_policy(Queue("main", "市长热线", when_full=there), who="admin", at=NOON)
    with pytest.raises(DocumentsRefused) as refused:
        store.change_policy(Queue("env", "环保", when_full=back), who="admin", at=NOON)
    assert {(one.key, one.field, one.code) for one in refused.value.findings} == {
        ("main", "when_full", "loop"),
        ("env", "when_full", "loop"),
    }


def test_whoever_has_seen_another_version_is_shown_the_present_one(store: Store) -> None:
    store.change_policy(Skill("law", "法律"), who="admin", at=NOON)
    with pytest.raises(StaleDocument) as made_before:
        store.change_policy(Skill("law", "法务"), who="sup1", expected_version=0, at=NOON)
    assert made_before.value.current == store.document("skills", "law")
    with pytest.raises(StaleDocument):
        store.drop_policy("skills", "law", who="sup1", expected_version=7, at=NOON)
    store.drop_policy("skills", "law", who="admin", expected_version=1, at=NOON)
    with pytest.raises(StaleDocument) as gone:
        store.change_policy(Skill("law", "法务"), who="sup1", expected_version=1, at=NOON)
    assert gone.value.current is None
    store.change_policy(Skill("law", "新法律"), who="admin", expected_version=0, at=NOON)
    assert store.document("skills", "law").version == 3  # the first, its removal, and this one


def test_what_others_name_is_not_taken_away_and_they_are_named(store: Store) -> None:
    store.change_policy(Line("12369", "环保", "环保", "env"), who="admin", at=NOON)
    with pytest.raises(DocumentsRefused) as refused:
        store.drop_policy("queues", "env", who="admin", at=NOON)
    assert set(refused.value.findings) == {
        Finding("lines", "12369", "queue", "needed", "lines/12369"),
        Finding("members", "op1001", "queues", "needed", "members/op1001"),
    }
    with pytest.raises(DocumentsRefused, match="default_queue: needed rules/rules"):
        store.drop_policy("queues", "main", who="admin", at=NOON)
    store.drop_policy("lines", "12369", who="admin", at=NOON)
    store.drop_policy("members", "op1001", who="admin", at=NOON)
    after = store.drop_policy("queues", "env", who="admin", at=NOON)
    assert (list(after.queues), after.revision, store.policy()) == (["main"], 4, after)
    assert store.policy_changes("queues", "env").items[0].after is None
    with pytest.raises(NoSuchDocument):
        store.drop_policy("queues", "env", who="admin", at=NOON)
    with pytest.raises(NoSuchDocument):
        store.drop_policy("planets", "mars", who="admin", at=NOON)


def test_an_area_goes_when_the_notices_that_name_it_are_over(store: Store) -> None:
    store.change_policy(Area("天元区"), who="admin", at=NOON)
    notice = Notice("n1", "停水", ("notice-begin",), "", NOON, NOON + 600, "天元区")
    store.change_policy(notice, who="sup1", at=NOON)
    with pytest.raises(DocumentsRefused, match="needed notices/n1"):
        store.drop_policy("areas", "天元区", who="admin", at=NOON + 599)
    after = store.drop_policy("areas", "天元区", who="admin", at=NOON + 600)
    assert (list(after.areas), list(after.notices)) == ([], ["n1"])
    with pytest.raises(DocumentsRefused, match="notices/n1 area: unknown"):
        store.change_policy(replace(notice, until=NOON + 3600), who="sup1", at=NOON + 700)  # nobody would hear it


def test_the_rules_can_be_changed_and_not_taken_away(store: Store) -> None:
    assert store.change_policy(Rules(urgent_s=60), who="admin", at=NOON).rules.urgent_s == 60
    with pytest.raises(DocumentsRefused, match="fixed"):
        store.drop_policy("rules", "rules", who="admin", at=NOON)


def test_a_special_day_is_of_the_policy_and_so_are_the_holidays_that_the_program_knows(store: Store, url: str) -> None:
    decreed = Statutory(frozenset({2026}))
    other = Store.open(url, timezone=CITY, statutory=decreed)
    assert other.policy().statutory is decreed
    own = SpecialDay(date(2026, 11, 24), "建市纪念日", DayKind.HOLIDAY, ("09:00-12:00",))
    store.change_policy(own, who="admin", at=NOON)
    now = other.policy()
    assert now.days == {"2026-11-24": own}
    assert now.calendar == Calendar(decreed, {"2026-11-24": own})
    with pytest.raises(DocumentsRefused, match="days/2026-11-25 hours: form"):
        store.change_policy(replace(own, date=date(2026, 11, 25), hours=("noon",)), who="admin", at=NOON)
    assert store.drop_policy("days", "2026-11-24", who="admin", at=NOON).days == {}
    other.close()


def test_two_processes_see_each_others_changes(store: Store, url: str) -> None:
    other = Store.open(url, timezone=CITY)
    store.change_policy(Skill("law", "法律"), who="admin", at=NOON)
    assert other.policy() == store.policy()
    theirs = other.change_policy(GAS, who="uid 0", at=NOON)
    assert list(store.policy().queues) == ["main", "env", "gas"]
    ours = store.change_policy(Mark("13907330001", MarkKind.SPECIAL_CARE), who="sup1", at=NOON)
    assert (ours.queues["gas"], ours.revision) == (theirs.queues["gas"], 3)
    assert (store.policy(), other.policy()) == (ours, ours)
    other.drop_policy("queues", "gas", who="admin", at=NOON)
    assert (list(store.policy().queues), store.policy().revision) == (["main", "env"], 4)
    other.close()


def test_a_caller_whom_the_desk_found_out_is_on_the_list_unless_a_person_wrote_of_him(store: Store) -> None:
    known = Mark("13907330001", MarkKind.SPECIAL_CARE, "独居")
    store.change_policy(known, who="sup1", at=NOON)
    found = Mark("13907330002", MarkKind.NUISANCE, until=NOON)
    entries = [
        Entry(seq, *of(MarkCaller(mark, NOON + seq)))
        for seq, mark in enumerate((Mark("13907330001", MarkKind.NUISANCE), found), start=1)
    ]
    store.apply(entries)
    store.apply(entries)  # as after a crash
    assert dict(store.policy().marks) == {"13907330001": known, "13907330002": found}
    assert [(one.at, one.who, one.key) for one in store.policy_changes().items] == [
        (NOON + 2, "hotline", "13907330002"),
        (NOON, "sup1", "13907330001"),
    ]


def test_what_a_person_wrote_of_a_nuisance_for_longer_stays(store: Store) -> None:
    store.change_policy(Mark("13907330001", MarkKind.NUISANCE, "长期辱骂"), who="sup1", at=NOON)
    store.change_policy(Mark("13907330002", MarkKind.NUISANCE, "昨日", until=NOON), who="sup1", at=NOON)
    found = [Mark(number, MarkKind.NUISANCE, "自动", NOON + 600) for number in ("13907330001", "13907330002")]
    store.apply([Entry(seq, *of(MarkCaller(mark, NOON))) for seq, mark in enumerate(found, start=1)])
    assert [mark.note for mark in store.policy().marks.values()] == ["长期辱骂", "自动"]


def test_a_special_care_that_is_over_keeps_nobody_off_the_list(store: Store) -> None:
    over, holding = (Mark("13907330001", MarkKind.SPECIAL_CARE, "手术后", until) for until in (NOON - 1, NOON + 1))
    found = Mark("13907330001", MarkKind.NUISANCE, "自动", NOON + 600)
    store.change_policy(holding, who="sup1", at=NOON - 60)
    store.apply([Entry(1, *of(MarkCaller(found, NOON)))])
    assert store.policy().marks["13907330001"] == holding
    store.change_policy(over, who="sup1", at=NOON - 30)
    store.apply([Entry(2, *of(MarkCaller(found, NOON)))])
    assert store.policy().marks["13907330001"] == found


def test_many_marks_are_read_once_and_not_looked_through_at_each_change(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in range(30):
        store.change_policy(Mark(f"139{index:08}", MarkKind.NUISANCE), who="sup1", at=NOON)
    assert len(store.policy().marks) == 30
    monkeypatch.setattr("storage.policy.load", None)
    seen: list[Policy] = []
    monkeypatch.setattr("storage.policy.check.findings", lambda policy: [seen.append(policy)][:0])
    now = store.change_policy(Mark("13900000007", MarkKind.SPECIAL_CARE), who="sup1", at=NOON)
    assert (len(now.marks), now.marks["13900000007"].kind) == (30, MarkKind.SPECIAL_CARE)
    assert [list(policy.marks) for policy in seen] == [[], ["13900000007"]]
    assert len(store.drop_policy("marks", "13900000007", who="sup1", at=NOON).marks) == 29
    assert store.policy().revision == 32


def test_documents_are_listed_page_by_page_in_their_order(store: Store) -> None:
    for index in (3, 1, 2, 0):
        store.change_policy(Mark(f"1390733000{index}", MarkKind.NUISANCE), who="sup1", at=NOON)
    first = store.document_page("marks", limit=3)
    assert [one.key[-1] for one in first.items] == ["3", "1", "2"]
    rest = store.document_page("marks", cursor=first.next, limit=3)
    assert ([one.key[-1] for one in rest.items], rest.next) == (["0"], None)
    assert [one.key for one in store.document_page("marks", begins="13907330001").items] == ["13907330001"]
    assert store.document_page("marks", begins="%").items == ()
    newest = store.policy_changes("marks", limit=2)
    assert [one.revision for one in newest.items] == [4, 3]
    assert [one.revision for one in store.policy_changes("marks", None, newest.next, 9).items] == [2, 1]
    with pytest.raises(NoSuchDocument):
        store.document_page("planets")
    with pytest.raises(BadCursor):
        store.policy_changes(cursor="x")


def test_a_document_that_cannot_be_read_is_left_out_and_calls_go_on(
    store: Store, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    change(
        url,
        "UPDATE documents SET data = '{' WHERE key = 'main'",
        """UPDATE documents SET data = '{"login":"op1001","queues":["env"],"shoes": 42}' WHERE key = 'op1001'""",
    )
    with caplog.at_level(logging.ERROR):
        now = store.policy()
    assert "queues/main cannot be read" in caplog.text
    assert (now.default, now.members["op1001"]) == (Queue("main", "main"), Member("op1001", ("env",)))
    assert store.document("queues", "main").data == {}
    store.change_policy(Queue("main", "市长热线"), who="admin", expected_version=1, at=NOON)
    assert store.policy().default.title == "市长热线"


def test_an_empty_store_has_a_queue_for_those_who_call(url: str) -> None:
    empty = Store.open(url, timezone=CITY)
    assert empty.policy() == Policy(queues={"main": Queue("main", "main")}, zone=CITY)
    empty.close()


def migrate(url: str, revision: str, *, down: bool = False) -> None:
    writer, readers = database.connect(url)
    with writer.connect() as connection, connection.begin():
        if not down:
            database.upgrade(connection, revision)
        else:
            config = Config()
            config.set_main_option("script_location", str(database.MIGRATIONS))
            config.attributes["connection"] = connection
            command.downgrade(config, revision)
    writer.dispose()
    readers.dispose()


def test_queues_and_members_become_documents_and_back(engine: str, new_database: Callable[[str], str]) -> None:
    url = new_database(engine)
    migrate(url, "0005")
    change(
        url,
        "INSERT INTO accounts VALUES ('op1001', '李', 'operator', 'x', true), ('op1002', '王', 'operator', 'x', true)",
        "INSERT INTO queues VALUES ('env', 1, '环保', 15, 61, 13, 601, 21)",
        "INSERT INTO queues VALUES ('main', 0, '市长热线', 15, 60, 12, 600, 20)",
        "INSERT INTO queue_members VALUES ('op1001', 'env'), ('op1001', 'main'), ('op1002', 'env')",
    )
    was = [rows(url, f"SELECT * FROM {table} ORDER BY 1, 2") for table in ("queues", "queue_members")]
    store = Store.open(url, timezone=CITY)
    now = store.policy()
    store.close()
    assert list(now.queues.values()) == [
        Queue("main", "市长热线", ring_s=15),
        Queue("env", "环保", ring_s=15, wrap_up_s=61, nobody_wait_s=13, max_wait_s=601, reconnect_s=21),
    ]
    assert now.members == {"op1001": Member("op1001", ("main", "env")), "op1002": Member("op1002", ("env",))}
    assert now.lines == {"12345": Line("12345", "市长热线", "12345", "main")}
    migrate(url, "0005", down=True)
    assert [rows(url, f"SELECT * FROM {table} ORDER BY 1, 2") for table in ("queues", "queue_members")] == was


@pytest.mark.parametrize(
    ("kind", "key", "data", "findings"),
    [
        ("skills", "law", {}, [("title", "missing", "")]),
        ("skills", "law", {"title": "x", "name": "other"}, [("name", "form", "other")]),
        ("queues", "gas", {"title": "x", "ring_s": "20"}, [("ring_s", "type", "whole")]),
        ("queues", "gas", {"title": "x", "ring_s": float("nan")}, [("ring_s", "type", "whole")]),
        ("queues", "gas", {"title": "x", "hours": "daily"}, [("hours", "type", "list")]),
        (
            "queues",
            "gas",
            {"title": 1, "strategy": "best", "needs": [{"skill": "law", "steps": [{"after_s": 0}]}]},
            [
                ("title", "type", "text"),
                ("strategy", "choice", "longest_idle, fewest_calls, round_robin, ring_all"),
                ("needs.0.steps.0.level", "missing", ""),
            ],
        ),
        ("members", "op1001", {"skills": {"law": "5"}}, [("skills.law", "type", "whole")]),
        ("pauses", "meal", {"title": "x", "approval": 1}, [("approval", "type", "yes_no")]),
        ("marks", "139", {"kind": "nuisance", "until": "soon"}, [("until", "type", "number")]),
        ("skills", "law", {"title": "\ud800"}, [("title", "type", "text")]),
        ("skills", "law", {"title": "😀\udc00"}, [("title", "type", "text")]),
    ],
)
def test_data_that_cannot_be_read_is_told_by_field(
    kind: str, key: str, data: dict[str, object], findings: list[tuple[str, str, str]]
) -> None:
    with pytest.raises(DocumentsRefused) as refused:
        documents.read(kind, key, data)
    assert [(one.field, one.code, one.value) for one in refused.value.findings] == findings


def test_every_kind_of_the_policy_is_kept() -> None:
    assert {name: kind.type for name, kind in documents.KINDS.items()}.items() >= KINDS.items()
    with pytest.raises(NoSuchDocument):
        documents.read("planets", "mars", {})


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


@given(
    st.builds(
        Queue,
        name=TEXT,
        title=TEXT,
        strategy=st.sampled_from(Strategy),
        answer_share=st.floats(0, 1),
        needs=st.lists(st.builds(Need, TEXT, st.lists(st.builds(Step, st.integers(), st.integers())).map(tuple))).map(
            tuple
        ),
        hours=st.lists(TEXT).map(tuple),
        when_full=st.builds(Overflow, st.sampled_from(OverflowKind), TEXT),
    )
)
def test_what_is_written_is_read_the_same(queue: Queue) -> None:
    assert documents.load("queues", documents.dump(queue)) == queue
    assert documents.read("queues", queue.name, json.loads(documents.dump(queue))) == queue


def test_every_sound_that_a_prompt_names_or_once_named_is_known(store: Store) -> None:
    assert store.sounds_named() == frozenset()
    former, now, gone = ("1" * 64, "2" * 64, "3" * 64)
    for document in (
        PromptDocument("greeting", "您好。", former),
        PromptDocument("greeting", "您好，这里是本市热线。", now),
        PromptDocument("waiting.hunan", "请等下子。", gone),
        Skill("law", "法律"),
    ):
        store.change_policy(document, who="admin", at=NOON)
    store.drop_policy("prompts", "waiting.hunan", who="admin", at=NOON)
    assert store.sounds_named() == {former, now, gone}


@pytest.mark.parametrize(
    ("name", "text", "field"),
    [
        ("greeting.", "您好。", "name"),
        ("greeting.hunan.old", "您好。", "name"),
        ("../greeting", "您好。", "name"),
        ("greeting.../..", "您好。", "name"),
        ("greeting", "您" * 2001, "text"),
    ],
)
def test_a_prompt_whose_name_would_lead_elsewhere_is_refused(store: Store, name: str, text: str, field: str) -> None:
    with pytest.raises(DocumentsRefused) as refused:
        store.change_policy(PromptDocument(name, text, "1" * 64), who="admin", at=NOON)
    assert [one.field for one in refused.value.findings] == [field]
