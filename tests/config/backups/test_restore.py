"""A backup brings everything back onto an empty machine, or is refused before anything is written."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as properties
from hypothesis import strategies as st

from config.backups import loading, reading, secrets
from config.backups.reading import Backup
from config.backups.sealed import Refused
from config.door.postgres import EmbeddedPostgres
from tests.config.backups.conftest import at_home, command
from tests.config.backups.stage import PASSPHRASE

some = properties(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])


def restore(home, file, passphrase_file, *words, **more):
    return command(home, "restore", str(file), "--passphrase-file", str(passphrase_file), *words, **more)


def tree(folder):
    """Every file below a folder with its content."""
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# --- There and back ----------------------------------------------------------------------------------
def test_an_empty_home_gets_everything_back_and_goes_on(furnished, empty_home, passphrase_file):
    done = restore(empty_home, furnished.file, passphrase_file)

    assert done.returncode == 0, done.stderr + done.stdout
    for slug in ("acme", "globex", "initech"):
        assert f"{slug}: " in done.stdout
    assert "seals of the ledger agree" in done.stdout
    assert "Restored 3 clients" in done.stdout
    with EmbeddedPostgres(empty_home).running():
        seen = at_home(empty_home, "look", furnished.at)
        assert seen == furnished.seen
        assert seen["acme"]["report"][0]["answered"] == 4
        assert seen["acme"]["ledger"]["seals"] > 0
        assert seen["acme broken"] == seen["globex broken"] == []
        assert seen["totp"] == [{"plain": "JBSWY3DPEHPK3PXP"}]
        assert at_home(empty_home, "sign_in", "localhost", "grace@agency.example") == {
            "status": 302,
            "page": 200,
        }
        # Entries that are written now stand behind the restored ones: every subscriber hears of them.
        news = at_home(empty_home, "go_on", "acme")
        assert news["new entries"] > 0
        assert news["new seals"] == 1
        assert news["new messages"] == 1
        assert news["broken"] == news["behind"] == []
        again = command(empty_home, "verify_ledger")
        assert again.returncode == 0, again.stdout


def test_all_is_of_one_moment_though_others_write_meanwhile(furnished, empty_home, passphrase_file):
    assert furnished.made["meanwhile"] == ["Disturbed"]  # it was written while the backup was being made

    restore(empty_home, furnished.file, passphrase_file, "--client", "globex")

    with EmbeddedPostgres(empty_home).running():
        assert (
            at_home(empty_home, "look", furnished.at)["tables"]["globex.inbox_channel"]
            == (furnished.seen["tables"]["globex.inbox_channel"])
        )


def test_one_client_comes_out_of_a_backup_of_all_without_anything_of_the_others(
    furnished, empty_home, passphrase_file
):
    done = restore(empty_home, furnished.file, passphrase_file, "--client", "acme")

    assert done.returncode == 0, done.stderr + done.stdout
    assert "Restored 1 clients" in done.stdout
    with EmbeddedPostgres(empty_home).running():
        seen = at_home(empty_home, "look", furnished.at)
        theirs = {name: rows for name, rows in furnished.seen["tables"].items() if name.startswith("acme.")}
        assert theirs.items() <= seen["tables"].items()
        assert not [name for name in seen["tables"] if name.startswith(("globex.", "initech."))]
        assert seen["acme"] == furnished.seen["acme"]
        assert seen["routes"].keys() == {"acme-shop"}
        assert seen["tables"]["public.tenants_client"][0] == 1
        assert seen["tables"]["public.accounts_user"][0] == 3  # Acme's manager and the agency's two
        assert at_home(empty_home, "sign_in", "localhost", "grace@agency.example")["status"] == 302
        assert at_home(empty_home, "go_on", "acme")["behind"] == []


def test_a_backup_of_one_client_holds_and_restores_that_one(furnished, empty_home, passphrase_file, tmp_path):
    made = at_home(furnished.home, "back_up", str(tmp_path), "globex")
    backup = reading.verify(Path(made["file"]), PASSPHRASE)
    assert [client.slug for client in backup.clients] == ["globex"]
    assert not [name for name in backup.manifest["tables"] if name.startswith(("acme.", "initech."))]
    assert Path(made["file"]).name.startswith("rapport-globex-")

    done = restore(empty_home, made["file"], passphrase_file)

    assert done.returncode == 0, done.stderr + done.stdout
    with EmbeddedPostgres(empty_home).running():
        seen = at_home(empty_home, "look", furnished.at)
        assert seen["globex"] == furnished.seen["globex"]
        assert seen["routes"].keys() == {"globex-shop"}


# --- Refused -----------------------------------------------------------------------------------------
def test_a_database_that_is_not_empty_is_never_overwritten(furnished, passphrase_file):
    done = restore(furnished.home, furnished.file, passphrase_file)

    assert done.returncode == 1
    assert "The database is not empty" in done.stderr
    assert "name an empty folder with RAPPORT_HOME, or a new database with DATABASE_URL" in " ".join(
        done.stderr.split()
    )
    assert at_home(furnished.home, "look", furnished.at) == furnished.seen


@pytest.mark.parametrize(("spoil", "sentence"), [
    (lambda content: content[: len(content) // 2], "damaged or cut off"),
    (lambda content: content[:5000] + b"\x00" + content[5001:], "damaged or cut off"),
    (lambda content: b"PK" + content, "not a backup of Rapport"),
], ids=["cut", "changed", "foreign"])  # fmt: skip
def test_a_spoilt_file_is_refused_with_a_sentence_and_nothing_is_written(
    furnished, empty_home, passphrase_file, tmp_path, spoil, sentence
):
    spoilt = tmp_path / "spoilt.backup"
    spoilt.write_bytes(spoil(furnished.file.read_bytes()))
    assert (
        command(empty_home, "version").returncode == 0
    )  # the first command of all makes the home's own secrets
    before = tree(empty_home.root)

    done = restore(empty_home, spoilt, passphrase_file)

    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert {path: tree(empty_home.root).get(path) for path in before} == before
    assert not (empty_home.root / "postgres").exists()


@some
@given(st.data())
def test_damage_anywhere_is_refused_before_a_row_is_loaded(furnished, tmp_path_factory, data):
    content = bytearray(furnished.file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[place] ^= data.draw(st.integers(1, 255))
    else:
        del content[place:]
    path = tmp_path_factory.mktemp("damaged") / "one.backup"
    path.write_bytes(content)

    with pytest.raises(Refused):
        reading.verify(path, PASSPHRASE)


def test_another_passphrase_is_refused(furnished, empty_home, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.write_text("another passphrase")

    done = restore(empty_home, furnished.file, wrong)

    assert done.returncode == 1
    assert "The passphrase is not the one" in done.stderr
    assert not (empty_home.root / "postgres").exists()


def test_a_client_that_is_not_in_it_is_refused(furnished):
    backup = reading.verify(furnished.file, PASSPHRASE)

    with pytest.raises(Refused, match="holds no client “umbrella”. It holds acme, globex, initech"):
        loading.chosen(backup, ["umbrella"])


def test_a_backup_of_a_newer_version_is_refused():
    backup = Backup(about={"migrations": [["tenants", "0001_initial"], ["tenants", "9999_from_the_future"]]})

    with pytest.raises(Refused, match="no migration tenants.9999_from_the_future"):
        loading.must_be_known(backup)


def test_seal_keys_that_are_set_and_open_nothing_of_it_are_refused(monkeypatch):
    monkeypatch.setenv("RAPPORT_SEAL_KEYS", ",".join(settings.RAPPORT_SEAL_KEYS))
    secrets.must_fit({"rapport_seal_keys": settings.RAPPORT_SEAL_KEYS[0]})

    with pytest.raises(Refused, match="RAPPORT_SEAL_KEYS is set and lacks 1 of the keys"):
        secrets.must_fit({"rapport_seal_keys": "another"})


def test_a_restore_that_breaks_leaves_an_empty_database(furnished, empty_home):
    with EmbeddedPostgres(empty_home).running():
        told = at_home(empty_home, "fail_to_restore", str(furnished.file))

    assert "public.tenants_route is not in the database as it was in the backup" in told["said"]
    assert told["schemas"] == 0


# --- The file ----------------------------------------------------------------------------------------
def test_the_file_is_for_its_owner_alone_and_nothing_unfinished_is_left(furnished):
    assert furnished.file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in furnished.file.parent.iterdir()] == [furnished.file.name]
    content = furnished.file.read_bytes()
    for words in (b"grace@agency.example", b"Where is my order", b"BEGIN", b"CREATE TABLE"):
        assert words not in content


def test_the_secrets_of_the_rows_come_along_and_those_of_the_server_do_not(furnished):
    kept = reading.verify(furnished.file, PASSPHRASE).secrets

    assert kept["rapport_seal_keys"] == (furnished.home.secrets / "rapport_seal_keys").read_text().strip()
    assert not [name for name in kept if name.startswith("database_")]


def test_a_backup_that_runs_holds_up_neither_the_ledger_nor_writers(furnished):
    """Its transaction has a snapshot and no number, so the horizon of the ledger's readers moves on."""
    url = EmbeddedPostgres(furnished.home).owner_url
    horizon = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
    with psycopg.connect(url) as backup, psycopg.connect(url, autocommit=True) as writer:
        backup.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        backup.execute("SELECT pg_export_snapshot()")
        (before,) = writer.execute(horizon).fetchall()[0]
        for _ in range(3):
            writer.execute("SELECT pg_current_xact_id()")

        assert writer.execute(horizon).fetchall()[0][0] > before


