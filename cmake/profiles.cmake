# profiles/*.toml as text in the program: a generated source of the audit layer, made anew when one of them changes.

file(GLOB profiles CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/profiles/*.toml)
set(entries "")
foreach(file ${profiles})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  get_filename_component(name ${file} NAME)
  string(REGEX REPLACE "\\.toml$" "" name ${name})
  file(READ ${file} text)
  string(APPEND entries "    {\"${name}\", R\"profile(${text})profile\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/built_in_profiles.cc @ONLY CONTENT
  "// Made by cmake/profiles.cmake.
#include \"audit/profile/built_in.h\"

namespace rampart::audit {

std::span<const BuiltInProfile> built_in_profiles() {
  static constexpr BuiltInProfile kProfiles[] = {
@entries@  };
  return kProfiles;
}

}  // namespace rampart::audit
")
target_sources(rampart_audit PRIVATE ${CMAKE_BINARY_DIR}/built_in_profiles.cc)
