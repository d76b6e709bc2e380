// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sys_ptrace.c - ptrace(2), the requests of the tracer.
 *
 * All but TRACEME, ATTACH, SEIZE, INTERRUPT and KILL want a tracee of the caller that stands in a
 * trace-stop; its registers are then in its frame, in memory.
 */
#include "kernel/include/errno.h"
#include "kernel/include/ptrace.h"
#include "kernel/include/sched.h"
#include "kernel/include/signal.h"
#include "kernel/include/string.h"
#include "kernel/include/syscall.h"
#include "kernel/include/vm.h"

#define REGSET_BYTES_MAX 1024u
#define SIGSET_BYTES 8u

struct iovec_k {
    uint64_t base, len;
};

static long trace_me(void)
{
    struct process *parent = current->process->parent;

    if (current->trace || !parent || list_is_empty(&parent->threads))
        return -EPERM;
    return trace_attach(list_first(&parent->threads, struct thread, process_node), current, false,
                        0);
}

static bool may_trace(const struct process *p)
{
    const struct cred *mine = &current->process->cred, *its = &p->cred;

    if (cred_is_privileged(mine))
        return true;
    return p->dumpable && mine->uid == its->uid && mine->uid == its->euid &&
           mine->uid == its->suid && mine->gid == its->gid && mine->gid == its->egid &&
           mine->gid == its->sgid;
}

static long attach(int32_t tid, bool seize, uint64_t addr, uint64_t options)
{
    struct thread *t = thread_find(tid);
    struct ksiginfo stop;
    long error;

    if (!t || !t->process)
        return -ESRCH;
    if (seize && (addr || (options & ~(uint64_t)PTRACE_O_ALL)))
        return -EIO;
    if (t->process == current->process || t->trace || !may_trace(t->process))
        return -EPERM;
    error = trace_attach(current, t, seize, seize ? (unsigned)options : 0);
    if (error)
        return error;
    if (!seize) {
        siginfo_from_current(&stop, SIGSTOP, SI_KERNEL);
        signal_send_thread(t, SIGSTOP, &stop);
    }
    if (t->process->stopped)
        sched_continue(t); /* from the group's stop into a trace-stop */
    return 0;
}

static struct trace *tracee_of_caller(int32_t tid)
{
    struct thread *t = thread_find(tid);

    return t && t->trace && t->trace->tracer == current ? t->trace : NULL;
}

static long interrupt(struct trace *tr)
{
    struct thread *t = tr->thread;

    if (!tr->seized)
        return -EIO;
    if (tr->listening) {
        trace_continued(t);
        return 0;
    }
    t->trap_requested = t->signal_pending = true;
    if (t->state == THREAD_PARKED && t->park_interruptible)
        sched_unpark(t);
    return 0;
}

static long peek(struct trace *tr, uint64_t addr, vaddr_t uword)
{
    uint64_t word;

    if (!tr->thread->process->vm || vm_copy_in(tr->thread->process->vm, &word, addr, sizeof(word)))
        return -EIO;
    return copy_to_user(uword, &word, sizeof(word));
}

static long poke(struct trace *tr, uint64_t addr, uint64_t word)
{
    struct vm_map *m = tr->thread->process->vm;

    return !m || vm_copy_out_forced(m, addr, &word, sizeof(word)) ? -EIO : 0;
}

static long resume(struct trace *tr, long request, uint64_t signo)
{
    if (signo > SIGNAL_COUNT)
        return -EIO;
    tr->syscalls = request == PTRACE_SYSCALL;
    trace_set_step(tr->thread, request == PTRACE_SINGLESTEP);
    trace_resume(tr, (int)signo);
    return 0;
}

static long listen(struct trace *tr)
{
    if (!tr->seized || tr->kind != TRACE_EVENT || tr->code >> 8 != PTRACE_EVENT_STOP)
        return -EIO;
    tr->listening = true;
    if (tr->notify) {
        tr->notify = false;
        trace_continued(tr->thread);
    }
    return 0;
}

/* The set as it is, in `bytes`; `iov` is what the tracer says, no longer than the set. */
static long regset_begin(struct trace *tr, unsigned type, vaddr_t uiov, uint8_t *bytes,
                         struct iovec_k *iov)
{
    long n;

    if (copy_from_user(iov, uiov, sizeof(*iov)))
        return -EFAULT;
    n = frame_get_regset(tr->thread, type, bytes);
    if (n < 0)
        return n;
    if (iov->len > (uint64_t)n)
        iov->len = (uint64_t)n;
    return 0;
}

static long get_regset(struct trace *tr, unsigned type, vaddr_t uiov)
{
    uint8_t bytes[REGSET_BYTES_MAX];
    struct iovec_k iov;
    long err = regset_begin(tr, type, uiov, bytes, &iov);

    if (err)
        return err;
    if (copy_to_user(iov.base, bytes, iov.len) || copy_to_user(uiov, &iov, sizeof(iov)))
        return -EFAULT;
    return 0;
}

static long set_regset(struct trace *tr, unsigned type, vaddr_t uiov)
{
    uint8_t bytes[REGSET_BYTES_MAX];
    struct iovec_k iov;
    long err = regset_begin(tr, type, uiov, bytes, &iov);

    if (err)
        return err;
    if (copy_from_user(bytes, iov.base, iov.len))
        return -EFAULT;
    err = frame_set_regset(tr->thread, type, bytes);
    return err ? err : copy_to_user(uiov, &iov, sizeof(iov));
}