# --- The command -------------------------------------------------------------------------------------
def test_the_command_makes_one_rotates_and_tells_the_doctor(furnished, passphrase_file, tmp_path):
    for stamp in ("20200101T030000", "20200102T030000"):
        (tmp_path / f"rapport-{stamp}Z.backup").touch()
    told = {
        "RAPPORT_BACKUP_PASSPHRASE_FILE": str(passphrase_file), "RAPPORT_BACKUP_FOLDER": str(tmp_path),
        "RAPPORT_BACKUP_KEEP": "2,0,0",
    }  # fmt: skip

    done = command(furnished.home, "backup", "--scheduled", **told)

    assert done.returncode == 0, done.stderr
    assert "read back without a fault" in done.stdout
    assert "Removed rapport-20200101T030000Z.backup" in done.stdout
    assert len(list(tmp_path.iterdir())) == 2
    examined = command(furnished.home, "doctor", **told).stdout
    assert "0 h old, 3 clients" in examined


def test_a_backup_that_cannot_be_written_says_so_to_the_doctor_too(furnished, passphrase_file, tmp_path):
    (tmp_path / "taken").touch()

    done = command(
        furnished.home,
        "backup",
        "--passphrase-file",
        str(passphrase_file),
        "--to",
        str(tmp_path / "taken" / "in"),
    )

    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert "The newest one failed" in command(furnished.home, "doctor").stdout


