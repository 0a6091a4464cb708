// What the resources of mail and quarantine share: whose mail somebody may see, and what is opened once a thread.
//
//   const auto scope = TRY(scope_of(call, mail));                 // the domains of the asker's organisations
//   auto* quarantine = TRY(quarantine_of(call, mail));            // 501 where nothing is kept
//
// A message is somebody's when it is to a domain of his organisations, or claims to be from one; a kept message, when it is kept from a
// recipient there. Of the recipients of others nothing is said, whatever is asked.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "guard/events/event_list.h"
#include "guard/events/feed.h"
#include "guard/quarantine/kept_list.h"
#include "guard/release/release.h"
#include "guard/render/render.h"
#include "guard/settings.h"
#include "server/api/handlers.h"
#include "server/api/hub.h"

namespace rampart::server::api {

// Judges a message as the guard would.
struct ScanOrder {
  std::string bytes;
  std::optional<std::string> ip;
  std::string helo;
  std::optional<std::string> mail_from;
  std::vector<std::string> recipients;
  bool authenticated = false;
  std::string user;
};

// What they need beside Parts; outlives the router, and is safe from any thread. An empty function: that is not set up (501).
struct MailParts {
  // The domains of these organisations (ids), in A-labels; roster_domains() where domains are on the roster.
  std::function<base::Result<std::vector<std::string>>(Bench&, const std::vector<std::string>& organisations)>
      domains_of;
  // The guard's settings as they are now.
  std::function<base::Result<guard::Settings>()> settings;
  // The quarantine over a thread's database, and the passes by which what is released is let through.
  std::function<base::Result<guard::Quarantine>(store::Database&)> open_quarantine;
  std::function<base::Result<guard::Passes>(store::Database&, guard::Quarantine&)> open_passes;
  // net::smtp_send() to the mail server that released mail goes to.
  std::function<net::Handing(const std::string& sender, const std::vector<std::string>& recipients,
                             const std::string& message)>
      hand;
  guard::render::Renderer* renderer = nullptr;  // nullptr: no message is shown (503)
  // JSON as `rampart scan --format json` writes it. An error of kind usage or input: what was sent; unavailable: later.
  std::function<base::Result<std::string>(ScanOrder)> scan;
  // The list that is edited here: its path; nothing: none is.
  std::function<std::optional<std::string>(guard::ListKind)> list_here;
};

void add_mail(Handlers& handlers, const MailParts& mail);
void add_quarantine(Handlers& handlers, const MailParts& mail);
void add_lists(Handlers& handlers, const MailParts& mail);

base::Result<std::vector<std::string>> roster_domains(Bench& bench,
                                                      const std::vector<std::string>& organisations);

template <class T>
using Had = std::expected<T, Problem>;

Had<guard::Scope> scope_of(Call& call, const MailParts& mail);
Had<guard::Quarantine*> quarantine_of(Call& call, const MailParts& mail);
// 404 when it is not there, or kept from nobody in scope.
Had<guard::KeptMessage> kept_of(Call& call, const MailParts& mail, const guard::Scope& scope);

// Places of pages, as text between cursors: "1795000000.12.id".
std::string write_place(base::Time at, long long number, std::string_view id);
struct ReadPlace {
  base::Time at{};
  long long number = 0;
  std::string id;
};
std::optional<ReadPlace> read_place(std::string_view text);

// `Kept` of api/quarantine.json, and as rampart.trace/1 has one.
void write_kept(base::JsonWriter& json, const guard::KeptMessage& message);

// An event of the guard for those who follow: once for who sees everything, and once for each organisation that it is about, as that may see
// it. `owner_of`: the organisation (id) whose a domain is, or that a domain is below; empty: nobody's.
std::vector<LiveEvent> live_mail(const guard::ToldEvent& event,
                                 const std::function<std::string(std::string_view domain)>& owner_of);

}  // namespace rampart::server::api
