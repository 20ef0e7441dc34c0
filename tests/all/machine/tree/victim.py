"""Threads that compute, sleep and wait for a lock; each tells its number first."""

import sys
import threading
import time

lock = threading.Lock()
lock.acquire()


def tell(what):
    sys.stdout.write("%s %d\n" % (what, threading.get_native_id()))
    sys.stdout.flush()


def count():
    number = 0
    while True:
        number += 1


def start(what, body):
    told = threading.Event()

    def run():
        tell(what)
        told.set()
        body()

    threading.Thread(target=run, daemon=True).start()
    told.wait()


start("sleeps", lambda: time.sleep(3600))
start("locks", lock.acquire)
start("counts", count)
if len(sys.argv) > 1:
    start("counts", count)
tell("ready")
sys.stdin.read()
