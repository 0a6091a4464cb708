// What the API's resources of mail, quarantine and lists stand on, opened by a configuration.
//
//   auto desk = TRY(MailDesk::open({.config = config, .guard = guard, .folder = settings.folder}));     // before any thread is started
//   api::add_mail(handlers, desk->parts());  api::add_quarantine(…);  api::add_lists(…);
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/api/routes/mail_parts.h"
#include "server/guard/scanner.h"

namespace rampart::server {

class MailDesk {
 public:
  struct Options {
    std::function<std::shared_ptr<const base::Config>()> config;  // the one in effect
    GuardService* guard = nullptr;                                // nullptr: nothing is scanned here
    std::string folder;  // of the server: lists that are edited stand in FOLDER/lists
  };
  // Without rampart-worker beside the program a process is forked: then it has to be before any thread is started. Errors are of kind io.
  static base::Result<std::unique_ptr<MailDesk>> open(Options options);

  [[nodiscard]] const api::MailParts& parts() const { return parts_; }

 private:
  explicit MailDesk(Options options) : options_(std::move(options)) {}
  void open_kept();

  Options options_;
  std::unique_ptr<guard::render::Renderer> renderer_;
  std::unique_ptr<Scanner> scanner_;
  api::MailParts parts_;
};

// Where the lists that are edited here stand, which the guard reads beside those of its configuration: FOLDER/lists/block.txt.
std::string list_path(const std::string& folder, guard::ListKind kind);

}  // namespace rampart::server
