"""Asterisk's configuration, rendered from settings and the store's operators with their phones.

Templates stand in `config/asterisk/`. Every value that comes from outside passes the `conf` filter, which refuses what
Asterisk's configuration parser would read as something else.
"""

import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path

from agi import sounds
from agi.endpoints import CALLED, OUTSIDE, REALM, STRANGERS, TRUNK, VISITORS, desk_phone_of, softphone_of
from config import rendering
from config.rendering import templates
from routing.records import DeskPhone

MODULES = (
    # the dialplan and what it calls
    *("pbx_config", "app_dial", "app_playback", "app_record", "app_mixmonitor", "app_userevent", "app_celgenuserevent"),
    *("app_exec", "app_stack", "app_chanspy", "app_confbridge", "res_musiconhold", "res_agi", "res_speech"),
    "app_channelredirect",
    *("func_callerid", "func_channel", "func_cut", "func_env", "func_global", "func_groupcount", "func_logic"),
    *("func_math", "func_md5", "func_periodic_hook", "func_rand", "func_strings", "func_timeout", "func_uri"),
    *("func_hangupcause", "func_pjsip_endpoint", "func_pjsip_aor", "func_pjsip_contact"),
    # talk
    *("bridge_simple", "bridge_native_rtp", "bridge_softmix", "bridge_builtin_features", "codec_ulaw", "codec_alaw"),
    "res_timing_timerfd",  # without it the music is clocked by the caller's own sound, and stops with it
    *("codec_resample", "format_pcm", "format_sln", "format_wav", "res_rtp_asterisk", "res_srtp", "res_crypto"),
    # SIP
    *("res_pjproject", "res_sorcery_astdb", "res_sorcery_config", "res_sorcery_memory", "res_http_websocket"),
    *("res_pjsip", "res_pjsip_session", "res_pjsip_pubsub", "chan_pjsip", "res_pjsip_sdp_rtp"),
    *("res_pjsip_transport_websocket", "res_pjsip_refer"),
    *("res_pjsip_authenticator_digest", "res_pjsip_endpoint_identifier_user", "res_pjsip_endpoint_identifier_ip"),
    *("res_pjsip_registrar", "res_pjsip_caller_id", "res_pjsip_diversion", "res_pjsip_dtmf_info", "res_pjsip_nat"),
    *("res_pjsip_header_funcs", "res_pjsip_rfc3326", "res_pjsip_acl", "res_pjsip_outbound_authenticator_digest"),
    # the witness
    *("cel_custom", "res_cdrel_custom"),
)

EVENTS = (
    *("FullyBooted", "DialBegin", "DialEnd", "Hangup", "Hold", "Unhold", "ContactStatus", "UserEvent"),
    *("CoreShowChannel", "CoreShowChannelsComplete"),
    "Reload",  # operators' phones were added or removed
)
"""AMI events that the desk's user reads; all others are noise to us."""

LOCAL_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8")
"""Where phones need no address of ours but the one that we listen at (RFC 1918)."""

SAFE = re.compile(r"[^\r\n;\[\]\"\\${}|,&<>]*")


class UnsafeValueError(ValueError):
    """A value that cannot stand in Asterisk's configuration."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where Asterisk's things stand in HOME."""

    home: Path

    @property
    def etc(self) -> Path:
        return self.home / "asterisk" / "etc"

    @property
    def lib(self) -> Path:
        return self.home / "asterisk" / "lib"

    @property
    def data(self) -> Path:
        return self.home / "asterisk" / "data"

    @property
    def spool(self) -> Path:
        return self.home / "asterisk" / "spool"

    @property
    def log(self) -> Path:
        return self.home / "asterisk" / "log"

    @property
    def run(self) -> Path:
        return self.home / "run"

    @property
    def sounds(self) -> Path:
        """Where Asterisk looks for what it plays."""
        return self.data / "sounds"

    @property
    def prompts(self) -> Path:
        """The city's own prompts, each named by the SHA-256 of its file."""
        return self.home / "prompts"

    @property
    def recordings(self) -> Path:
        return self.home / "recordings"

    @property
    def conf(self) -> Path:
        return self.etc / "asterisk.conf"

    @property
    def events(self) -> Path:
        """The channel event log (CEL), one CSV line an event."""
        return self.log / "cel-custom" / "calls.csv"


