/* Shows a program's tasks in parlab, live: protocol parlab.board/1, for C99 and C++11 with GCC or Clang on Linux.
 *
 *     #include "parlab_board.h"
 *
 *     static parlab_name fit = PARLAB_NAME("fit");
 *     parlab_begin(&fit, index);       // a task begins in this thread; PARLAB_NO_INDEX where there is none
 *     ...
 *     parlab_end(1);                   // and ends, well or (0) not
 *
 * Within a task: parlab_progress(0.5), parlab_value(&loss, 0.1), parlab_turn(PARLAB_BLOCKED) and back by what that
 * returned. Of tasks within tasks, the outermost counts. Each thread has a lane of its own, from its first task on; so has
 * each process. Without PARLAB_BOARD in the environment all of this does nothing. Whatever goes wrong, the program runs on
 * unwatched; PARLAB_DEBUG=1 says why. It may be included in several files of a program. With a C library older than glibc
 * 2.34 it is linked with -pthread.
 */
#ifndef PARLAB_BOARD_H
#define PARLAB_BOARD_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PARLAB_NO_INDEX ((UINT64_C(1) << 48) - 1)

/* What a thread does in particular: within a task lock, blocked or native; between tasks fetching, delivering or idle. */
enum {
    PARLAB_PLAIN = 0,
    PARLAB_RUNNING = 1,
    PARLAB_LOCK = 2,
    PARLAB_BLOCKED = 3,
    PARLAB_NATIVE = 4,
    PARLAB_FETCHING = 5,
    PARLAB_DELIVERING = 6,
    PARLAB_IDLE = 7
};

/* A name of tasks or values. One for each name, static: threads remember by its address what it is in their lanes. */
typedef struct {
    const char *text;
    uint64_t number; /* 0 until it is used, then its number in this program plus 1 */
} parlab_name;

#define PARLAB_NAME(text) { (text), 0 }

#define PARLAB__UNUSED __attribute__((unused))
#define PARLAB__COLD __attribute__((noinline, cold, unused))
/* One for all files of a program that include this. */
#define PARLAB__SHARED __attribute__((weak, visibility("hidden")))

enum {
    PARLAB__GENERATION, PARLAB__PID, PARLAB__TID, PARLAB__CLAIMED_AT, PARLAB__LEFT_AT, PARLAB__BASE_DONE,
    PARLAB__BASE_FAILED, PARLAB__BASE_EXTRA, PARLAB__PREVIOUS_HAND, PARLAB__FAILED, PARLAB__EXTRA, PARLAB__FRACTION,
    PARLAB__ACTIVITY, PARLAB__SPENT, PARLAB__NAMES_USED, PARLAB__THREAD_NAME, PARLAB__STARTED, PARLAB__HAND,
    PARLAB__DONE, PARLAB__TASK_NAMES, PARLAB__CELLS
};

/* Names of this program that are told apart; the rest shares the last number. */
#define PARLAB__PROGRAM_NAMES 1024

typedef struct {
    uint64_t *words; /* 0: no board */
    uint64_t bytes, lanes, lanes_at, lane_bytes, rings_at, ring_bytes, mask, stride, names, name_bytes;
    uint64_t cells[PARLAB__CELLS]; /* in words */
    uint64_t names_so_far;
    int state; /* 0 not tried, 1 attached, 2 given up */
} parlab__board;

typedef struct {
    uint64_t *cells; /* 0: this thread has no lane */
    uint64_t *ring;
    uint64_t mask, stride, count, extra, busy, key, start, depth;
    uint64_t *started, *hand, *done;
    parlab__board *board;
    int state; /* 0 not tried, 1 a lane, 2 none */
    uint16_t slots[PARLAB__PROGRAM_NAMES]; /* of the lane's names by the program's, plus 1 */
} parlab__lane;

PARLAB__SHARED parlab__board parlab__the_board;
PARLAB__SHARED pthread_mutex_t parlab__claims = PTHREAD_MUTEX_INITIALIZER;
PARLAB__SHARED pthread_key_t parlab__at_exit_of_thread;
PARLAB__SHARED __thread parlab__lane *parlab__mine;

