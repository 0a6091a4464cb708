#include "server/reports/report_writing.h"

#include <set>

#include "audit/ask_lane.h"
#include "base/text.h"
#include "dns/domain.h"
#include "mail/compose.h"
#include "reports/unpack/source.h"
#include "reports/write/collector.h"
#include "reports/write/summary.h"
#include "server/setup/mail_relay.h"

namespace rampart::server {
namespace {

using base::ErrorKind;
using base::Result;

constexpr std::size_t kReportsAtOnce = 32;  // whose destinations are looked up together; ours
constexpr std::size_t kQuestionsOfReport =
    300;  // of the tree walks, records and mail servers of 16 addresses, and more

class Writing {
 public:
  Writing(const Host& host, const WriteRequest& request, const base::Config& config, ReportDesk& desk)
      : host_(host), request_(request), config_(config), desk_(desk) {}

  Result<Ending> run() {
    if (request_.again) TRY(desk_.outbox().send_unsure_again(desk_.now()));
    if (!request_.results.empty()) TRY(write());
    TRY(look_up());
    if (request_.send) TRY(send());
    summary_.failures = TRY(request_.send ? send_failures() : desk_.failures().look());
    summary_.mails = TRY(desk_.outbox().counts());
    summary_.pending = TRY(desk_.outbox().unfinished(desk_.now()));
    // mail/ holds what is still to be sent, and nothing that has perhaps arrived or never will.
    for (const auto& [report, mails] : summary_.pending) {
      for (const auto& mail : mails) {
        if (mail.state != reports::MailState::ready) desk_.drop_mail(mail.report, mail.recipient);
      }
    }
    TRY(host_.print(request_.json ? reports::format_summary_json(summary_)
                                  : reports::format_summary(summary_)));
    if (!summary_.trouble.empty()) host_.note(summary_.trouble);
    if (reports::failed(summary_)) return Ending::findings;
    return reports::waits(summary_) ? Ending::undetermined : Ending::clean;
  }

 private:
  // Days since 1970 that were named; empty: all.
  Result<std::set<std::int64_t>> days() const {
    std::set<std::int64_t> out;
    for (const auto& text : request_.days) {
      const auto day = base::parse_time(text + "T00:00:00Z");
      if (!day)
        return base::fail(ErrorKind::usage, fmt::format("\"{}\" is no day", base::printable(text)), "--day",
                          "write 2026-11-26");
      if (*day + std::chrono::hours(24) > desk_.now())
        return base::fail(ErrorKind::usage, fmt::format("{} has not ended (UTC)", text), "--day",
                          "its report is written when it is complete");
      out.insert(std::chrono::floor<std::chrono::days>(*day).time_since_epoch().count());
    }
    return out;
  }

  Result<> write() {
    const auto who = TRY(report_writer(config_));
    TRY(desk_.signers_for(who.email));  // before anything is written that could not be sent
    const auto wanted = TRY(days());
    const auto hours = std::chrono::hours(base::parse_number(request_.hours).value_or(24));
    reports::Texts texts;
    auto collector = TRY(reports::Collector::make(who, texts, hours));
    const auto take = [&](reports::MessageResult&& message) -> Result<> {
      if (host_.stop()) return base::fail(ErrorKind::io, "interrupted");
      ++summary_.messages;
      const auto day = std::chrono::floor<std::chrono::days>(message.time);
      const auto ends =
          day + (std::chrono::floor<std::chrono::hours>(message.time - day) / hours + 1) * hours;
      if (!wanted.empty() && !wanted.contains(day.time_since_epoch().count())) {
        ++summary_.other_days;
        return {};
      }
      if (ends > desk_.now()) {
        ++summary_.unfinished;
        return {};
      }
      return collector.add(std::move(message));
    };
    for (const auto& path : request_.results) {
      const auto source = TRY(reports::FileSource::open(path));
      TRY(reports::read_results(*source, path == "-" ? "standard input" : path, take));
    }
    for (const auto& due : collector.finish()) TRY(write_one(due, texts, who));
    summary_.unasked = collector.unasked();
    return {};
  }

