"""Opens the TCP or TLS stream to the broker; the same sockets on chip and host."""

import asyncio
import errno
import select
import socket

from micropython import const

# IPPROTO_TCP and TCP_NODELAY have these numbers in lwIP and on Linux alike.
_IPPROTO_TCP = const(6)
_TCP_NODELAY = const(1)
_STEP_S = 0.005


async def open_stream(host, port, tls_context=None):
    """Return (reader, writer) without blocking the other tasks."""
    # DNS blocks; with an address instead of a name there is nothing to resolve.
    info = socket.getaddrinfo(host, port)[0]
    sock = socket.socket(info[0], socket.SOCK_STREAM)
    done = False
    try:
        sock.setblocking(False)
        try:
            sock.setsockopt(_IPPROTO_TCP, _TCP_NODELAY, 1)
        except OSError:
            # An old lwIP build; without it an answer may take 40 ms longer.
            pass
        try:
            sock.connect(info[-1])
        except OSError as error:
            if error.errno != errno.EINPROGRESS:
                raise
        await _connected(sock)
        if tls_context is not None:
            sock = tls_context.wrap_socket(
                sock, server_hostname=host, do_handshake_on_connect=False
            )
            sock.setblocking(False)
        done = True
    finally:
        # Also when the caller's time limit cancels us: sockets are scarce.
        if not done:
            sock.close()
    stream = asyncio.StreamReader(sock)
    return stream, stream


async def _connected(sock):
    poller = select.poll()
    poller.register(sock, select.POLLOUT)
    while True:
        for _, events in poller.poll(0):
            if events & (select.POLLERR | select.POLLHUP):
                raise OSError(errno.ECONNREFUSED)
            return
        await asyncio.sleep(_STEP_S)
