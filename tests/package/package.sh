#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# package.sh SOURCE BUILD WORK [SUITE]: cpack makes a package that is as it should be. With a suite: it
# installs on a clean root of that suite (debootstrap; needs root and a mirror), where the program
# records and replays, the workflow and the recipe for a container run, and a foreign trap test is
# built from it. Ends with 77 where that cannot be done.
set -euo pipefail
source=$1 build=$2 work=$3 suite=${4:-}
fail() { echo "FAIL: $1"; exit 1; }
skip() { echo "SKIP: $1"; exit 77; }
command -v dpkg-deb >/dev/null || skip "no dpkg here"
[ -z "$suite" ] || [ "$(id -u)" = 0 ] || skip "debootstrap needs root"
[ -z "$suite" ] || command -v debootstrap >/dev/null || skip "debootstrap is not installed"
rm -rf "$work" && mkdir -p "$work"
options=()
[ -n "$suite" ] || options=(-D CPACK_DEBIAN_COMPRESSION_TYPE=gzip) # no time for more
if [ -z "${TRAPLINE_DEB:-}" ]; then # else that file is looked at
    (cd "$build" && cpack -G DEB -B "$work/cpack" "${options[@]}" >"$work/cpack.log" 2>&1) || { cat "$work/cpack.log"; exit 1; }
fi
deb=${TRAPLINE_DEB:-$(echo "$work"/cpack/trapline_*.deb)}

dpkg-deb -c "$deb" | awk '{ print $6 }' >"$work/files"
for file in bin/trapline include/trapline/kit.h share/man/man1/trapline-explore.1.gz share/man/man3/trapline-kit.3.gz share/man/man5/trapline-trace.5.gz \
    share/bash-completion/completions/trapline share/zsh/site-functions/_trapline share/trapline/kernel-arm64.elf \
    share/trapline/kernel-x86_64.elf share/trapline/schema/dump.schema.json share/doc/trapline/copyright; do
    grep -qx "./usr/$file" "$work/files" || fail "the package lacks /usr/$file"
done
for file in 'lib.*/libtrapline.so.0' 'lib.*/libtrapline.a' 'lib.*/trapline.pc' 'lib.*/TraplineConfig.cmake'; do
    grep -qE "^./usr/$file$" "$work/files" || fail "the package lacks $file"
done
depends=$(dpkg-deb -f "$deb" Depends)
case $depends in *unicorn* | *capstone*) fail "it depends on what Debian 12 or 13 lacks: $depends" ;; esac
if [ -n "$suite" ] && command -v lintian >/dev/null; then
    lintian --allow-root --fail-on error "$deb" >"$work/lintian.log" 2>&1 || { cat "$work/lintian.log"; exit 1; }
fi
[ -n "$suite" ] || { echo "PASS $(basename "$deb")"; exit 0; }

mirror=${TRAPLINE_MIRROR:-$(apt-get indextargets --format '$(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
    sed -n 's|^main \(.*/debian\)/*$|\1|p' | sort -u | head -n 1)}
root=$work/root
debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$work/debootstrap.log" 2>&1 ||
    { tail "$work/debootstrap.log"; skip "debootstrap $suite failed"; }
cp /etc/resolv.conf "$root/etc/" 2>/dev/null || true
[ ! -d /etc/apt/apt.conf.d ] || cp -n /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
cp "$deb" "$root/trapline.deb"
cp "$source/tests/kit/package/test_alone.c" "$root/"
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive "$@"; }
install="apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 -o APT::Sandbox::User=root install"
inside sh -c "apt-get -qq update && $install /trapline.deb" >"$work/install.log" 2>&1 || { cat "$work/install.log"; exit 1; }

# Nothing but the package and what it depends on: the program works, on both CPUs.
inside trapline --version
inside sh -c 'mkdir -p /guest && cd /tmp &&
    for arch in arm64 x86_64; do
        trapline run --arch $arch --rootfs /guest -- /none && exit 1 # no such program: the kernel says so
        trapline record -o $arch.tlt --arch $arch --rootfs /guest --limit 2000000 -- /none
        trapline replay $arch.tlt | grep -q identical || exit 1
        trapline dump $arch.tlt --header | grep -q $arch || exit 1
    done' >"$work/use.log" 2>&1 || { cat "$work/use.log"; fail "the program, in $suite"; }

# The workflow, all of it as its container runs it, in the folder of a kernel.
cp -r "$source/tests/kit/arm64" "$root/checkout"
python3 "$source/tests/kit/ci.py" "$source/tests/kit/ci/trap-tests.yml" whole >"$root/steps.sh"
inside TRAPLINE_DEB=file:///trapline.deb sh -c 'cd /checkout && sh -x /steps.sh' >"$work/workflow.log" 2>&1 ||
    { tail -n 20 "$work/workflow.log"; fail "the workflow, in $suite"; }
for made in run.tlt check.xml found/shard-1-of-1.jsonl; do
    [ -s "$root/checkout/$made" ] || fail "the workflow made no $made, in $suite"
done

# What the recipe for a container says, and its user's command on the kernel with the fault.
cp "$deb" "$root/tmp/trapline_$(dpkg-deb -f "$deb" Version).deb"
python3 "$source/tests/kit/ci.py" "$source/tests/kit/ci/Containerfile" >"$root/recipe.sh"
inside sh /recipe.sh >"$work/recipe.log" 2>&1 || { tail -n 20 "$work/recipe.log"; fail "the Containerfile, in $suite"; }
cp -r "$source/tests/kit/arm64" "$root/src"
chroot "$root" su trap -c 'make --directory=/home/trap --file=/src/Makefile check' >"$work/user.log" 2>&1 ||
    { cat "$work/user.log"; fail "make check as a user, in $suite"; }

# An unmodified program of the suite, and a trap test built from the package alone.
inside sh -c "apt-get -qq update && $install busybox-static binutils-x86-64-linux-gnu" >>"$work/install.log" 2>&1 ||
    { tail -n 20 "$work/install.log"; exit 1; }
case $(uname -m) in x86_64) arch=x86_64 ;; *) arch=arm64 ;; esac
said=$(inside sh -c "mkdir -p /guest/bin && cp /bin/busybox /guest/bin/ && cd /tmp &&
    trapline record -o b.tlt --arch $arch --rootfs /guest -- /bin/busybox echo from $suite && trapline replay b.tlt") ||
    fail "$suite's busybox: $said"
grep -q "from $suite" <<<"$said" || fail "$suite's busybox said: $said"
grep -q identical <<<"$said" || fail "its replay: $said"
# shellcheck disable=SC2016
inside sh -c 'cd / && cc test_alone.c -o /tmp/t $(pkg-config --cflags --libs trapline cmocka) && /tmp/t' >"$work/kit.log" 2>&1 ||
    { cat "$work/kit.log"; fail "the trap test, in $suite"; }
inside apt-get -qq -y remove trapline >>"$work/install.log" 2>&1 || fail "it cannot be removed"
rm -rf "$root"
echo "PASS $suite: $(basename "$deb")"
