#include "net/outgoing.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

#include <curl/curl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/ip.h"
#include "base/text.h"
#include "dns/domain.h"
#include "net/probe_guard.h"
#include "net/resolvers.h"

namespace rampart::net {
namespace {

using base::ErrorKind;
using base::IpAddress;

constexpr std::size_t kMaxLine = 512;  // octets of a server's line that are kept; RFC 5321 section 4.5.3.1.5
constexpr std::size_t kMaxReply = 16 * 1024;  // octets of a response's body: it is not looked at

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

IpAddress address_of(const sockaddr& to, std::uint16_t* port = nullptr) {
  if (to.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &to, sizeof in);
    if (port != nullptr) *port = ntohs(in.sin_port);
    return IpAddress::v4(ntohl(in.sin_addr.s_addr));
  }
  sockaddr_in6 in{};
  std::memcpy(&in, &to, sizeof in);
  if (port != nullptr) *port = ntohs(in.sin6_port);
  return IpAddress::v6(std::span<const std::uint8_t, 16>(in.sin6_addr.s6_addr));
}

// The system's own resolution: the host is the operator's choice and not a stranger's.
base::Result<std::vector<IpAddress>> resolve(const std::string& host) {
  if (const auto address = IpAddress::parse(host)) return std::vector{*address};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  if (const int status = getaddrinfo(host.c_str(), nullptr, &hints, &list); status != 0) {
    return base::fail(ErrorKind::unavailable,
                      fmt::format("its address cannot be found: {}", gai_strerror(status)), host);
  }
  std::vector<IpAddress> out;
  for (const auto* at = list; at != nullptr; at = at->ai_next) {
    if (at->ai_family != AF_INET && at->ai_family != AF_INET6) continue;
    const auto address = address_of(*at->ai_addr);
    if (std::ranges::find(out, address) == out.end() && out.size() < kMaxProbeAddresses)
      out.push_back(address);
  }
  freeaddrinfo(list);
  return out;
}

void start_curl() {
  static const CURLcode status = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (status != CURLE_OK) std::abort();
}

// One transfer, and what it may connect to.
class Transfer {
 public:
  Transfer(const std::string& host, std::uint16_t port, std::vector<IpAddress> addresses)
      : addresses_(std::move(addresses)), port_(port) {
    start_curl();
    easy_ = curl_easy_init();
    share_ = curl_share_init();  // a DNS cache of its own, so that pins do not outlive it
    curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    std::string pin = fmt::format("{}:{}:", host, port);
    for (const auto& address : addresses_) {
      if (!pin.ends_with(':')) pin += ',';
      pin += address.is_v4() ? address.text() : "[" + address.text() + "]";
    }
    pins_ = curl_slist_append(nullptr, pin.c_str());
    if (!IpAddress::parse(host)) set(CURLOPT_RESOLVE, pins_);
    set(CURLOPT_SHARE, share_);
    set(CURLOPT_OPENSOCKETFUNCTION, &on_open_socket);
    set(CURLOPT_OPENSOCKETDATA, this);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
    set(CURLOPT_ERRORBUFFER, error_);
    set(CURLOPT_WRITEFUNCTION, &on_reply);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &on_line);
    set(CURLOPT_HEADERDATA, this);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    curl_easy_cleanup(easy_);
    curl_share_cleanup(share_);
    curl_slist_free_all(pins_);
    curl_slist_free_all(lines_);
  }

  template <class T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(easy_, option, value);
  }
  void trust(const std::string& ca_file) {
    if (!ca_file.empty()) set(CURLOPT_CAINFO, ca_file.c_str());
  }
  void within(std::chrono::milliseconds time) {
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(time.count()));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(time.count()) / 2);
  }
  curl_slist* lines(const std::vector<std::string>& texts) {
    for (const auto& text : texts) lines_ = curl_slist_append(lines_, text.c_str());
    return lines_;
  }

  void keep_reply(std::size_t max_octets) {
    kept_.emplace();
    max_reply_ = max_octets;
  }
  [[nodiscard]] bool is_too_large() const { return replied_ > max_reply_; }
  [[nodiscard]] std::string take_reply() { return std::move(kept_).value_or(std::string()); }

  CURLcode run() { return curl_easy_perform(easy_); }
  [[nodiscard]] long code() const {
    long number = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &number);
    return number;
  }
  [[nodiscard]] std::string why(CURLcode code) const {
    if (forbidden_) return "the connection would have gone to an address that was not checked";
    return base::excerpt(error_[0] != 0 ? error_ : curl_easy_strerror(code), 300);
  }
  // The last line by which an SMTP server refused something, without its end.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }

 private:
  static curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* to) {
    auto& self = *static_cast<Transfer*>(user);
    std::uint16_t port = 0;
    const bool known = to->family == AF_INET || to->family == AF_INET6;
    const auto address = known ? address_of(to->addr, &port) : IpAddress();
    if (!known || port != self.port_ ||
        std::ranges::find(self.addresses_, address) == self.addresses_.end()) {
      self.forbidden_ = true;
      return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
  }
  static std::size_t on_line(char* text, std::size_t, std::size_t size, void* user) {
    if (size > 0 && (text[0] == '4' || text[0] == '5'))
      static_cast<Transfer*>(user)->refusal_ = base::trim(std::string_view(text, std::min(size, kMaxLine)));
    return size;
  }
  static std::size_t on_reply(char* data, std::size_t, std::size_t size, void* user) {
    auto& self = *static_cast<Transfer*>(user);
    self.replied_ += size;
    if (self.replied_ > self.max_reply_) return 0;
    if (self.kept_) self.kept_->append(data, size);
    return size;
  }

  std::vector<IpAddress> addresses_;
  std::uint16_t port_;
  CURL* easy_ = nullptr;
  CURLSH* share_ = nullptr;
  curl_slist* pins_ = nullptr;
  curl_slist* lines_ = nullptr;
  bool forbidden_ = false;
  std::size_t replied_ = 0;
  std::size_t max_reply_ = kMaxReply;
  std::optional<std::string> kept_;  // the body, where it is wanted
  std::string refusal_;
  char error_[CURL_ERROR_SIZE] = {};
};

