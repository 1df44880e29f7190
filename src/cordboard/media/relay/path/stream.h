/* One way through a call: the usual path of `rtp/statistics.py` and `rtp/rewrite.py`, on the same state.
 *
 * Owns nothing. `struct stream` lives in memory of Python's (`state.py` has the same layout), where the objects
 * `ReceptionStatistics` and `StreamRewriter` keep their fields in it: what is counted here is what they see.
 *
 * Theory of operation. `stream_take` first decides, and changes nothing meanwhile, whether a packet is usual: the known
 * source, the next packet or one after a loss, a timestamp that follows, no event. If so it counts and rewrites it in
 * place; if not it says so, and Python does both. A loss leaves room for late packets: which numbers are missing is
 * Python's knowledge, so it is noted in `gaps` and caught up on before Python looks at the next packet of the stream.
 */

#include <stdint.h>
#include <string.h>
#include <arpa/inet.h>

enum { HEADER = 12, GAPS = 16 };

/* As in rtp/statistics.py and rtp/rewrite.py. */
#define MAXIMUM_DROPOUT 3000
#define BURST 50
#define FASTEST 200.0
#define LEAP 4.0
#define LONGEST_PACKET 0.2

enum way { DROP, PASS, TO_ALAW, TO_ULAW, OTHER }; /* of a payload number; OTHER is Python's */
enum outcome { UNUSUAL, SWALLOWED, SEND };

struct reception {
    double transit, jitter;
    int64_t cycles, received, bursts, gap_missing;
    uint32_t ssrc, timestamp, clock_rate;
    uint16_t highest, gap_after;
    uint8_t has_ssrc, has_transit, has_timestamp, unused;
};

struct gap {
    uint32_t timestamp_offset;
    uint16_t sequence, step, sequence_offset, unused;
};

struct rewriter {
    double latest_at;
    uint64_t packets, octets;
    uint32_t ssrc, source, latest, leap, clock_rate, timestamp_offset;
    uint16_t sequence, highest, sequence_offset;
    uint8_t has_source, gap_count;
    struct gap gaps[GAPS];
    uint8_t way[128], number[128];
};

struct stream {
    struct reception reception;
    struct rewriter rewriter;
    double first_received, last_received, first_sent;
    int64_t sent;
};

struct header {
    uint8_t first, second;
    uint16_t sequence;
    uint32_t timestamp, ssrc;
};

static struct header read_header(const uint8_t *packet)
{
    struct header h;
    memcpy(&h, packet, HEADER);
    h.sequence = ntohs(h.sequence);
    h.timestamp = ntohl(h.timestamp);
    h.ssrc = ntohl(h.ssrc);
    return h;
}

static void write_header(uint8_t *packet, uint8_t second, uint16_t sequence, uint32_t timestamp, uint32_t ssrc)
{
    struct header h = {0x80, second, htons(sequence), htonl(timestamp), htonl(ssrc)};
    memcpy(packet, &h, HEADER);
}

/* --- what was received */

static int reception_is_usual(const struct reception *r, const struct header *h)
{
    uint16_t step = (uint16_t)(h->sequence - r->highest);
    return r->has_ssrc && h->ssrc == r->ssrc && step > 0 && step < MAXIMUM_DROPOUT;
}

static void reception_measure(struct reception *r, uint32_t timestamp, double now)
{
    if (r->has_timestamp && timestamp == r->timestamp)
        return;
    double transit = now * r->clock_rate - timestamp;
    if (r->has_transit) {
        double deviation = transit > r->transit ? transit - r->transit : r->transit - transit;
        if (deviation < r->clock_rate * 4.0)
            r->jitter += (deviation - r->jitter) / 16;
    }
    r->transit = transit;
    r->timestamp = timestamp;
    r->has_transit = r->has_timestamp = 1;
}

