"""Policies of tests: some queues, and a crew that serves them all."""

from collections.abc import Iterable

from routing.policy import Document, Member, Policy, Rules
from routing.queues import Queue

CREW = ("op1001", "op1002", "op1003", "op1004", "op1005", "op1006", "1007")
MAIN = Queue("main", "市长热线")
ENV = Queue("env", "环保")


def policy(*queues: Queue, crew: Iterable[str] = CREW, more: Iterable[Document] = ()) -> Policy:
    """The first queue is the default one; `main` alone where none is named."""
    queues = queues or (MAIN,)
    served = tuple(queue.name for queue in queues)
    members = [Member(login, served) for login in crew]
    return Policy.of([*queues, *members, Rules(default_queue=served[0]), *more])
