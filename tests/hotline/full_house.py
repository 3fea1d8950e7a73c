"""A hotline with something of everything in it, to be backed up and brought back."""

from __future__ import annotations

import os
from collections.abc import Callable

from config.settings import Settings
from hotline.manifest import Manifest
from routing import events as ev
from routing.call import Call
from routing.course import advance
from storage import recordings
from storage.store import Store

NOON = 1_795_406_400.25


Make = Callable[..., Settings]


def talk(store: Store, settings: Settings, call_id: str, at: float) -> None:
    call = Call(call_id, "13907330001", "", "12345", "PJSIP/trunk-1", at)
    for event, later in (
        (ev.MenuFinished(call_id, "main"), 2.0),
        (ev.CallerWaiting(call_id, call.channel), 2.0),
        (ev.CallOffered(call_id, ("op1001",)), 3.0),
        (ev.RingStarted(call_id, "op1001", "x"), 3.0),
        (ev.OperatorAnswered(call_id, "op1001", "x"), 4.0),
        (ev.CallEnded(call_id, 16), 6.0),
    ):
        call = advance(call, event, at + later)
    (settings.recordings / f"{call_id}.raw").write_bytes(os.urandom(2 * 32000))
    store.save_call(call)
    store.save_recording(recordings.measure(settings.recordings, call, recordings.TALK))


def tables_of(manifest: Manifest) -> dict[str, tuple[int, str]]:
    """Rows and hash of each table."""
    prefix = f"{manifest.snapshot}/database"
    return {
        name: (table.rows, manifest.files[f"{prefix}/{name}.jsonl"].sha256) for name, table in manifest.tables.items()
    }


def sounds_of(manifest: Manifest) -> dict[str | None, str]:
    return {file.home: file.sha256 for file in manifest.files.values() if file.home is not None}
