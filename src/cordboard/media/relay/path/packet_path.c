/* The compiled packet path: every packet of sound that is as usual, from socket to socket without Python.
 *
 * Owns the table of the pages' sources, the table of the trunks' sockets (of each call one that is connected and one
 * that is open to everybody: trunk.py), and the buffers of one turn. The sockets, the epoll, the SRTP sessions and the
 * memory of each call are Python's.
 *
 * Theory of operation. `path_turn` waits on Python's own epoll until Python has something to do. What has come is served
 * by the batch, a step at a time for all packets of it: receive (the pages' socket many at once, a trunk's one by one),
 * then look up, take out of SRTP or put into it, count and rewrite (stream.h), then send. So each step finds its code
 * and, because memory that is needed soon is asked for beforehand, its data in the cache, which is most of what a packet
 * costs. For the same reason batches are made larger when there is much to do: after a turn the path rests (`rest`).
 *
 * Whatever is not usual is handed to Python by a call back there and then, before the next packet is looked at, so that
 * no packet overtakes another one. Python may do anything meanwhile, close this very call too: so what is queued is
 * sent first, pages are looked up anew for each packet, and what a trunk has sent is forgotten with its call. What Python
 * changes (keys, destinations, payload numbers) it writes into `struct call`; a call that is over leaves both tables
 * (`path_remove`) before its memory goes.
 * One thread; nothing here waits but `path_turn`.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <sys/epoll.h>
#include <time.h>

#include "sources.h"
#include "stream.h"

enum { BATCH = 64, ROUNDS = 4, EVENTS = 256 };
enum { RECEIVE = 2048, ROOM = RECEIVE + 160 }; /* SRTP adds at most 144 octets */
enum { LONGEST = 1500, LONGEST_TO_PROTECT = LONGEST - 144 }; /* as pylibsrtp has it */

/* See `rest`; in seconds. */
#define CROWDED 4000.0
#define PERIOD 0.002
#define SHORTEST_REST 0.0001
#define LOOK_EVERY 0.1

/* Longer packets to pages may have to be cut in pieces on their way: 576 octets with the other headers fit everywhere. */
enum { NEVER_CUT = 512 };

enum event { READY, PAGE_DATAGRAM, PAGE_MEDIA, TRUNK_DATAGRAM, TRUNK_MEDIA, NOT_PROTECTED };

struct call {
    struct stream to_trunk, to_page;
    void *unprotect, *protect; /* srtp_t; NULL: no keys, or not to be believed yet */
    int64_t page_refused, trunk_refused;
    uint64_t pictures[2]; /* the page's payload numbers that are Python's */
    struct endpoint page, trunk, trunk_source;
    uint16_t latches; /* Python wants to see other sources of the trunk's */
    int32_t number, trunk_socket, trunk_connected; /* trunk_connected: to `trunk_source`; -1: there is none */
};

typedef int (*srtp)(void *session, void *packet, int *length);
typedef void (*python)(int event, int number, const uint8_t *data, int length, const struct endpoint *source,
                       double now);

struct batch {
    struct mmsghdr messages[BATCH];
    struct iovec pieces[BATCH];
    struct sockaddr_storage addresses[BATCH];
    struct call *calls[BATCH];
    uint8_t data[BATCH][ROOM] __attribute__((aligned(16)));
};

/* To a trunk; the packet is in `in.data`. */
struct send {
    struct call *call;
    const uint8_t *packet;
    int length;
};

/* From a trunk, in `out.data` of the same place. */
struct arrival {
    struct call *call; /* NULL: over since */
    int length;
    struct endpoint source;
};

struct path {
    int epoll, pages, family;
    int sounds; /* of the pages' port, to send by; or `pages` */
    python python;
    srtp protect, unprotect;
    uint8_t tables[2][256];
    struct sources sources;
    struct trunks trunks;
    int64_t strangers;
    int asked;               /* Python was, in this turn */
    int to_pages, to_trunks; /* queued in `out` and `sends` */
    int64_t taken;           /* packets since `taken_since` */
    double taken_since;
    int crowded;
    struct send sends[BATCH];
    struct arrival arrivals[BATCH];
    int arrived;
    struct batch in, out;
};

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- Python's turn */

static void count_sent(struct stream *s)
{
    if (++s->sent == 1)
        s->first_sent = seconds(CLOCK_REALTIME);
}

