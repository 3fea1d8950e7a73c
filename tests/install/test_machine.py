"""The machine's own configuration of pip, put into uv's words."""

from pathlib import Path

import pytest

from install import machine


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(machine, "NPM_CONFIGURATIONS", (tmp_path / "npmrc",))
    return tmp_path


def test_an_index_of_pips_configuration_file_is_uvs_too(home: Path) -> None:
    file = home / "pip.conf"
    file.write_text(
        "[global]\nindex-url = https://mirror.example/simple\n[install]\nextra_index_url =\n  file:///a\n  file:///b\n"
    )
    env = machine.environment_of({"HOME": str(home)}, machine.pip_settings({}, [file]))
    assert env["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert env["UV_INDEX"] == "file:///a file:///b"
    assert env["UV_INDEX_STRATEGY"] == "unsafe-best-match"


def test_a_variable_wins_over_pips_file(home: Path) -> None:
    file = home / "pip.conf"
    file.write_text("[global]\nindex-url = https://file.example/simple\n")
    settings = machine.pip_settings({"PIP_INDEX_URL": "https://variable.example/simple"}, [file])
    assert settings["index-url"] == "https://variable.example/simple"


def test_what_the_machine_says_to_uv_itself_stays(home: Path) -> None:
    given = {"HOME": str(home), "UV_DEFAULT_INDEX": "https://uv.example/simple"}
    env = machine.environment_of(given, {"index-url": "https://pip.example/simple", "find-links": "/wheels"})
    assert env["UV_DEFAULT_INDEX"] == "https://uv.example/simple"
    assert "UV_FIND_LINKS" not in env


def test_pips_certificate_file_is_uvs_too_unless_one_is_given(home: Path) -> None:
    assert machine.environment_of({"HOME": str(home)}, {"cert": "/own.pem"})["SSL_CERT_FILE"] == "/own.pem"
    given = {"HOME": str(home), "SSL_CERT_FILE": "/given.pem"}
    assert machine.environment_of(given, {"cert": "/own.pem"})["SSL_CERT_FILE"] == "/given.pem"


def test_another_virtual_environment_has_no_say(home: Path) -> None:
    assert "VIRTUAL_ENV" not in machine.environment_of({"HOME": str(home), "VIRTUAL_ENV": "/other"}, {})


def test_the_machines_npmrc_is_named_to_our_npm(home: Path) -> None:
    (home / "npmrc").touch()
    env = machine.environment_of({"HOME": str(home)}, {})
    assert env["NPM_CONFIG_GLOBALCONFIG"] == str(home / "npmrc")
