# Files of a folder as text in the program: a generated source of a layer, made anew when one of them changes.
#
#   rampart_built_in(audit profiles audit/profile/built_in.h rampart::audit BuiltInProfile built_in_profiles)
# defines `std::span<const TYPE> FUNCTION()`, declared in HEADER, over every FOLDER/*.toml (or what a last argument says: *.json) by its
# name without the ending.
function(rampart_built_in layer folder header namespace type function)
  set(pattern *.toml)
  set(constant constexpr)
  if(ARGC GREATER 6)
    set(pattern ${ARGV6})
    set(constant const)  # so much text that a compiler gives up counting it
  endif()
  string(REPLACE "/" "_" flat ${folder})
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/${pattern})
  set(entries "")
  foreach(file ${files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(name ${file} NAME_WLE)
    file(READ ${file} text)
    string(APPEND entries "    {\"${name}\", R\"data(${text})data\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/built_in_${flat}.cc @ONLY CONTENT
    "// Made by cmake/built_in.cmake.
#include \"@header@\"

namespace @namespace@ {

std::span<const @type@> @function@() {
  static @constant@ @type@ kFiles[] = {
@entries@  };
  return kFiles;
}

}  // namespace @namespace@
")
  target_sources(rampart_${layer} PRIVATE ${CMAKE_BINARY_DIR}/built_in_${flat}.cc)
endfunction()
