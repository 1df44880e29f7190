/* The compiled packet path: every packet of sound that is as usual, from socket to socket without Python.
 *
 * Owns the table of the pages' sources, the table of the trunks' sockets, and the buffers of one turn. The sockets, the
 * epoll, the SRTP sessions and the memory of each call are Python's.
 *
 * Theory of operation. `path_turn` waits on Python's own epoll until Python has something to do. The pages' one socket is
 * read by the batch, a trunk's a packet at a time; each packet is looked up, taken out of SRTP or put into it, counted
 * and rewritten (stream.h), and sent: to a trunk at once, to a page with all others of the turn. Whatever is not usual
 * is handed to Python by a call back there and then, before the next packet is looked at, so that no packet overtakes
 * another one. Python may do anything meanwhile, close this very call too: so what is queued is sent first, nothing is
 * remembered over a call back, and whoever is served is looked up anew for each packet. What Python changes (keys,
 * destinations, payload numbers) it writes into `struct call`; a call that is over leaves both tables (`path_remove`)
 * before its memory goes.
 * One thread; nothing here waits but `path_turn`.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <time.h>

#include "stream.h"

enum { BATCH = 64, ROUNDS = 4, EVENTS = 256 };
enum { RECEIVE = 2048, ROOM = RECEIVE + 160 }; /* SRTP adds at most 144 octets */
enum { LONGEST = 1500, LONGEST_TO_PROTECT = LONGEST - 144 }; /* as pylibsrtp has it */

enum event { READY, PAGE_DATAGRAM, PAGE_MEDIA, TRUNK_DATAGRAM, TRUNK_MEDIA, NOT_PROTECTED };

struct endpoint {
    uint8_t address[16]; /* IPv4: the first four */
    uint16_t port;       /* of the host's order; 0: nobody */
};

struct call {
    struct stream to_trunk, to_page;
    void *unprotect, *protect; /* srtp_t; NULL: no keys, or not to be believed yet */
    int64_t page_refused, trunk_refused;
    uint64_t pictures[2]; /* the page's payload numbers that are Python's */
    struct endpoint page, trunk, trunk_source;
    uint16_t latches; /* Python wants to see other sources of the trunk's */
    int32_t number, trunk_socket;
};

typedef int (*srtp)(void *session, void *packet, int *length);
typedef void (*python)(int event, int number, const uint8_t *data, int length, const struct endpoint *source,
                       double now);

struct entry {
    struct endpoint source;
    struct call *call; /* NULL with a port: somebody was here */
};

struct batch {
    struct mmsghdr messages[BATCH];
    struct iovec pieces[BATCH];
    struct sockaddr_storage addresses[BATCH];
    struct call *calls[BATCH];
    uint8_t data[BATCH][ROOM] __attribute__((aligned(16)));
};

struct path {
    int epoll, pages, family;
    python python;
    srtp protect, unprotect;
    uint8_t tables[2][256];
    struct entry *entries;
    size_t size, used; /* entries; used ones with those that are over */
    struct call **trunks;
    size_t trunk_count;
    int64_t strangers;
    int queued, asked;
    struct batch in, out;
};

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- addresses */

static socklen_t to_sockaddr(const struct path *p, const struct endpoint *from, struct sockaddr_storage *to)
{
    if (p->family == AF_INET) {
        struct sockaddr_in *four = (struct sockaddr_in *)to;
        memset(four, 0, sizeof *four);
        four->sin_family = AF_INET;
        four->sin_port = htons(from->port);
        memcpy(&four->sin_addr, from->address, 4);
        return sizeof *four;
    }
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)to;
    memset(six, 0, sizeof *six);
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(from->port);
    memcpy(&six->sin6_addr, from->address, 16);
    return sizeof *six;
}

static struct endpoint to_endpoint(const struct sockaddr_storage *from)
{
    struct endpoint to = {{0}, 0};
    if (from->ss_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)from;
        memcpy(to.address, &four->sin_addr, 4);
        to.port = ntohs(four->sin_port);
    } else if (from->ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)from;
        memcpy(to.address, &six->sin6_addr, 16);
        to.port = ntohs(six->sin6_port);
    }
    return to;
}

static int same(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && memcmp(a->address, b->address, 16) == 0;
}

