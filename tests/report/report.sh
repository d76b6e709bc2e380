#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# report.sh TRAPLINE ARCH TESTS FOLDER: the page opens, shows what `dump` says, and answers to
# mouse and keys.
set -u

trapline=$1 arch=$2 tests=$3 dir=$4
. "$(dirname "$0")/browser.sh"
rm -rf "$dir"
mkdir -p "$dir/root"
cp "$tests/signal_args" "$tests/timer_simd" "$dir/root/" || exit 1
cd "$dir" || exit 1
failed=0

fail()
{
    echo "FAIL: $*"
    echo "  repeat: bash $0 $trapline $arch $tests $dir"
    failed=1
}

same() # WHAT GOT WANTED
{
    [ "$2" = "$3" ] || fail "$1: $2, not $3"
}

differ() # WHAT A B
{
    ! cmp -s "$2.png" "$3.png" || fail "$1: no pixel changed"
}

"$trapline" record -o run.tlt --arch "$arch" --rootfs root -- /signal_args >/dev/null || fail "record"
"$trapline" record -o chaos.tlt --arch "$arch" --rootfs root --chaos 5 -- /timer_simd >/dev/null ||
    fail "record"
"$trapline" record -o calm.tlt --arch "$arch" --rootfs root -- /timer_simd >/dev/null || fail "record"
"$trapline" report run.tlt -o run.html --details 60 || fail "report"
"$trapline" report chaos.tlt -o both.html --compare calm.tlt --details 5 || fail "report --compare"
grep -qE 'https?://' run.html && fail "the page names something on the network"
[ ! -e run.html.part ] || fail "a part is left"
"$trapline" export run.tlt --format chrome -o run.json || fail "export"
"$trapline" dump run.tlt --signals --json >signals.json || fail "dump"

browser_open "$dir"
browser_go "file://$dir/run.html"
browser_wait 'return document.getElementById("count").textContent.includes("in view")' ||
    fail "the page does not open"
same "title" "$(browser_js 'return document.title')" '"run.tlt - Trapline"'
all=$(jq '[.traceEvents[] | select(.ph != "M" and .cat != "run")] | length' run.json)
browser_js 'return document.getElementById("count").textContent' | grep -q " of $all in view" ||
    fail "not all $all events are in the table"
browser_wait 'return view.hits.length > 10' || fail "the timeline is empty"
for _ in $(seq 20); do # what was loaded may not be drawn yet
    browser_shot whole
    browser_shot again
    cmp -s whole.png again.png && break
done
cmp -s whole.png again.png || fail "the page does not stand still"

# ---- keys: closer, and the whole again ----
browser_js 'document.getElementById("canvas").focus()' >/dev/null
browser_keys ww
browser_wait 'return Math.abs((view.to - view.from) / end - 0.36) < 1e-6' || fail "w does not zoom"
browser_wait 'return !document.getElementById("count").textContent.includes(" of '"$all"' ")' ||
    fail "the table does not follow the view"
browser_shot closer
differ "zoom" whole closer
browser_keys $'\ue011'
browser_wait 'return document.getElementById("count").textContent.includes(" of '"$all"' in view")' ||
    fail "Home does not show the whole run"
browser_js 'document.getElementById("canvas").blur()' >/dev/null
browser_shot back
browser_keys t
browser_shot dark
differ "dark and light" back dark
browser_keys t

# ---- search: the system call that became a signal, with all that is seen of it ----
browser_keys /
browser_keys "kill(2"
browser_keys $'\ue007'
n=$(jq -s --slurpfile e run.json '.[0].n as $h | [$e[0].traceEvents[] | select(.name == "kill")
    | .args.instruction | select(. < $h)] | max' signals.json)
browser_wait 'return document.getElementById("found").textContent === "at '"$n"'"' ||
    fail "search does not find kill at $n"
browser_wait 'return document.getElementById("detail").textContent.includes("Signal frame of SIGUSR1")' ||
    fail "the signal frame is not shown"
detail=$(browser_js 'return document.getElementById("detail").innerText')
for text in "Registers that changed" "The frame on the kernel" sigframe_push "Through" siginfo; do
    case $text in siginfo) text=si_signo ;; esac
    [[ $detail == *"$text"* ]] || fail "the close-up lacks '$text'"
done
same "bytes of the signal frame: the signal's number" "$(browser_js '
    return [...document.querySelectorAll(".bytes span[title=si_signo]")].map((s) => s.textContent).join(" ")')" \
    '"0a 00 00 00"'
browser_shot chosen
differ "the one chosen" whole chosen

# ---- the mouse: a span on the timeline, a row of the table; the neighbour ----
browser_js 'setView(0, end)' >/dev/null
browser_wait 'return view.hits.some((h) => h.item && h.item.name === "wait4")' || fail "no wait4"
where=$(browser_js 'const h = view.hits.find((h) => h.item && h.item.name === "wait4" && h.right - h.x > 20);
    const r = canvas.getBoundingClientRect();
    return { x: Math.round(r.x + h.right - 4), y: Math.round(r.y + (h.top + h.bottom) / 2) }')
browser_click "$(jq .x <<<"$where")" "$(jq .y <<<"$where")"
browser_wait 'return selected !== null && selected.name === "wait4"' || fail "a click on the timeline"
where=$(browser_js 'const tr = document.getElementById("rows").children[1], r = tr.getBoundingClientRect();
    return { x: Math.round(r.x + 20), y: Math.round(r.y + 5), key: tr.dataset.key }')
browser_click "$(jq .x <<<"$where")" "$(jq .y <<<"$where")"
browser_wait "return selected.key === $(jq .key <<<"$where")" || fail "a click in the table"
browser_js 'document.activeElement.blur()' >/dev/null
browser_keys $'\ue014'
browser_wait "return selected.key !== $(jq .key <<<"$where")" || fail "the next one by key"

# ---- filter, kinds ----
browser_js 'setView(0, end); document.getElementById("filter").value = "exit_group";
    viewChanged()' >/dev/null
browser_wait 'return document.getElementById("rows").children.length === 2' || fail "the filter"
browser_js 'document.getElementById("filter").value = "";
    [...document.querySelectorAll("#kinds button")][SYSCALL].click()' >/dev/null
calls=$(jq '[.traceEvents[] | select(.cat == "syscall")] | length' run.json)
browser_wait 'return document.getElementById("count").textContent.includes(" of '$((all - calls))' in view")' ||
    fail "system calls are not hidden"
same "errors of the page" "$(browser_log)" ""

# ---- two runs ----
browser_go "file://$dir/both.html"
browser_wait 'return document.getElementById("count").textContent.includes("in view")' ||
    fail "two runs do not open"
same "rows of both runs" "$(browser_js 'return new Set(view.rows.map((r) => r.run)).size')" 2
want=$("$trapline" diff chaos.tlt calm.tlt | grep -oE 'instruction [0-9]+' | head -1 | grep -oE '[0-9]+')
same "the first difference" "$(browser_js 'return meta.difference.n')" "$want"
browser_shot both
same "errors of the page" "$(browser_log)" ""
exit $failed
