/* SPDX-License-Identifier: GPL-2.0-or-later */
/* x86_64's board, its device accesses by instruction, ports and MSRs: see devices.h. */
#include "tests/fuzz/devices.h"

#include <stdlib.h>
#include <string.h>

#include "cpu/arch/x86_64/arch.h"
#include "cpu/arch/x86_64/insn.h"
#include "cpu/arch/x86_64/x86.h"

enum step { READ, WRITE, INSN, IN, OUT, MSR, TIME, IDLE, INPUT, TAKE, RAM, STEPS };

/* What the engine would keep. */
struct board {
    struct x86 x86; /* first */
    uint64_t gpr[16], reg[X86_RDX + 1];
    uint8_t code[INSN_BYTES_MAX];
};

static struct board *board_of(struct x86 *x)
{
    return (struct board *)x;
}

uint64_t x86_reg(struct x86 *x, int regid)
{
    return board_of(x)->reg[regid];
}

void x86_set_reg(struct x86 *x, int regid, uint64_t value)
{
    board_of(x)->reg[regid] = value;
}

uint64_t x86_gpr(struct x86 *x, unsigned index)
{
    return board_of(x)->gpr[index];
}

void x86_set_gpr(struct x86 *x, unsigned index, uint64_t value)
{
    board_of(x)->gpr[index] = value;
}

size_t x86_fetch(struct x86 *x, vaddr_t pc, uint8_t *buf, size_t len)
{
    size_t got = len < INSN_BYTES_MAX ? len : INSN_BYTES_MAX;

    (void)pc;
    memcpy(buf, board_of(x)->code, got);
    return got;
}

bool x86_long_code(struct x86 *x)
{
    return !(board_of(x)->reg[X86_CR0] & 1);
}

void x86_retire(struct x86 *x, unsigned len)
{
    board_of(x)->reg[X86_RIP] += len;
}

void x86_fault(struct x86 *x, unsigned vector, uint64_t error)
{
    (void)vector;
    (void)error;
    x->count.n++;
}

void x86_count_hold(struct x86 *x)
{
    (void)x;
}

void x86_count_recheck(struct x86 *x, insn_t stop_at)
{
    (void)x;
    (void)stop_at;
}

void x86_count_remap(struct x86 *x)
{
    (void)x;
}

void x86_tlb_device(struct x86 *x)
{
    (void)x;
}

void x86_engine_flush_tlb(struct x86 *x)
{
    (void)x;
}

void x86_paging_refresh(struct x86 *x)
{
    (void)x;
}

void x86_set_msr_native(struct x86 *x, uint32_t index, uint64_t value)
{
    (void)x;
    (void)index;
    (void)value;
}

void x86_engine_device_store(struct x86 *x, paddr_t pa, size_t len)
{
    (void)x;
    (void)pa;
    (void)len;
}

int x86_phys_read(struct x86 *x, paddr_t pa, void *buf, size_t len)
{
    if (pa > DEVICES_RAM_BYTES || len > DEVICES_RAM_BYTES - pa)
        return -1;
    memcpy(buf, x->ram + pa, len);
    return 0;
}

int x86_phys_write(struct x86 *x, paddr_t pa, const void *buf, size_t len)
{
    if (pa > DEVICES_RAM_BYTES || len > DEVICES_RAM_BYTES - pa)
        return -1;
    memcpy(x->ram + pa, buf, len);
    return 0;
}

static void *create(const struct cpu_config *config, uint8_t *ram)
{
    struct board *b = calloc(1, sizeof(*b));

    if (!b)
        return NULL;
    b->x86.config = *config;
    b->x86.ram = ram;
    b->x86.horizon = CYCLES_NEVER;
    virtio_init(&b->x86.virtio, b->x86.board.virtio, config, x86_dma_memory(&b->x86));
    x86_board_reset(&b->x86);
    return b;
}

static paddr_t address(const struct devices_step *s)
{
    static const paddr_t base[] = {0xfee00000, 0xfee01000, 0xfec00000, 0xfec01000, 0xfeb00000,
                                   0xfeb00200, 0xfeb00400, 0xfeb00600, 0xfeb01000, 0xfed00000,
                                   DEVICES_RAM_BYTES, 0xffffffff};

    if (s->index == 0xff)
        return s->value;
    return base[s->index % ARRAY_LEN(base)] + (uint64_t)(int64_t)(int16_t)s->offset;
}

