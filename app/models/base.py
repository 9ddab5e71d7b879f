"""The metadata of all tables, with names for every constraint so that migrations can name what they change."""

from pydantic import ConfigDict
from sqlmodel import SQLModel

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMES


class Table(SQLModel):
    """The base of every table; tables are storage and validate nothing, named CHECKs guard them."""

    # Nobody asks for what would validate them, so it is never built.
    model_config = ConfigDict(defer_build=True)  # type: ignore[assignment]
