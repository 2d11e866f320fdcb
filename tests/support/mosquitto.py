"""A real Mosquitto on a free loopback port, configured as in production.

Each user has a password and sees only its own device's topics; the account
"server" sees all of them.
"""

import contextlib
import shutil
import socket
import subprocess
import time
from pathlib import Path

_DAEMON = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
_PASSWD = shutil.which("mosquitto_passwd") or "/usr/bin/mosquitto_passwd"

_CONF = """\
per_listener_settings false
listener {port} 127.0.0.1
allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
set_tcp_nodelay true
max_queued_messages 100000
persistence true
persistence_location {folder}/
autosave_interval 1
user root
log_dest file {folder}/mosquitto.log
"""

_ACL = """\
pattern write pb/v1/%u/up/#
pattern read pb/v1/%u/down/#

user server
topic readwrite pb/v1/#
"""


def mosquitto_installed() -> bool:
    """Whether this machine has the broker and its password tool."""
    return Path(_DAEMON).exists() and Path(_PASSWD).exists()


def free_port() -> int:
    """Return a loopback TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """Context manager: a broker process with the given users and passwords."""

    def __init__(self, folder: Path, users: dict[str, str]) -> None:
        self.folder = folder / "mosquitto"
        self.users = users
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Mosquitto":
        self.folder.mkdir(parents=True, exist_ok=True)
        conf = _CONF.format(port=self.port, folder=self.folder)
        (self.folder / "mosquitto.conf").write_text(conf)
        (self.folder / "acl").write_text(_ACL)
        lines = [f"{name}:{password}\n" for name, password in self.users.items()]
        passwords = self.folder / "passwords"
        passwords.write_text("".join(lines))
        # Hashes the whole file at once.
        subprocess.run([_PASSWD, "-U", str(passwords)], check=True)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """The broker's process id."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the broker and wait until it accepts connections."""
        conf = str(self.folder / "mosquitto.conf")
        self._process = subprocess.Popen(
            [_DAEMON, "-c", conf],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"Mosquitto ended: {self.log()}")
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            time.sleep(0.02)
        raise RuntimeError("Mosquitto does not accept connections.")

    def kill(self) -> None:
        """End the broker the hard way (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Kill the broker and start it again on the same port."""
        self.kill()
        self.start()

    def log(self) -> str:
        """Return what the broker has logged."""
        path = self.folder / "mosquitto.log"
        return path.read_text() if path.exists() else ""
