"""The application's process: its open files, settings, log and store, and what is said where it cannot start."""

import asyncio
import logging
import os
import resource
import sys
from logging.handlers import RotatingFileHandler

from config.settings import SettingsError, load
from hotline.almanac import decreed
from hotline.application import Application
from hotline.places import Places
from routing.records import StoreFault
from storage.database import UnusableDatabase
from storage.journal import Foreign, InUse
from storage.store import Store

log = logging.getLogger(__name__)

LOG_BYTES = 10 << 20
OPEN_FILES = 65536


def allow_files() -> None:
    """As many open files as we may have, up to `OPEN_FILES`: every page takes one, and 1024 is what is usual."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main(home: str = "") -> None:
    """`python -m hotline.app [HOME]`: by its command line everybody sees whose application it is."""
    allow_files()
    try:
        settings = load({**os.environ, "HOTLINE_HOME": home} if home else os.environ)
    except SettingsError as wrong:
        raise SystemExit(str(wrong)) from wrong
    places = Places(settings.home)
    places.make()
    logging.basicConfig(
        level=logging.INFO,
        handlers=[RotatingFileHandler(places.log / "app.log", maxBytes=LOG_BYTES, backupCount=5, encoding="utf-8")],
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("panoramisk").setLevel(logging.WARNING)
    try:
        store = Store.open(settings.database, timezone=settings.zone, statutory=decreed())
    except (StoreFault, UnusableDatabase) as away:
        log.error("the application cannot start: %s", away)
        raise SystemExit(str(away)) from away
    try:
        asyncio.run(Application(settings, store).run())
    except (InUse, Foreign) as other:
        log.error("the application cannot start: %s", other)
        raise SystemExit(str(other)) from other
    finally:
        store.close()


if __name__ == "__main__":
    main(*sys.argv[1:2])
