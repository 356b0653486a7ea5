"""Media hosts with which one thing is wrong each, as they are met behind a company's door, all on loopback.

`bad_hosts` starts them. `ORIGINS` names what can be asked of them; `flags` make a Chromium believe what cannot be had
on loopback: names, private addresses, and that some ports are on a public network. What speaks https is a real nginx,
the page's own https address included, which stands in front of a live server.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import ipaddress
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.browser.web_servers import HOST, WebServer
from tests.live import LiveTransom, free_port
from tests.media_server import CanaryServer, draw_picture

LIMIT_S = 30
PAGE_NAME = "transom.example"
MEDIA_NAME = "files.corp.example"
PRIVATE_ADDRESS = "10.1.2.3"
PUBLIC_ADDRESS = "203.0.113.7"
LOCAL_NAME = "nas.local"
NO_NAME = "gone.corp.example"
# Each by the port of one of the servers; what they have in common with others is what is wrong with them.
ORIGINS = {
    "page": f"https://{PAGE_NAME}:{{front}}",
    "closed": f"http://{HOST}:{{closed}}",
    "open": f"http://{HOST}:{{open}}",
    "near": f"http://{HOST}:{{near}}",
    "silent": f"http://{HOST}:{{silent}}",
    "dropping": f"http://{HOST}:{{dropping}}",
    "refused": f"http://{HOST}:{{refused}}",
    "nameless": f"http://{NO_NAME}:{{closed}}",
    "client": f"https://{MEDIA_NAME}:{{client}}",
    "stranger": f"https://{MEDIA_NAME}:{{stranger}}",
    "other_name": f"https://{MEDIA_NAME}:{{other_name}}",
    "run_out": f"https://{MEDIA_NAME}:{{run_out}}",
    "no_tls": f"https://{MEDIA_NAME}:{{bare}}",
    "tls_only": f"http://{MEDIA_NAME}:{{secure}}",
    "secure": f"https://{MEDIA_NAME}:{{secure}}",
    "vpn": f"https://{MEDIA_NAME}:{{vpn}}",
    "vpn_address": f"http://{PRIVATE_ADDRESS}:{{near}}",
    "vpn_local": f"http://{LOCAL_NAME}:{{near}}",
    "vpn_http": f"http://{MEDIA_NAME}:{{near}}",
    "vpn_refused": f"https://{MEDIA_NAME}:{{refused}}",
    "named_http": f"http://{MEDIA_NAME}:{{closed}}",
    "public_address": f"http://{PUBLIC_ADDRESS}:{{closed}}",
}
DAY = datetime.timedelta(days=1)

_TLS = "listen 127.0.0.1:{port} ssl; ssl_certificate {file}; ssl_certificate_key {file};"
# The live server is told the names it knows: it serves plain http to other tests at the same time.
_FRONT = """location / {{ proxy_pass http://127.0.0.1:{port};
    proxy_set_header Host localhost:{port}; proxy_set_header Origin http://localhost:{port}; }}"""


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key in one file; `pin` is what a browser may be told to trust."""

    file: Path
    pin: str


def make_certificate(folder: Path, name: str, *hosts: str, begins: datetime.timedelta = -DAY) -> Certificate:
    """A certificate for `hosts` that nobody vouches for; it is good for ten days from `begins`, counted from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime.now(datetime.UTC) + begins
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + 10 * DAY)
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file = folder / f"{name}.pem"
    file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem))
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Certificate(file, b64encode(hashlib.sha256(public).digest()).decode())


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


class SilentHost:
    """Accepts every connection and never says a word, as what sits behind some VPN gateways does."""

    def __init__(self) -> None:
        self._socket = socket.create_server((HOST, 0), backlog=64)
        self.port = int(self._socket.getsockname()[1])
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._open.append(self._socket.accept()[0])

    def close(self) -> None:
        # A thread that waits in accept keeps the port open; shutting down wakes it.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        for one in [self._socket, *self._open]:
            one.close()


class DroppingHost:
    """Answers no packet, as a firewall that drops them: its queue of connections is full and nobody takes them."""

    def __init__(self) -> None:
        self._socket = socket.create_server((HOST, 0), backlog=0)
        self.port = int(self._socket.getsockname()[1])
        self._queued = []
        for _ in range(3):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex((HOST, self.port))
            self._queued.append(one)

    def close(self) -> None:
        for one in [self._socket, *self._queued]:
            one.close()


