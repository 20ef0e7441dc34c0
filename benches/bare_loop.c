/* What handing out tasks costs without parlab: forked processes, one shared cursor, two readings of the time-stamp
 * counter a task, and nothing written down. The bench `dispatch` compiles this and runs it beside parlab's processes.
 *
 * bare_loop TASKS WORKERS: prints tasks a second, from the start that all wait for to the last task's end.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS_MAX = 64 };

/* On cache lines of their own: the next task, how many processes wait, whether they may start, and what each did. */
struct shared {
    _Alignas(128) atomic_ulong cursor;
    _Alignas(128) atomic_uint waiting;
    _Alignas(128) atomic_uint open;
    struct {
        _Alignas(128) double end_s;
        double sum;
        uint64_t busy;
    } lane[WORKERS_MAX];
};

static inline uint64_t ticks(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
#endif
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void work(struct shared *shared, unsigned lane, unsigned long tasks) {
    double sum = 0;
    uint64_t busy = 0;
    atomic_fetch_add(&shared->waiting, 1);
    while (!atomic_load_explicit(&shared->open, memory_order_acquire))
        ;
    for (;;) {
        unsigned long task = atomic_fetch_add_explicit(&shared->cursor, 1, memory_order_relaxed);
        if (task >= tasks)
            break;
        uint64_t start = ticks();
        double x = (double)task;
        /* The square is computed between the two readings, and task by task. */
        __asm__ volatile("" : "+m"(x));
        sum += x * x;
        busy += ticks() - start;
    }
    shared->lane[lane].end_s = seconds();
    shared->lane[lane].sum = sum;
    shared->lane[lane].busy = busy;
}

int main(int count, char **words) {
    unsigned long tasks = count > 1 ? strtoul(words[1], NULL, 10) : 10000000;
    unsigned workers = count > 2 ? (unsigned)strtoul(words[2], NULL, 10) : 2;
    if (workers < 1 || workers > WORKERS_MAX)
        return 2;
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    for (unsigned lane = 0; lane < workers; lane++) {
        pid_t child = fork();
        if (child < 0)
            return 1;
        if (child == 0) {
            work(shared, lane, tasks);
            _exit(0);
        }
    }
    while (atomic_load(&shared->waiting) < workers)
        usleep(1000);
    double start_s = seconds(), end_s = start_s;
    atomic_store_explicit(&shared->open, 1, memory_order_release);
    for (unsigned lane = 0; lane < workers; lane++)
        wait(NULL);
    for (unsigned lane = 0; lane < workers; lane++)
        if (shared->lane[lane].end_s > end_s)
            end_s = shared->lane[lane].end_s;
    printf("%.1f\n", (double)tasks / (end_s - start_s));
    return 0;
}
