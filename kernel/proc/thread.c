// SPDX-License-Identifier: GPL-2.0-or-later
/* thread.c - making and freeing threads, and finding them by number. */
#include "kernel/include/thread.h"
#include "kernel/include/kasan.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/page.h"
#include "kernel/include/ptrace.h"
#include "kernel/proc/ids.h"

#define TID_BUCKETS 64
#define TID_MAX 32768

static struct list buckets[TID_BUCKETS];
static int32_t tid_last;

static struct list *bucket_of(int32_t tid)
{
    struct list *b = &buckets[(unsigned)tid % TID_BUCKETS];

    if (!b->next)
        list_init(b);
    return b;
}

struct thread *thread_find(int32_t tid)
{
    if (tid <= 0)
        return NULL;
    list_for_each (t, bucket_of(tid), struct thread, tid_node)
        if (t->tid == tid)
            return t;
    return NULL;
}

/* A number stays taken while a zombie, a group or a session has it. */
int32_t tid_allocate(void)
{
    do {
        tid_last = tid_last >= TID_MAX ? 300 : tid_last + 1;
    } while (thread_find(tid_last) || id_is_taken(tid_last));
    return tid_last;
}

int32_t tid_latest(void)
{
    return tid_last;
}

struct thread *thread_create(void (*fn)(void *), void *arg)
{
    struct thread *t = kzalloc(sizeof(*t));
    struct page *stack;

    if (!t)
        return NULL;
    stack = page_alloc_order(KSTACK_ORDER);
    if (!stack) {
        kfree(t);
        return NULL;
    }
    t->kstack = page_to_virt(stack);
    t->kstack_top = (char *)t->kstack + KSTACK_BYTES;
    t->frame = frame_at_top(t->kstack_top);
    if (!kasan_stack_init(t->kstack_top))
        t->context = context_init(t->kstack_top, fn, arg);
    if (!t->context) {
        page_unref(stack);
        kfree(t);
        return NULL;
    }
    t->tid = tid_allocate();
    list_init(&t->run_node);
    list_init(&t->process_node);
    list_init(&t->tracees);
    list_push_back(bucket_of(t->tid), &t->tid_node);
    return t;
}

void thread_unhash(struct thread *t)
{
    list_remove(&t->tid_node);
}

void thread_renumber(struct thread *t, int32_t tid)
{
    list_remove(&t->tid_node);
    if (t->process->leader_trace) /* of the thread whose number this is: exec makes it vanish */
        trace_free(t->process->leader_trace);
    if (t->trace)
        t->trace->tid = tid;
    t->tid = tid;
    list_push_back(bucket_of(tid), &t->tid_node);
}

void thread_free(struct thread *t)
{
    list_remove(&t->tid_node);
    page_unref(page_from_virt(t->kstack));
    kfree(t);
}
