"""Watches `concurrent.futures.ProcessPoolExecutor`: what a worker takes off its queue, until it sends the result."""
import weakref
from functools import partial

from parlab_hook import CHUNKS, NO_INDEX, Hand, Placed, each, is_batch, like, name_of, seen_by, shown_to


def patch(module):
    number_chunks(module)
    watch_workers(module)


def chunk_function(module, function):
    """The function that `map` applies to the items of the chunks that it submits, if this is one of them."""
    if type(function) is partial and function.func is module._process_chunk:
        return function.args[0]
    return None


def number_chunks(module):
    """The chunks of a `map` learn the index of their first item; they are submitted in order."""
    original = module._WorkItem.__init__
    submitted = weakref.WeakKeyDictionary()

    def __init__(self, future, fn, args, kwargs):
        if chunk_function(module, fn) is not None:
            start = submitted.get(fn, 0)
            submitted[fn] = start + len(args[0])
            args = (Placed(args[0], start),)
        original(self, future, fn, args, kwargs)

    module._WorkItem.__init__ = like(original, __init__)


def watch_workers(module):
    """Has the workers of executors work through queues that see the tasks pass."""
    work = module._process_worker

    def taken(hand, item):
        if item is None:
            return None
        inner = chunk_function(module, item.fn)
        if inner is None:
            if not is_batch(item.fn):
                hand.take(name_of(item.fn), item.work_id)
        elif CHUNKS:
            hand.take(name_of(inner), item.work_id)
        else:
            items = item.args[0]
            item.args = (each(hand, name_of(inner), items, getattr(items, "start", NO_INDEX)),)
        return item

    def done(hand, result):
        hand.put_down(getattr(result, "exception", None) is None)

    def _process_worker(call_queue, result_queue, *rest, **named):
        hand = Hand()
        try:
            return work(seen_by(taken, hand, call_queue), shown_to(done, hand, result_queue), *rest, **named)
        finally:
            hand.put_down(False)

    module._process_worker = like(work, _process_worker)
