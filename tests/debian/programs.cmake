# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs of our own that cases run (needs: tests/NAME), linked against the guest's C libraries as a
# program in the guest would be, whatever this host has. They go to ${programs}/ARCH.

# debian_program(ARCH CC CPU LOADER glibc|musl dynamic|static SOURCE NAME)
function(debian_program arch cc cpu loader libc link source name)
  set(root ${TRAPLINE_GUEST_DIR}/${arch}/debian/root)
  set(triplet ${cpu}-linux-gnu)
  set(include -isystem ${root}/usr/include/${triplet} -isystem ${root}/usr/include)
  set(libraries -lm -lc)
  if(libc STREQUAL musl)
    set(triplet ${cpu}-linux-musl)
    set(loader /lib/ld-musl-${cpu}.so.1)
    set(include -isystem ${root}/usr/include/${triplet})
    set(libraries -lc)
  endif()
  set(lib ${root}/usr/lib/${triplet})
  execute_process(COMMAND ${cc} -print-file-name=include OUTPUT_VARIABLE cc_include
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  execute_process(COMMAND ${cc} -print-libgcc-file-name OUTPUT_VARIABLE libgcc
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  get_filename_component(gcc_dir ${libgcc} DIRECTORY)
  set(how -Wl,--dynamic-linker,${loader})
  if(link STREQUAL static)
    set(how -static)
    list(APPEND libraries ${gcc_dir}/libgcc_eh.a)
  endif()
  set(cpu_flags "")
  if(arch STREQUAL arm64)
    set(cpu_flags -mno-outline-atomics)
  endif()
  if(libc STREQUAL glibc AND link STREQUAL dynamic)
    # By name: libc.so, a linker script, and the link /lib64/ld-linux-x86-64.so.2 lead to the host's.
    get_filename_component(loader_name ${loader} NAME)
    set(libraries ${lib}/libm.so.6 ${lib}/libc.so.6 ${lib}/libc_nonshared.a -Wl,--as-needed
        ${lib}/${loader_name})
  endif()
  add_custom_command(
    OUTPUT ${programs}/${arch}/${name}
    COMMAND ${cc} -std=gnu11 -O0 -g -gdwarf-4 -Wall -Wextra -Werror ${cpu_flags} -fno-pie -no-pie
            -fno-stack-protector -fno-builtin -ffile-prefix-map=${here}/programs=/tests --sysroot=${root}
            -nostdinc -isystem ${cc_include} ${include} -nostdlib ${how}
            -Wl,-z,noexecstack -L${lib}
            -o ${programs}/${arch}/${name} ${lib}/crt1.o ${lib}/crti.o ${gcc_dir}/crtbegin.o
            ${here}/programs/${source}
            -Wl,--start-group ${libraries} ${libgcc} -Wl,--end-group
            ${gcc_dir}/crtend.o ${lib}/crtn.o
    DEPENDS ${here}/programs/${source}
    COMMENT "debian ${arch} ${name}" VERBATIM)
endfunction()

function(debian_programs arch)
  file(MAKE_DIRECTORY ${programs}/${arch})
  foreach(libc glibc musl)
    foreach(link dynamic static)
      debian_program(${arch} ${ARGN} ${libc} ${link} linking.c linking-${libc}-${link})
      list(APPEND outputs ${programs}/${arch}/linking-${libc}-${link})
    endforeach()
  endforeach()
  debian_program(${arch} ${ARGN} musl static debuggee.c debuggee)
  list(APPEND outputs ${programs}/${arch}/debuggee)
  add_custom_target(debian-programs-${arch} ALL DEPENDS ${outputs})
endfunction()

debian_programs(arm64 aarch64-linux-gnu-gcc aarch64 /lib/ld-linux-aarch64.so.1)
debian_programs(x86_64 x86_64-linux-gnu-gcc x86_64 /lib64/ld-linux-x86-64.so.2)
