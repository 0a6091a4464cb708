#include "server/reports/tls_intake.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "base/text.h"
#include "reports/intake/importer.h"
#include "reports/unpack/source.h"

namespace rampart::server {

using base::Result;
using net::http::Done;
using net::http::error_response;
using net::http::Handler;
using net::http::Head;
using net::http::Response;

namespace {

Handler::Plan refuse(Response response, std::string name = {}, std::string value = {}) {
  if (!name.empty()) response.fields.emplace_back(std::move(name), std::move(value));
  return {.refusal = std::move(response), .body = 0, .answer = {}};
}

// RFC 8460 section 6.4 and 6.5.
bool is_tls_report(const Head& head) {
  const auto given = head.find("Content-Type").value_or(std::string_view());
  const auto type = base::trim(given.substr(0, given.find(';')));
  return base::iequals(type, "application/tlsrpt+gzip") || base::iequals(type, "application/tlsrpt+json");
}

// Whoever has one address of IPv6 has a network of them.
std::string counted_as(const base::IpAddress& address) {
  const auto one = address.unmapped();
  auto text = one.text();
  if (text.find(':') == std::string::npos) return text;
  constexpr std::size_t kHalf = 8;
  return base::hex(std::string_view(reinterpret_cast<const char*>(one.bytes().data()),
                                    kHalf));  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
}

}  // namespace

Result<std::unique_ptr<TlsIntake>> TlsIntake::open(const store::Url& url, base::Worker worker,
                                                   std::function<void(std::string_view)> log) {
  auto database = TRY(store::Database::open(url));
  std::unique_ptr<TlsIntake> out(new TlsIntake(std::move(database), std::move(worker), std::move(log)));
  out->archive_.emplace(TRY(reports::Archive::open(out->database_)));
  return out;
}

TlsIntake::TlsIntake(store::Database database, base::Worker worker, std::function<void(std::string_view)> log)
    : log_(std::move(log)), database_(std::move(database)), worker_(std::move(worker)) {}

TlsIntake::~TlsIntake() {
  pool_.stop();
  pool_.join();
}

bool TlsIntake::count(const base::IpAddress& address) {
  const auto day = std::chrono::floor<std::chrono::days>(base::now()).time_since_epoch().count();
  if (day != day_) {
    day_ = day;
    all_today_ = 0;
    today_.clear();
  }
  if (all_today_ >= kTlsReportsOfDay) return false;
  auto& of_address = today_[counted_as(address)];
  if (of_address >= kTlsReportsOfAddress) return false;
  ++of_address;
  ++all_today_;
  return true;
}

Handler::Plan TlsIntake::plan(const Head& head) {
  if (head.method != "POST")
    return refuse(error_response(405, "only POST is answered here"), "Allow", "POST");
  if (!is_tls_report(head))
    return refuse(error_response(415, "a report is application/tlsrpt+gzip or application/tlsrpt+json",
                                 "Content-Type"));
  if (head.find("Content-Encoding"))
    return refuse(error_response(415, "no coding is taken", "Content-Encoding"));
  if (waiting_ >= kTlsReportsWaiting)
    return refuse(error_response(503, "enough reports are read now"), "Retry-After", "10");
  if (!count(head.peer))
    return refuse(error_response(429, "enough reports came from there today"), "Retry-After", "3600");
  return {.refusal = {},
          .body = kMostTlsReport,
          .answer = [this, from = head.peer.text()](std::string body, const Done& done) {
            ++waiting_;
            boost::asio::post(pool_, [this, from, body = std::move(body), done] {
              auto response = take(body, from);
              --waiting_;
              done(std::move(response));
            });
          }};
}

Response TlsIntake::take(const std::string& body, const std::string& from) {
  const auto done = [&]() -> Result<Response> {
    reports::Importer importer(*archive_, worker_, reports::Trust::unverified, base::now(),
                               reports::UnpackLimits::of_stranger());
    reports::MemorySource source(body);
    TRY(importer.read(source, "https " + from));
    TRY(importer.flush());
    const auto& summary = importer.summary();
    if (summary.tls_reports + summary.duplicates == 0)
      return error_response(422, "there is no TLS report in it (RFC 8460 section 4)");
    return Response{.status = 201, .body = "{}\n"};
  }();
  if (done) return *done;
  log_(fmt::format("a TLS report was not kept: {}", done.error().message()));
  return error_response(503, "it cannot be kept now");
}

}  // namespace rampart::server
