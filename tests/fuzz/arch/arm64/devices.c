/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arm64's board, its device accesses by instruction, timers and GICv3 registers: see devices.h. */
#include "tests/fuzz/devices.h"

#include <stdlib.h>
#include <string.h>

#include "cpu/arch/arm64/arch.h"
#include "cpu/arch/arm64/arm64.h"
#include "cpu/arch/arm64/insn.h"

enum step { READ, WRITE, INSN, SYSREG, ICC, TIME, IDLE, INPUT, PSCI, RAM, STEPS };

/* What the engine would keep. */
struct board {
    struct arm64 arm64; /* first */
    uint64_t x[31], sp, pc, hpfar;
    uint32_t word;
};

static struct board *board_of(struct arm64 *a)
{
    return (struct board *)a;
}

uint64_t arm64_x(struct arm64 *a, unsigned index)
{
    return index < 31 ? board_of(a)->x[index] : 0;
}

void arm64_set_x(struct arm64 *a, unsigned index, uint64_t value)
{
    if (index < 31)
        board_of(a)->x[index] = value;
}

uint64_t arm64_pc_get(struct arm64 *a)
{
    return board_of(a)->pc;
}

void arm64_pc_set(struct arm64 *a, uint64_t value)
{
    board_of(a)->pc = value;
}

uint64_t arm64_pstate(struct arm64 *a)
{
    (void)a;
    return PSTATE_EL1H;
}

bool arm64_in_user(struct arm64 *a)
{
    (void)a;
    return false;
}

uint64_t arm64_sp_live(struct arm64 *a)
{
    return board_of(a)->sp;
}

void arm64_sp_live_set(struct arm64 *a, uint64_t value)
{
    board_of(a)->sp = value;
}

uint64_t arm64_sysreg(struct arm64 *a, uint32_t id)
{
    return id == SYS_HPFAR_EL2 ? board_of(a)->hpfar : 0;
}

int arm64_walk(struct arm64 *a, vaddr_t va, paddr_t *pa, unsigned *level)
{
    (void)a;
    *pa = va;
    if (level)
        *level = 3;
    return 0;
}

insn_t arm64_count_at(const struct arm64 *a, vaddr_t pc)
{
    (void)pc;
    return a->count.n;
}

bool arm64_el2_sysreg(struct arm64 *a, uint32_t id, bool is_write, uint64_t *value)
{
    (void)a;
    (void)id;
    (void)is_write;
    (void)value;
    return false;
}

bool arm64_return_is_illegal(uint64_t spsr)
{
    return spsr & PSTATE_IL;
}

void arm64_trap_sync(struct arm64 *a, uint32_t esr, bool with_far, vaddr_t far,
                     enum cpu_trap_kind kind)
{
    (void)esr;
    (void)with_far;
    (void)far;
    (void)kind;
    a->count.n++;
}

void arm64_count_hold(struct arm64 *a)
{
    (void)a;
}

void arm64_count_recheck(struct arm64 *a, insn_t stop_at)
{
    (void)a;
    (void)stop_at;
}

void arm64_code_settle(struct arm64 *a)
{
    (void)a;
}

void arm64_code_fetched(struct arm64 *a, uint32_t page, vaddr_t va)
{
    (void)a;
    (void)page;
    (void)va;
}

void arm64_code_store(struct arm64 *a, uint32_t page)
{
    (void)a;
    (void)page;
}

bool arm64_code_here(const struct arm64 *a, uint32_t page)
{
    (void)a;
    return page & 1;
}

void arm64_code_guarded(struct arm64 *a, uint32_t page, vaddr_t va)
{
    (void)a;
    (void)page;
    (void)va;
}

void arm64_code_allow(struct arm64 *a, uint32_t page)
{
    (void)a;
    (void)page;
}

bool arm64_pages_guard(const struct arm64 *a, uint32_t page)
{
    (void)a;
    return page & 2;
}

void arm64_pages_opened(struct arm64 *a, uint32_t page)
{
    (void)a;
    (void)page;
}

void arm64_code_host_write(struct arm64 *a, paddr_t pa, size_t len)
{
    (void)a;
    (void)pa;
    (void)len;
}

void arm64_dirty_note(struct arm64 *a, paddr_t pa, size_t len)
{
    (void)a;
    (void)pa;
    (void)len;
}

void arm64_tlb_settled(struct arm64 *a)
{
    (void)a;
}

void arm64_tlb_device(struct arm64 *a)
{
    (void)a;
}

void arm64_engine_device_store(struct arm64 *a, paddr_t pa, size_t len)
{
    (void)a;
    (void)pa;
    (void)len;
}

void arm64_adversary_root(struct arm64 *a, uint64_t ttbr0)
{
    (void)a;
    (void)ttbr0;
}

/* The code, wherever it is looked for. */
const uint8_t *arm64_memory(const struct arm64 *a, paddr_t pa, size_t len)
{
    (void)pa;
    (void)len;
    return (const uint8_t *)&((const struct board *)a)->word;
}