/* What the kernel does not take is as good as lost on the way. */
static void send_to_pages(struct path *p, int socket)
{
    int at = 0;
    while (at < p->to_pages) {
        int count = sendmmsg(socket, p->out.messages + at, (unsigned)(p->to_pages - at), 0);
        if (count < 0 && errno == EINTR)
            continue;
        for (int i = 0; i < count; i++)
            count_sent(&p->out.calls[at + i]->to_page);
        at += count > 0 ? count : 1;
    }
    p->to_pages = 0;
}

static void flush_to_pages(struct path *p)
{
    send_to_pages(p, p->sounds);
}

static ssize_t send_one(int family, const struct call *call, const struct send *what)
{
    if (call->trunk_connected >= 0)
        return send(call->trunk_connected, what->packet, (size_t)what->length, MSG_DONTWAIT);
    struct sockaddr_storage to;
    socklen_t size = to_sockaddr(family, &call->trunk, &to);
    return sendto(call->trunk_socket, what->packet, (size_t)what->length, MSG_DONTWAIT, (struct sockaddr *)&to, size);
}

static void flush_to_trunks(struct path *p)
{
    for (int i = 0; i < p->to_trunks; i++) {
        struct call *call = p->sends[i].call;
        ssize_t sent = send_one(p->family, call, &p->sends[i]);
        if (sent < 0 && (errno == EINTR || errno == ECONNREFUSED)) /* the latter is said of an earlier packet */
            sent = send_one(p->family, call, &p->sends[i]);
        if (sent >= 0)
            count_sent(&call->to_trunk);
    }
    p->to_trunks = 0;
}

static void ask_python(struct path *p, enum event event, int number, const uint8_t *data, int length,
                       const struct endpoint *source, double now)
{
    flush_to_pages(p);
    flush_to_trunks(p);
    p->asked = 1;
    p->python(event, number, data, length, source, now);
}

/* --- from the trunks to the pages */

static void send_to_page(struct path *p, struct call *call, uint8_t *packet, int length)
{
    if (call->protect == NULL || call->page.port == 0)
        return;
    int status = p->protect(call->protect, packet, &length);
    if (status) {
        ask_python(p, NOT_PROTECTED, status, NULL, 0, NULL, 0.0);
        return;
    }
    if (length > NEVER_CUT)
        flush_to_pages(p);
    int at = p->to_pages++;
    p->out.messages[at].msg_hdr.msg_namelen = to_sockaddr(p->family, &call->page, &p->out.addresses[at]);
    p->out.pieces[at] = (struct iovec){packet, (size_t)length};
    p->out.calls[at] = call;
    if (length > NEVER_CUT)
        send_to_pages(p, p->pages);
}

static void take_from_trunk(struct path *p, struct call *call, uint8_t *packet, int length,
                            const struct endpoint *source, double now)
{
    int ours = same(source, &call->trunk_source);
    if (!ours && call->latches) {
        ask_python(p, TRUNK_DATAGRAM, call->number, packet, length, source, now);
    } else if (!ours || length < HEADER || packet[0] < 128 || packet[0] > 191) {
        call->trunk_refused++;
    } else if (packet[1] >= 192 && packet[1] <= 223) {
        ask_python(p, TRUNK_DATAGRAM, call->number, packet, length, source, now);
    } else {
        enum outcome outcome = UNUSUAL;
        if (length <= LONGEST_TO_PROTECT)
            outcome = stream_take(&call->to_page, packet, length, now, p->tables);
        if (outcome == SEND)
            send_to_page(p, call, packet, length);
        else if (outcome == UNUSUAL)
            ask_python(p, TRUNK_MEDIA, call->number, packet, length, source, now);
    }
}

/* Ask for the memory that a packet of the stream will need. */
static void fetch(const struct stream *s, const struct call *call)
{
    __builtin_prefetch(&s->reception);
    __builtin_prefetch(&s->rewriter);
    __builtin_prefetch(&s->rewriter.source);
    __builtin_prefetch(&s->rewriter.way);
    __builtin_prefetch(&s->sent);
    __builtin_prefetch(&call->unprotect);
    __builtin_prefetch(&call->trunk);
}

/* The next packet of that socket of the call's trunk; 0 if there was none. */
static int receive_from_trunk(struct path *p, struct call *call, int socket, int at)
{
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    ssize_t length = recvfrom(socket, p->out.data[at], RECEIVE, MSG_DONTWAIT, (struct sockaddr *)&from,
                              &size);
    if (length < 0)
        return 0;
    p->arrivals[at] = (struct arrival){call, (int)length, to_endpoint(&from)};
    return 1;
}

