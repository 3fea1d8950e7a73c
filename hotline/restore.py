"""A backup brought back: whole, into an empty HOME and an empty database, or not at all."""

import shutil
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from config.settings import SQLITE, Settings
from hotline import hold
from hotline.manifest import BackupError, Manifest, keep, look, plain, read
from hotline.places import Places
from storage import archive

RESTORING = ".restoring"


def restore(settings: Settings, folder: Path) -> Manifest:
    """Bring the backup in `folder` into an empty HOME and an empty database of either engine.

    Everything is checked before anything is changed. Raises `BackupError`, `UnusableDatabase`.
    """
    manifest = read(folder)
    _check(folder, manifest)
    places = Places(settings.home)
    _demand_room(settings, places)
    try:
        places.make()
        with hold.lock(places):
            _restore(settings, folder, manifest)
    except hold.AlreadyRunning:
        raise BackupError(_runs(settings)) from None
    except (OSError, DBAPIError, ValueError) as fault:
        raise BackupError(
            f"The backup was not restored ({plain(fault)}). Mend that, and run it again into an empty HOME and "
            "database."
        ) from fault
    return manifest


def _restore(settings: Settings, folder: Path, manifest: Manifest) -> None:
    waiting = settings.home / RESTORING
    shutil.rmtree(waiting, ignore_errors=True)
    waiting.mkdir(mode=0o700)
    for path, file in manifest.files.items():
        if file.home is not None:
            with (folder / path).open("rb") as source:
                if keep(source, waiting / file.home, file.home) != file:
                    raise BackupError(f"{path} changed while it was read: nothing was restored. Run it again.")
    url = settings.database_url or f"sqlite:///{waiting / SQLITE}"
    tables = [(name, table.columns) for name, table in manifest.tables.items()]
    counts = archive.load(url, folder / manifest.snapshot / "database", manifest.schema, tables)
    if counts != {name: table.rows for name, table in manifest.tables.items()}:
        raise BackupError(f"The tables do not have the rows that they had ({counts}): restore another backup.")
    # the database last: a HOME without one is not taken for a hotline
    for entry in sorted(waiting.iterdir(), key=lambda one: one.name.startswith(SQLITE)):
        entry.rename(settings.home / entry.name)
    waiting.rmdir()


def _check(folder: Path, manifest: Manifest) -> None:
    wrong = []
    for path, file in manifest.files.items():
        try:
            with (folder / path).open("rb") as handle:
                found = look(handle, file.home)
        except OSError:
            wrong.append(f"{path} is missing")
        else:
            if found != file:
                wrong.append(f"{path} is not what it was")
    if wrong:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise BackupError(
            f"The backup is damaged: {'; '.join(wrong[:5])}{more}. Nothing was changed: restore another backup."
        )


def _demand_room(settings: Settings, places: Places) -> None:
    if hold.is_running(places) or places.app.pid() or places.asterisk.pid():
        raise BackupError(_runs(settings))
    home = settings.home
    held = (
        sorted(entry.name for entry in home.iterdir() if entry.name not in ("run", "log", RESTORING))
        if home.exists()
        else []
    )
    if held:
        raise BackupError(
            f"{home} is not empty ({held[0]}): nothing was changed. Name a new folder with HOTLINE_HOME, or move this "
            "one away."
        )
    if settings.database_url and not archive.is_empty(settings.database):
        raise BackupError(
            "The database that HOTLINE_DATABASE_URL names is not empty: nothing was changed. Make a new one "
            "(createdb), and name that."
        )


def _runs(settings: Settings) -> str:
    return f"A hotline runs in {settings.home}: nothing was changed. Stop it with `hotline down`, or name another HOME."