static inline uint64_t parlab__now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static inline void parlab__put(uint64_t *at, uint64_t value) {
    __atomic_store_n(at, value, __ATOMIC_RELEASE);
}

static inline uint64_t parlab__get(const uint64_t *at) {
    return __atomic_load_n(at, __ATOMIC_ACQUIRE);
}

static PARLAB__COLD void parlab__debug(const char *why) {
    if (getenv("PARLAB_DEBUG")) fprintf(stderr, "parlab: not watched: %s\n", why);
}

static PARLAB__COLD void parlab__put_text(uint64_t *at, const char *text, uint64_t bytes) {
    uint64_t length = strlen(text), i, word;
    if (length > bytes) {
        /* Cut before a character that has no room. */
        length = bytes;
        while (length && ((unsigned char)text[length] & 0xc0) == 0x80) length--;
    }
    for (i = 0; i < bytes; i += 8) {
        word = 0;
        if (i < length) memcpy(&word, text + i, length - i < 8 ? length - i : 8);
        parlab__put(at + i / 8, word);
    }
}

static PARLAB__COLD void parlab__left(void *lane) {
    parlab__lane *left = (parlab__lane *)lane;
    if (left->cells) parlab__put(left->cells + left->board->cells[PARLAB__LEFT_AT], parlab__now());
    parlab__mine = 0;
    free(left);
}

static PARLAB__COLD void parlab__before_fork(void) { pthread_mutex_lock(&parlab__claims); }
static PARLAB__COLD void parlab__in_parent(void) { pthread_mutex_unlock(&parlab__claims); }

/* The parent's lane is the parent's. */
static PARLAB__COLD void parlab__in_child(void) {
    parlab__lane *lane = parlab__mine;
    pthread_mutex_unlock(&parlab__claims);
    if (lane) {
        pthread_setspecific(parlab__at_exit_of_thread, 0);
        parlab__mine = 0;
        free(lane);
    }
}

/* Reads the header, and returns why the board cannot be written to. */
static PARLAB__COLD const char *parlab__read_header(parlab__board *board, const uint64_t *words, uint64_t size) {
    uint64_t i;
    if (words[0] != UINT64_C(0x000162616c726170) || words[1] != 1 || words[13] != 1 || words[3] != size)
        return "no board of parlab.board/1";
    board->bytes = words[3], board->lanes = words[4], board->lanes_at = words[5], board->lane_bytes = words[6];
    board->rings_at = words[7], board->ring_bytes = words[8], board->mask = words[9] - 1, board->stride = words[10];
    board->names = words[11], board->name_bytes = words[12];
    for (i = 0; i < PARLAB__CELLS; i++) {
        uint64_t at = words[16 + i];
        if (at % 8 || at + 8 > board->lane_bytes) return "the board's header makes no sense";
        board->cells[i] = at / 8;
    }
    for (i = 0; i < 5; i++)
        if (words[48 + i] != 8 * i) return "the board's header makes no sense";
    if (!board->lanes || board->lanes > 1 << 20 || board->lane_bytes > 1 << 24 || board->lane_bytes % 8
        || board->ring_bytes > UINT64_C(1) << 32 || board->lanes_at % 8 || board->rings_at % 8 || board->ring_bytes % 8
        || board->lanes_at + board->lanes * board->lane_bytes > size
        || board->rings_at + board->lanes * board->ring_bytes > size || board->stride < 40 || board->stride % 8
        || board->stride > 4096 || board->mask > 1 << 24 || board->mask & (board->mask + 1)
        || (board->mask + 1) * board->stride > board->ring_bytes || board->names < 2 || board->names > 4096
        || board->name_bytes % 8 || board->name_bytes > 4096
        || board->cells[PARLAB__TASK_NAMES] * 8 + board->names * board->name_bytes > board->lane_bytes
        || board->cells[PARLAB__HAND] != board->cells[PARLAB__STARTED] + 1
        || board->cells[PARLAB__DONE] != board->cells[PARLAB__HAND] + 1)
        return "the board's header makes no sense";
    return 0;
}

