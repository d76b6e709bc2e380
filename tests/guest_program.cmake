# SPDX-License-Identifier: GPL-2.0-or-later
#
# guest_program(ARCH OUT SOURCE...  [INCLUDES DIR...] [FLAGS ...])
#   A static user program for the guest, with Debian's musl of that CPU from
#   build/guest/ARCH/root (./dev setup), compiled by the cross compiler. OUT is the file to make.
#   GUEST_MUSL_FOUND is false where the packages are not there; nothing can be built then.

find_program(GUEST_CC_arm64 NAMES aarch64-linux-gnu-gcc REQUIRED)
find_program(GUEST_CC_x86_64 NAMES x86_64-linux-gnu-gcc gcc REQUIRED)
set(GUEST_TRIPLET_arm64 aarch64-linux-musl)
set(GUEST_TRIPLET_x86_64 x86_64-linux-musl)
set(GUEST_FLAGS_arm64 -mno-outline-atomics)
set(GUEST_FLAGS_x86_64 -fcf-protection=none)
set(GUEST_PACKAGES ${CMAKE_SOURCE_DIR}/build/guest)

set(GUEST_MUSL_FOUND TRUE)
foreach(arch arm64 x86_64)
  if(NOT EXISTS ${GUEST_PACKAGES}/${arch}/root/usr/lib/${GUEST_TRIPLET_${arch}}/libc.a)
    set(GUEST_MUSL_FOUND FALSE)
  endif()
  execute_process(COMMAND ${GUEST_CC_${arch}} -print-file-name=include
    OUTPUT_VARIABLE GUEST_GCC_INCLUDE_${arch} OUTPUT_STRIP_TRAILING_WHITESPACE)
endforeach()
if(NOT GUEST_MUSL_FOUND)
  message(STATUS "guest programs are left out: run ./dev setup for their C library")
endif()

function(guest_program arch out)
  cmake_parse_arguments(G "" "" "INCLUDES;FLAGS" ${ARGN})
  set(lib ${GUEST_PACKAGES}/${arch}/root/usr/lib/${GUEST_TRIPLET_${arch}})
  list(TRANSFORM G_INCLUDES PREPEND -I)
  get_filename_component(folder ${out} DIRECTORY)
  file(MAKE_DIRECTORY ${folder})
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/guest/*.h)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${GUEST_CC_${arch}} -std=gnu11 -O2 -g -Wall -Wextra -Werror ${GUEST_FLAGS_${arch}}
            -fno-pie -no-pie -static -fno-stack-protector -fno-strict-aliasing
            -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -Wl,--build-id=none -Wl,-z,noexecstack
            -nostdinc -isystem ${GUEST_PACKAGES}/${arch}/root/usr/include/${GUEST_TRIPLET_${arch}}
            -isystem ${GUEST_GCC_INCLUDE_${arch}} ${G_INCLUDES} ${G_FLAGS}
            -nostdlib ${lib}/crt1.o ${lib}/crti.o ${G_UNPARSED_ARGUMENTS}
            -L${lib} -Wl,--start-group -lc -lgcc -Wl,--end-group ${lib}/crtn.o -o ${out}
    DEPENDS ${G_UNPARSED_ARGUMENTS} ${headers}
    COMMENT "guest ${arch}: ${out}"
    VERBATIM)
endfunction()
