// Archives unpacked by libarchive, from memory to memory, within the budget.
#pragma once

namespace rampart::guard::files {

// What libarchive needs for names in UTF-8, and what it loads with its first archive. Before the worker is started.
void prepare_archives();

}  // namespace rampart::guard::files
