"""Watches a Dask cluster: a client of its scheduler that hears of each task, and writes it to the board, in a lane for
each thread of each worker.

    python -m parlab_dask tcp://HOST:PORT

It is run as the program: what has to be sent to the scheduler is then sent by value. What it adds there goes when its
connection does, however that ends; no worker is touched. Python 3.8 and later, distributed 2023.5 and later.
"""
import sys

# What this program itself runs in threads is no task of the cluster's: nothing that is imported below is watched.
sys.meta_path[:] = [finder for finder in sys.meta_path if not getattr(finder, "is_parlabs", False)]

import asyncio  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import uuid  # noqa: E402
import warnings  # noqa: E402

import parlab_board  # noqa: E402
from parlab_keys import index_of  # noqa: E402

# Seconds between two questions to the scheduler, and for how long it may be silent.
PACE, PATIENCE = 0.1, 30.0
# Records of a lane that are written at once: its ring has room for a few thousand, and has to be read.
BURST = 1500
FETCHING, DELIVERING = 5, 6
BEGUN = parlab_board._now()


def plugin_of(base):
    """The plugin's class; `distributed` is imported by the caller, and this module may be without it."""

    class Tell(base):
        """Sits in the scheduler: notes what happens to tasks and workers, until it is asked for it."""

        KEPT = 200000

        def __init__(self, client, name):
            self.client, self.name = client, name

        def start(self, scheduler):
            from time import time

            self.scheduler, self.time, self.news, self.lost = scheduler, time, [], 0
            self.since, self.begun = {}, time()
            for state in scheduler.workers.values():
                self.came(state, self.begun)
            scheduler.handlers[self.name] = self.take

        def came(self, state, at):
            self.note("came", state.address, state.nthreads, at)

        def note(self, *news):
            if len(self.news) < self.KEPT:
                self.news.append(news)
            else:
                self.lost += 1

        def transition(self, key, start, finish, *args, **kwargs):
            if finish == "processing":
                task = self.scheduler.tasks.get(key)
                worker = getattr(task, "processing_on", None)
                self.since[key] = self.time(), getattr(worker, "address", ""), self.to_fetch(task, worker)
                return
            if start != "processing":
                return
            since, worker, fetched = self.since.pop(key, (self.begun, "", 0))
            worker = kwargs.get("worker") or worker
            task = self.scheduler.tasks.get(key)
            prefix = self.prefix(task, key)
            if finish in ("memory", "erred"):
                spans = [(span["action"], span["start"], span["stop"]) for span in kwargs.get("startstops") or ()]
                if all(action != "transfer" for action, _, _ in spans):
                    fetched = 0
                self.note(
                    "task", worker, kwargs.get("thread"), str(key), prefix, finish == "erred", spans,
                    kwargs.get("nbytes") or 0, fetched, since, self.time(),
                )
            else:
                self.note("back", worker, str(key), prefix, since)

        def to_fetch(self, task, worker):
            """Bytes that a task needs and its worker has not."""
            needed = getattr(task, "dependencies", None) or ()
            return sum(max(0, other.nbytes) for other in needed if worker not in (other.who_has or ()))

        def prefix(self, task, key):
            return getattr(getattr(task, "prefix", None), "name", None) or str(key)

        def add_worker(self, scheduler, worker, **kwargs):
            state = scheduler.workers.get(worker)
            if state is not None:
                self.came(state, self.time())

        def remove_worker(self, scheduler, worker, **kwargs):
            self.note("went", worker, self.time())

        def remove_client(self, scheduler, client, **kwargs):
            if client == self.client:
                scheduler.handlers.pop(self.name, None)
                scheduler.plugins.pop(self.name, None)

        def take(self):
            """What happened since the last time, and how it stands."""
            news, self.news = self.news, []
            lost, self.lost = self.lost, 0
            workers = {
                address: (self.in_hand(state), int((state.metrics or {}).get("memory") or 0), state.memory_limit or 0)
                for address, state in self.scheduler.workers.items()
            }
            return {
                "now": self.time(), "news": news, "lost": lost, "workers": workers, "pending": self.pending(),
            }

        def in_hand(self, state):
            """What its threads work at, as far as that is known: all that it has, unless that is more than they can; then
            what it said itself, which is up to some seconds ago."""
            held = state.processing if len(state.processing) <= state.nthreads else state.executing
            tasks = [task for task in held if task in state.processing][: state.nthreads]
            return [
                (str(task.key), self.prefix(task, task.key), self.since.get(task.key, (self.begun,))[0])
                for task in tasks
            ]

        def pending(self):
            """Tasks that are to be done, by name."""
            counts = {}
            for name, prefix in self.scheduler.task_prefixes.items():
                states = prefix.states
                count = sum(states.get(state) or 0 for state in ("waiting", "processing", "queued", "no-worker"))
                if count:
                    counts[name] = count
            return counts

    Tell.__qualname__ = "Tell"
    return Tell


