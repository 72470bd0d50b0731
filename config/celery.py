"""Tasks: the broker only wakes workers; receipts, the outbox and the ledger are the truth.

By default the broker is a folder under RAPPORT_HOME, which needs no server. `CELERY_BROKER_URL` switches
to Redis or RabbitMQ. Losing the broker loses nothing: the beat's rounds find what is waiting.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

from config import task_logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TRANSPORT_ALIASES["filesystem"] = "config.letters:Transport"
TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "config.redis_transport:Transport"

app = Celery("rapport")


def _folder_broker(home: Path) -> dict[str, Any]:
    letters = str(home / "broker")
    return {"data_folder_in": letters, "data_folder_out": letters, "polling_interval": 0.1}


def _options() -> dict[str, Any]:
    if settings.CELERY_BROKER_URL.startswith("filesystem:"):
        return _folder_broker(settings.RAPPORT_HOME)
    if settings.CELERY_BROKER_URL.startswith("redis"):
        return {"visibility_timeout": 600, "socket_connect_timeout": 2, "socket_timeout": 5}
    return {"confirm_publish": True}


app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_transport_options=_options(),
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=2,
    task_publish_retry=False,
    task_ignore_result=True,
    task_default_queue="rapport",
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    timezone="UTC",
    beat_scheduler="config.beat:Scheduler",
    beat_schedule_filename=str(settings.RAPPORT_HOME / "beat"),
    beat_schedule={
        "dispatch": {"task": "tenants.ledger.tasks.sweep", "schedule": 15.0, "options": {"expires": 15}},
        "read": {"task": "inbox.tasks.read_all", "schedule": 5.0, "options": {"expires": 5}},
        "send": {"task": "inbox.tasks.send_all", "schedule": 5.0, "options": {"expires": 5}},
        "settle": {"task": "inbox.tasks.settle_all", "schedule": 10.0, "options": {"expires": 10}},
        "clock": {"task": "inbox.tasks.tick_all", "schedule": 30.0, "options": {"expires": 30}},
        "forget": {"task": "inbox.tasks.forget_unroutable", "schedule": 3600.0, "options": {"expires": 3600}},
        "poll": {"task": "inbox.tasks.poll_all", "schedule": 30.0, "options": {"expires": 30}},
    },
)
if settings.CELERY_BROKER_URL.startswith("amqp"):
    app.conf.task_default_queue_type = "quorum"
    app.conf.worker_detect_quorum_queues = True
app.autodiscover_tasks(["tenants.ledger", "inbox", "playbooks", "reporting"])


@setup_logging.connect
def _keep_our_logs(**_: object) -> None:
    """Celery must not replace the logging that Django has configured."""


task_logs.connect()
