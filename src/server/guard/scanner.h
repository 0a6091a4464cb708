// Messages judged as the guard would, for the API: on a loop of its own, so that nobody who asks holds up mail.
//
//   auto scanner = TRY(Scanner::open(config, {.guard = guard}));
//   const auto json = TRY(scanner->scan({.bytes = …, .ip = "203.0.113.9"}));      // from any thread; waits
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "base/config.h"
#include "net/live_provider.h"
#include "server/api/routes/mail_parts.h"
#include "server/guard/folder_ring.h"
#include "server/guard/guard_service.h"

namespace rampart::server {

// Our own: at a time; each may hold a message of kMaxMail. Further ones are refused (kind unavailable).
inline constexpr std::size_t kMostApiScans = 4;
inline constexpr std::chrono::seconds kScanPatience{
    40};  // beyond what is asked of DNS and what looks into messages

class Scanner {
 public:
  // `guard` outlives it. Errors are of kind config: no resolvers.
  static base::Result<std::unique_ptr<Scanner>> open(std::shared_ptr<const base::Config> config,
                                                     const guard::Settings& settings, GuardService& guard);
  ~Scanner();
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;

  // Errors of kind usage and input are of what was sent. JSON of schema "rampart.verdict/1".
  base::Result<std::string> scan(api::ScanOrder order);

 private:
  struct Asked;
  Scanner(std::shared_ptr<const base::Config> config, net::LiveOptions live, const guard::Settings& settings,
          GuardService& guard);
  void begin(const std::shared_ptr<Asked>& asked);
  void judge(const std::shared_ptr<Asked>& asked);

  std::shared_ptr<const base::Config> config_;  // shared with whoever reads it now: it may be replaced
  GuardService& guard_;
  std::string authserv_id_;
  facts::DriveOptions drive_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy_;
  // Of its thread.
  net::LiveProvider provider_;
  std::optional<guard::Clamd> clamd_;
  FolderRing ring_;
  std::vector<std::string> source_;

  std::mutex mutex_;
  std::size_t scans_ = 0;  // under the mutex
  std::thread thread_;
};

}  // namespace rampart::server
