"""The application that uvicorn runs: static files at once, everything else through Django."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any, cast

from django.core.asgi import get_asgi_application

from config import bodies, env, headers, shares
from config.door.home import Home
from config.probe import Probe
from config.statics import Statics

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]


class Rapport:
    """Django, with static files in front of it and strict headers on whatever leaves."""

    def __init__(self) -> None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        os.environ.setdefault("RAPPORT_LOGIN", "app")  # nothing that answers requests logs in as the owner
        shares.share_counts(Home(env.home_folder()).run)
        self._pages = bodies.Bounded(cast("bodies.Application", get_asgi_application()))
        self._statics = Statics()
        Probe().start()

    async def __call__(self, scope: Message, receive: Receive, send: headers.Send) -> None:
        if self._statics.has(scope):
            await self._statics.answer(scope, send)
        else:
            await self._pages(scope, receive, headers.strictly(send))


application = Rapport()
