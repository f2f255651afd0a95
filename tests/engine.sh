#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# engine.sh OPINE ENGINE: a suite scored in parts by an engine and merged is what
# one run writes. The engines are `parallel` (GNU parallel) and `slurm`, a
# cluster of one node that is started here. Exits with 77 without the engine.

set -euo pipefail

OPINE=$1
engine=$2
here=$(cd "$(dirname "$0")/.." && pwd)
parts=3
export OPINE

work=$(mktemp -d)
daemons=()

clean() {
    local pid

    for pid in "${daemons[@]}"; do
        kill "$pid" 2> /dev/null || true
    done
    for pid in "${daemons[@]}"; do
        wait "$pid" 2> /dev/null || true
    done
    rm -rf "$work"
}
trap clean EXIT

skip() {
    echo "skipped: $*"
    exit 77
}

# Rows that differ, more than there are parts, one of which cannot be scored
make_manifest() {
    local vectors=$here/testvectors name

    echo 'id,ref,deg,group,from'
    for name in band_opus64 band_opus12 band_mono_mp3; do
        echo "$name,$vectors/ref/band.flac,$vectors/deg/$name.flac,band,"
        echo "$name-late,$vectors/ref/band.flac,$vectors/deg/$name.flac,band,1"
    done
    echo "beat,$vectors/ref/beat.flac,$vectors/deg/beat_mp3.flac,beat,"
    echo "none,$vectors/ref/beat.flac,$vectors/deg/none.flac,beat,"
}

# ------------------------------------------------------------- GNU parallel

run_parallel() {
    local code=0

    command -v parallel > /dev/null || skip "no parallel: package parallel"
    # What it exits with is the number of jobs that failed: one has a bad row
    HOME=$work parallel --will-cite -j2 "$OPINE" batch suite.csv -j1 --quiet \
        --shard "{}/$parts" --csv 'results.{}.csv' ::: $(seq $parts) \
        2> log || code=$?
    [ $code = 1 ]
}

# -------------------------------------------------------------------- Slurm

# Start a daemon that stays in the foreground: daemon NAME COMMAND...
daemon() {
    "${@:2}" > "$work/$1.log" 2>&1 &
    daemons+=($!)
}

# Wait until a command succeeds: await SECONDS COMMAND...
await() {
    local end=$((SECONDS + $1))

    while ! "${@:2}" > /dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.2
    done
}

# A port that nothing listens at
free_port() {
    local port

    for port in $(shuf -i 20000-40000 -n 20); do
        (: < "/dev/tcp/127.0.0.1/$port") 2> /dev/null || break
    done
    echo "$port"
}

configure_slurm() {
    local user

    user=$(id -un)
    mkdir -p "$work/state" "$work/spool"
    cat > "$work/slurm.conf" << END
ClusterName=opine
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
NodeName=one NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 CPUs=2
PartitionName=all Nodes=ALL Default=YES State=UP
END
}

start_slurm() {
    local tool

    for tool in munged slurmctld slurmd sbatch sinfo; do
        command -v "$tool" > /dev/null ||
            skip "no $tool: packages munge and slurm-wlm"
    done
    configure_slurm
    export SLURM_CONF=$work/slurm.conf
    head -c 128 /dev/urandom > "$work/munge.key"
    chmod 600 "$work/munge.key"
    daemon munged munged --foreground --force --socket="$work/munge.socket" \
        --key-file="$work/munge.key" --pid-file="$work/munged.pid" \
        --log-file="$work/munged.log" --seed-file="$work/munge.seed"
    await 10 test -S "$work/munge.socket" || skip_slurm munged
    daemon slurmctld slurmctld -D -i
    daemon slurmd slurmd -D -N one
    await 30 sh -c 'sinfo --noheader --format %T | grep -qx idle' ||
        skip_slurm slurmctld slurmd
}

# Daemons that a container does not let run are no fault of ours
skip_slurm() {
    local name

    for name in "$@"; do
        tail -n 5 "$work/$name.log" | sed "s/^/$name: /"
    done
    skip "Slurm does not start here"
}

has_all_parts() {
    [ "$(find . -name 'results.*.csv' | wc -l)" = $parts ]
}

run_slurm() {
    start_slurm
    # It waits for the array, one task of which has a bad row; under load it
    # may lose the controller and end early
    sbatch --wait --quiet --array=1-$parts --output=log \
        "$here/tools/opine.sbatch" suite.csv results --quiet && return 1
    await 60 has_all_parts
}

# --------------------------------------------------------------------- test

PATH=$PATH:/usr/sbin:/sbin
cd "$work"
make_manifest > suite.csv
code=0
"$OPINE" batch suite.csv --csv whole.csv --quiet 2> /dev/null || code=$?
[ $code = 4 ]
"run_$engine" || {
    cat log
    echo "$engine failed"
    exit 1
}
"$OPINE" merge results.*.csv --csv merged.csv
cmp whole.csv merged.csv
echo "merged from $parts parts by $engine: the same $(wc -l < merged.csv) lines"
