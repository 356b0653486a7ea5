"""A certificate authority for hosts of tests."""

import datetime
import ssl
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


class Authority:
    """A certificate authority of the test's own, that signs anything."""

    def __init__(self, folder: Path, name: str = "An authority") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(
            self._signed(self._name, self._key, [], days=30, is_authority=True).public_bytes(serialization.Encoding.PEM)
        )

    def context(self, *names: str, days: int = 30, is_self_signed: bool = False) -> ssl.SSLContext:
        """What a host with a certificate for these names serves with; it began 10 days before it ends or now."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        certificate = self._signed(subject, key, names, days=days, is_self_signed=is_self_signed)
        file = self._folder / "host.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        names: list[str] | tuple[str, ...],
        *,
        days: int,
        is_authority: bool = False,
        is_self_signed: bool = False,
    ) -> x509.Certificate:
        end = datetime.datetime.now(datetime.UTC) + days * DAY
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if is_self_signed else self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - 40 * DAY)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if names:
            alternatives = [
                x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name) for name in names
            ]
            made = made.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        return made.sign(key if is_self_signed else self._key, hashes.SHA256())
