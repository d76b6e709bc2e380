# SPDX-License-Identifier: GPL-2.0-or-later
#
# Libraries as archives, where their packages have them: the dynamic linker's work for
# libunicorn and what hangs off libarchive is longer than the boot of a guest from the cache.
# Where an archive is not there or does not link alone, the shared library is taken.
include(CheckCSourceCompiles)

option(TRAPLINE_ARCHIVES "Link libraries into the programs where their archives are there" ON)

# trapline_archive(PREFIX NAME SYMBOL...): let PkgConfig::PREFIX stand for libNAME.a, if the
# functions that we call can be linked from it without anything else.
function(trapline_archive prefix name)
  find_library(${prefix}_ARCHIVE NAMES lib${name}.a HINTS ${${prefix}_LIBDIR})
  if(NOT TRAPLINE_ARCHIVES OR NOT ${prefix}_ARCHIVE)
    return()
  endif()
  set(source "")
  set(calls "")
  foreach(symbol ${ARGN})
    string(APPEND source "extern char ${symbol}[];\n")
    string(APPEND calls " + ${symbol}[0]")
  endforeach()
  set(CMAKE_REQUIRED_FLAGS "-fno-builtin")
  set(CMAKE_REQUIRED_LIBRARIES ${${prefix}_ARCHIVE} m)
  check_c_source_compiles("${source}int main(void) { return 0${calls}; }" ${prefix}_ARCHIVE_LINKS)
  if(${prefix}_ARCHIVE_LINKS)
    set_property(TARGET PkgConfig::${prefix} PROPERTY INTERFACE_LINK_LIBRARIES
                 ${${prefix}_ARCHIVE} m)
  endif()
endfunction()

# trapline_engine_runs(ARCHIVE RESULT): whether a program linked from it loads from guest memory. Debian
# 12's and 13's linkers turn a `push` of newer assemblers (R_X86_64_GOTPCRELX) into a call, so
# that the engine's function for it calls itself without end. What the engine leaks (tests/lsan.supp) is no
# failure of it: a build under the sanitizers took the shared library, whose leaks have no name.
function(trapline_engine_runs archive result)
  if(CMAKE_CROSSCOMPILING)
    set(${result} TRUE PARENT_SCOPE)
    return()
  endif()
  set(options "$ENV{ASAN_OPTIONS}")
  set(ENV{ASAN_OPTIONS} "${options}:detect_leaks=0")
  try_run(status built ${CMAKE_BINARY_DIR}/engine/try
          SOURCES ${CMAKE_SOURCE_DIR}/tools/engine/loads.c ${CMAKE_SOURCE_DIR}/cpu/engine_guard.c
          CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${UNICORN_INCLUDE_DIRS};${CMAKE_SOURCE_DIR}"
          LINK_LIBRARIES ${archive} Threads::Threads m)
  set(ENV{ASAN_OPTIONS} "${options}")
  if(built AND status EQUAL 0)
    set(${result} TRUE PARENT_SCOPE)
  else()
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

# libunicorn.a holds ten processors, and functions named like ours (cpu_reset). What the two
# machines need of it becomes one object in which all but uc_* is local; the others'
# entry points are nothing, and nobody opens them. Where it would end the program it
# calls cpu/engine_guard.c.
function(trapline_engine_archive)
  find_library(UNICORN_ARCHIVE NAMES libunicorn.a HINTS ${UNICORN_LIBDIR})
  if(NOT TRAPLINE_ARCHIVES OR NOT UNICORN_ARCHIVE)
    return()
  endif()
  set(object ${CMAKE_BINARY_DIR}/engine/unicorn.o)
  set(archive ${CMAKE_BINARY_DIR}/engine/libunicorn-guarded.a)
  set(absent "")
  foreach(cpu arm m68k mips mips64 mips64el mipsel ppc ppc64 riscv32 riscv64 s390x sparc sparc64
              tricore)
    foreach(function uc_init reg_read reg_write)
      list(APPEND absent -Wl,--defsym=${function}_${cpu}=0)
    endforeach()
  endforeach()
  if(NOT EXISTS ${archive} OR ${UNICORN_ARCHIVE} IS_NEWER_THAN ${archive})
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/engine)
    file(REMOVE ${archive})
    execute_process(
      COMMAND ${CMAKE_C_COMPILER} -r -nostdlib -o ${object} ${absent}
              -Wl,-u,uc_open,-u,uc_version,-u,uc_strerror ${UNICORN_ARCHIVE}
      RESULT_VARIABLE linked)
    execute_process(
      COMMAND ${CMAKE_OBJCOPY} --wildcard --strip-debug --keep-global-symbol=uc_*
              --redefine-sym abort=trapline_engine_abort
              --redefine-sym __assert_fail=trapline_engine_assert
              --redefine-sym __fprintf_chk=trapline_engine_fprintf_chk
              --redefine-sym fprintf=trapline_engine_fprintf ${object}
      RESULT_VARIABLE hidden)
    if(NOT linked EQUAL 0 OR NOT hidden EQUAL 0)
      message(STATUS "${UNICORN_ARCHIVE} cannot be used; taking the shared library")
      return()
    endif()
    execute_process(COMMAND ${CMAKE_AR} rcs ${archive} ${object} COMMAND_ERROR_IS_FATAL ANY)
    file(REMOVE ${object})
  endif()
  trapline_engine_runs(${archive} runs)
  if(NOT runs)
    message(STATUS "${UNICORN_ARCHIVE} does not run as this linker links it; taking the shared library")
    return()
  endif()
  set_property(TARGET PkgConfig::UNICORN PROPERTY INTERFACE_LINK_LIBRARIES
               ${archive} Threads::Threads m)
  set_property(GLOBAL PROPERTY TRAPLINE_ENGINE_GUARDED ON)
endfunction()