static PARLAB__COLD const char *parlab__attach(parlab__board *board, int fd) {
    struct stat facts;
    const char *why;
    void *words;
    if (fstat(fd, &facts) || facts.st_size < 4096) return "the board is too short";
    words = mmap(0, (size_t)facts.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (words == MAP_FAILED) return "the board cannot be mapped";
    why = parlab__read_header(board, (const uint64_t *)words, (uint64_t)facts.st_size);
    if (why) {
        munmap(words, (size_t)facts.st_size);
        return why;
    }
    if (pthread_key_create(&parlab__at_exit_of_thread, parlab__left)
        || pthread_atfork(parlab__before_fork, parlab__in_parent, parlab__in_child))
        return "no room to note threads";
    board->words = (uint64_t *)words;
    return 0;
}

static PARLAB__COLD int parlab__is_there(const uint64_t *cells, const parlab__board *board) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%u/task/%u", (unsigned)cells[board->cells[PARLAB__PID]],
             (unsigned)cells[board->cells[PARLAB__TID]]);
    return !access(path, F_OK);
}

/* The number of a free lane, under the lock of claims; -1 when all are taken. */
static PARLAB__COLD long parlab__free_lane(const parlab__board *board) {
    uint64_t number;
    int is_left;
    for (is_left = 0; is_left < 2; is_left++) {
        for (number = 0; number < board->lanes; number++) {
            uint64_t *cells = board->words + (board->lanes_at + number * board->lane_bytes) / 8;
            uint64_t generation = parlab__get(cells + board->cells[PARLAB__GENERATION]);
            /* One that is odd was being claimed by a process that died, since the lock is ours. */
            if (is_left ? parlab__get(cells + board->cells[PARLAB__LEFT_AT]) || !parlab__is_there(cells, board)
                        : !generation || generation & 1)
                return (long)number;
        }
    }
    return -1;
}

static PARLAB__COLD void parlab__take(parlab__lane *lane, parlab__board *board, uint64_t number) {
    const uint64_t *at = board->cells;
    uint64_t *cells = board->words + (board->lanes_at + number * board->lane_bytes) / 8;
    uint64_t generation = parlab__get(cells + at[PARLAB__GENERATION]) | 1;
    char name[16] = "";
    int i;
    parlab__put(cells + at[PARLAB__GENERATION], generation);
    parlab__put(cells + at[PARLAB__BASE_DONE], parlab__get(cells + at[PARLAB__DONE]));
    parlab__put(cells + at[PARLAB__BASE_FAILED], parlab__get(cells + at[PARLAB__FAILED]));
    parlab__put(cells + at[PARLAB__BASE_EXTRA], parlab__get(cells + at[PARLAB__EXTRA]));
    parlab__put(cells + at[PARLAB__PREVIOUS_HAND], parlab__get(cells + at[PARLAB__HAND]));
    parlab__put(cells + at[PARLAB__HAND], 0);
    parlab__put(cells + at[PARLAB__STARTED], 0);
    parlab__put(cells + at[PARLAB__LEFT_AT], 0);
    parlab__put(cells + at[PARLAB__FRACTION], 0);
    parlab__put(cells + at[PARLAB__ACTIVITY], 0);
    for (i = 0; i < 8; i++) parlab__put(cells + at[PARLAB__SPENT] + i, 0);
    parlab__put(cells + at[PARLAB__PID], (uint64_t)getpid());
    parlab__put(cells + at[PARLAB__TID], (uint64_t)syscall(SYS_gettid));
    parlab__put(cells + at[PARLAB__CLAIMED_AT], parlab__now());
    pthread_getname_np(pthread_self(), name, sizeof name);
    parlab__put_text(cells + at[PARLAB__THREAD_NAME], name, 64);
    parlab__put(cells + at[PARLAB__GENERATION], generation + 1);
    lane->cells = cells, lane->board = board, lane->mask = board->mask, lane->stride = board->stride / 8;
    lane->ring = board->words + (board->rings_at + number * board->ring_bytes) / 8;
    lane->started = cells + at[PARLAB__STARTED], lane->hand = cells + at[PARLAB__HAND];
    lane->done = cells + at[PARLAB__DONE];
    lane->extra = parlab__get(cells + at[PARLAB__EXTRA]);
    lane->count = parlab__get(lane->done) + lane->extra;
    lane->state = 1;
}

