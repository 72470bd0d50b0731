"""The first response report: the page, the rows behind it, and a file for a spreadsheet."""

from __future__ import annotations

import csv

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from inbox.rows import EmptyState
from reporting import behind, exports, pages, queries
from reporting.behind import Wanted
from reporting.pages import Period
from tenants.accounts.guards import actor_of, allow
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import NotFound
from tenants.kernel.htmx import page_or_part
from tenants.kernel.numbers import read_decimal, read_id

EMPTY = EmptyState(
    "chart-column",
    "Nothing came in",
    "Nobody wrote to this brand in the period. Choose a longer one, or connect a channel.",
)


@allow(Permission.VIEW_REPORTS)
@require_safe
def first_response(request: HttpRequest) -> HttpResponse:
    """One page: who needed an answer, who got one, how soon, and who still waits."""
    may_export = actor_of(request).may(Permission.EXPORT)
    report = pages.report_page(_period(request), may_export=may_export, at=now())
    return render(request, "reporting/first_response.html", {"report": report, "empty": EMPTY})


@allow(Permission.VIEW_REPORTS)
@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    """The rows that add up to one figure."""
    figure, asked = request.GET.get("figure", ""), request.GET
    if figure not in set(queries.Figure):
        raise NotFound(f"The report has no figure “{figure[:40]}”.")
    wanted = Wanted(
        figure=queries.Figure(figure),
        period=_period(request),
        channel=read_id(asked.get("channel")),
        reason=_word(asked.get("reason")),
        low=read_decimal(asked.get("low")),
        high=read_decimal(asked.get("high")),
    )
    page = behind.rows_page(wanted, after=asked.get("after", ""), actor=actor_of(request), at=now())
    return page_or_part(request, "reporting/rows.html", "rows", {"page": page})


@allow(Permission.EXPORT)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The figures as CSV, for somebody who may also read them."""
    actor_of(request).must(Permission.VIEW_REPORTS)
    period = _period(request)
    start, end = period.bounds
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="first-response-{period.first}-{period.last}.csv"'
    csv.writer(answer).writerows(exports.export_lines(queries.first_response(start, end, None, now())))
    return answer


def _period(request: HttpRequest) -> Period:
    asked = request.GET
    client = request.client  # type: ignore[attr-defined]  # set by ClientByHost
    return Period.read(asked.get("from", ""), asked.get("to", ""), client=client, at=now())


def _word(text: str | None) -> str | None:
    """A reason as reports name it. PostgreSQL stores no NUL, so that none is ever named with one."""
    return None if text is None else text.replace("\0", "")