static void *create(const struct cpu_config *config, uint8_t *ram)
{
    struct board *b = calloc(1, sizeof(*b));

    if (!b)
        return NULL;
    b->arm64.config = *config;
    b->arm64.ram = ram;
    b->arm64.horizon = CYCLES_NEVER;
    virtio_init(&b->arm64.virtio, b->arm64.board.virtio, config, arm64_dma_memory(&b->arm64));
    arm64_board_reset(&b->arm64);
    return b;
}

static paddr_t address(const struct devices_step *s)
{
    static const paddr_t base[] = {0x08000000, 0x08010000, 0x08020000, 0x080a0000, 0x080b0000,
                                   0x080c0000, 0x09000000, 0x09001000, 0x09010000, 0x09011000,
                                   0x0a000000, 0x0a000200, 0x0a000400, 0x0a000600, 0x0a004000,
                                   ARM64_RAM_BASE, ARM64_RAM_BASE + DEVICES_RAM_BYTES};

    if (s->index == 0xff)
        return s->value;
    return base[s->index % ARRAY_LEN(base)] + (uint64_t)(int64_t)(int16_t)s->offset;
}

/* Any load or store, with any syndrome that the engine may report with it. */
static void run_insn(struct board *b, const struct devices_step *s)
{
    struct arm64_syndrome syndrome = {.esr = (uint32_t)s->value | ESR_IL, .far = address(s)};

    b->hpfar = syndrome.far >> 12 << 4;
    b->word = s->extra;
    arm64_stage2_abort(&b->arm64, &syndrome, s->value >> 63);
}

static void access(struct board *b, const struct devices_step *s)
{
    paddr_t pa = address(s);

    if (!arm64_is_device(&b->arm64, pa))
        return;
    if (s->what % STEPS == WRITE)
        arm64_mmio_write(&b->arm64, pa, devices_size(s), s->value);
    else
        b->x[0] = arm64_mmio_read(&b->arm64, pa, devices_size(s));
}

static void sysreg(struct board *b, const struct devices_step *s)
{
    static const uint32_t timer[] = {SYS_CNTFRQ,   SYS_CNTPCT,    SYS_CNTVCT,
                                     SYS_CNTP_TVAL, SYS_CNTP_CTL, SYS_CNTP_CVAL,
                                     SYS_CNTV_TVAL, SYS_CNTV_CTL, SYS_CNTV_CVAL};
    uint32_t id = s->index & 0x80 ? s->offset : timer[s->index % ARRAY_LEN(timer)];
    uint64_t value = s->value;

    (void)arm64_sysreg_access(&b->arm64, id, s->extra & 1, &value);
}

static void input(struct board *b, const struct devices_step *s)
{
    uint8_t bytes[CPU_NET_FRAME_BYTES];
    size_t len = s->offset % (sizeof(bytes) + 1), room;

    memset(bytes, s->index, sizeof(bytes));
    if (s->extra & 1) {
        (void)!virtio_net_input(&b->arm64.virtio, bytes, len);
    } else if (virtio_console_ready(&b->arm64.virtio)) {
        room = virtio_console_free(&b->arm64.virtio);
        (void)!virtio_console_input(&b->arm64.virtio, bytes, len < room ? len : room);
    } else {
        (void)!pl011_input(&b->arm64.board.uart, bytes, len);
    }
}

static void step(void *board, const struct devices_step *s)
{
    struct board *b = board;
    struct arm64 *a = &b->arm64;
    cycles_t next;

    a->count.n++;
    switch (s->what % STEPS) {
    case READ:
    case WRITE:
        access(b, s);
        break;
    case INSN:
        run_insn(b, s);
        break;
    case SYSREG:
        sysreg(b, s);
        break;
    case ICC: /* MRS, MSR of CRn 4 and 12 */
        b->x[1] = s->value;
        b->word = 0xd5180001 | (s->extra & 1) << 21 | (s->index & 1 ? 4u : 12u) << 12 |
                  (s->offset & 0x7fu) << 5;
        (void)arm64_icc_undefined(a);
        break;
    case TIME:
        next = s->value >> (s->index & 63);
        a->skipped += next < CYCLES_END - a->skipped ? next : 0;
        break;
    case IDLE:
        next = arm64_board_next(a);
        if (next < CYCLES_END && next > arm64_cycles(a))
            a->skipped += next - arm64_cycles(a);
        break;
    case INPUT:
        input(b, s);
        break;
    case PSCI:
        b->x[0] = s->extra;
        b->x[1] = s->value;
        arm64_psci(a);
        break;
    default:
        memcpy(a->ram + s->offset % (DEVICES_RAM_BYTES - 8), &s->value, 8);
    }
    a->stopped = false;
}

static cycles_t next(void *board, cycles_t *now)
{
    struct arm64 *a = board;

    arm64_board_advance(a);
    (void)arm64_irq_pending(a);
    *now = arm64_cycles(a);
    return arm64_board_next(a);
}

static void destroy(void *board)
{
    virtio_destroy(&((struct arm64 *)board)->virtio);
    free(board);
}

const struct devices_board devices_arm64 = {create, step, next, destroy};
