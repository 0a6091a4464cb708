// The guard's events on their way to those who follow live: whose mail it is has to be looked up, which whoever tells must not wait for.
#pragma once

#include <map>
#include <memory>

#include "audit/roster/roster.h"
#include "base/outbox.h"
#include "guard/events/feed.h"
#include "server/api/hub.h"
#include "store/database.h"

namespace rampart::server {

class MailNews {
 public:
  // `hub` outlives it. Errors are of the store.
  static base::Result<std::unique_ptr<MailNews>> open(const store::Url& url, api::Hub& hub);
  MailNews(const MailNews&) = delete;
  MailNews& operator=(const MailNews&) = delete;

  // From any thread; never waits. What is more than can be looked up is left out, as for a reader who is too slow.
  void tell(const guard::ToldEvent& event);
  void close(std::chrono::milliseconds patience) { events_.close(patience); }

 private:
  MailNews(store::Database database, api::Hub& hub);
  bool deliver(std::span<const guard::ToldEvent> events);
  // The organisation (id) whose a domain is, or that it is below; empty: nobody's.
  std::string owner_of(std::string_view domain);

  // Of the outbox's thread.
  store::Database database_;
  std::optional<audit::roster::Roster> roster_;
  api::Hub& hub_;
  std::map<std::string, std::string, std::less<>> owners_;
  std::chrono::steady_clock::time_point known_until_;

  base::Outbox<guard::ToldEvent> events_;  // the last: its thread uses the others
};

}  // namespace rampart::server
