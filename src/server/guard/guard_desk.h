// The guard's HTTP listener, on a thread of its own so that nobody who asks holds up mail: /metrics for Prometheus; POST /api/v1/scan and
// GET /api/v1/events (cli/event_desk.h) for programs that have a token; and the pages that links in digests open (cli/digest_desk.h).
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>

#include "base/config.h"
#include "crypto/secret.h"
#include "guard/gate/gate.h"
#include "net/http/server.h"
#include "net/live_provider.h"
#include "server/guard/digest_desk.h"
#include "server/guard/event_desk.h"
#include "server/guard/folder_ring.h"
#include "server/guard/scan_message.h"

namespace rampart::server {

// All our own.
inline constexpr std::size_t kMostScans = 4;         // at a time; each may hold a message of kMaxMail
inline constexpr std::size_t kMostRecipients = 100;  // of a scan

class GuardDesk : public net::http::Handler {
 public:
  struct Parts {
    std::function<std::shared_ptr<const guard::Rules>()> rules;  // those of now; from its thread
    std::string authserv_id;                                     // of our Authentication-Results
    std::function<std::string()> metrics;                        // the same
    const guard::Correspondents& correspondents;
    guard::Inspector& inspector;
    std::optional<guard::ClamdAddress> clamd;  // nothing: no scanner is asked
    std::function<void(const std::string&)> log;
    std::unique_ptr<DigestDesk> digests;   // null: no link is answered
    guard::EventFeed* feed = nullptr;      // nullptr: nobody follows events
    std::optional<store::Url> store = {};  // where events are kept; nothing: nowhere
  };
  // Listens. `token_file` may be empty: nobody may have anything scanned. `config` outlives it.
  static base::Result<std::unique_ptr<GuardDesk>> open(const base::Config& config, const std::string& place,
                                                       const std::string& token_file, Parts parts);
  ~GuardDesk() override;

  // Where, with the port that the system chose for 0.
  [[nodiscard]] const std::string& place() const { return place_; }
  void start();
  // From any thread: what links in digests are answered by from now on.
  void set_digests(DigestDesk::Look look);
  // Ends streams and scans, finishes what else is being answered, and joins its thread.
  void stop();

  Plan plan(const net::http::Head& head) override;

 private:
  GuardDesk(const base::Config& config, net::LiveOptions live, facts::DriveOptions drive,
            crypto::Secret token, Parts parts);
  Plan plan_link(const net::http::Head& head);
  Plan plan_scan(const net::http::Head& head);
  Plan plan_events(const net::http::Head& head);
  // What is answered to who has no token.
  [[nodiscard]] std::optional<Plan> refuse_stranger(const net::http::Head& head) const;
  void scan(const std::string& query, std::string body, const std::function<void(net::http::Response)>& done);

  boost::asio::io_context io_{1};
  net::LiveProvider provider_;
  std::optional<guard::Clamd> clamd_;
  FolderRing ring_;  // of its thread
  crypto::Secret token_;
  Parts parts_;
  ScanMeans means_;  // of the members above
  std::string place_;
  std::unique_ptr<EventDesk> events_;
  std::size_t scans_ = 0;                                      // under way
  std::list<std::function<void(net::http::Response)>> asked_;  // those of them that are not answered yet
  bool stopping_ = false;
  net::http::Server server_;
  std::thread thread_;
};

}  // namespace rampart::server
