"""Ports that stay free until somebody listens on them, however many others connect and listen meanwhile."""

import os
import socket
from itertools import count

HOST = "127.0.0.1"
FIRST, PORTS = 10_000, 20_000
"""Below what systems choose from when nobody names a port, for a listener's 0 as for whoever connects."""

_NUMBERS = count(os.getpid() * 97)
"""Each process begins elsewhere, and gives none twice."""


def free_port() -> int:
    """Give a port on which nobody listens, and which the system gives to nobody else."""
    for number in _NUMBERS:
        port = FIRST + number % PORTS
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise AssertionError("numbers do not end")
