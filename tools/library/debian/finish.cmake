# SPDX-License-Identifier: GPL-2.0-or-later
#
# Run by cpack on the folder to be packed: what Debian wants of documents.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr)
set(doc ${root}/share/doc/trapline)
get_filename_component(here ${CMAKE_CURRENT_LIST_DIR} ABSOLUTE)
file(COPY ${here}/copyright DESTINATION ${doc} FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
configure_file(${here}/changelog ${doc}/changelog.Debian COPYONLY)
configure_file(${here}/lintian-overrides ${root}/share/lintian/overrides/trapline COPYONLY)
file(RENAME ${doc}/CHANGELOG.md ${doc}/changelog)
file(GLOB packed ${root}/share/man/man*/*.[1-9] ${doc}/changelog ${doc}/changelog.Debian)
foreach(file ${packed})
  execute_process(COMMAND gzip -9nf ${file} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
# The kernels are for another machine than this one: not to be stripped, nor looked at by shlibdeps.
file(GLOB kernels ${root}/share/trapline/*.elf)
foreach(file ${kernels})
  file(CHMOD ${file} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endforeach()
file(GLOB archives ${root}/lib/*/*.a ${root}/lib/*/lib*.so.* ${root}/lib/*.a ${root}/lib/lib*.so.*)
foreach(file ${archives})
  file(CHMOD ${file} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
endforeach()
