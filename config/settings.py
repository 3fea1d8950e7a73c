"""Settings: environment variables `HOTLINE_*`, then `hotline.toml` in the working folder, then the defaults below.

An unknown or malformed setting is an error that names it, before anything starts.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

PREFIX = "HOTLINE_"
FILE = "hotline.toml"

Port = Annotated[int, Field(ge=1, le=65535)]


class SettingsError(Exception):
    """A setting that cannot be used. The message names it and says what it should be."""


class Settings(BaseModel):
    """All settings. Ports are on `bind`, which is loopback unless told otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    home: Path = Path("var")
    database_url: str = ""
    bind: str = "127.0.0.1"
    trunk_addresses: str = "127.0.0.0/8"
    http_port: Port = 8000
    sip_port: Port = 5060
    sip_ws_port: Port = 8088
    ami_port: Port = 5038
    agi_port: Port = 4573
    rtp_ports: str = "20000-28000"
    asterisk: str = ""
    demo_password: str = ""
    timezone: str = "Asia/Shanghai"
    country: str = "CN"
    demo: bool = True

    @field_validator("home")
    @classmethod
    def _home(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("bind")
    @classmethod
    def _bind(cls, value: str) -> str:
        try:
            address = IPv4Address(value)
        except ValueError as wrong:
            raise ValueError("must be an IPv4 address of this machine, as in 127.0.0.1") from wrong
        if address.is_unspecified:
            raise ValueError("must be one address that pages and phones can be told, not 0.0.0.0")
        return value

    @field_validator("trunk_addresses")
    @classmethod
    def _trunk_addresses(cls, value: str) -> str:
        try:
            for part in value.split(","):
                IPv4Network(part.strip())
        except ValueError as wrong:
            raise ValueError("must be addresses or networks with commas between, as in 10.0.0.1,10.1.0.0/24") from wrong
        return value

    @field_validator("rtp_ports")
    @classmethod
    def _rtp_ports(cls, value: str) -> str:
        match = re.fullmatch(r"(\d{4,5})-(\d{4,5})", value)
        if not match or not 1024 <= int(match[1]) < int(match[2]) <= 65535 or int(match[2]) - int(match[1]) < 20:
            raise ValueError("must be FIRST-LAST, at least 20 ports between 1024 and 65535, as in 20000-28000")
        return value

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise ValueError("must be a time zone such as Asia/Shanghai") from unknown
        return value

    @field_validator("demo_password")
    @classmethod
    def _demo_password(cls, value: str) -> str:
        if value and len(value) < 8:
            raise ValueError("must have 8 characters or more")
        return value

    @property
    def database(self) -> str:
        """The database's URL: SQLite in HOME unless one is given."""
        return self.database_url or f"sqlite:///{self.home / 'hotline.sqlite'}"

    @property
    def trunk_list(self) -> tuple[str, ...]:
        """Where calls from the telephone network come from."""
        return tuple(part.strip() for part in self.trunk_addresses.split(","))

    @property
    def rtp_range(self) -> tuple[int, int]:
        first, last = self.rtp_ports.split("-")
        return int(first), int(last)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def recordings(self) -> Path:
        return self.home / "recordings"


def load(environment: Mapping[str, str] = os.environ, folder: Path | None = None) -> Settings:
    """The settings as they stand; raises `SettingsError` for one that is unknown or malformed."""
    values: dict[str, Any] = {}
    path = (folder or Path.cwd()) / FILE
    if path.exists():
        try:
            values.update(tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
            raise SettingsError(f"{path}: not a TOML file: {broken}") from broken
    for name, value in environment.items():
        if name.startswith(PREFIX):
            values[name.removeprefix(PREFIX).lower()] = value
    try:
        return Settings.model_validate(values)
    except ValidationError as errors:
        raise SettingsError("\n".join(_sentence(error) for error in errors.errors())) from errors


def _sentence(error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = ", ".join(PREFIX + field.upper() for field in Settings.model_fields)
        return f"{PREFIX}{name.upper()} ({name} in {FILE}) is not a setting. Known: {known}"
    wanted = error["msg"].removeprefix("Value error, ")
    return f"{PREFIX}{name.upper()} ({name} in {FILE}) = {error['input']!r}: {wanted}"
