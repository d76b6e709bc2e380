#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ci.py FILE [whole]: the shell commands of a workflow that follow its installation (whole: all of
them), or the RUN commands of a Containerfile, after a look at the form of either."""
import subprocess
import sys

text = open(sys.argv[1]).read()
whole = sys.argv[2:] == ["whole"]
commands = []
if sys.argv[1].endswith(".yml"):
    import yaml

    flow = yaml.safe_load(text)
    assert set(flow) >= {"name", "jobs"} and (True in flow or "on" in flow), "on, name or jobs lacks"
    for job in flow["jobs"].values():
        assert "runs-on" in job and "privileged" not in str(job), "runs-on, privileges"
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step), step
            if "run" in step and (whole or step["name"] != "Install"):
                commands.append(step["run"])
else:
    for line in text.replace("\\\n", "").splitlines():
        word, _, rest = line.partition(" ")
        if line and not line.startswith("#"):
            assert word in ("FROM", "COPY", "RUN", "USER", "WORKDIR", "CMD"), line
        if word == "RUN":
            commands.append(rest)
    assert "USER trap" in text, "it runs as root"
script = "set -e\n" + "\n".join(commands) + "\n"
subprocess.run(["sh", "-n"], input=script, text=True, check=True)
print(script)
