// What a stranger says of himself: paths, hosts, cookies, lists of proxies and of codings. What is read keeps its promises.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "net/http/assets.h"
#include "net/http/forwarded.h"
#include "net/http/request.h"

using namespace rampart;
using namespace rampart::net;

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

void look_at_path(const std::string& text) {
  const auto path = http::decode_path(text);
  if (!path) return;
  expect(path->starts_with('/') && path->size() <= text.size() && base::is_utf8(*path));
  expect(path->find_first_of(std::string_view("\0\\", 2)) == std::string::npos);
  for (const auto segment : base::split(*path, '/')) expect(segment != "." && segment != "..");
}

void look_at_host(const std::string& text) {
  const auto authority = http::parse_authority(text);
  if (!authority) return;
  expect(!authority->host.empty() && authority->port != 0);
  // What was read is read again as the same.
  const bool v6 = authority->host.find(':') != std::string::npos;
  const auto again = http::parse_authority(v6 ? '[' + authority->host + ']' : authority->host);
  expect(again && again->host == authority->host);
}

void look_at_client(const std::string& text) {
  const http::Network trusted[] = {*http::parse_network("192.0.2.0/24")};
  const http::Client outside{*base::IpAddress::parse("198.51.100.1"), false};
  const http::Client proxy{*base::IpAddress::parse("192.0.2.1"), false};
  for (const auto* const name : {"Forwarded", "X-Forwarded-For", "X-Forwarded-Proto"}) {
    const http::Fields fields{{name, text}};
    for (const auto field : {http::ForwardField::forwarded, http::ForwardField::x_forwarded}) {
      expect(http::client_of(fields, outside, trusted, field) == outside);
      (void)http::client_of(fields, proxy, trusted, field);
    }
  }
  // Whatever stands left of what the proxy wrote changes nothing.
  const auto client = *base::IpAddress::parse("203.0.113.9");
  for (const auto& fields : {http::Fields{{"Forwarded", text + ", for=203.0.113.9"}},
                             http::Fields{{"Forwarded", text}, {"forwarded", "For=\"203.0.113.9:1\""}}})
    expect(http::client_of(fields, proxy, trusted, http::ForwardField::forwarded).address == client);
  const http::Fields list{{"X-Forwarded-For", text + ",203.0.113.9"}};
  expect(http::client_of(list, proxy, trusted, http::ForwardField::x_forwarded).address == client);
  (void)http::parse_network(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > http::kMaxHead) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  look_at_path(text);
  look_at_path('/' + text);
  look_at_host(text);
  look_at_client(text);
  const http::Head head{.fields = {{"Cookie", text}}};
  if (const auto cookie = head.cookie("a")) expect(cookie->size() < text.size());
  for (const auto* const coding : {"br", "gzip", "identity"})
    expect(http::coding_weight(text, coding) <= 1'000);
  return 0;
}
