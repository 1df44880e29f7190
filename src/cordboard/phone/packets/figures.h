/* What one stream has sent and heard: counters, a histogram of latency, the order of sequence numbers, the tone.
   The layout of `struct figures` is known to binding.py; the rules are those of latency.py and hearing.py. */

#ifndef FIGURES_H
#define FIGURES_H

#include <stdint.h>
#include <string.h>

#define STEPS 16
#define BUCKETS (21 * STEPS)
#define DROPOUT 3000 /* a jump of the sequence by more is another source's */
#define WINDOW 64
#define TONE_MEMORY 4 /* one look in four decides what was heard lately */
#define LOUD 0.0005   /* mean square, full scale is 1: about -33 dB */
#define STAMP_LENGTH 16
#define STAMP_MAGIC 0x9BC4A1E7u

struct latency {
    int64_t longest; /* nanoseconds */
    uint32_t counts[BUCKETS];
};

struct figures {
    uint64_t sent, unsent, received, lost, late, repeated, refused, foreign;
    int64_t first_sent, last_sent, first_received, last_received, first_heard, longest_gap; /* nanoseconds */
    double tone;
    uint64_t looks; /* how often the tone was looked for */
    struct latency latency;
};

/* The order of one source's packets. `highest` and `base` count on beyond 16 bits. */
struct sequence {
    uint32_t ssrc;
    int started;
    uint64_t base, highest, fresh, window;
};

enum arrival { IN_ORDER, LATE, REPEATED };

static inline int bucket(uint64_t microseconds)
{
    if (microseconds < STEPS)
        return (int)microseconds;
    int doublings = 59 - __builtin_clzll(microseconds);
    int index = doublings * STEPS + (int)(microseconds >> doublings);
    return index < BUCKETS ? index : BUCKETS - 1;
}

static inline void count_latency(struct latency *latency, int64_t nanoseconds)
{
    if (nanoseconds < 0)
        nanoseconds = 0;
    if (nanoseconds > latency->longest)
        latency->longest = nanoseconds;
    latency->counts[bucket((uint64_t)nanoseconds / 1000)]++;
}

static void begin_sequence(struct sequence *order, uint32_t ssrc, uint16_t number)
{
    order->ssrc = ssrc;
    order->started = 1;
    order->base = order->highest = 0x10000u + number;
    order->fresh = 1;
    order->window = 1;
}

static inline uint64_t lost_of(const struct sequence *order)
{
    if (!order->started)
        return 0;
    uint64_t expected = order->highest - order->base + 1;
    return expected > order->fresh ? expected - order->fresh : 0;
}

/* Count one packet; the losses of a source that is replaced are added to `lost`. */
static enum arrival count_sequence(struct sequence *order, uint32_t ssrc, uint16_t number, uint64_t *lost)
{
    uint16_t step = (uint16_t)(number - (uint16_t)order->highest);
    if (order->started && ssrc == order->ssrc) {
        if (step == 0)
            return REPEATED;
        if (step < DROPOUT) {
            order->highest += step;
            order->window = step < WINDOW ? order->window << step | 1 : 1;
            order->fresh++;
            return IN_ORDER;
        }
        uint32_t back = 0x10000u - step;
        if (back <= DROPOUT) {
            if (back < WINDOW) {
                if (order->window >> back & 1)
                    return REPEATED;
                order->window |= 1ull << back;
            }
            if (order->highest - back >= order->base)
                order->fresh++;
            return LATE;
        }
    }
    *lost += lost_of(order);
    begin_sequence(order, ssrc, number);
    return IN_ORDER;
}

/* The share of the energy at the frequency (Goertzel), or, without one, 1 for anything loud and 0 for silence. */
static double tone_share(const uint8_t *codes, int count, const float *linear, double coefficient)
{
    float last = 0, before = 0, total = 0, factor = (float)coefficient;
    for (int index = 0; index < count; index++) {
        float value = linear[codes[index]];
        float next = value + factor * last - before;
        before = last;
        last = next;
        total += value * value;
    }
    if (count == 0 || total / (float)count < (float)LOUD)
        return 0.0;
    if (coefficient == 0.0)
        return 1.0;
    double found = (double)(last * last + before * before - factor * last * before) * 2.0 / count / total;
    return found < 1.0 ? found : 1.0;
}

static void add_figures(struct figures *sum, const struct figures *part)
{
    sum->sent += part->sent;
    sum->unsent += part->unsent;
    sum->received += part->received;
    sum->lost += part->lost;
    sum->late += part->late;
    sum->repeated += part->repeated;
    sum->refused += part->refused;
    sum->foreign += part->foreign;
    const int64_t *from = &part->first_sent;
    int64_t *to = &sum->first_sent;
    for (int index = 0; index < 6; index++) {
        int earliest = index == 0 || index == 2 || index == 4;
        if (from[index] && (to[index] == 0 || (earliest ? from[index] < to[index] : from[index] > to[index])))
            to[index] = from[index];
    }
    sum->tone = part->tone < sum->tone ? part->tone : sum->tone;
    sum->looks += part->looks;
    if (part->latency.longest > sum->latency.longest)
        sum->latency.longest = part->latency.longest;
    for (int index = 0; index < BUCKETS; index++)
        sum->latency.counts[index] += part->latency.counts[index];
}

#endif
