"""Asterisk's configuration: what is written is what was meant."""

from dataclasses import replace
from pathlib import Path

import pytest
from asterisk.config import Config

from agi.configuration import EVENTS, Layout, Plan, Secrets, UnsafeValueError, conf, render
from agi.facts import VISITORS


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
        sip_port=5060,
        ws_port=8088,
        ami_port=5038,
        agi_port=4573,
        rtp_first=20000,
        rtp_last=28000,
        secrets=Secrets("desk-secret", "phones-secret"),
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
    assert section(path, "general")["bindaddr"] == "127.0.0.1"
    text = path.read_text(encoding="utf-8")
    assert "originate" not in [
        word for line in text.splitlines() if line.startswith("write") for word in line.split(",")
    ]
    for event in EVENTS:
        assert f"eventfilter(name({event})) =" in text


def test_every_context_that_is_redirected_to_catches_what_does_not_exist(plan: Plan) -> None:
    render(plan)
    text = (plan.layout.etc / "extensions.conf").read_text(encoding="utf-8")
    contexts = dict(part.split("]\n", 1) for part in text.split("\n[")[1:])
    for name in ("wait", "connect", "message", "fallback", "patience", "bye"):
        assert "exten => i,1," in contexts[name], name


def test_every_agi_is_bounded_in_time_and_has_a_sentinel(plan: Plan) -> None:
    render(plan)
    lines = (plan.layout.etc / "extensions.conf").read_text(encoding="utf-8").splitlines()
    calls = [number for number, line in enumerate(lines) if "AGI(${AGI}" in line]
    assert len(calls) == 2
    for number in calls:
        assert any("TIMEOUT(absolute)=" in line and "=0)" not in line for line in lines[number - 2 : number])
        assert "TIMEOUT(absolute)=0" in lines[number + 1]


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
    with pytest.raises(UnsafeValueError):
        render(replace(plan, layout=Layout(plan.layout.home / poison)))


def test_a_visitors_telephone_dials_what_the_trunk_can_and_proves_that_the_page_sent_it(plan: Plan) -> None:
    render(plan)
    text = (plan.layout.etc / "pjsip.conf").read_text(encoding="utf-8")
    endpoint = text.split(f"\n[{VISITORS}]\n")[1].split("\n[")[0].splitlines()
    assert {"context = numbers", f"auth = {VISITORS}", "identify_by = username"} <= set(endpoint)
    assert not [line for line in endpoint if line.startswith("aors")]


def test_without_the_demo_there_are_no_visitors(plan: Plan) -> None:
    render(replace(plan, demo=False))
    assert VISITORS not in (plan.layout.etc / "pjsip.conf").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["12345", "trunk", VISITORS])
def test_an_operators_phone_is_never_named_as_a_number_or_a_citizens_line(plan: Plan, name: str) -> None:
    with pytest.raises(UnsafeValueError, match=name):
        render(replace(plan, operators=["op1001", name]))
