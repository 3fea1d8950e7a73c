"""A policy that cannot hold is found out before it does."""

import pytest

from routing.check import Finding, findings
from routing.guard import MOST
from routing.outside import Contact, ContactKind, Destination
from routing.policy import Area, Document, Line, Member, Notice, PauseKind, Policy, Rules, Skill
from routing.queues import Need, Overflow, OverflowKind, Queue, Step

MAIN = Queue("main", "市长热线")
LAW = Skill("law", "法律")


def wrong(*documents: Document) -> list[tuple[str, str, str, str, str]]:
    found = findings(Policy.of([MAIN, LAW, *documents]))
    return [(one.kind, one.key, one.field, one.code, one.value) for one in found]


def way(kind: str, target: str = "") -> Overflow:
    return Overflow(OverflowKind(kind), target)


def test_a_policy_of_which_every_part_leads_somewhere_is_right() -> None:
    assert (
        wrong(
            Queue("env", "环保", needs=(Need("law", (Step(0, 5), Step(30, 0))),), when_waited=way("queue", "main")),
            Queue("far", "县平台", hours=("mon-fri 08:30-17:30",), when_closed=way("number", "073128881234")),
            Line("12369", "环保", "环保", "env"),
            Member("op1001", ("main", "env"), {"law": 10}),
            PauseKind("meal", "用餐", 1800),
            Area("天元区"),
            Notice("n1", "停水", ("area-tianyuan",), "20261123-0001", 1.0, 2.0, "天元区"),
            Destination("110", "公安"),
            Destination("+44.", "英国"),
            Destination("0731XXXXXXXX", "长株潭"),
            Contact("police", "公安", "110", ContactKind.POLICE),
            Contact("london", "翻译", "+442079460018", ContactKind.INTERPRETER),
            Rules(outbound_per_hour=MOST, outbound_per_operator=0),
        )
        == []
    )


@pytest.mark.parametrize(
    ("document", "finding"),
    [
        (Rules(default_queue="gone"), ("rules", "rules", "default_queue", "unknown", "gone")),
        (Line("12369", "环保", "环保", "gone"), ("lines", "12369", "queue", "unknown", "gone")),
        (Line("12*69", "环保", "环保", "main"), ("lines", "12*69", "number", "form", "12*69")),
        (Member("op1001", ("gone",)), ("members", "op1001", "queues", "unknown", "gone")),
        (Member("op1001", (), {"gone": 3}), ("members", "op1001", "skills", "unknown", "gone")),
        (Member("op1001", (), {"law": 11}), ("members", "op1001", "skills", "range", "law")),
        (Queue("q", "q", needs=(Need("gone", ()),)), ("queues", "q", "needs", "unknown", "gone")),
        (Queue("q", "q", needs=(Need("law", (Step(9, 1), Step(9, 0))),)), ("queues", "q", "needs", "range", "law")),
        (Queue("q", "q", answer_share=1.5), ("queues", "q", "answer_share", "range", "1.5")),
        (Queue("q", "q", ring_s=2), ("queues", "q", "ring_s", "range", "2")),
        (Queue("q", "q", wrap_up_s=-1), ("queues", "q", "wrap_up_s", "range", "-1")),
        (Queue("q", "q", when_full=way("queue", "gone")), ("queues", "q", "when_full", "unknown", "gone")),
        (Queue("q", "q", when_full=way("number", "12")), ("queues", "q", "when_full", "form", "12")),
        (Queue("q", "q", when_full=way("number", "10000")), ("queues", "q", "when_full", "not_allowed", "10000")),
        (Queue("q", "q", when_full=way("message", "x")), ("queues", "q", "when_full", "form", "x")),
        (Queue("q", "q", when_full=way("queue", "q")), ("queues", "q", "when_full", "loop", "q")),
        (Contact("c", "c", "12"), ("contacts", "c", "number", "form", "12")),
        (Contact("c", "c", "110"), ("contacts", "c", "number", "not_allowed", "110")),
        (Contact("c", "c", "00442079460018"), ("contacts", "c", "number", "not_allowed", "00442079460018")),
        (Destination("1xx", "t"), ("destinations", "1xx", "pattern", "form", "1xx")),
        (Destination("+XX.", "t"), ("destinations", "+XX.", "pattern", "country", "+XX.")),
        (Rules(outbound_per_hour=MOST + 1), ("rules", "rules", "outbound_per_hour", "range", "10001")),
        (Rules(outbound_per_operator=-1), ("rules", "rules", "outbound_per_operator", "range", "-1")),
        (Notice("n", "t", (), "c", 2.0, 2.0), ("notices", "n", "until", "range", "2.0")),
        (Notice("n", "t", (), "c", 1.0, 2.0, "gone"), ("notices", "n", "area", "unknown", "gone")),
    ],
    ids=lambda value: "-".join(value[2:4]) if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_named_with_its_field(document: Document, finding: tuple[str, str, str, str, str]) -> None:
    assert finding in wrong(document)


def test_a_queue_that_would_send_citizens_to_a_line_of_ours_is_wrong_whichever_of_the_two_was_there_first() -> None:
    far, platform = Queue("far", "县平台", when_closed=way("number", "12369")), Destination("123XX", "短号")
    assert wrong(far, platform) == []
    assert wrong(far, platform, Line("12369", "环保", "环保", "main")) == [
        ("queues", "far", "when_closed", "own_line", "12369")
    ]


def test_hours_that_cannot_be_read_are_shown() -> None:
    (found,) = findings(Policy.of([Queue("main", "市长热线", hours=("monday 8-12",))]))
    assert (found.field, found.code) == ("hours", "form")
    assert "'monday 8-12'" in found.value


def test_overflows_that_lead_back_after_several_queues_are_found_and_those_that_end_are_not() -> None:
    a, b = Queue("a", "a", when_waited=way("queue", "b")), Queue("b", "b", when_waited=way("queue", "a"))
    assert [one.key for one in findings(Policy.of([MAIN, a, b])) if one.code == "loop"] == ["a", "b"]
    ends = Queue("b", "b", when_waited=way("queue", "main"))
    assert findings(Policy.of([MAIN, a, ends])) == []


def test_one_fault_is_one_finding() -> None:
    assert findings(Policy.of([MAIN, Line("12369", "环保", "环保", "gone")])) == [
        Finding("lines", "12369", "queue", "unknown", "gone")
    ]