/* Serve the trunks that are before the first event of something else; how many events that were. */
static int serve_trunks(struct path *p, const struct epoll_event *events, int count)
{
    int served = 0;
    struct call *call;
    for (int i = 0; i < count && i < BATCH && (call = trunk_of(&p->trunks, events[i].data.fd)) != NULL; i++)
        fetch(&call->to_page, call);
    while (served < count && p->arrived < BATCH && (call = trunk_of(&p->trunks, events[served].data.fd)) != NULL) {
        p->arrived += receive_from_trunk(p, call, events[served].data.fd, p->arrived);
        served++;
    }
    double now = seconds(CLOCK_MONOTONIC);
    for (int i = 0; i < p->arrived; i++)
        __builtin_prefetch(p->arrivals[i].call->protect);
    for (int i = 0; i < p->arrived; i++) {
        const struct arrival *arrival = &p->arrivals[i];
        if (arrival->call != NULL)
            take_from_trunk(p, arrival->call, p->out.data[i], arrival->length, &arrival->source, now);
    }
    flush_to_pages(p);
    p->taken += p->arrived;
    p->arrived = 0;
    return served;
}

/* --- from the pages to the trunks */

static void send_to_trunk(struct path *p, struct call *call, const uint8_t *packet, int length)
{
    if (call->trunk.port)
        p->sends[p->to_trunks++] = (struct send){call, packet, length};
}

static int is_picture(const struct call *call, uint8_t second)
{
    return (int)(call->pictures[(second & 0x7F) >> 6] >> (second & 0x3F) & 1);
}

static void take_media(struct path *p, struct call *call, uint8_t *packet, int length, const struct endpoint *source,
                       double now)
{
    if (call->unprotect != NULL && packet[1] >= 192 && packet[1] <= 223) {
        ask_python(p, PAGE_DATAGRAM, 0, packet, length, source, now);
        return;
    }
    if (call->unprotect == NULL || length > LONGEST || p->unprotect(call->unprotect, packet, &length) ||
        length < HEADER) {
        call->page_refused++;
        return;
    }
    enum outcome outcome = UNUSUAL;
    if (!is_picture(call, packet[1]))
        outcome = stream_take(&call->to_trunk, packet, length, now, p->tables);
    if (outcome == SEND)
        send_to_trunk(p, call, packet, length);
    else if (outcome == UNUSUAL)
        ask_python(p, PAGE_MEDIA, call->number, packet, length, source, now);
}

static void take_from_page(struct path *p, uint8_t *packet, int length, const struct endpoint *source, double now)
{
    uint8_t first = packet[0]; /* RFC 7983 */
    if (length < HEADER) {
        p->strangers++;
    } else if (first < 4) {
        ask_python(p, PAGE_DATAGRAM, 0, packet, length, source, now);
    } else {
        struct call *call = find(&p->sources, source)->call;
        if (call == NULL)
            p->strangers++;
        else if (first > 127 && first < 192)
            take_media(p, call, packet, length, source, now);
        else if (first > 19 && first < 64)
            ask_python(p, PAGE_DATAGRAM, 0, packet, length, source, now);
    }
}

/* The sources of what was received, and what memory they will need. */
static void expect(struct path *p, struct endpoint *sources, int count)
{
    for (int i = 0; i < count; i++) {
        sources[i] = to_endpoint(&p->in.addresses[i]);
        __builtin_prefetch(&p->sources.entries[place_of(&sources[i], p->sources.size)]);
    }
    for (int i = 0; i < count; i++) {
        const struct call *call = find(&p->sources, &sources[i])->call;
        if (call != NULL)
            fetch(&call->to_trunk, call);
    }
    for (int i = 0; i < count; i++) {
        const struct call *call = find(&p->sources, &sources[i])->call;
        if (call != NULL)
            __builtin_prefetch(call->unprotect);
    }
}

static void serve_pages(struct path *p)
{
    struct endpoint sources[BATCH];
    for (int round = 0, count = BATCH; round < ROUNDS && count == BATCH; round++) {
        for (int i = 0; i < BATCH; i++)
            p->in.messages[i].msg_hdr.msg_namelen = sizeof p->in.addresses[i];
        count = recvmmsg(p->pages, p->in.messages, BATCH, MSG_DONTWAIT, NULL);
        double now = seconds(CLOCK_MONOTONIC);
        expect(p, sources, count);
        for (int i = 0; i < count; i++)
            take_from_page(p, p->in.data[i], (int)p->in.messages[i].msg_len, &sources[i], now);
        flush_to_trunks(p);
        p->taken += count > 0 ? count : 0;
    }
}

/* --- what Python calls */

