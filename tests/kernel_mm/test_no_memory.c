// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_no_memory - every allocation of an address space's life fails in turn.
 *
 * The same life is led again and again; in run n the n-th allocation (of heap, pages, page tables)
 * fails. The call that met it must say -ENOMEM and have done nothing: made again it succeeds, the
 * life goes on, ends with the same contents, and not a page is lost. The linker's --wrap puts the
 * failures between the kernel's files.
 */
#include "tests/kernel_mm/host_arch.h"
#include "kernel/include/errno.h"
#include "kernel/include/kmalloc.h"
#include "kernel/include/vm.h"

#include <string.h>

#define BASE 0x10000000ull
#define RUNS_MAX 1000

static unsigned fail_in; /* allocations until one fails; 0: none will */
static bool failed;

static bool fails(void)
{
    if (!fail_in || --fail_in)
        return false;
    failed = true;
    return true;
}

#define WRAP(type, name, bad, parameters, arguments)                                              \
    type __real_##name parameters;                                                                \
    type __wrap_##name parameters;                                                                \
    type __wrap_##name parameters                                                                 \
    {                                                                                             \
        return fails() ? (bad) : __real_##name arguments;                                         \
    }

WRAP(void *, kmalloc, NULL, (size_t bytes), (bytes))
WRAP(void *, kzalloc, NULL, (size_t bytes), (bytes))
WRAP(struct page *, page_alloc, NULL, (void), ())
WRAP(struct page *, page_alloc_zeroed, NULL, (void), ())
WRAP(struct pmap *, pmap_create, NULL, (void), ())
WRAP(int, pmap_enter, -ENOMEM, (struct pmap *pm, vaddr_t va, paddr_t pa, unsigned prot),
     (pm, va, pa, prot))

static struct vm_map *parent, *child;

static vaddr_t va_of(unsigned page)
{
    return BASE + page * PAGE_SIZE;
}

static int create(void)
{
    parent = vm_map_create();
    if (!parent)
        return -ENOMEM;
    parent->stack_bytes_max = 1 << 20;
    return 0;
}

static int add(unsigned first, unsigned count, unsigned flags)
{
    struct vm_request r = { .addr = va_of(first), .len = count * PAGE_SIZE,
                            .prot = PROT_R | PROT_W, .flags = flags | VM_MAY_WRITE,
                            .fixed = true };
    vaddr_t at;

    return vm_map_add(parent, &r, &at);
}

static int add_private(void)
{
    return add(0, 10, 0);
}

static int add_shared(void)
{
    return add(30, 4, VM_SHARED);
}

static int touch(struct vm_map *m, unsigned page, uint32_t value)
{
    int error = vm_fault(m, va_of(page), PROT_W);

    return error ? error : vm_copy_out(m, va_of(page), &value, sizeof(value));
}

static int touch_private(void)
{
    int error = 0;

    for (unsigned i = 0; i < 10 && !error; i++)
        error = touch(parent, i, 100 + i);
    return error;
}

static int touch_shared(void)
{
    return touch(parent, 31, 131);
}

static int protect_middle(void)
{
    return vm_map_protect(parent, va_of(2), va_of(4), PROT_R);
}

static int fork_map(void)
{
    return vm_map_fork(parent, &child);
}

static int child_writes(void)
{
    int error = touch(child, 1, 201);

    return error ? error : touch(child, 32, 232);
}

static int parent_writes(void)
{
    return touch(parent, 0, 300);
}

static int remove_middle(void)
{
    return vm_map_remove(parent, va_of(5), va_of(6));
}

static int replace(void)
{
    return add(7, 1, 0);
}

static int move_and_grow(void)
{
    return vm_map_move(parent, va_of(8), 2 * PAGE_SIZE, va_of(20), 4 * PAGE_SIZE);
}

static int discard(void)
{
    return vm_map_discard(child, va_of(4), va_of(5));
}

static int reread(void)
{
    return vm_fault(child, va_of(4), PROT_R);
}

static int (*const steps[])(void) = { create,        add_private,   add_shared,    touch_private,
                                      touch_shared,  protect_middle, fork_map,     child_writes,
                                      parent_writes, remove_middle, replace,       move_and_grow,
                                      discard,       reread };

static uint32_t get(struct vm_map *m, unsigned page)
{
    uint32_t value;

    assert_int_equal(vm_copy_in(m, &value, va_of(page), sizeof(value)), 0);
    return value;
}

static void check_contents(void)
{
    assert_int_equal(get(parent, 0), 300);
    assert_int_equal(get(parent, 1), 101);
    assert_int_equal(get(parent, 2), 102);
    assert_int_equal(vm_fault(parent, va_of(2), PROT_W), -EACCES);
    assert_int_equal(vm_fault(parent, va_of(5), PROT_R), -EFAULT);
    assert_int_equal(get(parent, 7), 0);
    assert_int_equal(vm_fault(parent, va_of(8), PROT_R), -EFAULT);
    assert_int_equal(get(parent, 20), 108);
    assert_int_equal(get(parent, 21), 109);
    assert_int_equal(get(parent, 23), 0);
    assert_int_equal(get(parent, 31), 131);
    assert_int_equal(get(parent, 32), 232);
    assert_int_equal(get(child, 0), 100);
    assert_int_equal(get(child, 1), 201);
    assert_int_equal(get(child, 4), 0);
    assert_int_equal(get(child, 5), 105);
    assert_int_equal(get(child, 9), 109);
}

static void live(void)
{
    for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        bool before = failed;
        int result = steps[i]();

        if (failed == before) {
            assert_int_equal(result, 0);
        } else if (result) {
            assert_int_equal(result, -ENOMEM);
            assert_int_equal(steps[i](), 0);
        }
    }
}

static void test_no_memory_each_allocation_in_turn(void **state)
{
    unsigned run = 0;

    (void)state;
    do {
        host_start();
        parent = child = NULL;
        failed = false;
        fail_in = ++run;
        live();
        fail_in = 0;
        check_contents();
        vm_map_unref(parent);
        vm_map_unref(child);
        host_end();
    } while (failed && run < RUNS_MAX);
    assert_in_range(run, 30, RUNS_MAX - 1); /* the last run had none left to fail */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_memory_each_allocation_in_turn),
    };

    return cmocka_run_group_tests_name("kernel_mm.no_memory", tests, NULL, NULL);
}
