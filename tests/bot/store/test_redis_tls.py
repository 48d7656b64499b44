"""Redis over TLS with a user and a password: with the right authority it works, and whatever is wrong is one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.clock import SystemClock
from bot.store.faults import StoreFault
from bot.store.registry import open_store
from tests.bot.store.conftest import AT
from tests.redis_servers import Server, free_port

pytestmark = pytest.mark.asyncio
DAY = timedelta(days=1)


class Authority:
    """Signs certificates, for tests only."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.file = folder / f"{name}.pem"
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        self.file.write_bytes(self._signed(self._name, self._key, constraints))

    def certificate(self, address: str) -> tuple[Path, Path]:
        """Return the files of a certificate for an address and of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "redis")])
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        certificate, secret = self._folder / f"{address}.crt", self._folder / f"{address}.key"
        certificate.write_bytes(self._signed(name, key, names))
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        secret.write_bytes(key.private_bytes(*form))
        return certificate, secret

    def _signed(self, name: x509.Name, key: ec.EllipticCurvePrivateKey, says: x509.ExtensionType) -> bytes:
        now = SystemClock().now()
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + DAY)
            .add_extension(says, critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
        )
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Encrypted(Server):
    """A server that speaks TLS on `tls_port`, and plainly on `port` for the test."""

    def __init__(self, folder: Path, authority: Authority, address: str = "127.0.0.1") -> None:
        self.tls_port = free_port()
        certificate, key = authority.certificate(address)
        tls = (
            "--tls-port",
            str(self.tls_port),
            "--tls-cert-file",
            str(certificate),
            "--tls-key-file",
            str(key),
        )
        others = ("--tls-ca-cert-file", str(authority.file), "--tls-auth-clients", "no")
        super().__init__("redis", folder, *tls, *others)
        rights = ("~shouwen:*", "&shouwen:*", "+@all", "-@dangerous", "+info", "+config|get")
        self.ask("ACL", "SETUSER", "bot", "on", ">p@ss word", *rights)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder, "authority")


@pytest.fixture(scope="module")
def server(folder: Path, authority: Authority) -> Iterator[Encrypted]:
    server = Encrypted(folder / "server", authority)
    yield server
    server.end()


def url(
    server: Encrypted, authority: Authority | None, *, password: str = "p%40ss%20word", port: int = 0
) -> str:
    ca = f"?ca={authority.file}" if authority else ""
    return f"rediss://bot:{password}@127.0.0.1:{port or server.tls_port}/0{ca}"


async def refusal(address: str) -> str:
    with pytest.raises(StoreFault) as refused:
        await open_store(address, AT)
    return str(refused.value)


async def test_everything_works_over_tls_with_a_user_and_a_password(server, authority, build):
    store = await open_store(url(server, authority), AT)
    await store.commit(build.change(seen="m1", tickets=(build.opened(1001),)))
    assert await store.hold("qq")  # leases, and what others say, go the same way
    assert (await store.ticket(1001)).number == 1001
    await store.close()
    again = await open_store(url(server, authority), AT)
    assert await again.is_seen("m1")
    await again.close()


async def test_an_authority_that_nobody_knows(server):
    said = await refusal(url(server, None))
    assert "TLS 证书验不过" in said
    assert "?ca=" in said
    assert "p@ss" not in said


async def test_another_authority(server, folder):
    assert "TLS 证书验不过" in await refusal(url(server, Authority(folder, "other")))


async def test_a_certificate_for_another_host(folder, authority):
    server = Encrypted(folder / "elsewhere", authority, "127.0.0.9")
    try:
        said = await refusal(url(server, authority))
        assert "TLS 证书验不过" in said
        assert "主机名" in said
    finally:
        server.end()


async def test_a_file_of_an_authority_that_is_not_there(server, tmp_path):
    said = await refusal(f"rediss://bot:x@127.0.0.1:{server.tls_port}/0?ca={tmp_path / 'none.pem'}")
    assert "none.pem 不存在" in said


async def test_a_port_that_speaks_plainly(server, authority):
    assert "没有用 TLS 应答" in await refusal(url(server, authority, port=server.port))


async def test_a_wrong_password_over_tls(server, authority):
    said = await refusal(url(server, authority, password="wrong"))
    assert "不认帐号 bot" in said
    assert "wrong" not in said
