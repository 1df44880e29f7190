/* The packets of a tick: tone, stamp, SRTP, and out in batches. */

#ifndef SENDING_H
#define SENDING_H

#include <stddef.h>
#include <time.h>

#include "streams.h"

#define AHEAD 2 /* streams */

static inline int64_t clock_now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static inline void put_long(uint8_t *at, uint32_t value)
{
    value = htonl(value);
    memcpy(at, &value, 4);
}

static inline void put_address(struct msghdr *head, struct stream *stream, uint8_t *room)
{
    head->msg_name = &stream->destination;
    head->msg_namelen = stream->destination_length;
    head->msg_control = NULL;
    head->msg_controllen = 0;
    if (!stream->outlet->by_local)
        return;
    head->msg_control = room;
    head->msg_controllen = CMSG_SPACE(sizeof(struct in_pktinfo));
    struct cmsghdr *control = CMSG_FIRSTHDR(head);
    control->cmsg_level = IPPROTO_IP;
    control->cmsg_type = IP_PKTINFO;
    control->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    struct in_pktinfo from = {0};
    memcpy(&from.ipi_spec_dst, stream->sending.local, 4);
    memcpy(CMSG_DATA(control), &from, sizeof from);
}

static void flush(struct packet_loop *loop)
{
    int done = 0, count = loop->out_count;
    while (done < count) {
        int sent = sendmmsg(loop->out_streams[0]->outlet->file, loop->out + done, (unsigned)(count - done), 0);
        if (sent < 0 && errno == EINTR)
            continue;
        for (int index = 0; index < sent; index++)
            loop->out_streams[done + index]->figures.sent++;
        done += sent > 0 ? sent : 0;
        if (sent <= 0)
            loop->out_streams[done++]->figures.unsent++;
    }
    loop->out_count = 0;
}

static int write_packet(struct packet_loop *loop, struct stream *stream, uint8_t *packet)
{
    struct sending *sending = &stream->sending;
    packet[0] = 0x80;
    packet[1] = (uint8_t)(sending->payload_type | (stream->marker ? 0x80 : 0));
    packet[2] = (uint8_t)(stream->sequence >> 8);
    packet[3] = (uint8_t)stream->sequence;
    put_long(packet + 4, stream->timestamp);
    put_long(packet + 8, sending->ssrc);
    memcpy(packet + 12, sending->tone + stream->tone_at, SAMPLES);
    stream->marker = 0;
    stream->sequence++;

    int64_t now = clock_now(CLOCK_MONOTONIC);
    if (sending->stamp_every && stream->until_stamp-- == 0) {
        stream->until_stamp = sending->stamp_every - 1;
        put_long(packet + 12, STAMP_MAGIC);
        put_long(packet + 16, sending->ssrc);
        put_long(packet + 20, (uint32_t)((uint64_t)now >> 32));
        put_long(packet + 24, (uint32_t)now);
    }
    if (!stream->figures.first_sent)
        stream->figures.first_sent = now;
    stream->figures.last_sent = now;
    int length = 12 + SAMPLES;
    if (stream->outbound && loop->protect(stream->outbound, packet, &length) != 0)
        return 0;
    return length;
}

static void send_sound(struct packet_loop *loop, struct stream *stream)
{
    stream->timestamp += SAMPLES;
    stream->tone_at = (stream->tone_at + SAMPLES) % stream->sending.tone_length;
    int ready = stream->destination_length && (stream->outbound || !stream->sending.secure);
    if (!stream->sending.talking || !ready) {
        stream->marker = 1;
        return;
    }
    if (loop->out_count == BATCH || (loop->out_count && loop->out_streams[0]->outlet != stream->outlet))
        flush(loop);
    int at = loop->out_count;
    int length = write_packet(loop, stream, loop->out_data[at]);
    if (!length) {
        stream->figures.unsent++;
        return;
    }
    loop->out_vectors[at] = (struct iovec){loop->out_data[at], (size_t)length};
    struct msghdr *head = &loop->out[at].msg_hdr;
    head->msg_iov = &loop->out_vectors[at];
    head->msg_iovlen = 1;
    head->msg_flags = 0;
    put_address(head, stream, loop->out_control[at]);
    loop->out_streams[at] = stream;
    loop->out_count++;
}

static void send_slot(struct packet_loop *loop, int slot)
{
    struct stream **members = loop->slots[slot].members;
    int count = loop->slots[slot].count;
    for (int index = 0; index < count; index++) {
        if (index + AHEAD < count) /* it was not touched for 20 ms and is in no cache */
            for (size_t line = 0; line < offsetof(struct stream, figures) + 64; line += 64)
                __builtin_prefetch((char *)members[index + AHEAD] + line, 1);
        send_sound(loop, members[index]);
    }
    if (loop->out_count)
        flush(loop);
}

/* One datagram as it is; RTCP is encrypted where there are keys. 0, or what went wrong. */
static int send_datagram(struct packet_loop *loop, struct stream *stream, const uint8_t *data, int length)
{
    uint8_t room[64], copy[LARGEST + 256];
    if (length > LARGEST)
        return EMSGSIZE;
    if (!stream->destination_length)
        return EDESTADDRREQ;
    memcpy(copy, data, (size_t)length);
    int is_rtcp = length >= 8 && data[0] >> 6 == 2 && data[1] >= 192 && data[1] <= 223;
    if (is_rtcp && stream->outbound && loop->protect_rtcp(stream->outbound, copy, &length) != 0)
        return EINVAL;
    struct iovec vector = {copy, (size_t)length};
    struct msghdr head = {.msg_iov = &vector, .msg_iovlen = 1};
    put_address(&head, stream, room);
    return sendmsg(stream->outlet->file, &head, 0) < 0 ? errno : 0;
}

#endif
