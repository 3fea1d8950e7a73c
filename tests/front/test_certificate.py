"""A certificate that was given: what cannot work is said before anything starts."""

import time
from pathlib import Path

import pytest

from front.certificate import CertificateError, check, read

from .conftest import Maker

HERE = "10.1.0.5"


def refusal(certificate: Path, key: Path, *hosts: str) -> str:
    with pytest.raises(CertificateError) as refused:
        check(certificate, key, hosts or (HERE,))
    return str(refused.value)


def test_a_certificate_for_the_address_serves_it(made: Maker) -> None:
    assert check(*made(HERE), (HERE,)) == (HERE,)


def test_a_certificate_for_a_name_serves_the_name_alone(made: Maker) -> None:
    assert check(*made("hotline.example.cn"), ("hotline.example.cn", HERE)) == ("hotline.example.cn",)


def test_a_star_stands_for_one_label(made: Maker) -> None:
    found = read(made("*.example.cn")[0])
    assert found.covers("hotline.example.cn")
    assert not found.covers("a.hotline.example.cn")
    assert not found.covers("example.cn")


def test_the_days_left_and_the_fingerprint_are_known(made: Maker) -> None:
    found = read(made(HERE, ends=30)[0])
    assert found.days_left(time.time()) == pytest.approx(30, abs=0.01)
    assert len(found.sha256.split(":")) == 32


def test_a_missing_file_is_named_with_its_setting(made: Maker, tmp_path: Path) -> None:
    certificate, key = made(HERE)
    absent = tmp_path / "absent.pem"
    assert refusal(absent, key) == f"HOTLINE_TLS_CERTIFICATE: there is no file {absent}. Correct the setting."
    assert refusal(certificate, absent) == f"HOTLINE_TLS_KEY: there is no file {absent}. Correct the setting."


def test_what_cannot_be_read_is_named(made: Maker, tmp_path: Path) -> None:
    _, key = made(HERE)
    assert "cannot be read (Is a directory)" in refusal(tmp_path, key)


def test_files_of_another_kind_are_named(made: Maker) -> None:
    certificate, key = made(HERE)
    assert "is no certificate in PEM form" in refusal(key, key)
    assert "is no private key in PEM form" in refusal(certificate, certificate)


def test_the_key_of_another_certificate_is_refused(made: Maker) -> None:
    certificate, _ = made(HERE)
    _, key = made(HERE)
    assert refusal(certificate, key).startswith(f"HOTLINE_TLS_KEY: {key} is not the key of the certificate")


def test_a_key_with_a_password_is_refused_with_the_way_to_unlock_it(made: Maker) -> None:
    certificate, key = made(HERE, password=b"secret")
    assert f"openssl pkey -in {key}" in refusal(certificate, key)


def test_one_that_is_over_or_not_begun_serves_and_is_told(made: Maker) -> None:
    for days, said in (((-9, -1), "expired on"), ((1, 90), "Check this machine's clock.")):
        certificate, key = made(HERE, begins=days[0], ends=days[1])
        assert check(certificate, key, (HERE,)) == (HERE,)
        assert said in str(read(certificate).untimely(time.time()))
    assert read(made(HERE)[0]).untimely(time.time()) is None


def test_one_for_other_names_tells_which(made: Maker) -> None:
    said = refusal(*made("old.example.cn", HERE), "hotline.example.cn", HERE)
    assert f"is for old.example.cn, {HERE} and not for hotline.example.cn" in said
    assert f"is for no host at all and not for {HERE}" in refusal(*made())
