#include "audit/domain_list.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sys/stat.h>

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
        if (std::ferror(file.stream.get()) != 0)
          return base::fail(base::ErrorKind::io, "cannot be read", file.name);
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

DomainList::Line DomainList::read_line(File& file) {
  line_.clear();
  ++file.line;
  bool any = false;
  for (int c = std::getc(file.stream.get()); c != EOF; c = std::getc(file.stream.get())) {
    any = true;
    ++read_;
    if (c == '\n') return line_.size() > kMaxLine ? Line::too_long : Line::text;
    if (line_.size() <= kMaxLine) line_ += static_cast<char>(c);
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
