"""Connections that ExaBGP makes in a lab."""

from __future__ import annotations

import socket
from itertools import islice

from exabgp.protocol.family import AFI

from dxemu.daemons.exabgp_connect import _Outgoing

TURNS = 10_000


def test_what_is_sent_over_a_connection_that_we_make_goes_at_once():
    """An update would wait for the acknowledgement of the one before: 46 ms, or nothing, by whose turn it was."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        connection = _Outgoing(AFI.ipv4, "127.0.0.1", "127.0.0.1", port=server.getsockname()[1])
        assert any(islice(connection.establish(), TURNS))
        ours, connection.io = connection.io, None
        with ours, server.accept()[0]:
            assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
