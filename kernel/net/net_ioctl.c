/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_ioctl.c - the SIOC* calls that ask about interfaces. There is one: lo, up, 127.0.0.1. */
#include "kernel/net/socket.h"

#define SIOCGIFNAME 0x8910u
#define SIOCGIFCONF 0x8912u
#define SIOCGIFFLAGS 0x8913u
#define SIOCSIFFLAGS 0x8914u
#define SIOCGIFADDR 0x8915u
#define SIOCSIFADDR 0x8916u
#define SIOCGIFDSTADDR 0x8917u
#define SIOCGIFBRDADDR 0x8919u
#define SIOCGIFNETMASK 0x891bu
#define SIOCGIFMETRIC 0x891du
#define SIOCGIFMTU 0x8921u
#define SIOCGIFHWADDR 0x8927u
#define SIOCGIFINDEX 0x8933u
#define SIOCGIFTXQLEN 0x8942u

#define IFNAME_BYTES 16u
#define IFF_LOOPBACK_UP 0x49u /* UP, LOOPBACK, RUNNING */
#define ARPHRD_LOOPBACK 772
#define LOOPBACK_MTU 65536
#define TX_QUEUE_LEN 1000

struct ifreq_k {
    char name[IFNAME_BYTES];
    union {
        struct sockaddr_in_k addr;
        int16_t flags;
        int32_t number;
        uint8_t bytes[24];
    };
};
_Static_assert(sizeof(struct ifreq_k) == 40, "struct ifreq");

static const struct sockaddr_in_k loopback = {.family = AF_INET, .addr = {127, 0, 0, 1}};

static long get_conf(uint64_t arg)
{
    struct {
        int32_t len, pad;
        uint64_t buf;
    } conf;
    struct ifreq_k r = {.name = "lo"};
    if (port_copy_in(&conf, arg, sizeof(conf)))
        return -EFAULT;
    r.addr = loopback;
    if (conf.buf) {
        bool fits = conf.len >= (int32_t)sizeof(r);
        conf.len = fits ? sizeof(r) : 0;
        if (fits && port_copy_out(conf.buf, &r, sizeof(r)))
            return -EFAULT;
    } else {
        conf.len = sizeof(r);
    }
    return port_copy_out(arg, &conf, sizeof(conf));
}

static long fill(struct ifreq_k *r, unsigned cmd)
{
    memset(r->bytes, 0, sizeof(r->bytes));
    switch (cmd) {
    case SIOCGIFFLAGS:
        r->flags = IFF_LOOPBACK_UP;
        return 0;
    case SIOCGIFADDR:
    case SIOCGIFDSTADDR:
        r->addr = loopback;
        return 0;
    case SIOCGIFBRDADDR:
        r->addr.family = AF_INET;
        return 0;
    case SIOCGIFNETMASK:
        r->addr = (struct sockaddr_in_k){.family = AF_INET, .addr = {255, 0, 0, 0}};
        return 0;
    case SIOCGIFMETRIC:
        return 0;
    case SIOCGIFMTU:
        r->number = LOOPBACK_MTU;
        return 0;
    case SIOCGIFHWADDR:
        r->flags = ARPHRD_LOOPBACK; /* sa_family */
        return 0;
    case SIOCGIFINDEX:
        r->number = 1;
        return 0;
    case SIOCGIFTXQLEN:
        r->number = TX_QUEUE_LEN;
        return 0;
    }
    return -ENOTTY;
}

static bool is_known(unsigned cmd)
{
    struct ifreq_k r;
    return cmd == SIOCGIFNAME || cmd == SIOCSIFFLAGS || cmd == SIOCSIFADDR || !fill(&r, cmd);
}

long net_ioctl(struct socket *s, unsigned cmd, uint64_t arg)
{
    struct ifreq_k r;
    (void)s;
    if (cmd == SIOCGIFCONF)
        return get_conf(arg);
    if (!is_known(cmd))
        return -ENOTTY;
    if (port_copy_in(&r, arg, sizeof(r)))
        return -EFAULT;
    if (cmd == SIOCGIFNAME) {
        if (r.number != 1)
            return -ENODEV;
        memset(r.name, 0, sizeof(r.name));
        strlcpy(r.name, "lo", sizeof(r.name));
        return port_copy_out(arg, &r, sizeof(r));
    }
    r.name[IFNAME_BYTES - 1] = '\0';
    if (strcmp(r.name, "lo"))
        return -ENODEV;
    if (cmd == SIOCSIFFLAGS) /* it is up and stays so */
        return port_is_privileged() ? 0 : -EPERM;
    if (cmd == SIOCSIFADDR)
        return port_is_privileged() ? -EADDRNOTAVAIL : -EPERM;
    long err = fill(&r, cmd);
    return err ? err : port_copy_out(arg, &r, sizeof(r));
}