class Clock:
    """The scheduler's time as this machine's monotonic one: by the question whose answer came the quickest."""

    def __init__(self):
        self.offset = self.width = None

    def see(self, asked, there, answered):
        if self.width is None or answered - asked < self.width:
            self.width = answered - asked
            self.offset = (asked + answered) // 2 - int(there * 1e9)

    def here(self, there):
        return int(there * 1e9) + self.offset


class Lane:
    """A lane of the board, written on behalf of a thread of a worker."""

    def __init__(self, name, at):
        # It may have been there before the board was.
        at = min(max(at, BEGUN), parlab_board._now())
        found = parlab_board.claim_for(name, at)
        if found is None:
            raise LookupError("no lane is free")
        self.board, self.number, self.at = found
        board, cells = self.board, self.board.cells
        self.get = lambda cell: board.get(self.at + cells[cell])
        self.put = lambda cell, value: board.put(self.at + cells[cell], value)
        self.last = at
        self.extra = self.get("extra")
        self.count = self.get("done") + self.extra
        self.busy = 0
        self.used = min(self.get("names_used"), board.names)
        self.names = {}
        self.key = None  # of the task in hand
        self.burst = 0

    def name(self, name):
        """The number of a name."""
        board = self.board
        if name not in self.names:
            last = self.used >= board.names - 1
            if self.used < board.names:
                at = self.at + board.cells["task_names"] + self.used * board.name_bytes
                board.put_text(at, "(others)" if last else name, board.name_bytes)
                self.used += 1
                self.put("names_used", self.used)
            if last:
                return self.used - 1
            self.names[name] = self.used - 1
        return self.names[name]

    def word(self, name, index):
        return self.name(name) << 48 | (parlab_board._NO_INDEX if index is None else index & parlab_board._NO_INDEX)

    def write(self, key, start, end):
        board = self.board
        self.count += 1
        at = board.rings_at + self.number * board.ring_bytes + self.count % board.ring_records * board.record_bytes
        board.pack("QQQQQ").pack_into(board.memory, at, key, start, end, self.busy, self.count)
        self.burst += 1

    def hold(self, key, name, index, since):
        """A task is in hand."""
        self.key = key
        self.put("started", min(max(since, self.last), parlab_board._now()))
        self.put("hand", self.word(name, index) + 1)

    def drop(self):
        self.key = None
        self.put("hand", 0)

    def end(self, name, index, start, end, failed, values):
        """A task has ended, which was in hand for a while, whatever the clocks say."""
        now = parlab_board._now()
        start = min(max(start, self.last), now)
        end = min(max(end, start), now)
        self.busy += end - start
        self.last = end
        key = self.word(name, index)
        for of, figure in values:
            bits = int.from_bytes(self.board.pack("d").pack(figure), sys.byteorder)
            self.write(key | parlab_board._VALUE, self.name(of), bits)
            self.extra += 1
            self.put("extra", self.extra)
        self.write(key | (parlab_board._FAILED if failed else 0), start, end)
        if failed:
            self.put("failed", self.get("failed") + 1)
        self.put("done", self.count - self.extra)

    def spend(self, activity, start, end):
        """Between its tasks it did something else; what was done beside a task is no time of its own."""
        start = max(start, self.last)
        if end > start:
            at = self.at + self.board.cells["spent"] + 8 * activity
            self.board.put(at, self.board.get(at) + end - start)

    def expect(self, pending):
        """Says how many tasks are to be done, by name."""
        at, most = self.at + self.board.cells["pending"], 0
        numbers = {self.name(name): count for name, count in pending.items()}
        for number in range(self.used):
            self.board.put(at + 8 * number, numbers.get(number, 0))
        self.put("pending_names", self.used)

    def leave(self, at):
        self.put("left_at", min(max(at, self.last), parlab_board._now()))


