"""Some tasks in two threads, to be seen in parlab: parlab adapter python > parlab_board.py; parlab watch -- python3 example.py"""

import threading
import time

import parlab_board


@parlab_board.watched
def nap():
    with parlab_board.activity("blocked"):
        time.sleep(0.001)


def work(first):
    for index in range(first, first + 50):
        with parlab_board.task("count", index):
            total = sum(range(20_000))
            parlab_board.progress(0.5)
            total += sum(range(20_000))
            parlab_board.value("total", total)
        nap()


threads = [threading.Thread(target=work, args=(first,), name="worker-%d" % first) for first in (0, 50)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("done")
