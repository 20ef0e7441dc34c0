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

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/socket.h>
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
    PARLAB__DONE, PARLAB__TASK_NAMES, PARLAB__PENDING_NAMES, PARLAB__MEMORY, PARLAB__PENDING, PARLAB__CELLS
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

typedef struct parlab__lane {
    uint64_t *cells; /* 0: this thread has no lane */
    uint64_t *ring;
    uint64_t mask, stride, count, extra, busy, key, start, depth;
    uint64_t *started, *hand, *done;
    parlab__board *board;
    /* Where there is no shared memory: the connection, what was sent, and when it is high time to send more. */
    int socket; /* -1: there is none */
    uint64_t sent, names_sent, hurry_at;
    parlab__board own_board;
    struct parlab__lane *next;
    uint16_t slots[PARLAB__PROGRAM_NAMES]; /* of the lane's names by the program's, plus 1 */
} parlab__lane;

PARLAB__SHARED parlab__board parlab__the_board;
PARLAB__SHARED pthread_mutex_t parlab__claims = PTHREAD_MUTEX_INITIALIZER;
/* The lanes that are sent, held while one of them is; a thread sends them. */
PARLAB__SHARED parlab__lane *parlab__sent_lanes;
PARLAB__SHARED pthread_mutex_t parlab__sending = PTHREAD_MUTEX_INITIALIZER;
PARLAB__SHARED pthread_cond_t parlab__hurry = PTHREAD_COND_INITIALIZER;
PARLAB__SHARED int parlab__has_sender;
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

static PARLAB__COLD int parlab__send(parlab__lane *lane, const void *bytes, uint64_t count) {
    const char *rest = (const char *)bytes;
    while (count) {
        ssize_t sent = send(lane->socket, rest, count, MSG_NOSIGNAL);
        if (sent <= 0) {
            if (sent < 0 && errno == EINTR) continue;
            return 0;
        }
        rest += sent, count -= (uint64_t)sent;
    }
    return 1;
}

static PARLAB__COLD int parlab__receive(parlab__lane *lane, uint64_t *words, uint64_t count) {
    char *rest = (char *)words;
    for (count *= 8; count;) {
        ssize_t got = recv(lane->socket, rest, count, 0);
        if (got <= 0) {
            if (got < 0 && errno == EINTR) continue;
            return 0;
        }
        rest += got, count -= (uint64_t)got;
    }
    return 1;
}

/* Sends cells of the lane as they were copied. */
static PARLAB__COLD int parlab__send_cells(parlab__lane *lane, uint64_t at, const uint64_t *cells, uint64_t count) {
    uint64_t message[2];
    message[0] = 3 | ((count + 1) * 8) << 8, message[1] = at * 8;
    return parlab__send(lane, message, 16) && parlab__send(lane, cells, count * 8);
}

/* Sends records, a few hundred at a time; what is written over meanwhile is left out. */
static PARLAB__COLD int parlab__send_records(parlab__lane *lane, uint64_t number) {
    enum { MOST = 512 };
    uint64_t batch[1 + MOST * 5], count, i;
    while (lane->sent < number) {
        uint64_t now = parlab__get(&lane->count), oldest = now > lane->mask - 64 ? now - (lane->mask - 64) : 0;
        if (lane->sent < oldest) lane->sent = oldest < number ? oldest : number;
        for (count = 0; count < MOST && lane->sent + count < number; count++) {
            const uint64_t *record = lane->ring + ((lane->sent + 1 + count) & lane->mask) * lane->stride;
            for (i = 0; i < 5; i++) batch[1 + count * 5 + i] = parlab__get(record + i);
        }
        if (!count) break;
        batch[0] = 4 | (count * 40) << 8;
        if (parlab__get(&lane->count) - lane->sent < lane->mask && !parlab__send(lane, batch, 8 + count * 40)) return 0;
        lane->sent += count;
    }
    return 1;
}

static PARLAB__COLD int parlab__send_changes(parlab__lane *lane) {
    const parlab__board *board = lane->board;
    uint64_t used, at = board->cells[PARLAB__TASK_NAMES], width = board->name_bytes / 8, i;
    uint64_t left = board->cells[PARLAB__LEFT_AT], count = board->cells[PARLAB__DONE] + 1 - left, head[512], number;
    if (count > 512) return 0;
    for (i = 0; i < count; i++) head[i] = parlab__get(lane->cells + left + i);
    number = head[count - 1] + head[board->cells[PARLAB__EXTRA] - left];
    used = parlab__get(lane->cells + board->cells[PARLAB__NAMES_USED]);
    if (used > lane->names_sent) {
        uint64_t from = at + lane->names_sent * width;
        if (!parlab__send_cells(lane, from, lane->cells + from, (used - lane->names_sent) * width)
            || !parlab__send_cells(lane, board->cells[PARLAB__NAMES_USED], &used, 1))
            return 0;
        lane->names_sent = used;
    }
    return parlab__send_records(lane, number) && parlab__send_cells(lane, left, head, count);
}

