"""The outbox in the store: a text with its fact, handed over once, and never again by itself when nobody knows."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from cases.case import Case, CaseInput
from cases.office import Office
from cases.texts import (
    Answer,
    Decision,
    HandOver,
    Move,
    NoSuchText,
    NotAgain,
    OptOut,
    Postpone,
    Suppress,
    Text,
    TextKind,
    TextState,
)
from cases.wording import SHIPPED, Template
from routing.check import Finding
from routing.documents import DocumentsRefused
from routing.effects import OpenWork, WorkKind
from routing.policy import Rules
from routing.records import BadCursor
from storage import database
from storage.store import Store
from tests.conftest import CITY
from tests.rows import change, rows

from .samples import NOON, ended

LEASE_S = 60.0
GIVEN = CaseInput(type="求助", content="停水")
CASE = Case("20261123-0001", "求助", "x", "", "一般", "", "13907330001", "c1", "op1001", "待受理", 1, NOON, NOON)


def hand(text: Text, template: Template, opted_out: bool) -> Decision:
    return HandOver("+8613907330001", f"{template.words} {text.subject}")


def message(store: Store, call: str = "c1", at: float = NOON, kind: WorkKind = WorkKind.MESSAGE) -> None:
    store.save_call(ended(call, at - 100))
    store.open_work(OpenWork(call, "13907330001", at, kind))


def take(store: Store, now: float = NOON, decide: Callable[[Text, Template, bool], Decision] = hand) -> Text | None:
    return store.take_text(now, LEASE_S, decide)


def taken(store: Store, now: float = NOON) -> Text:
    text = take(store, now)
    assert text is not None
    return text


def only(store: Store) -> Text:
    (text,) = store.texts().items
    return text


def test_every_fact_makes_one_text_however_often_it_is_told(store: Store) -> None:
    message(store)
    message(store)
    message(store, "c2", NOON + 1, WorkKind.CALL_BACK)
    case = Office(store, lambda: NOON + 2, CITY).open_case(GIVEN, "c1", "op1001")
    kept = store.texts().items
    assert [(one.id, one.kind, one.caller, one.at, one.state) for one in kept] == [
        (f"case.{case.number}", TextKind.CASE, "13907330001", NOON + 2, TextState.WAITING),
        ("call_back.c2", TextKind.CALL_BACK, "13907330001", NOON + 1, TextState.WAITING),
        ("message.c1", TextKind.MESSAGE, "13907330001", NOON, TextState.WAITING),
    ]
    assert (store.texts_about("c1"), store.texts_about(case.number), store.texts_about("c9")) == (1, 1, 0)


def test_a_case_of_no_call_is_told_to_nobody(store: Store) -> None:
    Office(store, lambda: NOON, CITY).open_case(GIVEN, None, "sup1")
    assert store.texts().items == ()


def test_a_fact_that_is_not_kept_makes_no_text(store: Store) -> None:
    message(store)

    def twice() -> None:
        with store.case_work() as work:
            work.add(CASE, date(2026, 11, 23), 1)
            work.add(CASE, date(2026, 11, 23), 1)

    with pytest.raises(IntegrityError):
        twice()
    assert [one.id for one in store.texts().items] == ["message.c1"]


def test_it_is_written_down_as_being_sent_before_it_is_handed_over(store: Store) -> None:
    message(store)
    assert store.texts_due(NOON)
    text = taken(store)
    assert text == only(store)
    assert (text.state, text.attempts, text.lease_until) == (TextState.SENDING, 1, NOON + LEASE_S)
    assert text.words == f"{SHIPPED[TextKind.MESSAGE].words} c1"
    assert not store.texts_due(NOON)
    assert take(store) is None


@pytest.mark.parametrize(
    ("answer", "state", "due"),
    [
        (Answer(Move.ACCEPTED, sid="SM1"), TextState.SENT, None),
        (Answer(Move.REFUSED, "refused", "21211: no number"), TextState.FAILED, None),
        (Answer(Move.NO_ANSWER, "no_answer"), TextState.UNKNOWN, None),
        (Answer(Move.NOT_TAKEN, "busy"), TextState.WAITING, NOON + 11),
    ],
)
def test_what_the_provider_answers_stands_with_it(
    store: Store, answer: Answer, state: TextState, due: float | None
) -> None:
    message(store)
    after = store.text_answered(taken(store), answer, NOON + 1)
    assert after == only(store)
    assert (after.state, after.reason, after.detail, after.sid) == (state, answer.reason, answer.detail, answer.sid)
    assert after.lease_until is None
    assert store.texts_due(NOON + 10**6) is (due is not None)
    if due is not None:
        assert not store.texts_due(due - 0.01)
        assert taken(store, due).attempts == 2


def test_one_that_nobody_answers_for_is_unknown_and_never_taken_again_by_itself(store: Store) -> None:
    message(store)
    text = taken(store)
    assert take(store, NOON + LEASE_S - 0.01) is None
    assert only(store).state is TextState.SENDING
    assert store.texts_due(NOON + LEASE_S)
    assert take(store, NOON + LEASE_S) is None
    assert (only(store).state, only(store).reason) == (TextState.UNKNOWN, "left_alone")
    assert take(store, NOON + 10**7) is None
    # what is answered late is true all the same
    assert store.text_answered(text, Answer(Move.ACCEPTED, sid="SM1"), NOON + 90).state is TextState.SENT


def test_a_person_has_an_unknown_one_sent_again_and_that_is_in_the_audit(store: Store) -> None:
    message(store)
    first = taken(store)
    store.text_answered(first, Answer(Move.NO_ANSWER, "no_answer"), NOON + 1)
    store.resend_text("message.c1", who="sup1", origin="10.0.0.1", at=NOON + 9)
    assert (only(store).state, only(store).reason, only(store).wanted_at) == (TextState.WAITING, "resent", NOON + 9)
    assert store.audit_chain().rows == 1
    second = taken(store, NOON + 9)
    # the first one's answer, when it comes at last, is not the second's
    assert store.text_answered(first, Answer(Move.REFUSED, "refused"), NOON + 10).state is TextState.SENDING
    assert store.text_answered(second, Answer(Move.ACCEPTED, sid="SM2"), NOON + 11).state is TextState.SENT
    with pytest.raises(NotAgain) as told:
        store.resend_text("message.c1", who="sup1", origin="", at=NOON + 12)
    assert told.value.current.state is TextState.SENT
    with pytest.raises(NoSuchText):
        store.resend_text("message.c9", who="sup1", origin="", at=NOON)
    assert store.audit_chain().rows == 1


def test_what_is_postponed_or_suppressed_is_decided_in_the_same_moment(store: Store) -> None:
    for place, call in enumerate(("c1", "c2", "c3")):
        message(store, call, NOON + place)
    ways: dict[str, Decision] = {"c1": Suppress("no_mobile"), "c2": Postpone(NOON + 99, "quiet")}
    text = take(store, NOON + 5, lambda one, template, out: ways.get(one.subject, HandOver("+861", "x")))
    assert text is not None
    assert text.subject == "c3"
    assert [(one.subject, one.state, one.reason) for one in store.texts().items] == [
        ("c3", TextState.SENDING, ""),
        ("c2", TextState.WAITING, "quiet"),
        ("c1", TextState.SUPPRESSED, "no_mobile"),
    ]
    assert not store.texts_due(NOON + 60)
    assert store.text_counts() == {TextState.SENDING: 1, TextState.WAITING: 1, TextState.SUPPRESSED: 1}
    assert take(store, NOON + 99, lambda *_: Suppress("too_old")) is None
    assert only_reason(store, "c2") == "too_old"


def only_reason(store: Store, subject: str) -> str:
    return next(one.reason for one in store.texts().items if one.subject == subject)


def test_the_template_and_the_opt_out_are_those_of_the_moment(store: Store) -> None:
    message(store)
    told: list[tuple[Template, bool]] = []

    def look(text: Text, template: Template, opted_out: bool) -> Decision:
        told.append((template, opted_out))
        return Postpone(NOON, "quiet")

    take(store, NOON, look)
    written = Template(TextKind.MESSAGE, "收到", on=False)
    store.change_policy(written, who="admin", at=NOON, expected_version=0)
    store.change_policy(OptOut("13907330001", "来电要求"), who="sup1", at=NOON)
    take(store, NOON, look)
    assert told == [(SHIPPED[TextKind.MESSAGE], False), (written, True)]
    stored = store.text_templates()[0]
    assert (stored.key, stored.version, stored.data["words"]) == ("message", 1, "收到")
    store.drop_policy("texts", "message", who="admin", at=NOON)
    assert store.text_templates()[0].data["words"] == SHIPPED[TextKind.MESSAGE].words


def test_a_template_with_an_unknown_placeholder_is_refused(store: Store) -> None:
    with pytest.raises(DocumentsRefused) as told:
        store.change_policy(Template(TextKind.CASE, "{nummer} {"), who="admin", at=NOON)
    assert told.value.findings == (
        Finding("texts", "case", "words", "placeholder", "nummer"),
        Finding("texts", "case", "words", "brace"),
    )
    with pytest.raises(DocumentsRefused):
        store.read_document("texts", "other", {"words": "x"})
    assert store.read_document("texts", "case", {"words": "{case}"}) == Template(TextKind.CASE, "{case}")


def test_quiet_hours_that_no_clock_shows_are_refused(store: Store) -> None:
    with pytest.raises(DocumentsRefused) as told:
        store.change_policy(Rules(quiet_begins="21:75"), who="admin", at=NOON)
    assert Finding("rules", "rules", "quiet_begins", "form", "21:75") in told.value.findings


def test_a_template_that_cannot_be_read_is_that_which_was_shipped(store: Store, url: str) -> None:
    store.change_policy(Template(TextKind.MESSAGE, "收到"), who="admin", at=NOON)
    change(url, "UPDATE documents SET data = '{' WHERE kind = 'texts'")
    stored = store.text_templates()[0]
    assert (stored.version, stored.data["words"]) == (1, SHIPPED[TextKind.MESSAGE].words)


def test_the_list_goes_on_behind_what_was_shown_and_by_state(store: Store) -> None:
    for place in range(5):
        message(store, f"c{place}", NOON + place)
    taken(store, NOON + 9)
    first = store.texts(None, None, 2)
    second = store.texts(None, first.next, 2)
    assert [one.subject for one in (*first.items, *second.items)] == ["c4", "c3", "c2", "c1"]
    assert [one.subject for one in store.texts(TextState.SENDING).items] == ["c0"]
    with pytest.raises(BadCursor):
        store.texts(None, "nonsense")


def test_what_was_there_before_texts_were_is_told_to_nobody(engine: str, new_database: Callable[[str], str]) -> None:
    url = new_database(engine)
    before, readers = database.connect(url)
    with before.begin() as connection:
        database.upgrade(connection, "0008")
    before.dispose()
    readers.dispose()
    change(
        url,
        "INSERT INTO calls (id, caller, caller_name, called, channel, state, arrived_at, talk_s, diverted_from, line, "
        "tag, urgent, returned, forwarded_to, joined, unmeasured) VALUES ('c1', '139', '', '12345', 'x', 'ended', "
        "'2026-11-23 04:00:00+00:00', 0, '', '', '', false, false, '', '', false)",
        "INSERT INTO message_work (call_id, caller, at, state, kind) "
        "VALUES ('c1', '139', '2026-11-23 04:00:00+00:00', 'open', 'call_back')",
        "INSERT INTO cases (number, day, serial, type, content, place, urgency, citizen_name, caller, call_id, "
        "operator, state, version, created_at, updated_at) VALUES ('20261123-0001', '2026-11-23', 1, '求助', 'x', '', "
        "'一般', '', '139', 'c1', 'op1001', '待受理', 1, '2026-11-23 04:00:00+00:00', '2026-11-23 04:00:00+00:00')",
    )
    store = Store.open(url, timezone=CITY)
    try:
        assert [(one.id, one.state, one.reason, one.at) for one in store.texts().items] == [
            ("case.20261123-0001", TextState.SUPPRESSED, "before", NOON),
            ("call_back.c1", TextState.SUPPRESSED, "before", NOON),
        ]
        store.open_work(OpenWork("c1", "139", NOON, WorkKind.CALL_BACK))
        assert not store.texts_due(NOON + 10)
    finally:
        store.close()
    assert rows(url, "SELECT count(*) FROM texts") == [(2,)]
