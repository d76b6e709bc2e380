// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vdso.c - the vDSO's two pages: made at boot, mapped by exec, kept up to date.
 *
 * The writer of the data page is the kernel, which nothing interrupts but handlers that do not
 * set clocks; readers are threads that may have been preempted between two loads, and
 * find out by `seq`.
 */
#include "kernel/include/vdso.h"
#include "kernel/include/errno.h"
#include "kernel/include/file.h"
#include "kernel/include/fs.h"
#include "kernel/include/fs_uapi.h"
#include "kernel/include/page.h"
#include "kernel/include/printk.h"
#include "kernel/include/timer.h"
#include "kernel/include/vm.h"

#define VDSO_PATH "/.vdso"

extern const char vdso_image_start[], vdso_image_end[];

static struct file *vdso_file;       /* page 0: data; page 1: the image */
static struct vdso_data *vdso_data;  /* in page 0, by the direct map */

void vdso_set_realtime_offset(int64_t ns)
{
    if (!vdso_data)
        return;
    __atomic_store_n(&vdso_data->seq, vdso_data->seq + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    vdso_data->realtime_offset_ns = ns;
    __atomic_store_n(&vdso_data->seq, vdso_data->seq + 1, __ATOMIC_RELEASE);
}

void vdso_init(void)
{
    long bytes = vdso_image_end - vdso_image_start;
    struct page *data;

    if (bytes > (long)PAGE_SIZE || fs_open(NULL, VDSO_PATH, O_CREAT | O_RDWR, 0500, &vdso_file) ||
        file_write_kernel(vdso_file, vdso_image_start, (size_t)bytes, PAGE_SIZE) != bytes ||
        vnode_get_page(vdso_file->vnode, 0, true, &data))
        panic("cannot make the vDSO");
    fs_unlink(NULL, VDSO_PATH);
    vdso_data = page_to_virt(data);
    arch_clock_source(&vdso_data->counter_start, &vdso_data->ns_per_tick);
    vdso_data->realtime_offset_ns = clock_realtime_offset_ns();
}

int vdso_map(struct vm_map *m)
{
    struct vm_request data = { .addr = USER_VVAR, .len = PAGE_SIZE, .prot = PROT_R,
                               .flags = VM_VVAR, .fixed = true, .file = vdso_file };
    struct vm_request code = { .addr = USER_VDSO, .len = PAGE_SIZE, .prot = PROT_R | PROT_X,
                               .flags = VM_VDSO, .fixed = true, .file = vdso_file,
                               .file_index = 1 };
    vaddr_t at;
    int error = vm_map_add(m, &data, &at);

    return error ? error : vm_map_add(m, &code, &at);
}
