# The Debian package: ./dev package runs CPack over what is installed here. The program, its manual, its documents; no service.
if(RAMPART_SANITIZE OR NOT TARGET rampart)
  return()
endif()

install(TARGETS rampart RUNTIME DESTINATION bin)
install(FILES README.md docs/audit.md DESTINATION share/doc/rampart)
install(DIRECTORY examples/portfolio examples/fix examples/README.md DESTINATION share/doc/rampart/examples)
install(FILES packaging/copyright DESTINATION share/doc/rampart)

# Debian wants manuals and changelogs compressed, without a time in them.
function(rampart_install_gzipped file destination name)
  install(CODE "
    set(folder \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${destination}\")
    file(MAKE_DIRECTORY \"\${folder}\")
    execute_process(COMMAND gzip -9nc \"${file}\" OUTPUT_FILE \"\${folder}/${name}.gz\" COMMAND_ERROR_IS_FATAL ANY)
    file(CHMOD \"\${folder}/${name}.gz\" PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)")
endfunction()
rampart_install_gzipped(${CMAKE_SOURCE_DIR}/docs/man/rampart.1 share/man/man1 rampart.1)
rampart_install_gzipped(${CMAKE_SOURCE_DIR}/CHANGELOG.md share/doc/rampart changelog)
rampart_install_gzipped(${CMAKE_SOURCE_DIR}/packaging/changelog share/doc/rampart changelog.Debian)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rampart)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_SOURCE_DIR}/build)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "make an organisation's e-mail hard to spoof")
set(CPACK_PACKAGE_DESCRIPTION "Rampart audits domains for what lets a stranger send mail in their name: SPF, DKIM,
DMARC, MTA-STS and what they stand on. It names every weakness with its evidence,
what a receiver would do with a forged message, and the record that mends it.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "Rampart maintainers <maintainers@rampart.example>")
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "publicsuffix, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
