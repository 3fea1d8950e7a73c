"""What the application tells its desk before it serves."""

import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from config.settings import load
from hotline.application import Application
from hotline.places import Places
from routing import events as ev
from routing.effects import NoteOutbound
from routing.outside import OutboundPurpose
from storage.entries import Entry, of
from storage.store import Store
from tests.conftest import CITY


async def test_who_was_called_outside_in_the_last_hour_is_told_to_the_desk_before_anything_else_happens(
    tmp_path: Path,
) -> None:
    settings = load({"HOTLINE_HOME": str(tmp_path / "home")}, tmp_path)
    Places(settings.home).make()
    now = time.time()
    placed = NoteOutbound("c1", "13907330001", "op1001", OutboundPurpose.TRANSFER, now - 1800)
    with closing(Store.open(settings.database, timezone=CITY)) as store:
        for seq, at in enumerate((now - 4000, now - 1800), start=1):
            store.apply([Entry(seq, *of(replace(placed, at=at)))])
        application = Application(settings, store)
        first, _, _ = application._loop._inbox.get_nowait()
        assert isinstance(first, ev.OutboundRemembered)
        assert (first.number, first.operator) == ("13907330001", "op1001")
        assert abs(first.at - placed.at) < 1e-3
        assert application._loop.waiting == 0
        application._journal.close()
