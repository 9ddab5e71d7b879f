"""Asks for what is only read, in a process of its own: `python -m tests.fuzz.hashed ASKED SAID`, two files of JSON.

In the first stand the `url` of a database, the `folder` of its files, and the `targets`, each with its headers; into
the second goes by target what was `answered`, and the statements that were `sent` for it.
"""

import json
import sys
from pathlib import Path

import time_machine

from app.database import Database
from app.settings import Settings
from tests.fuzz.documented import Asked
from tests.fuzz.wire import Raw, Wire
from tests.fuzz.world import NOW
from tests.names import app_with_names
from tests.plans.hearing import Heard


def main() -> None:
    """Send each request as it stands, and write down what came of it."""
    given = json.loads(Path(sys.argv[1]).read_text())
    app = app_with_names(Settings(var_dir=Path(given["folder"]), cursor_key="documented"), Database(given["url"]))
    heard = Heard()
    answered = {}
    with time_machine.travel(NOW, tick=False):
        wire = Wire(app)
        for target, headers in given["targets"].items():
            with heard.of(target):
                answer = wire.send(Raw.of(Asked("GET", target, headers), None))
            answered[target] = [answer.status, answer.body.hex()]
    sent = {target: [one.text for one in each] for target, each in heard.sent.items()}
    Path(sys.argv[2]).write_text(json.dumps({"answered": answered, "sent": sent}))


if __name__ == "__main__":
    main()