/* Under the lock of what is sent. */
static PARLAB__COLD void parlab__flush(parlab__lane *lane) {
    if (lane->socket >= 0 && !parlab__send_changes(lane)) {
        parlab__debug("the connection is broken");
        close(lane->socket);
        lane->socket = -1;
    }
}

static PARLAB__COLD void parlab__flush_all(void) {
    parlab__lane *lane;
    pthread_mutex_lock(&parlab__sending);
    for (lane = __atomic_load_n(&parlab__sent_lanes, __ATOMIC_ACQUIRE); lane; lane = lane->next) parlab__flush(lane);
    pthread_mutex_unlock(&parlab__sending);
}

static PARLAB__COLD void *parlab__keep_sending(void *none) {
    for (;;) {
        struct timespec until;
        parlab__flush_all();
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 100000000;
        if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
        pthread_mutex_lock(&parlab__sending);
        pthread_cond_timedwait(&parlab__hurry, &parlab__sending, &until);
        pthread_mutex_unlock(&parlab__sending);
    }
    return none;
}

/* Half a ring is full. */
static PARLAB__COLD void parlab__make_haste(parlab__lane *lane) {
    lane->hurry_at = lane->count + (lane->mask + 1) / 2;
    pthread_cond_signal(&parlab__hurry);
}

static PARLAB__COLD void parlab__disconnect(parlab__lane *lane) {
    parlab__lane **link;
    pthread_mutex_lock(&parlab__sending);
    parlab__flush(lane);
    pthread_mutex_lock(&parlab__claims);
    for (link = &parlab__sent_lanes; *link && *link != lane; link = &(*link)->next) {}
    if (*link) *link = lane->next;
    pthread_mutex_unlock(&parlab__claims);
    pthread_mutex_unlock(&parlab__sending);
    if (lane->socket >= 0) close(lane->socket);
    free(lane->own_board.words);
}

static PARLAB__COLD void parlab__left(void *lane) {
    parlab__lane *left = (parlab__lane *)lane;
    if (left->cells) parlab__put(left->cells + left->board->cells[PARLAB__LEFT_AT], parlab__now());
    parlab__mine = 0;
    if (left->own_board.words) parlab__disconnect(left);
    free(left);
}

static PARLAB__COLD void parlab__before_fork(void) { pthread_mutex_lock(&parlab__claims); }
static PARLAB__COLD void parlab__in_parent(void) { pthread_mutex_unlock(&parlab__claims); }

