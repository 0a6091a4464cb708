#include "reports/write/failure_folder.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::reports {
namespace {

namespace fs = std::filesystem;

using base::ErrorKind;
using base::Result;

constexpr std::string_view kSchema = "rampart.failure-mail/1";
constexpr std::string_view kWaits = ".json";
constexpr std::string_view kSending = ".sending";
constexpr std::string_view kUnsure = ".unsure";
constexpr std::size_t kNamed = 32;  // hexadecimal digits of the digest

struct Waiting {
  FailureMail mail;
  base::Time made{};
};

Result<Waiting> read_waiting(const std::string& path) {
  const auto value = TRY(base::parse_json(TRY(base::read_file(path, kMaxFailureFile)), path));
  const auto* object = value.if_object();
  const auto text = [&](std::string_view name) {
    return object == nullptr ? std::string() : base::text_member(*object, name);
  };
  const auto made = base::parse_time(text("made"));
  Waiting out{.mail = {.to = text("to"), .message = text("message")}, .made = made.value_or(base::Time())};
  if (text("schema") != kSchema || !made || out.mail.to.empty() || out.mail.message.empty())
    return base::fail(ErrorKind::input, "this is no failure report that waits", path, "take it away");
  return out;
}

// On the disk before anything is done that counts on it.
Result<> rename(const std::string& from, const std::string& to) {
  std::error_code failed;
  fs::rename(from, to, failed);
  if (failed) return base::fail(ErrorKind::io, "it cannot be renamed: " + failed.message(), from);
  base::sync_folder_of(to);
  return {};
}

void remove(const std::string& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
  base::sync_folder_of(path);
}

}  // namespace

Result<std::vector<std::string>> FailureFolder::names(std::string_view suffix) const {
  std::vector<std::string> out;
  std::error_code failed;
  for (fs::directory_iterator it(folder_, failed), end; !failed && it != end; it.increment(failed)) {
    auto name = it->path().filename().string();
    if (!name.starts_with('.') && name.ends_with(suffix))
      out.push_back(name.substr(0, name.size() - suffix.size()));
  }
  if (failed && failed != std::errc::no_such_file_or_directory)
    return base::fail(ErrorKind::io, "the folder cannot be read: " + failed.message(),
                      base::printable(folder_));
  std::ranges::sort(out);
  return out;
}

Result<> FailureFolder::put(const FailureMail& mail, base::Time now) {
  std::error_code failed;
  if (fs::create_directories(folder_, failed)) ::chmod(folder_.c_str(), 0700);
  if (failed)
    return base::fail(ErrorKind::io, "the folder cannot be made: " + failed.message(),
                      base::printable(folder_));
  const auto name = base::hex(crypto::sha256(fmt::format("{}\n{}", mail.to, mail.message))).substr(0, kNamed);
  for (const auto suffix : {kWaits, kSending, kUnsure}) {
    if (fs::exists(fmt::format("{}/{}{}", folder_, name, suffix), failed)) return {};
  }
  if (TRY(names(kWaits)).size() >= kMaxWaitingFailures)
    return base::fail(ErrorKind::unavailable,
                      fmt::format("{} failure reports wait already", kMaxWaitingFailures),
                      base::printable(folder_), "send them: rampart reports write --output DIR --send");
  std::string text;
  base::JsonWriter json(text);
  json.begin_object().member("schema", kSchema).member("to", mail.to).member("made", base::format_time(now));
  json.member("message", mail.message).end_object();
  return base::write_file(fmt::format("{}/{}{}", folder_, name, kWaits), text);
}

Result<FailuresSent> FailureFolder::look() {
  FailuresSent out;
  out.waiting = TRY(names(kWaits)).size();
  out.unsure = TRY(names(kUnsure)).size() + TRY(names(kSending)).size();
  return out;
}

Result<FailuresSent> FailureFolder::send(const std::function<net::Handing(const FailureMail&)>& hand,
                                         base::Time now, const DeliveryRules& rules,
                                         const std::function<bool()>& stop, bool unsure_too) {
  const auto path = [&](const std::string& name, std::string_view suffix) {
    return fmt::format("{}/{}{}", folder_, name, suffix);
  };
  // Nobody else sends: what is being sent was so when a run ended.
  for (const auto& name : TRY(names(kSending))) TRY(rename(path(name, kSending), path(name, kUnsure)));
  if (unsure_too) {
    for (const auto& name : TRY(names(kUnsure))) TRY(rename(path(name, kUnsure), path(name, kWaits)));
  }
  FailuresSent out;
  for (const auto& name : TRY(names(kWaits))) {
    if (stop() || !out.down.empty()) break;
    const auto waits = path(name, kWaits);
    const auto waiting = read_waiting(waits);
    if (!waiting) {
      out.lines.push_back(waiting.error().message());
      continue;
    }
    const auto sending = path(name, kSending);
    TRY(rename(waits, sending));
    const auto handing = hand(waiting->mail);
    const auto tell = [&](std::string_view what) {
      out.lines.push_back(base::printable(fmt::format("{}: {}: {}", waiting->mail.to, what, handing.why)));
    };
    switch (handing.how) {
      case net::Handed::accepted:
        ++out.sent;
        remove(sending);
        continue;
      case net::Handed::refused:
        ++out.refused;
        tell("refused");
        remove(sending);
        continue;
      case net::Handed::down:
        out.down = handing.why;
        break;
      case net::Handed::later:
        break;
    }
    if (handing.perhaps) {
      TRY(rename(sending, path(name, kUnsure)));
    } else if (waiting->made + rules.give_up_after < now) {
      ++out.given_up;
      tell("given up");
      remove(sending);
    } else {
      TRY(rename(sending, waits));
    }
  }
  const auto left = TRY(look());
  out.waiting = left.waiting;
  out.unsure = left.unsure;
  return out;
}

}  // namespace rampart::reports
