// Pages of a list (keyset): a page goes on behind the last item of the one before, whatever came or went meanwhile.
//
//   const auto from = TRY(call.page());                        // limit, and the key behind which it begins
//   …WHERE name > from.after.value_or("") ORDER BY name LIMIT from.limit + 1…
//   page_json(json, items, more ? call.cursor(items.back().name) : nothing, total)
//
// To whoever asks a cursor is opaque; it holds the key and what it is a cursor of, so that one of another list, or of other filters, is
// refused. It is no secret and no proof: what somebody may see is decided anew for each page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/api/problem.h"

namespace rampart::server::api {

inline constexpr std::size_t kMostOfPage = 200;   // items; common.json says so, too
inline constexpr std::size_t kMaxCursor = 2'000;  // bytes

struct PageFrom {
  std::size_t limit = 50;
  std::optional<std::string> after = {};  // the key, as it was given to make_cursor()
};

// `of`: the operation and its filters, as one text.
std::string make_cursor(std::string_view of, std::string_view key);
// The key; nothing of a cursor that is malformed or of something else.
std::optional<std::string> read_cursor(std::string_view of, std::string_view cursor);

// {"items":[…],"next":…,"total":…}; `items` is what stands between the brackets.
std::string page_json(std::string_view items, const std::optional<std::string>& next,
                      const std::optional<std::uint64_t>& total);

}  // namespace rampart::server::api
