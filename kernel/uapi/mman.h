/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mman.h - Linux's numbers of the memory calls, the same on both CPUs. PROT_* of the ABI have a U prefix:
 * arch.h's PROT_* are the page table's. */
#ifndef KERNEL_UAPI_MMAN_H
#define KERNEL_UAPI_MMAN_H

#define UPROT_READ 1u
#define UPROT_WRITE 2u
#define UPROT_EXEC 4u
#define UPROT_GROWSDOWN 0x01000000u
#define UPROT_GROWSUP 0x02000000u

#define MAP_SHARED 0x01u
#define MAP_PRIVATE 0x02u
#define MAP_SHARED_VALIDATE 0x03u
#define MAP_TYPE 0x0fu
#define MAP_FIXED 0x10u
#define MAP_ANONYMOUS 0x20u
#define MAP_GROWSDOWN 0x0100u
#define MAP_DENYWRITE 0x0800u
#define MAP_LOCKED 0x2000u
#define MAP_POPULATE 0x8000u
#define MAP_STACK 0x20000u
#define MAP_FIXED_NOREPLACE 0x100000u

#define MREMAP_MAYMOVE 1u
#define MREMAP_FIXED 2u
#define MREMAP_DONTUNMAP 4u

#define MS_ASYNC 1u
#define MS_INVALIDATE 2u
#define MS_SYNC 4u

#define MADV_NORMAL 0
#define MADV_WILLNEED 3
#define MADV_DONTNEED 4
#define MADV_FREE 8
#define MADV_REMOVE 9
#define MADV_DONTFORK 10
#define MADV_DOFORK 11
#define MADV_WIPEONFORK 18
#define MADV_KEEPONFORK 19
#define MADV_MERGEABLE 12
#define MADV_DODUMP 17
#define MADV_COLD 20
#define MADV_POPULATE_WRITE 23
#define MADV_COLLAPSE 25

#define MLOCK_ONFAULT 1u
#define MCL_CURRENT 1u
#define MCL_FUTURE 2u
#define MCL_ONFAULT 4u

#endif
