/* The phone's packet loop: one thread that wakes every millisecond, sends what is due and reads what has come.
   compiled_loop.py is its only caller. Calls come from other threads; the lock is given up between sockets and slots
   to whoever waits for it. While there is little to do, a datagram wakes the thread at once (handshakes are quick);
   under load it reads once a tick, and arrivals are the kernel's stamps all the same. */

#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>

#include "receiving.h"

#define CONTROL 0xFFFFFFFFu
#define TIMER 0xFFFFFFFEu
#define EAGER 100    /* streams up to which a datagram wakes the thread */
#define EVENTS 256
#define CATCH_UP 200 /* ticks; who is later than that gives the missing ones up */

static void enter(struct packet_loop *loop)
{
    atomic_fetch_add(&loop->waiting, 1);
    pthread_mutex_lock(&loop->lock);
    atomic_fetch_sub(&loop->waiting, 1);
}

static void leave(struct packet_loop *loop) { pthread_mutex_unlock(&loop->lock); }

static void breathe(struct packet_loop *loop)
{
    if (!atomic_load(&loop->waiting))
        return;
    leave(loop);
    for (int turn = 0; turn < 100 && atomic_load(&loop->waiting); turn++)
        sched_yield();
    pthread_mutex_lock(&loop->lock);
}

static void wake(struct packet_loop *loop)
{
    uint64_t one = 1;
    ssize_t written = write(loop->control, &one, sizeof one);
    (void)written;
}

static void send_due(struct packet_loop *loop)
{
    int64_t now = clock_now(CLOCK_MONOTONIC);
    if (now < loop->due)
        return;
    count_latency(&loop->lateness, now - loop->due);
    if (now - loop->due > CATCH_UP * TICK)
        loop->due = now;
    while (loop->due <= now) {
        send_slot(loop, (int)(loop->tick++ % SLOTS));
        loop->due += TICK;
        breathe(loop);
    }
}

static void clear(int file)
{
    uint64_t count;
    ssize_t got = read(file, &count, sizeof count);
    (void)got;
}

/* Read every socket that has something; no socket twice, so that sending is never late for long. */
static void read_ready(struct packet_loop *loop, struct epoll_event *events, int count)
{
    for (int index = 0; index < count; index++) {
        uint32_t number = events[index].data.u32;
        if (number == CONTROL || number == TIMER) {
            clear(number == CONTROL ? loop->control : loop->timer);
            continue;
        }
        for (int round = 0; round < 8; round++) {
            struct outlet *outlet = loop->outlets[number]; /* may be gone after each breath */
            if (!outlet || !read_outlet(loop, outlet))
                break;
            breathe(loop);
        }
        breathe(loop);
    }
}

static void set_timer(struct packet_loop *loop)
{
    struct itimerspec at = {.it_value = {loop->due / 1000000000LL, loop->due % 1000000000LL}};
    if (!loop->living)
        at = (struct itimerspec){0};
    timerfd_settime(loop->timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static void sleep_until(int64_t time)
{
    struct timespec at = {time / 1000000000LL, time % 1000000000LL};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

static void *run(void *argument)
{
    struct packet_loop *loop = argument;
    struct epoll_event events[EVENTS];
    prctl(PR_SET_TIMERSLACK, 1UL);
    struct sched_param first = {1}; /* before all else on its core, where this is allowed: late packets say nothing */
    sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &first);
    pthread_mutex_lock(&loop->lock);
    while (!atomic_load(&loop->stopping)) {
        int idle = !loop->living, timeout = 0;
        if (loop->living <= EAGER) {
            set_timer(loop);
            timeout = -1;
        }
        int64_t due = loop->due;
        leave(loop);
        if (timeout == 0)
            sleep_until(due);
        int count = epoll_wait(loop->poller, events, EVENTS, timeout);
        pthread_mutex_lock(&loop->lock);
        if (idle)
            loop->due = clock_now(CLOCK_MONOTONIC);
        else
            send_due(loop);
        while (count > 0) {
            read_ready(loop, events, count);
            if (count < EVENTS || clock_now(CLOCK_MONOTONIC) > loop->due)
                break;
            count = epoll_wait(loop->poller, events, EVENTS, 0);
        }
        loop->busy = clock_now(CLOCK_THREAD_CPUTIME_ID);
        if (loop->news)
            eventfd_write(loop->notice, 1);
        loop->news = 0;
    }
    leave(loop);
    return NULL;
}

static int watch(struct packet_loop *loop, int file, uint32_t name)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = name};
    return file >= 0 && epoll_ctl(loop->poller, EPOLL_CTL_ADD, file, &event) == 0;
}