def test_a_client_that_does_not_exist_is_named_and_is_no_failure_of_the_backups(furnished, passphrase_file):
    before = (furnished.home.root / "backups" / "history.json").read_text()

    done = command(
        furnished.home, "backup", "--passphrase-file", str(passphrase_file), "--client", "umbrella"
    )

    assert done.returncode == 1
    assert "There is no client “umbrella”" in done.stderr
    assert (furnished.home.root / "backups" / "history.json").read_text() == before


def test_without_a_passphrase_nothing_is_made(furnished):
    done = command(furnished.home, "backup")

    assert done.returncode == 1
    assert "There is no passphrase" in done.stderr


# --- A server of one's own ---------------------------------------------------------------------------
OWN = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def own_server(tmp_path_factory):
    """PostgreSQL 15 of the system, with an owner that may make roles."""
    if not (OWN / "initdb").exists() or shutil.which("runuser") is None:
        pytest.skip("PostgreSQL 15 of the system is not installed.")
    with_server = Path(
        subprocess.check_output(["mktemp", "-d", "/tmp/rapport-own-XXXXXX"], text=True).strip()
    )
    shutil.chown(with_server, "postgres")
    data = with_server / "data"

    def run(*words):
        subprocess.run(
            ["runuser", "-u", "postgres", "--", *map(str, words)], check=True, capture_output=True, cwd="/"
        )

    run(OWN / "initdb", "-D", data, "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-k {with_server} -c listen_addresses= -c fsync=off -c max_locks_per_transaction=512"
    run(OWN / "pg_ctl", "-D", data, "-w", "-l", with_server / "log", "-o", options, "start")
    try:
        with psycopg.connect(host=str(with_server), user="postgres", autocommit=True) as connection:
            connection.execute("CREATE ROLE rapport_owner LOGIN CREATEROLE PASSWORD 'choose-one'")
            connection.execute("CREATE DATABASE rapport OWNER rapport_owner")
        yield f"postgresql://rapport_owner:choose-one@/rapport?host={with_server}"
    finally:
        run(OWN / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(with_server)


def test_a_server_of_ones_own_and_of_an_older_version_takes_it_and_gives_it_back(
    furnished, empty_home, passphrase_file, own_server, tmp_path
):
    done = restore(empty_home, furnished.file, passphrase_file, DATABASE_URL=own_server)

    assert done.returncode == 0, done.stderr + done.stdout
    assert not (empty_home.root / "postgres").exists()
    seen = at_home(empty_home, "look", furnished.at, DATABASE_URL=own_server)
    assert [name for name, rows in seen["tables"].items() if rows != furnished.seen["tables"].get(name)] == []
    assert seen == furnished.seen
    assert at_home(empty_home, "go_on", "acme", DATABASE_URL=own_server)["behind"] == []
    again = command(
        empty_home, "backup", "--passphrase-file", str(passphrase_file), "--to", str(tmp_path),
        DATABASE_URL=own_server,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
