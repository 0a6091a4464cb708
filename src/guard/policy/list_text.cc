#include "guard/policy/list_text.h"

#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::guard {
namespace {

using base::Result;

// Held while a list is compared and written, so that of two who write at once one sees what the other wrote. Beside the file, which is
// replaced; of processes of this machine.
class Hold {
 public:
  explicit Hold(const std::string& path)
      : file_(::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (file_ >= 0) ::flock(file_, LOCK_EX);
  }
  ~Hold() {
    if (file_ >= 0) ::close(file_);
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  [[nodiscard]] bool is_held() const { return file_ >= 0; }

 private:
  int file_;
};

}  // namespace

std::string list_etag(std::string_view text) { return base::hex(crypto::sha256(text)).substr(0, 32); }

std::vector<LineFault> check_list_text(std::string_view text, ListKind kind) {
  std::vector<LineFault> out;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::size_t number = 0;
  while (!text.empty() && out.size() < kMaxLineFaults) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = base::trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.find('\0') != std::string_view::npos || !base::is_utf8(line)) {
      out.push_back({.line = number, .what = "is no text in UTF-8"});
      continue;
    }
    if (line.empty() || line.front() == '#') continue;
    const auto list = read_list({}, line, kind);
    if (list->faults().empty()) continue;
    // "line 1: "…" is …": the line is there to be seen.
    const auto& fault = list->faults().front();
    const auto quote = fault.rfind("\" ");
    out.push_back({.line = number, .what = quote == std::string::npos ? fault : fault.substr(quote + 2)});
  }
  return out;
}

Result<ListText> read_list_text(const std::string& path, ListKind kind) {
  ListText out;
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT)
      return base::fail(base::ErrorKind::io,
                        fmt::format("cannot be read: {}", std::generic_category().message(errno)),
                        base::printable(path));
  } else {
    out.changed = base::Time(std::chrono::seconds(status.st_mtime));
    out.text = TRY(base::read_file(path, kMaxListText));
  }
  const auto list = read_list(path, out.text, kind);
  out.size = list->size();
  out.names_content = list->names_content();
  out.etag = list_etag(out.text);
  return out;
}

Result<> write_list_text(const std::string& path, std::string_view text, ListKind kind,
                         const std::optional<std::string>& etag) {
  if (text.size() > kMaxListText)
    return base::fail(base::ErrorKind::input, fmt::format("is larger than {} bytes", kMaxListText),
                      base::printable(path));
  const Hold hold(path);
  if (!hold.is_held())
    return base::fail(
        base::ErrorKind::io,
        fmt::format("nothing can be written beside it: {}", std::generic_category().message(errno)),
        base::printable(path), "let the user who runs rampart write in that folder");
  if (etag && TRY(read_list_text(path, kind)).etag != *etag)
    return base::fail(base::ErrorKind::usage, "somebody changed the list meanwhile", base::printable(path),
                      "read it again");
  return base::write_file(path, text);
}

}  // namespace rampart::guard
