#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# slurm.sh BUILD ARCH WORK
#
# The shards of a search as a Slurm job array: munge, slurmctld and slurmd are started here, on this machine
# and for this folder alone, and ended with it. Without slurm-wlm and munge, or not as root, the test is skipped (77).
set -uo pipefail
build=$(realpath "$1") arch=$2
mkdir -p "$3"
top=$(realpath "$3")
trapline=$build/trapline
rm -rf "${top:?}"/*
command -v munged slurmctld slurmd sbatch >/dev/null && [ "$(id -u)" = 0 ] || exit 77
mkdir -p "$top/root/bin" "$top/root/tmp" "$top/state" "$top/spool" "$top/munge"
chmod 755 "$top" "$top/munge"
cp "$build/guest/$arch/explore/paths" "$top/root/bin/"
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait' EXIT

fail() {
    echo "FAIL: $arch: $1"
    tail -n 5 "$top"/*.log
    exit 1
}

dd if=/dev/urandom of="$top/munge/key" bs=1024 count=1 2>/dev/null
chmod 400 "$top/munge/key"
munged --foreground --force --key-file="$top/munge/key" --socket="$top/munge/socket" \
    --pid-file="$top/munge/pid" --log-file="$top/munge.log" --seed-file="$top/munge/seed" \
    --num-threads=1 >"$top/munged.log" 2>&1 &
pids+=($!)
port=$((20000 + $$ % 20000)) host=$(hostname -s)
cat >"$top/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$top/munge/socket
CredType=cred/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation=$top/state
SlurmdSpoolDir=$top/spool
SlurmctldPidFile=$top/slurmctld.pid
SlurmdPidFile=$top/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SchedulerType=sched/backfill
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$top/slurm.conf
slurmctld -D -f "$top/slurm.conf" >"$top/slurmctld.log" 2>&1 &
pids+=($!)
slurmd -D -f "$top/slurm.conf" >"$top/slurmd.log" 2>&1 &
pids+=($!)
for ((i = 0; i < 120; i++)); do
    [ "$(sinfo -h -o %t 2>/dev/null)" = idle ] && break
    sleep 0.5
done
[ "$(sinfo -h -o %t 2>/dev/null)" = idle ] || fail "the node does not come up"
cat >"$top/job" <<JOB
#!/bin/sh
exec $trapline explore --every --at trap_leave_user --inject irq,fault -j 1 --shard \$SLURM_ARRAY_TASK_ID/3 \\
    --arch $arch --rootfs $top/root --out $top/shards -- /bin/paths
JOB
sbatch --wait --array=1-3 --output="$top/job-%a.log" "$top/job" >"$top/sbatch.log" 2>&1 ||
    fail "the job array"
"$trapline" explore --merge "$top/shards" >"$top/merge.log" 2>&1 || fail "the shards together"
grep -qE '^([0-9]+) of \1 points hold' "$top/merge.log" || fail "not all points hold"
cat "$top/merge.log"
