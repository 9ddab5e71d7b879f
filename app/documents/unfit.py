"""What is wrong with a document that somebody handed in, where nothing of it can be read."""


class UnfitDocument(ValueError):
    """A document that is not taken: where, what it is, and what its sender can do; each a whole sentence."""

    def __init__(self, code: str, detail: str, remedy: str, place: str = "") -> None:
        """Say it; `code` is a kebab-case name to rely on, `place` a part, a sheet or a cell, empty for the whole."""
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.remedy = remedy
        self.place = place
