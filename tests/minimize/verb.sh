# SPDX-License-Identifier: GPL-2.0-or-later
#
# verb.sh - the verb and what it says: sourced behind opening.sh, whose words it uses.

# minimize WANTED-STATUS ARGUMENTS...: what it prints is in log
minimize() {
    local wanted=$1 status
    shift
    again="cd $top && $trapline minimize $*"
    timeout 120 "$trapline" minimize "$@" >log 2>&1
    status=$?
    [ $status = "$wanted" ] || fail "status $status instead of $wanted: $(tail -n 3 log)" "$again"
}

says() { # REGEX [FILE]
    grep -qE "$1" "${2:-log}" || fail "it does not say '$1' but: $(cat "${2:-log}")" "$again"
}
