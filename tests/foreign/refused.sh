#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# refused.sh BUILD WORK [IMAGE BZIMAGE]: files that are no kernel for the board, no initramfs, or do not
# fit: each is refused in one sentence that says what was found and what is needed, with the exit code that
# the documents give. IMAGE and BZIMAGE are Linux's, for arm64 and for x86_64.
set -uo pipefail
trapline=$1/trapline work=$2 image=${3:-} bzimage=${4:-}
guests=$1/tests/foreign
rm -rf "$work"
mkdir -p "$work/folder"
cd "$work" || exit 1

# refused EXIT "WORDS;WORDS.." ARGUMENTS...
refused() {
    local wanted=$1 words=$2 status=0 said word
    shift 2
    said=$(timeout 60 "$trapline" run --no-input --limit 1000 "$@" 2>&1 >/dev/null </dev/null) || status=$?
    if [ $status -ne "$wanted" ] || [ "$(wc -l <<<"$said")" -ne 1 ]; then
        echo "FAIL: run $*: exit $status, not $wanted, or not one line: $said"
        echo "  again: cd $work && $trapline run --no-input --limit 1000 $*"
        exit 1
    fi
    while read -r word; do
        grep -qF -- "$word" <<<"$said" && continue
        echo "FAIL: run $*: '$said' without '$word'"
        echo "  again: cd $work && $trapline run --no-input --limit 1000 $*"
        exit 1
    done < <(tr ';' '\n' <<<"$words")
}

bytes() { # OFFSET HEX...: into the file `made`, of 8 KiB at first
    local at=$1 byte
    shift
    for byte; do
        printf "\\x$byte" | dd of=made bs=1 seek="$at" conv=notrunc status=none
        at=$((at + 1))
    done
}

# ---- containers and compressions, by real tools where there are some, else by their first bytes ----
pack() { # NAME WORDS COMMAND...
    local name=$1 words=$2
    shift 2
    command -v "$1" >/dev/null || return 0
    "$@" <"$guests/arm64.elf" >"Image.$name"
    refused 4 "$words;a plain Image, bzImage or ELF file is needed" --arch arm64 --kernel "Image.$name"
}
pack gz "compressed with gzip;zcat" gzip -c
pack zst "compressed with zstd;zstdcat" zstd -q -c
pack xz "compressed with xz;xzcat" xz -c
pack lzma "compressed with LZMA;lzcat" xz --format=lzma -c
pack bz2 "compressed with bzip2;bzcat" bzip2 -c
pack lz4 "compressed with LZ4;lz4cat" lz4 -q -c
container() { # WORDS OFFSET HEX...
    local words=$1
    shift
    rm -f made
    truncate -s 8K made
    bytes "$@"
    refused 4 "made: $words" --arch arm64 --kernel made
}
container "is a uImage;dumpimage" 0 27 05 19 56
container "is a device tree or a FIT image;dumpimage" 0 d0 0d fe ed
container "is a zImage for 32-bit arm;a 64-bit kernel is needed" 36 18 28 6f 01
container "is an EFI zboot image;plain Image" 0 4d 5a 00 00 7a 69 6d 67
container "is no kernel that this machine can start" 0 01 02 03

# ---- the other CPU, 32 bits, no link, a level that is not there ----
refused 4 "is x86_64 code, the machine is arm64" --arch arm64 --kernel "$guests/pvh.elf"
refused 4 "is arm64 code, the machine is x86_64" --arch x86_64 --kernel "$guests/arm64.elf"
cp "$guests/arm64.elf" made
bytes 4 01
refused 4 "32-bit ELF file, 64-bit is needed" --arch arm64 --kernel made
cp "$guests/arm64.elf" made
bytes 16 01
refused 4 "not an executable ELF file;was it linked?" --arch arm64 --kernel made
# What arm64 Linux's vmlinux is: its segments' physical addresses are the virtual ones.
cp "$guests/arm64.elf" made
bytes 88 00 00 00 08 00 80 ff ff
refused 4 "loads at 0xffff800008000000, a virtual address;objcopy -O binary" --arch arm64 --kernel made

# ---- nothing, a folder, a part ----
: >empty
refused 4 "empty: is empty" --kernel empty
refused 2 "folder is not a file" --kernel folder
refused 2 "cannot open nothing: No such file" --kernel nothing
refused 2 "/dev/zero is not a file" --kernel /dev/zero
head -c 4096 "$guests/pvh.elf" >cut
refused 4 "truncated: a segment needs" --kernel cut

# ---- initramfs ----
echo "hello, this is no archive" >text
entry() { # NAME SIZE: a header of newc, padded
    printf '070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\0' \
        1 33188 0 0 1 0 "$2" 0 0 0 0 $((${#1} + 1)) 0 "$1"
}
{ entry hello 6; echo hello; } >part
{ entry hello 600; echo hello; } >cut.cpio
{ printf 070707; cat text; } >old.cpio
refused 4 "no initramfs;neither a cpio archive nor compressed;cpio -o -H newc" --arch arm64 --initrd text
refused 4 "empty: is empty; a cpio archive is needed" --arch x86_64 --initrd empty
refused 4 "cut.cpio: is a cpio archive that is cut off;byte 0" --arch arm64 --initrd cut.cpio
refused 4 "of the old format; newc is needed" --arch x86_64 --initrd old.cpio
refused 2 "folder is not a file" --arch arm64 --initrd folder
refused 2 "cannot open nothing" --arch arm64 --initrd nothing
refused 2 "cannot read the folder nothing" --arch arm64 --rootfs nothing
refused 2 "cannot read the folder text: Not a directory" --arch arm64 --rootfs text
# What an ELF file of another's takes for an initrd is its own matter.
refused 5 "the limit of instructions" --kernel "$guests/arm64.elf" --initrd text
refused 4 "empty: is empty" --kernel "$guests/pvh.elf" --initrd empty

# ---- memory ----
truncate -s 64M large
for kernel in arm64 pvh; do
    refused 2 "too little for;with an initrd of 65536 KiB; give the machine more (--mem)" \
        --kernel "$guests/$kernel.elf" --initrd large --mem 32M
done
for mem in 0 1M 9M 4G 1T abc -5; do
    refused 2 "--mem wants a multiple of 2M from 8M to 3G;not '$mem'" --kernel "$guests/pvh.elf" --mem $mem
done

# ---- Linux's own formats ----
if [ -f "$image" ] && [ -f "$bzimage" ]; then
    refused 4 "is an arm64 kernel, the machine is x86_64 (use --arch arm64)" --arch x86_64 --kernel "$image"
    refused 4 "is an x86 kernel, the machine is arm64 (use --arch x86_64)" --arch arm64 --kernel "$bzimage"
    for kernel in "$image" "$bzimage"; do
        head -c 1000000 "$kernel" >cut
        refused 4 "truncated: it has 1000000 bytes of" --kernel cut
        refused 2 "MiB of RAM from 0x;the machine has 8 MiB; give it more (--mem)" --kernel "$kernel" --mem 8M
        refused 4 "no initramfs" --kernel "$kernel" --initrd text
        refused 4 "cut off" --kernel "$kernel" --initrd cut.cpio
        refused 5 "the limit of instructions" --kernel "$kernel" --initrd part
        refused 5 "the limit of instructions" --kernel "$kernel" --initrd Image.gz
        { entry x 200000000; cat large large large large; } >big.cpio
        refused 2 "too little for;give the machine more (--mem)" --kernel "$kernel" --initrd big.cpio --mem 128M
    done
fi
rm -rf "$work"
