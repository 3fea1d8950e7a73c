"""Menus as documents: refused whole where they cannot lead calls, kept with every version, safe from removals."""

from dataclasses import replace

import pytest

from ivr.document import MenuDocument, MenuDraft
from ivr.menu import Purpose
from routing.check import Finding
from routing.documents import DocumentsRefused, NoSuchDocument
from routing.outside import Destination
from routing.policy import Line
from routing.queues import Queue
from storage.store import Store
from tests.conftest import QUICK
from tests.rows import change, rows

from .samples import NOON

WATER = MenuDocument(
    "water", "供水", "hello", {"hello": {"kind": "play", "next": "people"}, "people": {"kind": "queue"}}
)
DRAFT = MenuDraft("water", "供水", "hello", WATER.nodes)


@pytest.fixture(autouse=True)
def _city(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("store").load_demo(request.getfixturevalue("demo"), "secret", QUICK)


def refused(store: Store, document: MenuDocument) -> list[Finding]:
    with pytest.raises(DocumentsRefused) as wrong:
        store.change_policy(document, who="admin", at=NOON)
    return list(wrong.value.findings)


def kept_from(store: Store, kind: str, key: str) -> list[Finding]:
    with pytest.raises(DocumentsRefused) as wrong:
        store.drop_policy(kind, key, who="admin", at=NOON + 9)
    return list(wrong.value.findings)


def test_what_is_published_stands_with_its_version_and_every_former_one_can_be_published_again(store: Store) -> None:
    store.change_policy(WATER, who="admin", at=NOON)
    short = replace(WATER, start="people", nodes={"people": {"kind": "queue"}})
    store.change_policy(short, who="admin", expected_version=1, at=NOON + 1)
    assert store.menus() == [(short, 2)]
    newest, first = store.policy_changes("menus", "water").items
    assert newest.before == first.after
    assert first.after is not None
    back = store.read_document("menus", "water", first.after)
    store.change_policy(back, who="admin", expected_version=2, at=NOON + 2)
    assert store.menus() == [(WATER, 3)]


def test_a_menu_that_cannot_lead_calls_is_refused_with_every_place(store: Store) -> None:
    nodes = {"hello": {"kind": "play", "next": "gone"}, "people": {"kind": "queue", "queue": "none"}}
    assert refused(store, replace(WATER, nodes=nodes)) == [
        Finding("menus", "water", "nodes.hello.next", "node", "gone"),
        Finding("menus", "water", "nodes.people.queue", "queue", "none"),
        Finding("menus", "water", "nodes.people", "unreached"),
        Finding("menus", "water", "nodes.hello", "nobody"),
    ]
    many = {str(number): {"kind": "queue"} for number in range(201)}
    assert refused(store, replace(WATER, nodes=many)) == [Finding("menus", "water", "nodes", "many", "200")]
    assert store.menus() == []


def test_the_menu_of_a_line_is_not_turned_into_one_after_the_talk(store: Store) -> None:
    store.change_policy(WATER, who="admin", at=NOON)
    store.change_policy(Line("96111", "供水", "", "main", menu="water"), who="admin", at=NOON)
    after = replace(WATER, purpose=Purpose.AFTER_TALK, start="bye", nodes={"bye": {"kind": "goodbye"}})
    assert refused(store, after) == [Finding("menus", "water", "purpose", "led", "96111")]


def test_a_draft_may_be_wrong_and_is_over_when_it_is_published_as_it_stands(store: Store) -> None:
    store.change_policy(replace(DRAFT, nodes={"hello": {"kind": "nothing"}}), who="admin", at=NOON)
    store.change_policy(DRAFT, who="admin", at=NOON + 1)
    assert store.document("drafts", "water").version == 2
    store.change_policy(replace(WATER, title="供水服务"), who="admin", at=NOON + 2)
    assert store.document("drafts", "water").version == 2  # it says something else, and is somebody's work
    store.change_policy(WATER, who="admin", at=NOON + 3)
    with pytest.raises(NoSuchDocument):
        store.document("drafts", "water")


def test_a_queue_that_a_menu_names_stays_and_so_does_a_menu_that_a_line_names(store: Store) -> None:
    store.change_policy(Queue("gas", "燃气"), who="admin", at=NOON)
    named = replace(WATER, nodes={**WATER.nodes, "people": {"kind": "queue", "queue": "gas"}})
    store.change_policy(named, who="admin", at=NOON)
    store.change_policy(Line("96111", "供水", "", "main", menu="water"), who="admin", at=NOON)
    assert kept_from(store, "queues", "gas") == [Finding("queues", "gas", "", "needed", "menus/water")]
    assert kept_from(store, "menus", "water") == [Finding("menus", "water", "", "needed", "lines/96111")]
    store.change_policy(Line("96111", "供水", "", "main"), who="admin", at=NOON)
    store.drop_policy("menus", "water", who="admin", at=NOON)
    store.drop_policy("queues", "gas", who="admin", at=NOON)
    assert "gas" not in store.policy().queues


def test_a_menu_puts_citizens_through_to_numbers_that_are_allowed_and_to_none_of_ours(store: Store) -> None:
    def through(number: str) -> MenuDocument:
        nodes = {"hello": {**WATER.nodes["hello"], "keys": {"1": "far"}}, "people": WATER.nodes["people"]}
        return replace(WATER, nodes={**nodes, "far": {"kind": "transfer", "number": number}})

    place = "nodes.far.number"
    store.change_policy(Line("12345", "市长热线", "", "main"), who="admin", at=NOON)
    assert refused(store, through("95598")) == [Finding("menus", "water", place, "not_allowed", "95598")]
    assert refused(store, through("12345")) == [Finding("menus", "water", place, "own_line", "12345")]
    store.change_policy(Destination("95598", "电力"), who="admin", at=NOON)
    store.change_policy(through("95598"), who="admin", at=NOON)
    assert kept_from(store, "destinations", "95598") == [Finding("destinations", "95598", "", "needed", "menus/water")]
    store.change_policy(Destination("955XX", "服务"), who="admin", at=NOON)
    store.drop_policy("destinations", "95598", who="admin", at=NOON)  # another one allows it as well
    assert [document.nodes["far"]["number"] for document, _ in store.menus()] == ["95598"]


def test_one_that_cannot_be_read_is_left_out(store: Store, url: str) -> None:
    store.change_policy(WATER, who="admin", at=NOON)
    change(url, "UPDATE documents SET data = '{' WHERE kind = 'menus'")
    assert rows(url, "SELECT count(*) FROM documents WHERE kind = 'menus'") == [(1,)]
    assert store.menus() == []


def test_the_usual_menu_leads_calls_and_is_turned_into_nothing_else(store: Store) -> None:
    after = replace(WATER, name="main", purpose=Purpose.AFTER_TALK, start="bye", nodes={"bye": {"kind": "goodbye"}})
    assert refused(store, after) == [Finding("menus", "main", "purpose", "led", "main")]


def test_a_survey_stays_where_what_is_shipped_under_its_name_is_none(store: Store) -> None:
    after = replace(WATER, name="traffic", purpose=Purpose.AFTER_TALK, start="bye", nodes={"bye": {"kind": "goodbye"}})
    store.change_policy(after, who="admin", at=NOON)
    store.change_policy(Line("96111", "供水", "", "main", survey="traffic"), who="admin", at=NOON)
    assert kept_from(store, "menus", "traffic") == [Finding("menus", "traffic", "", "needed", "lines/96111")]
