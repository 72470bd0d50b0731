"""The demo's own content: three invented brands, their people, and what is said to them.

Everything here was written for this project; no brand, person, handle or number is real. Addresses lie in
domains reserved for examples, telephone numbers in ranges reserved for fiction. Pure: no Django, no database.

`loader` is the door: it reads and checks, and says file and line when something is wrong.
"""
