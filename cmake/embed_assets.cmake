# Makes of a folder of files a table and the assembler file that takes their bytes, for cmake/assets.cmake, which says what for.
#   cmake -DFOLDER=… -DOUT=… -DNAME=… -DHEADER=… -DNAMESPACE=… -DFUNCTION=… -P cmake/embed_assets.cmake
# FOLDER need not exist: then the table is empty. `x.br` and `x.gz` are forms of `x`, which is kept itself only where one of them is missing.
cmake_minimum_required(VERSION 3.25)

set(type_html "text/html; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_mjs "text/javascript; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_json "application/json")
set(type_webmanifest "application/manifest+json")
set(type_svg "image/svg+xml")
set(type_png "image/png")
set(type_ico "image/x-icon")
set(type_woff2 "font/woff2")
set(type_txt "text/plain; charset=utf-8")

set(bytes "# Made by cmake/embed_assets.cmake.\n.section .rodata.${NAME},\"a\",@progbits\n")
set(symbols "")
set(entries "")
set(read "")
set(count 0)

# Sets `view` to the C++ of a view of that file, and has the assembler take it.
function(embed file)
  file(SIZE ${file} size)
  file(SHA256 ${file} hash)
  set(symbol ${NAME}_${count})
  math(EXPR count "${count} + 1")
  string(APPEND bytes "# ${hash}\n.balign 16\n.globl ${symbol}\n.hidden ${symbol}\n${symbol}:\n.incbin \"${file}\"\n")
  string(APPEND symbols "extern const char ${symbol}[];\n")
  set(view "{${symbol}, ${size}}" PARENT_SCOPE)
  set(count ${count} PARENT_SCOPE)
  set(bytes "${bytes}" PARENT_SCOPE)
  set(symbols "${symbols}" PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE files LIST_DIRECTORIES true RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT files)
foreach(name ${files})
  set(file ${FOLDER}/${name})
  string(APPEND read " \\\n  ${file}")
  if(IS_DIRECTORY ${file} OR name MATCHES "\\.(br|gz|map)$|^\\.|/\\.")
    continue()
  endif()
  string(REGEX REPLACE ".*\\." "" ending ${name})
  if(NOT DEFINED type_${ending})
    message(FATAL_ERROR "${file}: what type is that?\nhint: name it in cmake/embed_assets.cmake")
  endif()
  foreach(form br gz)
    set(${form} "{}")
    if(EXISTS ${file}.${form})
      embed(${file}.${form})
      set(${form} "${view}")
    endif()
  endforeach()
  set(plain "{}")
  if(gz STREQUAL "{}" OR br STREQUAL "{}")
    embed(${file})
    set(plain "${view}")
  endif()
  file(SIZE ${file} size)
  file(SHA256 ${file} hash)
  string(SUBSTRING ${hash} 0 24 tag)
  set(immutable false)
  if(name MATCHES "^assets/.*-[A-Za-z0-9_-]+\\.")
    set(immutable true)
  endif()
  string(APPEND entries "      {.path = \"/${name}\", .type = \"${type_${ending}}\", .plain = ${plain}, .gzip = ${gz}, .brotli = ${br},\n"
    "       .size = ${size}, .etag = \"\\\"${tag}\\\"\", .immutable = ${immutable}},\n")
endforeach()
string(APPEND bytes ".section .note.GNU-stack,\"\",@progbits\n")
set(table "  return {};\n")
if(entries)
  set(table "  static constexpr net::http::Asset kFiles[] = {\n${entries}  };\n  return kFiles;\n")
endif()

# Written only where something changed, so that nothing is compiled in vain.
file(CONFIGURE OUTPUT ${OUT}/${NAME}.S CONTENT "${bytes}" @ONLY)
file(CONFIGURE OUTPUT ${OUT}/${NAME}.cc @ONLY CONTENT "// Made by cmake/embed_assets.cmake.
#include \"@HEADER@\"

extern \"C\" {
@symbols@}

namespace @NAMESPACE@ {

std::span<const net::http::Asset> @FUNCTION@() {
@table@}

}  // namespace @NAMESPACE@
")
if(NOT EXISTS ${FOLDER})
  set(read "")
endif()
file(WRITE ${OUT}/${NAME}.d "${OUT}/${NAME}.S:${read}\n")
