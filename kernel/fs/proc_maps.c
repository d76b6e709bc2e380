/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc_maps.c - maps, smaps and smaps_rollup of /proc/PID: the areas of an address space, and how
 * much of each is there. A page is resident where the page tables have it.
 */
#include "kernel/fs/proc.h"
#include "kernel/include/arch.h"
#include "kernel/include/page.h"
#include "kernel/include/vm.h"

#define KIB_PER_PAGE 4ul

static const char *area_name(const struct vm_area *a)
{
    return a->flags & VM_STACK ? "[stack]" : a->flags & VM_HEAP ? "[heap]"
           : a->flags & VM_VDSO                                 ? "[vdso]"
           : a->flags & VM_VVAR                                 ? "[vvar]"
                                                                : NULL;
}

static void area_line(struct proc_text *t, const struct vm_area *a, char *path)
{
    char line[96];
    const char *name = area_name(a);
    const struct vnode *vn = name ? NULL : a->vnode;
    int n = snprintf(line, sizeof(line), "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ",
                     (unsigned long)a->start, (unsigned long)a->end,
                     a->prot & PROT_R ? 'r' : '-', a->prot & PROT_W ? 'w' : '-',
                     a->prot & PROT_X ? 'x' : '-', a->flags & VM_SHARED ? 's' : 'p',
                     (unsigned long)(vn ? a->file_index * PAGE_BYTES : 0),
                     vn ? dev_major(vn->sb->dev) : 0, vn ? dev_minor(vn->sb->dev) : 0,
                     vn ? (unsigned long)vn->ino : 0ul);
    if (vn && file_path(a->file, path, PATH_BYTES_MAX) > 0)
        name = path;
    proc_append(t, line, (size_t)n);
    if (name) {
        proc_printf(t, "%*s", 73 - n > 0 ? 73 - n : 0, "");
        proc_append(t, name, strlen(name));
    }
    proc_append(t, "\n", 1);
}

static void each_area(struct proc_text *t, struct process *p,
                      void (*show)(struct proc_text *t, const struct vm_area *a, char *path))
{
    char *path = p->vm ? kmalloc(PATH_BYTES_MAX) : NULL;
    if (!path)
        return;
    for (struct vm_area *a = vm_next(p->vm, NULL); a; a = vm_next(p->vm, a))
        show(t, a, path);
    kfree(path);
}

void proc_show_maps(struct proc_text *t, struct process *p)
{
    each_area(t, p, area_line);
}

struct resident {
    unsigned long pages, shared, dirty, anonymous;
};

static void count_resident(const struct vm_area *a, struct resident *r)
{
    for (vaddr_t va = a->start; va < a->end; va += PAGE_SIZE) {
        uint64_t index = a->anon_index + ((va - a->start) >> PAGE_SHIFT);
        const struct page *own = a->anon ? pagetree_get(&a->anon->pages, index) : NULL;
        paddr_t pa;
        unsigned prot;
        if (!own && !pmap_extract(a->map->pmap, va, &pa, &prot))
            continue;
        r->pages++;
        r->anonymous += own != NULL;
        r->shared += own ? own->refs > 1 : 1;
        r->dirty += own != NULL;
    }
}

static void resident_lines(struct proc_text *t, const struct resident *r)
{
    unsigned long clean = r->pages - r->dirty;
    const struct {
        const char *name;
        unsigned long pages;
    } rows[] = {
        {"Rss:", r->pages},       {"Pss:", r->pages},       {"Shared_Clean:", clean},
        {"Shared_Dirty:", 0},     {"Private_Clean:", 0},    {"Private_Dirty:", r->dirty},
        {"Referenced:", r->pages}, {"Anonymous:", r->anonymous}, {"AnonHugePages:", 0},
        {"Swap:", 0},             {"SwapPss:", 0},          {"Locked:", 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        proc_printf(t, "%-15s%9lu kB\n", rows[i].name, rows[i].pages * KIB_PER_PAGE);
}

static void area_details(struct proc_text *t, const struct vm_area *a, char *path)
{
    struct resident r = {0};
    area_line(t, a, path);
    count_resident(a, &r);
    proc_printf(t, "%-15s%9lu kB\n", "Size:",
                (unsigned long)((a->end - a->start) >> PAGE_SHIFT) * KIB_PER_PAGE);
    proc_printf(t, "%-15s%9lu kB\n%-15s%9lu kB\n", "KernelPageSize:", KIB_PER_PAGE,
                "MMUPageSize:", KIB_PER_PAGE);
    resident_lines(t, &r);
    proc_printf(t, "VmFlags:%s%s%s%s mr mw me%s \n", a->prot & PROT_R ? " rd" : "",
                a->prot & PROT_W ? " wr" : "", a->prot & PROT_X ? " ex" : "",
                a->flags & VM_SHARED ? " sh" : "", a->flags & VM_GROWSDOWN ? " gd" : "");
}

void proc_show_smaps(struct proc_text *t, struct process *p)
{
    each_area(t, p, area_details);
}

void proc_show_smaps_rollup(struct proc_text *t, struct process *p)
{
    struct resident r = {0};
    const struct vm_area *first = NULL, *last = NULL;
    if (!p->vm)
        return;
    for (struct vm_area *a = vm_next(p->vm, NULL); a; a = vm_next(p->vm, a)) {
        count_resident(a, &r);
        first = first ? first : a;
        last = a;
    }
    proc_printf(t, "%08lx-%08lx ---p 00000000 00:00 0                          [rollup]\n",
                (unsigned long)(first ? first->start : 0), (unsigned long)(last ? last->end : 0));
    resident_lines(t, &r);
}
