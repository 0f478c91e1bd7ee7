"""Copies of the database, and what it takes to bring one back.

A backup is one file and its SHA-256 beside it. `erasures.jsonl` in the same folder holds the ids of
everybody whose data was erased (Art. 17 DSGVO): it outlives the database, so that a restore brings
nobody back. Neither SECRET_KEY nor ENCRYPTION_KEYS is in here.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit
from uuid import UUID

ROOT = Path(__file__).resolve().parent.parent
LEDGER = "erasures.jsonl"
NAME, STAMP = "dma-crm-", "%Y%m%dT%H%M%SZ"
CHUNK = 1 << 20
# Without a row in either nothing can be lost.
DATA = {
    "accounts_user": "SELECT 1 FROM accounts_user LIMIT 1",
    "contacts_person": "SELECT 1 FROM contacts_person LIMIT 1",
}
NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class BackupError(Exception):
    """What stopped us, in a sentence for the person at the keyboard."""


def database(url):
    """The database of this address, by what it takes to copy it."""
    from dma_crm.environment import database as parsed  # noqa: PLC0415 - after the path is set

    url = url or f"sqlite:///{ROOT / 'var' / 'dma_crm.sqlite3'}"
    try:
        settings = parsed(url)
    except ValueError as error:
        raise BackupError(f"DATABASE_URL: {error}.") from error
    return (Sqlite if settings["ENGINE"].endswith("sqlite3") else Postgresql)(url, settings)


class Sqlite:
    SUFFIX = ".sqlite3"

    def __init__(self, url, settings):
        self.url, self.path = url, Path(settings["NAME"])

    def __str__(self):
        return str(self.path)

    @contextlib.contextmanager
    def opened(self, path=None, *, mode="rw"):
        address = f"file:{quote(str(path or self.path))}?mode={mode}"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=20)) as connection:
            yield connection

    def dump(self, target):
        with self.opened(mode="ro") as source, self.opened(target) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")

    def check(self, path):
        with self.opened(path, mode="ro") as copy:
            (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise BackupError(f"The copy is damaged: {verdict}.")

    def rows(self, statement):
        with self.opened(mode="ro") as connection:
            return connection.execute(statement).fetchall()

    def exists(self):
        return self.path.exists()

    def tables(self):
        return {name for (name,) in self.rows("SELECT name FROM sqlite_master")}

    def make_sure_nobody_is_in(self):
        """Leaving WAL needs the file to oneself, and leaves one file that can be moved."""
        try:
            with self.opened() as connection:
                connection.execute("PRAGMA busy_timeout=0")
                connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise in_use(self) from error
        except sqlite3.DatabaseError:
            return  # nobody works in what cannot be read

    def fill_aside(self, file):
        aside = self.path.with_name(f"{self.path.name}.restoring")
        aside.unlink(missing_ok=True)
        shutil.copyfile(file, aside)
        aside.chmod(0o600)
        return Sqlite(f"sqlite:///{aside}", {"NAME": str(aside)})

    def discard(self):
        for path in self.files():
            path.unlink(missing_ok=True)

    def files(self):
        """The database, and what belongs to it while somebody is in."""
        return [self.path.with_name(self.path.name + end) for end in ("", "-wal", "-shm")]

    def give_way(self, name):
        for path in self.files():
            if path.exists():
                path.rename(path.with_name(path.name.replace(self.path.name, name, 1)))

    def take_place_of(self, target, *, kept):
        self.make_sure_nobody_is_in()
        name = f"{target.path.name}.replaced-{now():{STAMP}}"
        if kept:
            target.give_way(name)
        self.path.replace(target.path)
        return str(target.path.with_name(name)) if kept else ""


class Postgresql:
    SUFFIX = ".pgdump"

    def __init__(self, url, settings):
        self.url, self.settings, self.name = url, settings, settings["NAME"]

    def __str__(self):
        return f"{self.name} on {self.settings['HOST'] or 'this machine'}"

    @contextlib.contextmanager
    def opened(self, name=None):
        import psycopg  # noqa: PLC0415 - only where it is used

        known = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
        given = {name: self.settings[key] for name, key in known.items() if self.settings[key]}
        tls = {k: v for k, v in self.settings["OPTIONS"].items() if k.startswith("ssl")}
        try:
            with psycopg.connect(
                dbname=name or self.name, autocommit=True, **given, **tls
            ) as there:
                yield there
        except psycopg.errors.InsufficientPrivilege as error:
            role = f"ALTER ROLE {self.settings['USER']} CREATEDB"
            raise BackupError(f"PostgreSQL: {error} A superuser can run: {role}") from error
        except psycopg.errors.ObjectInUse as error:
            raise in_use(self) from error
        except psycopg.Error as error:
            raise BackupError(f"PostgreSQL: {error}") from error

    def run(self, program, *arguments):
        """One of PostgreSQL's own; the password is in its environment, where `ps` shows none."""
        if not shutil.which(program):
            raise BackupError(f"{program} is missing: install PostgreSQL's client programs.")
        known = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
        given = {name: self.settings[key] for name, key in known.items() if self.settings[key]}
        tls = self.settings["OPTIONS"]
        given |= {f"PG{name.upper()}": tls[name] for name in tls if name.startswith("ssl")}
        command = [program, *arguments]
        done = subprocess.run(
            command, env=os.environ | given, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise BackupError(f"{program}: {done.stderr.strip()}")

    def dump(self, target):
        options = ("--format=custom", "--no-owner", "--no-privileges")
        self.run("pg_dump", *options, f"--file={target}", f"--dbname={self.name}")

    def check(self, path):
        """Reads it from end to end."""
        self.run("pg_restore", "--file=/dev/null", str(path))

    def rows(self, statement, *, name=None):
        with self.opened(name) as connection:
            return connection.execute(statement).fetchall()

    def exists(self):
        return (self.name,) in self.rows("SELECT datname FROM pg_database", name="postgres")

    def tables(self):
        schema = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
        return {name for (name,) in self.rows(schema)}

    def make_sure_nobody_is_in(self):
        there = "SELECT datname FROM pg_stat_activity WHERE datname IS NOT NULL"
        if (self.name,) in self.rows(there, name="postgres"):
            raise in_use(self)

    def administer(self, *statements):
        """Of databases, from a third one."""
        with self.opened("postgres") as connection:
            for statement in statements:
                connection.execute(statement)

    def fill_aside(self, file):
        parts = urlsplit(self.url)
        aside = database(parts._replace(path=f"/{quote(self.name)}_restoring").geturl())
        name = quoted(aside.name)
        create = f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"
        self.administer(f"DROP DATABASE IF EXISTS {name}", create)
        options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
        try:
            aside.run("pg_restore", *options, f"--dbname={aside.name}", str(file))
        except BackupError:
            aside.discard()
            raise
        return aside

    def discard(self):
        self.administer(f"DROP DATABASE IF EXISTS {quoted(self.name)}")

    def take_place_of(self, target, *, kept):
        name = f"{target.name}_replaced_{now():%Y%m%d%H%M%S}"
        ours, theirs = quoted(self.name), quoted(target.name)
        if kept:
            self.administer(f"ALTER DATABASE {theirs} RENAME TO {quoted(name)}")
        else:
            self.administer(f"DROP DATABASE IF EXISTS {theirs}")
        self.administer(f"ALTER DATABASE {ours} RENAME TO {theirs}")
        return name if kept else ""


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def in_use(target):
    return BackupError(
        f"Somebody still works in {target}: stop web, worker, beat and backup first."
        " Nothing was changed."
    )


def holds_data(target):
    """What cannot be read may hold something."""
    try:
        if not target.exists():
            return False
        there = target.tables()
        return any(target.rows(DATA[name]) for name in there & DATA.keys())
    except sqlite3.DatabaseError:
        return True


def now():
    return datetime.now(UTC)


def taken_at(file):
    """The moment in the name of a backup."""
    stamp = file.name.removeprefix(NAME).partition(".")[0]
    return datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)


