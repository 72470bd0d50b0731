"""Who answers the inbox's question what a message is, and where the client's own decisions come from."""

from playbooks.queries import house_rules
from playbooks.triage import evaluate

EVALUATOR = evaluate
HOUSE_RULES = house_rules
