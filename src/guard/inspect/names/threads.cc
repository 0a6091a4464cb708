#include "guard/inspect/names/threads.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace rampart::guard::names {
namespace {

// English, and what programs in other languages write: German, Dutch, Scandinavian, Finnish, Polish, Romance languages, Turkish,
// Hungarian, Czech, Welsh, Chinese, Japanese, Korean, Hebrew, Arabic, Urdu.
constexpr auto kReply = std::to_array<std::string_view>(
    {"re", "aw",  "antw", "sv",   "vs",   "odp",  "res",  "rép",  "rif",   "ynt", "yan",
     "vá", "atb", "re!",  "回复", "答复", "回覆", "返信", "회신", "תגובה", "رد",  "جواب"});
constexpr auto kForward = std::to_array<std::string_view>(
    {"fwd", "fw", "wg", "doorst", "vb", "vl", "pd", "enc", "tr", "rv", "i", "ilt", "továbbítás", "转发",
     "轉寄", "転送", "전달", "הועבר", "إعادة توجيه"});

constexpr std::size_t kLongestPrefix = 24;  // bytes

}  // namespace

SubjectPrefix subject_prefix(std::string_view utf8) {
  auto rest = base::trim(utf8);
  while (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) break;
    rest = base::trim(rest.substr(end + 1));
  }
  std::size_t end = std::string_view::npos;
  for (std::size_t i = 0; i < std::min(rest.size(), kLongestPrefix); ++i) {
    const auto colon = rest.substr(i).starts_with(":") || rest.substr(i).starts_with("\xef\xbc\x9a");
    if (!colon) continue;
    end = i;
    break;
  }
  if (end == std::string_view::npos) return SubjectPrefix::none;
  auto word = base::lower(base::trim(rest.substr(0, end)));
  if (word.ends_with(']'))
    word.resize(word.rfind('[') == std::string::npos ? word.size() : word.rfind('['));  // Re[2]:
  if (std::ranges::find(kReply, word) != kReply.end()) return SubjectPrefix::reply;
  if (std::ranges::find(kForward, word) != kForward.end()) return SubjectPrefix::forward;
  return SubjectPrefix::none;
}

bool is_answer_index(std::string_view thread_index) {
  const auto bytes = base::decode_base64(thread_index);
  return bytes && bytes->size() > 22;
}

}  // namespace rampart::guard::names
