/*
 * Asterisk leaves 127.0.0.0/8 out when it gathers ICE host candidates (res_rtp_asterisk). With this library loaded
 * first, the one interface that it finds is 198.51.100.1 (TEST-NET-2, RFC 5737), which its rtp.conf then maps to
 * 127.0.0.1. Nothing is ever sent to or from the made-up address.
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>

struct interface {
    struct ifaddrs entry;
    struct sockaddr_in address, mask;
    char name[8];
};

int getifaddrs(struct ifaddrs **list)
{
    struct interface *only = calloc(1, sizeof *only);

    if (!only)
        return -1;
    only->name[0] = 'b';
    only->address.sin_family = only->mask.sin_family = AF_INET;
    inet_pton(AF_INET, "198.51.100.1", &only->address.sin_addr);
    only->mask.sin_addr.s_addr = INADDR_BROADCAST;
    only->entry.ifa_name = only->name;
    only->entry.ifa_flags = IFF_UP | IFF_RUNNING;
    only->entry.ifa_addr = (struct sockaddr *)&only->address;
    only->entry.ifa_netmask = (struct sockaddr *)&only->mask;
    *list = &only->entry;
    return 0;
}

void freeifaddrs(struct ifaddrs *list)
{
    free(list);
}
