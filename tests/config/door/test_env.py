"""The environment is read with types, and loudly."""

from __future__ import annotations

import re
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as some

from config import env
from config.door import addresses, crew
from config.door.home import PROJECT
from config.env import Misconfigured
from tenants.kernel.database.pool import Limits

NAME = re.compile(r"""(?:text|flag|number|url|secret)\(\s*"([A-Z_]+)\"""")


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """No `.env` of a developer reaches these tests."""
    monkeypatch.setenv("RAPPORT_ENV_FILE", str(tmp_path / "none.env"))
    return monkeypatch


def write(tmp_path, monkeypatch, content):
    path = tmp_path / "some.env"
    path.write_text(content)
    monkeypatch.setenv("RAPPORT_ENV_FILE", str(path))


def test_a_missing_value_is_loud_and_names_itself():
    with pytest.raises(Misconfigured, match="NOWHERE is not set"):
        env.text("NOWHERE")


def test_an_empty_value_counts_as_none(monkeypatch):
    monkeypatch.setenv("EMPTY", "")

    assert env.text("EMPTY", "the default") == "the default"


def test_a_value_outside_its_list_is_refused(monkeypatch):
    monkeypatch.setenv("LOGIN", "root")

    with pytest.raises(Misconfigured, match="must be one of app, owner"):
        env.text("LOGIN", among={"owner", "app"})


@pytest.mark.parametrize(
    ("written", "meant"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("FALSE", False)]
)
def test_a_flag_is_read_in_the_usual_spellings(monkeypatch, written, meant):
    monkeypatch.setenv("SWITCH", written)

    assert env.flag("SWITCH") is meant


def test_a_flag_that_is_neither_is_refused(monkeypatch):
    monkeypatch.setenv("SWITCH", "perhaps")

    with pytest.raises(Misconfigured, match="write 1 or 0"):
        env.flag("SWITCH", default=False)


@pytest.mark.parametrize(
    ("written", "complaint"), [("many", "whole number"), ("-1", "from 0 to 9"), ("10", "from 0 to 9")]
)
def test_a_number_keeps_to_its_bounds(monkeypatch, written, complaint):
    monkeypatch.setenv("COUNT", written)

    with pytest.raises(Misconfigured, match=complaint):
        env.number("COUNT", most=9)


@pytest.mark.parametrize("written", ["nonsense", "ftp://host/", "redis://host:port/"])
def test_an_address_of_the_wrong_kind_is_refused(monkeypatch, written):
    monkeypatch.setenv("CACHE_URL", written)

    with pytest.raises(Misconfigured, match="CACHE_URL"):
        env.cache()


def test_the_environment_wins_over_the_file(monkeypatch, tmp_path):
    write(tmp_path, monkeypatch, "COLOUR=red\n")
    monkeypatch.setenv("COLOUR", "green")

    assert env.text("COLOUR") == "green"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("COLOUR=red", "red"),
        ("  export COLOUR = red  # not blue", "red"),
        ("COLOUR='a # b'", "a # b"),
        ('COLOUR="two\\nlines \\"quoted\\""  # said', 'two\nlines "quoted"'),
        ("COLOUR=pass#word$HOME", "pass#word$HOME"),
    ],
)
def test_a_line_of_the_file_is_read_as_written(monkeypatch, tmp_path, line, value):
    write(tmp_path, monkeypatch, f"# colours\n\n{line}\n")

    assert env.text("COLOUR") == value


@pytest.mark.parametrize("line", ["just words", "COLOUR='open", "1COLOUR=red"])
def test_a_line_that_makes_no_sense_is_named_by_its_number(monkeypatch, tmp_path, line):
    write(tmp_path, monkeypatch, f"# colours\n{line}\n")

    with pytest.raises(Misconfigured, match="line 2"):
        env.text("COLOUR", "red")


def test_a_secret_is_read_from_the_file_it_names(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("hush\n")
    monkeypatch.setenv("TOKEN_FILE", str(tmp_path / "key"))

    assert env.secret("TOKEN") == "hush"


def test_a_secret_given_twice_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("TOKEN", "hush")
    monkeypatch.setenv("TOKEN_FILE", str(tmp_path / "key"))

    with pytest.raises(Misconfigured, match="both set"):
        env.secret("TOKEN")


def test_a_secret_whose_file_is_missing_or_empty_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("TOKEN_FILE", str(tmp_path / "key"))
    with pytest.raises(Misconfigured, match="cannot be read"):
        env.secret("TOKEN")

    (tmp_path / "key").touch()

    with pytest.raises(Misconfigured, match="empty"):
        env.secret("TOKEN")


def test_a_secret_nobody_can_make_is_asked_for(tmp_path):
    with pytest.raises(Misconfigured, match="TOKEN_FILE"):
        env.secret("TOKEN", home=tmp_path)


def test_a_made_secret_stays_and_only_its_owner_can_read_it(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)

    first, second = env.secret("SECRET_KEY", home=tmp_path), env.secret("SECRET_KEY", home=tmp_path)

    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secrets" / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_a_made_seal_key_seals(monkeypatch, tmp_path):
    monkeypatch.delenv("RAPPORT_SEAL_KEYS", raising=False)
    seal = Fernet(env.secret("RAPPORT_SEAL_KEYS", home=tmp_path))

    assert seal.decrypt(seal.encrypt(b"hush")) == b"hush"


def test_a_secret_that_many_make_at_once_is_one(monkeypatch, tmp_path):
    monkeypatch.delenv("SECRET_KEY", raising=False)

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: env.secret("SECRET_KEY", home=tmp_path), range(32)))

    assert len(found) == 1
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["secret_key"]


