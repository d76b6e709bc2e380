# SPDX-License-Identifier: GPL-2.0-or-later
#
# man.awk - a manual page from a --help text (help.awk; with plain.awk).
#   -v verb=NAME -v about='what it is, in a line' -v version=X [-v exits='lines of trapline --help']

function section(name) {
    if (name != now) {
        print ".SH " name
        now = name
        fresh = 1
    }
}

function on_usage(line) {
    if (now != "SYNOPSIS") {
        section("SYNOPSIS")
        print ".nf"
    }
    print plain(line)
}

function end_of_lines() {
    if (now == "SYNOPSIS" || now == "EXAMPLES")
        print ".fi"
}

function on_text(line) {
    if (line ~ /^exit: /) {
        end_of_lines()
        section("EXIT STATUS")
        own_exits = 1
        line = substr(line, 7)
    } else if (now == "SYNOPSIS" || (now != "DESCRIPTION" && now != "NOTES" && now != "EXIT STATUS")) {
        end_of_lines()
        section(described ? "NOTES" : "DESCRIPTION")
        described = 1
    }
    if (blank && !fresh)
        print ".PP"
    blank = fresh = 0
    print plain(trim(line))
}

function on_heading(name) {
    end_of_lines()
    described = 1
    section(toupper(name))
    if (name == "examples")
        print ".nf"
}

function on_option(term, words) {
    end_of_lines()
    described = 1
    if (now != "MACHINE" && now != "VERBS" && now != "ENVIRONMENT")
        section("OPTIONS")
    blank = 0
    print ".TP"
    print ".B " plain(term)
    if (words != "")
        print plain(words)
}

function on_more(line) {
    if (match(line, /^ +/) > 0 && RLENGTH > 23)
        print ".br"
    print plain(trim(line))
}

function on_example(line) { print plain(line) }
function on_blank() { blank = 1 }

function on_end() {
    end_of_lines()
    if (!own_exits) {
        print ".SH EXIT STATUS"
        print plain(exits)
    }
    print ".SH SEE ALSO"
    print see
}

BEGIN {
    title = verb == "" ? "trapline" : "trapline-" verb
    printf ".\\\" Made from the --help text by tools/help/man.awk.\n"
    printf ".TH %s 1 \"\" \"Trapline %s\" \"Trapline\"\n", toupper(title), version
    printf ".SH NAME\n%s \\- %s\n", title, plain(about)
}
