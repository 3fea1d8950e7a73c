"""Backups: all that a hotline needs to go on elsewhere, copied while it runs.

    DIR/manifest.json        what belongs to the backup, each file with its SHA-256; written last, replaced in one step
    DIR/<time>/database/     every table as it was at one moment, lines of JSON, the same on every engine
    DIR/<time>/home/         secrets, and what still grew of journal and channel event log, where they stood in HOME
    DIR/logs/                the parts of both that do not change any more, and the sounds of the city's own prompts
    DIR/recordings/          the recordings

A further backup into the same DIR copies of the last two only what is new. Until its manifest is replaced, it touches
nothing of the one before it.
"""

import fcntl
import json
import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.exc import DBAPIError

from agent_console import recording
from agi.configuration import Layout
from config.settings import Settings
from hotline import manifest as manifests
from hotline.manifest import RECORDINGS, BackupError, File, Manifest, Table, keep, plain
from routing.records import RecordingRow
from storage import archive

LOCK = ".hotline-backup"
"""Held while a backup is made; also the mark of a folder that is ours."""
LOGS = "logs"
SNAPSHOT = re.compile(r"\d{8}T\d{6}\.\d{6}Z")
CA = "caddy/pki/authorities/local"
SECRETS = ("ami-secrets", "demo-password", f"{CA}/root.crt", f"{CA}/root.key")
"""The last two: a new authority of our own would have to be installed anew at every operator's PC."""


def backup(settings: Settings, folder: Path, now: datetime | None = None) -> Manifest:
    """Copy the hotline of `settings` into `folder`, while it runs. Raises `BackupError`, `UnusableDatabase`."""
    if not settings.founded:
        raise BackupError(f"There is no hotline in {settings.home}. HOTLINE_HOME names another.")
    try:
        with _ours(folder):
            return _backup(settings, folder, now or datetime.now(UTC))
    except (OSError, DBAPIError) as fault:
        raise BackupError(
            f"The backup was not finished ({plain(fault)}). One made here before is as it was."
        ) from fault