def backups_in(folder):
    """Whole ones, the newest first."""
    names = (f"{NAME}*{kind.SUFFIX}" for kind in (Sqlite, Postgresql))
    return sorted((file for name in names for file in folder.glob(name)), reverse=True)


@contextlib.contextmanager
def explained(folder):
    """Turns what the machine says into a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise BackupError(f"No space is left in {folder}. Older backups are kept.") from error
        raise BackupError(f"{error.filename or folder}: {error.strerror}.") from error
    except sqlite3.Error as error:
        raise BackupError(f"SQLite: {error}.") from error


@contextlib.contextmanager
def alone_in(folder):
    """One run at a time; what an earlier one left half done is cleared away."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob(".*.part*"):
            left.unlink()
        yield


def back_up(source, folder, *, keep):
    """Written aside, checked, then named: what has a name is whole. Answers the file."""
    with explained(folder), alone_in(folder):
        if not source.exists():
            raise BackupError(f"There is no database {source}.")
        file = folder / f"{NAME}{now():{STAMP}}{source.SUFFIX}"
        part = private(folder / f".{file.name}.part")
        try:
            source.dump(part)
            source.check(part)
            write_aside(digest_file(file), f"{digest(part)}  {file.name}\n")
            on_disk(part)
            part.rename(file)
        finally:
            part.unlink(missing_ok=True)
        copy_ledger(source, folder)
        for old in backups_in(folder)[keep:]:
            old.unlink()
            digest_file(old).unlink(missing_ok=True)
        return file


