"""`curl` for machines that have none: the options that the pages use, so that their blocks run there as well."""

import argparse
import sys
import urllib.error
import urllib.request
from pathlib import Path


def main() -> None:
    """Send the request, write the answer where `-o` says or to the output, and the status where `-w` asks for it."""
    options = argparse.ArgumentParser()
    options.add_argument("-s", action="store_true")
    options.add_argument("-X", dest="method")
    options.add_argument("-d", dest="body")
    options.add_argument("-o", dest="target", type=Path)
    options.add_argument("-w", dest="shown", default="")
    options.add_argument("-H", dest="headers", action="append", default=[])
    options.add_argument("address")
    asked = options.parse_args()
    body = None if asked.body is None else asked.body.encode()
    headers = {name: value.strip() for name, _, value in (header.partition(":") for header in asked.headers)}
    request = urllib.request.Request(asked.address, body, headers, method=asked.method)  # noqa: S310 pages name loopback
    try:
        answer = urllib.request.urlopen(request)  # noqa: S310 as above
    except urllib.error.HTTPError as refusal:
        answer = refusal
    with answer:
        said = answer.read()
    if asked.target:
        asked.target.write_bytes(said)
    else:
        sys.stdout.buffer.write(said)
        sys.stdout.flush()
    print(asked.shown.replace("%{http_code}", str(answer.status)).replace("\\n", "\n"), end="")  # noqa: T201 its output


if __name__ == "__main__":
    main()
