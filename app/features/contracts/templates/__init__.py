"""Templates of terms (合同条款模板): documents to start from, one file each, all invented.

A template leaves out what only a contract's paper can say. `asks` notes each such answer, and each figure that is no
more than an example.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import Field

from app.features.contracts.terms_document import TermsDocument
from app.values import Shape

FIGURE = "figure"
"""What an ask is called that is about a figure to be replaced; every other has the name of the missing answer."""
_FOLDER = Path(__file__).parent


class Words(Shape):
    """A text in Chinese and English."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class Ask(Words):
    """A note on what the user still has to say, by the name and pointer of the missing answer, or of a figure."""

    name: str
    pointer: str


class Template(Shape):
    """A template of terms for a common kind of contract."""

    id: str
    title: Words
    purpose: Words
    terms: TermsDocument
    asks: tuple[Ask, ...]


@cache
def everyone() -> Sequence[Template]:
    """Give all templates, in the order of their files."""
    files = sorted(_FOLDER.glob("*.yaml"))
    return tuple(Template.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files)


def find(template_id: str) -> Template | None:
    """Give a template by its id."""
    return next((template for template in everyone() if template.id == template_id), None)
