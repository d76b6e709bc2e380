/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uapi.h - numbers and structures of Linux's socket calls; the same on both CPUs. */
#ifndef KERNEL_NET_UAPI_H
#define KERNEL_NET_UAPI_H

#include <stdint.h>

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
#define AF_COUNT 46

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_RDM 4
#define SOCK_SEQPACKET 5
#define SOCK_COUNT 11
#define SOCK_TYPE_MASK 0xfu
#define SOMAXCONN 4096u

#define IPPROTO_IP 0
#define IPPROTO_ICMP 1
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_IPV6 41

#define MSG_OOB 0x1u
#define MSG_PEEK 0x2u
#define MSG_CTRUNC 0x8u
#define MSG_TRUNC 0x20u
#define MSG_DONTWAIT 0x40u
#define MSG_EOR 0x80u
#define MSG_WAITALL 0x100u
#define MSG_ERRQUEUE 0x2000u
#define MSG_NOSIGNAL 0x4000u
#define MSG_WAITFORONE 0x10000u
#define MSG_CMSG_CLOEXEC 0x40000000u

#define TCP_ESTABLISHED 1
#define TCP_SYN_SENT 2
#define TCP_FIN_WAIT1 4
#define TCP_FIN_WAIT2 5
#define TCP_TIME_WAIT 6
#define TCP_CLOSE 7
#define TCP_CLOSE_WAIT 8
#define TCP_LAST_ACK 9
#define TCP_LISTEN 10

#define SOL_SOCKET 1
#define SCM_RIGHTS 1
#define SCM_CREDENTIALS 2

#define SIOCINQ 0x541bu  /* FIONREAD */
#define SIOCOUTQ 0x5411u /* TIOCOUTQ */

#define SIGPIPE_NUMBER 13

#define UNIX_PATH_OFFSET 2u
#define UNIX_PATH_BYTES 108u
struct sockaddr_un_k {
    uint16_t family;
    char path[UNIX_PATH_BYTES];
};

struct sockaddr_in_k {
    uint16_t family;
    uint16_t port; /* in network order, as all that follows */
    uint8_t addr[4];
    uint8_t zero[8];
};

#define SOCKADDR_IN6_BYTES_MIN 24u /* without the scope */
struct sockaddr_in6_k {
    uint16_t family;
    uint16_t port;
    uint32_t flowinfo;
    uint8_t addr[16];
    uint32_t scope_id;
};

struct sockaddr_nl_k {
    uint16_t family;
    uint16_t pad;
    uint32_t pid;
    uint32_t groups;
};

struct sockaddr_any {
    union {
        uint16_t family;
        struct sockaddr_un_k un;
        struct sockaddr_in_k in;
        struct sockaddr_in6_k in6;
        struct sockaddr_nl_k nl;
        uint8_t bytes[128];
    };
};

struct msghdr_k {
    uint64_t name;
    int32_t name_len;
    uint32_t pad0;
    uint64_t iov;
    uint64_t iov_len;
    uint64_t control;
    uint64_t control_len;
    uint32_t flags;
    uint32_t pad1;
};

struct mmsghdr_k {
    struct msghdr_k hdr;
    uint32_t len;
    uint32_t pad;
};

struct cmsghdr_k {
    uint64_t len;
    int32_t level;
    int32_t type;
};
#define CMSG_ALIGN(n) (((n) + 7) & ~(size_t)7)

struct ucred_k {
    int32_t pid;
    uint32_t uid, gid;
};

struct linger_k {
    int32_t on, seconds;
};

#endif
