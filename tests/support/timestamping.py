"""A time-stamp authority: certificates of any validity, answers by `openssl ts`, over HTTP.

`openssl ts` stamps with the time that it is. So certificates are made to be valid, expired or
not yet valid then.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.support.answering import Reply, answering

_PEM = serialization.Encoding.PEM
# Without the chain: OpenSSL 3.0 puts certificates in an order that strict readers refuse.
_CONFIG = """
[tsa]
default_tsa = it
[it]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class Authority:
    """An authority whose own certificate is valid `since` … `until` from now."""

    def __init__(
        self,
        folder: Path,
        since: timedelta = timedelta(hours=-1),
        until: timedelta = timedelta(hours=1),
        digests: str = "sha256",
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        now = datetime.now(UTC).replace(microsecond=0)
        root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self.root = (
            _certificate("Root of time", "Root of time", root_key.public_key())
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=36_500))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_signs_certificates(), critical=True)
            .sign(root_key, hashes.SHA256())
        )
        self.certificate = (
            _certificate("Time", "Root of time", key.public_key())
            .not_valid_before(now + since)
            .not_valid_after(now + until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
            )
            .sign(root_key, hashes.SHA256())
        )
        self.roots = folder / "roots.pem"
        self.roots.write_bytes(self.root.public_bytes(_PEM))
        (folder / "tsa.pem").write_bytes(self.certificate.public_bytes(_PEM))
        pkcs8, clear = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (folder / "tsa.key").write_bytes(key.private_bytes(_PEM, pkcs8, clear))
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder.resolve(), digests=digests))
        self._lock = threading.Lock()
        self.asked = 0

    def answer(self, query: bytes) -> bytes:
        """What the authority answers to a request."""
        with self._lock:
            self.asked += 1
            (self.folder / "query").write_bytes(query)
            (self.folder / "answer").unlink(missing_ok=True)
            words = "openssl ts -reply -queryfile query -config tsa.cnf -out answer"
            subprocess.run(  # noqa: S603 - no word of it is anybody's
                words.split(), cwd=self.folder, check=False, capture_output=True
            )
            return (self.folder / "answer").read_bytes()


@contextmanager
def serving(authority: Authority) -> Iterator[str]:
    """The authority over HTTP; its URL."""

    def answer(path: str, query: bytes | None) -> Reply:
        if path != "/tsr" or query is None:
            return 404, "text/html", b"<html>no such page</html>"
        return 200, "application/timestamp-reply", authority.answer(query)

    with answering(answer) as url:
        yield f"{url}/tsr"


def _certificate(
    subject: str, issuer: str, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(issuer))
    return builder.public_key(key).serial_number(x509.random_serial_number())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
