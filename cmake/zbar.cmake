# zbar's reader of codes without its window, camera and D-Bus parts, for which libzbar.so takes twenty libraries along. The reader names
# D-Bus functions, which it calls only where that was asked for (zbar_image_scanner_request_dbus), and nobody here does: they become weak.
find_library(RAMPART_LIBZBAR libzbar.a REQUIRED)
set(scanner ${CMAKE_BINARY_DIR}/libzbar_scanner.a)
add_custom_command(OUTPUT ${scanner} DEPENDS ${RAMPART_LIBZBAR}
  COMMAND ${CMAKE_OBJCOPY} --wildcard --weaken-symbol=dbus_* ${RAMPART_LIBZBAR} ${scanner} VERBATIM)
add_custom_target(zbar_scanner DEPENDS ${scanner})
add_library(rampart_zbar INTERFACE)
add_dependencies(rampart_zbar zbar_scanner)
target_link_libraries(rampart_zbar INTERFACE ${scanner})
