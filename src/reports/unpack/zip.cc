#include "reports/unpack/zip.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::reports {
namespace {

constexpr std::string_view kLocal = "PK\x03\x04";
constexpr std::string_view kCentral = "PK\x01\x02";
constexpr std::string_view kEnd = "PK\x05\x06";
constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kCentralSize = 46;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kMaxNote = 65535;  // bytes behind the end record
constexpr std::size_t kMaxShownName = 200;

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t out = 0;
  for (std::size_t i = size; i-- > 0;) out = out << 8U | static_cast<unsigned char>(bytes[at + i]);
  return out;
}

std::string_view from(std::string_view bytes, std::uint64_t at) {
  return at < bytes.size() ? bytes.substr(static_cast<std::size_t>(at)) : std::string_view();
}

std::string shown_name(std::string_view name) {
  name = name.substr(name.find_last_of("/\\") + 1);
  return base::excerpt(name, kMaxShownName);
}

void set_form(ZipMember& member, std::uint64_t flags, std::uint64_t method) {
  member.encrypted = (flags & 1U) != 0;
  member.form = method == 0   ? ZipMember::Form::stored
                : method == 8 ? ZipMember::Form::deflated
                              : ZipMember::Form::other;
}

// What follows a file's local header; nothing where there is none.
std::string_view data_at(std::string_view bytes, std::uint64_t at) {
  const auto header = from(bytes, at);
  if (!header.starts_with(kLocal) || header.size() < kLocalSize) return {};
  return from(header, kLocalSize + number(header, 26, 2) + number(header, 28, 2));
}

base::Result<ZipContent> first_of_cut(std::string_view bytes) {
  if (!bytes.starts_with(kLocal) || bytes.size() < kLocalSize)
    return base::fail(base::ErrorKind::input, "the zip archive is truncated: it has no end and no begin");
  ZipContent out;
  out.cut = true;
  auto& member = out.members.emplace_back();
  set_form(member, number(bytes, 6, 2), number(bytes, 8, 2));
  member.name = shown_name(from(bytes, kLocalSize).substr(0, number(bytes, 26, 2)));
  member.data = data_at(bytes, 0);
  return out;
}

std::size_t find_end(std::string_view bytes) {
  if (bytes.size() < kEndSize) return std::string_view::npos;
  const auto last = bytes.size() - kEndSize;
  const auto first = last - std::min(last, kMaxNote);
  const auto found = bytes.substr(first).rfind(kEnd);
  return found == std::string_view::npos || first + found > last ? std::string_view::npos : first + found;
}

// Whether two files are made of the same bytes.
bool overlap(const std::vector<ZipMember>& members) {
  std::vector<std::string_view> data;
  data.reserve(members.size());
  for (const auto& member : members) {
    if (!member.data.empty()) data.push_back(member.data);
  }
  std::ranges::sort(data, std::less<>(), [](std::string_view one) { return one.data(); });
  for (std::size_t i = 1; i < data.size(); ++i) {
    if (data[i - 1].data() + data[i - 1].size() > data[i].data()) return true;
  }
  return false;
}

}  // namespace

base::Result<ZipContent> read_zip(std::string_view bytes, std::size_t most) {
  const auto end = find_end(bytes);
  if (end == std::string_view::npos) return first_of_cut(bytes);
  const auto count = number(bytes, end + 10, 2);
  auto rest = from(bytes, number(bytes, end + 16, 4));
  ZipContent out;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!rest.starts_with(kCentral) || rest.size() < kCentralSize)
      return base::fail(base::ErrorKind::input, "the zip archive's list of files is damaged");
    const auto name_size = number(rest, 28, 2);
    const auto name = from(rest, kCentralSize).substr(0, static_cast<std::size_t>(name_size));
    const bool is_folder = name.ends_with('/');
    if (!is_folder) {
      if (out.members.size() == most)
        return base::fail(base::ErrorKind::input,
                          fmt::format("more than {} files are in the zip archive", most));
      auto& member = out.members.emplace_back();
      set_form(member, number(rest, 8, 2), number(rest, 10, 2));
      member.name = shown_name(name);
      // Packed, it is no longer than it says.
      member.data =
          data_at(bytes, number(rest, 42, 4)).substr(0, static_cast<std::size_t>(number(rest, 20, 4)));
    }
    rest = from(rest, kCentralSize + name_size + number(rest, 30, 2) + number(rest, 32, 2));
  }
  if (overlap(out.members))
    return base::fail(base::ErrorKind::input, "files in the zip archive share the same bytes");
  return out;
}

}  // namespace rampart::reports
