"""Call-backs as tests tell of them."""

from typing import Any

from cases.work import Backlog, WorkItem


def backlog(undone: int) -> Backlog:
    """So many that nobody has taken, of an unknown age."""
    return Backlog(undone, 0, None)


def owed(call: str, at: float = 1000.0, kind: str = "message", **more: Any) -> WorkItem:
    """A call-back that is owed since `at`, for an hour."""
    return WorkItem(f"HD20261123-{call.removeprefix('c'):0>4}", call, kind, "13907330001", at, at + 3600, **more)