/* --- the table of sources: open addressing, at most half full */

static size_t place_of(const struct endpoint *source, size_t size)
{
    uint64_t low, high;
    memcpy(&low, source->address, 8);
    memcpy(&high, source->address + 8, 8);
    uint64_t mixed = (low ^ (high * 0x9E3779B97F4A7C15u) ^ source->port) * 0xD6E8FEB86659FD93u;
    return (size_t)(mixed ^ mixed >> 32) & (size - 1);
}

/* Where the source is, or where it would be. */
static struct entry *find(const struct path *p, const struct endpoint *source)
{
    size_t at = place_of(source, p->size);
    while (p->entries[at].source.port && !same(&p->entries[at].source, source))
        at = (at + 1) & (p->size - 1);
    return &p->entries[at];
}

static int widen(struct path *p)
{
    size_t living = 0;
    for (size_t i = 0; i < p->size; i++)
        living += p->entries[i].call != NULL;
    size_t size = 64;
    while (size < 4 * (living + 1))
        size *= 2;
    struct entry *before = p->entries;
    struct entry *entries = calloc(size, sizeof *entries);
    if (entries == NULL)
        return -1;
    size_t count = p->size;
    p->entries = entries;
    p->size = size;
    p->used = living;
    for (size_t i = 0; i < count; i++)
        if (before[i].call != NULL)
            *find(p, &before[i].source) = before[i];
    free(before);
    return 0;
}

/* --- Python's turn */

static void count_sent(struct stream *s)
{
    if (++s->sent == 1)
        s->first_sent = seconds(CLOCK_REALTIME);
}

/* Send what is queued; what the kernel does not take is as good as lost on the way. */
static void flush(struct path *p)
{
    int at = 0;
    while (at < p->queued) {
        int count = sendmmsg(p->pages, p->out.messages + at, (unsigned)(p->queued - at), 0);
        if (count < 0 && errno == EINTR)
            continue;
        for (int i = 0; i < count; i++)
            count_sent(&p->out.calls[at + i]->to_page);
        at += count > 0 ? count : 1;
    }
    p->queued = 0;
}

static void ask_python(struct path *p, enum event event, int number, const uint8_t *data, int length,
                       const struct endpoint *source, double now)
{
    flush(p);
    p->asked = 1;
    p->python(event, number, data, length, source, now);
}

/* --- from the trunk to the page */

/* The packet is in the place that is next in the queue. */
static void send_to_page(struct path *p, struct call *call, int length)
{
    if (call->protect == NULL || call->page.port == 0)
        return;
    int at = p->queued;
    int status = p->protect(call->protect, p->out.data[at], &length);
    if (status) {
        ask_python(p, NOT_PROTECTED, status, NULL, 0, NULL, 0.0);
        return;
    }
    struct msghdr *message = &p->out.messages[at].msg_hdr;
    message->msg_namelen = to_sockaddr(p, &call->page, &p->out.addresses[at]);
    p->out.pieces[at].iov_len = (size_t)length;
    p->out.calls[at] = call;
    if (++p->queued == BATCH)
        flush(p);
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
            send_to_page(p, call, length);
        else if (outcome == UNUSUAL)
            ask_python(p, TRUNK_MEDIA, call->number, packet, length, source, now);
    }
}

static void serve_trunk(struct path *p, struct call *call)
{
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    uint8_t *packet = p->out.data[p->queued];
    ssize_t length = recvfrom(call->trunk_socket, packet, RECEIVE, MSG_DONTWAIT, (struct sockaddr *)&from, &size);
    if (length < 0)
        return;
    struct endpoint source = to_endpoint(&from);
    take_from_trunk(p, call, packet, (int)length, &source, seconds(CLOCK_MONOTONIC));
}

/* --- from the pages to the trunk */

static void send_to_trunk(struct path *p, struct call *call, const uint8_t *packet, int length)
{
    struct sockaddr_storage to;
    if (call->trunk.port == 0)
        return;
    socklen_t size = to_sockaddr(p, &call->trunk, &to);
    ssize_t sent;
    do
        sent = sendto(call->trunk_socket, packet, (size_t)length, MSG_DONTWAIT, (struct sockaddr *)&to, size);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        count_sent(&call->to_trunk);
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
        struct call *call = find(p, source)->call;
        if (call == NULL)
            p->strangers++;
        else if (first > 127 && first < 192)
            take_media(p, call, packet, length, source, now);
        else if (first > 19 && first < 64)
            ask_python(p, PAGE_DATAGRAM, 0, packet, length, source, now);
    }
}

