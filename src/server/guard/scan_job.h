// A message that is looked at as the guard would, for whoever asks: the command line, or the API.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "guard/gate/gate.h"
#include "guard/gate/verdict_report.h"
#include "server/setup/mail_file.h"

namespace rampart::server {

struct ScanRequest {
  EnvelopeOptions envelope;
  std::vector<std::string> recipients;
  bool authenticated = false;
  std::string user;  // who logged in, which means `authenticated`
};

// Owns what a decision refers to: an answer that comes late finds it still there.
class ScanJob {
 public:
  // Errors are of kind usage, and name an option.
  static base::Result<std::shared_ptr<ScanJob>> make(std::unique_ptr<Mail> mail, const ScanRequest& request,
                                                     guard::Rules rules);

  [[nodiscard]] const mail::Message& message() const { return mail_->message; }
  // Whom the memory is asked about, as guard::Correspondents takes it, and what it says; before run().
  [[nodiscard]] std::string author() const;
  [[nodiscard]] std::span<const std::string> recipients() const { return recipients_; }
  void set_sender(guard::Correspondence sender) { scan_->set_sender(std::move(sender)); }
  // Whether what it holds counts: of mail of ours nobody looks at that.
  [[nodiscard]] bool is_from_outside() const { return guard::is_from_outside(scan_->standing().role); }
  // As it came, for a virus scanner, and what that says; before run().
  [[nodiscard]] std::string_view bytes() const { return mail_->bytes; }
  void set_clamd(guard::ClamdAnswer answer) { scan_->set_clamd(std::move(answer)); }
  // Whether somebody has to look into its text() before run(); where nobody may, that is noted.
  [[nodiscard]] bool wants_look();
  [[nodiscard]] guard::Inspector::Text text() const {
    return {.header = guard::content_header(mail_->message.header), .body = mail_->message.body};
  }
  void set_inspected(guard::Inspected seen) { scan_->set_inspected(std::move(seen)); }
  guard::Verdict run(facts::Facts& facts, base::Time now) { return scan_->run(facts, now); }
  // Of the verdict that run() came to, with what would be added by keys of the ring. Valid as long as both live.
  guard::VerdictReport report(guard::Verdict& verdict, guard::KeyRing& ring, std::string_view authserv_id,
                              base::Time now) const;

 private:
  std::unique_ptr<Mail> mail_;
  guard::Rules rules_;
  std::vector<std::string> recipients_;
  std::string sender_;
  bool nobody_ = false;  // no client is known
  guard::Writer writer_;
  dkim::KeyCache keys_;
  std::optional<guard::Scan> scan_;
};

// What clamd says of a message, as the guard asks it; waited for.
guard::ClamdAnswer ask_clamd(const guard::ClamdAddress& address, std::string_view bytes);

}  // namespace rampart::server