  Result<> write_one(const reports::DueReport& due, const reports::Texts& texts,
                     const reports::Reporter& who) {
    using Added = reports::Outbox::Added;
    const auto leave = [&](std::string why) {
      summary_.left.push_back(
          {.domain = due.report.policy.domain, .begin = due.report.begin, .why = std::move(why)});
    };
    const auto file = reports::report_file(due.report, texts, who);
    if (!file) {
      leave(file.error().what + (file.error().hint.empty() ? "" : "; " + file.error().hint + ": --hours"));
      return {};
    }
    switch (TRY(desk_.add(due, *file, who, request_.replace))) {
      case Added::added:
        ++summary_.written;
        break;
      case Added::same:
        ++summary_.same;
        break;
      case Added::replaced:
        ++summary_.replaced;
        break;
      case Added::differs:
        leave("it was written before, of other results; --replace writes and sends it anew");
        break;
      case Added::overlaps:
        leave("a report of another period speaks of this one, and two must not (--hours)");
        break;
    }
    return {};
  }

  // --- Who may get them ---

  Result<> look_up() {
    const auto waiting = TRY(desk_.outbox().to_look_up(desk_.now()));
    for (std::size_t at = 0; at < waiting.size() && !host_.stop(); at += kReportsAtOnce) {
      const auto end =
          waiting.begin() + static_cast<std::ptrdiff_t>(std::min(at + kReportsAtOnce, waiting.size()));
      const std::vector<reports::QueuedReport> some(waiting.begin() + static_cast<std::ptrdiff_t>(at), end);
      auto found = found_for(some);
      if (!found) {
        summary_.trouble = "who may get the reports is not known: " + found.error().message();
        return {};
      }
      for (std::size_t i = 0; i < some.size(); ++i) TRY(settle(some[i], (*found)[i]));
    }
    return {};
  }

  // Of several at once, so that their questions are asked together.
  Result<std::vector<reports::Recipients>> found_for(const std::vector<reports::QueuedReport>& some) {
    struct Asked {
      dns::Name domain;
      std::vector<std::string> rua;
    };
    std::vector<Asked> asked;
    asked.reserve(some.size());
    for (const auto& report : some)
      asked.push_back({TRY(dns::parse_domain(report.cover.domain)), report.rua});
    auto* source = TRY(facts());
    facts::DriveOptions options;
    options.max_questions = kReportsAtOnce * kQuestionsOfReport;
    options.time_limit = std::chrono::ceil<std::chrono::seconds>(config_.duration("dns.time_per_domain"));
    const auto decided = TRY(audit::ask_lane<std::vector<reports::Recipients>>(
        source->lanes().front(), options, {}, [asked](facts::Facts& facts) {
          std::vector<reports::Recipients> out;
          out.reserve(asked.size());
          for (const auto& one : asked) out.push_back(reports::recipients(one.domain, one.rua, facts));
          return out;
        }));
    return decided.decision;
  }

  Result<> settle(const reports::QueuedReport& report, const reports::Recipients& found) {
    // Mails first: one that is queued can be sent by whoever looks into the folder.
    for (const auto& recipient : found.to) {
      if (auto kept = desk_.keep_mail(report, recipient); !kept) {
        if (kept.error().kind != ErrorKind::input) return kept;
        summary_.left.push_back({.domain = report.cover.domain,
                                 .begin = report.cover.begin,
                                 .why = kept.error().message() + "; " + kept.error().hint});
        return {};
      }
    }
    return desk_.outbox().settle(reports::after_lookup(report, found, desk_.now(), desk_.rules()), found.to,
                                 desk_.now());
  }

  // Opened and examined with the first question.
  Result<FactSource*> facts() {
    if (!source_) {
      auto source = TRY(open_source(request_.facts, config_, 1, host_.stop));
      const auto domain = config_.text("report_mail.email");
      TRY(source->prepare(domain.empty() ? TRY(dns::parse_domain("example.com"))
                                         : TRY(dns::parse_domain(domain.substr(domain.rfind('@') + 1)))));
      source_ = std::move(source);
    }
    return source_.get();
  }

  // --- Sending ---

