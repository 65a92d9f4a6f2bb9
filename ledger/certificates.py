"""X.509 chains: whether an authority that the policy trusts names the owner of a key.

Only what a binding needs is looked at, and each of it strictly (RFC 5280, section 6): the chain
leads by name and signature from the key's certificate to a trusted root, every certificate is
valid at the instant of the entry, and every issuer may sign certificates. Revocation is not asked
of anybody: a chain is judged as it stood at its entry, for ever.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import NameOID

from ledger.errors import RefusalCode, Refused

LONGEST_CHAIN = 4
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMING = (
    NameOID.ORGANIZATION_IDENTIFIER,
    NameOID.SERIAL_NUMBER,
)
"""Where a subject's registration number stands (ETSI EN 319 412-3; EV guidelines)."""


@dataclass(frozen=True, slots=True)
class Certified:
    """What a chain says: the certified key's raw bytes, and the subject's registration numbers.

    `raw` is 32 bytes of Ed25519 or x‖y of P-256, as `ledger.keys.PublicKey` has it. An
    organization identifier such as ``VATDE-123456789`` or ``NTRCN-9134…`` is given whole and
    without its prefix.
    """

    raw: bytes
    numbers: frozenset[str]


def check_chain(chain: Sequence[bytes], roots: Sequence[bytes], at_ms: int) -> Certified:
    """What the DER certificates `chain`, the key's own first, say under one of the DER `roots`.

    Raises `Refused` (`certificate_invalid`) with what is wrong first.
    """
    if not 1 <= len(chain) <= LONGEST_CHAIN:
        raise _invalid(f"A chain has 1 to {LONGEST_CHAIN} certificates.")
    certificates = [_load(data) for data in chain]
    trusted = {_load(root).subject.public_bytes(): _load(root) for root in roots}
    root = trusted.get(certificates[-1].issuer.public_bytes())
    if root is None:
        raise _invalid("The chain does not lead to a root that the policy trusts.")
    path = [*certificates, root]
    at = _EPOCH + timedelta(milliseconds=at_ms)
    for depth, certificate in enumerate(path):
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            raise _invalid(f"Certificate {depth} is not valid at this time.")
        if depth:
            _check_issuer(certificate, depth)
            _check_signed(path[depth - 1], certificate, depth - 1)
    return Certified(_raw_key(certificates[0]), _numbers(certificates[0]))


def _load(data: bytes) -> x509.Certificate:
    """The certificate of hostile bytes; what the library only warns of today is refused now."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", CryptographyDeprecationWarning)
        try:
            certificate = x509.load_der_x509_certificate(data)
            # Parts are parsed when they are asked for: what is broken must show here.
            _ = (certificate.subject, certificate.issuer, certificate.extensions)
            certificate.public_key()
        except Exception as error:  # noqa: BLE001 - the parser has many ways to say no
            raise _invalid(f"A certificate cannot be read: {error}.") from None
    return certificate


def _check_issuer(certificate: x509.Certificate, depth: int) -> None:
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        raise _invalid(f"Certificate {depth} does not say that it may sign others.") from None
    if not constraints.ca or not usage.key_cert_sign:
        raise _invalid(f"Certificate {depth} may not sign others.")
    if constraints.path_length is not None and constraints.path_length < depth - 1:
        raise _invalid(f"Certificate {depth} may not stand so far from the key.")


def _check_signed(certificate: x509.Certificate, issuer: x509.Certificate, depth: int) -> None:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        raise _invalid(f"Certificate {depth} is not signed by the next one.") from None


def _raw_key(certificate: x509.Certificate) -> bytes:
    key = certificate.public_key()
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1":
        point = key.public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return point[1:]
    raise _invalid("The certified key is neither Ed25519 nor P-256.")


def _numbers(certificate: x509.Certificate) -> frozenset[str]:
    found = {
        str(attribute.value)
        for oid in _NAMING
        for attribute in certificate.subject.get_attributes_for_oid(oid)
    }
    return frozenset(found | {text.partition("-")[2] for text in found if "-" in text})


def _invalid(detail: str) -> Refused:
    return Refused(RefusalCode.CERTIFICATE_INVALID, detail)
