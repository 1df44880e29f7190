/* Addresses, and the tables that say whose packets those of a source, or of a socket, are.
 *
 * The table of sources: open addressing, at most half full. An entry whose call has left keeps its place, so that what was put behind it is
 * found; widening leaves such entries out.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>

struct call;

struct endpoint {
    uint8_t address[16]; /* IPv4: the first four */
    uint16_t port;       /* of the host's order; 0: nobody */
};

struct entry {
    struct endpoint source;
    struct call *call; /* NULL with a port: somebody was here */
};

struct sources {
    struct entry *entries;
    size_t size, used; /* entries; used ones with those that are over */
};

/* By the socket's number. */
struct trunks {
    struct call **calls;
    size_t count;
};

static socklen_t to_sockaddr(int family, const struct endpoint *from, struct sockaddr_storage *to)
{
    if (family == AF_INET) {
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

/* --- the table of sources */

static size_t place_of(const struct endpoint *source, size_t size)
{
    uint64_t low, high;
    memcpy(&low, source->address, 8);
    memcpy(&high, source->address + 8, 8);
    uint64_t mixed = (low ^ (high * 0x9E3779B97F4A7C15u) ^ source->port) * 0xD6E8FEB86659FD93u;
    return (size_t)(mixed ^ mixed >> 32) & (size - 1);
}

/* Where the source is, or where it would be. */
static struct entry *find(const struct sources *t, const struct endpoint *source)
{
    size_t at = place_of(source, t->size);
    while (t->entries[at].source.port && !same(&t->entries[at].source, source))
        at = (at + 1) & (t->size - 1);
    return &t->entries[at];
}

static int widen(struct sources *t)
{
    size_t living = 0;
    for (size_t i = 0; i < t->size; i++)
        living += t->entries[i].call != NULL;
    size_t size = 64;
    while (size < 4 * (living + 1))
        size *= 2;
    struct entry *before = t->entries;
    struct entry *entries = calloc(size, sizeof *entries);
    if (entries == NULL)
        return -1;
    size_t count = t->size;
    t->entries = entries;
    t->size = size;
    t->used = living;
    for (size_t i = 0; i < count; i++)
        if (before[i].call != NULL)
            *find(t, &before[i].source) = before[i];
    free(before);
    return 0;
}

/* -1 without memory. */
static int assign(struct sources *t, const struct endpoint *source, struct call *call)
{
    if (2 * (t->used + 1) > t->size && widen(t))
        return -1;
    struct entry *entry = find(t, source);
    t->used += entry->source.port == 0;
    entry->source = *source;
    entry->call = call;
    return 0;
}

static void release(struct sources *t, const struct call *call)
{
    for (size_t i = 0; i < t->size; i++)
        if (t->entries[i].call == call)
            t->entries[i].call = NULL;
}

/* --- the table of sockets */

static struct call *trunk_of(const struct trunks *t, int socket)
{
    return (size_t)socket < t->count ? t->calls[socket] : NULL;
}

/* -1 without memory. */
static int hear(struct trunks *t, int socket, struct call *call)
{
    if ((size_t)socket >= t->count) {
        size_t count = 2 * (size_t)socket + 64;
        struct call **calls = realloc(t->calls, count * sizeof *calls);
        if (calls == NULL)
            return -1;
        memset(calls + t->count, 0, (count - t->count) * sizeof *calls);
        t->calls = calls;
        t->count = count;
    }
    t->calls[socket] = call;
    return 0;
}

static void ignore(struct trunks *t, int socket)
{
    if ((size_t)socket < t->count)
        t->calls[socket] = NULL;
}
