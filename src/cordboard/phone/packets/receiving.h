/* What comes in: RTP is counted and looked into, the rest waits for Python. */

#ifndef RECEIVING_H
#define RECEIVING_H

#include <sys/eventfd.h>

#include "sending.h"

#define LOOK_EVERY 100000000LL /* ten looks for the tone a second and stream are enough */
#define QUEUE_LIMIT 65536
#define REPLAY_FAILED 9  /* libsrtp's status: this one was here before */
#define REPLAY_TOO_OLD 10

static inline uint32_t get_long(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, 4);
    return ntohl(value);
}

static void queue_datagram(struct packet_loop *loop, struct stream *stream, const union address *source,
                           const uint8_t *data, int length)
{
    if (loop->queued >= QUEUE_LIMIT)
        return;
    struct datagram *datagram = malloc(sizeof *datagram + (size_t)length);
    if (!datagram)
        return;
    datagram->next = NULL;
    datagram->number = stream->number;
    datagram->source = *source;
    datagram->length = length;
    memcpy(datagram->data, data, (size_t)length);
    *loop->last = datagram;
    loop->last = &datagram->next;
    loop->queued++;
    loop->news = 1;
}

static int payload_start(const uint8_t *packet, int length)
{
    int start = 12 + 4 * (packet[0] & 0x0F);
    if (packet[0] & 0x10) {
        if (length < start + 4)
            return length;
        start += 4 + 4 * (packet[start + 2] << 8 | packet[start + 3]);
    }
    return start < length ? start : length;
}

static void look_for_tone(struct packet_loop *loop, struct stream *stream, int law, const uint8_t *codes, int count,
                          int64_t arrival)
{
    struct figures *figures = &stream->figures;
    if (arrival < stream->next_look && figures->first_heard)
        return;
    stream->next_look = arrival + LOOK_EVERY;
    double share = tone_share(codes, count, loop->linear[law], stream->sending.coefficient);
    figures->tone = figures->looks++ ? figures->tone + (share - figures->tone) / TONE_MEMORY : share;
    if (!figures->first_heard && share > 0.5)
        figures->first_heard = arrival;
}

static void look_into(struct packet_loop *loop, struct stream *stream, const uint8_t *packet, int length,
                      int64_t arrival)
{
    int type = packet[1] & 0x7F, start = payload_start(packet, length);
    if (type != 0 && type != 8)
        return;
    const uint8_t *payload = packet + start;
    int count = length - start;
    if (count >= STAMP_LENGTH && get_long(payload) == STAMP_MAGIC) {
        uint32_t expected = stream->sending.expected_ssrc;
        if (expected && get_long(payload + 4) != expected)
            stream->figures.foreign++;
        else
            count_latency(&stream->figures.latency,
                          arrival - (int64_t)((uint64_t)get_long(payload + 8) << 32 | get_long(payload + 12)));
        payload += STAMP_LENGTH;
        count -= STAMP_LENGTH;
    }
    look_for_tone(loop, stream, type == 8, payload, count, arrival);
}

static int is_to_be_checked(struct stream *stream)
{
    if (stream->figures.first_heard && stream->until_check > 0) {
        stream->until_check--;
        return 0;
    }
    stream->until_check = stream->sending.check_every > 0 ? stream->sending.check_every - 1 : 0;
    return 1;
}

static void take_media(struct packet_loop *loop, struct stream *stream, uint8_t *packet, int length, int64_t arrival)
{
    struct figures *figures = &stream->figures;
    if (stream->sending.secure && !stream->inbound) {
        figures->refused++;
        return;
    }
    int checked = is_to_be_checked(stream);
    if (checked && stream->inbound) {
        int status = loop->unprotect(stream->inbound, packet, &length);
        if (status == REPLAY_FAILED || status == REPLAY_TOO_OLD)
            figures->repeated++;
        else if (status)
            figures->refused++;
        if (status)
            return;
    }
    uint16_t number = (uint16_t)(packet[2] << 8 | packet[3]);
    enum arrival how = count_sequence(&stream->order, get_long(packet + 8), number, &stream->lost_before);
    if (how == REPEATED) {
        figures->repeated++;
        return;
    }
    figures->late += how == LATE;
    figures->received++;
    if (!figures->first_received)
        figures->first_received = arrival;
    else if (arrival - figures->last_received > figures->longest_gap)
        figures->longest_gap = arrival - figures->last_received;
    figures->last_received = arrival;
    if (checked)
        look_into(loop, stream, packet, length, arrival);
}

static void take_datagram(struct packet_loop *loop, struct outlet *outlet, const union address *source,
                          const uint8_t *local, uint8_t *data, int length, int64_t arrival)
{
    struct stream *stream = owner_of(outlet, source, local);
    if (!stream) {
        loop->strays++;
        return;
    }
    int is_rtcp = 0;
    if (length >= 8 && data[0] >> 6 == 2) {
        is_rtcp = data[1] >= 192 && data[1] <= 223;
        if (!is_rtcp && length >= 12) {
            take_media(loop, stream, data, length, arrival);
            return;
        }
    }
    if (is_rtcp && stream->sending.secure &&
        (!stream->inbound || loop->unprotect_rtcp(stream->inbound, data, &length) != 0)) {
        stream->figures.refused++;
        return;
    }
    queue_datagram(loop, stream, source, data, length);
}

/* The kernel's time of arrival (of the clock of the day) and the address that it was sent to. */
static int64_t read_control(struct msghdr *head, uint8_t *local)
{
    int64_t time = 0;
    for (struct cmsghdr *control = CMSG_FIRSTHDR(head); control; control = CMSG_NXTHDR(head, control)) {
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SO_TIMESTAMPNS) {
            struct timespec stamp;
            memcpy(&stamp, CMSG_DATA(control), sizeof stamp);
            time = stamp.tv_sec * 1000000000LL + stamp.tv_nsec;
        } else if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo to;
            memcpy(&to, CMSG_DATA(control), sizeof to);
            memcpy(local, &to.ipi_addr, 4);
        }
    }
    return time;
}

static int read_outlet(struct packet_loop *loop, struct outlet *outlet)
{
    int most = outlet->places ? READS : 4;
    for (int index = 0; index < most; index++) {
        struct msghdr *head = &loop->in[index].msg_hdr;
        loop->in_vectors[index] = (struct iovec){loop->in_data[index], LARGEST};
        *head = (struct msghdr){.msg_name = &loop->in_names[index], .msg_namelen = sizeof loop->in_names[index],
                                .msg_iov = &loop->in_vectors[index], .msg_iovlen = 1,
                                .msg_control = loop->in_control[index],
                                .msg_controllen = sizeof loop->in_control[index]};
    }
    int count = recvmmsg(outlet->file, loop->in, (unsigned)most, MSG_DONTWAIT, NULL);
    int64_t now = clock_now(CLOCK_MONOTONIC), offset = clock_now(CLOCK_REALTIME) - now;
    for (int index = 0; index < count; index++) {
        uint8_t local[4] = {0};
        int64_t arrival = read_control(&loop->in[index].msg_hdr, local) - offset;
        if (arrival > now || arrival < now - 10000000000LL)
            arrival = now; /* no stamp, or the clock of the day was set */
        take_datagram(loop, outlet, &loop->in_names[index], local, loop->in_data[index],
                      (int)loop->in[index].msg_len, arrival);
    }
    return count == most;
}

#endif
