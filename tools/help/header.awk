# SPDX-License-Identifier: GPL-2.0-or-later
#
# header.awk - the part of trapline-kit(3) that a public header is: its first comment as text, then what
# it declares, as it stands there, in a section for each "---- name ----". With plain.awk.
#   -v title=SECTION of its first comment

function heading(text) {
    print ".SH " toupper(text)
    print ".nf"
    empty = 1
}

/^\/\* SPDX/ { next }
!begun && /^\/\*$/ { begun = 1; heading(title); next }
begun == 1 && /^ \*\/$/ { begun = 2; print ""; empty = 1; next }
begun == 1 {
    sub(/^ \* ?/, "")
    print plain($0)
    next
}
/^#(ifndef TRAPLINE_|define TRAPLINE_[A-Z]*_H$|include|endif|else|if |ifdef)/ { next }
/^extern "C" \{/ { next }
/define TRAPLINE_API/ { next }
/^\/\* ---- / {
    print ".fi"
    sub(/^\/\* -+ /, "")
    sub(/ -+ \*\/$/, "")
    sub(/:.*/, "")
    heading($0)
    next
}
/^static inline|^#define [a-z_]*_\(/ { hidden = 1 } # what macros are made of
body { body = /\\$/; next }
/^#define .*\\$/ { sub(/ +\\$/, ""); body = 1 }
hidden { hidden = $0 !~ /^}$|^#define/; next }
/^}$/ { next }
/^$/ { if (!empty) print ""; empty = 1; next }
{
    if (further)
        sub(/^             /, "") # as far as what is left out
    if (sub(/TRAPLINE_API /, ""))
        further = 1
    if (/;/)
        further = 0
    print plain($0)
    empty = 0
}
END { print ".fi" }
