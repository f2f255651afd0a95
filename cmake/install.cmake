# SPDX-License-Identifier: BSD-2-Clause
#
# What is installed, and where to: component `runtime` is what it takes to run
# the command, `development` what it takes to compile against the library.

include(CMakePackageConfigHelpers)
set(opine_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/opine)

# --- Library and header ---

install(TARGETS opine EXPORT opineTargets
    RUNTIME COMPONENT runtime
    LIBRARY COMPONENT runtime NAMELINK_COMPONENT development
    ARCHIVE COMPONENT development)
install(FILES include/opine.h
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    COMPONENT development)

# --- For find_package() ---

if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(compatible SameMinorVersion)
else()
    set(compatible SameMajorVersion)
endif()
configure_package_config_file(cmake/opineConfig.cmake.in
    ${PROJECT_BINARY_DIR}/opineConfig.cmake
    INSTALL_DESTINATION ${opine_cmake_dir}
    NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/opineConfigVersion.cmake
    COMPATIBILITY ${compatible})
install(EXPORT opineTargets
    NAMESPACE opine::
    DESTINATION ${opine_cmake_dir}
    COMPONENT development)
install(FILES
    ${PROJECT_BINARY_DIR}/opineConfig.cmake
    ${PROJECT_BINARY_DIR}/opineConfigVersion.cmake
    DESTINATION ${opine_cmake_dir}
    COMPONENT development)

# --- For pkg-config ---

# Paths relative to the .pc file, so that `cmake --install --prefix` and a tree
# that was moved work. APPEND leaves an absolute directory as it is.
file(RELATIVE_PATH opine_pc_prefix
    ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
set(opine_pc_libdir "\${prefix}")
set(opine_pc_includedir "\${prefix}")
cmake_path(APPEND opine_pc_libdir ${CMAKE_INSTALL_LIBDIR})
cmake_path(APPEND opine_pc_includedir ${CMAKE_INSTALL_INCLUDEDIR})
if(BUILD_SHARED_LIBS)
    set(opine_pc_cflags "")
else()
    set(opine_pc_cflags " -DOPINE_STATIC")
endif()
configure_file(cmake/opine.pc.in ${PROJECT_BINARY_DIR}/opine.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/opine.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
    COMPONENT development)

# --- Command ---

if(OPINE_BUILD_CLI)
    install(TARGETS opine_cli RUNTIME COMPONENT runtime)
    install(FILES cli/opine.1
        DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
        COMPONENT runtime)
    install(PROGRAMS tools/opine.sbatch
        DESTINATION ${CMAKE_INSTALL_DATADIR}/opine
        COMPONENT runtime)
endif()
