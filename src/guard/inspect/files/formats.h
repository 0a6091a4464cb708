// The readers of formats: each looks into the bytes of one file, says what it finds to the walk and hands it the files inside. Bounded
// by the walk's budget and by named limits of their own; linear in the bytes; total.
#pragma once

#include <string_view>

#include "guard/inspect/files/compound.h"
#include "guard/inspect/files/inflate.h"
#include "guard/inspect/files/walk.h"
#include "guard/inspect/files/zip.h"

namespace rampart::guard::files {

// What a zip is by the names in it, and what a compound file is by its streams.
FileType kind_of_zip(const Zip& zip);
FileType kind_of_compound(const Compound& compound);

void look_into_zip(Walk& walk, const Zip& zip);              // zip.cc's directory, entries unpacked by zlib
void look_into_archive(Walk& walk, std::string_view bytes);  // all other archives, by libarchive
void look_into_office(Walk& walk, const Zip& zip, FileType type);  // OOXML
void look_into_opendocument(Walk& walk, const Zip& zip);
void look_into_compound(Walk& walk, const Compound& compound, FileType type);
void look_into_rtf(Walk& walk, std::string_view bytes);
void look_into_shortcut(Walk& walk, FileType type, std::string_view bytes);
void look_into_onenote(Walk& walk, std::string_view bytes);
void look_into_tnef(Walk& walk, std::string_view bytes);
void look_into_page(Walk& walk, FileType type, std::string_view text, const html::HtmlFacts& page);
void look_into_flat_office(Walk& walk, std::string_view bytes);
void look_into_message(Walk& walk, FileType type,
                       std::string_view bytes);              // what comes along with it; of MHTML all of it
void look_into_signed(Walk& walk, std::string_view bytes);   // what is signed within CMS (RFC 5652 section 5)
void look_for_uuencoded(Walk& walk, std::string_view text);  // files between "begin MODE NAME" and "end"
void look_for_formulas(Walk& walk, std::string_view name, std::string_view text);  // of tables that are text
void look_into_slides(Walk& walk, std::string_view stream);  // records of older presentations

// A stream of an office's own, packed by zlib (RFC 1950), within the walk's budget, which it is charged to.
Inflated unpack_object(Walk& walk, std::string_view packed);

// Streams of macros as web pages of an office hold them.
inline constexpr std::string_view kActiveMime = "ActiveMime";
void look_into_active_mime(Walk& walk, std::string_view bytes);

// A compound file within another: its facts are the document's, unless it is a document of its own, which is then called `name`.
void look_into_object(Walk& walk, std::string_view bytes, std::string_view name);

// An OLE object "Package": a file with its name (OLE1's native data, as Ole10Native and RTF have it).
void look_into_package(Walk& walk, std::string_view native);

}  // namespace rampart::guard::files
