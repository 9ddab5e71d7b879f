"""The floor: the service's uvicorn with bare routes, the same selects and rows by the driver, JSON by hand.

Nobody is asked who they are, nothing is checked, nothing is logged: what is left is what the web server, the driver and
the database cost in this very run.
"""

import argparse

import uvicorn
from fastapi import FastAPI

from bench.drivers import Driver
from bench.floor_months import months
from bench.floor_reads import reads
from bench.floor_settlements import settlements


def floor(driver: Driver, principal: str) -> FastAPI:
    """Build the floor over a database; what it writes is written as this principal."""
    app = FastAPI(openapi_url=None)
    app.include_router(reads(driver))
    app.include_router(months(driver, principal))
    app.include_router(settlements(driver, principal))
    return app


def main() -> None:
    """Serve the floor, with the settings of `kaohe serve`."""
    asked = argparse.ArgumentParser(prog="python -m bench.floor", description=main.__doc__)
    for name in ("url", "principal", "port"):
        asked.add_argument(name)
    given = asked.parse_args()
    uvicorn.run(
        floor(Driver(given.url), given.principal),
        host="127.0.0.1",
        port=int(given.port),
        log_config=None,
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    main()