class Worker:
    """A worker of the cluster, and what is said of it in the end."""

    def __init__(self, address, threads, at):
        self.name = address.partition("://")[2] or address
        self.at = at
        self.lanes, self.by_thread = [], {}
        self.tasks = self.failed = self.received = self.peak = self.memory = 0
        self.compute = self.transfer = self.disk = 0.0
        self.refused = False
        for _ in range(threads):
            self.add_lane()

    def add_lane(self):
        try:
            self.lanes.append(Lane("%s#%d" % (self.name, len(self.lanes) + 1), self.at))
            return self.lanes[-1]
        except LookupError:
            self.refused = True
            return None

    def lane_of(self, thread, key):
        """The lane of a thread: the one that it had, else the one that the task seemed to be in, else a free one."""
        if thread not in self.by_thread:
            taken = set(map(id, self.by_thread.values()))
            free = [lane for lane in self.lanes if id(lane) not in taken]
            free.sort(key=lambda lane: lane.key != key)
            lane = free[0] if free else self.add_lane()
            if lane is None:
                return None
            self.by_thread[thread] = lane
        return self.by_thread[thread]

    def put_down(self, key, lane):
        """The task in hand is none any more. It may have seemed to be in another lane than it was."""
        seeming = next((other for other in self.lanes if other.key == key), None)
        if seeming is not None:
            seeming.drop()
        elif lane is not None and lane.key is not None:
            lane.drop()

    def hold(self, tasks, clock):
        """What its threads have in hand now."""
        keys = {key for key, _, _ in tasks}
        for lane in self.lanes:
            if lane.key is not None and lane.key not in keys:
                lane.drop()
        held = {lane.key for lane in self.lanes}
        free = [lane for lane in self.lanes if lane.key is None]
        for key, prefix, since in tasks:
            if key not in held and free:
                free.pop(0).hold(key, prefix, index_of(key), clock.here(since))

    def see_memory(self, memory):
        self.memory, self.peak = memory, max(self.peak, memory)
        if self.lanes:
            self.lanes[0].put("memory", memory)


def size(count):
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if count < 1000 or unit == "TB":
            return "%.3g %s" % (count, unit) if count < 1000 else "%d %s" % (count, unit)
        count /= 1000.0


class Cluster:
    """All that is known of the cluster."""

    def __init__(self):
        self.clock = Clock()
        self.workers, self.gone = {}, []
        self.lost = 0
        self.home = None  # the lane that says how many tasks are to be done
        self.waits = False

    async def see(self, told):
        for news in told["news"]:
            getattr(self, "see_" + news[0])(*news[1:])
            lanes = self.workers[news[1]].lanes if news[0] == "task" and news[1] in self.workers else ()
            if any(lane.burst > BURST for lane in lanes):
                await asyncio.sleep(0.01)
                for lane in lanes:
                    lane.burst = 0
        self.lost += told["lost"]
        for address, (tasks, memory, _) in told["workers"].items():
            worker = self.workers.get(address)
            if worker is not None:
                worker.hold(tasks, self.clock)
                worker.see_memory(memory)
                for lane in worker.lanes:
                    lane.burst = 0
        self.see_pending(told["pending"])

    def see_came(self, address, threads, at):
        if address in self.workers:
            return
        worker = self.workers[address] = Worker(address, threads, self.clock.here(at))
        say("worker %s is there, with %d thread%s" % (worker.name, threads, "s" * (threads != 1)))
        if worker.refused:
            say("there are more threads than lanes: some of them are not shown")

    def see_went(self, address, at):
        worker = self.workers.pop(address, None)
        if worker is None:
            return
        self.gone.append(worker)
        for lane in worker.lanes:
            if lane is self.home:
                lane.put("pending_names", 0)
                self.home = None
            lane.put("memory", 0)
            lane.leave(self.clock.here(at))
        had = [lane.key for lane in worker.lanes if lane.key is not None]
        with_what = ", and had in hand: " + ", ".join(had) if had else ""
        say("worker %s is gone%s" % (worker.name, with_what))

    def see_back(self, address, key, prefix, since):
        """A task was taken off a worker: because it is gone, or has better to do."""
        worker = self.workers.get(address)
        if worker is not None and all(lane.key != key for lane in worker.lanes):
            free = next((lane for lane in worker.lanes if lane.key is None), None)
            if free is not None:
                free.hold(key, prefix, index_of(key), self.clock.here(since))

    def see_task(self, address, thread, key, prefix, failed, spans, nbytes, received, since, at):
        worker = self.workers.get(address)
        if worker is None:
            self.lost += 1
            return
        start, end = self.clock.here(since), self.clock.here(at)
        if thread is None:
            # Its worker died of it, as far as the scheduler knows: it is in hand until that is gone.
            self.see_back(address, key, prefix, since)
            lane = next((lane for lane in worker.lanes if lane.key == key), None)
            lane = lane or (worker.lanes or [None])[0]
        else:
            lane = worker.lane_of(thread, key)
            worker.put_down(key, lane)
        if lane is None:
            self.lost += 1
            return
        spans = [(action, self.clock.here(begun), self.clock.here(ended)) for action, begun, ended in spans]
        for action, begun, ended in spans:
            seconds = (ended - begun) * 1e-9
            if action == "compute":
                start, end = begun, ended
                worker.compute += seconds
            elif action == "transfer":
                worker.transfer += seconds
            elif action.startswith("disk"):
                worker.disk += seconds
        for action, begun, ended in spans:
            if action in ("transfer", "disk-read"):
                lane.spend(FETCHING, begun, min(ended, start))
        values = [("bytes", nbytes)] if nbytes else []
        values += [("bytes received", received)] if received else []
        lane.end(prefix, index_of(key), start, end, failed, values)
        for action, begun, ended in spans:
            if action == "disk-write":
                lane.spend(DELIVERING, begun, min(ended, parlab_board._now()))
        worker.tasks += not failed
        worker.failed += failed
        worker.received += received

    def see_pending(self, pending):
        if self.home is None:
            self.home = next((lane for worker in self.workers.values() for lane in worker.lanes), None)
        if self.home is not None:
            self.home.expect(pending)
        waits = not self.workers and bool(pending)
        if waits and not self.waits:
            say("there is no worker, and %d tasks are to be done" % sum(pending.values()))
        self.waits = waits

    def leave(self):
        """The watch ends."""
        now = parlab_board._now()
        for worker in self.workers.values():
            for lane in worker.lanes:
                # Nothing is known of what becomes of it.
                lane.drop()
                lane.leave(now)

    def summary(self):
        rows = [("worker", "done", "failed", "compute", "transfer", "disk", "received", "memory")]
        for worker in self.gone + list(self.workers.values()):
            rows.append((
                worker.name, str(worker.tasks), str(worker.failed), "%.3g s" % worker.compute,
                "%.3g s" % worker.transfer, "%.3g s" % worker.disk, size(worker.received),
                size(worker.peak),
            ))
        widths = [max(map(len, column)) for column in zip(*rows)]
        for row in rows:
            say("  ".join(text.rjust(width) if at else text.ljust(width) for at, (text, width) in enumerate(zip(row, widths))))
        if self.clock.width is not None:
            say(
                "times are those of the workers as the scheduler has them, whose clock is known to within %d µs"
                % ((self.clock.width // 2 + 999) // 1000)
            )
        if self.lost:
            say("%d events came too quickly and are not shown" % self.lost)


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def address_of(address):
    """What `distributed` calls the address that is given here."""
    if not address.startswith("dask://"):
        return address
    import dask

    encrypted = dask.config.get("distributed.comm.require-encryption", False)
    return ("tls://" if encrypted else "tcp://") + address[len("dask://"):]


async def ask(client, name, cluster):
    """Asks the scheduler once."""
    asked = parlab_board._now()
    told = await asyncio.wait_for(getattr(client.scheduler, name)(), PATIENCE)
    cluster.clock.see(asked, told["now"], parlab_board._now())
    return told


async def follow(client, name, cluster, stop):
    """Asks the scheduler again and again; the reason why that ended, or None when it was to end."""
    try:
        # Times are known the better the more questions there were.
        first = [await ask(client, name, cluster) for _ in range(10)]
        for told in first:
            await cluster.see(told)
        while not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), PACE)
            except asyncio.TimeoutError:
                pass
            await cluster.see(await ask(client, name, cluster))
    except asyncio.TimeoutError:
        return "has been silent for %d s" % PATIENCE
    except OSError as error:
        return "is gone (%s)" % (type(error).__name__,)


