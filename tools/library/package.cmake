# SPDX-License-Identifier: GPL-2.0-or-later
#
# cpack: one Debian package of what `cmake --install` installs, for Debian 12 and 13.
#
# libunicorn (2.1.1 is not in Debian 12) and capstone (4 there, 5 in 13) are inside of the program and
# of the libraries, so that one file installs on both; the GPL-2.0-or-later of Trapline allows both
# (GPL-2 and BSD). All else is a dependency that dpkg-shlibdeps names; where Debian 13 renamed a
# library's package (t64), it provides the old name.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME trapline)
set(CPACK_PACKAGE_CONTACT "Trapline maintainers <trapline@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "deterministic record and replay of whole kernels")
set(CPACK_PACKAGE_DESCRIPTION
"Trapline runs a whole kernel inside a userspace machine simulator, arm64 or
x86_64, and makes every run a value: recorded once, replayed bit for bit,
compared, searched. It needs neither KVM nor QEMU nor privileges.
.
The package holds the program, a kernel with Linux's system call interface for
both CPUs, and libtrapline, a library for tests of one's own kernel's trap
paths with cmocka.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS
    "gdb-multiarch, libcmocka-dev, binutils-aarch64-linux-gnu, binutils-x86-64-linux-gnu")
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/tools/library/debian/triggers
    ${CMAKE_SOURCE_DIR}/tools/library/debian/shlibs)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/tools/library/debian/finish.cmake)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
include(CPack)
