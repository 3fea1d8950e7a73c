"""Certificates of our own making."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)


def write(folder: Path, *names: str, begins: float = -1, ends: float = 90, password: bytes = b"") -> tuple[Path, Path]:
    """The files of a certificate for `names`, valid from `begins` to `ends` days from now, and of its key."""
    now = datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    known: list[x509.GeneralName] = [
        x509.IPAddress(IPv4Address(name)) if name[0].isdigit() else x509.DNSName(name) for name in names
    ]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begins))
        .not_valid_after(now + timedelta(days=ends))
    )
    if known:
        builder = builder.add_extension(x509.SubjectAlternativeName(known), critical=False)
    files = folder / f"{len(list(folder.iterdir()))}.crt", folder / f"{len(list(folder.iterdir()))}.key"
    lock: KeySerializationEncryption = BestAvailableEncryption(password) if password else NoEncryption()
    files[0].write_bytes(builder.sign(key, SHA256()).public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    return files
