"""One run of a part of the set-up: ends what it started when it is interrupted, and reports a failed step."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from install.command import Runner
from install.step import StepError

INTERRUPTED = 130


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def session() -> Iterator[Runner]:
    """Gives a Runner; exits with 1 after a failed step, with 130 after an interruption."""
    runner = Runner()
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    try:
        yield runner
    except StepError as failure:
        sys.stderr.write(f"\n{failure}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("\nSet-up interrupted; the next run goes on from here.\n")
        sys.exit(INTERRUPTED)
    finally:
        runner.stop()
