// SPDX-License-Identifier: GPL-2.0-or-later
/* Extended attributes of the trusted and security kind, and of none. */
#include "contract.h"

#include <sys/xattr.h>

int main(void)
{
    char b[64] = {0};
    int fd = file_with("/tmp/f", "");

    R(setxattr("/tmp/f", "trusted.one", "value", 5, 0));
    R(getxattr("/tmp/f", "trusted.one", b, sizeof(b)));
    S(b);
    R(getxattr("/tmp/f", "trusted.one", b, 2));
    R(getxattr("/tmp/f", "trusted.one", NULL, 0));
    R(getxattr("/tmp/f", "trusted.none", b, sizeof(b)));
    R(setxattr("/tmp/f", "trusted.one", "x", 1, XATTR_CREATE));
    R(setxattr("/tmp/f", "trusted.two", "x", 1, XATTR_REPLACE));
    R(fsetxattr(fd, "trusted.two", "", 0, 0));
    R(fgetxattr(fd, "trusted.two", b, sizeof(b)));
    R(listxattr("/tmp/f", NULL, 0));
    R(listxattr("/tmp/f", b, 3));
    R(removexattr("/tmp/f", "trusted.one"));
    R(removexattr("/tmp/f", "trusted.one"));
    R(listxattr("/tmp/f", b, sizeof(b)));
    R(setxattr("/tmp/f", "nonsense", "x", 1, 0));
    R(setxattr("/tmp/f", "", "x", 1, 0));
    R(setxattr("/none", "trusted.one", "x", 1, 0));
    R(setxattr("/tmp/f", "trusted.one", "x", 1, 8));
    CHILD(setuid(6); R(setxattr("/tmp/f", "trusted.u", "x", 1, 0));
          R(getxattr("/tmp/f", "trusted.two", b, 1)));
    return verdict();
}
