# providers/*.toml as text in the program: a generated source of the mail layer, made anew when one of them changes.

file(GLOB providers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/providers/*.toml)
set(entries "")
foreach(file ${providers})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  get_filename_component(name ${file} NAME)
  file(READ ${file} text)
  string(APPEND entries "    {\"${name}\", R\"toml(${text})toml\"},\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/built_in_providers.cc @ONLY CONTENT
  "// Made by cmake/providers.cmake.
#include \"mail/providers/built_in.h\"

namespace rampart::mail {

std::span<const BuiltInProviders> built_in_providers() {
  static constexpr BuiltInProviders kProviders[] = {
@entries@  };
  return kProviders;
}

}  // namespace rampart::mail
")
target_sources(rampart_mail PRIVATE ${CMAKE_BINARY_DIR}/built_in_providers.cc)
