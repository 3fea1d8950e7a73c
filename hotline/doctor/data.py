"""The database: there, readable, writable, and of this program's schema. Nothing is changed by looking."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from hotline.doctor.finding import Finding, Patient
from storage.database import MIGRATIONS

LOCKED_S = 3.0


def database(patient: Patient) -> Iterator[Finding]:
    """It answers and has the schema that this program needs."""
    try:
        url = make_url(patient.settings.database)
    except ArgumentError:
        yield Finding("HOTLINE_DATABASE_URL is no database address.", "Write it as in sqlite:////path/hotline.sqlite")
        return
    if url.get_backend_name() == "sqlite":
        file = Path(url.database or "")
        if not file.exists():
            if patient.settings.home.is_dir():
                yield Finding(
                    f"There is no database {file} yet.", "Run `hotline up`, which makes it; or restore a backup."
                )
            return
        if fault := _not_writable(file):
            yield Finding(
                f"The database {file} cannot be written: {fault}.",
                "End the program that holds it, or correct its rights and the disk; a damaged one needs a backup.",
            )
            return
    try:
        engine = create_engine(url)
        with engine.connect() as connection:
            yield from _schema(connection)
        engine.dispose()
    except (SQLAlchemyError, ImportError) as fault:
        said = str(getattr(fault, "orig", None) or fault).splitlines()[0]
        yield Finding(
            f"The database does not answer: {said}.",
            "Start its server, or correct HOTLINE_DATABASE_URL; a damaged file: restore a backup.",
        )


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
