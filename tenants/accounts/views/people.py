"""People: who works here, with which role. The agency invites; a client changes and takes."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from tenants.accounts import actions, arrivals, credentials, letters, queries, questions
from tenants.accounts.forms import InviteForm, SeatForm
from tenants.accounts.guards import actor_of, allow, client_of
from tenants.accounts.models import Role, Seat, User
from tenants.accounts.permissions import Permission
from tenants.kernel.errors import Refusal
from tenants.kernel.numbers import read_id
from tenants.rows import Choice

ONLY_AT_THE_AGENCY = (
    "New people, and seats for people who have none here yet, are given by the agency on its own People page. "
    "Here you can change the role of a seat of this brand, or take the seat away."
)


@allow(Permission.VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with a seat here; `act` says what is to be done with one of them."""
    if request.method != "POST":
        return _page(request)
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise UnknownAct("This page does not know what to do with that. Load it again and use its buttons.")
    return act(request)


class UnknownAct(Refusal):
    status = 400
    code = "unknown_act"


def _page(request: HttpRequest, form: InviteForm | None = None, status: int = 200) -> HttpResponse:
    client, actor = client_of(request), actor_of(request)
    may_change = actor.may(Permission.MANAGE_PEOPLE)
    context = {
        "people": queries.people_lines(client=client, you=actor.user_id or 0),
        "roles": queries.role_cards(client=client),
        "role_choices": [Choice(str(role.pk), role.name) for role in Role.objects.order_by("pk")],
        "form": form or (InviteForm() if may_change and client is None else None),
        "may_change": may_change,
        "place_name": client.name if client else queries.AGENCY,
        "note": ONLY_AT_THE_AGENCY if client and may_change else "",
        "agency_people_url": arrivals.agency_page("accounts:people"),
    }
    return render(request, "tenants/people.html", context, status=status)


def _invite(request: HttpRequest) -> HttpResponse:
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    facts, role = form.cleaned_data, form.cleaned_data["role"]
    credentials.must_have(actor_of(request), role)
    question = questions.of_seat(facts["name"], role, at_agency=form.client_id is None)
    if question and not _is_sure(request):
        return _ask(request, question)
    invitation = actions.invite_user(
        by=actor_of(request),
        name=facts["name"],
        email=facts["email"],
        role=role,
        client_id=form.client_id,
        at=now(),
    )
    user = invitation.user
    if letters.send_invitation(invitation, place=form.place_name):
        messages.success(
            request, f"{user.name} is {role.name} at {form.place_name} now. We sent an email to {user.email}."
        )
        return redirect("accounts:people")
    link = letters.link_to_pass_on(invitation, by=actor_of(request), at=now()) if invitation.is_new else ""
    context = {
        "person": user,
        "role": role.name,
        "place": form.place_name,
        "link": link,
        "sign_in": letters.sign_in_address(),
    }
    return render(request, "accounts/invited.html", context)


def _change(request: HttpRequest) -> HttpResponse:
    form = SeatForm(request.POST)
    if not form.is_valid():
        raise UnknownAct("Choose one of the roles in the list, then try again.")
    seat = get_object_or_404(Seat.objects.select_related("role"), pk=form.cleaned_data["seat"])
    role = form.cleaned_data["role"]
    question = questions.of_seat(seat.user.name, role, at_agency=seat.client_id is None)
    if question and role != seat.role and not _is_sure(request):
        credentials.must_have(actor_of(request), role)
        return _ask(request, question)
    seat = actions.change_role(by=actor_of(request), seat=seat, role=role, at=now())
    messages.success(request, f"{seat.user.name} is {seat.role.name} now.")
    return redirect("accounts:people")


def _take(request: HttpRequest) -> HttpResponse:
    seat = get_object_or_404(Seat.objects.select_related("role"), pk=_number(request, "seat"))
    if not _is_sure(request):
        return _ask(request, questions.of_taking(seat, place=queries.place_name(seat.client_id)))
    actions.unseat_user(by=actor_of(request), seat=seat, at=now())
    messages.success(request, f"{seat.user.name} is not {seat.role.name} any more.")
    return redirect("accounts:people")


def _switch_off(request: HttpRequest) -> HttpResponse:
    user = get_object_or_404(User, pk=_number(request, "user"))
    if not _is_sure(request):
        return _ask(request, questions.of_switching_off(user))
    actions.switch_off_user(by=actor_of(request), user=user, at=now())
    messages.success(request, f"{user.name} is switched off and cannot sign in anywhere.")
    return redirect("accounts:people")


def _switch_on(request: HttpRequest) -> HttpResponse:
    user = get_object_or_404(User, pk=_number(request, "user"))
    actions.switch_on_user(by=actor_of(request), user=user, at=now())
    messages.success(request, f"{user.name} may sign in again.")
    return redirect("accounts:people")


def _is_sure(request: HttpRequest) -> bool:
    return request.POST.get("sure") == "yes"


def _ask(request: HttpRequest, question: questions.Question) -> HttpResponse:
    """The same form once more, with what it will do in words; nothing is changed yet."""
    actor_of(request).must(Permission.MANAGE_PEOPLE)
    sent = [(name, value) for name, value in request.POST.items() if name in SENT]
    return render(request, "accounts/confirm.html", {"question": question, "fields": sent})


def _number(request: HttpRequest, name: str) -> int:
    """A row's id from the form; 0, which is nobody's, for anything else."""
    return read_id(request.POST.get(name)) or 0


SENT = ("act", "name", "email", "place", "role", "seat", "user")
"""What the forms of this page send, and its question sends again."""

ACTS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "invite": _invite,
    "change": _change,
    "take": _take,
    "off": _switch_off,
    "on": _switch_on,
}
