"""The certificate that browsers are shown: one given, checked before anything starts, or one of our own authority."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

CERTIFICATE, KEY = "HOTLINE_TLS_CERTIFICATE", "HOTLINE_TLS_KEY"
DAY_S = 86400


class CertificateError(Exception):
    """The certificate cannot be used: `what` is wrong, and the `cure`."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"{what} {cure}")
        self.what, self.cure = what, cure


@dataclass(frozen=True, slots=True)
class Certificate:
    """`begins` and `ends`: seconds since 1970 UTC. `names`: hosts and addresses, a name may begin with `*.`."""

    file: Path
    names: tuple[str, ...]
    begins: float
    ends: float
    sha256: str

    def covers(self, host: str) -> bool:
        """Whether a browser that asks for `host` accepts it, RFC 6125: a star stands for one label."""
        wildcard = "*." + host.partition(".")[2]
        return host in self.names or (wildcard in self.names and not _is_address(host))

    def days_left(self, now: float) -> float:
        return (self.ends - now) / DAY_S

    def untimely(self, now: float) -> CertificateError | None:
        """Why browsers warn of it at `now`. Caddy shows it all the same, and no telephone needs it."""
        if now > self.ends:
            return CertificateError(
                f"{CERTIFICATE}: {self.file} expired on {_day(self.ends)}; browsers warn of it.",
                "Put the renewed one there, then kill the front (`caddy_pid` in `hotline status`): it comes back.",
            )
        if now < self.begins:
            return CertificateError(
                f"{CERTIFICATE}: {self.file} is valid from {_day(self.begins)} on only; browsers warn of it.",
                "Check this machine's clock.",
            )
        return None


def read(file: Path, setting: str = CERTIFICATE) -> Certificate:
    """The first certificate in a PEM file; raises `CertificateError`."""
    first = _parsed(file, setting)
    with contextlib.suppress(x509.ExtensionNotFound):
        known = first.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = (
            *(name.lower() for name in known.get_values_for_type(x509.DNSName)),
            *(str(address) for address in known.get_values_for_type(x509.IPAddress)),
        )
        return _described(file, first, names)
    return _described(file, first, ())


def check(file: Path, key: Path, hosts: Sequence[str]) -> tuple[str, ...]:
    """Those of `hosts` that the certificate is for, if it can be used with `key`; else raises `CertificateError`.

    When it is valid is not asked: a clock that is wrong at boot must not keep the telephone line down (see `untimely`).
    The last of `hosts` is the address that we listen at: it may be missing in a certificate that names another.
    """
    found = read(file)
    if _public(_parsed(file, CERTIFICATE)) != _public_of_key(key):
        raise CertificateError(
            f"{KEY}: {key} is not the key of the certificate {file}.", "Name the one that it was made with."
        )
    *public, _ = hosts
    covered = tuple(host for host in hosts if found.covers(host))
    missing = [host for host in public if host not in covered]
    if missing or not covered:
        names = ", ".join(found.names) or "no host at all"
        raise CertificateError(
            f"{CERTIFICATE}: {file} is for {names} and not for {', '.join(missing or hosts)}.",
            "Correct HOTLINE_PUBLIC_HOSTS, or have it made for the names by which operators open the page.",
        )
    return covered


def _parsed(file: Path, setting: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(_content(file, setting))[0]
    except ValueError as wrong:
        raise CertificateError(
            f"{setting}: {file} is no certificate in PEM form.", "Its text begins with -----BEGIN CERTIFICATE-----."
        ) from wrong


def _public_of_key(file: Path) -> bytes:
    try:
        private = load_pem_private_key(_content(file, KEY), password=None)
    except TypeError as locked:
        raise CertificateError(
            f"{KEY}: {file} is locked with a password.", f"Unlock it: openssl pkey -in {file} -out unlocked.pem"
        ) from locked
    except ValueError as wrong:
        raise CertificateError(
            f"{KEY}: {file} is no private key in PEM form.", "Its text begins with -----BEGIN PRIVATE KEY-----."
        ) from wrong
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _public(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _content(file: Path, setting: str) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as missing:
        raise CertificateError(f"{setting}: there is no file {file}.", "Correct the setting.") from missing
    except OSError as closed:
        raise CertificateError(
            f"{setting}: {file} cannot be read ({closed.strerror}).", "Give the hotline's user the right to."
        ) from closed


def _described(file: Path, certificate: x509.Certificate, names: tuple[str, ...]) -> Certificate:
    return Certificate(
        file,
        names,
        certificate.not_valid_before_utc.timestamp(),
        certificate.not_valid_after_utc.timestamp(),
        certificate.fingerprint(SHA256()).hex(":"),
    )


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%F}"


def _is_address(host: str) -> bool:
    try:
        IPv4Address(host)
    except ValueError:
        return False
    return True
