"""The only door: `python3 manage.py COMMAND`. Needs Python 3.11 or newer, and nothing else.

The first start makes `.venv` from requirements.lock and goes on inside it (config/door/bootstrap.py);
commands that need a database find one running (config/door/environment.py).
"""

import sys

if __name__ == "__main__":
    # Written so that an old Python can read this file and say the sentence, hence the old formatting.
    if sys.version_info < (3, 11):  # noqa: UP036  # `python3` may be any Python when this line is reached
        sys.exit(
            "Rapport needs Python 3.11 or newer, and this is %d.%d. "  # noqa: UP031  # an old Python reads this
            "Install a newer one (Debian 12, Ubuntu 24.04 and macOS with Homebrew have it) and say, for example, "
            "`python3.11 manage.py %s`."
            % (sys.version_info[0], sys.version_info[1], " ".join(sys.argv[1:]) or "demo")
        )
    from config.door.entrance import main  # only a new enough Python can read it

    sys.exit(main(sys.argv))
