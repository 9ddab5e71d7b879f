"""The load generator: Locust's users in a closed loop, in a process of its own, as `python -m bench.load`.

A plan is a JSON file: who is asked, by how many users, for how long, and the tasks, each a list of requests one after
the other. A user that has its answer asks the next thing at once. What is measured is a whole task.
"""

import itertools
import json
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gevent.event
from locust import FastHttpUser, constant, task
from locust.env import Environment

from bench.load_outcome import Outcome

WARM_UP_SECONDS = 0.7
PATIENCE_SECONDS = 60.0
SHOWN_FAILURES = 3


class _Round:
    """What the users share: the tasks that are left, when it ends, and what came of it."""

    def __init__(self, plan: dict[str, Any]) -> None:
        tasks: list[list[dict[str, Any]]] = plan["tasks"]
        self.left: Iterator[list[dict[str, Any]]] = iter(tasks) if plan["once"] else itertools.cycle(tasks)
        # A task that is done once is never given away for warming up.
        self.begins = time.perf_counter() + (0.0 if plan["once"] else WARM_UP_SECONDS)
        self.ends = self.begins + plan["seconds"]
        self.users = plan["users"]
        self.done = self.asked = 0
        self.took: list[float] = []
        self.last = self.begins
        self.failures: list[str] = []


def _user(host_: str, round_: _Round, over: gevent.event.Event) -> type[FastHttpUser]:
    """Make the class of the users; Locust makes one object of it for each of them."""

    class Caller(FastHttpUser):
        host = host_
        wait_time = constant(0)
        network_timeout = connection_timeout = PATIENCE_SECONDS

        @task
        def one(self) -> None:
            steps = next(round_.left, None) if time.perf_counter() < round_.ends else None
            if steps is None:
                round_.done += 1
                if round_.done == round_.users:
                    over.set()
                # Whoever still waits for an answer gets it; nobody asks anything more.
                gevent.sleep(PATIENCE_SECONDS)
                return
            began, made = time.perf_counter(), ""
            for step in steps:
                made = self._send(step, made)
            round_.asked += 1
            now = time.perf_counter()
            if began >= round_.begins:
                round_.took.append((now - began) * 1000)
                round_.last = max(round_.last, now)

        def _send(self, step: dict[str, Any], made: str) -> str:
            """Send one request and give the id that its answer names; `{made}` in a path is the id before."""
            headers = {"Authorization": f"Bearer {step['token']}"}
            body = step.get("body")
            if step["method"] != "GET":
                headers |= {"Idempotency-Key": str(uuid.uuid4()), "If-Match": "*", "Content-Type": "application/json"}
            path = step["path"].replace("{made}", made)
            data = None if body is None else json.dumps(body)
            with self.client.request(
                step["method"], path, headers=headers, data=data, name=step["method"], catch_response=True
            ) as answer:
                if answer.status_code not in (200, 201):
                    round_.failures.append(f"{step['method']} {path}: {answer.status_code} {answer.text}")
                    return made
                return str(json.loads(answer.text)["id"]) if step.get("makes") else made

    return Caller


def run(plan: dict[str, Any]) -> Outcome:
    """Carry a plan out."""
    over = gevent.event.Event()
    round_ = _Round(plan)
    environment = Environment(user_classes=[_user(plan["host"], round_, over)])
    runner = environment.create_local_runner()
    before = time.process_time()
    runner.start(plan["users"], spawn_rate=plan["users"])
    over.wait()
    busy = (time.process_time() - before) / (time.perf_counter() - round_.begins + WARM_UP_SECONDS)
    runner.quit()
    took = sorted(round_.took) or [0.0]
    return Outcome(
        tasks=len(round_.took),
        asked=round_.asked,
        seconds=max(round_.last - round_.begins, 0.001),
        p50=took[len(took) // 2],
        p99=took[min(len(took) - 1, len(took) * 99 // 100)],
        failed=len(round_.failures),
        failures=round_.failures[:SHOWN_FAILURES],
        busy=busy,
    )


def main() -> None:
    """Carry out the plans in the files that standard input names, one a line, and answer each with what came of it."""
    for line in sys.stdin:
        outcome = run(json.loads(Path(line.strip()).read_text()))
        print(json.dumps(asdict(outcome)), flush=True)


if __name__ == "__main__":
    main()