/* The parent's lane is the parent's. */
static PARLAB__COLD void parlab__in_child(void) {
    parlab__lane *lane = parlab__mine;
    static const pthread_mutex_t fresh = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_unlock(&parlab__claims);
    /* The thread that sends is the parent's, too. */
    parlab__sending = fresh;
    parlab__sent_lanes = 0;
    parlab__has_sender = 0;
    if (lane) {
        pthread_setspecific(parlab__at_exit_of_thread, 0);
        parlab__mine = 0;
        if (lane->socket >= 0) close(lane->socket);
        free(lane->own_board.words);
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
    board->words = (uint64_t *)words;
    return 0;
}

static PARLAB__COLD const char *parlab__note_threads(void) {
    static int is_done;
    if (!is_done
        && (pthread_key_create(&parlab__at_exit_of_thread, parlab__left)
            || pthread_atfork(parlab__before_fork, parlab__in_parent, parlab__in_child)))
        return "no room to note threads";
    is_done = 1;
    return 0;
}

static PARLAB__COLD int parlab__is_there(const uint64_t *cells, const parlab__board *board) {
    char path[64];
    unsigned pid = (unsigned)cells[board->cells[PARLAB__PID]], tid = (unsigned)cells[board->cells[PARLAB__TID]];
    snprintf(path, sizeof path, "/proc/%u/task/%u", pid, tid ? tid : pid);
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
    parlab__put(cells + at[PARLAB__PENDING_NAMES], 0);
    parlab__put(cells + at[PARLAB__MEMORY], 0);
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
    lane->hurry_at = UINT64_MAX;
}

static PARLAB__COLD int parlab__lock(int fd) {
    struct flock lock;
    struct timespec nap = { 0, 500000 };
    int tries;
    memset(&lock, 0, sizeof lock);
    lock.l_type = F_WRLCK, lock.l_whence = SEEK_SET, lock.l_start = 0, lock.l_len = 8;
    for (tries = 0; tries < 4000; tries++) {
        if (!fcntl(fd, F_SETLK, &lock)) return 1;
        nanosleep(&nap, 0);
    }
    return 0;
}

/* tcp:HOST:PORT:SECRET, the host as a number. */
static PARLAB__COLD int parlab__open_socket(const char *where, char secret[32]) {
    char host[64], *colon, *end;
    const char *last = strrchr(where, ':');
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    struct timeval patience = { 2, 0 };
    size_t length = last ? (size_t)(last - where) : 0;
    int fd, on = 1, is_six;
    unsigned long port;
    if (length < 5 || length - 4 >= sizeof host || strlen(last + 1) != 32) return -1;
    memcpy(secret, last + 1, 32);
    memcpy(host, where + 4, length - 4);
    host[length - 4] = 0;
    colon = strrchr(host, ':');
    if (!colon) return -1;
    port = strtoul(colon + 1, &end, 10);
    *colon = 0;
    memset(&four, 0, sizeof four), memset(&six, 0, sizeof six);
    four.sin_family = AF_INET, four.sin_port = htons((uint16_t)port);
    six.sin6_family = AF_INET6, six.sin6_port = htons((uint16_t)port);
    is_six = host[0] == '[' && colon > host + 1;
    if (is_six) colon[-1] = 0;
    if (*end || (is_six ? inet_pton(AF_INET6, host + 1, &six.sin6_addr) : inet_pton(AF_INET, host, &four.sin_addr)) != 1)
        return -1;
    fd = socket(is_six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four, is_six ? sizeof six : sizeof four)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Tells what to add to this clock: by the question whose answer came the quickest. */
static PARLAB__COLD int parlab__set_clock(parlab__lane *lane) {
    uint64_t question = 1, message[3] = { 2 | 16 << 8, 0, UINT64_MAX }, asked, there, answered;
    int i;
    for (i = 0; i < 16; i++) {
        asked = parlab__now();
        if (!parlab__send(lane, &question, 8) || !parlab__receive(lane, &there, 1)) return 0;
        answered = parlab__now();
        if (answered - asked < message[2]) {
            message[2] = answered - asked;
            message[1] = there - (asked + (answered - asked) / 2);
        }
    }
    message[2] = (message[2] + 1) / 2;
    return parlab__send(lane, message, sizeof message);
}

/* A board with one lane in this process's own memory, sent to parlab through a connection. */
static PARLAB__COLD const char *parlab__connect(parlab__lane *lane, const char *where) {
    uint64_t greeting[16] = { UINT64_C(0x000162616c726170), 1 }, answer = 1, header[64];
    pthread_t sender;
    char name[16] = "";
    const char *why;
    lane->socket = parlab__open_socket(where, (char *)&greeting[4]);
    if (lane->socket < 0) return "there is no connection";
    greeting[2] = (uint64_t)getpid(), greeting[3] = (uint64_t)syscall(SYS_gettid);
    pthread_getname_np(pthread_self(), name, sizeof name);
    parlab__put_text(&greeting[8], name, 64);
    if (!parlab__send(lane, greeting, sizeof greeting) || !parlab__receive(lane, &answer, 1)) return "the connection is broken";
    if (answer) return "no lane is free";
    if (!parlab__receive(lane, header, 64) || !parlab__set_clock(lane)) return "the connection is broken";
    if ((why = parlab__read_header(&lane->own_board, header, header[3]))) return why;
    if (header[3] > 1 << 28 || !(lane->own_board.words = (uint64_t *)calloc(1, header[3]))) return "no memory for a board";
    parlab__take(lane, &lane->own_board, 0);
    lane->hurry_at = (lane->mask + 1) / 2;
    if (!parlab__has_sender) {
        if (pthread_create(&sender, 0, parlab__keep_sending, 0)) return "no thread to send with";
        pthread_detach(sender);
        atexit(parlab__flush_all);
        parlab__has_sender = 1;
    }
    lane->next = parlab__sent_lanes;
    __atomic_store_n(&parlab__sent_lanes, lane, __ATOMIC_RELEASE);
    return 0;
}

/* A lane, if there is one, under the lock between threads. */
static PARLAB__COLD const char *parlab__claim_lane(parlab__lane *lane, const char *where) {
    parlab__board *board = &parlab__the_board;
    const char *why = 0;
    long number;
    int fd;
    if (board->state == 2) return 0; /* which was told */
    why = parlab__note_threads();
    if (why || !strncmp(where, "tcp:", 4)) {
        if (!why) why = parlab__connect(lane, where);
        if (why) {
            lane->cells = 0;
            if (lane->socket >= 0) close(lane->socket);
            lane->socket = -1;
        }
        board->state = lane->socket < 0 ? 2 : 1;
        return why;
    }
    fd = open(where, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        board->state = 2;
        return "the board cannot be opened";
    }
    if (!board->state) {
        why = parlab__attach(board, fd);
        board->state = why ? 2 : 1;
    }
    if (!why && !parlab__lock(fd)) {
        why = "the lock of claims is held";
        board->state = 2;
    }
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
    lane->socket = -1;
    if (where && *where) {
        pthread_mutex_lock(&parlab__claims);
        why = parlab__claim_lane(lane, where);
        if (lane->cells) pthread_setspecific(parlab__at_exit_of_thread, lane);
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
    uint64_t count = lane->count + 1, *record = lane->ring + (count & lane->mask) * lane->stride;
    parlab__put(record, key);
    parlab__put(record + 1, start);
    parlab__put(record + 2, end);
    parlab__put(record + 3, lane->busy);
    parlab__put(record + 4, count);
    parlab__put(&lane->count, count);
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
    if (__builtin_expect(lane->count >= lane->hurry_at, 0)) parlab__make_haste(lane);
}

/* Sends what has not been sent, where the board is behind a connection; for programs that end by _exit. */
static inline PARLAB__UNUSED void parlab_flush(void) {
    if (parlab__has_sender) parlab__flush_all();
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
