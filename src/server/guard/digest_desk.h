// What the links of digests open: a page that asks, and, when its button is pressed, a release to the one recipient that the link is
// for. The store and the mail server are asked on a thread of its own, one request after the other.
//
//   auto desk = TRY(DigestDesk::open(config, settings, log));
//   desk->ask({.post = true, .query = "m=…"}, [](net::http::Response response) { … });   // called on its thread
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/thread_pool.hpp>

#include "base/config.h"
#include "guard/digest/link.h"
#include "guard/digest/settings.h"
#include "guard/release/release.h"
#include "guard/settings.h"
#include "net/http/request.h"
#include "net/outgoing.h"
#include "store/database.h"

namespace rampart::server {

// All our own.
inline constexpr std::size_t kMostAsked = 16;  // that wait or are answered; the next one is told to try again
inline constexpr std::chrono::seconds kReleaseTime{20};  // that the mail server may take

class DigestDesk {
 public:
  struct Question {
    bool post = false;  // the button was pressed
    std::string query;  // as it was sent
  };
  using Done = std::function<void(net::http::Response)>;

  // What may change while it works.
  struct Look {
    bool answers = true;  // guard.digest_url is set
    guard::DigestLanguage language = guard::DigestLanguage::en;
  };

  // Null where guard.digest_url is empty. Errors are of kind config: there is no mail server, quarantine or key.
  static base::Result<std::unique_ptr<DigestDesk>> open(const base::Config& config,
                                                        const guard::Settings& settings,
                                                        std::function<void(const std::string&)> log);
  // Ends what is under way; whoever still waits is not answered.
  ~DigestDesk();

  // From any thread. `done` is called once, on another thread or at once; a link that is not ours costs no place.
  void ask(const Question& question, const Done& done);
  [[nodiscard]] bool answers() const { return look_.load().answers; }
  void set_look(Look look) { look_ = look; }

 private:
  DigestDesk() = default;
  net::http::Response answer(const guard::Link& link, bool post);
  net::http::Response look(const guard::Link& link);
  net::http::Response release(const guard::Link& link);
  [[nodiscard]] net::http::Response page(guard::PageKind kind, const guard::KeptMessage* entry = nullptr,
                                         base::Time at = {}) const;
  net::http::Response trouble(const base::Error& error) const;

  std::atomic<Look> look_;
  crypto::Secret key_;
  std::function<void(const std::string&)> log_;
  net::SmtpServer server_;
  // Of the thread of the pool.
  std::unique_ptr<store::Database> database_;
  std::optional<guard::Quarantine> quarantine_;
  std::optional<guard::Passes> passes_;

  std::atomic<std::size_t> asked_ = 0;
  boost::asio::thread_pool pool_{1};  // the last, so that it ends first
};

}  // namespace rampart::server
