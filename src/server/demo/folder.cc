#include "server/demo/folder.h"

#include <filesystem>

#include <fmt/ranges.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "server/demo/reports.h"
#include "server/demo/world.h"

namespace rampart::server::demo {

namespace fs = std::filesystem;

using base::ErrorKind;
using base::Result;

namespace {

constexpr std::string_view kMark = ".rampart-demo";
constexpr std::string_view kMarkText =
    "This folder belongs to `rampart demo`, which deletes all of it at its next start.\n";
constexpr std::size_t kMostSocketPath = 100;  // octets; sockaddr_un has 108

std::unexpected<base::Error> not_ours(const std::string& path) {
  return base::fail(ErrorKind::usage, "holds something that is no demo's, and a demo deletes what it finds",
                    base::printable(path), "name a folder that is empty or not there yet");
}

// A text in TOML's quotes.
std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

Result<DemoFolder> DemoFolder::make(const std::string& path) {
  std::error_code failed;
  auto place = fs::absolute(path, failed).lexically_normal();
  if (!place.has_filename()) place = place.parent_path();
  if (failed || path.empty()) return base::fail(ErrorKind::usage, "is no folder", base::printable(path));
  DemoFolder out(place.string());
  if (out.path_.find_first_of(" \t\r\n") != std::string::npos)
    return base::fail(ErrorKind::usage, "has white space, which no milter's socket may have",
                      base::printable(out.path_), "name a folder without");
  if (out.socket().size() > kMostSocketPath)
    return base::fail(ErrorKind::usage, "is too long a path for a socket within it",
                      base::printable(out.path_),
                      "name a folder nearer to the root, such as /tmp/rampart-demo");
  const auto mark = place / kMark;
  const auto there = fs::symlink_status(place, failed);
  if (fs::exists(there)) {
    if (!fs::is_directory(there)) return not_ours(out.path_);
    const bool marked = fs::is_regular_file(fs::symlink_status(mark, failed));
    if (!marked && !fs::is_empty(place, failed)) return not_ours(out.path_);
    for (fs::directory_iterator it(place, failed), end; !failed && it != end; it.increment(failed))
      if (it->path() != mark) fs::remove_all(it->path(), failed);
  } else {
    fs::create_directories(place, failed);
  }
  if (failed || ::chmod(place.c_str(), 0700) != 0)
    return base::fail(ErrorKind::io, fmt::format("cannot be made ready: {}", failed.message()),
                      base::printable(out.path_));
  TRY(base::write_file(mark.string(), kMarkText));
  return out;
}

std::string DemoFolder::config(std::uint16_t port) const {
  std::vector<std::string> own;
  for (const auto domain : own_domains()) own.push_back(toml_text(domain));
  std::vector<std::string> vouched;
  for (const auto reporter : reporters()) vouched.push_back(toml_text(reporter));
  return fmt::format(
      "[store]\nurl = {}\n\n[guard]\nlisten = [{}]\nmode = \"enforce\"\nauthserv_id = "
      "\"guard.demo.example\"\n"
      "enforced_domains = [{}]\nquarantine = {}\nrelease_key_file = {}\n\n[reports]\nreporters = "
      "[{}]\n\n[server]\n"
      "listen = [\"localhost:{}\"]\npublic_url = \"http://localhost:{}\"\nfolder = {}\n",
      toml_text(store()), toml_text("unix:" + socket()), fmt::join(own, ", "), toml_text(quarantine()),
      toml_text(key_file()), fmt::join(vouched, ", "), port, port, toml_text(path_ + "/server"));
}

}  // namespace rampart::server::demo
