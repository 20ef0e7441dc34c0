"""Watches `multiprocessing.Pool` and `ThreadPool`: what a worker takes off its queue, until it sends the result."""

from parlab_hook import (
    CHUNKS, Hand, Placed, each, hide_own_frames, is_batch, like, name_of, seen_by, shown_to, without_own_frames,
)


def patch(module):
    number_tasks(module)
    watch_workers(module)
    hide_own_frames(module.ExceptionWithTraceback)


def number_tasks(module):
    """Where tasks are handed out, chunks learn the index of their first one, and single tasks which of the pool's they
    are. What is taken off an iterable one by one has the number of its place already."""
    pool = module.Pool
    chunks, apply_async = pool._get_tasks, pool.apply_async

    def _get_tasks(func, it, size):
        if size == 1:
            return chunks(func, it, size)
        return ((function, Placed(items, at * size)) for at, (function, items) in enumerate(chunks(func, it, size)))

    def numbered(self, func, args=(), kwds={}, callback=None, error_callback=None):
        if type(args) is tuple and not is_batch(func):
            number = self.__dict__.setdefault("_parlab_applied", 0)
            self._parlab_applied = number + 1
            args = Placed(args, number)
        return apply_async(self, func, args, kwds, callback, error_callback)

    pool._get_tasks = staticmethod(like(chunks, _get_tasks))
    pool.apply_async = like(apply_async, numbered)


def watch_workers(module):
    """Has the workers of pools work through queues that see the tasks pass."""
    work = module.worker
    mappers = (module.mapstar, module.starmapstar)
    raises = module._helper_reraises_exception

    def taken(hand, task):
        if task is None:
            return None
        job, number, function, args, kwds = task
        if function in mappers:
            inner, items = args[0]
            start = getattr(items, "start", number)
            if CHUNKS:
                hand.take(name_of(inner), number)
            elif len(items) == 1:
                hand.take(name_of(inner), start)
            else:
                return job, number, function, ((inner, each(hand, name_of(inner), items, start)),), kwds
        elif function is not raises and not is_batch(function):
            hand.take(name_of(function), getattr(args, "start", number))
        return task

    def done(hand, message):
        succeeded, value = message[2]
        hand.put_down(succeeded)
        if not succeeded:
            without_own_frames(getattr(value, "__traceback__", None))

    def worker(inqueue, outqueue, *rest, **named):
        hand = Hand()
        try:
            return work(seen_by(taken, hand, inqueue), shown_to(done, hand, outqueue), *rest, **named)
        finally:
            hand.put_down(False)

    module.worker = like(work, worker)
