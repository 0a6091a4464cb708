# Files that are part of the program: the console. Their bytes go from the disk into an object file by the assembler's .incbin, and a small
# table says where they are (src/net/http/assets.h); the compiler never sees them.
#
#   rampart_assets(console FOLDER console/dist HEADER server/console.h NAMESPACE rampart::server FUNCTION console_assets AFTER stamp)
# makes the library rampart_NAME_assets, which defines `std::span<const net::http::Asset> FUNCTION()`, declared in HEADER. FOLDER may be
# absent. Whatever changes in it makes the table anew at the next build.
set(RAMPART_CONSOLE AUTO CACHE STRING "Build the console with npm: ON, OFF, or AUTO where that is possible")

function(rampart_assets name)
  cmake_parse_arguments(arg "" "FOLDER;HEADER;NAMESPACE;FUNCTION;AFTER" "" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/assets)
  set(base ${name}_assets)
  file(MAKE_DIRECTORY ${out})
  add_custom_command(OUTPUT ${out}/${base}.S ${out}/${base}.cc
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${CMAKE_SOURCE_DIR}/${arg_FOLDER} -DOUT=${out} -DNAME=${base} -DHEADER=${arg_HEADER}
            -DNAMESPACE=${arg_NAMESPACE} -DFUNCTION=${arg_FUNCTION} -P ${CMAKE_SOURCE_DIR}/cmake/embed_assets.cmake
    DEPENDS ${CMAKE_SOURCE_DIR}/cmake/embed_assets.cmake ${arg_AFTER}
    DEPFILE ${out}/${base}.d VERBATIM)
  add_custom_command(OUTPUT ${out}/${base}.o COMMAND ${CMAKE_CXX_COMPILER} -c ${out}/${base}.S -o ${out}/${base}.o
    DEPENDS ${out}/${base}.S VERBATIM)
  add_library(rampart_${base} STATIC ${out}/${base}.cc ${out}/${base}.o)
  set_source_files_properties(${out}/${base}.o PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  target_include_directories(rampart_${base} PRIVATE ${CMAKE_SOURCE_DIR}/src)
endfunction()

# Only the program has the console: no unit test waits for it.
function(rampart_console)
  set(stamp "")
  if(NOT RAMPART_CONSOLE STREQUAL "OFF" AND EXISTS ${CMAKE_SOURCE_DIR}/console/package-lock.json)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/console/src/* ${CMAKE_SOURCE_DIR}/console/public/*
         ${CMAKE_SOURCE_DIR}/console/tools/*)
    file(GLOB own CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/console/*.*)
    set(stamp ${CMAKE_BINARY_DIR}/console.stamp)
    add_custom_command(OUTPUT ${stamp}
      COMMAND ${CMAKE_COMMAND} -DCONSOLE=${CMAKE_SOURCE_DIR}/console -DSTATE=${CMAKE_SOURCE_DIR}/build/console -DSTAMP=${stamp}
              -DMODE=${RAMPART_CONSOLE} -P ${CMAKE_SOURCE_DIR}/cmake/build_console.cmake
      DEPENDS ${sources} ${own} ${CMAKE_SOURCE_DIR}/cmake/build_console.cmake COMMENT "Building the console" VERBATIM)
  endif()
  rampart_assets(console FOLDER console/dist HEADER server/console.h NAMESPACE rampart::server FUNCTION console_assets AFTER ${stamp})
  target_link_libraries(rampart PRIVATE rampart_console_assets)
endfunction()
