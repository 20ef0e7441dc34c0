"""Shows a program's tasks in parlab, live: protocol parlab.board/1, Python 3.8 and later, standard library only.

    import parlab_board

    with parlab_board.task("fit", index):        # a task, from here to there
        ...

    @parlab_board.watched                        # each call is a task
    def fit(c): ...

    parlab_board.run("fit", index, fit, (c,))    # the cheapest way: calls fit(c)

Within a task: progress(0.5), value("loss", 0.1), with activity("blocked"). Of tasks within tasks, the outermost counts.
Each thread has a lane of its own, from its first task on; so has each process. Without PARLAB_BOARD in the environment,
all of this does nothing. Whatever goes wrong, the program runs on unwatched; PARLAB_DEBUG=1 says why.
"""

import os
import sys
import time
from _thread import _local as _Local, allocate_lock as _allocate_lock, get_ident as _get_ident

__all__ = ["task", "watched", "run", "progress", "value", "activity", "is_watched", "flush"]

_MAGIC = 0x000162616C726170
_LANE_CELLS = (
    "generation", "pid", "tid", "claimed_at", "left_at", "base_done", "base_failed", "base_extra", "previous_hand",
    "failed", "extra", "fraction", "activity", "spent", "names_used", "thread_name", "started", "hand", "done",
    "task_names", "pending_names", "memory", "pending",
)
_HEADER_CELLS = (
    "magic", "major", "minor", "bytes", "lanes", "lanes_at", "lane_bytes", "rings_at", "ring_bytes", "ring_records",
    "record_bytes", "names", "name_bytes", "clock",
)
_LANE_CELLS_AT, _RECORD_CELLS_AT, _REFUSED_AT = 128, 384, 2048
_INDEX_BITS = 48
_NO_INDEX = (1 << _INDEX_BITS) - 1
_FAILED, _VALUE = 1 << 63, 1 << 62
_ACTIVITIES = {"running": 1, "lock": 2, "blocked": 3, "native": 4, "fetching": 5, "delivering": 6, "idle": 7}
_OTHERS = "(others)"

_now = time.monotonic_ns
_where = os.environ.get("PARLAB_BOARD")
_board = None  # once attached
_is_given_up = False
_local = _Local()
_lock = _allocate_lock()


def _mapped(where):
    import mmap

    fd = os.open(where, os.O_RDWR | os.O_CLOEXEC)
    try:
        size = os.fstat(fd).st_size
        if size < 4096:
            raise _Unusable("the board is too short")
        return mmap.mmap(fd, size)
    finally:
        os.close(fd)


class _Unusable(Exception):
    """The board cannot be written to."""


def _debug(why):
    if os.environ.get("PARLAB_DEBUG"):
        try:
            sys.stderr.write("parlab: not watched: %s\n" % (why,))
        except Exception:
            pass


