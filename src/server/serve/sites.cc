#include "server/serve/sites.h"

#include <algorithm>

#include "base/text.h"
#include "guard/digest/digest.h"

namespace rampart::server {

using net::http::Done;
using net::http::error_response;
using net::http::Handler;
using net::http::Head;
using net::http::Response;

namespace {

constexpr std::uint64_t kMostForm = 1'024;  // octets of what a page's button sends, which is nothing; our own

Handler::Plan refuse(Response response, std::string name = {}, std::string value = {}) {
  if (!name.empty()) response.fields.emplace_back(std::move(name), std::move(value));
  return {.refusal = std::move(response), .body = 0, .answer = {}};
}

Handler::Plan say(Response response) {
  return {
      .refusal = {},
      .body = 0,
      .answer = [response = std::move(response)](const std::string&, const Done& done) { done(response); }};
}

Handler::Plan nothing_here(const Head& head) {
  return refuse(error_response(404, "there is nothing here", base::excerpt(head.path, 80)));
}

bool reads(const Head& head) { return head.method == "GET" || head.method == "HEAD"; }

}  // namespace

Handler::Plan ConsoleSite::plan(const Head& head) {
  if (head.path == "/api" || head.path.starts_with("/api/"))
    return parts_.api != nullptr ? parts_.api->plan(head) : nothing_here(head);
  if (!reads(head)) return refuse(error_response(405, "only GET is answered here"), "Allow", "GET, HEAD");
  if (head.path == "/healthz") return say(parts_.health());
  if (head.path == "/readyz") return say(parts_.readiness());
  if (head.path == "/metrics") {
    const bool may =
        std::ranges::any_of(parts_.metrics_from, [&](const auto& network) { return network.has(head.peer); });
    if (!may) return nothing_here(head);
    return say({.type = "text/plain; version=0.0.4", .body = parts_.metrics()});
  }
  if (parts_.console != nullptr)
    if (auto page = parts_.console->answer(head)) return say(*std::move(page));
  return nothing_here(head);
}

Handler::Plan PublicSite::plan(const Head& head) {
  if (head.path == guard::kLinkPath && parts_.digest_link) {
    const bool post = head.method == "POST";
    if (!post && !reads(head))
      return refuse(error_response(405, "only GET and POST are answered here"), "Allow", "GET, HEAD, POST");
    return {.refusal = {},
            .body = post ? kMostForm : 0,
            .answer = [this, post, query = head.query](const std::string&, const Done& done) {
              parts_.digest_link(post, query, done);
            }};
  }
  if (head.path == "/reports/tls" && parts_.tls_report) return parts_.tls_report(head);
  return nothing_here(head);
}

}  // namespace rampart::server
