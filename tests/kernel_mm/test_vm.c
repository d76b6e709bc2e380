// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_vm - address spaces against a model: what each page holds and may do, through
 * random mmap, munmap, mprotect, mremap, fork and writes; no page is lost.
 */
#include "tests/kernel_mm/host_arch.h"
#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/vm.h"

#include <string.h>

#define BASE 0x10000000ull
#define PAGES 96u
#define MAPS 3
#define FILE_PAGES 16u

static vaddr_t va_of(unsigned page)
{
    return BASE + page * PAGE_SIZE;
}

static struct vm_map *map_new(void)
{
    struct vm_map *m = vm_map_create();

    assert_non_null(m);
    m->stack_bytes_max = 1 << 20;
    return m;
}

static void add(struct vm_map *m, unsigned first, unsigned count, unsigned prot)
{
    struct vm_request r = { .addr = va_of(first), .len = count * PAGE_SIZE, .prot = prot,
                            .fixed = true };
    vaddr_t at;

    assert_int_equal(vm_map_add(m, &r, &at), 0);
    assert_int_equal(at, r.addr);
}

static void put(struct vm_map *m, vaddr_t va, uint32_t value)
{
    assert_int_equal(vm_copy_out(m, va, &value, sizeof(value)), 0);
}

static uint32_t get(struct vm_map *m, vaddr_t va)
{
    uint32_t value;

    assert_int_equal(vm_copy_in(m, &value, va, sizeof(value)), 0);
    return value;
}

static void test_vm_fork_copies_on_write(void **state)
{
    struct vm_map *parent = map_new(), *child;

    (void)state;
    add(parent, 0, 4, PROT_R | PROT_W);
    put(parent, va_of(1), 11);
    assert_int_equal(vm_map_fork(parent, &child), 0);
    assert_int_equal(host_pmap_prot(parent->pmap, va_of(1)) & PROT_W, 0);
    put(child, va_of(1), 22);
    assert_int_equal(get(parent, va_of(1)), 11);
    put(parent, va_of(1), 33);
    assert_int_equal(get(child, va_of(1)), 22);
    vm_map_unref(parent);
    assert_int_equal(get(child, va_of(1)), 22);
    vm_map_unref(child);
}

static void test_vm_shared_anonymous_is_shared_by_fork(void **state)
{
    struct vm_map *parent = map_new(), *child;

    (void)state;
    struct vm_request r = { .addr = va_of(0), .len = 2 * PAGE_SIZE, .prot = PROT_R | PROT_W,
                            .flags = VM_SHARED | VM_MAY_WRITE, .fixed = true };
    vaddr_t at;

    assert_int_equal(vm_map_add(parent, &r, &at), 0);
    assert_int_equal(vm_map_fork(parent, &child), 0);
    put(child, va_of(1), 5);
    assert_int_equal(get(parent, va_of(1)), 5);
    assert_int_equal(vm_map_move(child, va_of(0), 2 * PAGE_SIZE, va_of(8), 3 * PAGE_SIZE), 0);
    assert_int_equal(get(child, va_of(9)), 5);
    vm_map_unref(child);
    vm_map_unref(parent);
}

static void test_vm_faults_say_why(void **state)
{
    struct vm_map *m = map_new();

    (void)state;
    add(m, 0, 1, PROT_R);
    add(m, 2, 1, 0);
    assert_int_equal(vm_fault(m, va_of(0), PROT_W), -EACCES);
    assert_int_equal(vm_fault(m, va_of(0), PROT_X), -EACCES);
    assert_int_equal(vm_fault(m, va_of(1), PROT_R), -EFAULT);
    assert_int_equal(vm_fault(m, va_of(2), PROT_R), -EACCES);
    assert_int_equal(vm_fault(m, va_of(0), PROT_R), 0);
    assert_int_equal(host_pmap_prot(m->pmap, va_of(0)), PROT_R | PROT_U);
    vm_map_unref(m);
}

static void test_vm_stack_grows_to_its_limit(void **state)
{
    struct vm_map *m = map_new();

    (void)state;
    struct vm_request r = { .addr = BASE + (8 << 20), .len = PAGE_SIZE, .prot = PROT_R | PROT_W,
                            .flags = VM_GROWSDOWN, .fixed = true };
    vaddr_t at, top;

    assert_int_equal(vm_map_add(m, &r, &at), 0);
    top = at + PAGE_SIZE;
    put(m, at, 1);
    put(m, top - (512 << 10), 2);
    assert_int_equal(get(m, at), 1);
    assert_int_equal(vm_fault(m, top - (1 << 20) - 1, PROT_W), -EFAULT);
    assert_int_equal(vm_fault(m, top - (1 << 20), PROT_W), 0);
    vm_map_unref(m);
}

