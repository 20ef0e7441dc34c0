/* Programs to be watched: each prints what there is to know of it, flushes, and ends when its standard input does. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile uint64_t sink;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* Takes CPU time of its own, so that a busy machine makes it longer and no less. */
static void compute(double seconds) {
    struct timespec now;
    double until;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    until = now.tv_sec + now.tv_nsec / 1e9 + seconds;
    do {
        for (int i = 0; i < 10000; i++) sink = sink * 31 + i;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    } while (now.tv_sec + now.tv_nsec / 1e9 < until);
}

static void tell(const char *what, long value) {
    printf("%s %ld\n", what, value);
    fflush(stdout);
}

static void wait_for_end(void) {
    char byte;
    while (read(0, &byte, 1) > 0) {}
}

static void *computes(void *unused) { (void)unused; compute(600); return 0; }

static void *sleeps(void *unused) {
    (void)unused;
    struct timespec a_little = {0, 3000000};
    for (;;) nanosleep(&a_little, 0);
    return 0;
}

static void *reads(void *unused) {
    (void)unused;
    int ends[2];
    char byte;
    if (pipe(ends) == 0 && read(ends[0], &byte, 1) < 0) perror("read");
    return 0;
}

static void *waits(void *unused) {
    (void)unused;
    pause();
    return 0;
}

static void *locks(void *unused) {
    (void)unused;
    pthread_mutex_lock(&mutex);
    return 0;
}

static pthread_t start(const char *name, void *(*body)(void *)) {
    pthread_t thread;
    if (pthread_create(&thread, 0, body, 0)) { perror("pthread_create"); exit(9); }
    pthread_setname_np(thread, name);
    return thread;
}

static int threads(void) {
    pthread_mutex_lock(&mutex);
    start("computes", computes);
    start("sleeps", sleeps);
    start("reads", reads);
    start("locks", locks);
    tell("ready", getpid());
    wait_for_end();
    return 0;
}

static int many(int n, void *(*body)(void *)) {
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 65536);
    for (int i = 0; i < n; i++) {
        pthread_t thread;
        if (pthread_create(&thread, &small, body, 0)) { perror("pthread_create"); return 9; }
    }
    tell("ready", n);
    wait_for_end();
    return 0;
}

static void *briefly(void *unused) { (void)unused; compute(0.0002); return 0; }

/* Computes without a pause, and takes its name after a while. */
static int renames(void) {
    compute(0.1);
    prctl(PR_SET_NAME, "renamed");
    compute(600);
    return 0;
}

static int churn(int n) {
    compute(0.05);
    for (int i = 0; i < n; i++) {
        pthread_t thread;
        pthread_create(&thread, 0, briefly, 0);
        pthread_join(thread, 0);
    }
    return 0;
}

/* Children that compute, and have children that do. */
static int forks(int n, int depth) {
    for (int i = 0; i < n; i++)
        if (fork() == 0) {
            compute(0.03);
            _exit(depth > 1 ? forks(n, depth - 1) : 0);
        }
    while (wait(0) > 0) {}
    return 0;
}

/* Children whose time is on no account, since their end is ignored. */
static int ignores(void) {
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 2; i++)
        if (fork() == 0) { compute(0.3); _exit(0); }
    while (wait(0) > 0) {}
    tell("ready", 0);
    wait_for_end();
    return 0;
}

/* A reaper with a child of its own, and a program whose daemon becomes the reaper's. */
static int reaper(void) {
    int ends[2];
    pid_t own, root;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if ((own = fork()) == 0) { pause(); _exit(0); }
    if (pipe(ends)) return 9;
    pid_t self = getpid();
    if ((root = fork()) == 0) {
        if (fork() == 0) {
            setsid();
            if (fork() == 0) {
                /* It ends with the reaper, and tells of itself when it is the reaper's. */
                while (getppid() != self) usleep(1000);
                prctl(PR_SET_PDEATHSIG, 9);
                pid_t daemon = getpid();
                if (write(ends[1], &daemon, sizeof daemon) < 0) _exit(9);
                compute(600);
            }
            _exit(0);
        }
        wait(0);
        pause();
    }
    pid_t daemon = 0;
    if (read(ends[0], &daemon, sizeof daemon) < 0) return 9;
    tell("own", own);
    tell("root", root);
    tell("daemon", daemon);
    wait_for_end();
    kill(own, 9), kill(root, 9), kill(daemon, 9);
    return 0;
}

/* Runs itself with other arguments, and tells when that has ended, and what it took once asked to wait for it. */
static int timed(char **arguments) {
    siginfo_t ended;
    struct rusage took;
    char byte;
    pid_t child;
    int go[2];
    if (pipe(go)) return 9;
    if ((child = fork()) == 0) {
        close(go[1]);
        if (read(go[0], &byte, 1) < 0) _exit(9);
        execv("/proc/self/exe", arguments);
        _exit(9);
    }
    tell("child", child);
    if (read(0, &byte, 1) < 0) return 9;
    close(go[1]);
    waitid(P_PID, child, &ended, WEXITED | WNOWAIT);
    tell("ended", child);
    if (read(0, &byte, 1) < 0) return 9;
    if (wait4(child, 0, 0, &took) != child) return 9;
    tell("microseconds", (took.ru_utime.tv_sec + took.ru_stime.tv_sec) * 1000000L + took.ru_utime.tv_usec + took.ru_stime.tv_usec);
    wait_for_end();
    return 0;
}

static int executes(char *self) {
    char byte;
    tell("ready", getpid());
    if (read(0, &byte, 1) < 0) return 9;
    char *arguments[] = {"other-name", "threads", 0};
    execv(self, arguments);
    return 9;
}

int main(int count, char **arguments) {
    /* Whatever happens, nothing of this stays. */
    alarm(120);
    const char *mode = count > 1 ? arguments[1] : "";
    int n = count > 2 ? atoi(arguments[2]) : 0;
    if (!strcmp(mode, "threads")) return threads();
    if (!strcmp(mode, "many")) return many(n, waits);
    if (!strcmp(mode, "busy")) return many(n, sleeps);
    if (!strcmp(mode, "renames")) return renames();
    if (!strcmp(mode, "churn")) return churn(n);
    if (!strcmp(mode, "forks")) return forks(n, 2);
    if (!strcmp(mode, "ignores")) return ignores();
    if (!strcmp(mode, "reaper")) return reaper();
    if (!strcmp(mode, "executes")) return executes(arguments[0]);
    if (!strcmp(mode, "timed")) return timed(arguments + 1);
    fprintf(stderr, "%s: unknown\n", mode);
    return 9;
}
