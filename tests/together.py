"""Two people who do something in the same moment, each over a connection of their own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connections

from ipeo import tenancy
from ipeo.models import Membership


def at_once(act: Callable[[Membership], object], members: Sequence[Membership]) -> list[str]:
    """Let each member act at once; give "done" or the name of what refused it, sorted."""
    together = Barrier(len(members))

    def run(member: Membership) -> str:
        try:
            with tenancy.scope(member.workspace, membership=member):
                together.wait(timeout=20)
                act(member)
        except Exception as refusal:
            return type(refusal).__name__
        else:
            return "done"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(members)) as pool:
        return sorted(pool.map(run, members))
