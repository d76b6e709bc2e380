// SPDX-License-Identifier: GPL-2.0-or-later
/* Several messages in one call. */
#include "net.h"

int main(void)
{
    int s[2];
    char in[4][8] = {"one", "two", "three", "four"}, out[4][8] = {""};
    struct iovec iv[4], ov[4];
    struct mmsghdr im[4] = {0}, om[4] = {0};
    struct timespec t = {0, 20000000}, bad = {0, -1};

    CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, s) == 0);
    for (int i = 0; i < 4; i++) {
        iv[i] = (struct iovec){in[i], strlen(in[i])};
        ov[i] = (struct iovec){out[i], i == 2 ? 2 : 8};
        im[i].msg_hdr.msg_iov = &iv[i];
        om[i].msg_hdr.msg_iov = &ov[i];
        im[i].msg_hdr.msg_iovlen = om[i].msg_hdr.msg_iovlen = 1;
    }
    R(sendmmsg(s[0], im, 3, 0));
    SAY("%u %u %u", im[0].msg_len, im[1].msg_len, im[2].msg_len);
    R(recvmmsg(s[1], om, 4, MSG_DONTWAIT, NULL));
    SAY("%u %u %u, flags 0x%x, \"%.8s\" \"%.8s\" \"%.2s\"", om[0].msg_len, om[1].msg_len,
        om[2].msg_len, om[2].msg_hdr.msg_flags, out[0], out[1], out[2]);
    R(recvmmsg(s[1], om, 4, MSG_DONTWAIT, NULL));
    R(sendmmsg(s[0], im, 0, 0));
    R(sendmmsg(s[0], im, 2, 0));
    R(recvmmsg(s[1], om, 4, MSG_WAITFORONE, NULL));
    R(sendmmsg(s[0], im, 4, 0));
    R(recvmmsg(s[1], om, 2, 0, &t));
    R(recvmmsg(s[1], om, 2, 0, &bad));
    R(recvmmsg(99, om, 2, 0, NULL));
    iv[1].iov_base = nowhere;
    R(sendmmsg(s[0], im, 3, 0));
    im[0].msg_hdr.msg_iov = nowhere;
    R(sendmmsg(s[0], im, 3, 0));
    close(s[1]);
    im[0].msg_hdr.msg_iov = &iv[0];
    R(sendmmsg(s[0], im, 1, 0));
    return verdict();
}
