/* Streams and the sockets that they go through. All of it belongs to whoever holds the loop's lock. */

#ifndef STREAMS_H
#define STREAMS_H

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "figures.h"

#define SLOTS 20 /* a packet holds 20 ms, a tick is 1 ms */
#define TICK 1000000LL
#define SAMPLES 160
#define PLACES 4096 /* of a shared socket's table */
#define BATCH 16
#define READS 64
#define LARGEST 2048

typedef int (*srtp_function)(void *session, void *packet, int *length);

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Known to binding.py. */
struct sending {
    uint32_t ssrc, expected_ssrc, payload_type, stamp_every, check_every, talking, secure, tone_length;
    double coefficient; /* 2 cos of the expected tone's angle per sample; 0: none is expected */
    const uint8_t *tone;
    uint8_t local[4];
};

struct stream {
    uint32_t number;
    struct outlet *outlet;
    struct stream *next_of_outlet, *previous_of_outlet, *next_in_place;
    int slot, index; /* where it stands in the loop's slots */
    int placed;      /* in the outlet's table */
    union address destination;
    socklen_t destination_length;
    void *inbound, *outbound; /* srtp_t */
    struct sending sending;
    uint16_t sequence;
    uint32_t timestamp, tone_at, until_stamp, until_check;
    int marker;
    int64_t next_look;
    uint64_t lost_before; /* of the sources before the present one */
    struct sequence order;
    struct figures figures;
};

struct outlet {
    uint32_t number;
    int file, by_local;
    uint32_t streams;
    struct stream *first;
    struct stream **places; /* NULL while there is one stream only */
};

struct datagram {
    struct datagram *next;
    uint32_t number;
    union address source;
    int length;
    uint8_t data[];
};

struct packet_loop {
    pthread_mutex_t lock;
    pthread_t thread;
    atomic_int waiting, stopping;
    int poller, control, notice, timer;
    srtp_function protect, unprotect, protect_rtcp, unprotect_rtcp;
    float linear[2][256]; /* PCMU, PCMA */

    struct stream **streams; /* by number; NULL when removed */
    uint32_t stream_count, stream_limit, living;
    struct outlet **outlets;
    uint32_t outlet_count, outlet_limit;
    struct {
        struct stream **members;
        int count, limit;
    } slots[SLOTS];

    int64_t due; /* of the next tick */
    uint64_t tick;
    int64_t busy;
    uint64_t strays;
    struct latency lateness;

    struct datagram *first, **last;
    uint32_t queued;
    int news; /* something was queued since Python was told */

    struct mmsghdr out[BATCH], in[READS];
    struct iovec out_vectors[BATCH], in_vectors[READS];
    struct stream *out_streams[BATCH];
    int out_count;
    uint8_t out_data[BATCH][256], in_data[READS][LARGEST];
    union address in_names[READS];
    uint8_t in_control[READS][128];
    uint8_t out_control[BATCH][64];
};

static int grow(void *array, uint32_t *limit, uint32_t count, size_t size)
{
    if (count < *limit)
        return 1;
    uint32_t wanted = *limit ? *limit * 2 : 64;
    void *larger = realloc(*(void **)array, wanted * size);
    if (!larger)
        return 0;
    *(void **)array = larger;
    *limit = wanted;
    return 1;
}

static struct stream *find_stream(struct packet_loop *loop, uint32_t number)
{
    return number < loop->stream_count ? loop->streams[number] : NULL;
}

static int same_address(const union address *one, const union address *other)
{
    if (one->any.sa_family != other->any.sa_family)
        return 0;
    if (one->any.sa_family == AF_INET)
        return one->v4.sin_port == other->v4.sin_port && one->v4.sin_addr.s_addr == other->v4.sin_addr.s_addr;
    return one->v6.sin6_port == other->v6.sin6_port &&
           memcmp(&one->v6.sin6_addr, &other->v6.sin6_addr, sizeof one->v6.sin6_addr) == 0;
}

static uint32_t place_of(const union address *source, const uint8_t *local)
{
    uint64_t words[3] = {0};
    if (source->any.sa_family == AF_INET) {
        words[0] = source->v4.sin_addr.s_addr;
        words[2] = source->v4.sin_port;
    } else {
        memcpy(words, &source->v6.sin6_addr, 16);
        words[2] = source->v6.sin6_port;
    }
    uint32_t own;
    memcpy(&own, local, 4);
    uint64_t hash = words[0] ^ (words[2] << 32 | own) * 0x9E3779B97F4A7C15u;
    hash = (hash ^ hash >> 32 ^ words[1]) * 0xD6E8FEB86659FD93u;
    return (uint32_t)(hash >> 40) % PLACES; /* neighbours differ in the last byte of an address, the highest here */
}

