"""The network is closed in tests, but for this machine."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


def test_another_host_cannot_be_reached() -> None:
    # An address of the block kept for documentation: nobody answers there, even if the network were open.
    with pytest.raises(SocketConnectBlockedError), socket.socket() as connection:
        connection.connect(("192.0.2.1", 80))


def test_loopback_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()[:2]) as client:
        assert client.getpeername() == server.getsockname()