@dataclass(frozen=True, slots=True)
class Secrets:
    """Passwords between our own processes, made at the first start and kept in HOME, readable by the owner only."""

    desk: str
    phones: str
    dialer: str

    @classmethod
    def kept(cls, home: Path) -> "Secrets":
        path = home / "ami-secrets"
        known = path.read_text(encoding="ascii").split() if path.exists() else []
        if len(known) < len(fields(cls)):  # the first start, or of a version that knew fewer
            known += [secrets.token_hex(24) for _ in fields(cls)[len(known) :]]
            fresh = path.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text("".join(f"{one}\n" for one in known), encoding="ascii")
            fresh.replace(path)  # whoever reads it meanwhile, or after a fault of the disk, finds it whole
        return cls(*known)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the templates need. `modules`: the folder of Asterisk's modules; times in seconds.

    `bind`: SIP and sound; `ws_bind`: the websocket, loopback behind a front. `media_address`: how phones beyond NAT
    reach us, empty where none are; `stun_server`: HOST:PORT or empty. `trunk_out`: where calls to other platforms go,
    HOST or HOST:PORT, empty: none; one of those is let ring for `forward_s`. `apart`: those of the `operators` whom the
    fallback does not ring.
    """

    layout: Layout
    modules: Path
    documentation: Path
    bind: str
    ws_bind: str
    sip_port: int
    ws_port: int
    ami_port: int
    agi_port: int
    rtp_first: int
    rtp_last: int
    secrets: Secrets
    numbers: Sequence[str]
    operators: Sequence[str]
    desk_phones: Sequence[DeskPhone] = ()
    trunk_addresses: Sequence[str] = ("127.0.0.0/8",)
    media_address: str = ""
    stun_server: str = ""
    menu_limit_s: int = 180  # `agi.fastagi.STEP_S`
    round_s: int = 10
    patience_rounds: int = 4
    message_silence_s: int = 8
    message_limit_s: int = 180
    trunk_out: str = ""
    forward_s: int = 45
    demo: bool = True
    apart: Collection[str] = ()


PHONES = ("pjsip_operators.conf", "extensions_operators.conf")
"""What speaks of the operators' phones and can change while Asterisk runs, with the modules that read it anew."""
PHONE_MODULES = ("res_pjsip.so", "pbx_config.so")


def render_phones(
    layout: Layout, operators: Sequence[str], desk_phones: Sequence[DeskPhone], apart: Collection[str] = ()
) -> None:
    """Write anew what speaks of the operators' phones alone; raises `UnsafeValueError`."""
    _write(layout, [f"{name}.j2" for name in PHONES], _phones(operators, desk_phones, apart))


NUMBERS = "extensions_numbers.conf"
"""What speaks of the numbers that citizens can dial, and can change likewise."""
NUMBER_MODULE = "pbx_config.so"


def render_numbers(layout: Layout, numbers: Sequence[str]) -> None:
    """Write anew which numbers can be dialled; raises `UnsafeValueError`."""
    _write(layout, [f"{NUMBERS}.j2"], {"numbers": numbers})