static void place(struct stream *stream)
{
    struct outlet *outlet = stream->outlet;
    if (!outlet->places || !stream->destination_length)
        return;
    struct stream **head = &outlet->places[place_of(&stream->destination, stream->sending.local)];
    stream->next_in_place = *head;
    *head = stream;
    stream->placed = 1;
}

static void unplace(struct stream *stream)
{
    if (!stream->placed)
        return;
    struct stream **link = &stream->outlet->places[place_of(&stream->destination, stream->sending.local)];
    while (*link != stream)
        link = &(*link)->next_in_place;
    *link = stream->next_in_place;
    stream->placed = 0;
}

/* Whose a datagram is; NULL for a stranger's. */
static struct stream *owner_of(struct outlet *outlet, const union address *source, const uint8_t *local)
{
    static const uint8_t anywhere[4];
    if (!outlet->places)
        return outlet->first;
    const uint8_t *key = outlet->by_local ? local : anywhere;
    struct stream *stream = outlet->places[place_of(source, key)];
    while (stream && !(same_address(&stream->destination, source) && memcmp(stream->sending.local, key, 4) == 0))
        stream = stream->next_in_place;
    return stream;
}

/* From the second stream on, and with addresses of its own, a socket needs a table. */
static int share(struct outlet *outlet)
{
    if (outlet->places)
        return 1;
    outlet->places = calloc(PLACES, sizeof *outlet->places);
    if (!outlet->places)
        return 0;
    for (struct stream *stream = outlet->first; stream; stream = stream->next_of_outlet)
        place(stream);
    return 1;
}

static struct outlet *open_outlet(struct packet_loop *loop, int file)
{
    struct outlet *outlet = calloc(1, sizeof *outlet);
    if (!outlet || !grow(&loop->outlets, &loop->outlet_limit, loop->outlet_count, sizeof *loop->outlets))
        goto failed;
    outlet->file = dup(file); /* closing the caller's leaves nothing dangling */
    if (outlet->file < 0)
        goto failed;
    outlet->number = loop->outlet_count;
    int one = 1;
    setsockopt(outlet->file, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = outlet->number};
    if (epoll_ctl(loop->poller, EPOLL_CTL_ADD, outlet->file, &event) < 0) {
        close(outlet->file);
        goto failed;
    }
    loop->outlets[loop->outlet_count++] = outlet;
    return outlet;
failed:
    free(outlet);
    return NULL;
}

static void close_outlet(struct packet_loop *loop, struct outlet *outlet)
{
    epoll_ctl(loop->poller, EPOLL_CTL_DEL, outlet->file, NULL);
    close(outlet->file);
    loop->outlets[outlet->number] = NULL;
    free(outlet->places);
    free(outlet);
}

static void link_to_outlet(struct stream *stream, struct outlet *outlet)
{
    stream->outlet = outlet;
    stream->next_of_outlet = outlet->first;
    if (outlet->first)
        outlet->first->previous_of_outlet = stream;
    outlet->first = stream;
    outlet->streams++;
}

static void unlink_from_outlet(struct packet_loop *loop, struct stream *stream)
{
    struct outlet *outlet = stream->outlet;
    unplace(stream);
    if (stream->previous_of_outlet)
        stream->previous_of_outlet->next_of_outlet = stream->next_of_outlet;
    else
        outlet->first = stream->next_of_outlet;
    if (stream->next_of_outlet)
        stream->next_of_outlet->previous_of_outlet = stream->previous_of_outlet;
    if (--outlet->streams == 0)
        close_outlet(loop, outlet);
}

/* Into the emptiest slot, so that packets are spread over the 20 ms. */
static int take_slot(struct packet_loop *loop, struct stream *stream)
{
    int best = 0;
    for (int slot = 1; slot < SLOTS; slot++)
        if (loop->slots[slot].count < loop->slots[best].count)
            best = slot;
    uint32_t limit = (uint32_t)loop->slots[best].limit;
    if (!grow(&loop->slots[best].members, &limit, (uint32_t)loop->slots[best].count, sizeof(struct stream *)))
        return 0;
    loop->slots[best].limit = (int)limit;
    stream->slot = best;
    stream->index = loop->slots[best].count++;
    loop->slots[best].members[stream->index] = stream;
    return 1;
}

static void leave_slot(struct packet_loop *loop, struct stream *stream)
{
    struct stream **members = loop->slots[stream->slot].members;
    struct stream *last = members[--loop->slots[stream->slot].count];
    members[stream->index] = last;
    last->index = stream->index;
}

static void expect_tone(struct stream *stream, double coefficient, uint32_t ssrc)
{
    stream->sending.coefficient = coefficient;
    stream->sending.expected_ssrc = ssrc;
    stream->figures.looks = 0;
    stream->figures.tone = 0.0;
    stream->figures.first_heard = 0;
    stream->next_look = 0;
}

#endif
