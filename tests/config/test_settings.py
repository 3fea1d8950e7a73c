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
        ("HOTLINE_TRUNK_OUT", "sip:10.0.0.1"),
        ("HOTLINE_TRUNK_OUT", "10.0.0.1:0"),
        ("HOTLINE_TIMEZONE", "Mars/Olympus"),
        ("HOTLINE_DEMO_PASSWORD", "short"),
        ("HOTLINE_TLS", "perhaps"),
        ("HOTLINE_HTTPS_PORT", "0"),
        ("HOTLINE_TLS_KEY", "/etc/key.pem"),
        ("HOTLINE_PUBLIC_HOSTS", "https://hotline.example.cn"),
        ("HOTLINE_PUBLIC_HOSTS", "a.example, b_c"),
        ("HOTLINE_MEDIA_ADDRESS", "hotline.example.cn"),
        ("HOTLINE_MEDIA_ADDRESS", "0.0.0.0"),
        ("HOTLINE_STUN_SERVERS", "stun:stun.example.cn"),
        ("HOTLINE_STUN_SERVERS", "stun.example.cn:99999"),
        ("HOTLINE_TURN_SERVER", "turn.example.cn/x"),
        ("HOTLINE_TURN_SERVER", "turn.example.cn"),
        ("HOTLINE_TURN_PASSWORD", "alone"),
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


def test_behind_the_front_the_application_is_on_loopback(tmp_path: Path) -> None:
    plain = load({"HOTLINE_BIND": "10.1.0.5"}, tmp_path)
    assert (plain.tls, plain.web_bind, plain.loopback) == (False, "10.1.0.5", False)
    front = load({"HOTLINE_BIND": "10.1.0.5", "HOTLINE_TLS": "yes"}, tmp_path)
    assert (front.tls, front.web_bind, front.https_port) == (True, "127.0.0.1", 8443)


def test_the_pages_hosts_are_the_public_names_and_then_the_address(tmp_path: Path) -> None:
    settings = load({"HOTLINE_BIND": "10.1.0.5", "HOTLINE_PUBLIC_HOSTS": "Hotline.example.cn, 10.1.0.5"}, tmp_path)
    assert settings.hosts == ("hotline.example.cn", "10.1.0.5")


def test_servers_against_nat_become_what_a_browser_takes(tmp_path: Path) -> None:
    settings = load(
        {
            "HOTLINE_STUN_SERVERS": "stun.example.cn, 10.1.0.6:3479",
            "HOTLINE_TURN_SERVER": "turn.example.cn",
            "HOTLINE_TURN_USER": "hotline",
            "HOTLINE_TURN_PASSWORD": "secret",
        },
        tmp_path,
    )
    assert settings.ice_servers == (
        {"urls": ["stun:stun.example.cn:3478", "stun:10.1.0.6:3479"]},
        {
            "urls": ["turn:turn.example.cn:3478?transport=udp", "turn:turn.example.cn:3478?transport=tcp"],
            "username": "hotline",
            "credential": "secret",
        },
    )
    assert load({}, tmp_path).ice_servers == ()


TWILIO = {
    "HOTLINE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "HOTLINE_TWILIO_AUTH_TOKEN": "never to be seen",
    "HOTLINE_TWILIO_SENDER": "+8610012345",
}


def test_texts_are_sent_with_an_account_a_token_and_a_sender_and_not_with_two_of_them(tmp_path: Path) -> None:
    assert load(TWILIO, tmp_path).sends_texts
    assert not load({}, tmp_path).sends_texts
    for missing in TWILIO:
        with pytest.raises(SettingsError, match="belong together") as told:
            load({name: value for name, value in TWILIO.items() if name != missing}, tmp_path)
        assert "never to be seen" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("ACCOUNT_SID", "12345", "must be AC and 32 hexadecimal digits"),
        ("SENDER", "hotline", "must be a number that texts come from"),
        ("BASE_URL", "texts.example.cn", "must be the address of another API"),
    ],
)
def test_a_wrong_setting_of_texts_says_what_it_should_be(tmp_path: Path, name: str, value: str, wanted: str) -> None:
    with pytest.raises(SettingsError, match=wanted):
        load({**TWILIO, f"HOTLINE_TWILIO_{name}": value}, tmp_path)


def test_a_token_that_is_no_text_is_refused_without_being_shown(tmp_path: Path) -> None:
    (tmp_path / "hotline.toml").write_text("twilio_auth_token = 1234567890", encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        load({}, tmp_path)
    assert "HOTLINE_TWILIO_AUTH_TOKEN" in str(told.value)
    assert "1234567890" not in str(told.value)
