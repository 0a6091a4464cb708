// What we send out by libcurl: one message by SMTP, one request over HTTPS. Each call blocks until it is done or its
// time is up, and belongs in a thread that may wait.
//
// The host is what the operator configured. Its name is resolved once; of its addresses those that ProbeGuard
// allows are pinned and checked again when the socket opens; no proxy, redirect, netrc or cookie.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace rampart::net {

// How a delivery ended.
enum class Handed : std::uint8_t {
  accepted,
  later,    // this message was not taken now: a full mailbox, greylisting
  refused,  // this message will never be taken: no such recipient
  down,     // nothing can be delivered there now: no connection, no TLS, a wrong password
};

struct Handing {
  Handed how = Handed::down;
  std::string why;       // of what was not accepted: printable, one line
  bool perhaps = false;  // of what is `down`: the whole message was handed over, and no answer came
};

struct SmtpServer {
  enum class Tls : std::uint8_t {
    starttls,  // required: a server that does not offer it gets nothing
    implicit,  // from the first byte (RFC 8314)
    none,      // in clear
  };
  std::string host;  // a name, or an address without brackets
  std::uint16_t port = 587;
  Tls tls = Tls::starttls;
  std::string user;  // empty: no authentication
  std::string password;
  std::string hello;    // what EHLO says; a domain
  std::string ca_file;  // instead of the system's roots
  std::chrono::milliseconds timeout{60'000};
};

// `message` has lines ended by CRLF, as mail::compose() makes them; its recipients are given apart. The envelope
// sender is `sender`. A server that is lost after the message's end has perhaps taken it: that is `down`, too, with
// `perhaps`, and the same Message-ID lets a receiver know it again.
Handing smtp_send(const SmtpServer& server, const std::string& sender,
                  const std::vector<std::string>& recipients, const std::string& message);

// "mail.bank.example", "mail.bank.example:25", "192.0.2.1:587", "[2001:db8::1]:25".
struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};
base::Result<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port);

struct HttpsTarget {
  std::string url;                                        // as check_https_url() accepts it
  bool allow_private = false;                             // addresses that are not public
  std::string private_setting = "watch.webhook_private";  // what would allow them, as an error names it
  std::string ca_file;
  std::chrono::milliseconds timeout{20'000};
};

// https://host[:port]/path[?query] without user, password or fragment. Errors are of kind config.
base::Result<> check_https_url(std::string_view url);

// `headers` are whole lines, "Name: value". Any 2xx is accepted; a server that is busy, or a page that is not
// there, is `down`; any other 4xx is about this message and `later`.
Handing https_post(const HttpsTarget& target, const std::vector<std::string>& headers,
                   const std::string& body);

struct Fetched {
  long status = 0;   // whatever it is: a redirect is not followed
  std::string body;  // whole
};
// A GET, or with `post` a POST of it, whose answer is wanted. Errors: of kind unavailable, also for an answer of more than `max_body` octets;
// of kind config for a URL that check_https_url() refuses, or that leads to where it may not.
base::Result<Fetched> https_fetch(const HttpsTarget& target, const std::vector<std::string>& headers,
                                  const std::optional<std::string>& post, std::size_t max_body);

// As base::Setting::check: what is wrong with the text, or nothing; an empty one leaves the setting out.
std::string check_server_setting(std::string_view text);

}  // namespace rampart::net
