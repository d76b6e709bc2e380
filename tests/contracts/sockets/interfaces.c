// SPDX-License-Identifier: GPL-2.0-or-later
/* The loopback interface, by SIOC* and by getifaddrs (a route netlink socket). */
#include "net.h"

#include <ifaddrs.h>
#include <net/if.h>

int main(void)
{
    int s = socket(AF_INET, SOCK_DGRAM, 0), u = socket(AF_UNIX, SOCK_STREAM, 0);
    struct ifreq r = {0};
    struct ifaddrs *list, *i;
    struct ifconf conf = {0};
    struct ifreq room[4];
    char text[64];

    strcpy(r.ifr_name, "lo");
    R(ioctl(s, SIOCGIFFLAGS, &r));
    X(r.ifr_flags);
    R(ioctl(u, SIOCGIFFLAGS, &r));
    R(ioctl(s, SIOCGIFADDR, &r));
    S(inet_ntoa(((struct sockaddr_in *)&r.ifr_addr)->sin_addr));
    R(ioctl(s, SIOCGIFNETMASK, &r));
    S(inet_ntoa(((struct sockaddr_in *)&r.ifr_addr)->sin_addr));
    R(ioctl(s, SIOCGIFMTU, &r));
    V(r.ifr_mtu);
    R(ioctl(s, SIOCGIFINDEX, &r));
    V(r.ifr_ifindex);
    R(ioctl(s, SIOCGIFHWADDR, &r));
    V(r.ifr_hwaddr.sa_family);
    R(ioctl(s, SIOCGIFNAME, &r));
    strcpy(r.ifr_name, "none0");
    R(ioctl(s, SIOCGIFFLAGS, &r));
    R(ioctl(s, 0x8999, &r));
    conf.ifc_len = sizeof(room);
    conf.ifc_req = room;
    R(ioctl(s, SIOCGIFCONF, &conf));
    SAY("%zu, %s", conf.ifc_len / sizeof(room[0]), room[0].ifr_name);
    V(if_nametoindex("lo"));
    V(if_nametoindex("none0"));
    R(getifaddrs(&list));
    for (i = list; i; i = i->ifa_next) {
        int family = i->ifa_addr ? i->ifa_addr->sa_family : -1;

        text[0] = '\0';
        if (family == AF_INET)
            inet_ntop(family, &((struct sockaddr_in *)i->ifa_addr)->sin_addr, text, sizeof(text));
        if (family == AF_INET6)
            inet_ntop(family, &((struct sockaddr_in6 *)i->ifa_addr)->sin6_addr, text, sizeof(text));
        SAY("%s: family %d %s, flags 0x%x", i->ifa_name, family, text, i->ifa_flags);
    }
    return verdict();
}
