# Everything in ctest that is not a unit test: the end-to-end tests (tests/e2e/<name>_test.py) and the house's own checks
# (tools/check_<name>). Only in the sanitizer tree, against its program. A test whose file says "RAMPART-LONG" near its top is
# labelled long and runs under ./dev test --long alone.
if(NOT RAMPART_SANITIZE OR RAMPART_LIBFUZZER)
  return()
endif()

file(GLOB e2e CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/e2e/*_test.py)
foreach(file ${e2e})
  get_filename_component(name ${file} NAME_WE)
  string(REGEX REPLACE "_test$" "" name ${name})
  add_test(NAME e2e.${name} COMMAND /usr/bin/python3 -m unittest -v ${file} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set(seconds 900)
  file(STRINGS ${file} long LIMIT_COUNT 1 REGEX "^# RAMPART-LONG")
  if(long)
    set_tests_properties(e2e.${name} PROPERTIES LABELS long)
    set(seconds 7200)
  endif()
  set_tests_properties(e2e.${name} PROPERTIES TIMEOUT ${seconds}
    ENVIRONMENT "RAMPART_BIN=${CMAKE_BINARY_DIR}/rampart;PYTHONPATH=${CMAKE_SOURCE_DIR}/tests;PYTHONDONTWRITEBYTECODE=1")
endforeach()

function(rampart_check name)
  add_test(NAME check.${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(check.${name} PROPERTIES TIMEOUT 1500
    ENVIRONMENT "RAMPART_BIN=${CMAKE_BINARY_DIR}/rampart;PYTHONPATH=${CMAKE_SOURCE_DIR}/tests;PYTHONDONTWRITEBYTECODE=1")
endfunction()
rampart_check(layers tools/check_layers.py)
rampart_check(size tools/check_size.py)
rampart_check(names tools/check_names.py)
rampart_check(api tools/check_api.py)
rampart_check(format tools/check_format.sh)
# A slow machine that has looked at nothing before gets no further than this in an ordinary run, and the check says so.
rampart_check(tidy tools/check_tidy.py --seconds 180 ${CMAKE_BINARY_DIR})
rampart_check(snippets tools/check_readme.py)
rampart_check(mutations tools/mutate.py --check)
rampart_check(console tools/check_console.sh)
rampart_check(checks /usr/bin/python3 -m unittest -v tools/checks_test.py)
set_tests_properties(check.tidy PROPERTIES RUN_SERIAL ON COST 1000)  # it uses every core itself

# Minutes, and for the package and the chroot root and Debian's archive: under ./dev test --long alone.
foreach(name races mutation package chroot)
  add_test(NAME long.${name} COMMAND tools/test_${name}.sh WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(long.${name} PROPERTIES LABELS long TIMEOUT 7200 RUN_SERIAL ON)
endforeach()