static void reception_count(struct reception *r, const struct header *h, double now)
{
    uint16_t step = (uint16_t)(h->sequence - r->highest);
    if (step > 1) {
        r->bursts++;
        r->gap_after = r->highest;
        r->gap_missing = step - 1;
    }
    if (h->sequence < r->highest)
        r->cycles += 0x10000;
    r->highest = h->sequence;
    r->received++;
    reception_measure(r, h->timestamp, now);
}

/* --- what is sent instead */

static int is_loss(const struct rewriter *w, uint16_t step, double now)
{
    int64_t possible = BURST + (int64_t)((now - w->latest_at) * FASTEST);
    return step <= possible && step <= MAXIMUM_DROPOUT;
}

static int is_plausible(const struct rewriter *w, uint32_t ahead, uint16_t step, double now)
{
    double passed = now - w->latest_at;
    if (step <= MAXIMUM_DROPOUT && step * LONGEST_PACKET > passed)
        passed = step * LONGEST_PACKET;
    return ahead < (int64_t)((passed + LEAP) * w->clock_rate);
}

static int rewriter_is_usual(const struct rewriter *w, const struct header *h, double now)
{
    uint8_t way = w->way[h->second & 0x7F];
    uint16_t step = (uint16_t)(h->sequence - w->highest);
    uint32_t ahead = h->timestamp - w->latest;
    int same = w->has_source && h->ssrc == w->source;
    if (way == DROP)
        return !same || step == 1;
    if (way == OTHER || !same)
        return 0;
    if (step == 1)
        return ahead < w->leap;
    return step > 1 && w->gap_count < GAPS && is_loss(w, step, now) && is_plausible(w, ahead, step, now);
}

/* Close up the place of a packet that is not sent. */
static void rewriter_leave_out(struct rewriter *w, const struct header *h)
{
    if (!w->has_source || h->ssrc != w->source)
        return;
    w->highest = h->sequence;
    w->sequence_offset--;
    w->sequence = (uint16_t)(h->sequence + w->sequence_offset);
}

static void rewriter_note_gap(struct rewriter *w, uint16_t sequence, uint16_t step)
{
    w->gaps[w->gap_count++] = (struct gap){w->timestamp_offset, sequence, step, w->sequence_offset, 0};
}

static void translate(uint8_t *payload, int length, const uint8_t *table)
{
    for (int i = 0; i < length; i++)
        payload[i] = table[payload[i]];
}

static void rewriter_rewrite(struct rewriter *w, const struct header *h, uint8_t *packet, int length, double now)
{
    uint16_t step = (uint16_t)(h->sequence - w->highest);
    if (step > 1)
        rewriter_note_gap(w, h->sequence, step);
    w->highest = h->sequence;
    w->latest = h->timestamp;
    w->latest_at = now;
    w->sequence = (uint16_t)(h->sequence + w->sequence_offset);
    w->packets++;
    w->octets += (uint64_t)(length - HEADER);
    uint8_t second = (uint8_t)(w->number[h->second & 0x7F] | (h->second & 0x80));
    write_header(packet, second, w->sequence, h->timestamp + w->timestamp_offset, w->ssrc);
}

/* One RTP packet of at least `HEADER` octets that came at `now`, rewritten in place if it is to be sent. `tables` are
 * those for TO_ALAW and TO_ULAW. */
static enum outcome stream_take(struct stream *s, uint8_t *packet, int length, double now, uint8_t tables[2][256])
{
    struct header h = read_header(packet);
    if (h.first != 0x80 || !reception_is_usual(&s->reception, &h) || !rewriter_is_usual(&s->rewriter, &h, now))
        return UNUSUAL;
    reception_count(&s->reception, &h, now);
    s->last_received = now;
    uint8_t way = s->rewriter.way[h.second & 0x7F];
    if (way == DROP) {
        rewriter_leave_out(&s->rewriter, &h);
        return SWALLOWED;
    }
    rewriter_rewrite(&s->rewriter, &h, packet, length, now);
    if (way != PASS)
        translate(packet + HEADER, length - HEADER, tables[way - TO_ALAW]);
    return SEND;
}
