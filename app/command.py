"""Where the `kaohe` command begins.

What is loaded at the start stays: looking it through for waste takes a quarter of the time that loading takes.
"""

import gc


def main() -> None:
    """Load the program without looking for waste, and run the command."""
    gc.disable()
    from app import cli  # noqa: PLC0415 once nobody looks for waste

    gc.freeze()
    gc.enable()
    cli.main()
