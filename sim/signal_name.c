/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/signal_name.c - names of signals and error codes of Linux; the same on both CPUs. */
#include "sim/syscall_text.h"

static const char *const signals[65] = {
    "SIG0",      "SIGHUP",  "SIGINT",    "SIGQUIT", "SIGILL",    "SIGTRAP", "SIGABRT", "SIGBUS",
    "SIGFPE",    "SIGKILL", "SIGUSR1",   "SIGSEGV", "SIGUSR2",   "SIGPIPE", "SIGALRM", "SIGTERM",
    "SIGSTKFLT", "SIGCHLD", "SIGCONT",   "SIGSTOP", "SIGTSTP",   "SIGTTIN", "SIGTTOU", "SIGURG",
    "SIGXCPU",   "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH",  "SIGIO",   "SIGPWR",  "SIGSYS",
    "SIGRT32",   "SIGRT33", "SIGRT34",   "SIGRT35", "SIGRT36",   "SIGRT37", "SIGRT38", "SIGRT39",
    "SIGRT40",   "SIGRT41", "SIGRT42",   "SIGRT43", "SIGRT44",   "SIGRT45", "SIGRT46", "SIGRT47",
    "SIGRT48",   "SIGRT49", "SIGRT50",   "SIGRT51", "SIGRT52",   "SIGRT53", "SIGRT54", "SIGRT55",
    "SIGRT56",   "SIGRT57", "SIGRT58",   "SIGRT59", "SIGRT60",   "SIGRT61", "SIGRT62", "SIGRT63",
    "SIGRT64",
};

static const char *const errors[134] = {
    [1] = "EPERM",         [2] = "ENOENT",       [3] = "ESRCH",        [4] = "EINTR",
    [5] = "EIO",           [6] = "ENXIO",        [7] = "E2BIG",        [8] = "ENOEXEC",
    [9] = "EBADF",         [10] = "ECHILD",      [11] = "EAGAIN",      [12] = "ENOMEM",
    [13] = "EACCES",       [14] = "EFAULT",      [15] = "ENOTBLK",     [16] = "EBUSY",
    [17] = "EEXIST",       [18] = "EXDEV",       [19] = "ENODEV",      [20] = "ENOTDIR",
    [21] = "EISDIR",       [22] = "EINVAL",      [23] = "ENFILE",      [24] = "EMFILE",
    [25] = "ENOTTY",       [26] = "ETXTBSY",     [27] = "EFBIG",       [28] = "ENOSPC",
    [29] = "ESPIPE",       [30] = "EROFS",       [31] = "EMLINK",      [32] = "EPIPE",
    [33] = "EDOM",         [34] = "ERANGE",      [35] = "EDEADLK",     [36] = "ENAMETOOLONG",
    [37] = "ENOLCK",       [38] = "ENOSYS",      [39] = "ENOTEMPTY",   [40] = "ELOOP",
    [42] = "ENOMSG",       [61] = "ENODATA",     [62] = "ETIME",       [71] = "EPROTO",
    [75] = "EOVERFLOW",    [84] = "EILSEQ",      [88] = "ENOTSOCK",    [89] = "EDESTADDRREQ",
    [90] = "EMSGSIZE",     [91] = "EPROTOTYPE",  [92] = "ENOPROTOOPT", [93] = "EPROTONOSUPPORT",
    [94] = "ESOCKTNOSUPPORT", [95] = "EOPNOTSUPP", [97] = "EAFNOSUPPORT", [98] = "EADDRINUSE",
    [99] = "EADDRNOTAVAIL", [103] = "ECONNABORTED", [104] = "ECONNRESET", [105] = "ENOBUFS",
    [106] = "EISCONN",     [107] = "ENOTCONN",   [110] = "ETIMEDOUT",  [111] = "ECONNREFUSED",
    [114] = "EALREADY",    [115] = "EINPROGRESS", [130] = "EOWNERDEAD", [131] = "ENOTRECOVERABLE",
};

const char *signal_name(int signo)
{
    return signo > 0 && signo < (int)ARRAY_LEN(signals) ? signals[signo] : "SIG?";
}

const char *errno_name(int code)
{
    return code > 0 && code < (int)ARRAY_LEN(errors) ? errors[code] : NULL;
}
