"""What can go wrong with the parties."""

from app.errors import Conflict


class CodeTaken(Conflict):
    """A second thing of one code or name."""

    code = "code-taken"
    title = "There is one with that code or name already"
    remedy = "Choose another code, or use the one that is there."
