"""Caddy's configuration: what is written is what was meant, in Caddy's own words."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from front import binary
from front.configuration import Given, Layout, Plan, UnsafeWordError, render, word


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(
        layout=Layout(tmp_path / "a home"),
        bind="10.1.0.5",
        port=8443,
        hosts=("hotline.example.cn", "10.1.0.5"),
        http_port=8000,
        sip_ws_port=8088,
    )


def adapted(plan: Plan) -> Any:
    """The configuration as Caddy understands it."""
    caddy = binary.find(None).path
    command = [caddy, "adapt", "--config", plan.layout.conf, "--adapter", "caddyfile"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_only_the_front_itself_is_open_and_nothing_is_installed_or_asked_of_others(plan: Plan) -> None:
    render(plan)
    found = adapted(plan)
    assert found["admin"]["disabled"] is True
    (server,) = found["apps"]["http"]["servers"].values()
    assert server["listen"] == ["10.1.0.5:8443"]
    assert found["apps"]["pki"]["certificate_authorities"]["local"]["install_trust"] is False
    (policy,) = found["apps"]["tls"]["automation"]["policies"]
    assert set(policy["subjects"]) == {"hotline.example.cn", "10.1.0.5"}
    assert [issuer["module"] for issuer in policy["issuers"]] == ["internal"]
    assert found["storage"]["root"] == str(plan.layout.folder)
    assert found["logging"]["logs"]["default"]["writer"]["filename"] == str(plan.layout.log)


def test_with_a_given_certificate_none_is_asked_for_anywhere(plan: Plan, tmp_path: Path) -> None:
    files = tmp_path / "our city.crt", tmp_path / "our city.key"
    render(replace(plan, given=Given(*files, "ab:cd")))
    found = adapted(plan)
    (server,) = found["apps"]["http"]["servers"].values()
    assert server["automatic_https"]["disable"] is True
    (loaded,) = found["apps"]["tls"]["certificates"]["load_files"]
    assert (loaded["certificate"], loaded["key"]) == tuple(str(file) for file in files)
    assert "automate" not in found["apps"]["tls"]["certificates"]


def test_sip_goes_to_asterisk_and_all_else_to_the_application(plan: Plan) -> None:
    render(plan)
    text = json.dumps(adapted(plan))
    assert text.index('"/sip"') > 0
    assert '"dial": "127.0.0.1:8088"' in text
    assert '"dial": "127.0.0.1:8000"' in text


def test_a_renewed_certificate_makes_another_configuration(plan: Plan, tmp_path: Path) -> None:
    given = Given(tmp_path / "c", tmp_path / "k", "ab:cd")
    assert render(replace(plan, given=given))
    assert not render(replace(plan, given=given))
    assert render(replace(plan, given=replace(given, fingerprint="ef:01")))


def test_keys_and_configuration_are_their_owners_alone(plan: Plan) -> None:
    render(plan)
    assert plan.layout.folder.stat().st_mode & 0o777 == 0o700
    assert plan.layout.conf.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("value", ["a\nb", 'a"b', "a`b", "{env.HOME}", "a\\b", ""])
def test_a_value_that_caddy_would_read_as_something_else_is_refused(value: str) -> None:
    with pytest.raises(UnsafeWordError, match="Caddy"):
        word(value)
