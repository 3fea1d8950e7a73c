"""Asterisk's configuration: what is written is what was meant."""

from dataclasses import replace
from pathlib import Path

import pytest
from asterisk.config import Config

from agi.configuration import (
    EVENTS,
    Layout,
    Plan,
    Secrets,
    UnsafeValueError,
    conf,
    render,
    render_numbers,
    render_phones,
)
from agi.endpoints import VISITORS
from agi.fastagi import STEP_S
from routing.records import DeskPhone


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "app_dial.so").touch()
    return Plan(
        layout=Layout(tmp_path / "home"),
        modules=modules,
        documentation=tmp_path,
        bind="127.0.0.1",
        ws_bind="127.0.0.1",
        sip_port=5060,
        ws_port=8088,
        ami_port=5038,
        agi_port=4573,
        rtp_first=20000,
        rtp_last=28000,
        secrets=Secrets("desk-secret", "phones-secret", "dialer-secret"),
        numbers=["12345"],
        operators=["op1001", "op1002"],
    )


def section(path: Path, name: str) -> dict[str, str]:
    """A section as pyst2 reads Asterisk's files."""
    (found,) = [one for one in Config(str(path)).categories if one.name == name]
    return {item.name.strip(): item.value.strip() for item in found.items}


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # pyst2 leaves the file it has read open
def test_no_manager_user_may_do_more_than_its_work(plan: Plan) -> None:
    render(plan)
    path = plan.layout.etc / "manager.conf"
    assert section(path, "desk")["write"] == "call,reporting"
    assert section(path, "phones")["write"] == "system"
    assert section(path, "dialer")["write"] == "originate"
    assert section(path, "general")["bindaddr"] == "127.0.0.1"
    text = path.read_text(encoding="utf-8")
    assert "originate" not in [
        word for line in text.splitlines() if line.startswith("write") for word in line.split(",")
    ]
    for event in EVENTS:
        assert f"eventfilter(name({event})) =" in text


def test_every_context_that_is_redirected_to_catches_what_does_not_exist(plan: Plan) -> None:
    render(plan)
    files = ("extensions.conf", "extensions_message.conf")
    text = "".join("\n" + (plan.layout.etc / name).read_text(encoding="utf-8") for name in files)
    contexts = dict(part.split("]\n", 1) for part in text.split("\n[")[1:])
    message = ("message", "message-review")
    talk = ("hold", "quiet", "consult", "room", "seat", "handed")
    for name in ("wait", "connect", *message, "fallback", "patience", "bye", "forward", "callback", "joined", *talk):
        assert "exten => i,1," in contexts[name], name


def test_every_agi_is_bounded_in_time_and_has_a_sentinel(plan: Plan) -> None:
    render(plan)
    lines = (plan.layout.etc / "extensions.conf").read_text(encoding="utf-8").splitlines()
    calls = [number for number, line in enumerate(lines) if "AGI(${AGI}" in line]
    assert len(calls) == 6
    for number in calls:
        assert any("TIMEOUT(absolute)=" in line and "=0)" not in line for line in lines[number - 2 : number])
        assert "TIMEOUT(absolute)=0" in lines[number + 1]


PHONES = [
    DeskPhone("1007", "sip:1007@127.0.0.4:5080", ("alaw", "ulaw"), "a" * 32),
    DeskPhone("op1002", None, ("ulaw",), "b" * 32),
]


def test_who_has_a_desk_phone_has_no_softphone_and_the_fallback_rings_each_at_his_own(plan: Plan) -> None:
    render(replace(plan, operators=["1007", "op1001", "op1002"], desk_phones=PHONES))
    etc = plan.layout.etc
    text = (etc / "pjsip_operators.conf").read_text(encoding="utf-8")
    named = [line for line in text.splitlines() if line.endswith(("(page-phone)", "(desk-phone)"))]
    assert named == ["[op1001](page-phone)", "[desk_1007](desk-phone)", "[desk_op1002](desk-phone)"]
    assert "match_header = Contact: /<sip:1007@127\\.0\\.0\\.4:5080[>\\;]/" in text
    assert text.count("contact = sip:") == 1
    fallback = (etc / "extensions_operators.conf").read_text(encoding="utf-8")
    assert "FALLBACK = PJSIP/op1001&PJSIP/desk_1007&PJSIP/desk_op1002\n" in fallback