void packet_loop_close(struct packet_loop *loop);

/* `functions`: protect, unprotect, protect_rtcp, unprotect_rtcp; `linear`: 256 samples of PCMU and of PCMA. */
struct packet_loop *packet_loop_open(void *const *functions, const int16_t *linear, int *notice)
{
    struct packet_loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        return NULL;
    pthread_mutex_init(&loop->lock, NULL);
    memcpy(&loop->protect, &functions[0], sizeof(void *));
    memcpy(&loop->unprotect, &functions[1], sizeof(void *));
    memcpy(&loop->protect_rtcp, &functions[2], sizeof(void *));
    memcpy(&loop->unprotect_rtcp, &functions[3], sizeof(void *));
    for (int index = 0; index < 512; index++)
        loop->linear[index / 256][index % 256] = linear[index] / 32768.0f;
    loop->last = &loop->first;
    loop->due = clock_now(CLOCK_MONOTONIC);
    loop->poller = epoll_create1(EPOLL_CLOEXEC);
    loop->control = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->notice = *notice = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    int ready = watch(loop, loop->control, CONTROL) && watch(loop, loop->timer, TIMER) && loop->notice >= 0;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are Python's */
    ready = ready && pthread_create(&loop->thread, NULL, run, loop) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (ready)
        return loop;
    loop->thread = 0;
    packet_loop_close(loop);
    return NULL;
}

/* The new stream's number, or minus an error number. `outlet` names the socket if it is known, else it is -1. */
int64_t packet_loop_add(struct packet_loop *loop, int file, int64_t *outlet_number, const union address *destination,
                        uint32_t destination_length, const struct sending *sending)
{
    static const uint8_t anywhere[4];
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream)
        return -ENOMEM;
    enter(loop);
    struct outlet *outlet = *outlet_number >= 0 ? loop->outlets[*outlet_number] : open_outlet(loop, file);
    int64_t failure = outlet ? -ENOMEM : -(errno ? errno : ENOMEM);
    if (!outlet || !grow(&loop->streams, &loop->stream_limit, loop->stream_count, sizeof *loop->streams))
        goto failed;
    stream->sending = *sending;
    if (memcmp(sending->local, anywhere, 4) != 0 && !outlet->by_local) {
        int one = 1;
        outlet->by_local = 1;
        setsockopt(outlet->file, IPPROTO_IP, IP_PKTINFO, &one, sizeof one);
    }
    if ((outlet->streams || outlet->by_local) && !share(outlet))
        goto failed;
    if (!take_slot(loop, stream))
        goto failed;
    stream->marker = 1;
    stream->sequence = (uint16_t)sending->ssrc;
    memcpy(&stream->destination, destination, destination_length);
    stream->destination_length = destination_length;
    expect_tone(stream, sending->coefficient, sending->expected_ssrc);
    link_to_outlet(stream, outlet);
    place(stream);
    stream->number = loop->stream_count;
    loop->streams[loop->stream_count++] = stream;
    loop->living++;
    *outlet_number = outlet->number;
    leave(loop);
    wake(loop);
    return stream->number;
failed:
    if (outlet && !outlet->streams)
        close_outlet(loop, outlet);
    leave(loop);
    free(stream);
    return failure;
}

int packet_loop_point(struct packet_loop *loop, uint32_t number, const union address *destination, uint32_t length)
{
    enter(loop);
    struct stream *stream = find_stream(loop, number);
    if (stream) {
        unplace(stream);
        memcpy(&stream->destination, destination, length);
        stream->destination_length = length;
        place(stream);
    }
    leave(loop);
    return stream != NULL;
}

int packet_loop_secure(struct packet_loop *loop, uint32_t number, void *inbound, void *outbound)
{
    enter(loop);
    struct stream *stream = find_stream(loop, number);
    if (stream) {
        stream->inbound = inbound;
        stream->outbound = outbound;
        stream->sending.secure = 1;
    }
    leave(loop);
    return stream != NULL;
}

int packet_loop_expect(struct packet_loop *loop, uint32_t number, double coefficient, uint32_t ssrc)
{
    enter(loop);
    struct stream *stream = find_stream(loop, number);
    if (stream)
        expect_tone(stream, coefficient, ssrc);
    leave(loop);
    return stream != NULL;
}

