"""A demo city."""

import pytest

from routing.policy import Member
from routing.queues import Queue
from storage.city import DemoCity


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many write at once, and each waits for all the others: on a slow disk longer than the 5 s that one may wait."""
    monkeypatch.setattr("storage.database.BUSY_MS", 60_000)


@pytest.fixture
def demo() -> DemoCity:
    return DemoCity(
        accounts=(("op1001", "李晓雯", "operator"), ("op1002", "王强", "operator"), ("sup1", "赵敏", "supervisor")),
        documents=(
            Queue("main", "市长热线", nobody_wait_s=12),
            Queue("env", "环保", ring_s=15),
            Member("op1001", ("main", "env")),
            Member("op1002", ("main",)),
        ),
    )