def test_phones_are_written_anew_without_touching_the_rest(plan: Plan) -> None:
    render(plan)
    etc = plan.layout.etc
    before = {path.name: path.stat().st_mtime_ns for path in etc.iterdir()}
    render_phones(plan.layout, ["1007", "op1001"], PHONES[:1])
    changed = {path.name for path in etc.iterdir() if path.stat().st_mtime_ns != before[path.name]}
    assert changed == {"pjsip_operators.conf", "extensions_operators.conf"}
    assert (etc / "pjsip_operators.conf").stat().st_mode & 0o077 == 0


def test_a_numeric_login_gives_its_softphone_no_number_for_a_name(plan: Plan) -> None:
    render(replace(plan, operators=["1007"]))
    text = (plan.layout.etc / "pjsip_operators.conf").read_text(encoding="utf-8")
    assert "[page_1007](page-phone)" in text
    assert "[1007]" not in text


def test_only_modules_that_this_asterisk_has_are_loaded(plan: Plan) -> None:
    render(plan)
    text = (plan.layout.etc / "modules.conf").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("load")] == ["load = app_dial.so"]


def test_secrets_are_the_owners_alone_and_stay_the_same(plan: Plan, tmp_path: Path) -> None:
    render(plan)
    assert (plan.layout.etc / "manager.conf").stat().st_mode & 0o077 == 0
    first = Secrets.kept(tmp_path)
    assert Secrets.kept(tmp_path) == first
    assert first.desk != first.phones
    assert (tmp_path / "ami-secrets").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "poison", ["a\nb", "a\rb", "a;b", "[general]", 'a"b', "${SHELL(id)}", "a,b", "a|b", "a&b", "a\\"]
)
def test_a_value_that_asterisk_would_read_as_something_else_is_refused(plan: Plan, poison: str) -> None:
    with pytest.raises(UnsafeValueError):
        conf(poison)
    with pytest.raises(UnsafeValueError):
        render(replace(plan, operators=[poison]))
    for phone in (PHONES[0], PHONES[1]):
        for change in ({"contact": f"sip:{poison}@127.0.0.1"}, {"codecs": (poison,)}, {"ha1": poison}):
            with pytest.raises(UnsafeValueError):
                render_phones(plan.layout, ["1007"], [replace(phone, **change)])
    with pytest.raises(UnsafeValueError):
        render(replace(plan, layout=Layout(plan.layout.home / poison)))


def test_behind_a_front_only_the_websocket_stays_on_loopback(plan: Plan) -> None:
    render(replace(plan, bind="10.1.0.5"))
    assert "bindaddr = 127.0.0.1\n" in (plan.layout.etc / "http.conf").read_text(encoding="utf-8")
    sip = (plan.layout.etc / "pjsip.conf").read_text(encoding="utf-8")
    assert "bind = 10.1.0.5:5060\n" in sip
    # Asterisk sends and hears a phone's sound at the address of its transport
    assert "protocol = ws\n; where the sound goes; the websocket itself stands in http.conf\nbind = 10.1.0.5\n" in sip


def test_an_address_for_phones_beyond_nat_is_told_in_sip_and_ice_and_not_on_the_own_network(plan: Plan) -> None:
    render(replace(plan, bind="10.1.0.5", media_address="203.0.113.7", stun_server="stun.example.cn:3478"))
    sip = (plan.layout.etc / "pjsip.conf").read_text(encoding="utf-8")
    assert "external_media_address = 203.0.113.7\nexternal_signaling_address = 203.0.113.7\n" in sip
    assert "local_net = 10.0.0.0/8\n" in sip
    sound = (plan.layout.etc / "rtp.conf").read_text(encoding="utf-8")
    assert "stunaddr = stun.example.cn:3478\n" in sound
    assert "[ice_host_candidates]\n10.1.0.5 => 203.0.113.7,include_local_address\n" in sound
    render(plan)
    assert "external" not in (plan.layout.etc / "pjsip.conf").read_text(encoding="utf-8")
    assert "ice_host" not in (plan.layout.etc / "rtp.conf").read_text(encoding="utf-8")


def test_a_visitors_telephone_dials_what_the_trunk_can_and_proves_that_the_page_sent_it(plan: Plan) -> None:
    render(plan)
    text = (plan.layout.etc / "pjsip.conf").read_text(encoding="utf-8")
    endpoint = text.split(f"\n[{VISITORS}]\n")[1].split("\n[")[0].splitlines()
    assert {"context = numbers", f"auth = {VISITORS}", "identify_by = username"} <= set(endpoint)
    assert not [line for line in endpoint if line.startswith("aors")]