def render(plan: Plan) -> None:
    """Write the configuration and the folders that it names; raises `UnsafeValueError` for a value it cannot hold."""
    taken = {softphone_of(login) for login in plan.operators} & {*plan.numbers, *STRANGERS}
    if taken:
        raise UnsafeValueError(
            f"an operator's phone cannot be named {', '.join(sorted(taken))}: that is a citizen's line"
        )
    layout = plan.layout
    for folder in (layout.etc, layout.lib, layout.data, layout.spool, layout.log, layout.run, layout.recordings):
        folder.mkdir(parents=True, exist_ok=True)
    layout.prompts.mkdir(exist_ok=True)
    layout.events.parent.mkdir(exist_ok=True)
    (layout.lib / "keys").mkdir(exist_ok=True)
    layout.etc.chmod(0o700)
    values = {
        "etc": layout.etc,
        "lib": layout.lib,
        "data": layout.data,
        "spool": layout.spool,
        "run": layout.run,
        "log": layout.log,
        "recordings": layout.recordings,
        "modules": plan.modules,
        "bind": plan.bind,
        "ws_bind": plan.ws_bind,
        "sip_port": plan.sip_port,
        "ws_port": plan.ws_port,
        "ami_port": plan.ami_port,
        "agi_port": plan.agi_port,
        "rtp_first": plan.rtp_first,
        "rtp_last": plan.rtp_last,
        "desk_secret": plan.secrets.desk,
        "phones_secret": plan.secrets.phones,
        "dialer_secret": plan.secrets.dialer,
        "numbers": plan.numbers,
        **_phones(plan.operators, plan.desk_phones, plan.apart),
        "trunk": TRUNK,
        "trunk_out": plan.trunk_out,
        "outside": OUTSIDE,
        "called": CALLED,
        "forward_s": plan.forward_s,
        "trunk_addresses": plan.trunk_addresses,
        "visitors": VISITORS,
        "demo": plan.demo,
        "media_address": plan.media_address,
        "local_networks": LOCAL_NETWORKS,
        "stun_server": plan.stun_server,
        "menu_limit_s": plan.menu_limit_s,
        "round_s": plan.round_s,
        "patience_rounds": plan.patience_rounds,
        "message_silence_s": plan.message_silence_s,
        "message_limit_s": plan.message_limit_s,
        "modules_wanted": [name for name in MODULES if (plan.modules / f"{name}.so").exists()],
        "events": EVENTS,
    }
    templates = files("config") / "asterisk"
    _write(layout, sorted(entry.name for entry in templates.iterdir() if entry.name.endswith(".j2")), values)
    _data(plan)


def _phones(operators: Sequence[str], desk_phones: Sequence[DeskPhone], apart: Collection[str]) -> dict[str, object]:
    """The values of the templates in `PHONES`. Who has a desk phone has no softphone."""
    desks = {phone.login: phone for phone in desk_phones}
    pages = [login for login in operators if login not in desks]
    return {
        "realm": REALM,
        "softphones": [(softphone_of(login), login) for login in pages],
        "desk_phones": [
            {
                "endpoint": desk_phone_of(login),
                "login": login,
                "contact": one.contact,
                "codecs": one.codecs,
                "ha1": one.ha1,
            }
            for login, one in desks.items()
        ],
        "endpoints": [
            *(softphone_of(login) for login in pages if login not in apart),
            *(desk_phone_of(login) for login in desks if login not in apart),
        ],
    }


def _regex(contact: str) -> str:
    """A regular expression for the same address; the usual port may be named or not."""
    named = re.search(r":\d+$", contact)
    return re.escape(contact) + ("" if named else "(:5060)?")


def _write(layout: Layout, names: Sequence[str], values: Mapping[str, object]) -> None:
    environment = templates(files("config") / "asterisk", conf=conf, regex=_regex)
    for template in names:
        rendering.render(environment, template, layout.etc / template.removesuffix(".j2"), values)


def conf(value: object) -> str:
    """`value` as it may stand behind `=` in Asterisk's files."""
    text = str(value)
    if not SAFE.fullmatch(text):
        raise UnsafeValueError(
            f"{text!r} cannot stand in Asterisk's configuration: it holds one of CR LF ; [ ] \" \\ $ {{ }} | , & < >"
        )
    return text


def _data(plan: Plan) -> None:
    """Asterisk's data folder: its own documentation, our prompts and music."""
    data = plan.layout.data
    _link(data / "documentation", plan.documentation)
    sounds.lay(plan.layout.sounds, plan.layout.prompts)
    (data / "moh").mkdir(exist_ok=True)
    _link(data / "moh" / "hold.wav", sounds.shipped() / "hold.wav")


def _link(link: Path, target: Path) -> None:
    if link.is_symlink():
        if link.readlink() == target:
            return
        link.unlink()
    link.symlink_to(target)
