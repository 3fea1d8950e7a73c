"""The time for the desk: the wall clock at the start, carried on by the monotonic one.

So a wall clock that is set while calls run moves no wait and no talk time.
"""

import time


class Clock:
    def __init__(self) -> None:
        self._wall, self._monotonic = time.time(), time.monotonic()

    def __call__(self) -> float:
        """Seconds since 1970 UTC."""
        return self._wall + time.monotonic() - self._monotonic

    def steps(self) -> float:
        """Seconds by which the wall clock was set forward since the start, or the machine slept; negative: set back."""
        return time.time() - self()
