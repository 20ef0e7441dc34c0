"""Watches `multiprocessing.Pool` and `ThreadPool`: what a worker takes off its queue, until it sends the result."""

from functools import partial

from parlab_hook import (
    CHUNKS, NO_INDEX, Hand, Inbox, Outbox, Placed, each, hide_own_frames, is_batch, like, name_of, without_own_frames,
)


def patch(module):
    number_tasks(module)
    watch_workers(module)
    hide_own_frames(module.ExceptionWithTraceback)


def number_tasks(module):
    """Where tasks are handed out, those of maps learn their index, and single ones which of the pool's they are."""
    pool = module.Pool
    chunks, tasks, apply_async = pool._get_tasks, pool._guarded_task_generation, pool.apply_async
    mappers = (module.mapstar, module.starmapstar)

    def _get_tasks(func, it, size):
        for number, (function, items) in enumerate(chunks(func, it, size)):
            yield function, Placed(items, number * size)

    def _guarded_task_generation(self, result_job, func, iterable):
        for job, index, function, args, kwds in tasks(self, result_job, func, iterable):
            if function is func and func not in mappers:
                args = Placed(args, index)
            yield job, index, function, args, kwds

    def numbered(self, func, args=(), kwds={}, callback=None, error_callback=None):
        if type(args) is tuple and not is_batch(func):
            number = self.__dict__.setdefault("_parlab_applied", 0)
            self._parlab_applied = number + 1
            args = Placed(args, number)
        return apply_async(self, func, args, kwds, callback, error_callback)

    pool._get_tasks = staticmethod(like(chunks, _get_tasks))
    pool._guarded_task_generation = like(tasks, _guarded_task_generation)
    pool.apply_async = like(apply_async, numbered)


def watch_workers(module):
    """Has the workers of pools work through queues that see the tasks pass."""
    work = module.worker
    mappers = (module.mapstar, module.starmapstar)
    raises = module._helper_reraises_exception

    def opened(hand, task):
        if task is None:
            return None
        job, number, function, args, kwds = task
        if function in mappers:
            inner, items = args[0]
            if not CHUNKS:
                items = each(hand, name_of(inner), items, getattr(items, "start", NO_INDEX))
                return job, number, function, ((inner, items),), kwds
            hand.take(name_of(inner), number)
        elif function is not raises and not is_batch(function):
            hand.take(name_of(function), getattr(args, "start", NO_INDEX))
        return task

    def closed(hand, message):
        succeeded, value = message[2]
        hand.put_down(succeeded)
        if not succeeded:
            without_own_frames(getattr(value, "__traceback__", None))
        return message

    def worker(inqueue, outqueue, *rest, **named):
        hand = Hand()
        inbox, outbox = Inbox(inqueue, partial(opened, hand)), Outbox(outqueue, partial(closed, hand))
        try:
            return work(inbox, outbox, *rest, **named)
        finally:
            hand.put_down(False)

    module.worker = like(work, worker)
