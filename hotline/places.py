"""Where things stand in HOME, and the demo city."""

from __future__ import annotations

import secrets
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from agi import configuration as asterisk
from config.settings import Settings
from front import configuration as caddyfile
from hotline.process import Trace

if TYPE_CHECKING:
    from storage.city import DemoCity

APP = "hotline.app"
"""The module that is the application; its argument is HOME."""
DEFAULT_QUEUE = "main"
"""The queue of calls whose menu names none, and of operators who are told none."""


@dataclass(frozen=True, slots=True)
class Places:
    home: Path

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def lock(self) -> Path:
        return self.run / "keeper.lock"

    @property
    def keeper_pid(self) -> Path:
        return self.run / "keeper.pid"

    @property
    def app(self) -> Trace:
        return Trace(self.run / "app.pid", (APP, str(self.home)))

    @property
    def asterisk(self) -> Trace:
        return Trace(self.run / "asterisk-process.pid", ("-C", str(asterisk.Layout(self.home).conf)))

    @property
    def caddy(self) -> Trace:
        return Trace(self.run / "caddy.pid", ("--config", str(caddyfile.Layout(self.home).conf)))

    @property
    def app_settings(self) -> Path:
        """A hash of the settings with which the application was started."""
        return self.run / "app.settings"

    @property
    def heard(self) -> Path:
        """Touched by the application as long as it lives."""
        return self.run / "app.heard"

    @property
    def options(self) -> Path:
        """What the running hotline has of that which `hotline up` may be told at the command line."""
        return self.run / "options.json"

    @property
    def demo_password(self) -> Path:
        return self.home / "demo-password"

    def make(self) -> None:
        """Make the folders; HOME holds recordings and secrets and is its owner's alone."""
        for folder in (self.home, self.run, self.log):
            folder.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)


def city() -> DemoCity:
    """The demo city."""
    from storage.city import DemoCity  # noqa: PLC0415 - with the store's libraries, which not all commands need
    from storage.documents import make  # noqa: PLC0415

    data = tomllib.loads((files("config") / "demo" / "city.toml").read_text(encoding="utf-8"))
    return DemoCity(
        accounts=tuple((one["login"], one["name"], one["role"]) for one in data.pop("accounts")),
        documents=tuple(make(kind, one) for kind, many in data.items() for one in many),
    )


def demo_password(places: Places, settings: Settings) -> tuple[str, str]:
    """The demo accounts' password as it was and as it is now: the setting's, else the kept one, else a new one."""
    kept = places.demo_password.read_text(encoding="utf-8").strip() if places.demo_password.exists() else ""
    wanted = settings.demo_password or kept or "-".join(secrets.token_hex(2) for _ in range(3))
    if wanted != kept:
        places.demo_password.touch(mode=0o600)
        places.demo_password.write_text(wanted + "\n", encoding="utf-8")
    return kept, wanted
