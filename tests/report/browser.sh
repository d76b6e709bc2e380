# SPDX-License-Identifier: GPL-2.0-or-later
#
# browser.sh - a headless Chromium, driven over WebDriver (W3C) with curl; to be sourced.
#
#   browser_open FOLDER   start it; profile and screenshots go to FOLDER
#   browser_go URL        open a page
#   browser_js CODE       run it in the page: its `return` value as JSON
#   browser_wait CODE     until it returns true, 60 s at most
#   browser_keys TEXT     type into what has the focus
#   browser_click X Y     the mouse, in pixels of the page
#   browser_shot NAME     FOLDER/NAME.png
#   browser_log           what the page wrote to the console as an error
#   browser_close         ends it; called at exit too

browser_open()
{
    for tool in chromedriver chromium curl jq; do
        command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
    done
    browser_dir=$1
    mkdir -p "$browser_dir/profile"
    chromedriver --port=0 >"$browser_dir/driver.log" 2>&1 &
    browser_pid=$!
    trap browser_close EXIT
    local port=
    while [ -z "$port" ] && kill -0 $browser_pid 2>/dev/null; do
        sleep 0.1
        port=$(sed -n 's/.*started successfully on port \([0-9]*\)\.$/\1/p' "$browser_dir/driver.log")
    done
    [ -n "$port" ] || { echo "chromedriver does not start"; cat "$browser_dir/driver.log"; exit 1; }
    browser_url=http://127.0.0.1:$port
    local session
    session=$(browser_post session "$(jq -n --arg profile "$browser_dir/profile" '
        {capabilities: {alwaysMatch: {browserName: "chrome",
            "goog:loggingPrefs": {browser: "ALL"},
            "goog:chromeOptions": {args: ["--headless=new", "--no-sandbox", "--disable-gpu",
                "--disable-dev-shm-usage", "--force-color-profile=srgb", "--window-size=1400,1000",
                "--user-data-dir=" + $profile]}}}}')" | jq -r .value.sessionId)
    [ -n "$session" ] && [ "$session" != null ] || { echo "chromium does not start"; exit 1; }
    browser_url=$browser_url/session/$session
}

browser_post()
{
    curl -s --max-time 60 -H 'Content-Type: application/json' -d "$2" "$browser_url/$1"
}

browser_go()
{
    browser_post url "$(jq -n --arg url "$1" '{url: $url}')" >/dev/null
}

browser_js()
{
    browser_post execute/sync "$(jq -n --arg s "$1" '{script: $s, args: []}')" | jq -c .value
}

browser_wait()
{
    local end=$((SECONDS + 60))
    while [ $SECONDS -lt $end ]; do
        [ "$(browser_js "$1")" = true ] && return 0
        sleep 0.1
    done
    return 1
}

browser_keys()
{
    browser_post actions "$(jq -n --arg text "$1" '{actions: [{type: "key", id: "keys",
        actions: [$text | explode[] | [.] | implode
            | {type: "keyDown", value: .}, {type: "keyUp", value: .}]}]}')" >/dev/null
}

browser_click()
{
    browser_post actions "$(jq -n --argjson x "$1" --argjson y "$2" '{actions: [{type: "pointer",
        id: "mouse", parameters: {pointerType: "mouse"}, actions: [
            {type: "pointerMove", duration: 0, x: $x, y: $y}, {type: "pointerDown", button: 0},
            {type: "pointerUp", button: 0}]}]}')" >/dev/null
}

browser_shot()
{
    curl -s --max-time 60 "$browser_url/screenshot" | jq -r .value | base64 -d >"$browser_dir/$1.png"
}

browser_log()
{
    browser_post se/log '{"type": "browser"}' | jq -r '.value[] | select(.level=="SEVERE") | .message'
}

browser_close()
{
    [ -n "${browser_pid:-}" ] || return 0
    curl -s --max-time 10 -X DELETE "$browser_url" >/dev/null
    kill "$browser_pid" 2>/dev/null
    wait "$browser_pid" 2>/dev/null
    browser_pid=
}