static void prepare(struct batch *b)
{
    for (int i = 0; i < BATCH; i++) {
        b->pieces[i] = (struct iovec){b->data[i], RECEIVE};
        b->messages[i].msg_hdr.msg_iov = &b->pieces[i];
        b->messages[i].msg_hdr.msg_iovlen = 1;
        b->messages[i].msg_hdr.msg_name = &b->addresses[i];
    }
}

/* How much memory a call takes: another number than Python's means that the library is of another version. */
size_t path_call_size(void)
{
    return sizeof(struct call);
}

/* NULL without memory. `sounds` is a socket of the pages' port that is only sent by, or `pages`; `tables` are 512 octets:
 * for TO_ALAW and for TO_ULAW. */
struct path *path_new(int epoll, int pages, int sounds, int family, python python, srtp protect, srtp unprotect,
                      const uint8_t *tables)
{
    struct path *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->epoll = epoll;
    p->pages = pages;
    p->sounds = sounds;
    p->family = family;
    p->python = python;
    p->protect = protect;
    p->unprotect = unprotect;
    memcpy(p->tables, tables, sizeof p->tables);
    prepare(&p->in);
    prepare(&p->out);
    if (widen(&p->sources)) {
        free(p);
        return NULL;
    }
    return p;
}

void path_free(struct path *p)
{
    free(p->sources.entries);
    free(p->trunks.calls);
    free(p);
}

/* Packets of that source are this call's from now on; -1 without memory. */
int path_assign(struct path *p, const struct endpoint *source, struct call *call)
{
    return assign(&p->sources, source, call);
}

/* Forget the sources of the call. */
void path_release(struct path *p, const struct call *call)
{
    release(&p->sources, call);
}

/* Packets of that socket are from this call's trunk from now on; -1 without memory. */
int path_hear(struct path *p, int socket, struct call *call)
{
    return hear(&p->trunks, socket, call);
}

/* Nobody is heard by that socket any more. */
void path_ignore(struct path *p, int socket)
{
    ignore(&p->trunks, socket);
}

/* The call is over: nothing here knows it afterwards. */
void path_remove(struct path *p, const struct call *call)
{
    path_release(p, call);
    for (int i = 0; i < p->arrived; i++)
        if (p->arrivals[i].call == call)
            p->arrivals[i].call = NULL;
    ignore(&p->trunks, call->trunk_socket);
    ignore(&p->trunks, call->trunk_connected);
}

/* Datagrams to the pages' socket that belonged to nobody. */
int64_t path_strangers(const struct path *p)
{
    return p->strangers;
}

/* The usual path of one stream alone, for tests. */
int path_take(struct path *p, struct stream *s, uint8_t *packet, int length, double now)
{
    return length < HEADER ? UNUSUAL : (int)stream_take(s, packet, length, now, p->tables);
}

static void serve(struct path *p, const struct epoll_event *events, int count)
{
    for (int at = 0, served; at < count; at += served) {
        served = serve_trunks(p, events + at, count - at);
        if (served)
            continue;
        served = 1;
        if (events[at].data.fd == p->pages)
            serve_pages(p);
        else
            ask_python(p, READY, events[at].data.fd, NULL, (int)events[at].events, NULL, 0.0);
    }
}

/* Where many packets come, let some come together: a turn begins a period after the one before. 0, or -1 after a signal.
 * A millisecond is nothing to a listener, nor to a timer; packets one by one cost a fifth more. */
static int rest(struct path *p, double began, double now)
{
    double passed = now - p->taken_since, pause = began + PERIOD - now;
    if (passed > LOOK_EVERY) {
        p->crowded = (double)p->taken > CROWDED * passed;
        p->taken = 0;
        p->taken_since = now;
    }
    if (!p->crowded || pause < SHORTEST_REST)
        return 0;
    struct timespec time = {0, (long)(pause * 1e9)};
    return nanosleep(&time, NULL);
}

/* Serve what comes for so many seconds, or until Python was asked, which may have set a timer; 0, or -errno. A signal
 * ends it too. */
int path_turn(struct path *p, double longest)
{
    struct epoll_event events[EVENTS];
    double now = seconds(CLOCK_MONOTONIC), end = now + longest;
    p->asked = 0;
    do {
        int milliseconds = end > now ? (int)((end - now) * 1000) + 1 : 0;
        int count = epoll_wait(p->epoll, events, EVENTS, milliseconds);
        if (count < 0)
            return errno == EINTR ? 0 : -errno;
        double began = seconds(CLOCK_MONOTONIC);
        serve(p, events, count);
        now = seconds(CLOCK_MONOTONIC);
        if (!p->asked && rest(p, began, now))
            return 0;
    } while (now < end && !p->asked);
    return 0;
}
