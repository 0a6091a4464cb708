#include "reports/mailbox/inbox.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "base/text.h"

namespace rampart::reports {

using base::ErrorKind;
using base::Result;
using net::imap::Listed;

Result<ImapInbox> ImapInbox::open(net::imap::Server server, ImapInboxOptions options) {
  auto place = base::printable(fmt::format("imap://{}@{}/{}", server.user, server.host, options.mailbox));
  auto client = TRY(net::imap::Client::open(std::move(server)));
  return ImapInbox(std::move(client), std::move(options), std::move(place));
}

Result<std::uint32_t> ImapInbox::look() {
  box_ = TRY(client_.select(options_.mailbox));
  if (!box_.writable)
    return base::fail(ErrorKind::config,
                      "the mailbox can be read and not changed, so nothing can be put away", place_,
                      "give the user the right to do so");
  if (options_.done == ImapInboxOptions::Done::flag && !box_.keywords)
    return base::fail(ErrorKind::config, "the server stores no keywords, so what was read cannot be flagged",
                      place_, "set reports.imap_done to move");
  return box_.validity;
}

Result<std::vector<Listed>> ImapInbox::list() {
  auto out = TRY(client_.list(box_));
  std::erase_if(out, [](const Listed& mail) {
    return mail.deleted || std::ranges::any_of(mail.keywords, [](const std::string& keyword) {
             return base::iequals(keyword, kReadKeyword) || base::iequals(keyword, kAsideKeyword);
           });
  });
  return out;
}

Result<> ImapInbox::ensure(Away where) {
  auto& ensured = ensured_[static_cast<std::size_t>(where)];
  if (!ensured) TRY(client_.ensure(where == Away::read ? options_.read_mailbox : options_.aside_mailbox));
  ensured = true;
  return {};
}

Result<> ImapInbox::put_away(const std::vector<std::uint32_t>& uids, Away where) {
  if (uids.empty()) return {};
  if (options_.done == ImapInboxOptions::Done::flag)
    return client_.add_keyword(uids, std::string(where == Away::read ? kReadKeyword : kAsideKeyword));
  TRY(ensure(where));
  return client_.move(uids, where == Away::read ? options_.read_mailbox : options_.aside_mailbox);
}

Result<bool> ImapInbox::wait(std::chrono::milliseconds most, const std::function<bool()>& stop) {
  if (client_.can_idle()) return client_.idle(most);
  constexpr std::chrono::milliseconds kHeedStop{200};
  const auto until = std::chrono::steady_clock::now() + most;
  while (std::chrono::steady_clock::now() < until) {
    if (stop && stop()) return base::fail(ErrorKind::unavailable, "interrupted");
    std::this_thread::sleep_for(kHeedStop);
  }
  return client_.poll();
}

}  // namespace rampart::reports