struct Upload {
  const std::string& text;
  std::size_t at = 0;
};

std::size_t on_upload(char* to, std::size_t, std::size_t room, void* user) {
  auto& upload = *static_cast<Upload*>(user);
  const auto size = std::min(room, upload.text.size() - upload.at);
  std::copy_n(upload.text.data() + upload.at, size, to);
  upload.at += size;
  return size;
}

Handed judge_smtp(const Transfer& transfer, const std::string& why) {
  const auto code = transfer.code();
  // 421 closes the connection; a refused sender or login is about us and not about this message.
  const bool ours = why.starts_with("MAIL failed") || why.find("ogin denied") != std::string::npos;
  const bool answered =
      why.starts_with("RCPT failed") || why.starts_with("DATA failed") || code == 552 || code == 554;
  if (code == 421 || ours) return Handed::down;
  if (answered && code >= 500 && code < 600) return Handed::refused;
  if (answered || (code >= 450 && code < 500)) return Handed::later;
  return Handed::down;
}

}  // namespace

Handing smtp_send(const SmtpServer& server, const std::string& sender,
                  const std::vector<std::string>& recipients, const std::string& message) {
  const auto addresses = resolve(server.host);
  if (!addresses) return {Handed::down, addresses.error().message()};
  if (!server.user.empty() && server.tls == SmtpServer::Tls::none &&
      !std::ranges::all_of(*addresses, is_loopback))
    return {Handed::down, "a password is not sent in clear to another machine"};
  Transfer transfer(server.host, server.port, *addresses);
  const bool v6 = server.host.find(':') != std::string::npos;
  const auto url =
      fmt::format("{}://{}{}{}:{}/{}", server.tls == SmtpServer::Tls::implicit ? "smtps" : "smtp",
                  v6 ? "[" : "", server.host, v6 ? "]" : "", server.port, server.hello);
  transfer.set(CURLOPT_URL, url.c_str());
  transfer.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  transfer.set(CURLOPT_USE_SSL,
               static_cast<long>(server.tls == SmtpServer::Tls::none ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  if (!server.user.empty()) {
    transfer.set(CURLOPT_USERNAME, server.user.c_str());
    transfer.set(CURLOPT_PASSWORD, server.password.c_str());
  }
  transfer.trust(server.ca_file);
  transfer.within(server.timeout);
  transfer.set(CURLOPT_MAIL_FROM, fmt::format("<{}>", sender).c_str());
  std::vector<std::string> envelope;
  envelope.reserve(recipients.size());
  for (const auto& recipient : recipients) envelope.push_back(fmt::format("<{}>", recipient));
  transfer.set(CURLOPT_MAIL_RCPT, transfer.lines(envelope));
  Upload upload{message};
  transfer.set(CURLOPT_UPLOAD, 1L);
  transfer.set(CURLOPT_READFUNCTION, &on_upload);
  transfer.set(CURLOPT_READDATA, &upload);
  transfer.set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(message.size()));
  const auto status = transfer.run();
  if (status == CURLE_OK) return {Handed::accepted, {}};
  auto why = transfer.why(status);
  const auto how = judge_smtp(transfer, why);
  // The end of a message is written when all of it was taken from us; an answer that refuses it is no doubt.
  const bool answered = transfer.code() >= 400;
  const bool perhaps = how == Handed::down && !answered && upload.at == message.size() && !message.empty();
  if (answered) {
    const auto code = fmt::format(": {}", transfer.code());  // the line begins with it
    if (why.ends_with(code)) why.resize(why.size() - code.size());
    why += ": " + base::excerpt(transfer.refusal(), 200);
  }
  return {.how = how, .why = why, .perhaps = perhaps};
}

base::Result<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port) {
  if (const auto endpoint = base::parse_endpoint(text, default_port))
    return HostPort{endpoint->address.text(), endpoint->port};
  const auto colon = text.find(':');
  const auto host = dns::parse_domain(text.substr(0, colon));
  const auto port =
      colon == std::string_view::npos ? default_port : base::parse_number(text.substr(colon + 1)).value_or(0);
  if (!host || !is_host_name(*host) || port == 0 || port > 65535)
    return base::fail(ErrorKind::config, "not a HOST or HOST:PORT", base::printable(text));
  return HostPort{host->text(), static_cast<std::uint16_t>(port)};
}

