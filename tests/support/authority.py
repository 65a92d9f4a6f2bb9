"""A certificate authority for tests: a root, an issuing certificate, and certified keys."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID

FROM, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
PublicKey = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


@dataclass(slots=True)
class Authority:
    """Issues certificates under a root of its own."""

    name: str = "Test Root"
    seed: bytes = b"an authority for tests, 32 bytes"

    @property
    def key(self) -> ed25519.Ed25519PrivateKey:
        """Its key, from the seed: the same certificates in every run."""
        return ed25519.Ed25519PrivateKey.from_private_bytes(self.seed)

    def root(self, until: datetime = UNTIL) -> bytes:
        """The self-signed root, DER."""
        return self.issue(
            self.key.public_key(), {NameOID.COMMON_NAME: self.name}, ca=True, until=until
        )

    def issue(
        self,
        key: PublicKey,
        subject: dict[x509.ObjectIdentifier, str],
        *,
        ca: bool = False,
        path_length: int | None = None,
        until: datetime = UNTIL,
    ) -> bytes:
        """A certificate of `key` for `subject`, DER."""
        attributes = [x509.NameAttribute(oid, text) for oid, text in subject.items()]
        usage = x509.KeyUsage(
            digital_signature=not ca,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=ca,
            crl_sign=ca,
            encipher_only=False,
            decipher_only=False,
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name(attributes))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)]))
            .public_key(key)
            .serial_number(_serial(key, subject))
            .not_valid_before(FROM)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
            .add_extension(usage, critical=True)
        )
        certificate = builder.sign(self.key, None)
        return certificate.public_bytes(serialization.Encoding.DER)

    def below(self, name: str, path_length: int | None = None) -> tuple[Authority, bytes]:
        """An issuing authority under this one, and its certificate."""
        lower = Authority(name, hashlib.sha256(self.seed + name.encode()).digest())
        subject = {NameOID.COMMON_NAME: name}
        return lower, self.issue(lower.key.public_key(), subject, ca=True, path_length=path_length)


def _serial(key: PublicKey, subject: dict[x509.ObjectIdentifier, str]) -> int:
    """A number that follows from what is certified: the same history has the same certificates."""
    raw = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    names = "".join(f"{oid.dotted_string}={text}" for oid, text in subject.items())
    return 1 + int.from_bytes(hashlib.sha256(raw + names.encode()).digest()[:8], "big")