static void test_vm_private_file_page_is_copied(void **state)
{
    struct pagetree pages;
    struct vnode vn = { .size = FILE_PAGES * PAGE_SIZE, .priv = &pages };
    struct file f = { .refs = 1, .vnode = &vn };
    struct vm_map *m = map_new();

    (void)state;
    struct vm_request r = { .addr = va_of(0), .len = (FILE_PAGES + 1) * PAGE_SIZE,
                            .prot = PROT_R | PROT_W, .fixed = true, .file = &f };
    vaddr_t at;

    pagetree_init(&pages);
    for (unsigned i = 0; i < FILE_PAGES; i++)
        pagetree_set(&pages, i, page_alloc_zeroed());
    assert_int_equal(vm_map_add(m, &r, &at), 0);
    assert_int_equal(get(m, va_of(3)), 0);
    assert_int_equal(host_pmap_prot(m->pmap, va_of(3)) & PROT_W, 0);
    put(m, va_of(3), 9);
    assert_int_equal(*(uint32_t *)page_to_virt(pagetree_get(&pages, 3)), 0);
    assert_int_equal(vm_fault(m, va_of(FILE_PAGES), PROT_R), -ERANGE);
    assert_int_equal(vm_map_remove(m, va_of(1), va_of(2)), 0);
    vm_vnode_unmap(&vn, 0, UINT64_MAX);
    assert_int_equal(host_pmap_count(m->pmap), 0);
    assert_int_equal(get(m, va_of(3)), 9);
    vm_map_unref(m);
    assert_null(vn.mappings);
    assert_int_equal(f.refs, 1);
    pagetree_remove(&pages, 0, UINT64_MAX);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

struct model {
    bool mapped[PAGES];
    unsigned prot[PAGES];
    uint32_t value[PAGES];
};

static void check(struct vm_map *m, const struct model *model)
{
    const struct vm_area *a = NULL;
    vaddr_t last = 0;
    uint64_t pages = 0;

    while ((a = vm_next(m, a))) {
        assert_true(a->start >= last && a->start < a->end);
        last = a->end;
        pages += (a->end - a->start) / PAGE_SIZE;
    }
    assert_int_equal(m->pages, pages);
    for (unsigned i = 0; i < PAGES; i++) {
        assert_int_equal(vm_is_free(m, va_of(i), va_of(i + 1)), !model->mapped[i]);
        if (!model->mapped[i])
            assert_int_equal(vm_fault(m, va_of(i), PROT_R), -EFAULT);
        else if (!model->prot[i])
            assert_int_equal(vm_fault(m, va_of(i), PROT_R), -EACCES);
        else
            assert_int_equal(get(m, va_of(i)), model->value[i]);
    }
}

static void do_move(struct vm_map *m, struct model *model, uint32_t *seed)
{
    unsigned from = next_random(seed) % PAGES, to = next_random(seed) % PAGES, len = 0;

    while (len < 6 && from + len < PAGES && model->mapped[from + len] &&
           model->prot[from + len] == model->prot[from])
        len++;
    for (unsigned i = 0; i < len; i++)
        if (to + i >= PAGES || model->mapped[to + i])
            return;
    const struct vm_area *a = vm_find(m, va_of(from));

    if (!len || a->end < va_of(from + len))
        return;
    assert_int_equal(vm_map_move(m, va_of(from), len * PAGE_SIZE, va_of(to), len * PAGE_SIZE), 0);
    for (unsigned i = 0; i < len; i++) {
        model->mapped[to + i] = true;
        model->prot[to + i] = model->prot[from + i];
        model->value[to + i] = model->value[from + i];
        model->mapped[from + i] = false;
    }
}

static void do_random(struct vm_map *m, struct model *model, uint32_t *seed)
{
    unsigned first = next_random(seed) % PAGES, count = 1 + next_random(seed) % 12, i;
    unsigned prot = next_random(seed) % 3 ? PROT_R | PROT_W : next_random(seed) % 2 ? PROT_R : 0;

    if (first + count > PAGES)
        count = PAGES - first;
    switch (next_random(seed) % 6) {
    case 0:
        add(m, first, count, prot);
        for (i = first; i < first + count; i++) {
            model->mapped[i] = true;
            model->prot[i] = prot;
            model->value[i] = 0;
        }
        break;
    case 1:
        assert_int_equal(vm_map_remove(m, va_of(first), va_of(first + count)), 0);
        for (i = first; i < first + count; i++)
            model->mapped[i] = false;
        break;
    case 2:
        for (i = first; i < first + count && model->mapped[i]; i++)
            ;
        assert_int_equal(vm_map_protect(m, va_of(first), va_of(first + count), prot),
                         i < first + count ? -ENOMEM : 0);
        for (; i == first + count && count; count--)
            model->prot[first + count - 1] = prot, i--;
        break;
    case 3:
        do_move(m, model, seed);
        break;
    default:
        if (!model->mapped[first])
            break;
        if (model->prot[first] & PROT_W) {
            model->value[first] = next_random(seed);
            put(m, va_of(first), model->value[first]);
        } else {
            assert_int_equal(vm_fault(m, va_of(first), PROT_W), -EACCES);
        }
    }
}

static void test_vm_random_against_model(void **state)
{
    static struct model model[MAPS];
    struct vm_map *m[MAPS];
    uint32_t seed = 42;

    (void)state;
    memset(model, 0, sizeof(model));
    for (int i = 0; i < MAPS; i++)
        m[i] = map_new();
    for (int round = 0; round < 6000; round++) {
        unsigned i = next_random(&seed) % MAPS, to = (i + 1) % MAPS;

        do_random(m[i], &model[i], &seed);
        if (round % 97 == 0) {
            vm_map_unref(m[to]);
            assert_int_equal(vm_map_fork(m[i], &m[to]), 0);
            model[to] = model[i];
        }
        if (round % 31 == 0)
            for (int k = 0; k < MAPS; k++)
                check(m[k], &model[k]);
    }
    for (int i = 0; i < MAPS; i++)
        vm_map_unref(m[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_vm_fork_copies_on_write, host_setup, host_teardown),
        cmocka_unit_test_setup_teardown(test_vm_shared_anonymous_is_shared_by_fork, host_setup,
                                        host_teardown),
        cmocka_unit_test_setup_teardown(test_vm_faults_say_why, host_setup, host_teardown),
        cmocka_unit_test_setup_teardown(test_vm_stack_grows_to_its_limit, host_setup,
                                        host_teardown),
        cmocka_unit_test_setup_teardown(test_vm_private_file_page_is_copied, host_setup,
                                        host_teardown),
        cmocka_unit_test_setup_teardown(test_vm_random_against_model, host_setup, host_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