class _Board:
    """The memory, and where everything lies in it."""

    def __init__(self, memory):
        import struct

        self.memory, size = memory, len(memory)
        self.pack = struct.Struct
        # Of two formats for the same word, the one that CPython converts its integers to in half the time.
        self.word = "L" if struct.calcsize("L") == 8 else "Q"
        # Stores of single words go through this: packing sets what it writes to 0 first.
        self.words = memoryview(memory).cast(self.word)
        for name, value in zip(_HEADER_CELLS, struct.unpack_from("%dQ" % len(_HEADER_CELLS), memory, 0)):
            setattr(self, name, value)
        if self.magic != _MAGIC or self.major != 1 or self.clock != 1 or self.bytes != size:
            raise _Unusable("no board of parlab.board/1")
        at = struct.unpack_from("%dQ" % len(_LANE_CELLS), memory, _LANE_CELLS_AT)
        self.cells = cells = dict(zip(_LANE_CELLS, at))
        self.record = struct.unpack_from("5Q", memory, _RECORD_CELLS_AT)
        if (
            not 0 < self.lanes <= 1 << 20
            or self.lanes_at + self.lanes * self.lane_bytes > size
            or self.rings_at + self.lanes * self.ring_bytes > size
            or not 0 < self.ring_records * self.record_bytes <= self.ring_bytes
            or self.ring_records & (self.ring_records - 1)
            or self.record != (0, 8, 16, 24, 32)
            or self.record_bytes < 40
            or cells["hand"] != cells["started"] + 8
            or cells["done"] != cells["hand"] + 8
            or max(at) + 8 > self.lane_bytes
            or not 1 < self.names <= 4096
            or self.name_bytes % 8
            or cells["task_names"] + self.names * self.name_bytes > self.lane_bytes
        ):
            raise _Unusable("the board's header makes no sense")

    def get(self, at):
        return self.words[at >> 3]

    def put(self, at, value):
        self.words[at >> 3] = value

    def put_text(self, at, text, most):
        raw = text.encode("utf-8", "replace")[:most].decode("utf-8", "ignore").encode("utf-8")
        raw += b"\0" * (most - len(raw))
        words = self.pack("%dQ" % (most // 8))
        words.pack_into(self.memory, at, *words.unpack(raw))

    def claim(self, elsewhere=None, since=None):
        """A lane for this thread, or for one elsewhere, by its name, that is there since then: the lane's number and where
        it begins, or None when all are taken. Under the locks."""
        cells, lane_bytes = self.cells, self.lane_bytes
        found = None
        for number in range(self.lanes):
            at = self.lanes_at + number * lane_bytes
            generation = self.get(at + cells["generation"])
            # One that is odd was being claimed by a process that died, since the lock is ours.
            if generation == 0 or generation & 1:
                found = number, at, generation
                break
        else:
            for number in range(self.lanes):
                at = self.lanes_at + number * lane_bytes
                if self.get(at + cells["left_at"]) or not self._is_there(at):
                    found = number, at, self.get(at + cells["generation"])
                    break
        if found is None:
            self.put(_REFUSED_AT, (self.get(_REFUSED_AT) + 1) & (1 << 64) - 1)
            return None
        number, at, generation = found
        generation |= 1
        self.put(at + cells["generation"], generation)
        for base, cell in (("base_done", "done"), ("base_failed", "failed"), ("base_extra", "extra"),
                           ("previous_hand", "hand")):
            self.put(at + cells[base], self.get(at + cells[cell]))
        for cell in ("hand", "left_at", "fraction", "activity", "started", "pending_names", "memory"):
            self.put(at + cells[cell], 0)
        for activity in range(8):
            self.put(at + cells["spent"] + 8 * activity, 0)
        self.put(at + cells["pid"], os.getpid())
        self.put(at + cells["tid"], _native_id() if elsewhere is None else 0)
        self.put(at + cells["claimed_at"], since or _now())
        self.put_text(at + cells["thread_name"], _thread_name() if elsewhere is None else elsewhere, 64)
        self.put(at + cells["generation"], generation + 1)
        return number, at

    def _is_there(self, at):
        pid, tid = self.get(at + self.cells["pid"]), self.get(at + self.cells["tid"])
        return os.path.exists("/proc/%d/task/%d" % (pid, tid or pid))


try:
    from _thread import get_native_id as _native_id
except ImportError:  # not on this platform
    _native_id = os.getpid


def _thread_name():
    # Only what is known already: asking `threading` would register threads that it did not start.
    threading = sys.modules.get("threading")
    try:
        return threading._active[_get_ident()].name
    except Exception:
        return ""


class _Claims:
    """The lock of claims, between processes by the board's file, between threads by one of their own."""

    def __enter__(self):
        global _board
        import fcntl

        _lock.acquire()
        self.fd = None
        try:
            # Before the lock is taken: closing any descriptor of the file would free it.
            if _board is None:
                _board = _Board(_mapped(_where))
            self.fd = os.open(_where, os.O_RDWR | os.O_CLOEXEC)
            # Many may come at once to a busy machine, and each must find one; who holds it for longer is stopped or hostile.
            until = _now() + 2_000_000_000
            while True:
                try:
                    fcntl.lockf(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 8, 0)
                    return _board
                except OSError:
                    if _now() > until:
                        raise _Unusable("the lock of claims is held")
                    time.sleep(0.0005)
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *ignored):
        try:
            if self.fd is not None:
                os.close(self.fd)  # which frees the lock
        finally:
            _lock.release()


class _Connection:
    """A board with one lane in this process's own memory, sent to parlab through a connection."""

    def __init__(self, where):
        import socket

        host, port, secret = where[4:].rsplit(":", 2)
        self.lock = _allocate_lock()
        self.socket = socket.create_connection((host.strip("[]"), int(port)), 2)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(2)
        greeting = b"".join(number.to_bytes(8, sys.byteorder) for number in (_MAGIC, 1, os.getpid(), _native_id()))
        name = _thread_name().encode("utf-8", "replace")[:64]
        self.socket.sendall(greeting + secret.encode() + name + b"\0" * (64 - len(name)))
        self.is_refused = any(self.receive(8))
        if self.is_refused:
            return
        header = self.receive(512)
        memory = bytearray(min(int.from_bytes(header[24:32], sys.byteorder), 1 << 28))
        memory[:512] = header
        self.board = board = _Board(memory)
        self.at = board.claim()
        self.set_clock()
        lane, cells = self.at[1], board.cells
        self.head = cells["left_at"], cells["done"] + 8
        self.done, self.extra = (lane + cells["done"]) >> 3, (lane + cells["extra"]) >> 3
        self.sent = self.names = 0

    def receive(self, count):
        got = b""
        while len(got) < count:
            part = self.socket.recv(count - len(got))
            if not part:
                raise _Unusable("the connection was closed")
            got += part
        return got

    def message(self, kind, *parts):
        length = sum(map(len, parts))
        return (kind | length << 8).to_bytes(8, sys.byteorder) + b"".join(parts)

    def set_clock(self):
        """Tells what to add to this clock: by the question whose answer came the quickest."""
        tries = []
        for _ in range(16):
            asked = _now()
            self.socket.sendall(self.message(1))
            there = int.from_bytes(self.receive(8), sys.byteorder)
            answered = _now()
            tries.append((answered - asked, there - (asked + answered) // 2))
        width, offset = min(tries)
        offset &= (1 << 64) - 1
        self.socket.sendall(self.message(2, *(n.to_bytes(8, sys.byteorder) for n in (offset, (width + 1) // 2))))

    def cells(self, at, end):
        lane = self.at[1]
        return self.message(3, at.to_bytes(8, sys.byteorder), bytes(self.board.memory[lane + at:lane + end]))

    def snapshot(self):
        """The cells that are counted in, the number of the last record, and the records since the last time."""
        board, words = self.board, self.board.words
        ring, mask, stride = board.rings_at, board.ring_records - 1, board.record_bytes
        while True:
            head = self.cells(*self.head)
            number = words[self.done] + words[self.extra]
            first = max(self.sent, number - mask + 64) + 1
            begin, end = ring + (first & mask) * stride, ring + ((number & mask) + 1) * stride
            if first > number:
                return head, number, b""
            if begin < end:
                records = bytes(board.memory[begin:end])
            else:
                records = bytes(board.memory[begin:ring + (mask + 1) * stride]) + bytes(board.memory[ring:end])
            # Unless the writer has come round the ring meanwhile.
            if words[self.done] + words[self.extra] - first < mask:
                return head, number, records

    def flush(self):
        """Sends what has changed; returns how many records that were."""
        if not self.lock.acquire(timeout=2):
            return 0
        try:
            return self.send() if self.socket is not None else 0
        except Exception as why:
            _debug(why)
            self.close()
            return 0
        finally:
            self.lock.release()

    def send(self):
        board, send = self.board, self.socket.sendall
        head, number, records = self.snapshot()
        used = min(board.words[(self.at[1] + board.cells["names_used"]) >> 3], board.names)
        if used > self.names:
            at = board.cells["task_names"]
            send(self.cells(at + self.names * board.name_bytes, at + used * board.name_bytes))
            at = board.cells["names_used"]
            send(self.message(3, at.to_bytes(8, sys.byteorder), used.to_bytes(8, sys.byteorder)))
            self.names = used
        most = 2048 * board.record_bytes
        for begin in range(0, len(records), most):
            send(self.message(4, records[begin:begin + most]))
        send(head)
        before, self.sent = self.sent, number
        return number - before

    def close(self):
        connection, self.socket = self.socket, None
        if connection is not None:
            try:
                connection.close()
            except Exception:
                pass


_connections = []  # of this process
_is_flushing = False


def _flush_all():
    for connection in list(_connections):
        connection.flush()


_leave = os._exit


def _flush_and_leave(status):
    """In place of `os._exit`: what a process has written last is not on its way yet."""
    try:
        _flush_all()
    finally:
        _leave(status)


def _keep_flushing():
    import time

    connections, pause = _connections, 0.1
    while connections is _connections:
        time.sleep(pause)
        most = 0
        for connection in list(connections):
            most = max(most, connection.flush())
        pause = 0.005 if most > 1000 else 0.1


def _connect(where):
    """A lane through a connection, or None when there is none."""
    global _is_flushing
    connection = _Connection(where)
    if connection.is_refused:
        connection.close()
        return None
    with _lock:
        _connections.append(connection)
        is_first, _is_flushing = not _is_flushing, True
    if is_first:
        import atexit
        from _thread import start_new_thread

        atexit.register(_flush_all)
        # Children by `os.fork`, those of `multiprocessing` among them, end without that.
        if os._exit is _leave:
            os._exit = _flush_and_leave
        start_new_thread(_keep_flushing, ())
    return connection


class _Lane:
    """A thread's lane. `run` and what stands beside it are closures, since locals are the quickest there is."""

    def __init__(self, board, number, at, connection=None):
        self.board, self.pid, self.connection = board, os.getpid(), connection
        cells = board.cells
        self.left = at + cells["left_at"]
        memory, words = board.memory, board.words
        started, hand, done = ((at + cells[cell]) >> 3 for cell in ("started", "hand", "done"))
        at_failed, at_extra, at_fraction = (at + cells[cell] for cell in ("failed", "extra", "fraction"))
        at_activity, at_spent = at + cells["activity"], at + cells["spent"]
        at_names, at_used = at + cells["task_names"], at + cells["names_used"]
        at_pending, at_pending_names = at + cells["pending"], at + cells["pending_names"]
        ring, stride = board.rings_at + number * board.ring_bytes, board.record_bytes
        ring_last = ring + (board.ring_records - 1) * stride
        five = board.pack(5 * board.word).pack_into
        real, word = board.pack("d"), board.pack("Q")
        get, put, now = board.get, board.put, _now
        extra = get(at_extra)
        count = words[done] + extra  # the number of the last record, and where it lies
        place = ring + count % board.ring_records * stride
        busy = 0
        key = None  # of the task in hand
        keys = {}
        used = min(get(at_used), board.names)
        for slot in range(used):
            raw = bytes(memory[at_names + slot * board.name_bytes:][:board.name_bytes])
            keys.setdefault(raw.split(b"\0")[0].decode("utf-8", "replace"), slot << _INDEX_BITS)

        def new_name(name):
            nonlocal used
            try:
                name = str(name)
            except Exception:
                name = "(unnamed)"
            if name in keys:
                return keys[name]
            is_last = used >= board.names - 1
            if used < board.names:
                board.put_text(at_names + used * board.name_bytes, _OTHERS if is_last else name, board.name_bytes)
                used += 1
                put(at_used, used)
            found = (used - 1) << _INDEX_BITS
            if not is_last:
                keys[name] = found
            return found

        def key_of(name, index):
            return new_name(name) | (index & _NO_INDEX if isinstance(index, int) else _NO_INDEX)

        def run(name, index, fn, args=(), kwargs={}):
            nonlocal count, place, busy, key
            if key is not None:
                return fn(*args, **kwargs)
            begun = now()
            try:
                try:
                    key = keys[name] | index & _NO_INDEX
                except (KeyError, TypeError):
                    key = key_of(name, index)
                words[started] = begun
                words[hand] = key + 1
                result = fn(*args, **kwargs)
            except BaseException:
                fail(begun)
                raise
            # An interrupt may come at any call: the task is not in hand any more before there is one.
            ended_key, key = key, None
            ended = now()
            busy += ended - begun
            count += 1
            place = place + stride if place < ring_last else ring
            five(memory, place, ended_key, begun, ended, busy, count)
            words[hand] = 0
            words[done] = count - extra
            return result

        def fail(begun):
            if key is not None:
                put(at_failed, get(at_failed) + 1)
                note(begun, key | _FAILED)

        def note(begun, noted):
            nonlocal count, place, busy, key
            key = None
            ended = now()
            busy += ended - begun
            count += 1
            place = place + stride if place < ring_last else ring
            five(memory, place, noted, begun, ended, busy, count)
            words[hand] = 0
            words[done] = count - extra

        start, inner = 0, 0  # of the task in hand: when it was begun, how many are within it

        class Task(int):
            __slots__ = ()

            def __enter__(self):
                nonlocal key, start, inner
                if key is not None:
                    inner += 1
                    return self
                start = now()
                key = self
                words[started] = start
                words[hand] = self + 1
                return self

            def __exit__(self, kind, error, traceback):
                nonlocal count, place, busy, key, inner
                if inner:
                    inner -= 1
                    return
                if kind is not None:
                    return fail(start)
                ended = now()
                key = None
                busy += ended - start
                count += 1
                place = place + stride if place < ring_last else ring
                five(memory, place, self, start, ended, busy, count)
                words[hand] = 0
                words[done] = count - extra

        def task(name, index=None):
            try:
                return Task(keys[name] | index & _NO_INDEX)
            except (KeyError, TypeError):
                return Task(key_of(name, index))

        def progress(fraction):
            put(at_fraction, word.unpack(real.pack(fraction))[0] if key is not None else 0)

        def value(name, figure):
            nonlocal count, place, extra
            if key is None:
                return
            slot = new_name(name) >> _INDEX_BITS
            bits, = word.unpack(real.pack(figure))
            count += 1
            place = place + stride if place < ring_last else ring
            five(memory, place, key | _VALUE, slot, bits, busy, count)
            extra += 1
            put(at_extra, extra)

        def turn(number):
            """Turns to an activity, 0 to none in particular, and returns the one before."""
            at, word = now(), get(at_activity)
            before = word & 15
            put(at_activity, at << 4 | number if number else 0)
            if before:
                spent = at_spent + 8 * (before & 7)
                put(spent, get(spent) + at - (word >> 4))
            return before

        def spent(number, start, end):
            spent = at_spent + 8 * number
            put(spent, get(spent) + max(0, end - start))

        def expect(pending):
            counts = {new_name(name) >> _INDEX_BITS: count for name, count in pending.items()}
            for slot in range(used):
                put(at_pending + 8 * slot, counts.get(slot, 0))
            put(at_pending_names, used)

        self.run, self.task, self.blocks = run, task, (keys, Task)
        self.progress, self.value, self.turn = progress, value, turn
        self.spent, self.expect = spent, expect

    def __del__(self):
        # The thread has ended; or the interpreter does, and nothing may be left.
        try:
            if os.getpid() == self.pid:
                self.board.put(self.left, _now())
                if self.connection is not None:
                    self.connection.flush()
                    self.connection.close()
                    _connections.remove(self.connection)
        except Exception:
            pass


class _NoTask:
    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        return None


_NO_TASK = _NoTask()


class _NoLane:
    """In place of a lane, for a thread that has none."""

    blocks = {}, None

    @staticmethod
    def run(name, index, fn, args=(), kwargs={}):
        return fn(*args, **kwargs)

    @staticmethod
    def task(name, index=None):
        return _NO_TASK

    @staticmethod
    def progress(fraction):
        pass

    @staticmethod
    def value(name, figure):
        pass

    @staticmethod
    def turn(number):
        return 0

    @staticmethod
    def spent(number, start, end):
        pass

    @staticmethod
    def expect(pending):
        pass


def _claim():
    """This thread's lane from now on, or what stands in for it."""
    global _is_given_up
    lane = _NoLane
    try:
        if _where and not _is_given_up:
            lane = _find_lane()
    except Exception as why:
        # It would be the same for each thread.
        _is_given_up = True
        _debug(why)
    _local.lane, _local.run, _local.blocks = lane, lane.run, lane.blocks
    return lane


def _find_lane():
    if _where.startswith("tcp:"):
        connection = _connect(_where)
        if connection is not None:
            return _Lane(connection.board, *connection.at, connection)
    else:
        with _Claims() as board:
            found = board.claim()
        if found is not None:
            return _Lane(board, *found)
    _debug("no lane is free")
    return _NoLane


def claim_for(elsewhere, since):
    """A lane on behalf of a thread elsewhere, of that name, that is there since then, which is not before the board is: the
    board, the lane's number and where it begins. None when all are taken. Not through a connection, which has one lane."""
    with _Claims() as board:
        found = board.claim(elsewhere, since)
    return found and (board,) + found


def _lane():
    try:
        return _local.lane
    except AttributeError:
        return _claim()


def run(name, index, fn, args=(), kwargs={}):
    """Calls fn(*args, **kwargs) as a task of that name; index is a number from 0 on, or None."""
    try:
        watched_run = _local.run
    except AttributeError:
        watched_run = _claim().run
    return watched_run(name, index, fn, args, kwargs)


def task(name, index=None):
    """A task, from entering its block to leaving it; one that is left by an exception has failed."""
    try:
        keys, begun = _local.blocks
        return begun(keys[name] | index & _NO_INDEX)
    except (AttributeError, KeyError, TypeError):
        # The thread has no lane yet, or the name is new, or there is no index.
        return _lane().task(name, index)


def watched(fn):
    """Makes a task of each call of a function, by its name."""
    name = getattr(fn, "__qualname__", None) or getattr(fn, "__name__", repr(fn))

    def call(*args, **kwargs):
        try:
            watched_run = _local.run
        except AttributeError:
            watched_run = _claim().run
        return watched_run(name, _NO_INDEX, fn, args, kwargs)

    for attribute in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__"):
        try:
            setattr(call, attribute, getattr(fn, attribute))
        except AttributeError:
            pass
    call.__wrapped__ = fn
    return call


def progress(fraction):
    """How much of the task in hand is done, 0 to 1."""
    _lane().progress(fraction)


def value(name, figure):
    """A figure that comes of the task in hand."""
    _lane().value(name, figure)


def spent(activity, start, end):
    """What this thread did from one time of the board's clock (`time.monotonic_ns()`) to another, outside of its tasks and
    of blocks of `activity`."""
    _lane().spent(_ACTIVITIES[activity], start, end)


def expect(pending):
    """How many tasks are to be done, by name, as far as this thread knows; what it said before is no more."""
    _lane().expect(pending)


class activity:
    """What this thread does within the block: lock, blocked or native in a task, fetching, delivering or idle outside."""

    __slots__ = ("number", "before")

    def __init__(self, name):
        self.number = _ACTIVITIES[name]

    def __enter__(self):
        self.before = _lane().turn(self.number)
        return self

    def __exit__(self, *ignored):
        _lane().turn(self.before)
        return False


def is_watched():
    """Whether this thread has a lane; it claims one for that."""
    return _lane() is not _NoLane


def flush():
    """Sends what has not been sent, where the board is behind a connection; for programs that are about to be killed."""
    _flush_all()


def _after_fork():
    # The parent's lane is the parent's.
    global _local, _lock, _connections, _is_flushing
    _local, _lock, _connections, _is_flushing = _Local(), _allocate_lock(), [], False


if _where:
    os.register_at_fork(after_in_child=_after_fork)
else:
    run, task = _NoLane.run, _NoLane.task  # noqa: F811
