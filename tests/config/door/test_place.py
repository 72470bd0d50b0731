"""Who runs the server, and what that account can reach."""

from __future__ import annotations

import os
import pwd

import pytest

from config.door import place
from config.door.home import Home
from config.door.place import Account
from config.door.trouble import Trouble

STRANGER = Account("stranger", 54_321, 54_321)
ONLY_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another account")


def test_a_folder_is_passable_when_every_folder_above_it_is(home):
    inner = home.root / "closed" / "inner"
    inner.mkdir(parents=True)
    assert place.may_pass(inner, STRANGER)

    (home.root / "closed").chmod(0o700)

    assert not place.may_pass(inner, STRANGER)


def test_a_file_needs_its_own_permission_too(home):
    file = home.root / "file"
    file.touch(mode=0o600)
    assert not place.may_read(file, STRANGER)

    file.chmod(0o644)

    assert place.may_read(file, STRANGER)


def test_an_owner_is_judged_by_the_owners_bits(home):
    file = home.root / "file"
    file.touch(mode=0o044)
    owner = Account("owner", os.geteuid(), os.getegid())

    assert not place.may_read(file, owner)


@ONLY_ROOT
def test_root_prefers_whoever_owns_the_folder_the_home_lies_in(home):
    nobody = pwd.getpwnam("nobody")
    os.chown(home.root, nobody.pw_uid, nobody.pw_gid)

    assert place.of(Home(home.root / "var")).account.name == "nobody"


@ONLY_ROOT
def test_data_stays_with_the_account_that_owns_it(home):
    (home.root / "postgres").mkdir()
    os.chown(home.root / "postgres", STRANGER.uid, STRANGER.gid)

    assert place.of(home).account.uid == STRANGER.uid


def test_a_user_without_a_name_is_told_what_to_do(home, monkeypatch):
    monkeypatch.setattr("config.door.place.os.geteuid", lambda: STRANGER.uid)

    with pytest.raises(Trouble, match="54321 has no name.*DATABASE_URL"):
        place.of(home)
