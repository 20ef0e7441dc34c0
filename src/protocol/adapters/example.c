/* Some tasks in two threads, to be seen in parlab:
 *     parlab adapter c > parlab_board.h && parlab adapter c --example > example.c
 *     cc -O2 -pthread example.c -o example && parlab watch -- ./example
 */
#include "parlab_board.h"

static parlab_name count = PARLAB_NAME("count"), nap = PARLAB_NAME("nap"), total = PARLAB_NAME("total");

static void *work(void *first) {
    uint64_t index, end = *(uint64_t *)first + 50;
    for (index = *(uint64_t *)first; index < end; index++) {
        struct timespec millisecond = { 0, 1000000 };
        volatile double sum = 0;
        long i;
        int before;

        parlab_begin(&count, index);
        for (i = 0; i < 200000; i++) sum = sum + (double)i;
        parlab_progress(0.5);
        for (i = 0; i < 200000; i++) sum = sum + (double)i;
        parlab_value(&total, sum);
        parlab_end(1);

        parlab_begin(&nap, PARLAB_NO_INDEX);
        before = parlab_turn(PARLAB_BLOCKED);
        nanosleep(&millisecond, 0);
        parlab_turn(before);
        parlab_end(1);
    }
    return 0;
}

int main(void) {
    pthread_t threads[2];
    uint64_t firsts[2] = { 0, 50 };
    int i;
    for (i = 0; i < 2; i++) pthread_create(&threads[i], 0, work, &firsts[i]);
    for (i = 0; i < 2; i++) pthread_join(threads[i], 0);
    puts("done");
    return 0;
}
