#include "cli/looked_mail.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "base/worker.h"
#include "guard/inspect/seen/look.h"
#include "server/setup/mail_file.h"

namespace rampart::cli {
namespace {

using base::ErrorKind;
using base::Result;
namespace fs = std::filesystem;
using server::kMaxMail;

constexpr std::size_t kMaxNamedKeys = 20;  // links of a message that clusters are told of; our own

// What near duplicates share besides their text: attached files, and the whole of a message that says little.
guard::model::Document document_of(const guard::Inspected& seen, const guard::names::NameFacts& names) {
  guard::model::Document out;
  out.text = names.subject + "\n" + seen.text;
  for (const auto& part : seen.parts)
    if (part.is_attachment && !part.sha256.empty() && out.keys.size() < kMaxNamedKeys)
      out.keys.push_back("part " + part.sha256);
  if (!names.subject.empty() && !names.address.empty())
    out.keys.push_back("subject " + names.subject + " from " + names.address);
  return out;
}

LookedMail look_at(const std::string& file, const guard::names::NameRules& rules, base::Worker& worker) {
  LookedMail out{.file = file};
  const auto bytes = base::read_file(file, kMaxMail);
  if (!bytes) {
    out.fault = bytes.error().message();
    return out;
  }
  const auto message = mail::Message::parse(*bytes);
  if (!message) {
    out.fault = message.error().message();
    return out;
  }
  if (message->header.fields.empty()) {
    out.fault = bytes->empty() ? "it is empty" : "it is no message: no header field is in it";
    return out;
  }
  out.is_message = true;
  auto reply = worker.call(guard::content_header(message->header) + std::string(message->body));
  const auto seen = !reply                  ? guard::not_inspected(reply.error().message())
                    : !reply->fault.empty() ? guard::not_inspected(reply->fault)
                                            : guard::read_inspected(reply->bytes);
  const auto names = guard::names::read_names({.header = &message->header, .has_envelope = false}, rules);
  out.fault = seen.fault;
  out.signals =
      guard::signal::find_signals({.seen = seen, .names = names, .rules = rules, .header = message->header});
  out.document = document_of(seen, names);
  return out;
}

}  // namespace

Result<std::vector<std::string>> mail_files(const std::vector<std::string>& paths) {
  std::vector<std::string> out;
  const auto is_hidden = [](const fs::path& path) { return path.filename().native().starts_with('.'); };
  for (const auto& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      if (!fs::exists(path, error))
        return base::fail(ErrorKind::usage, error ? error.message() : "no such file or directory",
                          base::printable(path), "name messages, or folders of them");
      out.push_back(path);
      continue;
    }
    for (auto at = fs::recursive_directory_iterator(path, error);
         !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      if (is_hidden(at->path())) {
        if (at->is_directory(error)) at.disable_recursion_pending();
      } else if (at->is_regular_file(error)) {
        out.push_back(at->path().string());
      }
    }
    if (error)
      return base::fail(ErrorKind::io, fmt::format("{}: {}", base::printable(path), error.message()));
  }
  if (out.empty())
    return base::fail(ErrorKind::usage, "there is no message in what was named", {},
                      "name a folder of .eml files");
  if (out.size() > kMaxMailFiles)
    return base::fail(ErrorKind::usage, fmt::format("there are more than {} files", kMaxMailFiles));
  std::ranges::sort(out);
  return out;
}

Result<std::vector<LookedMail>> look_at_mail(const std::vector<std::string>& files,
                                             const guard::names::NameRules& rules, Progress& progress) {
  guard::prepare_to_look();
  auto worker = TRY(base::Worker::start(&guard::look, guard::kLookLimits));
  std::vector<LookedMail> out;
  out.reserve(files.size());
  for (const auto& file : files) {
    out.push_back(look_at(file, rules, worker));
    progress.update(out.size(), static_cast<double>(out.size()) / static_cast<double>(files.size()));
  }
  progress.clear();
  return out;
}

}  // namespace rampart::cli
