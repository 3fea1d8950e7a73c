"""Keep it: backup and restore, the doctor, tokens."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from agent_console.session import Sessions
from hotline.backup import backup as make_backup
from hotline.doctor import report
from hotline.doctor.examination import examine
from hotline.manifest import Manifest
from hotline.options import load
from hotline.restore import restore as run_restore
from hotline.terminal import Json, by_hand, err, fail, opened, out, show_json
from routing.records import Act

app = typer.Typer()


@app.command()
def backup(folder: Annotated[Path, typer.Argument(metavar="DIR")], as_json: Json = False) -> None:
    """Copy all that is needed to go on elsewhere into DIR, while the hotline runs; again: only what is new."""
    with err.status(f"Copying to {folder} …"):
        done = make_backup(load(), folder.absolute())
    _counts(f"Backup in {folder}", done, as_json)


@app.command()
def restore(folder: Annotated[Path, typer.Argument(metavar="DIR")], as_json: Json = False) -> None:
    """Bring a backup into an empty HOME and an empty database, SQLite or PostgreSQL, whichever it came from."""
    settings = load()
    with err.status(f"Checking {folder} and copying to {settings.home} …"):
        done = run_restore(settings, folder.absolute())
    _counts(f"Restored into {settings.home}", done, as_json)


def _counts(title: str, manifest: Manifest, as_json: bool) -> None:
    rows = {name: table.rows for name, table in manifest.tables.items()}
    counts = {"files": len(manifest.files), "bytes": manifest.bytes, "recordings": manifest.recordings}
    if as_json:
        of = {"made_at": manifest.made_at, "schema": manifest.schema, "missing": manifest.missing}
        show_json({**of, **counts, "tables": rows})
        return
    table = Table(title=f"{title} ({manifest.made_at})", show_header=False)
    for name, count in {**counts, **rows}.items():
        table.add_row(name, f"{count:,}")
    out.print(table, highlight=False)
    for name in manifest.missing:
        out.print(f"The recording {name} is not on the disk and so not in the backup.", style="red", highlight=False)


@app.command()
def doctor(as_json: Json = False) -> None:
    """Look at everything that the hotline needs; each fault with its cure. Status 0 only if all is well."""
    results = examine()
    if as_json:
        show_json(report.as_data(results))
    else:
        report.show(results, out)
    if any(result.faults for result in results):
        raise SystemExit(1)


@app.command()
def token(login: str, days: Annotated[int, typer.Option(min=1, max=365)] = 30) -> None:
    """Print a bearer token for the API."""
    settings = load()
    with opened(settings) as store:
        if store.account(login) is None:
            known = ", ".join(account.login for account in store.accounts())
            fail(f"There is no account {login}. There are: {known}")
        sessions = Sessions(store, time.time)
        typer.echo(asyncio.run(sessions.issue(login, kind="token", lifetime=days * 86400.0)))
        store.note(by_hand(Act.TOKEN_MADE, login, f"{days} days"))
    err.print(f"Valid until {datetime.fromtimestamp(time.time() + days * 86400, UTC):%F %R} UTC.", highlight=False)
