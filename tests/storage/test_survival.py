"""What was acknowledged is there, however the process dies."""

import random
import signal
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

from routing.records import CallFilter
from storage.store import Store
from tests.conftest import CITY

WRITER = """
import sys, time
from zoneinfo import ZoneInfo
from cases.case import CaseInput
from cases.office import Office
from routing.call import Call
from storage.store import Store

store = Store.open(sys.argv[1], timezone=ZoneInfo("Asia/Shanghai"))
office = Office(store, time.time, ZoneInfo("Asia/Shanghai"))
first = int(sys.argv[2])
for index in range(first, first + 100_000):
    store.save_call(Call(f"c{index}", "13907330001", "", "12345", "PJSIP/trunk-1", float(index)))
    case = office.open_case(CaseInput("投诉", f"content {index}"), f"c{index}", "op1001")
    print(f"c{index}", case.number, flush=True)
"""


def test_every_acknowledged_write_is_there_after_kill_9(url: str) -> None:
    chance = random.Random(12345)
    acknowledged: list[tuple[str, str]] = []
    for start in range(0, 600_000, 100_000):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, url, str(start)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert writer.stdout is not None
        until = chance.randint(1, 40)
        for count, line in enumerate(takewhile(bool, writer.stdout), 1):
            call, number = line.split()
            acknowledged.append((call, number))
            if count == until:
                writer.send_signal(signal.SIGKILL)
        writer.stdout.close()
        assert writer.wait(10) == -signal.SIGKILL

    store = Store.open(url, timezone=CITY)
    for call, number in acknowledged:
        case = store.case(number)
        assert case is not None
        assert (case.call_id, case.content) == (call, f"content {call[1:]}")
        assert store.knows_call(call)
        assert [change.version for change in store.case_history(number)] == [1]
    assert len({number for _, number in acknowledged}) == len(acknowledged) > 6
    assert store.calls(CallFilter(), None, 200).items
    store.close()