static void serve_pages(struct path *p)
{
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < BATCH; i++)
            p->in.messages[i].msg_hdr.msg_namelen = sizeof p->in.addresses[i];
        int count = recvmmsg(p->pages, p->in.messages, BATCH, MSG_DONTWAIT, NULL);
        double now = seconds(CLOCK_MONOTONIC);
        for (int i = 0; i < count; i++) {
            struct endpoint source = to_endpoint(&p->in.addresses[i]);
            take_from_page(p, p->in.data[i], (int)p->in.messages[i].msg_len, &source, now);
        }
        if (count < BATCH)
            return;
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

/* NULL without memory. `tables` are 512 octets: for TO_ALAW and for TO_ULAW. */
struct path *path_new(int epoll, int pages, int family, python python, srtp protect, srtp unprotect,
                      const uint8_t *tables)
{
    struct path *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->epoll = epoll;
    p->pages = pages;
    p->family = family;
    p->python = python;
    p->protect = protect;
    p->unprotect = unprotect;
    memcpy(p->tables, tables, sizeof p->tables);
    prepare(&p->in);
    prepare(&p->out);
    if (widen(p)) {
        free(p);
        return NULL;
    }
    return p;
}

void path_free(struct path *p)
{
    free(p->entries);
    free(p->trunks);
    free(p);
}

/* Packets of that source are this call's from now on; -1 without memory. */
int path_assign(struct path *p, const struct endpoint *source, struct call *call)
{
    if (2 * (p->used + 1) > p->size && widen(p))
        return -1;
    struct entry *entry = find(p, source);
    p->used += entry->source.port == 0;
    entry->source = *source;
    entry->call = call;
    return 0;
}

/* Forget the sources of the call. */
void path_release(struct path *p, const struct call *call)
{
    for (size_t i = 0; i < p->size; i++)
        if (p->entries[i].call == call)
            p->entries[i].call = NULL;
}

/* Packets of `call->trunk_socket` are this call's from now on; -1 without memory. */
int path_add(struct path *p, struct call *call)
{
    size_t number = (size_t)call->trunk_socket;
    if (number >= p->trunk_count) {
        size_t count = 2 * number + 64;
        struct call **trunks = realloc(p->trunks, count * sizeof *trunks);
        if (trunks == NULL)
            return -1;
        memset(trunks + p->trunk_count, 0, (count - p->trunk_count) * sizeof *trunks);
        p->trunks = trunks;
        p->trunk_count = count;
    }
    p->trunks[number] = call;
    return 0;
}

/* The call is over: nothing here knows it afterwards. */
void path_remove(struct path *p, const struct call *call)
{
    path_release(p, call);
    size_t number = (size_t)call->trunk_socket;
    if (number < p->trunk_count && p->trunks[number] == call)
        p->trunks[number] = NULL;
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

static void serve(struct path *p, const struct epoll_event *event)
{
    int number = event->data.fd;
    struct call *call = (size_t)number < p->trunk_count ? p->trunks[number] : NULL;
    if (number == p->pages)
        serve_pages(p);
    else if (call != NULL)
        serve_trunk(p, call);
    else
        ask_python(p, READY, number, NULL, (int)event->events, NULL, 0.0);
}

/* Serve what comes for so many seconds, or until Python was asked, which may have set a timer; 0, or -errno. A signal
 * ends it too. */
int path_turn(struct path *p, double longest)
{
    struct epoll_event events[EVENTS];
    double end = seconds(CLOCK_MONOTONIC) + longest, left = longest;
    p->asked = 0;
    do {
        int count = epoll_wait(p->epoll, events, EVENTS, left > 0 ? (int)(left * 1000) + 1 : 0);
        if (count < 0)
            return errno == EINTR ? 0 : -errno;
        for (int i = 0; i < count; i++)
            serve(p, &events[i]);
        flush(p);
        left = end - seconds(CLOCK_MONOTONIC);
    } while (left > 0 && !p->asked);
    return 0;
}