int packet_loop_talk(struct packet_loop *loop, uint32_t number, int on)
{
    enter(loop);
    struct stream *stream = find_stream(loop, number);
    if (stream)
        stream->sending.talking = (uint32_t)on;
    leave(loop);
    return stream != NULL;
}

/* 0, an error number, or -1 for an unknown stream. */
int packet_loop_send(struct packet_loop *loop, uint32_t number, const uint8_t *data, int length)
{
    enter(loop);
    struct stream *stream = find_stream(loop, number);
    int result = stream ? send_datagram(loop, stream, data, length) : -1;
    leave(loop);
    return result;
}

/* Sums the streams' figures; -1, or the place in `numbers` of one that is unknown. */
int64_t packet_loop_figures(struct packet_loop *loop, const uint32_t *numbers, uint32_t count, struct figures *sum)
{
    int64_t unknown = -1;
    memset(sum, 0, sizeof *sum);
    sum->tone = 2.0;
    enter(loop);
    for (uint32_t index = 0; index < count && unknown < 0; index++) {
        struct stream *stream = find_stream(loop, numbers[index]);
        if (stream) {
            stream->figures.lost = stream->lost_before + lost_of(&stream->order);
            add_figures(sum, &stream->figures);
        } else {
            unknown = index;
        }
    }
    leave(loop);
    return unknown;
}

static void reset_stream(struct stream *stream)
{
    memset(&stream->figures, 0, sizeof stream->figures);
    stream->lost_before = 0;
    stream->order.base = stream->order.highest + 1;
    stream->order.fresh = 0;
    stream->next_look = 0;
}

int64_t packet_loop_reset(struct packet_loop *loop, const uint32_t *numbers, uint32_t count)
{
    int64_t unknown = -1;
    enter(loop);
    memset(&loop->lateness, 0, sizeof loop->lateness);
    for (uint32_t index = 0; index < count && unknown < 0; index++) {
        struct stream *stream = find_stream(loop, numbers[index]);
        if (stream)
            reset_stream(stream);
        else
            unknown = index;
    }
    leave(loop);
    return unknown;
}

void packet_loop_own_figures(struct packet_loop *loop, int64_t *busy, uint64_t *strays, struct latency *lateness)
{
    enter(loop);
    *busy = loop->busy;
    *strays = loop->strays;
    *lateness = loop->lateness;
    leave(loop);
}

int packet_loop_remove(struct packet_loop *loop, uint32_t number, struct figures *last)
{
    enter(loop);
    struct stream *stream = find_stream(loop, number);
    if (stream) {
        stream->figures.lost = stream->lost_before + lost_of(&stream->order);
        *last = stream->figures;
        leave_slot(loop, stream);
        unlink_from_outlet(loop, stream);
        loop->streams[number] = NULL;
        loop->living--;
    }
    leave(loop);
    free(stream);
    return stream != NULL;
}

/* The oldest datagram that waits: its length, or -1 when there is none (and the notice is taken back). */
int packet_loop_take(struct packet_loop *loop, uint32_t *number, union address *source, uint8_t *data)
{
    enter(loop);
    struct datagram *datagram = loop->first;
    if (datagram) {
        loop->first = datagram->next;
        loop->queued--;
        if (!loop->first)
            loop->last = &loop->first;
    } else {
        clear(loop->notice);
    }
    leave(loop);
    if (!datagram)
        return -1;
    int length = datagram->length;
    *number = datagram->number;
    *source = datagram->source;
    memcpy(data, datagram->data, (size_t)length);
    free(datagram);
    return length;
}

void packet_loop_close(struct packet_loop *loop)
{
    atomic_store(&loop->stopping, 1);
    if (loop->thread) {
        wake(loop);
        pthread_join(loop->thread, NULL);
    }
    struct figures last;
    for (uint32_t number = 0; number < loop->stream_count; number++)
        packet_loop_remove(loop, number, &last);
    for (struct datagram *datagram = loop->first, *next; datagram; datagram = next) {
        next = datagram->next;
        free(datagram);
    }
    for (int slot = 0; slot < SLOTS; slot++)
        free(loop->slots[slot].members);
    int files[] = {loop->poller, loop->control, loop->notice, loop->timer};
    for (int index = 0; index < 4; index++)
        if (files[index] >= 0)
            close(files[index]);
    free(loop->streams);
    free(loop->outlets);
    pthread_mutex_destroy(&loop->lock);
    free(loop);
}
