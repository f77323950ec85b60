"""What a virtual interface hangs on: a connection, or a LAG with its members."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.topology.file import ConnectionEntry, TopologyFile


def members(file: TopologyFile, name: str) -> Mapping[str, ConnectionEntry]:
    """The members of LAG `name`, or the connection of that name. Empty if there is neither."""
    if name in file.lags:
        return {key: connection for key, connection in file.connections.items() if connection.lag == name}
    return {name: file.connections[name]} if name in file.connections else {}


def bundle(file: TopologyFile, name: str) -> str:
    """The LAG that connection `name` is a member of, where its VLANs and quotas count; else `name` itself."""
    connection = file.connections.get(name)
    return connection.lag if connection is not None and connection.lag in file.lags and connection.lag else name
