"""Runs the portal: `python -m examples.vendor_portal register|receive|work|reconcile`, as its README says."""

import argparse
import os
from pathlib import Path

from examples.vendor_portal.client import Kaohe
from examples.vendor_portal.portal import SECRET, Portal
from examples.vendor_portal.receiver import Receiver
from examples.vendor_portal.store import Store


def main() -> None:
    """Do what the command line says, with the service and the token that the environment names."""
    parser = argparse.ArgumentParser(prog="vendor_portal", description="A vendor's own portal in small.")
    parser.add_argument("--store", type=Path, default=Path("vendor-portal.db"), help="what it remembers")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("register", help="register an endpoint and keep its secret").add_argument("url")
    receive = commands.add_parser("receive", help="receive webhooks until stopped, behind your own TLS")
    receive.add_argument("--port", type=int, default=9000)
    receive.add_argument("--secret", help="verify with this one instead of the kept one")
    commands.add_parser("work", help="read what the received events name")
    commands.add_parser("reconcile", help="read the events that no webhook brought; once a night")
    given = parser.parse_args()
    store = Store(given.store)
    portal = Portal(Kaohe(os.environ["KAOHE_URL"], os.environ["KAOHE_TOKEN"]), store)
    if given.command == "register":
        print(f"Registered as {portal.register(given.url)}; its secret is kept.")
    elif given.command == "receive":
        secret = given.secret or store.noted(SECRET) or parser.error("register first, or give --secret")
        with Receiver(("127.0.0.1", given.port), secret, store) as receiver:
            receiver.serve_forever()
    elif given.command == "work":
        print(f"{len(portal.work())} events dealt with.")
    else:
        print(f"{portal.reconcile()} events had not come by webhook.")


if __name__ == "__main__":
    main()