def keep_ledger(source, folder):
    with explained(folder), alone_in(folder):
        copy_ledger(source, folder)


def private(path):
    path.touch(mode=0o600, exist_ok=False)
    return path


def write_aside(path, text):
    part = private(path.with_name(f".{path.name}.part"))
    part.write_text(text)
    on_disk(part)
    part.replace(path)


def on_disk(path):
    """A file that is renamed before it is written through may be empty after a power cut."""
    with path.open("rb") as opened:
        os.fsync(opened.fileno())


def digest_file(file):
    return file.with_name(f"{file.name}.sha256")


def digest(path):
    found = hashlib.sha256()
    with path.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()


def verify(file, target):
    """Refuse a file that is not, from end to end, what was written."""
    if not file.is_file():
        raise BackupError(f"There is no file {file}.")
    if file.suffix != target.SUFFIX:
        raise BackupError(f"{file.name} is no backup of such a database as {target}.")
    try:
        known = digest_file(file).read_text().split()[:1]
    except FileNotFoundError:
        raise BackupError(f"{digest_file(file)} is missing: copy it along.") from None
    if known != [digest(file)]:
        raise BackupError(f"{file.name} is damaged or cut off: take another one.")
    target.check(file)


def erasures_in(source):
    """Moment by id of the person; nothing where no table is yet."""
    if not source.exists() or "contacts_erasure" not in source.tables():
        return {}
    found = source.rows("SELECT person_id, at FROM contacts_erasure ORDER BY at")
    return {str(UUID(str(person))): str(at) for person, at in found}


def copy_ledger(source, folder):
    """What stands in the file stays there, whatever has become of the database."""
    path = folder / LEDGER
    kept = ledger_in(folder) if path.exists() else None
    known = {**erasures_in(source), **(kept or {})}
    if known != kept:
        write_aside(path, lines_of(known))


def lines_of(erasures):
    return "".join(
        json.dumps({"person": person, "at": at}) + "\n" for person, at in erasures.items()
    )


def ledger_in(folder):
    path = folder / LEDGER
    try:
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        return {str(UUID(row["person"])): str(row["at"]) for row in rows}
    except FileNotFoundError:
        raise BackupError(f"{path} is missing: it says who was erased. Copy it along.") from None
    except (ValueError, TypeError, KeyError):
        raise BackupError(f"{path} is damaged: take it from another copy.") from None


def restore(file, target, *, replace, told):
    """Fill a database aside, bring it up to date, stop delivery, erase again; then change places.

    Whatever goes wrong before that leaves what is there as it is. Answers what was replaced.
    """
    with explained(target):
        verify(file, target)
        kept = holds_data(target)
        if kept and not replace:
            raise BackupError(f"{target} holds data. --replace puts the backup in its place.")
        erased = ledger_in(file.parent) | readable_erasures(target, told)
        if target.exists():
            target.make_sure_nobody_is_in()
        told("Filling a database aside ...")
        aside = target.fill_aside(file)
        try:
            finish(aside, file, erased)
            replaced = aside.take_place_of(target, kept=kept)
        except BaseException:
            aside.discard()
            raise
        return replaced


def readable_erasures(target, told):
    """Those of the last minute, where the database that is replaced can still be asked."""
    try:
        return erasures_in(target)
    except sqlite3.DatabaseError:
        told(f"{target} cannot be read: whoever was erased in its last minute is not known.")
        return {}


def finish(aside, file, erased):
    manage(aside, "migrate", "--verbosity", "0")
    moment = f"{taken_at(file):%d.%m.%Y %H:%M} UTC"
    manage(aside, "freeze_delivery", f"Aus der Sicherung vom {moment} wiederhergestellt")
    manage(aside, "replay_erasures", "-", said=lines_of(erased))


def manage(aside, *command, said=""):
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": aside.url},
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"manage.py {command[0]} failed:\n{done.stderr.strip()}")
