"""`--since`: what a person may say, and that `verify` looks no further back."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hotline.since import SinceError, since
from hotline.verify import verify
from routing import events as ev
from routing.call import Call
from routing.course import advance
from storage.store import Store

CITY = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 18, 30, tzinfo=CITY).timestamp()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", 0.0),
        ("90m", NOW - 5400),
        ("24h", NOW - 86400),
        ("7d", NOW - 7 * 86400),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=CITY).timestamp()),
        ("999999d", 0.0),
    ],
)
def test_a_span_or_a_day_of_the_city_is_understood(said: str, meant: float) -> None:
    assert since(said, NOW, CITY) == meant


@pytest.mark.parametrize("said", ["yesterday", "24", "-1h", "1.5h", "٣h", "2026-13-01", "23.11.2026", "9999999h"])
def test_anything_else_is_refused_with_what_would_do(said: str) -> None:
    with pytest.raises(SinceError, match="say 90m, 24h, 7d or a date as 2026-11-23"):
        since(said, NOW, CITY)


def test_verify_looks_no_further_back_than_it_is_told(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/hotline.sqlite", timezone=CITY)
    for call_id, at in (("old", NOW - 90_000), ("new", NOW - 3600)):
        call = Call(call_id, "13907330001", "", "12345", "ch", arrived_at=at)
        for event in (
            ev.MenuFinished(call_id, "main"),
            ev.OperatorAnswered(call_id, "op1001", "PJSIP/op"),
            ev.CallEnded(call_id, 16),
        ):
            call = advance(call, event, at)
        store.save_call(call)
    looked = {begin: verify(store, tmp_path, tmp_path / "calls.csv", NOW, begin) for begin in (0.0, NOW - 86_400)}
    store.close()
    assert {begin: verdict.calls for begin, verdict in looked.items()} == {0.0: 2, NOW - 86_400: 1}
    missed = [finding.call for finding in looked[NOW - 86_400].findings]
    assert missed == ["new"]  # its recording was never looked for
