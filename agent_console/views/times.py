"""How times are told."""

from datetime import datetime
from zoneinfo import ZoneInfo


class Times:
    """`timezone`: the city's; times go out as RFC 3339 with its offset, to the millisecond."""

    def __init__(self, timezone: ZoneInfo) -> None:
        self.timezone = timezone

    def time(self, at: float) -> str:
        return datetime.fromtimestamp(at, self.timezone).isoformat(timespec="milliseconds")

    def maybe(self, at: float | None) -> str | None:
        return None if at is None else self.time(at)
