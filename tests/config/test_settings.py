"""Settings: what is wrong is named before anything starts."""

from pathlib import Path

import pytest

from config.settings import SettingsError, load


def test_the_defaults_are_loopback_and_the_known_ports(tmp_path: Path) -> None:
    settings = load({}, tmp_path)
    assert (settings.bind, settings.http_port, settings.sip_port) == ("127.0.0.1", 8000, 5060)
    assert (settings.sip_ws_port, settings.ami_port, settings.agi_port) == (8088, 5038, 4573)
    assert settings.home == Path.cwd() / "var"
    assert settings.rtp_range == (20000, 28000)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "hotline.toml").write_text("http_port = 8100\nsip_port = 5070\n", encoding="utf-8")
    settings = load({"HOTLINE_HTTP_PORT": "8200", "PATH": "/bin"}, tmp_path)
    assert (settings.http_port, settings.sip_port) == (8200, 5070)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOTLINE_HTPP_PORT", "8000"),
        ("HOTLINE_HTTP_PORT", "eighty"),
        ("HOTLINE_HTTP_PORT", "70000"),
        ("HOTLINE_RTP_PORTS", "28000-20000"),
        ("HOTLINE_RTP_PORTS", "20000"),
        ("HOTLINE_BIND", "0.0.0.0"),
        ("HOTLINE_BIND", "localhost"),
        ("HOTLINE_TRUNK_ADDRESSES", "10.0.0.1, everywhere"),
        ("HOTLINE_TIMEZONE", "Mars/Olympus"),
        ("HOTLINE_DEMO_PASSWORD", "short"),
        ("HOTLINE_DEMO", "perhaps"),
    ],
)
def test_an_unknown_or_malformed_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load({name: value}, tmp_path)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "hotline.toml").write_text("http_port = = 1", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"hotline\.toml"):
        load({}, tmp_path)
