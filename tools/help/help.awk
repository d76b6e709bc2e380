# SPDX-License-Identifier: GPL-2.0-or-later
#
# help.awk - reads what `trapline VERB --help` prints, for man.awk, bash.awk and zsh.awk.
#
# The text has parts, in any order: usage lines; paragraphs; options (a term two columns in, its
# words from column 24 on, or on the next lines); headings ("machine:", "examples:"). Each part is
# handed to a function of the file that is used beside this one:
#   on_usage(line)  on_text(line)  on_option(term, words)  on_more(line)  on_heading(name)
#   on_example(line)  on_blank()  on_end()

function trim(s) { sub(/^ +/, "", s); sub(/ +$/, "", s); return s }

# Where the words of an option begin in its first line; 0: not in this line.
function words_at(line,    at) {
    at = match(substr(line, 3), /   *[^ ]/)
    return at ? at + 2 + RLENGTH - 1 : 0
}

# terms("-o, --output FILE"): fills option[1..n] and value[1..n]; gives n.
function terms(term,    part, n, i, count, at) {
    n = split(term, part, /, /)
    count = 0
    for (i = 1; i <= n; i++) {
        if (part[i] !~ /^-/)
            continue
        at = match(part[i], /[ =\[]/)
        option[++count] = at ? substr(part[i], 1, at - 1) : part[i]
        value[count] = at ? substr(part[i], at + 1) : ""
        sub(/^=/, "", value[count])
        sub(/\]$/, "", value[count])
    }
    # "-o, --output FILE": both take it.
    for (i = 1; i < count; i++)
        if (value[i] == "" && option[i] ~ /^-[a-zA-Z]$/)
            value[i] = value[count]
    return count
}

BEGIN { part = "text" }

/^usage: / { part = "usage"; on_usage(substr($0, 8)); next }
part == "usage" && /^ / { on_usage(trim($0)); next }
/^[a-z]+:$/ { part = $0; on_heading(substr($0, 1, length($0) - 1)); next }
/^ *$/ { if (part != "examples:") part = "text"; on_blank(); next }
part == "examples:" { on_example(trim($0)); next }
/^  [^ ]/ {
    at = words_at($0)
    part = "option"
    on_option(trim(at ? substr($0, 3, at - 3) : $0), at ? substr($0, at) : "")
    next
}
/^   / && part == "option" { on_more($0); next }
{ part = "text"; on_text($0) }

END { on_end() }
