"""The database: there, readable, writable, and of this program's schema; what is known of the year's holidays.

Nothing is changed by looking.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlmodel import Session

from hotline.almanac import decreed
from hotline.doctor.finding import Finding, Patient
from storage import policy
from storage.database import MIGRATIONS, UnusableDatabase, connect
from worktime.calendar import Calendar, SpecialDay
from worktime.outlook import remarks

LOCKED_S = 3.0


def database(patient: Patient) -> Iterator[Finding]:
    """It answers and has the schema that this program needs."""
    file = _sqlite_file(patient.settings.database)
    if file is not None and not file.exists():  # connecting would make one
        if patient.settings.home.is_dir():
            yield Finding(f"There is no database {file} yet.", "Run `hotline up`, which makes it; or restore a backup.")
        return
    if file is not None and (fault := _not_writable(file)):
        yield Finding(
            f"The database {file} cannot be written: {fault}.",
            "End the program that holds it, or correct its rights and the disk; a damaged one needs a backup.",
        )
        return
    try:
        engines = connect(patient.settings.database)
    except UnusableDatabase as wrong:
        yield Finding(f"The database cannot be used: {wrong}.", "Correct HOTLINE_DATABASE_URL.")
        return
    try:
        with engines[1].connect() as connection:
            yield from _schema(connection)
    except SQLAlchemyError as away:
        said = " ".join(str(getattr(away, "orig", None) or away).split())
        yield Finding(f"The database does not answer: {said}.", "Start its server, or correct HOTLINE_DATABASE_URL.")
    finally:
        for engine in engines:
            engine.dispose()


def calendar(patient: Patient) -> Iterator[Finding]:
    """Which days of this year are worked is known; from November on, of the next one too."""
    known = Calendar(decreed(), {day.key: day for day in _special_days(patient)})
    years = ", ".join(str(year) for year in sorted(known.statutory.years))
    yield Finding(f"The public holidays of {years} are known.", "", note=True)
    for remark in remarks(known, datetime.fromtimestamp(patient.now, patient.settings.zone).date()):
        yield Finding(remark.en, remark.cure_en, note=not remark.pressing)


def _special_days(patient: Patient) -> list[SpecialDay]:
    """Those of the administrator; none where the database cannot be read, as the check of the database tells."""
    file = _sqlite_file(patient.settings.database)
    if file is not None and not file.exists():
        return []
    try:
        engines = connect(patient.settings.database)
    except UnusableDatabase:
        return []
    try:
        with Session(engines[1]) as session:
            return policy.every(session, "days")
    except SQLAlchemyError:
        return []
    finally:
        for engine in engines:
            engine.dispose()


def _sqlite_file(url: str) -> Path | None:
    try:
        where = make_url(url)
    except (ArgumentError, ValueError):
        return None
    return Path(where.database or "") if where.get_backend_name() == "sqlite" else None


def _schema(connection: Connection) -> Iterator[Finding]:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    found, wanted = MigrationContext.configure(connection).get_current_revision(), scripts.get_current_head()
    if found == wanted:
        return
    if found is None or found in {script.revision for script in scripts.walk_revisions()}:
        yield Finding(
            f"The database has the schema {found or 'of no version'}; this program needs {wanted}.",
            "Run `hotline down`, then `hotline up`, which brings it up to date.",
        )
    else:
        yield Finding(
            f"The database was written by a newer program (schema {found}; this one knows up to {wanted}).",
            "Install the newer program, or restore a backup made before the upgrade.",
        )


def _not_writable(file: Path) -> str | None:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=rw", uri=True, timeout=LOCKED_S, isolation_level=None)) as line:
            line.execute("BEGIN IMMEDIATE")
            line.execute("ROLLBACK")
    except sqlite3.Error as fault:
        return str(fault)
    return None
