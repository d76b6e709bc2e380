# SPDX-License-Identifier: GPL-2.0-or-later
#
# plain.awk - text for troff, for man.awk and header.awk.

# Text is taken as it is: no character of it is troff's.
function plain(s) {
    gsub(/\\/, "\\e", s)
    gsub(/-/, "\\-", s)
    gsub(/'/, "\\(aq", s)
    gsub(/`/, "\\(ga", s)
    gsub(/\^/, "\\(ha", s)
    gsub(/~/, "\\(ti", s)
    if (s ~ /^\./)
        s = "\\&" s
    return s
}
