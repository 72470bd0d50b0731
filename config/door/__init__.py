"""The door: what happens between `python3 manage.py demo` on a bare machine and the first answered request.

Read in the order things happen: entrance (the steps), bootstrap (the virtual environment), home (where an
installation keeps its things), place and postgres (the embedded database), environment (what the processes
are told), ports and supervisor (the processes), checks (what `doctor` looks at), trial (what `test` runs in).
"""
