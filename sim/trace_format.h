/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sim/trace_format.h - the bytes of a trace file, for trace_write.c and trace_read.c alone.
 *
 * traces/FORMAT.md says the same at length; a change here is a change there and a
 * new TRACE_VERSION.
 *
 * All integers are little-endian; V is a varint (sim/bytes.h), C counted bytes
 * (V length, bytes).
 *
 *   file    8 magic 89 "TLT" 0d 0a 1a 0a | u32 version | u32 0 | chunks
 *   chunk   4 type | u32 flags (1: payload is one zstd frame) | u64 stored bytes
 *           u64 raw bytes | u64 hash of the stored payload | u64 hash of the 32 bytes before
 *           | payload.     Hashes: XXH3-64 seeded with the chunk's index in the file.
 *   order   MACH, KERN, INRD, DISK (these as MACH says), NOTE or none, any number of EVNT, END.
 *
 *   MACH    u8 arch (0 arm64, 1 x86_64) | u8 flags (1 strict, 2 images follow, 4 EL2, 8 adversary,
 *           16 entropy source, 32 GICv3, 64 firmware,
 *           128 console) | V RAM bytes
 *           V hz | V seed | V chaos | V wall start | C command line
 *           V argc + 1, 0: none; that many C | V kernel bytes | 16 XXH3-128
 *           V initrd bytes, 0: none | 16 XXH3-128
 *           V disks, of each: u8 flags (1 read-only) | V bytes | 16 XXH3-128 | V DISK chunks
 *           V bytes of the network's script + 1, 0: no network | its bytes
 *   KERN INRD  the file's bytes
 *   DISK    u8 disk | V offset | bytes, at most TRACE_DISK_PIECE; none that is all zero
 *   NOTE    text in UTF-8
 *   EVNT    records: u8 tag | V dn, from the record before | by tag:
 *           1 console input              V clock jump | C bytes
 *           2 the same, machine idle     V clock jump | C bytes
 *           3 delay of a timer interrupt V cycles
 *           4 digest                     V idle cycles since the digest before
 *                                        u64 state | u64 traps | u8 pieces | u16 each
 *           5 digest with RAM            as 4 | u64 RAM | 64 x u16 regions
 *           6 injected event             u8 kind (0 irq, 1 preempt, 2 signal, 3 fault)
 *                                        V number | V value
 *           7 a frame from the network   V idle cycles, as 4 | C bytes
 *           8 console input at a time    V idle cycles, as 4 | C bytes
 *   END     u8 reason | V status | a record of tag 5
 */
#ifndef TRAPLINE_SIM_TRACE_FORMAT_H
#define TRAPLINE_SIM_TRACE_FORMAT_H

#include "sim/host.h"
#include "sim/trace.h"

#define TRACE_MAGIC       "\x89TLT\r\n\x1a\n"
#define TRACE_MAGIC_BYTES 8u
#define CHUNK_HEADER_BYTES 40u
#define CHUNK_ZSTD         1u
#define CHUNK_RAW_MAX      (2ull << 30)
#define FILE_HEADER_BYTES  16u

#define TYPE(a, b, c, d)                                                                           \
    ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define TYPE_MACHINE     TYPE('M', 'A', 'C', 'H')
#define TYPE_KERNEL      TYPE('K', 'E', 'R', 'N')
#define TYPE_INITRD      TYPE('I', 'N', 'R', 'D')
#define TYPE_DISK        TYPE('D', 'I', 'S', 'K')
#define TYPE_NOTE        TYPE('N', 'O', 'T', 'E')
#define TYPE_EVENTS      TYPE('E', 'V', 'N', 'T')
#define TYPE_END         TYPE('E', 'N', 'D', ' ')

#define MACHINE_STRICT 1u
#define MACHINE_IMAGES 2u
#define MACHINE_EL2    4u
#define MACHINE_ADVERSARY 8u
#define MACHINE_ENTROPY 16u
#define MACHINE_GICV3 32u
#define MACHINE_FIRMWARE 64u
#define MACHINE_CONSOLE 128u
#define MACHINE_FLAGS                                                                              \
    (MACHINE_STRICT | MACHINE_IMAGES | MACHINE_EL2 | MACHINE_ADVERSARY | MACHINE_ENTROPY |         \
     MACHINE_FIRMWARE | MACHINE_GICV3 | MACHINE_CONSOLE)
#define DISK_READ_ONLY 1u

#define TRACE_DISK_PIECE (1u << 20)
#define TRACE_DISK_BYTES_MAX HOST_DISK_BYTES_MAX

enum record_tag {
    RECORD_CONSOLE = 1,
    RECORD_CONSOLE_IDLE = 2,
    RECORD_DELAY = 3,
    RECORD_DIGEST = 4,
    RECORD_DIGEST_RAM = 5,
    RECORD_INJECT = 6,
    RECORD_NET = 7,
    RECORD_CONSOLE_AT = 8,
};

/* What the delta of a record is taken from: carried from chunk to chunk. */
struct previous {
    insn_t n;
    cycles_t skipped;
};

#endif