static uint16_t port(const struct devices_step *s)
{
    static const uint16_t base[] = {0x20, 0xa0, 0x40, 0x43, 0x61, 0x70, 0x71, 0x3f8, 0x4d0,
                                    0x600, 0xf4, 0xcf8, 0xcf9, 0x60, 0x64, 0x92, 0x80, 0xffff};

    return s->index & 0x80 ? s->offset
                           : (uint16_t)(base[s->index % ARRAY_LEN(base)] + (s->offset & 15));
}

static void run_insn(struct board *b, const struct devices_step *s)
{
    memcpy(b->code, &s->value, 8);
    memcpy(b->code + 8, &s->extra, 4);
    b->reg[X86_CR0] = s->extra >> 31;
    x86_mmio(&b->x86, address(s));
}

static void msr(struct board *b, const struct devices_step *s)
{
    static const uint32_t known[] = {0x10,  0x1b,  0x8b,  0xfe,       0x174,      0x1a0,
                                     0x200, 0x277, 0x2ff, 0x6e0,      0xc0000080, 0xc0000081,
                                     0x250, 0x26f, 0x832, 0xc0000103, 0xc0000084, 0xc0010010};

    b->code[0] = 0x0f;
    b->code[1] = s->extra & 1 ? 0x30 : 0x32;
    b->reg[X86_RCX] = s->index & 0x80 ? s->offset : known[s->index % ARRAY_LEN(known)];
    b->reg[X86_RAX] = (uint32_t)s->value;
    b->reg[X86_RDX] = s->value >> 32;
    x86_emul_msr(&b->x86);
}

static void input(struct board *b, const struct devices_step *s)
{
    uint8_t bytes[CPU_NET_FRAME_BYTES];
    size_t len = s->offset % (sizeof(bytes) + 1), room;

    memset(bytes, s->index, sizeof(bytes));
    if (s->extra & 1) {
        (void)!virtio_net_input(&b->x86.virtio, bytes, len);
    } else if (virtio_console_ready(&b->x86.virtio)) {
        room = virtio_console_free(&b->x86.virtio);
        (void)!virtio_console_input(&b->x86.virtio, bytes, len < room ? len : room);
    } else {
        (void)!uart_input(&b->x86.board.uart, bytes, len);
    }
}

static void access(struct board *b, const struct devices_step *s)
{
    unsigned size = devices_size(s);

    switch (s->what % STEPS) {
    case READ:
        b->gpr[0] = x86_mmio_read(&b->x86, address(s), size);
        break;
    case WRITE:
        x86_mmio_write(&b->x86, address(s), size, s->value);
        break;
    case IN:
        b->gpr[0] = x86_port_read(&b->x86, port(s), size > 4 ? 4 : size);
        break;
    default:
        x86_port_write(&b->x86, port(s), size > 4 ? 4 : size, (uint32_t)s->value);
    }
}

static void step(void *board, const struct devices_step *s)
{
    struct board *b = board;
    struct x86 *x = &b->x86;
    cycles_t next;

    x->count.n++;
    switch (s->what % STEPS) {
    case READ:
    case WRITE:
    case IN:
    case OUT:
        access(b, s);
        break;
    case INSN:
        run_insn(b, s);
        break;
    case MSR:
        msr(b, s);
        break;
    case TIME:
        next = s->value >> (s->index & 63);
        x->skipped += next < CYCLES_END - x->skipped ? next : 0;
        break;
    case IDLE:
        next = x86_board_next(x);
        if (next < CYCLES_END && next > x86_cycles(x))
            x->skipped += next - x86_cycles(x);
        break;
    case INPUT:
        input(b, s);
        break;
    case TAKE:
        if (x86_irq_pending(x))
            (void)x86_irq_take(x);
        break;
    default:
        memcpy(x->ram + s->offset % (DEVICES_RAM_BYTES - 8), &s->value, 8);
    }
    x->stopped = false;
}

static cycles_t next(void *board, cycles_t *now)
{
    struct x86 *x = board;

    x86_board_advance(x);
    *now = x86_cycles(x);
    return x86_board_next(x);
}

static void destroy(void *board)
{
    virtio_destroy(&((struct x86 *)board)->virtio);
    free(board);
}

const struct devices_board devices_x86_64 = {create, step, next, destroy};
