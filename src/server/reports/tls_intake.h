// TLS reports that strangers bring by HTTPS (RFC 8460 section 5.4: POST, not authenticated): kept as unverified, and so many a day of each
// address. Read on a thread of its own, one after the other, and answered once it is in the store.
//
//   auto intake = TRY(TlsIntake::open(url, worker));
//   return intake->plan(head);                           // of POST /reports/tls; on the loop's thread
#pragma once

#include <atomic>
#include <map>
#include <memory>

#include <boost/asio/thread_pool.hpp>

#include "base/worker.h"
#include "net/http/server.h"
#include "reports/archive/archive.h"
#include "store/database.h"

namespace rampart::server {

// All our own.
inline constexpr std::uint64_t kMostTlsReport = std::uint64_t{2} << 20U;  // bytes, as it is sent
inline constexpr unsigned kTlsReportsOfAddress = 100;                     // a day
inline constexpr unsigned kTlsReportsOfDay = 5'000;                       // of all
inline constexpr std::size_t kTlsReportsWaiting = 16;

class TlsIntake {
 public:
  // Errors are of the store.
  static base::Result<std::unique_ptr<TlsIntake>> open(const store::Url& url, base::Worker worker,
                                                       std::function<void(std::string_view)> log);
  ~TlsIntake();
  TlsIntake(const TlsIntake&) = delete;
  TlsIntake& operator=(const TlsIntake&) = delete;

  net::http::Handler::Plan plan(const net::http::Head& head);

 private:
  TlsIntake(store::Database database, base::Worker worker, std::function<void(std::string_view)> log);
  // Whether the address may bring another one today.
  bool count(const base::IpAddress& address);
  net::http::Response take(const std::string& body, const std::string& from);

  // Of the loop's thread.
  std::map<std::string, unsigned> today_;  // by address, or a /64 of IPv6
  unsigned all_today_ = 0;
  std::int64_t day_ = 0;

  std::function<void(std::string_view)> log_;
  // Of the pool's thread.
  store::Database database_;
  base::Worker worker_;
  std::optional<reports::Archive> archive_;

  std::atomic<std::size_t> waiting_ = 0;
  boost::asio::thread_pool pool_{1};  // the last, so that it ends first
};

}  // namespace rampart::server