def test_the_app_role_logs_in_beside_its_owner(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://boss:b%40d@db.example:6543/rapport?sslmode=require")
    monkeypatch.delenv("DATABASE_APP_URL", raising=False)
    monkeypatch.setenv("DATABASE_APP_PASSWORD", "p@ss/word")
    monkeypatch.setenv("RAPPORT_LOGIN", "app")

    found = env.database(home=tmp_path)

    assert (found["USER"], found["PASSWORD"]) == ("rapport_app", "p@ss/word")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "6543", "rapport")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_the_owner_logs_in_as_itself_when_nothing_else_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://boss:b%40d@db.example/rapport")
    monkeypatch.delenv("RAPPORT_LOGIN", raising=False)

    found = env.database(home=tmp_path)

    assert (found["USER"], found["PASSWORD"], found["PORT"]) == ("boss", "b@d", "")


def test_a_process_that_answers_has_a_login_for_each_client_and_says_how_many_connections(
    monkeypatch, tmp_path
):
    monkeypatch.setenv("DATABASE_URL", "postgresql://boss@db.example/rapport")
    monkeypatch.setenv("RAPPORT_CLIENT_CONNECTIONS", "3")
    monkeypatch.setenv("RAPPORT_LOGIN", "owner")
    owner = env.database(home=tmp_path)
    monkeypatch.setenv("RAPPORT_LOGIN", "app")

    found = env.database(home=tmp_path)

    assert (found["LOGINS_APART"], found["CONN_MAX_AGE"]) == (True, 0)
    assert found["POOLS"] == {"agency": Limits(10, 10), "clients": Limits(3, 3)}
    assert "LOGINS_APART" not in owner


def test_a_process_that_answers_does_not_look_at_the_owners_password(monkeypatch, tmp_path):
    for name in ("DATABASE_URL", "DATABASE_APP_URL", "DATABASE_APP_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAPPORT_LOGIN", "app")

    found = env.database(home=tmp_path)

    assert found["USER"] == "rapport_app"
    assert {path.name for path in (tmp_path / "secrets").iterdir()} == {"database_app_password"}


@pytest.mark.parametrize(("web", "workers"), [(1, 2), (2, 4), (3, 2), (4, 8), (8, 8)])
def test_what_serve_starts_stays_below_what_the_embedded_server_takes(monkeypatch, web, workers):
    for name in ("RAPPORT_DATABASE_POOL", "RAPPORT_CLIENT_CONNECTIONS", "RAPPORT_CONNECTIONS_EACH"):
        monkeypatch.delenv(name, raising=False)

    def total(told: dict[str, str]) -> int:
        return int(told["RAPPORT_DATABASE_POOL"]) + int(told["RAPPORT_CLIENT_CONNECTIONS"])

    pages = web * total(crew.connections(processes=web, share=crew.WEB, agency=crew.POOL, each=crew.EACH))
    threads = total(crew.connections(processes=1, share=crew.WORKER, agency=workers + 2, each=workers))
    processes = workers * total(crew.connections(processes=workers, share=crew.WORKER, agency=2, each=2))

    assert pages + max(threads, processes) + web < 190, "with the one that each web process listens on"


def test_an_address_without_a_database_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgresql://boss@db.example")
    monkeypatch.delenv("RAPPORT_LOGIN", raising=False)

    with pytest.raises(Misconfigured, match="names no database"):
        env.database(home=tmp_path)


@given(
    user=some.text(min_size=1),
    password=some.text(min_size=1),
    folder=some.from_regex(r"/[a-z ü%&?#/]{1,80}", fullmatch=True),
)
def test_a_socket_address_reads_back_as_it_was_written(user, password, folder):
    found = addresses.read(addresses.socket_url(user, password, "rapport", folder))

    assert (found["USER"], found["PASSWORD"], found["HOST"]) == (user, password, folder)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "smtp://ada:s%40fe@mail.example",
            {"EMAIL_PORT": 587, "EMAIL_USE_TLS": True, "EMAIL_HOST_PASSWORD": "s@fe"},
        ),
        ("smtps://mail.example", {"EMAIL_PORT": 465, "EMAIL_USE_SSL": True, "EMAIL_USE_TLS": False}),
        ("smtp://localhost:25?tls=0", {"EMAIL_PORT": 25, "EMAIL_USE_TLS": False}),
        ("file:///tmp/mail", {"EMAIL_FILE_PATH": "/tmp/mail"}),
        ("console://", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
    ],
)
def test_mail_goes_where_its_address_says(monkeypatch, address, expected):
    monkeypatch.setenv("EMAIL_URL", address)

    assert expected.items() <= env.mail().items()


def test_single_sign_on_is_off_until_an_issuer_is_named(monkeypatch):
    monkeypatch.delenv("OPENID_URL", raising=False)
    assert env.openid_apps() == []

    monkeypatch.setenv("OPENID_URL", "https://id.example")
    monkeypatch.setenv("OPENID_CLIENT_ID", "rapport")
    monkeypatch.setenv("OPENID_CLIENT_SECRET", "hush")

    assert env.openid_apps()[0]["settings"] == {
        "server_url": "https://id.example",
        "oauth_pkce_enabled": True,
        "trust_email": False,
    }


def test_every_name_that_is_read_is_explained_in_the_example():
    example = (PROJECT / ".env.example").read_text()
    sources = [PROJECT / "config" / name for name in ("settings.py", "env.py")]
    read = {match for source in sources for match in NAME.findall(source.read_text())}

    assert read
    assert not {name for name in read if name not in example}