@contextmanager
def _ours(folder: Path) -> Iterator[None]:
    """Hold `folder`, made if need be, for one backup at a time; one that holds other things is not ours to use."""
    if folder.exists() and any(folder.iterdir()) and not (folder / LOCK).exists():
        raise BackupError(f"{folder} holds other files: name a new folder, or one with an earlier backup.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    with (folder / LOCK).open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"Another backup into {folder} is being made: wait until it is done.") from None
        yield


def _backup(settings: Settings, folder: Path, now: datetime) -> Manifest:
    before = manifests.read_if_any(folder)
    _prune(folder, before)
    snapshot = now.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    (folder / snapshot / "database").mkdir(parents=True)
    layout = Layout(settings.home)
    copy = _Copy(folder, snapshot, before)
    with ExitStack() as stack:
        # held, or copied, before the database is read: what goes to the store meanwhile may be taken away here
        logs = (
            _Log(settings.home, settings.home / "journal", "*.journal", stack),
            _Log(settings.home, layout.events.parent, f"{layout.events.stem}-*{layout.events.suffix}", stack),
        )
        for log in logs:
            log.copy_finished(copy)
        exported = archive.export(settings.database, folder / snapshot / "database")
        for log in logs:
            log.copy_rest(copy)
    for table in exported.tables:
        copy.files[f"{snapshot}/database/{table.name}.jsonl"] = File(table.bytes, table.sha256)
    for name in SECRETS:
        if (settings.home / name).exists():
            with (settings.home / name).open("rb") as handle:
                copy.once(name, handle)
    for sound in sorted(layout.prompts.glob("*.wav")):
        with sound.open("rb") as handle:
            copy.finished(sound.relative_to(settings.home).as_posix(), handle)
    missing = []
    for row in _recordings(folder / snapshot / "database", exported):
        if not copy.recording(row, layout.recordings):
            missing.append(row.file)
    manifest = Manifest(
        program=version("hotline-12345"),
        made_at=now.astimezone(UTC).isoformat(timespec="seconds"),
        schema=exported.schema,
        engine=exported.engine,
        snapshot=snapshot,
        tables={table.name: Table(table.columns, table.rows) for table in exported.tables},
        files=dict(sorted(copy.files.items())),
        missing=tuple(sorted(missing)),
    )
    manifests.publish(folder, manifest)
    _prune(folder, manifest)
    return manifest


class _Copy:
    """The files of one backup, by their path in it, as they are copied or found in the one before."""

    def __init__(self, folder: Path, snapshot: str, before: Manifest | None) -> None:
        self._folder, self._snapshot = folder, snapshot
        self._before = {file.home: (path, file) for path, file in before.files.items()} if before else {}
        self.files: dict[str, File] = {}

    def once(self, home: str, source: BinaryIO) -> None:
        """What may be another the next time. `home`: where it stands in HOME."""
        path = f"{self._snapshot}/home/{home}"
        self.files[path] = keep(source, self._folder / path, home)

    def finished(self, home: str, source: BinaryIO) -> None:
        """What does not change any more: copied, unless the backup before has it with the same size and time."""
        found = os.fstat(source.fileno())
        path, known = self._before.get(home, ("", None))
        if known is not None and path.startswith(f"{LOGS}/"):
            copied = _stat(self._folder / path)
            if copied is not None and (copied.st_size, copied.st_mtime_ns) == (known.bytes, found.st_mtime_ns):
                self.files[path] = known
                return
            fresh = f"{LOGS}/{home}.{self._snapshot}"  # the backup before keeps its own
        else:
            fresh = f"{LOGS}/{home}"
        self.files[fresh] = keep(source, self._folder / fresh, home)
        os.utime(self._folder / fresh, ns=(found.st_mtime_ns, found.st_mtime_ns))

    def recording(self, row: RecordingRow, folder: Path) -> bool:
        """Whether the recording is there: in the backup before with the same hash, or on the disk."""
        home = f"{RECORDINGS}/{row.file}"
        path, known = self._before.get(home, (home, None))
        if known is not None:
            copied = _stat(self._folder / path)
            if known.sha256 == row.sha256 and copied is not None and copied.st_size == known.bytes:
                self.files[path] = known
                return True
            path = f"{home}.{self._snapshot}"
        try:
            opened = recording.open_file(folder, row)
        except recording.Unreadable:
            return False
        with os.fdopen(opened.descriptor, "rb") as handle:
            self.files[path] = keep(handle, self._folder / path, home)
        return True


class _Log:
    """A folder of files that grow, and may be renamed or taken away while we look.

    Of those that match `parts` only the newest may still grow; the others, of which there are more every day, are not
    renamed any more and opened one at a time. All else is held open since the beginning, and known by what it is.
    """

    def __init__(self, home: Path, folder: Path, parts: str, stack: ExitStack) -> None:
        self._home, self._folder = home, folder
        self._held: dict[tuple[int, int], tuple[str, BinaryIO]] = {}
        self._copied: set[str] = set()
        self._finished = sorted(folder.glob(parts))[:-1]
        finished = set(self._finished)
        for path in self._paths():
            if path not in finished and (handle := _opened(path)) is not None:
                self._held[_identity(handle)] = (path.relative_to(home).as_posix(), stack.enter_context(handle))

    def copy_finished(self, copy: _Copy) -> None:
        """Once before the database is read."""
        for path in self._finished:
            self._copy(path, copy.finished)

    def copy_rest(self, copy: _Copy) -> None:
        """Once after it: what was begun or renamed meanwhile, and what grew."""
        for path in self._paths():
            self._copy(path, copy.once)
        for name, handle in self._held.values():
            if name not in self._copied:  # of two that had the same name one after the other, the later
                copy.once(name, handle)

    def _copy(self, path: Path, how: Callable[[str, BinaryIO], None]) -> None:
        name = path.relative_to(self._home).as_posix()
        handle = _opened(path) if name not in self._copied else None
        if handle is None:  # copied already; or taken away since, and then the store had all of it
            return
        with handle:
            identity = _identity(handle)
            if identity in self._held:
                self._held[identity] = (name, self._held[identity][1])
            else:
                how(name, handle)
                self._copied.add(name)

    def _paths(self) -> list[Path]:
        return sorted(self._folder.iterdir()) if self._folder.exists() else []


def _opened(path: Path) -> BinaryIO | None:
    """The regular file at `path`, if there is one."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    return os.fdopen(descriptor, "rb")


def _identity(handle: BinaryIO) -> tuple[int, int]:
    found = os.fstat(handle.fileno())
    return found.st_dev, found.st_ino


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _recordings(folder: Path, exported: archive.Exported) -> Iterator[RecordingRow]:
    """The recordings that the store had at the moment of the backup; what still grows is not among them."""
    columns = next(table.columns for table in exported.tables if table.name == "recordings")
    with (folder / "recordings.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = RecordingRow(**dict(zip(columns, json.loads(line), strict=True)))
            if row.sha256:
                yield row


def _prune(folder: Path, manifest: Manifest | None) -> None:
    """Take away what no manifest names: of a backup that was broken off, of one before, of what was deleted since."""
    for entry in folder.iterdir():
        ours = entry.is_dir() and SNAPSHOT.fullmatch(entry.name)
        if ours and (manifest is None or entry.name != manifest.snapshot):
            shutil.rmtree(entry)
    for shared in (RECORDINGS, LOGS):
        for path in (folder / shared).rglob("*"):
            if path.is_file() and (manifest is None or path.relative_to(folder).as_posix() not in manifest.files):
                path.unlink()
