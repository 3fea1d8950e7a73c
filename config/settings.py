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

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

PREFIX = "HOTLINE_"
FILE = "hotline.toml"
SQLITE = "hotline.sqlite"
"""The database in HOME."""

LOOPBACK = "127.0.0.1"

SECRET = frozenset({"demo_password", "turn_password", "twilio_auth_token"})
"""Settings that are shown to nobody."""

Port = Annotated[int, Field(ge=1, le=65535)]

HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.IGNORECASE
)


class SettingsError(Exception):
    """A setting that cannot be used. The message names it and says what it should be."""


class Settings(BaseModel):
    """All settings. Ports are on `bind`, which is loopback unless told otherwise.

    With `tls` the front alone is on `bind`, beside SIP and RTP; pages and websocket stay on loopback behind it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    home: Path = Path("var")
    database_url: str = ""
    bind: str = "127.0.0.1"
    trunk_addresses: str = "127.0.0.0/8"
    trunk_out: str = ""
    http_port: Port = 8000
    sip_port: Port = 5060
    sip_ws_port: Port = 8088
    ami_port: Port = 5038
    agi_port: Port = 4573
    rtp_ports: str = "20000-28000"
    asterisk: str = ""
    tls: bool = False
    https_port: Port = 8443
    tls_certificate: str = ""
    tls_key: str = ""
    public_hosts: str = ""
    caddy: str = ""
    media_address: str = ""
    stun_servers: str = ""
    turn_server: str = ""
    turn_user: str = ""
    turn_password: str = ""
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_sender: str = ""
    twilio_base_url: str = ""
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

    @field_validator("trunk_out")
    @classmethod
    def _trunk_out(cls, value: str) -> str:
        if value and not _is_server(value):
            raise ValueError("must be HOST or HOST:PORT of the trunk that takes our calls, as in 10.0.0.1:5060")
        return value

    @field_validator("rtp_ports")
    @classmethod
    def _rtp_ports(cls, value: str) -> str:
        match = re.fullmatch(r"(\d{4,5})-(\d{4,5})", value)
        if not match or not 1024 <= int(match[1]) < int(match[2]) <= 65535 or int(match[2]) - int(match[1]) < 20:
            raise ValueError("must be FIRST-LAST, at least 20 ports between 1024 and 65535, as in 20000-28000")
        return value

    @field_validator("tls_certificate", "tls_key")
    @classmethod
    def _file(cls, value: str) -> str:
        return str(Path(value).expanduser().absolute()) if value else ""

    @field_validator("public_hosts")
    @classmethod
    def _public_hosts(cls, value: str) -> str:
        if not all(HOST.fullmatch(name) for name in _parts(value)):
            raise ValueError("must be names or IPv4 addresses with commas between, as in hotline.example.cn,10.1.0.5")
        return value.lower()

    @field_validator("media_address")
    @classmethod
    def _media_address(cls, value: str) -> str:
        try:
            usable = not value or not IPv4Address(value).is_unspecified
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("must be the IPv4 address at which phones outside reach this machine, as in 203.0.113.7")
        return value

    @field_validator("stun_servers")
    @classmethod
    def _stun_servers(cls, value: str) -> str:
        if not all(_is_server(part) for part in _parts(value)):
            raise ValueError("must be HOST or HOST:PORT with commas between, as in stun.example.cn:3478")
        return value

    @field_validator("turn_server")
    @classmethod
    def _turn_server(cls, value: str) -> str:
        if value and not _is_server(value):
            raise ValueError("must be HOST or HOST:PORT, as in turn.example.cn:3478")
        return value

    @field_validator("twilio_account_sid")
    @classmethod
    def _twilio_account_sid(cls, value: str) -> str:
        if value and not re.fullmatch(r"AC[0-9a-fA-F]{32}", value):
            raise ValueError("must be AC and 32 hexadecimal digits, as Twilio's console shows it")
        return value

    @field_validator("twilio_sender")
    @classmethod
    def _twilio_sender(cls, value: str) -> str:
        if value and not re.fullmatch(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}", value):
            raise ValueError("must be a number that texts come from, as in +8610012345, or a short code")
        return value

    @field_validator("twilio_base_url")
    @classmethod
    def _twilio_base_url(cls, value: str) -> str:
        scheme, _, server = value.rstrip("/").partition("://")
        if value and not (scheme in ("http", "https") and _is_server(server)):
            raise ValueError("must be the address of another API like Twilio's, as in https://texts.example.cn")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _pairs(self) -> "Settings":
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise ValueError("HOTLINE_TLS_CERTIFICATE and HOTLINE_TLS_KEY belong together: set both or neither")
        if len({bool(self.turn_server), bool(self.turn_user), bool(self.turn_password)}) > 1:
            raise ValueError(
                "HOTLINE_TURN_SERVER, HOTLINE_TURN_USER and HOTLINE_TURN_PASSWORD belong together: set all"
            )
        if len({bool(self.twilio_account_sid), bool(self.twilio_auth_token), bool(self.twilio_sender)}) > 1:
            raise ValueError(
                "HOTLINE_TWILIO_ACCOUNT_SID, HOTLINE_TWILIO_AUTH_TOKEN and HOTLINE_TWILIO_SENDER belong together: "
                "set all"
            )
        return self

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
        return self.database_url or f"sqlite:///{self.home / SQLITE}"

    @property
    def founded(self) -> bool:
        """Whether there has ever been a hotline in HOME; a database elsewhere is taken for one."""
        return bool(self.database_url) or (self.home / SQLITE).exists()

    @property
    def trunk_list(self) -> tuple[str, ...]:
        """Where calls from the telephone network come from."""
        return _parts(self.trunk_addresses)

    @property
    def web_bind(self) -> str:
        """Where the application and Asterisk's websocket listen."""
        return LOOPBACK if self.tls else self.bind

    @property
    def sends_texts(self) -> bool:
        """Whether there is an account by which texts can be sent."""
        return bool(self.twilio_account_sid)

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach us."""
        return IPv4Address(self.bind).is_loopback

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names and addresses by which pages are asked for, the first one first."""
        return tuple(dict.fromkeys((*_parts(self.public_hosts), self.bind)))

    @property
    def stun_list(self) -> tuple[str, ...]:
        """HOST:PORT each."""
        return tuple(_with_port(part) for part in _parts(self.stun_servers))

    @property
    def turn_list(self) -> tuple[str, ...]:
        """The same for TURN: one or none."""
        return (_with_port(self.turn_server),) if self.turn_server else ()

    @property
    def ice_servers(self) -> tuple[dict[str, Any], ...]:
        """What a page needs to find a way to Asterisk's sound through NAT, as RTCPeerConnection takes it."""
        servers: list[dict[str, Any]] = []
        if self.stun_servers:
            servers.append({"urls": [f"stun:{server}" for server in self.stun_list]})
        for server in self.turn_list:
            urls = [f"turn:{server}?transport={protocol}" for protocol in ("udp", "tcp")]
            servers.append({"urls": urls, "username": self.turn_user, "credential": self.turn_password})
        return tuple(servers)

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


def _parts(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",")) if value else ()


def _is_server(value: str) -> bool:
    host, _, port = value.partition(":")
    return bool(HOST.fullmatch(host)) and (":" not in value or (port.isdecimal() and 1 <= int(port) <= 65535))


def _with_port(server: str) -> str:
    return server if ":" in server else f"{server}:3478"


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
    if not name:  # of several settings together: the sentence names them
        return str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        known = ", ".join(PREFIX + field.upper() for field in Settings.model_fields)
        return f"{PREFIX}{name.upper()} ({name} in {FILE}) is not a setting. Known: {known}"
    wanted = "must be yes or no" if error["type"].startswith("bool") else error["msg"].removeprefix("Value error, ")
    shown = "…" if name in SECRET else repr(error["input"])
    return f"{PREFIX}{name.upper()} ({name} in {FILE}) = {shown}: {wanted}"
