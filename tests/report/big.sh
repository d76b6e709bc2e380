#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# big.sh BIG_REPORT FOLDER TRAPS: a page of that many traps opens, zooms and finds; times are
# printed, for a person.
set -u

big=$1 dir=$2 traps=$3
. "$(dirname "$0")/browser.sh"
rm -rf "$dir"
mkdir -p "$dir"
"$big" "$dir/big.html" "$traps" || exit 1
failed=0

step() # WHAT CODE-THAT-BECOMES-TRUE
{
    local start=$EPOCHREALTIME
    browser_wait "$2" || { echo "FAIL: $1"; echo "  repeat: bash $0 $big $dir $traps"; failed=1; }
    echo "$1: $(awk "BEGIN {printf \"%.1f s\", $EPOCHREALTIME - $start}")"
}

echo "page of $traps traps: $(($(stat -c %s "$dir/big.html") / 1024)) KiB"
browser_open "$dir"
start=$EPOCHREALTIME
browser_go "file://$dir/big.html"
echo "loaded: $(awk "BEGIN {printf \"%.1f s\", $EPOCHREALTIME - $start}")"
step "first picture" 'return view.hits.length > 100'
step "first table" 'return document.getElementById("rows").children.length === 200'
browser_js 'setView(end / 2, end / 2 + end / 1000)' >/dev/null
step "zoomed by a thousand" 'return view.hits.some((h) => h.item)'
browser_js 'setView(0, end); document.getElementById("search").value = "needle"; find(1)' >/dev/null
step "found the one at the end" 'return selected !== null && selected.detail.includes("needle")'
[ -z "$(browser_log)" ] || { browser_log; failed=1; }
exit $failed
