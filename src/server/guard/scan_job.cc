#include "server/guard/scan_job.h"

#include "base/text.h"
#include "guard/policy/enforce.h"
#include "mail/compose.h"

namespace rampart::server {
namespace {

using base::Result;

Result<std::vector<std::string>> recipients_of(const ScanRequest& request) {
  std::vector<std::string> out;
  for (const auto& text : request.recipients) {
    const bool bracketed = text.starts_with('<') && text.ends_with('>');
    auto address = mail::parse_address(bracketed ? text.substr(1, text.size() - 2) : text);
    if (!address)
      return base::fail(base::ErrorKind::usage, fmt::format("\"{}\" is no address", base::printable(text)),
                        "--rcpt", "such as a@bank.example");
    out.push_back(*std::move(address));
  }
  return out;
}

}  // namespace

Result<std::shared_ptr<ScanJob>> ScanJob::make(std::unique_ptr<Mail> mail, const ScanRequest& request,
                                               guard::Rules rules) {
  const auto envelope = TRY(envelope_of(request.envelope));
  auto out = std::make_shared<ScanJob>();
  out->recipients_ = TRY(recipients_of(request));
  out->mail_ = std::move(mail);
  out->rules_ = std::move(rules);
  out->sender_ = envelope.mail_from.value_or(std::string());
  // Without a client it would be taken for a message of this machine's own, which nobody's policy is about.
  const bool authenticated = request.authenticated || !request.user.empty();
  out->writer_ = {.user = request.user, .client = envelope.ip};
  out->nobody_ = !envelope.ip && !authenticated;
  if (out->nobody_) out->rules_.roles.anybody = guard::Role::inbound;
  out->scan_.emplace(out->mail_->message,
                     guard::Situation{.peer = {.client = envelope.ip,
                                               .helo = envelope.helo,
                                               .authenticated = authenticated,
                                               .recipients = out->recipients_},
                                      .mail_from = envelope.mail_from,
                                      .memory = {}},
                     out->rules_.roles, out->rules_.local, out->rules_.inspection, out->keys_);
  return out;
}

bool ScanJob::wants_look() {
  if (!is_from_outside()) return false;
  auto unseen = guard::why_not_looked_at(rules_.inspection, rules_.local.name_content(), mail_->bytes.size());
  if (!unseen) return true;
  scan_->set_inspected(*std::move(unseen));
  return false;
}

std::string ScanJob::author() const {
  return guard::author_address(mail::read_author(mail_->message.header));
}

guard::VerdictReport ScanJob::report(guard::Verdict& verdict, guard::KeyRing& ring,
                                     std::string_view authserv_id, base::Time now) const {
  if (nobody_) verdict.standing.why = "no client is named, so it is held to what mail from outside is";
  const auto done = guard::dispatch(verdict.ruling, recipients_, rules_.enforcement,
                                    guard::draw_of(mail_->message.header, sender_), true);
  guard::VerdictReport out{.verdict = verdict,
                           .recipients = recipients_,
                           .done = guard::actions_of(done, recipients_.size()),
                           .plan = {}};
  // Nothing is added to what nobody gets.
  if (done.answer != guard::Action::accept) return out;
  out.plan = guard::plan_signing({.standing = verdict.standing,
                                  .message = &mail_->message,
                                  .author = verdict.authentication.author,
                                  .writer = writer_,
                                  .recipients = recipients_,
                                  .chain = verdict.authentication.arc.result,
                                  .now = now},
                                 ring, rules_.signing, rules_.roles.gateway.domains, authserv_id);
  return out;
}

guard::ClamdAnswer ask_clamd(const guard::ClamdAddress& address, std::string_view bytes) {
  boost::asio::io_context io{1};
  guard::Clamd clamd(io, address, {});
  std::optional<guard::ClamdAnswer> out;
  clamd.scan(std::string(bytes), [&](guard::ClamdAnswer answer) { out = std::move(answer); });
  while (!out && io.run_one() > 0) {
  }
  if (out) return *std::move(out);
  return {.said = guard::ClamdSaid::unknown, .why = guard::ClamdWhy::failed, .name = {}, .detail = {}};
}

}  // namespace rampart::server
