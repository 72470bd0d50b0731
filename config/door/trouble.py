"""What the door says when it cannot go on."""


class Trouble(Exception):
    """Something outside the program is in the way; the sentence says what, and what to do next."""
