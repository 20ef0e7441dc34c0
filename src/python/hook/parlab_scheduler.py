"""Has a scheduler of Dask in this process, as that of a `LocalCluster` in a script, tell how many tasks are to be done.

The tasks themselves are told by the threads that run them. Nothing is asked of the scheduler, nor added to it: a look at
its counts now and then, in its own event loop.
"""
import asyncio

import parlab_board
from parlab_hook import like

# Seconds between two looks.
PACE = 0.1
TO_BE_DONE = ("waiting", "processing", "queued", "no-worker")


def patch(module):
    original = module.Scheduler.start_unsafe

    async def start_unsafe(self, *args, **kwargs):
        started = await original(self, *args, **kwargs)
        try:
            Counts(self, asyncio.get_running_loop()).look()
        except Exception:
            # Of a version that does otherwise: then it is not told.
            pass
        return started

    module.Scheduler.start_unsafe = like(original, start_unsafe)


class Counts:
    """What a scheduler has to do, looked at until it is closed."""

    def __init__(self, scheduler, loop):
        self.scheduler, self.loop, self.told = scheduler, loop, {}

    def look(self):
        is_over = self.scheduler.status.name in ("closing", "closed", "failed")
        counts = {} if is_over else self.counts()
        if counts != self.told:
            parlab_board.expect(counts)
            self.told = counts
        if not is_over:
            self.loop.call_later(PACE, self.look)

    def counts(self):
        counts = {}
        for name, prefix in self.scheduler.task_prefixes.items():
            count = sum(prefix.states.get(state) or 0 for state in TO_BE_DONE)
            if count:
                counts[name] = count
        return counts
