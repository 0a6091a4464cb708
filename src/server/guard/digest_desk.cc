#include "server/guard/digest_desk.h"

#include <boost/asio/post.hpp>

#include "base/text.h"
#include "guard/digest/may_release.h"
#include "server/guard/guard_settings.h"
#include "server/guard/release_key.h"
#include "server/setup/mail_relay.h"
#include "server/setup/store_url.h"

namespace rampart::server {

using base::ErrorKind;
using base::Result;
using guard::KeptState;
using guard::PageKind;
using net::http::Response;

namespace {

// The link of a request, whoever signed it.
std::optional<guard::Link> link_of(const std::string& query) {
  const auto parameters = net::http::parse_query(query);
  if (!parameters || parameters->size() != 1 || parameters->front().first != "m") return std::nullopt;
  return guard::parse_link(parameters->front().second);
}

// What there is to say of an entry without doing anything.
PageKind kind_of(const guard::KeptMessage& entry) {
  switch (entry.state) {
    case KeptState::kept:
      return may_release(entry) ? PageKind::question : PageKind::not_yours;
    case KeptState::releasing:
      return PageKind::perhaps;
    case KeptState::released:
      return PageKind::was_released;
    case KeptState::deleted:
      break;
  }
  return PageKind::deleted;
}

}  // namespace

Result<std::unique_ptr<DigestDesk>> DigestDesk::open(const base::Config& config,
                                                     const guard::Settings& settings,
                                                     std::function<void(const std::string&)> log) {
  auto read = TRY(guard::read_digest_settings(config));
  if (read.url.empty()) return nullptr;
  auto key = TRY(link_key(config));
  auto pass_key = TRY(release_key(config));
  if (!key || !pass_key)
    return base::fail(ErrorKind::config, "links in digests need a key", "guard.release_key_file",
                      "rampart config explain guard.release_key_file");
  auto server = TRY(mail_relay(config, "guard.release_", "a link in a digest", settings.authserv_id));
  server.timeout = kReleaseTime;
  auto database = std::make_unique<store::Database>(TRY(store::Database::open(TRY(store_url(config)))));
  auto quarantine = TRY(open_quarantine(settings, *database));
  std::unique_ptr<DigestDesk> out(new DigestDesk());
  out->look_ = Look{.answers = true, .language = read.language};
  out->key_ = *std::move(key);
  out->log_ = std::move(log);
  out->server_ = std::move(server);
  out->database_ = std::move(database);
  out->quarantine_.emplace(std::move(quarantine));
  // Not within a call that has made something: what returns from there leaks.
  auto passes = guard::Passes::open(*out->database_, *out->quarantine_, *std::move(pass_key));
  if (!passes) return std::unexpected(passes.error());
  out->passes_.emplace(*std::move(passes));
  return out;
}

DigestDesk::~DigestDesk() {
  pool_.stop();
  pool_.join();
}

void DigestDesk::ask(const Question& question, const Done& done) {
  // Whoever has no link of ours asks the store nothing.
  auto link = link_of(question.query);
  if (!link || !is_ours(*link, key_)) return done(page(PageKind::unknown));
  if (base::now() > link->until) return done(page(PageKind::expired, nullptr, link->until));
  if (asked_.fetch_add(1) >= kMostAsked) {
    --asked_;
    return done(page(PageKind::busy));
  }
  boost::asio::post(pool_, [this, link = *std::move(link), post = question.post, done] {
    Response response;
    try {
      response = answer(link, post);
    } catch (const std::exception& error) {
      log_(fmt::format("a fault of rampart's own: {}", error.what()));
      response = page(PageKind::busy);
    }
    --asked_;
    done(std::move(response));
  });
}

Response DigestDesk::answer(const guard::Link& link, bool post) { return post ? release(link) : look(link); }

Response DigestDesk::look(const guard::Link& link) {
  const auto entry = quarantine_->find_for(link.id, link.recipient);
  if (!entry) return trouble(entry.error());
  return page(kind_of(*entry), &*entry, entry->changed);
}

Response DigestDesk::release(const guard::Link& link) {
  const auto entry = quarantine_->find_for(link.id, link.recipient);
  if (!entry) return trouble(entry.error());
  const auto kind = kind_of(*entry);
  if (kind != PageKind::question) return page(kind, &*entry, entry->changed);
  const auto now = base::now();
  const auto own = quarantine_->split(link.id, link.recipient, now);
  // Somebody else may have released or deleted it in between: then that is what there is to say.
  if (!own) return own.error().kind == ErrorKind::usage ? look(link) : trouble(own.error());
  const guard::ReleaseDesk desk{
      .quarantine = *quarantine_, .passes = *passes_, .hand = [this](const auto&... what) {
        return net::smtp_send(server_, what...);
      }};
  const auto released = guard::release(desk, *own, {.by = link.recipient, .again = false}, now);
  if (!released) return released.error().kind == ErrorKind::usage ? look(link) : trouble(released.error());
  log_(fmt::format("{}: {} for {}, by a link{}{}", *own,
                   released->how == guard::Released::How::delivered ? "released" : "not released",
                   base::printable(link.recipient), released->why.empty() ? "" : ": ", released->why));
  switch (released->how) {
    case guard::Released::How::delivered:
      return page(PageKind::released, &released->entry);
    case guard::Released::How::perhaps:
      return page(PageKind::perhaps, &released->entry);
    case guard::Released::How::returned:
      break;
  }
  return page(released->handed == net::Handed::refused ? PageKind::refused : PageKind::later,
              &released->entry);
}

Response DigestDesk::page(PageKind kind, const guard::KeptMessage* entry, base::Time at) const {
  auto made = guard::write_page(kind, look_.load().language, entry, at);
  return {.status = made.status,
          .type = "text/html; charset=utf-8",
          .body = std::move(made.html),
          .fields = {{"Content-Security-Policy", guard::page_policy()},
                     {"Referrer-Policy", "no-referrer"},
                     {"X-Robots-Tag", "noindex"}}};
}

// What went wrong is for whoever runs the guard; the page says what to do.
Response DigestDesk::trouble(const base::Error& error) const {
  log_(fmt::format("a link in a digest: {}", error.message()));
  return page(error.kind == ErrorKind::usage ? PageKind::unknown : PageKind::busy);
}

}  // namespace rampart::server
