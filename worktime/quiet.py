"""Quiet hours: the time of the day in which nobody is disturbed."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from worktime.roster import DAY_MINUTES, instant, minute


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `begins` until `ends` on the city's clock, over midnight where it ends earlier; the same twice: never.

    Both are written as `21:00`; a `ClockError` comes of what is not.
    """

    begins: str
    ends: str

    def over_at(self, now: float, zone: tzinfo) -> float:
        """When it may be disturbed: `now`, or the end of the quiet hours that hold now. Seconds since 1970 UTC."""
        begin, end = minute(self.begins) % DAY_MINUTES, minute(self.ends) % DAY_MINUTES
        if begin == end:
            return now
        today = datetime.fromtimestamp(now, zone).date()
        for day in (today - timedelta(1), today):
            until = instant(day, end if end > begin else end + DAY_MINUTES, zone)
            if instant(day, begin, zone) <= now < until:
                return until
        return now
