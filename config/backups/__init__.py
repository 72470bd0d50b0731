"""Backup and restore: everything of an installation in one sealed file, and back again.

`sealed` encrypts a stream in authenticated chunks, `container` puts named members into it, `tables` says what
the database holds and which rows belong to one client, `taking` writes a backup, `reading` verifies one,
`loading` restores it, `figures` computes what is compared afterwards. `rotation`, `history` and `nightly` are
for the scheduled ones. Everything here needs the owner's login.
"""