async def watch(address):
    from distributed import Client
    from distributed.diagnostics.plugin import SchedulerPlugin
    import distributed

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    address = address_of(address)
    try:
        client = await Client(address, asynchronous=True, timeout=10, set_as_default=False, name="parlab")
    except Exception as error:
        sys.stderr.write("no scheduler of Dask answers at %s: %s\n" % (address, error))
        return 1
    say("the scheduler at %s answers; this client has distributed %s" % (address, distributed.__version__))
    cluster = Cluster()
    name = "parlab_" + uuid.uuid4().hex
    try:
        plugin = plugin_of(SchedulerPlugin)(client.id, name)
        try:
            register = getattr(client, "register_scheduler_plugin", None) or client.register_plugin
            await asyncio.wait_for(register(plugin, name=name), PATIENCE)
        except Exception as error:
            sys.stderr.write("the scheduler at %s does not take a plugin: %s\n" % (address, error))
            return 1
        try:
            why = await follow(client, name, cluster, stop)
        except Exception as error:
            # Of a version that does otherwise than those that are known.
            why = "cannot be followed: %r" % (error,)
    finally:
        try:
            await asyncio.wait_for(client.close(1), 5)
        except Exception:
            pass
    cluster.leave()
    cluster.summary()
    if why is not None:
        sys.stderr.write("the scheduler at %s %s; the watch ends with what was seen\n" % (address, why))
        return 1
    return 0


def main():
    if len(sys.argv) != 2 or not parlab_board._where:
        sys.stderr.write("usage: parlab watch dask://HOST:PORT\n")
        return 2
    warnings.simplefilter("ignore")
    # It tells of lost connections in many words; the reason is told below.
    import logging

    for name in ("distributed", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return asyncio.run(watch(sys.argv[1]))


if __name__ == "__main__":
    # Without the interpreter's end, which waits for the client's threads.
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