static bool signal_info_is_there(const struct trace *tr)
{
    return !(tr->kind == TRACE_EVENT && (!tr->seized || tr->code >> 8 == PTRACE_EVENT_STOP) &&
             (tr->code & 0x7f) != SIGTRAP);
}

static long signal_info(struct trace *tr, long request, vaddr_t u)
{
    if (!signal_info_is_there(tr))
        return -EINVAL; /* a stop of the group has none */
    if (request == PTRACE_GETSIGINFO)
        return copy_to_user(u, &tr->info, sizeof(tr->info));
    return copy_from_user(&tr->info, u, sizeof(tr->info));
}

static long signal_mask(struct trace *tr, long request, uint64_t size, vaddr_t u)
{
    struct thread *t = tr->thread;
    sigset_k set = t->signal_mask;

    if (size != SIGSET_BYTES)
        return -EINVAL;
    if (request == PTRACE_GETSIGMASK)
        return copy_to_user(u, &set, sizeof(set));
    if (copy_from_user(&set, u, sizeof(set)))
        return -EFAULT;
    t->signal_mask = set & ~SIG_UNBLOCKABLE;
    signal_recompute(t);
    return 0;
}

static long syscall_info(struct trace *tr, uint64_t size, vaddr_t u)
{
    struct ptrace_syscall_info_k info = { .arch = arch_audit };
    struct trap_frame *f = tr->thread->frame;
    uint64_t bytes = PTRACE_SYSCALL_INFO_NONE_BYTES;

    info.pc = frame_pc(f);
    info.sp = frame_sp(f);
    if (tr->kind == TRACE_SYSCALL_ENTRY) {
        info.op = PTRACE_SYSCALL_INFO_ENTRY;
        info.entry.number = tr->syscall_number;
        frame_syscall_args(f, info.entry.args);
        bytes = PTRACE_SYSCALL_INFO_ENTRY_BYTES;
    } else if (tr->kind == TRACE_SYSCALL_EXIT) {
        info.op = PTRACE_SYSCALL_INFO_EXIT;
        info.exit.result = frame_result(f);
        info.exit.is_error = (uint64_t)info.exit.result >= (uint64_t)-4095l;
        bytes = PTRACE_SYSCALL_INFO_EXIT_BYTES;
    }
    if (copy_to_user(u, &info, size < bytes ? size : bytes))
        return -EFAULT;
    return (long)bytes;
}

static long set_options(struct trace *tr, uint64_t options)
{
    if (options & ~(uint64_t)PTRACE_O_ALL)
        return -EINVAL;
    tr->options = (unsigned)options;
    return 0;
}

static long detach(struct trace *tr, uint64_t signo)
{
    if (signo > SIGNAL_COUNT)
        return -EIO;
    trace_detach(tr, (int)signo);
    return 0;
}

/* Requests on a tracee in a trace-stop. */
static long request_stopped(struct trace *tr, long request, uint64_t addr, uint64_t data)
{
    switch (request) {
    case PTRACE_PEEKTEXT:
    case PTRACE_PEEKDATA:
        return peek(tr, addr, data);
    case PTRACE_POKETEXT:
    case PTRACE_POKEDATA:
        return poke(tr, addr, data);
    case PTRACE_CONT:
    case PTRACE_SINGLESTEP:
    case PTRACE_SYSCALL:
        return resume(tr, request, data);
    case PTRACE_DETACH:
        return detach(tr, data);
    case PTRACE_SETOPTIONS:
        return set_options(tr, data);
    case PTRACE_GETEVENTMSG:
        return copy_to_user(data, &tr->message, sizeof(tr->message));
    case PTRACE_GETSIGINFO:
    case PTRACE_SETSIGINFO:
        return signal_info(tr, request, data);
    case PTRACE_GETREGSET:
        return get_regset(tr, (unsigned)addr, data);
    case PTRACE_SETREGSET:
        return set_regset(tr, (unsigned)addr, data);
    case PTRACE_LISTEN:
        return listen(tr);
    case PTRACE_GETSIGMASK:
    case PTRACE_SETSIGMASK:
        return signal_mask(tr, request, addr, data);
    case PTRACE_GET_SYSCALL_INFO:
        return syscall_info(tr, addr, data);
    default:
        return arch_ptrace(tr->thread, request, addr, data);
    }
}

SYSCALL4(ptrace, long, request, int, tid, uint64_t, addr, uint64_t, data)
{
    struct trace *tr;

    switch (request) {
    case PTRACE_TRACEME:
        return trace_me();
    case PTRACE_ATTACH:
    case PTRACE_SEIZE:
        return attach(tid, request == PTRACE_SEIZE, addr, data);
    }
    tr = tracee_of_caller(tid);
    if (!tr)
        return -ESRCH;
    if (request == PTRACE_KILL)
        return signal_send_process(tr->thread->process, SIGKILL, NULL);
    if (request == PTRACE_INTERRUPT)
        return interrupt(tr);
    return tr->stopped && !tr->listening ? request_stopped(tr, request, addr, data) : -ESRCH;
}
