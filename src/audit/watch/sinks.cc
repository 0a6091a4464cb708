#include "audit/watch/sinks.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "crypto/hmac.h"

namespace rampart::audit::watch {
namespace {

using base::ErrorKind;
using net::Handed;
using net::Handing;

constexpr std::size_t kMaxSecret = 4096;  // bytes

Handing handing(const base::Result<>& result) {
  if (result) return {Handed::accepted, {}};
  return {Handed::down, result.error().message()};
}

std::string errno_text() {
  return std::strerror(errno);
}  // NOLINT(concurrency-mt-unsafe): one thread delivers

class PrintSink final : public Sink {
 public:
  PrintSink(SinkKind kind, Print print) : kind_(kind), print_(std::move(print)) {}
  Handing deliver(const Parcel& parcel) override {
    return handing(print_(kind_ == SinkKind::json ? parcel.payload + "\n" : parcel.payload));
  }

 private:
  SinkKind kind_;
  Print print_;
};

class JsonFileSink final : public Sink {
 public:
  explicit JsonFileSink(std::string path) : path_(std::move(path)) {}

  Handing deliver(const Parcel& parcel) override {
    const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (file < 0) return failed("cannot be opened");
    const auto result = append(file, parcel.payload);
    ::close(file);
    return result;
  }

 private:
  [[nodiscard]] Handing failed(std::string_view what) const {
    return {Handed::down, fmt::format("{}: {}: {}", path_, what, errno_text())};
  }

  [[nodiscard]] Handing append(int file, const std::string& object) const {
    struct stat status{};
    if (::fstat(file, &status) != 0) return failed("cannot be looked at");
    if (!S_ISREG(status.st_mode)) return {Handed::down, fmt::format("{}: is no regular file", path_)};
    std::string line = object + "\n";
    char last = '\n';
    if (status.st_size > 0 && ::pread(file, &last, 1, status.st_size - 1) != 1)
      return failed("cannot be read");
    if (last != '\n') line.insert(line.begin(), '\n');
    const auto written = ::write(file, line.data(), line.size());
    if (written != static_cast<ssize_t>(line.size())) {
      // A full disk takes a part: what cannot be used is taken away again.
      auto why =
          written < 0 ? failed("cannot be written to") : Handing{Handed::down, path_ + ": the disk is full"};
      if (written > 0 && ::ftruncate(file, status.st_size) != 0) return failed("cannot be cut back");
      return why;
    }
    if (::fsync(file) != 0) return failed("cannot be brought to the disk");
    return {Handed::accepted, {}};
  }

  std::string path_;
};

class WebhookSink final : public Sink {
 public:
  explicit WebhookSink(WebhookOptions options) : options_(std::move(options)) {}
  Handing deliver(const Parcel& parcel) override {
    std::vector<std::string> headers{"Content-Type: application/json", "Rampart-Event: " + parcel.id};
    if (!options_.secret.empty())
      headers.push_back("Rampart-Signature: " +
                        webhook_signature(options_.secret, options_.clock(), parcel.payload));
    return net::https_post(options_.target, headers, parcel.payload);
  }

 private:
  WebhookOptions options_;
};

class MailSink final : public Sink {
 public:
  explicit MailSink(MailOptions options) : options_(std::move(options)) {}
  Handing deliver(const Parcel& parcel) override {
    return net::smtp_send(options_.server, options_.from, {parcel.recipient}, parcel.payload);
  }

 private:
  MailOptions options_;
};

class FolderSink final : public Sink {
 public:
  explicit FolderSink(std::string folder) : folder_(std::move(folder)) {}
  Handing deliver(const Parcel& parcel) override {
    const auto name = parcel.id.substr(0, parcel.id.find('@'));  // made by us: letters, digits, dots, hyphens
    const bool mail = parcel.sink == SinkKind::mail;
    return handing(base::write_file(fmt::format("{}/{}.{}", folder_, name, mail ? "eml" : "json"),
                                    mail ? parcel.payload : parcel.payload + "\n"));
  }

 private:
  std::string folder_;
};

}  // namespace

std::string_view to_string(SinkKind kind) { return kSinkNames[static_cast<std::size_t>(kind)]; }

std::optional<SinkKind> parse_sink(std::string_view text) {
  const auto found = std::ranges::find(kSinkNames, text);
  if (found == kSinkNames.end()) return std::nullopt;
  return static_cast<SinkKind>(found - kSinkNames.begin());
}

std::unique_ptr<Sink> print_sink(SinkKind kind, Print print) {
  return std::make_unique<PrintSink>(kind, std::move(print));
}
std::unique_ptr<Sink> json_file_sink(std::string path) {
  return std::make_unique<JsonFileSink>(std::move(path));
}
std::unique_ptr<Sink> webhook_sink(WebhookOptions options) {
  return std::make_unique<WebhookSink>(std::move(options));
}
std::unique_ptr<Sink> mail_sink(MailOptions options) {
  return std::make_unique<MailSink>(std::move(options));
}
std::unique_ptr<Sink> folder_sink(std::string folder) {
  return std::make_unique<FolderSink>(std::move(folder));
}

std::string webhook_signature(std::string_view secret, base::Time time, std::string_view body) {
  const auto seconds = time.time_since_epoch().count();
  return fmt::format("t={},v1={}", seconds,
                     base::hex(crypto::hmac_sha256(secret, fmt::format("{}.{}", seconds, body))));
}

base::Result<std::string> read_secret(const std::string& path) {
  const auto refuse = [&](std::string what, std::string hint = {}) {
    return base::fail(ErrorKind::config, std::move(what), path, std::move(hint));
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return refuse("the secret cannot be read: " + errno_text());
  struct stat status{};
  std::string text(kMaxSecret + 1, '\0');
  const bool looked = ::fstat(file, &status) == 0;
  const auto size = looked && S_ISREG(status.st_mode) ? ::read(file, text.data(), text.size()) : -1;
  ::close(file);
  if (size < 0) return refuse("the secret cannot be read: it is no regular file");
  if ((status.st_mode & 0077U) != 0) return refuse("others can read this secret", "chmod 600 " + path);
  if (static_cast<std::size_t>(size) > kMaxSecret) return refuse("a secret of more than 4096 bytes");
  text.resize(static_cast<std::size_t>(size));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.empty()) return refuse("the secret is empty");
  if (text.find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos)
    return refuse("a secret is one line");
  return text;
}

}  // namespace rampart::audit::watch
