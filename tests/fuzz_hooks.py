"""Sends each request from an address of its own, because the edge's limits count by address."""

import random

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    case.headers["X-Forwarded-For"] = ".".join(["10", *(str(random.randrange(256)) for _ in range(3))])
