"""Taking figures out of the house needs the right `export`, beside the right to read them."""

from __future__ import annotations

import pytest
from django.test import Client as Http

from tenants.kernel.schema import inside
from tests.conftest import let_in, person


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("manager", 200),
        ("executive", 200),
        ("auditor", 200),
        ("responder", 403),
        ("approver", 403),
        ("advocate", 403),
    ],
)
def test_the_file_is_for_people_who_may_export(acme, role, status):
    user = person(f"{role}@acme.example", role.title(), role=role, client=acme)
    http = Http(SERVER_NAME="acme.localhost")
    with inside(acme):
        let_in(http, user)

    answer = http.get("/reports/first-response.csv")

    assert answer.status_code == status
    if role != "advocate":
        offered = "first-response.csv" in http.get("/reports/").content.decode()
        assert offered is (status == 200)
