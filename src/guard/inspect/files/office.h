// What Office documents of all formats have in common: macros, fields that run something, objects that were put in.
#pragma once

#include <string_view>

#include "guard/inspect/files/looker.h"

namespace rampart::guard::files {

class Compound;

// A vbaProject.bin, or a document with a project in it. False: there is none.
void tell_macros(const Item& item, std::string_view project, Looker& to);
bool tell_macros(const Item& item, const Compound& file, Looker& to);
// Text of fields, one a line: DDE, remote templates and links.
void tell_fields(const Item& item, std::string_view fields, Looker& to);
// The stream Ole10Native: a file that was dragged in.
void tell_package(const Item& item, std::string_view native, Looker& to);

}  // namespace rampart::guard::files
