// SPDX-License-Identifier: GPL-2.0-or-later
/* Code written into fresh memory runs once it is executable, and again after it is changed. */
#include "contract.h"

#if defined(__aarch64__)
static const uint32_t code[] = {0x528000e0, 0xd65f03c0}; /* mov w0, #7; ret */
#define CHANGE(p) (((uint32_t *)(p))[0] = 0x52800120) /* mov w0, #9 */
#else
static const uint8_t code[] = {0xb8, 7, 0, 0, 0, 0xc3}; /* mov eax, 7; ret */
#define CHANGE(p) ((p)[1] = 9)
#endif

int main(void)
{
    char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memcpy(p, code, sizeof(code));
    __builtin___clear_cache(p, p + sizeof(code));
    CHILD(((int (*)(void))p)());
    R(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
    V(((int (*)(void))p)());
    CHILD(CHANGE(p));
    R(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
    CHANGE(p);
    R(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
    __builtin___clear_cache(p, p + sizeof(code));
    V(((int (*)(void))p)());
    R(mprotect(p, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC));
    memcpy(p, code, sizeof(code));
    __builtin___clear_cache(p, p + sizeof(code));
    V(((int (*)(void))p)());
    return verdict();
}
