// Text set for a terminal: how wide a text is shown, lines broken at a width, columns that stand in line.
// Texts are UTF-8 without control characters (base::printable() first, where they are a stranger's).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rampart::base {

// Columns that a character takes on a terminal: 0 for marks that combine with the one before, 2 for East
// Asian wide characters and emoji, otherwise 1. The ranges are Unicode 15's, without those nobody's terminal
// agrees on.
unsigned column_width(char32_t c);
// The same of a whole text; a byte that is no UTF-8 counts 1.
std::size_t display_width(std::string_view text);

// `text` with spaces behind, or in front, up to `width` columns; longer text is left as it is.
std::string pad_right(std::string_view text, std::size_t width);
std::string pad_left(std::string_view text, std::size_t width);
// At most `width` columns (at least 1): a longer text ends in "…".
std::string shorten(std::string_view text, std::size_t width);

// Breaks at spaces so that no line takes more than `width` columns. A word that is longer stands on a line of
// its own and is not cut: it may be a name or a record that somebody copies. Never empty.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

// The width of the terminal behind a file descriptor, or `fallback` when there is none.
std::size_t terminal_width(int descriptor, std::size_t fallback = 80);
// Its lines, the same.
std::size_t terminal_height(int descriptor, std::size_t fallback = 24);

}  // namespace rampart::base