base::Result<> check_https_url(std::string_view text) {
  const auto refuse = [&](std::string why) {
    return base::fail(ErrorKind::config, std::move(why), base::excerpt(text, 100));
  };
  const bool odd = std::ranges::any_of(text, [](char c) { return c <= ' ' || c > '~'; });
  const Url url(curl_url());
  if (odd || curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), 0) != CURLUE_OK)
    return refuse("not a URL");
  if (part_of(url.get(), CURLUPART_SCHEME) != "https") return refuse("the URL must begin with https://");
  if (!part_of(url.get(), CURLUPART_USER).empty() || !part_of(url.get(), CURLUPART_PASSWORD).empty() ||
      !part_of(url.get(), CURLUPART_FRAGMENT).empty())
    return refuse("the URL must have no user, password or fragment");
  return {};
}

namespace {

// A request that is ready to go, or why it may not: what it connects to was checked.
base::Result<std::unique_ptr<Transfer>> open_https(const HttpsTarget& target,
                                                   const std::vector<std::string>& headers,
                                                   const std::string* body) {
  TRY(check_https_url(target.url));
  const Url url(curl_url());
  curl_url_set(url.get(), CURLUPART_URL, target.url.c_str(), 0);
  auto host = part_of(url.get(), CURLUPART_HOST);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const auto port = base::parse_number(part_of(url.get(), CURLUPART_PORT)).value_or(443);
  auto addresses = TRY(resolve(host));
  const ProbeGuard guard(target.allow_private);
  std::erase_if(addresses, [&](const IpAddress& address) { return !guard.allows(address); });
  if (addresses.empty())
    return base::fail(ErrorKind::config, fmt::format("{} has no public address, and {} is not set", host,
                                                     target.private_setting));
  auto transfer = std::make_unique<Transfer>(host, static_cast<std::uint16_t>(port), std::move(addresses));
  transfer->set(CURLOPT_URL, target.url.c_str());
  transfer->set(CURLOPT_PROTOCOLS_STR, "https");
  transfer->set(CURLOPT_FOLLOWLOCATION, 0L);
  transfer->set(CURLOPT_HTTP09_ALLOWED, 0L);
  transfer->set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  transfer->set(CURLOPT_USERAGENT, "rampart/" RAMPART_VERSION);
  transfer->trust(target.ca_file);
  transfer->within(target.timeout);
  auto all = headers;
  all.emplace_back("Expect:");  // the body is small: it is not announced first
  transfer->set(CURLOPT_HTTPHEADER, transfer->lines(all));
  if (body != nullptr) {
    transfer->set(CURLOPT_POST, 1L);
    transfer->set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
    transfer->set(CURLOPT_POSTFIELDS, body->data());
  }
  return transfer;
}

}  // namespace

Handing https_post(const HttpsTarget& target, const std::vector<std::string>& headers,
                   const std::string& body) {
  const auto opened = open_https(target, headers, &body);
  if (!opened) return {Handed::down, opened.error().message()};
  auto& transfer = **opened;
  const auto status = transfer.run();
  // The status line is all that counts: an answer that goes on for ever has been taken.
  const auto code = transfer.code();
  if (status != CURLE_OK && !(status == CURLE_WRITE_ERROR && code != 0))
    return {Handed::down, transfer.why(status)};
  if (code >= 200 && code < 300) return {Handed::accepted, {}};
  const bool about_it = code >= 400 && code < 500 && code != 401 && code != 403 && code != 404 &&
                        code != 407 && code != 408 && code != 429;
  return {about_it ? Handed::later : Handed::down, fmt::format("the server answered with status {}", code)};
}

base::Result<Fetched> https_fetch(const HttpsTarget& target, const std::vector<std::string>& headers,
                                  const std::optional<std::string>& post, std::size_t max_body) {
  const auto transfer = TRY(open_https(target, headers, post ? &*post : nullptr));
  transfer->keep_reply(max_body);
  const auto status = transfer->run();
  if (transfer->is_too_large())
    return base::fail(ErrorKind::unavailable, fmt::format("the answer has more than {} octets", max_body),
                      target.url);
  if (status != CURLE_OK) return base::fail(ErrorKind::unavailable, transfer->why(status), target.url);
  return Fetched{transfer->code(), transfer->take_reply()};
}

std::string check_server_setting(std::string_view text) {
  return text.empty() || parse_host_port(text, 25) ? "" : "is not HOST or HOST:PORT";
}

}  // namespace rampart::net
