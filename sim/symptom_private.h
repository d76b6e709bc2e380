/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sim/symptom_private.h - the parts of symptom.h. Inside sim/symptom*.c only. */
#ifndef TRAPLINE_SIM_SYMPTOM_PRIVATE_H
#define TRAPLINE_SIM_SYMPTOM_PRIVATE_H

#include "sim/symptom.h"

/* `text` as it is compared: numbers are #, blanks laid together. */
void symptom_put_what(const char *text, char *what, size_t len);
/* Head and words become text and what. */
void symptom_say(struct symptom *s, const char *head, const char *words);
/* The line of the console that says why a kernel gave up; false: there is none. */
bool symptom_panic_line(const char *text, char *words, size_t len);

#endif
