/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tools/xml.c - text as XML wants it; see xml.h. */
#include "tools/xml.h"

void xml_put(FILE *f, const char *s)
{
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;

        if (c == '<')
            fputs("&lt;", f);
        else if (c == '>')
            fputs("&gt;", f);
        else if (c == '&')
            fputs("&amp;", f);
        else if (c == '"')
            fputs("&quot;", f);
        else
            fputc((c < 0x20 && c != '\n' && c != '\t') || c >= 0x7f ? '?' : c, f);
    }
}
