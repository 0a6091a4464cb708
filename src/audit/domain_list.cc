#include "audit/domain_list.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit {

base::Result<> DomainList::open(const std::string& path) {
  if (path == "-") {
    files_.push_back({.stream = {stdin, [](std::FILE*) { return 0; }}, .name = "standard input"});
    return {};
  }
  std::FILE* stream = std::fopen(path.c_str(), "re");
  if (stream == nullptr)
    return base::fail(base::ErrorKind::usage, std::strerror(errno), path,
                      "--list takes a file with one domain a line");
  files_.push_back({.stream = {stream, std::fclose}, .name = path});
  struct stat status{};
  if (fstat(fileno(stream), &status) != 0 || S_ISDIR(status.st_mode))
    return base::fail(base::ErrorKind::usage, "is a folder", path,
                      "--list takes a file with one domain a line");
  if (S_ISREG(status.st_mode)) files_.back().size = static_cast<std::size_t>(status.st_size);
  return {};
}

base::Result<std::optional<dns::Name>> DomainList::next() {
  while (next_named_ < named_.size()) {
    const auto& name = named_[next_named_++];
    if (is_new(name)) return name;
  }
  while (current_ < files_.size()) {
    auto& file = files_[current_];
    switch (read_line(file)) {
      case Line::text:
        if (auto name = take(file)) return name;
        break;
      case Line::too_long:
        if (on_refused_) {
          on_refused_({.where = fmt::format("{}:{}", file.name, file.line),
                       .text = line_.substr(0, 60) + "…",
                       .why = fmt::format("the line has more than {} bytes", kMaxLine),
                       .hint = ""});
        }
        break;
      case Line::end:
        if (file.failed) return base::fail(base::ErrorKind::io, "cannot be read", file.name);
        ++current_;
        break;
    }
  }
  return std::optional<dns::Name>();
}

std::optional<double> DomainList::fraction_read() const {
  std::size_t size = 0;
  for (const auto& file : files_) {
    if (file.size == 0) return std::nullopt;
    size += file.size;
  }
  if (size == 0) return std::nullopt;
  return std::min(1.0, static_cast<double>(read_) / static_cast<double>(size));
}

bool DomainList::ready() const {
  if (next_named_ < named_.size() || current_ == files_.size()) return true;
  const auto& file = files_[current_];
  if (file.size != 0 || file.ended || file.text.find('\n', file.at) != std::string::npos) return true;
  pollfd source{.fd = fileno(file.stream.get()), .events = POLLIN, .revents = 0};
  return ::poll(&source, 1, 0) != 0;
}

// Reads a piece more; false at the end, and when reading fails.
bool DomainList::fill(File& file) {
  constexpr std::size_t kPiece = 1 << 16;
  if (file.ended) return false;
  file.text.resize(kPiece);
  file.at = 0;
  const auto size = ::read(fileno(file.stream.get()), file.text.data(), kPiece);
  file.failed = size < 0;
  file.ended = size <= 0;
  file.text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return !file.ended;
}

DomainList::Line DomainList::read_line(File& file) {
  line_.clear();
  ++file.line;
  bool any = false;
  while (file.at < file.text.size() || fill(file)) {
    any = true;
    const auto rest = std::string_view(file.text).substr(file.at);
    const auto end = rest.find('\n');
    const auto piece = rest.substr(0, end);
    // One byte more than allowed tells that there were too many; the rest need not be kept.
    line_ += piece.substr(0, kMaxLine + 1 - std::min(line_.size(), kMaxLine + 1));
    const auto taken = end == std::string_view::npos ? piece.size() : end + 1;
    file.at += taken;
    read_ += taken;
    if (end != std::string_view::npos) return line_.size() > kMaxLine ? Line::too_long : Line::text;
  }
  if (!any) return Line::end;
  return line_.size() > kMaxLine ? Line::too_long : Line::text;
}

std::optional<dns::Name> DomainList::take(const File& file) {
  std::string_view text = line_;
  if (file.line == 1 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  text = base::trim(text.substr(0, text.find('#')));
  if (text.empty()) return std::nullopt;
  auto name = dns::parse_domain(text);
  if (!name) {
    if (on_refused_) {
      on_refused_({.where = fmt::format("{}:{}", file.name, file.line),
                   .text = std::string(text),
                   .why = name.error().what,
                   .hint = name.error().hint});
    }
    return std::nullopt;
  }
  if (!is_new(*name)) return std::nullopt;
  return *name;
}

bool DomainList::is_new(const dns::Name& name) {
  std::array<char, dns::kMaxWireName + 1>
      salted{};  // the second hash is of other bytes, so it is independent
  const auto wire = name.wire();
  std::ranges::copy(wire, salted.begin() + 1);
  if (seen_.insert({dns::hash_bytes(wire), dns::hash_bytes({salted.data(), wire.size() + 1})}).second)
    return true;
  ++duplicates_;
  return false;
}

}  // namespace rampart::audit