def test_without_the_demo_there_are_no_visitors(plan: Plan) -> None:
    render(replace(plan, demo=False))
    assert VISITORS not in (plan.layout.etc / "pjsip.conf").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["trunk", VISITORS])
def test_an_operators_phone_is_never_named_as_a_citizens_line(plan: Plan, name: str) -> None:
    with pytest.raises(UnsafeValueError, match=name):
        render(replace(plan, operators=["op1001", name]))


def test_without_a_trunk_out_nobody_is_told_that_he_is_put_through(plan: Plan) -> None:
    render(plan)
    etc = plan.layout.etc
    assert "hotline/forwarding" not in (etc / "extensions.conf").read_text(encoding="utf-8")
    assert "[trunk-out]" not in (etc / "pjsip.conf").read_text(encoding="utf-8")
    render(replace(plan, trunk_out="10.0.0.1:5070"))
    assert "Dial(PJSIP/${EXTEN}@trunk-out,45," in (etc / "extensions.conf").read_text(encoding="utf-8")
    assert "contact = sip:10.0.0.1:5070\n" in (etc / "pjsip.conf").read_text(encoding="utf-8")


def test_numbers_are_written_anew_without_touching_the_rest(plan: Plan) -> None:
    render(plan)
    etc = plan.layout.etc
    before = {path.name: path.stat().st_mtime_ns for path in etc.iterdir()}
    render_numbers(plan.layout, ["12345", "12369"])
    changed = {path.name for path in etc.iterdir() if path.stat().st_mtime_ns != before[path.name]}
    assert changed == {"extensions_numbers.conf"}
    with pytest.raises(UnsafeValueError):
        render_numbers(plan.layout, ["12345,1,System(id)"])


def test_the_dialplan_waits_for_the_first_step_of_a_menu_as_long_as_for_the_others() -> None:
    assert Plan.__dataclass_fields__["menu_limit_s"].default == STEP_S


def test_the_fallback_does_not_ring_who_answers_citizens_only_that_he_took_over(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "home")
    layout.etc.mkdir(parents=True)
    render_phones(layout, ["op1001", "sup1", "sup2"], [DeskPhone("sup2", None, ("alaw",), "a" * 32)], {"sup1", "sup2"})
    fallback = (layout.etc / "extensions_operators.conf").read_text(encoding="utf-8")
    phones = (layout.etc / "pjsip_operators.conf").read_text(encoding="utf-8")
    assert "FALLBACK = PJSIP/op1001\n" in fallback
    assert "[sup1](page-phone)" in phones
    assert "[desk_sup2](desk-phone)" in phones


OUT = ("callout", "citizen", "left")
"""The contexts of calls that we place."""
ENDPOINTS = ("trunk-out", "citizen-out")


def contexts(plan: Plan) -> dict[str, str]:
    text = (plan.layout.etc / "extensions.conf").read_text(encoding="utf-8")
    return dict(part.split("]\n", 1) for part in ("\n" + text).split("\n[")[1:])


def test_citizens_are_called_where_there_is_a_trunk_out_and_without_one_nobody_can_be(plan: Plan) -> None:
    render(plan)
    assert not set(OUT) & set(contexts(plan))
    assert "[citizen-out]" not in (plan.layout.etc / "pjsip.conf").read_text(encoding="utf-8")
    render(replace(plan, trunk_out="10.0.0.1:5070"))
    found = contexts(plan)
    assert set(OUT) <= set(found)
    assert "Dial(PJSIP/${EXTEN}@citizen-out,45,gF(left^s^1)b(citizen^s^1))" in found["callout"]
    assert "CELGenUserEvent(CALLED)" in found["citizen"]
    for name in ("callout", "left"):
        assert "exten => i,1," in found[name], name


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # pyst2 leaves the file it has read open
def test_a_citizen_whom_we_call_goes_by_the_same_trunk_and_can_call_nobody_by_it(plan: Plan) -> None:
    render(replace(plan, trunk_out="10.0.0.1:5070"))
    text = (plan.layout.etc / "pjsip.conf").read_text(encoding="utf-8")
    outside, called = (text.split(f"[{name}]\ntype = endpoint\n", 1)[1].split("\n[", 1)[0] for name in ENDPOINTS)
    assert called.replace("citizen-out", "trunk-out") == outside
    assert "context = operator\n" in called  # where nothing can be dialled
    assert text.count("contact = sip:10.0.0.1:5070\n") == 2
