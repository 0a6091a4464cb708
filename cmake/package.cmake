# The Debian package: ./dev package runs CPack over what is installed here. The program, its manual, its documents,
# and units for the server and for the guard alone, which are not started.
if(RAMPART_SANITIZE OR NOT TARGET rampart)
  return()
endif()

install(TARGETS rampart RUNTIME DESTINATION bin)
install(TARGETS rampart-worker RUNTIME DESTINATION lib/rampart)
install(FILES README.md docs/audit.md docs/guard.md docs/quarantine.md docs/serve.md DESTINATION share/doc/rampart)
install(FILES packaging/rampart.service packaging/rampart-guard.service DESTINATION lib/systemd/system)
install(FILES packaging/sysusers.conf DESTINATION lib/sysusers.d RENAME rampart.conf)
install(DIRECTORY examples/ DESTINATION share/doc/rampart/examples)
install(PROGRAMS packaging/make-socket-folder DESTINATION lib/rampart)
install(FILES packaging/copyright DESTINATION share/doc/rampart)

# Written by the program itself when the package is made, so that they say what it does.
install(CODE "
  set(share \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/share\")
  file(MAKE_DIRECTORY \"\${share}/man/man1\" \"\${share}/man/man5\" \"\${share}/doc/rampart/examples\")
  execute_process(COMMAND \"${CMAKE_SOURCE_DIR}/tools/make_man.py\" \"$<TARGET_FILE:rampart>\" ${PROJECT_VERSION} 1
    OUTPUT_FILE \"\${share}/man/man1/rampart.1\" COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND \"${CMAKE_SOURCE_DIR}/tools/make_man.py\" \"$<TARGET_FILE:rampart>\" ${PROJECT_VERSION} 5
    OUTPUT_FILE \"\${share}/man/man5/rampart.toml.5\" COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND \"$<TARGET_FILE:rampart>\" config example
    OUTPUT_FILE \"\${share}/doc/rampart/examples/rampart.toml\" COMMAND_ERROR_IS_FATAL ANY)
  configure_file(\"${CMAKE_SOURCE_DIR}/CHANGELOG.md\" \"\${share}/doc/rampart/changelog\" COPYONLY)
  configure_file(\"${CMAKE_SOURCE_DIR}/packaging/changelog\" \"\${share}/doc/rampart/changelog.Debian\" COPYONLY)
  # Debian wants these compressed, without a time in them.
  execute_process(COMMAND gzip -9nf man/man1/rampart.1 man/man5/rampart.toml.5 doc/rampart/changelog doc/rampart/changelog.Debian
    WORKING_DIRECTORY \"\${share}\" COMMAND_ERROR_IS_FATAL ANY)")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rampart)
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_SOURCE_DIR}/build)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "make an organisation's e-mail hard to spoof")
set(CPACK_PACKAGE_DESCRIPTION "Rampart audits domains for what lets a stranger send mail in their
name: SPF, DKIM, DMARC, MTA-STS and what they stand on. It names every
weakness with its evidence, what a receiver would do with a forged
message, and the record that mends it. Beside a mail server it guards what
arrives (milter), quarantines what is forged, signs what leaves, and reads
and writes reports; rampart serve does all of it in one process, with a
console for administrators and its API.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "Rampart maintainers <maintainers@rampart.example>")
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "publicsuffix, ca-certificates, debconf (>= 0.5) | debconf-2.0, systemd | systemd-standalone-sysusers | systemd-sysusers")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packaging/postinst ${CMAKE_SOURCE_DIR}/packaging/prerm
  ${CMAKE_SOURCE_DIR}/packaging/postrm ${CMAKE_SOURCE_DIR}/packaging/config
  ${CMAKE_SOURCE_DIR}/packaging/templates)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
