"""What somebody may do. The rights of reference/inbox.md §3 number 23, one word each."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    VIEW = "view"
    VIEW_PRIVATE = "view_private"
    VIEW_PII = "view_pii"
    REPLY_PUBLIC = "reply_public"
    REPLY_PRIVATE = "reply_private"
    APPROVE = "approve"
    NOTE = "note"
    TRIAGE = "triage"
    ASSIGN = "assign"
    BULK = "bulk"
    HIDE = "hide"
    DELETE = "delete"
    BAN = "ban"
    EXPORT = "export"
    RECEIVE = "receive"
    MANAGE_PLAYBOOK = "manage_playbook"
    MANAGE_RULES = "manage_rules"
    MANAGE_CHANNELS = "manage_channels"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_TOKENS = "manage_tokens"
    MANAGE_CLIENTS = "manage_clients"
    VIEW_REPORTS = "view_reports"
    VIEW_AUDIT = "view_audit"
    LEARN = "learn"
    SHARE = "share"


ALL = frozenset(Permission)
P = Permission

READS = frozenset({P.VIEW, P.VIEW_REPORTS})
ANSWERS = READS | {
    P.VIEW_PRIVATE,
    P.VIEW_PII,
    P.REPLY_PUBLIC,
    P.REPLY_PRIVATE,
    P.NOTE,
    P.TRIAGE,
    P.ASSIGN,
    P.BULK,
}
MANAGES = ANSWERS | {
    P.APPROVE,
    P.HIDE,
    P.DELETE,
    P.BAN,
    P.EXPORT,
    P.MANAGE_PLAYBOOK,
    P.MANAGE_RULES,
    P.MANAGE_CHANNELS,
    P.MANAGE_PEOPLE,
    P.MANAGE_TOKENS,
    P.VIEW_AUDIT,
}

# slug → (name, sentence, permissions): the roles every installation begins with (DESIGN.md §3).
FIRST_ROLES: dict[str, tuple[str, str, frozenset[Permission]]] = {
    "owner": ("Owner", "Runs the agency: opens clients, seats people, may do everything.", ALL),
    "manager": ("Manager", "Leads the work for a brand: people, channels, playbooks, approvals.", MANAGES),
    "responder": ("Responder", "Answers conversations, leaves notes, hands over.", ANSWERS),
    "approver": (
        "Approver",
        "Speaks for the client: reads, comments and approves what is sent.",
        READS | {P.APPROVE, P.NOTE, P.VIEW_PRIVATE},
    ),
    "advocate": (
        "Advocate",
        "An employee who learns and shares; speaks once certified.",
        frozenset({P.LEARN, P.SHARE}),
    ),
    "executive": ("Executive", "Reads reports and scorecards.", frozenset({P.VIEW_REPORTS, P.EXPORT})),
    "auditor": (
        "Auditor",
        "Reads everything that happened, changes nothing.",
        READS | {P.VIEW_PRIVATE, P.VIEW_AUDIT, P.EXPORT},
    ),
}
