#include "reports/mailbox/fetcher.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/limits.h"

namespace rampart::reports {
namespace {

using base::ErrorKind;
using base::Result;
using net::imap::Listed;

// How much is read before it is committed and put away; our own.
constexpr std::size_t kGroupMails = 100;
constexpr std::size_t kGroupBytes = std::size_t{32} << 20U;

}  // namespace

FetchPlan plan_fetch(const std::vector<Listed>& listed, const std::map<std::uint32_t, Waiting>& waiting,
                     base::Time now) {
  FetchPlan out;
  for (const auto& mail : listed) {
    const auto known = waiting.find(mail.uid);
    if (mail.size > net::imap::kMaxMessage) {
      out.too_large.push_back(mail);
    } else if (known != waiting.end() && known->second.next > now) {
      ++out.waiting;
      out.next = out.next ? std::min(*out.next, known->second.next) : known->second.next;
    } else {
      (known == waiting.end() ? out.read : out.again).push_back(mail);
    }
  }
  std::ranges::sort(out.again, {},
                    [&](const Listed& mail) { return std::pair(waiting.at(mail.uid).next, mail.uid); });
  return out;
}

std::string Fetcher::origin(std::uint32_t uid) const {
  return fmt::format("{};UIDVALIDITY={}/;UID={}", inbox_->place(), validity_, uid);  // as RFC 5092 writes it
}

Result<FetchTurn> Fetcher::turn(Inbox& inbox, Importer& importer, base::Time now) {
  inbox_ = &inbox;
  importer_ = &importer;
  done_ = {};
  group_ = {};
  validity_ = TRY(inbox_->look());
  known_ = TRY(waiting_.load(validity_));
  const auto listed = TRY(inbox_->list());
  const auto plan = plan_fetch(listed, known_, now);
  done_.waiting = plan.waiting;
  done_.next = plan.next;
  TRY(leave_large(plan.too_large));
  for (const auto& mail : plan.read) {
    if (stop_ && stop_()) break;
    TRY(read(mail, now));
    if (group_.mails >= kGroupMails || group_.bytes >= kGroupBytes) TRY(commit());
  }
  TRY(commit());
  TRY(read_again(plan.again, now));
  // Those that somebody else took out of the mailbox.
  std::vector<std::uint32_t> gone;
  for (const auto& [uid, waiting] : known_) {
    if (!std::ranges::binary_search(listed, uid, {}, &Listed::uid)) gone.push_back(uid);
  }
  TRY(waiting_.forget(validity_, gone));
  return done_;
}

// What is new must not wait for these, whose senders' name servers may never answer.
Result<> Fetcher::read_again(const std::vector<Listed>& mails, base::Time now) {
  const auto begun = clock_();
  for (std::size_t i = 0; i < mails.size(); ++i) {
    if (stop_ && stop_()) break;
    if (clock_() - begun >= kRetryTime) {
      done_.waiting += mails.size() - i;
      note_next(now);
      break;
    }
    TRY(read(mails[i], now));
    if (group_.mails >= kGroupMails || group_.bytes >= kGroupBytes) TRY(commit());
  }
  return commit();
}

Result<> Fetcher::leave_large(const std::vector<Listed>& mails) {
  done_.too_large += mails.size();
  for (const auto& mail : mails) {
    if (!left_.insert({validity_, mail.uid}).second) continue;  // told before
    TRY(importer_->set_file_aside(
        origin(mail.uid), fmt::format("the mail has {} octets, more than {} MiB; it stays in the mailbox",
                                      mail.size, net::imap::kMaxMessage >> 20U)));
  }
  return {};
}

Result<> Fetcher::read(const Listed& mail, base::Time now) {
  const auto bytes = inbox_->fetch(mail.uid);
  if (!bytes && bytes.error().kind == ErrorKind::input) return leave_large({mail});
  if (!bytes) return std::unexpected(bytes.error());
  if (!*bytes) return {};  // somebody took it away
  judge_.set_now(now);
  judge_.set_received(mail.received);
  const auto came = TRY(importer_->read_mail(**bytes, origin(mail.uid)));
  ++done_.messages;
  ++group_.mails;
  group_.bytes += (*bytes)->size();
  if (!came.undetermined.empty()) {
    const auto known = known_.find(mail.uid);
    auto waiting = wait_longer(known == known_.end() ? Waiting() : known->second, came.undetermined, now);
    if (!is_over(waiting, now)) {
      note_next(waiting.next);
      group_.waiting.emplace(mail.uid, std::move(waiting));
      return {};
    }
    ++done_.given_up;
    TRY(importer_->note_aside(
        origin(mail.uid),
        fmt::format(
            "its reports stay unverified: in {} days it could not be found out where they come from ({})",
            kPatience.count(), came.undetermined)));
  }
  if (!came.not_looked_up.empty())
    TRY(importer_->note_aside(origin(mail.uid),
                              "some of its reports stay unverified: " + came.not_looked_up));
  (came.reports == 0 ? group_.aside : group_.read).push_back(mail.uid);
  return {};
}

void Fetcher::note_next(base::Time next) { done_.next = done_.next ? std::min(*done_.next, next) : next; }

// The order is what matters: rows first, then the mailbox.
Result<> Fetcher::commit() {
  const auto group = std::exchange(group_, {});
  TRY(importer_->flush());
  for (const auto& [uid, waiting] : group.waiting) TRY(waiting_.keep(validity_, uid, waiting));
  done_.waiting += group.waiting.size();
  TRY(inbox_->put_away(group.read, Inbox::Away::read));
  TRY(inbox_->put_away(group.aside, Inbox::Away::aside));
  done_.put_away += group.read.size() + group.aside.size();
  std::vector<std::uint32_t> settled;
  for (const auto* uids : {&group.read, &group.aside})
    std::ranges::copy_if(*uids, std::back_inserter(settled),
                         [this](std::uint32_t uid) { return known_.contains(uid); });
  return waiting_.forget(validity_, settled);
}

std::string format_fetch(const std::string& place, const FetchTurn& turn, const ImportSummary& summary) {
  auto out = fmt::format("{}: {} {} read, {} put away\n", place, turn.messages,
                         turn.messages == 1 ? "mail" : "mails", turn.put_away);
  if (turn.waiting != 0)
    out += fmt::format("  {} {} until it can be found out who sent {}; the next look is at {}\n",
                       turn.waiting, turn.waiting == 1 ? "stays" : "stay", turn.waiting == 1 ? "it" : "them",
                       turn.next ? base::format_time(*turn.next) : "the next fetch");
  if (turn.too_large != 0)
    out += fmt::format("  {} {} for {} size\n", turn.too_large, turn.too_large == 1 ? "stays" : "stay",
                       turn.too_large == 1 ? "its" : "their");
  return out + format_import(summary);
}

std::string format_fetch_json(const std::string& place, const FetchTurn& turn, const ImportSummary& summary) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().member("schema", "rampart.reports-fetch/1").member("mailbox", place);
  json.member("mails", turn.messages).member("put_away", turn.put_away).member("too_large", turn.too_large);
  json.member("waiting", turn.waiting).member("given_up", turn.given_up);
  json.member("next", turn.next ? base::format_time(*turn.next) : std::string());
  write_import(json, summary);
  json.end_object();
  return out + "\n";
}

}  // namespace rampart::reports
