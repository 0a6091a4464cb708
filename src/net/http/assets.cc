#include "net/http/assets.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include <zlib.h>

#include "base/text.h"

namespace rampart::net::http {
namespace {

constexpr unsigned kWanted = 1'000;  // the weight of what is named without one
constexpr std::string_view kForever = "public, max-age=31536000, immutable";
constexpr std::string_view kAskAgain = "no-cache";

// qvalue (RFC 9110 section 12.4.2): 0, 0.5, 1.000. Nothing when it is malformed.
std::optional<unsigned> read_weight(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  unsigned out = text[0] == '1' ? kWanted : 0;
  if (text.size() == 1) return out;
  if (text[1] != '.' || text.size() > 5) return std::nullopt;
  unsigned place = kWanted / 10;
  for (const char c : text.substr(2)) {
    if (!base::is_digit(c)) return std::nullopt;
    out += static_cast<unsigned>(c - '0') * place;
    place /= 10;
  }
  return out <= kWanted ? std::optional(out) : std::nullopt;
}

// The plain file of its gzip form, for the few who take no compressed one. Nothing when it is not what the build made of it.
std::optional<std::string> inflate_whole(std::string_view gzip, std::size_t size) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return std::nullopt;
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> guard(&stream, inflateEnd);
  std::string out(size, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(gzip.data()));
  stream.avail_in = static_cast<uInt>(gzip.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (inflate(&stream, Z_FINISH) != Z_STREAM_END || stream.total_out != size) return std::nullopt;
  return out;
}

// If-None-Match by weak comparison (RFC 9110 section 13.1.2): a list of tags, or "*".
bool has_tag(std::string_view list, std::string_view etag) {
  const auto tags = base::split(list, ',');
  return std::ranges::any_of(tags, [&](std::string_view tag) {
    tag = base::trim(tag);
    if (tag == "*") return true;
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    return tag == etag;
  });
}

struct Form {
  std::string_view coding;  // empty: as it is
  std::string_view bytes;
};

}  // namespace

unsigned coding_weight(std::string_view accept_encoding, std::string_view coding) {
  std::optional<unsigned> any;
  for (const auto part : base::split(accept_encoding, ',')) {
    const auto semicolon = part.find(';');
    const auto name = base::trim(part.substr(0, semicolon));
    unsigned weight = kWanted;
    if (semicolon != std::string_view::npos) {
      const auto parameter = base::trim(part.substr(semicolon + 1));
      if (!base::istarts_with(parameter, "q=")) continue;
      const auto read = read_weight(parameter.substr(2));
      if (!read) continue;
      weight = *read;
    }
    if (base::iequals(name, coding)) return weight;
    if (name == "*") any = weight;
  }
  // Without a word about it a file as it is is wanted least, and any other form not at all.
  return any.value_or(coding == "identity" ? 1 : 0);
}

Assets::Assets(std::span<const Asset> table) {
  by_path_.reserve(table.size());
  for (const auto& asset : table) by_path_.emplace(asset.path, &asset);
}

const Asset* Assets::find(std::string_view path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? nullptr : found->second;
}

std::optional<Response> Assets::answer(const Head& head, std::string_view path) const {
  const auto* const asset = find(path);
  if (asset == nullptr) return std::nullopt;
  Response out{.status = 200, .type = std::string(asset->type)};
  const auto accepted = head.find("Accept-Encoding").value_or("");
  Form best;
  unsigned weight = 0;
  for (const auto& form : {Form{"br", asset->brotli}, Form{"gzip", asset->gzip}}) {
    if (form.bytes.empty()) continue;
    const auto wanted = coding_weight(accepted, form.coding);
    if (wanted <= weight) continue;
    best = form;
    weight = wanted;
  }
  if (weight == 0 || (!asset->plain.empty() && coding_weight(accepted, "identity") > weight))
    best = {"", asset->plain};
  // Each form is a file of its own to whoever keeps it (RFC 9110 section 8.8.3.3).
  std::string etag(asset->etag);
  if (!best.coding.empty() && etag.ends_with('"')) {
    etag.pop_back();
    etag.append("-").append(best.coding).append("\"");
  }
  out.fields = {{"Cache-Control", std::string(asset->immutable ? kForever : kAskAgain)}, {"ETag", etag}};
  if (!asset->brotli.empty() || !asset->gzip.empty()) out.fields.emplace_back("Vary", "Accept-Encoding");
  if (const auto tags = head.find("If-None-Match"); tags && has_tag(*tags, etag)) {
    out.status = 304;
    return out;
  }
  if (!best.coding.empty()) out.fields.emplace_back("Content-Encoding", std::string(best.coding));
  if (best.bytes.empty() && asset->size != 0) {
    auto plain = inflate_whole(asset->gzip, asset->size);
    if (!plain)
      return error_response(406, "this is kept only in a compressed form: Accept-Encoding: br, gzip");
    out.body = *std::move(plain);
    return out;
  }
  out.shared = SharedBytes{best.bytes, nullptr};
  return out;
}

}  // namespace rampart::net::http