static PARLAB__COLD int parlab__lock(int fd) {
    struct flock lock;
    struct timespec nap = { 0, 500000 };
    int tries;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK, lock.l_whence = SEEK_SET, lock.l_start = 0, lock.l_len = 8;
    for (tries = 0; tries < 400; tries++) {
        if (!fcntl(fd, F_SETLK, &lock)) return 1;
        nanosleep(&nap, 0);
    }
    return 0;
}

/* A lane, if there is one, under the lock between threads. */
static PARLAB__COLD const char *parlab__claim_lane(parlab__lane *lane, const char *where) {
    parlab__board *board = &parlab__the_board;
    const char *why = 0;
    long number;
    int fd;
    if (board->state == 2) return "the board cannot be used";
    fd = open(where, O_RDWR | O_CLOEXEC);
    if (fd < 0) return "the board cannot be opened";
    if (!board->state) {
        why = parlab__attach(board, fd);
        board->state = why ? 2 : 1;
    }
    if (!why && !parlab__lock(fd)) why = "the lock of claims is held";
    if (!why) {
        number = parlab__free_lane(board);
        if (number >= 0) {
            parlab__take(lane, board, (uint64_t)number);
        } else {
            parlab__put(board->words + 256, parlab__get(board->words + 256) + 1);
            why = "no lane is free";
        }
    }
    close(fd); /* which frees the lock */
    return why;
}

/* This thread's lane, or one that says that it has none; 0 where there is no memory even for that. */
static PARLAB__COLD parlab__lane *parlab__claim(void) {
    const char *where = getenv("PARLAB_BOARD"), *why;
    parlab__lane *lane = (parlab__lane *)calloc(1, sizeof *lane);
    int saved = errno;
    if (!lane) return 0;
    lane->state = 2;
    if (where) {
        pthread_mutex_lock(&parlab__claims);
        why = parlab__claim_lane(lane, where);
        if (parlab__the_board.state == 1) pthread_setspecific(parlab__at_exit_of_thread, lane);
        pthread_mutex_unlock(&parlab__claims);
        if (why) parlab__debug(why);
    }
    parlab__mine = lane;
    errno = saved;
    return lane;
}

static inline parlab__lane *parlab__my_lane(void) {
    parlab__lane *lane = parlab__mine;
    return __builtin_expect(lane != 0, 1) ? lane : parlab__claim();
}