  Result<> send() {
    std::map<std::string, reports::QueuedReport> known;
    std::optional<net::SmtpServer> relay;
    std::set<std::string> stands;  // the addresses whose mail passes DMARC
    for (const auto& mail : TRY(desk_.outbox().due(desk_.now()))) {
      if (known.contains(mail.report)) continue;
      const auto report = TRY(desk_.outbox().find(mail.report));
      if (!report) return base::fail(ErrorKind::internal, "a mail of no report is in the outbox");
      const auto& from = report->cover.email;
      if (!relay) relay = TRY(mail_relay(config_, "report_mail.", "--send", from));
      if (!stands.contains(from)) {
        if (!TRY(own_mail_stands(desk_.mail(*report, mail.recipient, desk_.now()), from))) return {};
        stands.insert(from);
      }
      known.emplace(mail.report, *report);
    }
    if (!relay) return {};
    reports::Delivery delivery;
    delivery.clock = [this] { return desk_.now(); };
    delivery.stop = host_.stop;
    delivery.rules = desk_.rules();
    delivery.send = [&](const reports::QueuedMail& mail) {
      const auto& report = known.at(mail.report);
      const auto message = desk_.mail(report, mail.recipient, mail.made);
      if (!message) return net::Handing{.how = net::Handed::later, .why = message.error().message()};
      auto handing = net::smtp_send(*relay, report.cover.email, {mail.recipient}, *message);
      if (handing.how == net::Handed::accepted) desk_.drop_mail(mail.report, mail.recipient);
      return handing;
    };
    const auto done = TRY(reports::deliver(desk_.outbox(), delivery));
    summary_.sent = done.sent;
    if (!done.down.empty()) summary_.trouble = "the mail server cannot be used: " + done.down;
    return {};
  }

  // Whoever filters mail put them there. Their envelope sender is empty: nobody answers a machine.
  Result<reports::FailuresSent> send_failures() {
    auto there = TRY(desk_.failures().look());
    if (there.waiting == 0 && (!request_.again || there.unsure == 0)) return there;
    const auto who = TRY(report_writer(config_));
    const auto relay = TRY(mail_relay(config_, "report_mail.", "--send", who.email));
    bool examined = false;
    const auto hand = [&](const reports::FailureMail& mail) {
      const auto message = desk_.sign({.from = who.email, .to = mail.to, .message = mail.message});
      if (!std::exchange(examined, true)) {
        const auto stands = own_mail_stands(message, who.email);
        if (!stands || !*stands)
          return net::Handing{.how = net::Handed::down,
                              .why = stands ? summary_.trouble : stands.error().message()};
      }
      if (!message) return net::Handing{.how = net::Handed::down, .why = message.error().message()};
      return net::smtp_send(relay, "", {mail.to}, *message);
    };
    auto sent = TRY(desk_.failures().send(hand, desk_.now(), desk_.rules(), host_.stop, request_.again));
    if (!sent.down.empty() && summary_.trouble.empty())
      summary_.trouble = "the mail server cannot be used: " + sent.down;
    return sent;
  }

  // RFC 9990 section 3.5.2: reports MUST pass DMARC. False: nothing is sent now, and the summary says why.
  Result<bool> own_mail_stands(const Result<std::string>& bytes, const std::string& from) {
    if (!bytes) {
      summary_.trouble = bytes.error().message();
      return false;
    }
    struct Work {
      std::string bytes;
      mail::Message message;
      std::optional<reports::OwnMail> own;
    };
    const auto work = std::make_shared<Work>();  // kept alive by an answer that comes late
    work->bytes = *bytes;
    work->message = TRY(mail::Message::parse(std::string_view(work->bytes)));
    work->own.emplace(work->message);
    auto source = facts();
    const auto now = base::now();
    auto decided = source ? audit::ask_lane<reports::OwnMail::Outcome>(
                                (*source)->lanes().front(), {}, {},
                                [work, now](facts::Facts& facts) { return work->own->check(facts, now); })
                          : std::unexpected(source.error());
    const auto outcome = decided ? decided->decision
                                 : reports::OwnMail::Outcome{.stands = reports::Stands::unknown,
                                                             .why = decided.error().message()};
    if (outcome.stands == reports::Stands::passes) return true;
    if (outcome.stands == reports::Stands::fails)
      return base::fail(
          ErrorKind::config, "our own mail would not pass DMARC, and reports must: " + outcome.why, from,
          "rampart dkim rotate DOMAIN looks after the key, and rampart audit DOMAIN after the rest");
    summary_.trouble =
        "nothing is sent, since it is not known whether our own mail passes DMARC: " + outcome.why;
    return false;
  }

  const Host& host_;
  const WriteRequest& request_;
  const base::Config& config_;
  ReportDesk& desk_;
  std::unique_ptr<FactSource> source_;
  reports::WriteSummary summary_;
};

}  // namespace

Result<Ending> write_reports(const Host& host, const WriteRequest& request, const base::Config& config,
                             ReportDesk& desk) {
  return Writing(host, request, config, desk).run();
}

}  // namespace rampart::server