class ClientCertificateHost:
    """Speaks TLS with those who show a certificate of their own, and breaks off with everybody else."""

    def __init__(self, certificate: Certificate) -> None:
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificate.file))
        self._context.load_cert_chain(certificate.file)
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._socket = socket.create_server((HOST, 0), backlog=64)
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._refuse, args=(self._socket.accept()[0],), daemon=True).start()

    def _refuse(self, connection: socket.socket) -> None:
        connection.settimeout(LIMIT_S)
        with contextlib.suppress(OSError), self._context.wrap_socket(connection, server_side=True) as spoken:
            spoken.recv(4096)
        connection.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@dataclass
class BadHosts:
    """All of them, running.

    `closed` and `open` are hosts whose files have faults: pages may not read the first's, and may read the second's;
    `near` is one on the local network. `nginx` serves everything https, `flags` are for the browser's command line.
    """

    closed: CanaryServer
    open: CanaryServer
    near: CanaryServer
    nginx: WebServer
    new_house: Callable[[int], WebServer]
    origins: dict[str, str]
    flags: list[str]

    def url(self, text: str) -> str:
        """`{name}/path` with the origin of that name."""
        return text.format(**self.origins)

    @contextlib.contextmanager
    def second_house(self) -> Iterator[tuple[WebServer, str, str]]:
        """An nginx that may be stopped, Transom and media behind it; with the page's address and the media's origin."""
        port = free_port()
        with self.new_house(port) as nginx:
            yield nginx.wait_for(port), f"https://{PAGE_NAME}:{port}", f"https://{MEDIA_NAME}:{port}"


@contextlib.contextmanager
def bad_hosts(folder: Path, live: LiveTransom) -> Iterator[BadHosts]:
    """Start them, and https in front of `live`; skips where nginx is missing."""
    folder.mkdir(parents=True)
    good = make_certificate(folder, "good", PAGE_NAME, MEDIA_NAME)
    certificates = {
        **dict.fromkeys(("front", "secure", "vpn"), good),
        "stranger": make_certificate(folder, "stranger", MEDIA_NAME),
        "other_name": make_certificate(folder, "other_name", "somebody.else.example"),
        "run_out": make_certificate(folder, "run_out", MEDIA_NAME, begins=-30 * DAY),
    }
    ports = {name: free_port() for name in ("refused", "bare", *certificates)}
    front = _FRONT.format(port=live.port)
    servers = [_server(ports[name], one, front if name == "front" else "") for name, one in certificates.items()]
    servers.append(f"server {{ listen {HOST}:{ports['bare']}; access_log off; }}")
    with contextlib.ExitStack() as running:
        closed, near = (running.enter_context(CanaryServer()) for _ in range(2))
        open_host = running.enter_context(CanaryServer(cors=True))
        nginx = running.enter_context(WebServer("nginx", folder / "nginx", "\n".join(servers)))
        nginx.wait_for(ports["front"]).put("sound.jpg", draw_picture("sound", 320, 240))
        silent, dropping, client = SilentHost(), DroppingHost(), ClientCertificateHost(good)
        for one in (silent, dropping, client):
            running.callback(one.close)
        ports |= {"closed": closed.port, "open": open_host.port, "near": near.port}
        ports |= {"silent": silent.port, "dropping": dropping.port, "client": client.port}
        origins = {name: origin.format(**ports) for name, origin in ORIGINS.items()}

        def new_house(port: int) -> WebServer:
            absent = "location = /absent.jpg { return 404; }"
            return WebServer("nginx", folder / f"house-{port}", _server(port, good, f"{front} {absent}"))

        yield BadHosts(closed, open_host, near, nginx, new_house, origins, _flags(ports, good))


def _server(port: int, certificate: Certificate, more: str) -> str:
    return f"server {{ {_TLS.format(port=port, file=certificate.file)} {more} }}"


def _flags(ports: Mapping[str, int], trusted: Certificate) -> list[str]:
    spaces = {"front": "public", "secure": "public", "vpn": "local", "near": "local"}
    mapped = (PAGE_NAME, MEDIA_NAME, LOCAL_NAME, PRIVATE_ADDRESS, PUBLIC_ADDRESS)
    rules = [f"MAP {NO_NAME} ~NOTFOUND", *(f"MAP {name} {HOST}" for name in mapped)]
    return [
        "--ip-address-space-overrides=" + ",".join(f"{HOST}:{ports[name]}={space}" for name, space in spaces.items()),
        "--host-resolver-rules=" + ", ".join(rules),
        f"--ignore-certificate-errors-spki-list={trusted.pin}",
    ]
