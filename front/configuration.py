"""Caddy's configuration, rendered from the settings. The template stands in `config/caddy/`."""

import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from config import rendering
from config.rendering import templates

SAFE = re.compile(r"[^\x00-\x1f\"`\\{}]+")


class UnsafeWordError(ValueError):
    """A value that cannot stand in Caddy's configuration."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where Caddy's things stand in HOME: keys and certificates in its folder, its log beside the others."""

    home: Path

    @property
    def folder(self) -> Path:
        return self.home / "caddy"

    @property
    def conf(self) -> Path:
        return self.folder / "Caddyfile"

    @property
    def log(self) -> Path:
        return self.home / "log" / "caddy.log"

    @property
    def authority(self) -> Path:
        """The certificate of our own authority, which operators' browsers must be told to trust; Caddy makes it."""
        return self.folder / "pki" / "authorities" / "local" / "root.crt"


@dataclass(frozen=True, slots=True)
class Given:
    """A certificate of the city's own. Its fingerprint stands in the configuration, which so changes with it."""

    certificate: Path
    key: Path
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What the template needs. `hosts`: the names and addresses served. Without a `given` certificate Caddy makes one,
    signed by an authority of its own.
    """

    layout: Layout
    bind: str
    port: int
    hosts: tuple[str, ...]
    http_port: int
    sip_ws_port: int
    given: Given | None = None


def command(binary: Path, layout: Layout) -> tuple[str, ...]:
    """What to start, once the configuration is rendered."""
    return (str(binary), "run", "--config", str(layout.conf), "--adapter", "caddyfile")


def surroundings(layout: Layout) -> dict[str, str]:
    """Environment in which Caddy writes nothing outside its folder."""
    return {"XDG_DATA_HOME": str(layout.folder), "XDG_CONFIG_HOME": str(layout.folder)}


def render(plan: Plan) -> bool:
    """Write the configuration; whether it is another than the one before. Raises `UnsafeWordError`."""
    layout = plan.layout
    layout.folder.mkdir(parents=True, exist_ok=True)
    layout.folder.chmod(0o700)
    values = {
        "storage": layout.folder,
        "log": layout.log,
        "bind": plan.bind,
        "port": plan.port,
        "hosts": plan.hosts,
        "http_port": plan.http_port,
        "sip_ws_port": plan.sip_ws_port,
        "given": plan.given,
    }
    return rendering.render(templates(files("config") / "caddy", word=word), "Caddyfile.j2", layout.conf, values)


def word(value: object) -> str:
    """`value` as one word of a Caddyfile."""
    text = str(value)
    if not SAFE.fullmatch(text):
        raise UnsafeWordError(f"{text!r} cannot stand in Caddy's configuration: it holds one of CR LF \" ` \\ {{ }}")
    return f'"{text}"' if " " in text else text
