"""A handover (交接班): what one shift leaves to the next, open until somebody of the next takes it."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Open:
    """What was open at a moment: citizens who wait, messages nobody saw to, calls that go on, notices in force."""

    waiting: int = 0
    messages: int = 0
    calls: int = 0
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handover:
    """`from_duty`, `to_duty`: ids of duties, as `2026-11-23.day`; `to_duty` empty where no shift follows.

    `by` wrote it `at`, seconds since 1970 UTC; `taken_by` empty: nobody has taken it yet.
    """

    id: str
    at: float
    from_duty: str
    to_duty: str
    by: str
    note: str
    open: Open = Open()
    taken_by: str = ""
    taken_at: float | None = None

    @property
    def key(self) -> str:
        return self.id

    @property
    def taken(self) -> bool:
        return self.taken_by != ""

    def take(self, login: str, now: float) -> "Handover":
        """Taken over by `login`. Raises `AlreadyTaken`, `OwnHandover`."""
        if self.taken:
            raise AlreadyTaken(self)
        if login == self.by:
            raise OwnHandover(self)
        return replace(self, taken_by=login, taken_at=now)


class AlreadyTaken(Exception):
    """Somebody else was first. `handover`: as it stands."""

    def __init__(self, handover: Handover) -> None:
        super().__init__(f"{handover.id} was taken by {handover.taken_by}")
        self.handover = handover


class OwnHandover(Exception):
    """Nobody takes over from himself."""

    def __init__(self, handover: Handover) -> None:
        super().__init__(f"{handover.id} is {handover.by}'s own")
        self.handover = handover
