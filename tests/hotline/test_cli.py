"""The command: what a person can do wrong ends in one clear sentence, before anything has started."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path

import pytest
import typer
from rich.console import Console

from config.settings import load
from hotline import cli, hold, options
from hotline.commands import run as commands
from hotline.places import Places
from tests.fakes import certificates
from tests.fakes.ports import free_ports

HOTLINE = Path(sys.executable).with_name("hotline")


def run(home: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HOTLINE_")}
    environment |= {"HOTLINE_HOME": str(home), "COLUMNS": "400", **settings}
    return subprocess.run([HOTLINE, *words], env=environment, capture_output=True, text=True, timeout=120, check=False)


def ports() -> dict[str, str]:
    """The settings of every port, each free: others may use the default ones on this machine."""
    names = ("HTTP", "SIP", "SIP_WS", "AMI", "AGI", "HTTPS")
    return {f"HOTLINE_{name}_PORT": str(port) for name, port in zip(names, free_ports(len(names)), strict=True)}


@pytest.mark.parametrize("module", cli.COMMANDS)
def test_every_command_is_known_by_the_module_that_it_is_in(module: str) -> None:
    loaded: typer.Typer = import_module(f"hotline.commands.{module}").app
    names = {one.name or getattr(one.callback, "__name__", "") for one in loaded.registered_commands}
    assert names == set(cli.COMMANDS[module]) or cli.COMMANDS[module][0] in cli.WORDS


def test_help_names_every_command_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    told = run(tmp_path, "--help").stdout
    assert [word for words in cli.COMMANDS.values() for word in words if f" {word} " not in told] == []
    assert {file.stem for file in Path(commands.__file__).parent.glob("[a-z]*.py")} == set(cli.COMMANDS)
    wrong = run(tmp_path, "statsu")
    assert wrong.returncode == 2
    assert "Did you mean 'status'" in wrong.stderr


def test_an_unknown_setting_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    done = run(tmp_path / "home", "up", HOTLINE_HTPP_PORT="8000")
    assert done.returncode == 2
    assert "HOTLINE_HTPP_PORT" in done.stderr
    assert "HOTLINE_HTTP_PORT" in done.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("setting", "kind"),
    [
        ("HOTLINE_HTTP_PORT", socket.SOCK_STREAM),
        ("HOTLINE_SIP_PORT", socket.SOCK_DGRAM),
        ("HOTLINE_AMI_PORT", socket.SOCK_STREAM),
        ("HOTLINE_HTTPS_PORT", socket.SOCK_STREAM),
    ],
)
def test_a_port_in_use_is_named_with_the_setting_that_moves_it(
    tmp_path: Path, setting: str, kind: socket.SocketKind
) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        done = run(tmp_path, "up", "--tls", **{**ports(), setting: str(port)})
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert f"{setting}=" in done.stderr
    assert not (tmp_path / "run" / "app.pid").exists()


def test_looking_into_a_home_without_a_hotline_says_so(tmp_path: Path) -> None:
    for words in (("calls",), ("cases",), ("messages",), ("verify",), ("token", "admin")):
        done = run(tmp_path / "nothing", *words)
        assert done.returncode == 2
        assert "There is no hotline in" in done.stderr
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://hotline@127.0.0.1:1/hotline", "PostgreSQL does not answer: start it"),
        ("mongodb://127.0.0.1/hotline", "postgresql://USER:PASSWORD@HOST/NAME"),
    ],
)
def test_a_database_that_does_not_serve_is_told_with_its_cure(tmp_path: Path, url: str, sentence: str) -> None:
    for words in (("up",), ("calls",)):
        done = run(tmp_path / "home", *words, HOTLINE_DATABASE_URL=url)
        assert done.returncode == 2
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr


def test_status_of_a_hotline_that_does_not_run(tmp_path: Path) -> None:
    done = run(tmp_path, "status", "--json")
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert (answer["running"], answer["pid"], answer["asterisk_pid"]) == (False, None, None)


def test_down_with_nothing_running_is_no_error(tmp_path: Path) -> None:
    done = run(tmp_path, "down")
    assert done.returncode == 0
    assert "Nothing runs in" in done.stdout


def test_a_call_to_nobody_says_what_to_do(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    done = run(tmp_path, "call", "--seconds", "1", HOTLINE_SIP_PORT=str(port))
    assert done.returncode == 2
    assert "no answer" in done.stderr
    assert "hotline status" in done.stderr


def test_a_file_to_play_that_is_no_sound_is_named(tmp_path: Path) -> None:
    text = tmp_path / "text.wav"
    text.write_text("hello", encoding="utf-8")
    done = run(tmp_path, "call", "--play", str(text))
    assert done.returncode == 2
    assert "text.wav" in done.stderr
    assert "16-bit PCM" in done.stderr


def test_an_address_that_this_machine_does_not_have_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, "up", "--bind", "203.0.113.7")
    assert done.returncode == 2
    assert "No network card of this machine has 203.0.113.7" in done.stderr
    assert "HOTLINE_BIND" in done.stderr


def test_an_option_is_checked_as_the_setting_that_it_overrides(tmp_path: Path) -> None:
    done = run(tmp_path / "home", "up", "--bind", "everywhere", HOTLINE_BIND="127.0.0.1")
    assert done.returncode == 2
    assert "HOTLINE_BIND (bind in hotline.toml) = 'everywhere'" in done.stderr
    assert not (tmp_path / "home").exists()


def test_a_certificate_that_cannot_be_used_is_named_before_anything_starts(tmp_path: Path) -> None:
    certificate, _ = certificates.write(tmp_path, "hotline.example.cn")
    _, key = certificates.write(tmp_path, "hotline.example.cn")
    done = run(
        tmp_path / "home",
        *("up", "--tls"),
        HOTLINE_PUBLIC_HOSTS="hotline.example.cn",
        HOTLINE_TLS_CERTIFICATE=str(certificate),
        HOTLINE_TLS_KEY=str(key),
        **ports(),
    )
    assert done.returncode == 2
    assert f"HOTLINE_TLS_KEY: {key} is not the key of the certificate {certificate}." in done.stderr
    assert not (tmp_path / "home/hotline.sqlite").exists()


def test_the_table_warns_of_pages_at_other_pcs_without_https(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = table({"HOTLINE_BIND": "10.1.0.5"}, tmp_path, capsys)
    assert "http://10.1.0.5:8000/" in shown
    assert "Without --tls, browsers on other PCs give the page no microphone" in shown
    assert "Without --tls" not in table({}, tmp_path, capsys)


def test_the_table_of_a_front_shows_its_addresses_and_the_authority(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {"HOTLINE_BIND": "10.1.0.5", "HOTLINE_TLS": "yes", "HOTLINE_PUBLIC_HOSTS": "hotline.example.cn"}
    shown = table(settings, tmp_path, capsys)
    assert "https://hotline.example.cn:8443/" in shown
    assert "https://10.1.0.5:8443/" in shown
    assert "wss://hotline.example.cn:8443/sip" in shown
    assert str(tmp_path / "home/caddy/pki/authorities/local/root.crt") in shown
    assert "Without --tls" not in shown


def test_a_certificate_that_is_over_is_told_below_the_table_and_in_the_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate, key = certificates.write(tmp_path, "127.0.0.1", begins=-9, ends=-1)
    settings = {"HOTLINE_TLS": "yes", "HOTLINE_TLS_CERTIFICATE": str(certificate), "HOTLINE_TLS_KEY": str(key)}
    said = f"HOTLINE_TLS_CERTIFICATE: {certificate} expired on"
    shown = table(settings, tmp_path, capsys)
    assert "https://127.0.0.1:8443/" in shown
    assert said in shown
    done = run(tmp_path / "home", "status", "--json", **settings)
    (warning,) = json.loads(done.stdout)["warnings"]
    assert warning.startswith(said)
    assert "browsers warn of it. Put the renewed one" in run(tmp_path / "home", "status", **settings).stdout


@contextmanager
def held(home: Path, **settings: str) -> Iterator[None]:
    """A keeper holds HOME: this process, which was started with `settings`."""
    places = Places(home)
    places.make()
    places.demo_password.write_text("secret\n", encoding="utf-8")
    with hold.lock(places):
        options.keep(places, load({"HOTLINE_HOME": str(home), **settings}, home))
        yield


def test_a_second_start_with_other_options_prints_what_is_and_how_to_change_it(tmp_path: Path) -> None:
    with held(tmp_path):
        done = run(tmp_path, "up", "--tls", "--bind", "127.0.0.2")
    assert (done.returncode, done.stderr) == (0, "")
    assert "http://127.0.0.1:8000/" in done.stdout
    assert "https://" not in done.stdout
    assert "It goes on as it was started; to start it otherwise: `hotline down`" in done.stdout
    with held(tmp_path, HOTLINE_TLS="yes", HOTLINE_BIND="127.0.0.2"):
        done = run(tmp_path, "up", HOTLINE_TLS="no")
        assert "https://127.0.0.2:8443/" in done.stdout
        assert "It goes on" not in run(tmp_path, "up", "--tls", "--bind", "127.0.0.2").stdout


def test_down_while_another_stops_it_waits_for_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    with ExitStack() as other:
        other.enter_context(held(tmp_path))
        Places(tmp_path).keeper_pid.unlink()
        monkeypatch.setattr("time.sleep", lambda _seconds: other.close())  # it ends while we wait
        commands.down()
    assert capsys.readouterr().out == "Stopped.\n"


def table(settings: dict[str, str], folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What `hotline up` prints when all is up."""
    found = load({"HOTLINE_HOME": str(folder / "home"), **settings}, folder)
    Places(found.home).make()
    Places(found.home).demo_password.write_text("secret\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commands, "out", Console(width=400))
        commands.addresses(found, Places(found.home))
    return capsys.readouterr().out