/* The number of a name in this program. */
static PARLAB__COLD uint64_t parlab__number(parlab_name *name) {
    uint64_t number;
    pthread_mutex_lock(&parlab__claims);
    number = __atomic_load_n(&name->number, __ATOMIC_RELAXED);
    if (!number) {
        number = parlab__the_board.names_so_far;
        if (number < PARLAB__PROGRAM_NAMES - 1) parlab__the_board.names_so_far = ++number;
        else number = PARLAB__PROGRAM_NAMES;
        __atomic_store_n(&name->number, number, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&parlab__claims);
    return number;
}

/* The number of a name in this thread's lane, plus 1: where it stands there already, or a place of its own. */
static PARLAB__COLD uint64_t parlab__new_slot(parlab__lane *lane, parlab_name *name, uint64_t number) {
    parlab__board *board = lane->board;
    uint64_t *used = lane->cells + board->cells[PARLAB__NAMES_USED];
    uint64_t *names = lane->cells + board->cells[PARLAB__TASK_NAMES];
    uint64_t words = board->name_bytes / 8, count = parlab__get(used), slot, text[512], i;
    const char *wanted = number == PARLAB__PROGRAM_NAMES ? "(others)" : name->text;
    if (count > board->names) count = board->names;
    parlab__put_text(text, wanted, board->name_bytes);
    for (slot = 0; slot < count; slot++) {
        for (i = 0; i < words && parlab__get(names + slot * words + i) == text[i]; i++) {}
        if (i == words) break;
    }
    if (slot == count) {
        if (count + 1 >= board->names) {
            slot = board->names - 1;
            wanted = "(others)";
        }
        if (count < board->names) {
            parlab__put_text(names + slot * words, wanted, board->name_bytes);
            parlab__put(used, slot + 1);
        }
    }
    lane->slots[number - 1] = (uint16_t)(slot + 1);
    return slot + 1;
}

static inline uint64_t parlab__slot(parlab__lane *lane, parlab_name *name) {
    uint64_t number = __atomic_load_n(&name->number, __ATOMIC_ACQUIRE), slot;
    if (__builtin_expect(!number, 0)) number = parlab__number(name);
    slot = lane->slots[number - 1];
    if (__builtin_expect(!slot, 0)) slot = parlab__new_slot(lane, name, number);
    return slot - 1;
}

/* Whether this thread has a lane. */
static inline PARLAB__UNUSED int parlab_is_watched(void) {
    parlab__lane *lane = parlab__my_lane();
    return lane && lane->cells;
}

/* A task begins. */
static inline PARLAB__UNUSED void parlab_begin(parlab_name *name, uint64_t index) {
    parlab__lane *lane = parlab__my_lane();
    if (!lane || !lane->cells || lane->depth++) return;
    lane->key = parlab__slot(lane, name) << 48 | (index & PARLAB_NO_INDEX);
    lane->start = parlab__now();
    parlab__put(lane->started, lane->start);
    parlab__put(lane->hand, lane->key + 1);
}

static inline void parlab__record(parlab__lane *lane, uint64_t key, uint64_t start, uint64_t end) {
    uint64_t *record = lane->ring + (++lane->count & lane->mask) * lane->stride;
    parlab__put(record, key);
    parlab__put(record + 1, start);
    parlab__put(record + 2, end);
    parlab__put(record + 3, lane->busy);
    parlab__put(record + 4, lane->count);
}

/* The task in hand ends: well, or it has failed. */
static inline PARLAB__UNUSED void parlab_end(int is_well) {
    parlab__lane *lane = parlab__mine;
    uint64_t end;
    if (!lane || !lane->cells || !lane->depth || --lane->depth) return;
    end = parlab__now();
    lane->busy += end - lane->start;
    parlab__record(lane, is_well ? lane->key : lane->key | UINT64_C(1) << 63, lane->start, end);
    if (!is_well) {
        uint64_t *failed = lane->cells + lane->board->cells[PARLAB__FAILED];
        parlab__put(failed, parlab__get(failed) + 1);
    }
    parlab__put(lane->hand, 0);
    parlab__put(lane->done, lane->count - lane->extra);
}

/* How much of the task in hand is done, 0 to 1. */
static inline PARLAB__UNUSED void parlab_progress(double fraction) {
    parlab__lane *lane = parlab__mine;
    uint64_t bits;
    if (!lane || !lane->cells || !lane->depth) return;
    memcpy(&bits, &fraction, sizeof bits);
    parlab__put(lane->cells + lane->board->cells[PARLAB__FRACTION], bits);
}

/* A figure that comes of the task in hand. */
static inline PARLAB__UNUSED void parlab_value(parlab_name *name, double figure) {
    parlab__lane *lane = parlab__mine;
    uint64_t bits;
    if (!lane || !lane->cells || !lane->depth) return;
    memcpy(&bits, &figure, sizeof bits);
    parlab__record(lane, lane->key | UINT64_C(1) << 62, parlab__slot(lane, name), bits);
    parlab__put(lane->cells + lane->board->cells[PARLAB__EXTRA], ++lane->extra);
}

/* Turns to an activity, and returns the one before, to be turned back to. */
static inline PARLAB__UNUSED int parlab_turn(int activity) {
    parlab__lane *lane = parlab__my_lane();
    uint64_t now, word, *cell, *spent;
    if (!lane || !lane->cells) return PARLAB_PLAIN;
    now = parlab__now();
    cell = lane->cells + lane->board->cells[PARLAB__ACTIVITY];
    word = parlab__get(cell);
    parlab__put(cell, activity ? now << 4 | (uint64_t)(activity & 7) : 0);
    if (word & 15) {
        spent = lane->cells + lane->board->cells[PARLAB__SPENT] + (word & 7);
        parlab__put(spent, parlab__get(spent) + (now - (word >> 4)));
    }
    return (int)(word & 7);
}

#endif
