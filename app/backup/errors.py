"""What can go wrong with a backup, each with what to do about it."""

from app.errors import Conflict, Invalid, Unavailable


class BackupExists(Conflict):
    """A backup never replaces a file."""

    code = "backup-exists"
    title = "There is a file of this name already"
    remedy = "Name another file, such as one with today's date; a backup replaces nothing."


class BackupNotWritten(Unavailable):
    """The disk or the folder refuses."""

    code = "backup-not-written"
    title = "The backup could not be written"
    remedy = "Make room, or name a folder that exists and may be written to, and run it again; no half file is left."


class BackupDamaged(Invalid):
    """The file is not what was written."""

    code = "backup-damaged"
    title = "The file is not a whole backup"
    remedy = "Use another copy of this backup, or the one before it; nothing was changed."


class BackupOfOtherSchema(Conflict):
    """The rows are those of another schema."""

    code = "backup-of-other-schema"
    title = "The backup is of another schema than this program's"


class PlaceNotEmpty(Conflict):
    """A restore adds to nothing."""

    code = "place-not-empty"
    title = "A backup is restored into an empty database only"
    remedy = "Name a new database in DATABASE_URL, or an SQLite file that is not there yet; nothing was changed."


class RowsRefused(Conflict):
    """The database does not take a row, or gives back another than it was given."""

    code = "backup-rows-refused"
    title = "The database refuses rows of the backup"
    remedy = "Nothing was restored. Restore it into the kind of database that it came from, and correct the row there."
