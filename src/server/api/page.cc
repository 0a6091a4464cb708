#include "server/api/page.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::server::api {
namespace {

constexpr std::size_t kMarkBytes = 6;  // of what it is a cursor of: against mistakes, not against people

std::string mark_of(std::string_view of) { return crypto::sha256(of).substr(0, kMarkBytes); }

}  // namespace

std::string make_cursor(std::string_view of, std::string_view key) {
  auto out = base::encode_base64(mark_of(of) + std::string(key));
  out.erase(std::ranges::find(out, '='), out.end());
  std::ranges::replace(out, '+', '-');
  std::ranges::replace(out, '/', '_');
  return out;
}

std::optional<std::string> read_cursor(std::string_view of, std::string_view cursor) {
  if (cursor.size() > kMaxCursor) return std::nullopt;
  std::string text(cursor);
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  const auto bytes = base::decode_base64(text);
  if (!bytes || bytes->size() < kMarkBytes || !bytes->starts_with(mark_of(of))) return std::nullopt;
  if (make_cursor(of, bytes->substr(kMarkBytes)) != cursor) return std::nullopt;  // one spelling of each
  return bytes->substr(kMarkBytes);
}

std::string page_json(std::string_view items, const std::optional<std::string>& next,
                      const std::optional<std::uint64_t>& total) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("items").raw("[" + std::string(items) + "]").key("next");
  if (next)
    json.value(*next);
  else
    json.null();
  json.key("total");
  if (total)
    json.value(*total);
  else
    json.null();
  json.end_object();
  return out;
}

}  // namespace rampart::server::api
