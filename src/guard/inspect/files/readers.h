// The readers of formats: each tells what it finds to a Looker. Total, linear, within the budget.
#pragma once

#include "guard/inspect/files/looker.h"

namespace rampart::guard::files {

void read_archive(const Item& item, FileType type, Looker& to);      // libarchive: archives and ISO images
void read_office_package(const Item& item, FileType type, Looker& to);  // Office Open XML, OpenDocument
void read_compound(const Item& item, FileType type, Looker& to);     // OLE: old Office, .msg
void read_rtf(const Item& item, Looker& to);
void read_pdf(const Item& item, Looker& to);
void read_image(const Item& item, FileType type, Looker& to);  // size, QR codes
void read_page(const Item& item, FileType type, Looker& to);   // HTML, SVG, XML
void read_shell_link(const Item& item, Looker& to);
void read_shortcut_text(const Item& item, Looker& to);
void read_one_note(const Item& item, Looker& to);
void read_tnef(const Item& item, Looker& to);
void read_rules(const Item& item, Looker& to);  // YARA

}  // namespace rampart::guard::files
